"""What the steps need of the world: a store for the register, and a clock."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from breachkit.domain.line import ActRow, Change, DutyRow, Head, Kept, Line, MatterRow, Receipt

Clock: TypeAlias = Callable[[], datetime]
"""Answers the time, always with a zone; passed in, so that nothing below asks the machine."""


class Store(Protocol):
    """A register of bytes and the rows projected from it; it knows nothing of breaches.

    Every method raises `StoreBusyError` when another process holds the register for too long, and
    `StoreError` when it cannot be read or written.
    """

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
