"""The outbox on its way out: claim, send, record, until nothing is due. The only asynchronous room."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from breachkit.domain.outbound import Batch, Tally
from breachkit.domain.pace import Pace
from breachkit.outbox.ledger import stamp
from breachkit.outbox.running import Builder, Progress, Running, Until
from breachkit.ports import Clock, Outbox, Refusal, Relay

__all__ = ["Builder", "Progress", "Run", "Until", "drain", "run_drain"]


@dataclass(frozen=True, slots=True)
class Run:
    """What one run did."""

    tally: Tally
    """How many messages came to each state; one that was sent again counts again."""
    given_up: int = 0
    """Of the refused, those deferred up to the deadline that mattered."""
    trouble: Refusal | None = None
    """Why it ended before everything due was tried: the relay's last word on us."""
    recovered: Tally = field(default_factory=dict)
    """What a run before this one had left, by the state it was set to."""


async def drain(
    outbox: Outbox,
    relay: Relay,
    builder_of: Callable[[Batch], Builder],
    *,
    sessions: int,
    clock: Clock,
    pace: Pace,
    until: Until = "empty",
    progress: Progress = lambda tally, trouble: None,
    stop: asyncio.Event | None = None,
) -> Run:
    """Send what is due over some sessions, each message recorded before and after its body.

    Whoever calls it holds the lock of the run. `stop` ends it when the messages in flight have their
    answers. Raises what the outbox raises: then nothing more is sent, and a message that has an
    answer which could not be recorded is doubtful in the next run.
    """
    recovered = outbox.recover(stamp(clock()))
    run = Running(outbox, relay, builder_of, clock, pace, until, progress, stop or asyncio.Event())
    try:
        for batch in outbox.batches():
            run.send_again(batch)
        await run.until_done(sessions)
    finally:
        run.ledger.record()
        outbox.recover(stamp(clock()))
    return Run(run.ledger.tally, run.given_up, run.ended_by, recovered)


def run_drain(
    outbox: Outbox,
    relay: Relay,
    builder_of: Callable[[Batch], Builder],
    *,
    sessions: int,
    clock: Clock,
    pace: Pace,
    until: Until = "empty",
    progress: Progress = lambda tally, trouble: None,
) -> Run:
    """Drain from a program of its own: SIGTERM and SIGINT let the messages in flight finish.

    A second signal ends it at once; what was in flight then is doubtful.
    """

    async def whole() -> Run:
        """Drain, ended by a signal."""
        stop = asyncio.Event()
        _listen(stop)
        return await drain(
            outbox,
            relay,
            builder_of,
            sessions=sessions,
            clock=clock,
            pace=pace,
            until=until,
            progress=progress,
            stop=stop,
        )

    return asyncio.run(whole())


def _listen(stop: asyncio.Event) -> None:
    """Let the first signal stop the run in peace; the second one finds nobody who listens."""
    loop = asyncio.get_running_loop()
    with suppress(RuntimeError, ValueError):  # only the main thread hears signals
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _stopped, stop, number)


def _stopped(stop: asyncio.Event, number: signal.Signals) -> None:
    stop.set()
    asyncio.get_running_loop().remove_signal_handler(number)
