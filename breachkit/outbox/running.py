"""One run of the outbox: its sessions share the claimed messages, the pace and the trouble."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from breachkit.domain.delivery import RELAY_STAGES, Reply, Stage, State, next_attempt, outcome_of
from breachkit.domain.outbound import Batch, Message, Outcome, Tally
from breachkit.domain.pace import NO_TROUBLE, Pace, full, take, worsened
from breachkit.domain.recipient import is_ascii
from breachkit.errors import BreachkitError, StoreError
from breachkit.outbox.ledger import Ledger, stamp
from breachkit.ports import Clock, Outbox, Refusal, Relay, Session

CLAIMED_EACH = 4
"""Messages that are claimed at once for each session; what a killed run hands back."""
NEWS_SECONDS = 2.0
"""How often a service looks for what other processes queued meanwhile."""

Until: TypeAlias = Literal["empty", "stopped"]
"""A run ends when nothing is due now, or, as a service, when it is told to."""
Progress: TypeAlias = Callable[[Tally, str], None]
"""Told of each group of outcomes: how many so far in this run, and what hinders, if anything."""


class Builder(NamedTuple):
    """What makes the messages of one batch."""

    sender: str
    """The address in the envelope."""
    build: Callable[[Message], bytes]
    """Raises ValueError, LookupError or BreachkitError for a recipient it cannot write to."""


class _WithdrawnError(Exception):
    """A message that was cancelled or held while it was on its way."""


class Running:
    """One run: its sessions share the claimed messages, the pace and the trouble."""

    def __init__(
        self,
        outbox: Outbox,
        relay: Relay,
        builder_of: Callable[[Batch], Builder],
        clock: Clock,
        pace: Pace,
        until: Until,
        progress: Progress,
        stop: asyncio.Event,
    ) -> None:
        self.ledger = Ledger(outbox, clock, lambda: progress(self.ledger.tally, ""))
        self.given_up = 0
        self.ended_by: Refusal | None = None
        self._outbox, self._relay, self._builder_of = outbox, relay, builder_of
        self._clock, self._pace, self._until = clock, pace, until
        self._progress, self._stop = progress, stop
        self._claimed: deque[Message] = deque()
        self._batches: dict[str, tuple[Batch, Builder]] = {}
        self._bucket = full(pace, 0.0)
        self._trouble = NO_TROUBLE
        self._joined = 0
        self._at_once = 0

    async def until_done(self, sessions: int) -> None:
        """Send what is due; as a service, rest until more is, and so on."""
        self._at_once = CLAIMED_EACH * sessions
        while not self._ending:
            self._claim()
            workers = min(sessions, len(self._claimed))
            found = await asyncio.gather(
                *(self._work() for _ in range(workers)), return_exceptions=True
            )
            self.ledger.record()
            for one in found:
                if isinstance(one, BaseException):
                    raise one
            if self._until == "empty":
                return
            await self._rest(self._seconds_until_due())

    def send_again(self, batch: Batch) -> None:
        """Queue a copy of each doubtful message that has none yet, where that was chosen."""
        if batch.doubt == "resend" and batch.state == "open":
            doubtful = self._outbox.messages(batch.batch, {State.DOUBTFUL})
            ids = [one.id for one in doubtful if not one.copies]
            if ids:
                self._outbox.move(ids, State.WAITING, stamp(self._clock()), copy=True)

    @property
    def _ending(self) -> bool:
        return self._stop.is_set() or self.ended_by is not None

    async def _work(self) -> None:
        """Send one message after another over one session, made anew when it breaks."""
        session: Session | None = None
        fresh = True
        try:
            while not self._ending:
                if session is None or not session.alive:
                    await self._leave(session)
                    session, fresh = await self._join(), True
                message = self._next() if session is not None else None
                if session is None or message is None:
                    break
                if not await self._in_turn():
                    self._claimed.appendleft(message)
                    break
                fresh = await self._send(session, message, fresh=fresh)
        except BaseException:
            self._stop.set()
            raise
        finally:
            await self._leave(session)

    async def _join(self) -> Session | None:
        """Return a new session, as soon as the relay gives one; None when there is no use for it."""
        while not self._ending and self._has_more():
            wait = self._trouble.resume_at - _seconds()
            if wait > 0:
                await self._rest(wait)
                continue
            try:
                session = await self._relay.connect()
            except Refusal as refusal:
                self._troubled(refusal)
            else:
                self._joined += 1
                return session
        return None

    async def _leave(self, session: Session | None) -> None:
        if session is not None:
            self._joined -= 1
            await session.close()

    async def _send(self, session: Session, message: Message, *, fresh: bool) -> bool:
        """Send one message and note what became of it; return whether the session is still fresh."""
        batch, builder = self._made(message.batch)
        try:
            raw = builder.build(message)
            _check_sendable(message, len(raw), session)
        except (BreachkitError, ValueError, LookupError) as error:
            self.ledger.settle(Outcome(message.id, State.REFUSED, f"not sent: {error}"))
            return fresh

        async def mark() -> None:
            if not await self.ledger.mark(message.id):
                raise _WithdrawnError

        try:
            reply = await session.send(builder.sender, message.address, raw, mark)
        except _WithdrawnError:
            return False
        except Refusal as refusal:
            if refusal.stage in RELAY_STAGES:
                self._claimed.appendleft(message)
                await session.close()
                # A session that has served before only came to its end, as many relays have one.
                if fresh:
                    self._troubled(refusal)
                return True
            self._settle(batch, message, refusal.stage, refusal.reply)
        else:
            self._settle(batch, message, Stage.BODY, reply)
        self._trouble = NO_TROUBLE
        return False

    def _settle(self, batch: Batch, message: Message, stage: Stage, reply: Reply) -> None:
        now, state = self._clock(), outcome_of(stage, reply)
        text, next_at, sent_at = str(reply), "", ""
        if state is State.DEFERRED:
            until = datetime.fromisoformat(batch.until) if batch.until else None
            after = next_attempt(message.attempts + 1, now, until)
            if after is None:
                state, text = State.REFUSED, f"given up at the deadline: {text}"
                self.given_up += 1
            else:
                next_at = stamp(after)
        elif state is State.SENT:
            sent_at = stamp(now)
        self.ledger.settle(Outcome(message.id, state, text, reply.queue_id, next_at, sent_at))
        if state is State.DOUBTFUL and batch.doubt == "resend" and not message.copies:
            self.ledger.record()
            self._outbox.move([message.id], State.WAITING, stamp(now), copy=True)

    def _troubled(self, refusal: Refusal) -> None:
        """Wait longer before the relay is tried again, or end the run."""
        self._trouble = worsened(self._pace, self._trouble, _seconds())
        self._progress(self.ledger.tally, str(refusal))
        of_all = refusal.stage is Stage.SENDER or not self._joined
        # The same wrong secret again and again locks accounts.
        last = self._trouble.tries >= self._pace.tries or _is_wrong_login(refusal)
        if self._until == "empty" and of_all and last:
            self.ended_by = refusal

    def _has_more(self) -> bool:
        if not self._claimed:
            self._claim()
        return bool(self._claimed)

    def _next(self) -> Message | None:
        return self._claimed.popleft() if self._has_more() else None

    def _claim(self) -> None:
        self._claimed.extend(self._outbox.claim(stamp(self._clock()), self._at_once))

    def _made(self, name: str) -> tuple[Batch, Builder]:
        if name not in self._batches:
            batch = self._outbox.batch(name)
            if batch is None:
                raise StoreError(
                    f"{name}: the outbox has messages of a batch that it does not know"
                )
            self._batches[name] = batch, self._builder_of(batch)
        return self._batches[name]

    async def _in_turn(self) -> bool:
        """Wait for a place at the relay's pace; False when the run ends before."""
        self._bucket, wait = take(self._pace, self._bucket, _seconds())
        if wait > 0:
            await self._rest(wait)
        return not self._ending

    def _seconds_until_due(self) -> float:
        due = self._outbox.next_due()
        wait = (
            (datetime.fromisoformat(due) - self._clock()).total_seconds() if due else NEWS_SECONDS
        )
        return min(max(wait, 0.05), NEWS_SECONDS)

    async def _rest(self, seconds: float) -> None:
        """Wait, unless the run is told to end before."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)


def _check_sendable(message: Message, size: int, session: Session) -> None:
    """Raise ValueError for a message that the relay could not take, or would take for another."""
    if not message.address:
        raise ValueError("its address was erased")
    if not is_ascii(message.address) and not session.smtputf8:
        raise ValueError(f"{message.address} needs SMTPUTF8, which the relay does not offer")
    if session.size_limit and size > session.size_limit:
        raise ValueError(f"it has {size} bytes, and the relay takes {session.size_limit}")


def _is_wrong_login(refusal: Refusal) -> bool:
    return refusal.stage is Stage.LOGIN and 500 <= refusal.reply.code < 600


def _seconds() -> float:
    return asyncio.get_running_loop().time()
