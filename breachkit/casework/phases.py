"""Which notice fits now: what is owed to whom, what has left, and the phase that follows from it."""

from typing import Final, cast

from breachkit.casework.picture import Picture
from breachkit.domain.duty import Duty
from breachkit.domain.entry import Addressee, Phase
from breachkit.domain.freshness import freshness
from breachkit.domain.matter import Matter, Version

GENERAL: Final[tuple[Addressee, ...]] = ("partner", "authority", "data_subjects")
"""The readers whose notices have templates of their own, in the order in which they are told."""


def readers_of(picture: Picture) -> tuple[str, ...]:
    """Return whom notices of an incident can go to: the three, then each single filing."""
    duties = (duty.law.reader for duty in picture.duties if duty.law.by_notice)
    return tuple(
        dict.fromkeys((*GENERAL, *duties, *(v.drafted.reader for v in picture.matter.current())))
    )


def is_due(picture: Picture, scope: str, reader: str) -> bool:
    """Tell whether a notice is drafted without being asked for: a single filing once its clock runs."""
    if reader in GENERAL:
        return True
    duties = discharged(picture, scope, reader)
    running = any(duty.owed and duty.deadline.start is not None for duty in duties)
    return running or (not duties and has_left(picture, scope, reader))


def address_of(picture: Picture, scope: str, reader: str) -> tuple[Addressee, str | None]:
    """Return the kind of addressee of a notice, and its letter where it has one."""
    if reader in GENERAL:
        return reader, None
    for duty in picture.duties_of(scope, reader):
        return cast("Addressee", duty.law.addressee.value), duty.law.letter or None
    for version in picture.matter.current():
        if version.drafted.reader == reader:
            return version.drafted.addressee, version.drafted.letter
    raise AssertionError("unreachable")


def template_of(addressee: Addressee, letter: str | None) -> str:
    """Return the folder of templates for a notice; a single filing has one for all of its kind."""
    if addressee in {"partner", "data_subjects"} or (addressee == "authority" and not letter):
        return addressee
    return "filing"


def discharged(picture: Picture, scope: str, reader: str) -> tuple[Duty, ...]:
    """Return the duties that a notice to a reader meets in a scope."""
    return tuple(
        duty
        for duty in picture.duties_of(scope, reader)
        if duty.owed is not False and duty.law.by_notice
    )


def fits(picture: Picture, scope: str, reader: str, phase: Phase | None) -> bool:
    """Tell whether a notice of a phase makes sense: nothing untold is supplemented or withdrawn."""
    left = has_left(picture, scope, reader)
    owed = bool(discharged(picture, scope, reader))
    if phase == "withdrawal" or (phase is None and not owed):
        return left and not owed
    if phase in {"supplementary", "correction"}:
        return left
    return owed


def has_left(picture: Picture, scope: str, reader: str) -> bool:
    """Tell whether a reader of a scope was told anything: by a notice, or a partner by a call."""
    if reader == "partner" and picture.matter.told.get(scope):
        return True
    return any(
        version.deliveries
        for versions in picture.matter.notices.values()
        for version in versions
        if (version.drafted.scope, version.drafted.reader) == (scope, reader)
    )


def undelivered(matter: Matter, scope: str, reader: str) -> Version | None:
    """Return the last version of the notice that is still in the works for a scope."""
    for version in reversed(matter.current()):
        if version.taken:
            continue  # it left under another incident, and is no version of what is in the works here
        if version.drafted.scope == scope and version.drafted.reader == reader:
            return None if version.deliveries else version
    return None


def phase_of(picture: Picture, scope: str, reader: str) -> Phase:
    """Return the phase that fits what has left already."""
    matter = picture.matter
    if not discharged(picture, scope, reader):
        return "withdrawal"
    sent = [
        version
        for versions in matter.notices.values()
        for version in versions
        if version.deliveries and (version.drafted.scope, version.drafted.reader) == (scope, reader)
    ]
    if not sent:
        return "initial"
    if freshness(sent[-1].drafted, matter.facts, matter.unknown).contradicted:
        return "correction"
    return "supplementary"
