"""What every step needs at hand, and the short trip of every write: read, decide, append.

Whoever commits second reads, decides and tries again; nothing is rendered inside a transaction.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from breachkit.domain.deadline import LimitOverride
from breachkit.domain.document import Document
from breachkit.domain.duty import Soon, Terms
from breachkit.domain.entry import WORKSPACE, Entry, LawAdopted, encode
from breachkit.domain.line import Change, Kept, MatterRow, NewLine, Receipt, commitment_of
from breachkit.domain.matter import Matter, replay
from breachkit.domain.notice import Words
from breachkit.domain.obligation import Instrument, Obligation
from breachkit.domain.people import Actor, Identity, Organisation, Partner, Person, Role
from breachkit.errors import ChangedMeanwhileError, UnknownNameError
from breachkit.ports import Clock, Store

TRIES = 40
"""How often a step is decided anew when others keep committing first."""

Result = TypeVar("Result")


class Press(Protocol):
    """Turns views into documents, and documents into texts."""

    def render(self, template: str, view: Mapping[str, object], *, language: str) -> Document:
        """Return the document of a template such as `partner/en.md.j2`."""
        ...

    def digest(self, template: str) -> str:
        """Return the digest of a template with all that it includes."""
        ...

    def text(self, document: Document) -> str:
        """Return plain text."""
        ...

    def html(self, document: Document) -> str:
        """Return a complete HTML page."""
        ...

    def words(self, language: str) -> Words:
        """Return dates and numbers in a language."""
        ...


@dataclass(frozen=True)
class Rules:
    """All that decides what is owed and what is written, as it counts now."""

    obligations: Sequence[Obligation]
    instruments: Mapping[str, Instrument]
    organisation: Organisation
    partners: Mapping[str, Partner]
    people: Mapping[str, Person]
    zone: str
    soon: Soon
    target: timedelta | None
    counsel_cleared: frozenset[str]
    digest: str
    texts: Callable[[], Iterable[tuple[str, bytes]]]

    def terms(self) -> Terms:
        """Return what the workspace adds to the law."""
        limits = {
            key: LimitOverride(
                hours=partner.limit_hours,
                reason=partner.limit_reason or "",
                source=f"limit agreed with {partner.name} (partners/{key}.toml)",
            )
            for key, partner in self.partners.items()
            if partner.limit_hours
        }
        return Terms(limits, self.target, self.soon)

    def roles(self, actor: Actor) -> tuple[Role, ...]:
        """Return the roles of whoever acts; none for somebody who is not listed."""
        person = self.people.get(actor.name)
        return person.roles if person else ()


@dataclass
class Desk:
    """A workspace opened for work."""

    store: Store
    clock: Clock
    rules: Rules
    press: Press
    log: Callable[..., None]
    chance: Callable[[int], bytes]
    after_adoption: Callable[["Desk"], None]
    """Called when law or settings changed: recomputes what every open matter shows."""
    adopted: str = ""
    """Digest of the law and settings last recorded, once it was looked up."""

    def now(self) -> datetime:
        """Return the clock's time in UTC."""
        return self.clock().astimezone(UTC)


def stamp_now(at: datetime) -> str:
    """Return the time of recording: UTC, fixed width, microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def attempt(desk: Desk, decide: Callable[[], tuple[Change | None, Result]]) -> Result:
    """Decide and commit; when somebody committed first, read and decide again.

    A decision without a change writes nothing. Raises ChangedMeanwhileError when others are faster
    every time.
    """
    for trial in range(TRIES):
        change, result = decide()
        if change is None:
            return result
        adoption, version, kept = _adoption(desk)
        try:
            receipt = desk.store.commit(_with(change, adoption, version, kept))
        except ChangedMeanwhileError:
            if trial == TRIES - 1:
                raise
            desk.adopted = ""
            time.sleep(0.001 * trial)
            continue
        _log(desk, change, receipt, trial)
        if adoption:
            desk.adopted = desk.rules.digest
            desk.after_adoption(desk)
        return result
    raise AssertionError("unreachable")


def line_of(matter: str, version: int, entry: Entry) -> NewLine:
    """Return an entry as the line that is appended."""
    return NewLine(matter, version, entry.kind, encode(entry))


def read_matter(desk: Desk, matter_id: str, *, until: str | None = None) -> Matter:
    """Return an incident as its entries tell it; UnknownNameError when there is none."""
    lines = desk.store.read(matter_id)
    if not lines or matter_id == WORKSPACE:
        known = ", ".join(row.matter for row in desk.store.matters("open")[-5:])
        raise UnknownNameError(
            f"no incident {matter_id}",
            hint=f"open incidents: {known}" if known else "breachkit incident open --title TEXT",
        )
    matter = replay(matter_id, lines, until=until)
    if not matter.version:
        raise UnknownNameError(
            f"{matter_id} was opened on {lines[0].at}, after {until}", hint="give a later --at"
        )
    return matter


def keep(desk: Desk, text: str) -> Kept:
    """Return a text as it is kept beside the register, under its own salted digest."""
    raw = text.encode()
    salt = desk.chance(16)
    return Kept(commitment_of(salt, raw), salt, raw)


def _with(
    change: Change, adoption: LawAdopted | None, version: int, kept: tuple[Kept, ...]
) -> Change:
    """Return a change with the adoption before it; the workspace's row carries the digest."""
    if adoption is None:
        return change
    row = MatterRow(WORKSPACE, "workspace", WORKSPACE, adoption.digest, change.now, "")
    return replace(
        change,
        lines=(line_of(WORKSPACE, version, adoption), *change.lines),
        kept=(*kept, *change.kept),
        matters=(row, *change.matters),
    )


def _adoption(desk: Desk) -> tuple[LawAdopted | None, int, tuple[Kept, ...]]:
    """Return the entry that records changed law, settings, partners or templates, if they changed."""
    if not desk.adopted:
        rows = desk.store.matters(WORKSPACE)
        desk.adopted = rows[0].reference if rows else ""
    if desk.adopted == desk.rules.digest:
        return None, 0, ()
    lines = desk.store.read(WORKSPACE)
    before = _last_adopted(lines[-1].kind, lines[-1].body) if lines else {}
    texts, kept = {}, []
    for name, raw in desk.rules.texts():
        one = keep(desk, raw.decode("utf-8", "replace"))
        old = desk.store.kept(bytes.fromhex(before[name])) if name in before else None
        if old is not None and old.text == one.text:
            texts[name] = before[name]
            continue
        texts[name] = one.digest.hex()
        kept.append(one)
    changed = sorted(
        name for name in texts.keys() | before.keys() if texts.get(name) != before.get(name)
    )
    actor = Actor(name="breachkit", identity=Identity.LOGIN, listed=False)
    entry = LawAdopted(by=actor, digest=desk.rules.digest, texts_kept=texts, changed=changed)
    return entry, len(lines) + 1, tuple(kept)


def _last_adopted(kind: str, body: bytes | None) -> dict[str, str]:
    if body is None or kind != LawAdopted.kind:
        return {}
    return LawAdopted.model_validate_json(body).texts_kept


def _log(desk: Desk, change: Change, receipt: Receipt, tries: int) -> None:
    for line in change.lines:
        desk.log(
            line.kind.partition("/")[0],
            matter=line.matter,
            version=line.version,
            seq=receipt.head.seq,
            duties=sum(len(rows) for rows in change.duties.values()),
            tries=tries + 1,
        )
