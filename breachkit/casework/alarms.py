"""What is still to be done about what the outbox was given: to send it, to answer a doubt, to call."""

from collections.abc import Iterator
from typing import NamedTuple

from breachkit.domain.delivery import State
from breachkit.domain.dispatch import PEOPLE, UNREACHED, counted_last, is_closed, queued_of
from breachkit.domain.matter import Matter, Recorded, Version
from breachkit.domain.sending import DeliveriesRecorded, SendingStopped


class Alarm(NamedTuple):
    """One thing to be done about a batch, and the one command that does it."""

    batch: str
    scope: str
    name: str
    what: str
    command: str
    at: str
    """When it was recorded; empty where it presses nobody."""


def alarms(matter: Matter) -> Iterator[Alarm]:
    """Yield what presses about the batches of an incident, as the register has them."""
    for versions in matter.notices.values():
        for version in versions:
            for recorded in counted_last(version).values():
                yield from _of_batch(matter, version, recorded)


def sending_step(matter: Matter, version: Version) -> tuple[str, str] | None:
    """Return what a version in the outbox waits for, and the command; None where it is not in it."""
    if not queued_of(version) or isinstance(version.sendings[-1].entry, SendingStopped):
        return None
    for recorded in counted_last(version).values():
        for alarm in _of_batch(matter, version, recorded):
            return alarm.what, alarm.command
    if version.deliveries:
        wait = "word that it arrived: no bounce, or an acknowledgement"
        scope = version.drafted.scope
        if version.drafted.addressee != "partner":
            return wait, "breachkit outbox drain"
        return wait, f"breachkit contact record {matter.id} --scope {scope} --acknowledged"
    return f"{version.id} in the outbox to be sent", "breachkit outbox drain"


def _of_batch(matter: Matter, version: Version, recorded: Recorded) -> Iterator[Alarm]:
    entry = recorded.entry
    assert isinstance(entry, DeliveriesRecorded)
    people = version.drafted.addressee in PEOPLE
    unsure = entry.counts.get(State.DOUBTFUL, 0)
    if unsure:
        may = f"{unsure} message{'' if unsure == 1 else 's'} of {entry.batch} may not have arrived"
        retry = f"breachkit outbox retry {entry.batch}"
        at = "" if people else recorded.at
        yield Alarm(
            entry.batch, entry.scope, f"doubtful-{entry.batch}", f"doubtful: {may}", retry, at
        )
    lost = sum(entry.counts.get(state, 0) for state in UNREACHED - {State.DOUBTFUL})
    if not lost or is_closed(matter, entry.batch) or _was_told_otherwise(version, entry.batch):
        return
    whole = sum(entry.counts.values())
    name, what = f"unreached-{entry.batch}", f"{lost} of {whole} not reached by {entry.batch}"
    if people:
        report = f"breachkit delivery report {entry.notice} --unreached"
        yield Alarm(entry.batch, entry.scope, name, what, report, "")
        return
    call = f"breachkit notice callsheet {matter.id} --scope {entry.scope}"
    if version.drafted.addressee != "partner":
        call = f"breachkit outbox show {entry.batch}"
    back = "came back" if entry.counts.get(State.RETURNED) else "was refused or stopped"
    at = "" if entry.counts.get(State.SENT) else recorded.at
    yield Alarm(entry.batch, entry.scope, name, f"{what}: it {back}", call, at)


def _was_told_otherwise(version: Version, batch: str) -> bool:
    """Tell whether the same version left another way since, so that nobody has to be called."""
    left = (getattr(one.entry, "batch", None) for one in version.deliveries)
    return any(other != batch for other in left)
