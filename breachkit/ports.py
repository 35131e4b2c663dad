"""What the steps need of the world: a store for the register, and a clock."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from breachkit.domain.delivery import Reply, Stage, State
from breachkit.domain.line import ActRow, Change, DutyRow, Head, Kept, Line, MatterRow, Receipt
from breachkit.domain.outbound import Batch, BoundList, Message, Outcome, Tally
from breachkit.domain.recipient import Recipient

Clock: TypeAlias = Callable[[], datetime]
"""Answers the time, always with a zone; passed in, so that nothing below asks the machine."""


class Store(Protocol):
    """A register of bytes and the rows projected from it; it knows nothing of breaches.

    Every method raises `StoreBusyError` when another process holds the register for too long, and
    `StoreError` when it cannot be read or written.
    """

    @property
    def outbox(self) -> "Outbox":
        """The rows of what leaves, in the same file."""
        ...

    def read(self, matter: str) -> list[Line]:
        """Return the entries of a matter in the order of their versions; empty when unknown."""
        ...

    def lines(self, after: int = 0) -> Iterator[Line]:
        """Stream the entries with a seq above `after`, in the order of the chain.

        Outside `snapshot`, entries that are committed meanwhile are streamed too.
        """
        ...

    def matter_of(self, key: str) -> str | None:
        """Return the matter that a key such as an alert's reference leads to."""
        ...

    def last_matter(self, prefix: str) -> str | None:
        """Return the highest matter whose id starts with `prefix`: the longest, then by text.

        So 2026-10000 comes after 2026-9999. It reads the matter rows: a matter that was committed
        without one is not seen.
        """
        ...

    def kept(self, digest: bytes) -> Kept | None:
        """Return the text kept under a digest; None when there is none, or not any more."""
        ...

    def kept_digests(self) -> Iterator[Kept]:
        """Stream every kept text with its salt and digest, in no order that means anything."""
        ...

    def overview(self, limit: int | None = None, *, told: Collection[str] = ()) -> list[DutyRow]:
        """Return the duties of open matters, the earliest due first, those without a date last.

        `told` keeps only the duties in one of these states, so that what was told in time does not
        fill the first rows for ever; empty keeps all.
        """
        ...

    def duties(self, matter: str) -> list[DutyRow]:
        """Return the duties of a matter, open or not, in the order they were written."""
        ...

    def acts(self) -> list[ActRow]:
        """Return the acts of open matters, the soonest first, those that are done last.

        They are what `domain.act` makes of each matter's duties, kept with them in one transaction.
        """
        ...

    def matters(self, state: str | None = None) -> list[MatterRow]:
        """Return the matters, all or those in one state, in the order of their ids."""
        ...

    def count_open(self) -> int:
        """Return how many matters are open."""
        ...

    def head(self) -> Head:
        """Return the last link of the chain."""
        ...

    def key(self) -> bytes:
        """Return the workspace's own 32 random bytes, the key for digests of addressees.

        Without it a digest of an address could be guessed by trying addresses.
        """
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Let everything read inside see one state of the register; nothing is committed inside."""
        ...

    def commit(self, change: Change) -> Receipt:
        """Append a change durably and whole, or nothing of it.

        Raise `ChangedMeanwhileError` when a version is not the matter's next one or a key leads to
        another matter, and `StoreFullError` when there is no room left.
        """
        ...

    def rebuild(
        self, matters: Iterable[MatterRow], duties: Mapping[str, tuple[DutyRow, ...]]
    ) -> None:
        """Replace all rows projected from the register by these; the register stays as it is."""
        ...

    def close(self) -> None:
        """Let go of the register; closing twice is harmless."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Outbox(Protocol):
    """The rows of the outbox, beside the register in the same file; raises what `Store` raises.

    Rows are made by `Store.commit` (`Change.queued`), in one transaction with their entry. Only one
    run sends at a time: whoever holds `claim_run`.
    """

    def together(self) -> AbstractContextManager[None]:
        """Make the changes inside durable at once, when it ends, or none of them: one commit for all."""
        ...

    def bind(self, bound: BoundList, recipients: Iterable[Recipient]) -> None:
        """Keep a list of recipients, streamed, whole or not at all; the same list again is harmless.

        Raise `ChangedMeanwhileError` when they are not as many as the list says, or have another
        digest, and `RefusedError` when the id belongs to another list.
        """
        ...

    def bound(self, list_id: str) -> BoundList | None:
        """Return a list by its id."""
        ...

    def recipients(self, list_id: str) -> Iterator[Recipient]:
        """Stream the recipients of a list in their order."""
        ...

    def batches(self, matter: str | None = None) -> list[Batch]:
        """Return the batches, all or those of a matter, in the order they were queued."""
        ...

    def batch(self, name: str) -> Batch | None:
        """Return a batch by its name."""
        ...

    def set_batch(self, name: str, state: str) -> None:
        """Open, hold or stop a batch; stopping cancels what has not left, and is for good.

        Holding and stopping take claimed messages away from the run, which `mark` then tells it.
        """
        ...

    def claim(self, now: str, limit: int) -> list[Message]:
        """Take messages that are due from open batches, durably; partners and authorities first."""
        ...

    def mark(self, ids: Iterable[int], now: str) -> Collection[int]:
        """Mark messages as handed over, durably, before any of their bodies is sent.

        Return those that were not marked, because they were stopped or held meanwhile: their bodies
        may not be sent.
        """
        ...

    def settle(self, outcomes: Iterable[Outcome], now: str) -> Collection[int]:
        """Record what became of messages, durably; each outcome counts as one attempt.

        Only what is claimed or handed over can be settled; `returned` also takes what was sent or is
        doubtful, and `waiting` gives a claimed message back untried: these two are no attempts.
        Return the ids that stayed as they were.
        """
        ...

    def recover(self, now: str) -> Tally:
        """Set right what a killed run left: claimed goes back to waiting, handed over is doubtful."""
        ...

    def next_due(self) -> str:
        """Return when the earliest open message is due, UTC; empty when none is."""
        ...

    def tally(self, batch: str | None = None) -> Tally:
        """Return how many messages stand in each state, of one batch or of all."""
        ...

    def messages(self, batch: str, states: Collection[State] = ()) -> Iterator[Message]:
        """Stream the messages of a batch in their order, all or those in some states."""
        ...

    def move(self, ids: Iterable[int], state: State, now: str, *, copy: bool = False) -> int:
        """Set messages into another state at a person's word; return how many moved.

        Deferred, refused and returned ones can wait again, and doubtful ones too, but only as a copy,
        and none of a stopped batch; doubtful ones can be sent or refused; sent and doubtful ones can
        be returned. What would move otherwise stays as it is.
        """
        ...

    def erase(self, batch: str, now: str) -> int:
        """Erase the addresses, names and fields of a batch and its list; proofs and states remain.

        What has not left can leave no more: it is cancelled. Return how many messages lost theirs.
        """
        ...

    def reminded(self, key: str, now: str) -> bool:
        """Note that a reminder goes out; False when it had gone out before."""
        ...

    def has_reminded(self, key: str) -> bool:
        """Tell whether a reminder has gone out before."""
        ...


class Refusal(Exception):  # noqa: N818  (what a server says is an answer, not an error of ours)
    """A conversation with the relay that ended before a message was accepted."""

    def __init__(self, stage: Stage, reply: Reply) -> None:
        super().__init__(f"{stage}: {reply}")
        self.stage = stage
        self.reply = reply


Mark: TypeAlias = Callable[[], Awaitable[None]]
"""Awaited between the relay's word to go on and the first byte of the body."""


class Session(Protocol):
    """One connection to the relay, used for many messages in turn."""

    size_limit: int
    """Largest message that the relay takes, in bytes; 0 where it named none (RFC 1870)."""
    smtputf8: bool

    async def send(self, sender: str, recipient: str, message: bytes, mark: Mark) -> Reply:
        """Send one message to one recipient; return the answer to the body, whatever it is.

        Raises Refusal for anything before the body. After it the session may be broken: `alive`.
        """
        ...

    @property
    def alive(self) -> bool:
        """Whether another message can be sent over it."""
        ...

    async def close(self) -> None:
        """End the conversation; never raises."""
        ...


class Relay(Protocol):
    """The server that takes our mail."""

    async def connect(self) -> Session:
        """Return a new session, secured and logged in; raises Refusal."""
        ...
