"""What the store carries: lines of the register, and the rows that `status` reads.

Plain records of bytes and text, all named tuples: they cost a third of a dataclass to define, at each
start of `status`, and the least to make by the thousand. The store knows these types and nothing of
breaches; only `entry.py` knows what the bytes mean.
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from breachkit.domain.outbound import Queued

SCHEME = b"breachkit register 1"
"""Names the version of the hash scheme in every link of the chain."""

GENESIS = hashlib.sha256(SCHEME).digest()
"""What the first entry links to."""

MATTER_ERASED = "MatterErased"
"""Name, before the slash, of the kind that records an erasure: the bodies before it in its own matter
may be missing. It stands here because the proof must tell an erasure from a loss without reading JSON."""

NOT_COMPUTABLE = "not computable: "
"""Before the reason, in the column that otherwise says what a date rests on."""

PENDING = frozenset({"waiting", "unconfirmed"})
"""What a duty says as long as its addressee has still to be told."""

BETWEEN = "\x1f"
"""Between the words of a column that holds several: no fact may contain it."""


class NewLine(NamedTuple):
    """An entry that is about to be appended."""

    matter: str
    version: int
    """1 for the matter's first entry, then one more each time; taken already means somebody was first."""
    kind: str
    """Name and version of the entry's shape, such as `FactsAmended/1`."""
    body: bytes
    """Canonical JSON; never serialised again."""


class Line(NamedTuple):
    """An entry as it stands in the register."""

    seq: int
    matter: str
    version: int
    kind: str
    at: str
    """Time of recording: UTC, fixed width with microseconds, `2026-11-20T16:40:00.000000Z`."""
    body: bytes | None
    """None once erased; the commitment and the chain stay."""
    salt: bytes | None
    commitment: bytes
    chain: bytes


class Kept(NamedTuple):
    """A text kept beside the register under its own salted digest, so that it can be erased alone."""

    digest: bytes
    salt: bytes
    text: bytes


class Head(NamedTuple):
    """The last link of the chain; `seq` 0 and GENESIS when nothing was written yet."""

    seq: int
    at: str
    chain: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.chain.hex()}"


class MatterRow(NamedTuple):
    """What lists show of a matter."""

    matter: str
    title: str
    state: str
    """`open`, `closed` or `merged`."""
    reference: str
    opened_at: str
    facts: str
    """One line on how far the matter is, such as `2 scopes, 1 notice`."""


class DutyRow(NamedTuple):
    """What `status` shows of a duty, in columns that need no decoding.

    Instants are UTC text of fixed width, or empty where there is none.
    """

    matter: str
    duty: str
    """`instrument/obligation@scope`."""
    scope: str
    side: str
    """`ours`, `theirs` or `possible`."""
    addressee: str
    citation: str
    due_at: str
    due_kind: str
    """`deadline`, `provisional`, `target`, `follow-up`, `none`, or `not computable: ` and the reason."""
    soon_at: str
    """From when on the duty counts as due soon."""
    told: str
    """`waiting`, `in time`, `late`, `unconfirmed`, `told`, `stopped` or `not owed`."""
    content: str
    """`open`, `complete` or `supplement owed`."""
    gaps: int
    waits_for: str
    command: str
    question: str
    question_command: str
    moved_from: str
    """The deadline shown before the law or the settings changed; empty when it did not move."""
    standing: str


class ActRow(NamedTuple):
    """What `status` shows of an act: of one thing to do, which meets one duty or several.

    It follows from the duties' columns alone (`domain/act.py`); only the time left does not stand here.
    """

    matter: str
    position: int
    """Its place among the acts of its matter."""
    rank: str
    """Orders the acts of all matters; among equals the matter and the position do."""
    pending: bool
    """Whether something is still to be done."""
    side: str
    """`ours` as soon as one of its duties is, else `theirs`, else `possible`."""
    state: str
    """How it stands, such as `in time`; empty where a clock says so: running, due soon, overdue."""
    due_at: str
    """When it is due; empty where no figure says so, or it was told already."""
    soon_at: str
    basis: str
    """What somebody must know who relies on the date, such as `provisional, disputed`."""
    scopes: str
    """The first scope that it is for and how many more, such as `acme +2`; empty for the whole."""
    citations: str
    """The first provision that it meets and how many more, or what was promised."""
    gaps: int
    """How many facts the duty lacks that lacks most."""
    waits_for: str
    outside: str
    """Which notice left outside the gate, in words; empty where none did, or it says so anyway."""
    problem: str
    """Why a limit that runs cannot be counted; empty where all can, or none runs."""
    moved_from: str
    """The date that was shown before the law or the settings changed; empty where none moved."""
    command: str
    """The next command; empty where the act is not ours."""
    questions: str
    """Question, command, question, command and so on, BETWEEN them."""


class Change(NamedTuple):
    """All that one step writes, at once or not at all."""

    now: str
    """The clock's time; the store records the later of it and the head's."""
    lines: tuple[NewLine, ...]
    kept: tuple[Kept, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    """Names that lead to a matter, such as an alert's reference: (key, matter)."""
    matters: tuple[MatterRow, ...] = ()
    duties: Mapping[str, tuple[DutyRow, ...]] = MappingProxyType({})
    """For each matter all its rows; they replace those it had, and its acts follow from them."""
    queued: "tuple[Queued, ...]" = ()
    """Messages that enter the outbox in the same transaction."""


class Receipt(NamedTuple):
    """What a commit answers: when it was recorded, and the new head."""

    at: str
    head: Head


def commitment_of(salt: bytes, body: bytes) -> bytes:
    """Return the digest that stands for a body in the chain, and remains when the body is erased."""
    return hashlib.sha256(salt + body).digest()


def chain_of(
    previous: bytes, seq: int, matter: str, version: int, kind: str, at: str, commitment: bytes
) -> bytes:
    """Return the link of an entry: a digest over the one before and the entry's own envelope.

    Each part is prefixed by its length (four bytes, big-endian), so that no two envelopes read alike.
    """
    parts = (str(seq), matter, str(version), kind, at)
    envelope = b"".join(len(raw).to_bytes(4, "big") + raw for raw in map(str.encode, parts))
    return hashlib.sha256(SCHEME + previous + envelope + commitment).digest()
