"""Whether the addressee of a duty was told, when, and whether what was told was complete."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from breachkit.domain.competence import Authorities, find_competence
from breachkit.domain.deadline import Deadline, DeadlineKind
from breachkit.domain.entry import DeliveryRecorded
from breachkit.domain.filing import Filing, Telling, settle_filings
from breachkit.domain.instant import moment, stamp
from breachkit.domain.matter import Matter, Version
from breachkit.domain.obligation import Addressee, Obligation
from breachkit.domain.requirement import Answer, Held
from breachkit.domain.scope import ScopeView


class Told(StrEnum):
    """Whether the addressee of a duty has been told."""

    WAITING = "waiting"
    IN_TIME = "in time"
    LATE = "late"
    TOLD = "told"
    """Where the law gives no figure to hold it against."""
    UNCONFIRMED = "unconfirmed"
    """Filed with an authority without a file number, or handed to our relay and not arrived for sure."""
    STOPPED = "stopped"
    """The limb that it rests on was ruled out, or the risk decision says that it is not owed."""


class Content(StrEnum):
    """Whether what was told was complete."""

    OPEN = "open"
    COMPLETE = "complete"
    SUPPLEMENT = "supplement owed"


def told_of(
    matter: Matter,
    view: ScopeView,
    obligation: Obligation,
    deadline: Deadline,
    authorities: Callable[[], Authorities],
) -> tuple[Told, datetime | None, tuple[str, ...]]:
    """Return whether and when the addressee was told, and the filings that are open.

    Where several authorities are competent, all of them have to confirm: the last one counts.
    """
    tellings = sorted(_tellings(matter, view.scope, obligation), key=lambda one: one.at)
    if not tellings:
        return Told.WAITING, None, ()
    filings: tuple[Filing, ...] = ()
    if obligation.addressee is Addressee.AUTHORITY:
        filings = find_competence(view, authorities()).under(obligation.instrument)
    confirmed, still = settle_filings(filings, tellings)
    open_filings = tuple(filing.label for filing in still)
    if confirmed is None:
        return Told.UNCONFIRMED, moment(tellings[0].at), open_filings
    at = moment(confirmed)
    if deadline.due_at is None or deadline.kind == DeadlineKind.TARGET:
        return Told.TOLD, at, ()
    return (Told.IN_TIME if at <= deadline.due_at else Told.LATE), at, ()


def _tellings(matter: Matter, scope: str, obligation: Obligation) -> Iterator[Telling]:
    """Yield when the addressee was told, and whether that is confirmed.

    Told at a time known only roughly means the last moment it can mean: the strict side.
    """
    duty = f"{obligation.qualified_id}@{scope}"
    needs_number = obligation.addressee in {Addressee.AUTHORITY, Addressee.REGULATOR}
    for version in _delivered(matter, duty):
        for recorded in version.deliveries:
            entry = recorded.entry
            assert isinstance(entry, DeliveryRecorded)
            arrived = entry.batch is None or entry.batch in version.arrived
            sure = arrived and (not needs_number or bool(entry.reference))
            yield Telling(stamp(entry.at.latest), sure, entry.authority)
    if obligation.addressee is Addressee.PARTNER:
        for at, recorded in matter.told.get(scope, ()):
            if not isinstance(recorded.entry, DeliveryRecorded):
                yield Telling(at, True)


def content_of(
    matter: Matter, scope: str, obligation: Obligation, held: Sequence[Held], told: Told
) -> Content:
    """Return whether what was told was complete; a telephone call alone never is."""
    delivered = _delivered(matter, f"{obligation.qualified_id}@{scope}")
    if not delivered:
        return Content.OPEN if told is Told.WAITING else Content.SUPPLEMENT
    last = max(delivered, key=lambda version: version.at).drafted
    mine = [gap for gap in last.gaps if gap.startswith(f"{obligation.qualified_id}@")]
    still = any(one.answer in {Answer.MISSING, Answer.QUESTION} for one in held)
    return Content.SUPPLEMENT if mine or still else Content.COMPLETE


def _delivered(matter: Matter, duty: str) -> list[Version]:
    return [
        version
        for versions in matter.notices.values()
        for version in versions
        if version.deliveries and duty in version.drafted.discharges
    ]
