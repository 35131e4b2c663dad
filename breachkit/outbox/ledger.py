"""What a run has to record, committed once for all that came together."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic

from breachkit.domain.delivery import State
from breachkit.domain.outbound import Outcome, Tally
from breachkit.ports import Clock, Outbox

LONGEST_WAIT = 0.01
"""Seconds that a mark waits at most for others to be committed with it."""


def stamp(at: datetime) -> str:
    """Return a time as the outbox keeps it: UTC, fixed width, microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Ledger:
    """Marks and outcomes on their way to the disk; whoever marks waits until it is there."""

    def __init__(self, outbox: Outbox, clock: Clock, told: Callable[[], None]) -> None:
        self._outbox = outbox
        self._clock = clock
        self._told = told
        self._marks: dict[int, asyncio.Future[bool]] = {}
        self._outcomes: list[Outcome] = []
        self._planned: asyncio.TimerHandle | None = None
        self._wait = 0.0
        self._failure: BaseException | None = None
        self._counts: Counter[State] = Counter()

    @property
    def tally(self) -> Tally:
        """How many messages came to each state."""
        return dict(self._counts)

    async def mark(self, message: int) -> bool:
        """Return when it is on the disk that a message is handed over; False when it may not be."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._marks[message] = future
        self._plan()
        return await future

    def settle(self, outcome: Outcome) -> None:
        """Record what became of a message, with the next commit."""
        self._outcomes.append(outcome)
        self._plan()

    def record(self) -> None:
        """Commit now what is pending; raises what the outbox raises, then and ever after."""
        if self._planned is not None:
            self._planned.cancel()
            self._planned = None
        if self._failure is not None:
            raise self._failure
        if not self._outcomes and not self._marks:
            return
        outcomes, self._outcomes = self._outcomes, []
        marks, self._marks = self._marks, {}
        try:
            barred = self._commit(outcomes, marks)
        except BaseException as error:
            self._failure = error
            for future in marks.values():
                if not future.done():
                    future.set_exception(error)
            raise
        for number, future in marks.items():
            if not future.done():
                future.set_result(number not in barred)
        if outcomes:
            self._counts.update(outcome.state for outcome in outcomes)
            self._told()

    def _commit(self, outcomes: list[Outcome], marks: Collection[int]) -> Collection[int]:
        """Write both; return the marks that may not be, because somebody stopped their messages."""
        now = stamp(self._clock())
        began = monotonic()
        with self._outbox.together():
            if outcomes:
                self._outbox.settle(outcomes, now)
            barred = self._outbox.mark(marks, now) if marks else ()
        self._wait = min(monotonic() - began, LONGEST_WAIT)
        return barred

    def _plan(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._planned is None:
            # As long as the last commit took, others may join: on a slow disk they come together.
            loop = asyncio.get_running_loop()
            self._planned = loop.call_later(self._wait, self._record_planned)

    def _record_planned(self) -> None:
        if self._planned is not None:
            with suppress(BaseException):  # kept, and raised to whoever records next
                self.record()
