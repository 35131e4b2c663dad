"""How a duty's deadline came about, with who stated what it is counted from, and where that stands."""

from collections.abc import Iterator
from itertools import pairwise

from breachkit.casework.picture import Picture
from breachkit.casework.wishes import way_of
from breachkit.domain.duty import Duty
from breachkit.domain.entry import DeliveryRecorded, Stated
from breachkit.domain.explain import Step, explain, show_instant
from breachkit.domain.freshness import freshness
from breachkit.domain.instant import moment, stamp
from breachkit.domain.matter import Matter, Provenance
from breachkit.domain.patch import fact_at, upward
from breachkit.domain.start import OPENED
from breachkit.domain.trigger import sent_path


def explain_duty(picture: Picture, duty: Duty, zone: str) -> tuple[Step, ...]:
    """Return every step to a duty's deadline, in the local time of a zone and in UTC.

    Its trigger with who stated it, when, from what source and how certain; the rule, the arithmetic
    and the result; other readings; citation, instrument and standing; and what it still depends on.
    """
    stated = tuple(_stated(picture, duty, zone))
    return (*explain(duty.deadline, zone, stated=stated), *_instrument(picture, duty), *_open(duty))


def _stated(picture: Picture, duty: Duty, zone: str) -> Iterator[Step]:
    start, view, matter = duty.deadline.start, picture.view(duty.scope), picture.matter
    if start is None or view is None:
        return
    if start.path == OPENED:
        by = matter.opened_by
        who = f"by {by.name} ({by.identity.value}), " if by else ""
        yield Step("stated", f"{who}the register's own time of {matter.opened_at[:16]}Z")
        return
    if start.path.startswith("sent."):
        yield from _sent(matter, duty.scope, start.path)
        return
    path = view.path_of(start.path)
    found = next((matter.provenance[one] for one in upward(path) if one in matter.provenance), None)
    yield Step("stated", _worded(found) if found else "by the workspace's own files")
    name = start.path.rpartition(".")[2]
    reason = matter.reasons.get(path) or matter.facts.get("timeline_reasons", {}).get(name)
    if reason:
        yield Step("reason", str(reason))
    yield from _before(matter, path, zone)
    yield from _said_otherwise(matter, duty, path)


def _before(matter: Matter, path: str, zone: str) -> Iterator[Step]:
    """Yield what was stated of a trigger before, each with the time until which it counted."""
    entries = [(one.entry, one.at) for one in matter.amended]
    stated = [(entry, at) for entry, at in entries if isinstance(entry, Stated)]
    told = [(entry.by, fact_at(entry.patch, path), at) for entry, at in stated]
    for (by, was, _), (_, now, until) in pairwise(one for one in told if one[1]):
        if (was["at"], was["precision"]) != (now["at"], now["precision"]):
            who = f"stated by {by.name} ({by.identity.value})"
            yield Step(
                "before", f"{show_instant(moment(was['at']), zone)}; {who}, until {until[:16]}Z"
            )


def _said_otherwise(matter: Matter, duty: Duty, path: str) -> Iterator[Step]:
    """Yield the notices that left and tell another trigger than the one that counts."""
    for versions in matter.notices.values():
        for version in versions:
            drafted = version.drafted
            told = bool(version.deliveries) and duty.id in drafted.discharges
            if told and path in freshness(drafted, matter.facts, matter.unknown).contradicted:
                yield Step("sent", f"{version.id} left with another time than this one")


def _sent(matter: Matter, scope: str, path: str) -> Iterator[Step]:
    """Yield which notice was submitted, where an earlier stage starts the clock."""
    found = []
    for versions in matter.notices.values():
        for version in versions:
            duties = [one for one in version.drafted.discharges if one.endswith(f"@{scope}")]
            if path in {sent_path(one.rpartition("@")[0]) for one in duties}:
                found += [(version, one) for one in version.deliveries]
    entries = [(version, one, one.entry) for version, one in found]
    times = [
        (moment(stamp(entry.at.earliest)), version.id, recorded.at, entry)
        for version, recorded, entry in entries
        if isinstance(entry, DeliveryRecorded)
    ]
    if times:
        _, name, at, entry = min(times, key=lambda one: one[0])
        by = f"{entry.by.name} ({entry.by.identity.value})"
        yield Step("stated", f"{name} left by {entry.channel}; recorded by {by}, {at[:16]}Z")


def _worded(found: Provenance) -> str:
    who = f"by {found.by.name} ({found.by.identity.value})"
    return f"{who}, recorded {found.at[:16]}Z; source: {found.source}; {found.certainty}"


def _instrument(picture: Picture, duty: Duty) -> Iterator[Step]:
    law, instrument = duty.law, picture.instruments[duty.law.instrument]
    days = law.in_force
    since = f", in force from {days.since}" if days else ""
    until = f" until {days.until}" if days and days.until else ""
    yield Step("law", f"{instrument.title}{since}{until}; read from {instrument.source}")
    if law.recipient or law.channel:
        yield Step("way", f"prescribed: {way_of(law)}")


def _open(duty: Duty) -> Iterator[Step]:
    if duty.owed is None:
        facts = ", ".join(duty.questions) or "a decision"
        yield Step("possible", f"whether it is owed at all depends on {facts}")
