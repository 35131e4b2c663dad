"""Deadlines as appointments of an ordinary calendar, which many people may read.

A calendar is shared and syncs to telephones: it names incident and provision, and neither a partner nor
anything that somebody wrote about the incident, unless names are asked for.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from breachkit.domain.line import DutyRow


@dataclass(frozen=True, slots=True)
class Appointment:
    """One deadline as a calendar shows it."""

    uid: str
    """The same for the same duty for ever, so that a later export moves what an earlier one placed."""
    at: datetime
    """UTC."""
    summary: str
    description: str
    status: str
    """`CONFIRMED`, `TENTATIVE` while the date or the duty itself is not settled, or `CANCELLED`."""
    alarms: tuple[timedelta, ...]
    """How long before the deadline somebody is reminded, the earliest first; none of them past."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agenda is made with."""

    now: datetime
    key: bytes
    """The register's own secret: without it, an id could be guessed back to a partner's key."""
    reminders: Sequence[timedelta]
    """How long before a deadline to ring, beside the moment at which it counts as due soon."""
    public: frozenset[str]
    """Ids of the instruments that bind all scopes; the others are agreed with one partner alone."""
    names: Mapping[str, str] | None = None
    """Names by scope and titles by incident, where the calendar may show them; None where not."""


def agenda(
    rows: Sequence[DutyRow], terms: Terms, *, side: str, ended: frozenset[str] = frozenset()
) -> tuple[Appointment, ...]:
    """Return the appointments of duties of a side (`all` for every one), the soonest first.

    A duty that was met or stopped before its date, or whose incident has `ended`, stays as cancelled
    until that date, so that a calendar that has it lets go of it. What has no date is left out.
    """
    places = _places(rows)
    found = (
        _appointment(row, terms, places.get((row.matter, row.duty), ""), row.matter in ended)
        for row in rows
        if row.due_at and side in {"all", row.side}
    )
    return tuple(sorted(filter(None, found), key=lambda one: (one.at, one.uid)))


def _appointment(row: DutyRow, terms: Terms, place: str, ended: bool) -> Appointment | None:
    at = datetime.fromisoformat(row.due_at).astimezone(UTC)
    over = ended or row.told not in _OPEN
    if over and at <= terms.now:
        return None
    summary = _summary(row, terms, place)
    return Appointment(
        uid=_uid(row, terms.key),
        at=at,
        summary=f"no longer due: {summary}" if over else summary,
        description="\n".join(filter(None, _description(row, terms))),
        status="CANCELLED" if over else "TENTATIVE" if _is_open_question(row) else "CONFIRMED",
        alarms=() if over else _alarms(row, at, terms),
    )


_OPEN = frozenset({"waiting", "unconfirmed"})


def _is_open_question(row: DutyRow) -> bool:
    return row.due_kind == "provisional" or row.side == "possible"


def _uid(row: DutyRow, key: bytes) -> str:
    named = f"{row.matter}\0{row.duty}".encode()
    return f"{hmac.new(key, named, hashlib.sha256).hexdigest()[:32]}@breachkit"


def _places(rows: Iterable[DutyRow]) -> dict[tuple[str, str], str]:
    """Return `1 of 3` for each duty that an incident has in several scopes, by their keys' order."""
    alike: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.scope and "@" in row.duty:
            law = row.duty.rpartition("@")[0]
            alike.setdefault((row.matter, law), []).append(row.duty)
    return {
        (matter, duty): f"{place} of {len(duties)}"
        for (matter, _), duties in alike.items()
        if len(duties) > 1
        for place, duty in enumerate(sorted(duties), 1)
    }


def _summary(row: DutyRow, terms: Terms, place: str) -> str:
    marks = [word for word in (_KINDS.get(row.due_kind, ""), row.side) if word not in {"", "ours"}]
    if terms.names is None:
        what = f"{_what(row, terms)} ({place})" if place else _what(row, terms)
        return ", ".join([f"{row.matter}: {what}", *marks])
    named = terms.names.get(row.scope, row.scope)
    title = terms.names.get(row.matter, "")
    head = f"{row.matter} {title}".strip()
    return ", ".join([f"{head}: {row.citation}", *([named] if named else []), *marks])


def _what(row: DutyRow, terms: Terms) -> str:
    """Return what is due in words that name nobody."""
    if row.due_kind == "follow-up":
        return "what we promised"
    if row.duty.partition("/")[0] in terms.public:
        return row.citation
    return "a contract with one partner"


_KINDS = {"provisional": "provisional", "target": "our target"}

_BASIS = {
    "deadline": "A deadline by law or contract.",
    "provisional": "Provisional: counted from the earliest instant known, until the trigger is stated.",
    "target": "Our own target, and no limit of the law.",
    "follow-up": "Promised by ourselves.",
}

_WHOSE = {
    "theirs": "Owed by the partner, not by us.",
    "possible": "Whether it is owed at all is not settled yet.",
}

_DOUBTS = {
    "unverified": "Standing of the provision: unverified.",
    "disputed": "Standing of the provision: disputed.",
}


def _description(row: DutyRow, terms: Terms) -> Iterable[str]:
    yield _BASIS.get(
        row.due_kind, "Another limit of the same duty cannot be counted and may end earlier."
    )
    yield _WHOSE.get(row.side, "")
    yield _DOUBTS.get(row.standing, f"Standing of the provision: {row.standing}.")
    if terms.names is not None and row.waits_for:
        yield f"Waits for: {row.waits_for}"
    # The next command names the scope; the incident's own page does not, and leads to it.
    command = row.command if terms.names is not None else ""
    yield f"Next: {command or f'breachkit status {row.matter}'}"


def _alarms(row: DutyRow, at: datetime, terms: Terms) -> tuple[timedelta, ...]:
    """Return when to ring; what lies behind us would all ring at once when the file is opened."""
    soon = [at - datetime.fromisoformat(row.soon_at)] if row.soon_at else []
    found = {span for span in (*soon, *terms.reminders) if at - span > terms.now}
    return tuple(sorted(found, reverse=True))
