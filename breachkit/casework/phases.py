"""Which notice fits now: what is owed to whom, what has left, and the phase that follows from it."""

from breachkit.casework.picture import Picture
from breachkit.domain.duty import Duty
from breachkit.domain.entry import Addressee, Phase
from breachkit.domain.freshness import freshness
from breachkit.domain.matter import Matter, Version


def discharged(picture: Picture, scope: str, addressee: Addressee) -> tuple[Duty, ...]:
    """Return the duties that a notice to an addressee meets in a scope."""
    return tuple(
        duty
        for duty in picture.duties_of(scope, addressee)
        if duty.owed is not False and duty.law.by_notice
    )


def fits(picture: Picture, scope: str, addressee: Addressee, phase: Phase | None) -> bool:
    """Tell whether a notice of a phase makes sense: nothing untold is supplemented or withdrawn."""
    left = has_left(picture, scope, addressee)
    owed = bool(discharged(picture, scope, addressee))
    if phase == "withdrawal" or (phase is None and not owed):
        return left and not owed
    if phase in {"supplementary", "correction"}:
        return left
    return owed


def has_left(picture: Picture, scope: str, addressee: Addressee) -> bool:
    """Tell whether an addressee of a scope was told anything: by a notice, or a partner by a call."""
    if addressee == "partner" and picture.matter.told.get(scope):
        return True
    return any(
        version.deliveries
        for versions in picture.matter.notices.values()
        for version in versions
        if (version.drafted.scope, version.drafted.addressee) == (scope, addressee)
    )


def undelivered(matter: Matter, scope: str, addressee: Addressee) -> Version | None:
    """Return the last version of the notice that is still in the works for a scope."""
    for version in reversed(matter.current()):
        if version.drafted.scope == scope and version.drafted.addressee == addressee:
            return None if version.deliveries else version
    return None


def phase_of(picture: Picture, scope: str, addressee: Addressee) -> Phase:
    """Return the phase that fits what has left already."""
    matter = picture.matter
    if not discharged(picture, scope, addressee):
        return "withdrawal"
    sent = [
        version
        for versions in matter.notices.values()
        for version in versions
        if version.deliveries
        and (version.drafted.scope, version.drafted.addressee) == (scope, addressee)
    ]
    if not sent:
        return "initial"
    if freshness(sent[-1].drafted, matter.facts, matter.unknown).contradicted:
        return "correction"
    return "supplementary"
