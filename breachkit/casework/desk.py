"""What every step needs at hand, and the short trip of every write: read, decide, append.

Whoever commits second reads, decides and tries again; nothing is rendered inside a transaction.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Protocol, TypeVar

from pydantic import ValidationError

from breachkit.domain.authority import Authority
from breachkit.domain.deadline import LimitOverride
from breachkit.domain.document import Document
from breachkit.domain.duty import Soon, Terms
from breachkit.domain.entry import WORKSPACE, encode
from breachkit.domain.form import Form
from breachkit.domain.happening import Entry
from breachkit.domain.instrument import Instrument
from breachkit.domain.line import Change, Kept, NewLine, Receipt, commitment_of
from breachkit.domain.matter import Matter, replay
from breachkit.domain.obligation import Obligation
from breachkit.domain.outbound import Post
from breachkit.domain.people import Actor, Organisation, Partner, Person, Role
from breachkit.domain.words import Words
from breachkit.errors import ChangedMeanwhileError, FactError, UnknownNameError
from breachkit.ports import Clock, Store

TRIES = 40
"""How often a step is decided anew when others keep committing first."""

Result = TypeVar("Result")


class Press(Protocol):
    """Turns views into documents, and documents into texts."""

    def render(self, template: str, view: Mapping[str, object], *, language: str) -> Document:
        """Return the document of a template such as `partner/en.md.j2`."""
        ...

    def has(self, template: str) -> bool:
        """Tell whether there is such a template."""
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
    form: Callable[[], Form]
    """The authorities' common template; read when it is first asked for."""
    read_authorities: Callable[[], Mapping[str, Authority]] = dict
    proposals: Sequence[Obligation] = ()
    """What would be owed if a proposal became law: shown, and never computed."""
    post: Post | None = None
    """From whom our mail comes; None where the workspace names no relay."""

    @cached_property
    def authorities(self) -> Mapping[str, Authority]:
        """The supervisory authorities by code; read when first asked for, as few steps ask."""
        return self.read_authorities()

    @cached_property
    def triggers(self) -> frozenset[str]:
        """The names of the instants that the law files look at, but for our own opening."""
        paths = (path.partition(".") for law in self.obligations for path in law.patterns)
        return frozenset(name for area, _, name in paths if area == "timeline") - {"opened_at"}

    @cached_property
    def findings(self) -> frozenset[str]:
        """The names of the questions of law that the instruments ask."""
        return frozenset(one.name for law in self.instruments.values() for one in law.findings)

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
        return Terms(limits, self.target, self.soon, lambda: self.authorities)

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
    adopt: Callable[["Desk"], None]
    """Called before each step: records law, settings, partners or templates that have changed."""
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
    every time, and FactError for a word around the facts, such as a source, that no entry can hold.
    """
    for trial in range(TRIES):
        try:
            desk.adopt(desk)
            change, result = decide()
            if change is not None:
                log_commit(desk, change, desk.store.commit(change), trial)
        except ChangedMeanwhileError:
            if trial == TRIES - 1:
                raise
            desk.adopted = ""
            time.sleep(0.001 * trial)
            continue
        except ValidationError as error:
            first = error.errors()[0]
            message = first["msg"].removeprefix("Value error, ")
            message = message[:1].lower() + message[1:]
            raise FactError(".".join(map(str, first["loc"])), message) from error
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
            f"{matter_id} was opened at {lines[0].at[:16]}Z, after {str(until)[:16]}Z",
            hint=f"the earliest time that shows it: --at {lines[0].at[:16]}Z",
        )
    return matter


def read_surviving(desk: Desk, matter_id: str) -> Matter:
    """Return an incident, or the one that goes on after all mergers that lead away from it."""
    matter = read_matter(desk, matter_id)
    while matter.merged_into:
        matter = read_matter(desk, matter.merged_into)
    return matter


def keep(desk: Desk, text: str) -> Kept:
    """Return a text as it is kept beside the register, under its own salted digest."""
    raw = text.encode()
    salt = desk.chance(16)
    return Kept(commitment_of(salt, raw), salt, raw)


def log_commit(desk: Desk, change: Change, receipt: Receipt, tries: int) -> None:
    """Log each entry of a commit as one event: identifiers and counts only."""
    for line in change.lines:
        desk.log(
            line.kind.partition("/")[0],
            matter=line.matter,
            version=line.version,
            seq=receipt.head.seq,
            duties=sum(len(rows) for rows in change.duties.values()),
            tries=tries + 1,
        )
