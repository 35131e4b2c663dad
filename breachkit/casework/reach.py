"""Proof of each recipient, and what became of them all: whom a notice reached, and whom it did not."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from breachkit.casework.desk import Desk
from breachkit.casework.versions import choose
from breachkit.domain.delivery import OPEN, State
from breachkit.domain.dispatch import UNREACHED, is_closed, queued_of
from breachkit.domain.matter import Matter, Version
from breachkit.domain.outbound import Batch, Message, Tally
from breachkit.domain.recipient import Recipient
from breachkit.ports import Outbox

HEAD = (
    "version",
    "batch",
    "position",
    "recipient",
    "keyed_digest",
    "language",
    "state",
    "attempts",
    "copies",
    "reply",
    "queue_id",
    "accepted_at",
    "changed_at",
)
"""The columns of the proof."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Reach:
    """How far one version got: in numbers, with the first and the last acceptance."""

    version: Version
    batches: tuple[Batch, ...]
    counts: Tally
    first_at: str = ""
    last_at: str = ""
    proofs: str = ""
    """Digest over each recipient's state, answer and time."""
    closed: tuple[str, ...] = ()
    """The batches whose unreached recipients a recorded decision has closed."""

    @property
    def recipients(self) -> int:
        """How many recipients there are."""
        return sum(self.counts.values())

    @property
    def reached(self) -> int:
        """How many of them our relay has accepted, with nothing returned."""
        return self.counts.get(State.SENT, 0)

    @property
    def share(self) -> float:
        """The share reached, from 0 to 1."""
        return self.reached / self.recipients if self.recipients else 0.0

    @property
    def unreached(self) -> int:
        """How many were not reached, and no run will try again."""
        return sum(self.counts.get(state, 0) for state in UNREACHED)

    @property
    def under_way(self) -> int:
        """How many a run of the outbox has still to do something about."""
        return sum(self.counts.get(state, 0) for state in OPEN)


@dataclass
class Count:
    """What the messages of a batch say together."""

    counts: Counter[State] = field(default_factory=Counter)
    first_at: str = ""
    last_at: str = ""
    proofs: str = ""
    """Digest over each one's state, answer and time, in their order."""


def count_of(outbox: Outbox, *batches: str) -> Count:
    """Return what the messages of batches say, streamed."""
    found, proof = Count(), hashlib.sha256()
    for one in (one for batch in batches for one in outbox.messages(batch)):
        found.counts[one.state] += 1
        if one.state is State.SENT and one.sent_at:
            found.first_at = min(found.first_at or one.sent_at, one.sent_at)
            found.last_at = max(found.last_at, one.sent_at)
        parts = (str(one.position), one.proof, one.state, one.reply, one.queue_id, one.sent_at)
        for raw in (part.encode() for part in parts):
            proof.update(len(raw).to_bytes(4, "big") + raw)
    found.proofs = proof.hexdigest()
    return found


def reach_of(desk: Desk, name: str) -> tuple[Reach, ...]:
    """Return how far each version of a notice or set got that was handed to the outbox."""
    chosen = choose(desk, name)
    return tuple(_reach(desk, chosen.matter, one) for one in chosen.versions if queued_of(one))


def reached(outbox: Outbox, batch: str) -> Iterator[Message]:
    """Stream whom a batch reached, or may have reached: for a correction, one too many is better."""
    for one in outbox.messages(batch):
        perhaps = one.copies and one.state not in {State.REFUSED, State.RETURNED}
        if perhaps or one.state in {State.SENT, State.DOUBTFUL, State.HANDED_OVER}:
            yield one


def recipient_of(one: Message) -> Recipient:
    """Return a message's recipient as it was bound."""
    import json

    return Recipient(one.address, one.language, one.name, json.loads(one.fields or "{}"))


def rows(desk: Desk, found: Iterable[Reach], states: frozenset[State]) -> Iterator[tuple[str, ...]]:
    """Stream the proof of each recipient, all or those in some states."""
    for one in found:
        for batch in one.batches:
            for message in desk.store.outbox.messages(batch.batch, states):
                yield _row(one.version.id, message)


def csv_lines(lines: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows as CSV, the head first; no cell is one that a spreadsheet would take for a formula."""
    yield _csv(HEAD)
    for line in lines:
        yield _csv(tuple(map(safe_cell, line)))


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet computes: what begins like a formula gets an apostrophe."""
    plain = " ".join(text.split())
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def shown(counts: Mapping[State, int]) -> dict[str, int]:
    """Return counts by the name of the state, those of nothing left out."""
    return {str(state): counts[state] for state in State if counts.get(state)}


def _reach(desk: Desk, matter: Matter, version: Version) -> Reach:
    outbox = desk.store.outbox
    names = [entry.batch for entry in queued_of(version)]
    batches = tuple(batch for name in names if (batch := outbox.batch(name)) is not None)
    found = count_of(outbox, *(batch.batch for batch in batches))
    closed = tuple(name for name in names if is_closed(matter, name))
    return Reach(
        version, batches, found.counts, found.first_at, found.last_at, found.proofs, closed
    )


def _row(version: str, one: Message) -> tuple[str, ...]:
    return (
        version,
        one.batch,
        str(one.position),
        one.address,
        one.proof,
        one.language,
        str(one.state),
        str(one.attempts),
        str(one.copies),
        one.reply,
        one.queue_id,
        one.sent_at,
        one.changed_at,
    )


def _csv(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
