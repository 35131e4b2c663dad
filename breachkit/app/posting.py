"""How outbox, letters and relay are joined: a run that sends, files instead, bounces, reminders."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from breachkit.adapters.lock import claim_run
from breachkit.adapters.mail.message import Builder as Messages
from breachkit.adapters.mail.smtp import SmtpRelay
from breachkit.adapters.settings import Mail, read_settings
from breachkit.casework.arrival import Arrival, settle
from breachkit.casework.desk import Desk, stamp_now
from breachkit.domain.delivery import State
from breachkit.domain.instant import moment
from breachkit.domain.letter import Letter
from breachkit.domain.line import commitment_of
from breachkit.domain.outbound import Batch, Tally
from breachkit.domain.pace import Pace
from breachkit.errors import BreachkitError, NotTrustedError, RefusedError
from breachkit.outbox import Builder, Run, drain

if TYPE_CHECKING:
    from breachkit.app.workplace import Workplace
    from breachkit.casework.sending import Plan

LOCK = "outbox.lock"
"""Beside the register: held by the one run that sends."""

PAUSE = 2.0
"""Seconds between two looks of a service for what is due."""

Progress = Callable[[Tally, str], None]


@dataclass(frozen=True)
class Drained:
    """What a run sent, and what the register says of it."""

    tally: Tally
    trouble: str = ""
    """Why it ended before everything due was tried."""
    recovered: Tally = field(default_factory=dict)
    """What a run that was killed had left."""
    arrivals: tuple[Arrival, ...] = ()
    """The batches of which something new was recorded."""
    left: int = 0
    """How many messages are still open."""
    next_due: str = ""


def mail_of(kit: "Workplace") -> Mail:
    """Return the settings of the relay; RefusedError where there are none."""
    mail = read_settings(kit.folder).mail
    if mail is None:
        raise RefusedError(
            "the workspace names no relay that takes our mail",
            hint="fill in [mail] in breachkit.toml, or write files: breachkit notice send ID --eml DIR",
        )
    return mail


def send_due(kit: "Workplace", progress: Progress, *, forever: bool = False) -> Drained:
    """Send what is due, and record what became of it; as a service until it is told to stop.

    One run sends at a time: a second one raises StoreBusyError that says who holds the lock.
    """
    mail = mail_of(kit)
    with claim_run(kit.folder.root / LOCK, kit.desk.now()):
        return asyncio.run(_until_told(kit, mail, progress, forever=forever))


async def _until_told(
    kit: "Workplace", mail: Mail, progress: Progress, *, forever: bool
) -> Drained:
    stop = asyncio.Event()
    with suppress(RuntimeError, ValueError, NotImplementedError):  # only the main thread hears
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    done = await _once(kit, mail, progress, stop)
    while forever and not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE)
        if not stop.is_set():
            done = _joined(done, await _once(kit, mail, progress, stop))
    return done


async def _once(kit: "Workplace", mail: Mail, progress: Progress, stop: asyncio.Event) -> Drained:
    outbox = kit.store.outbox
    run: Run = await drain(
        outbox,
        SmtpRelay(mail.relay(kit.folder.root)),
        cache(lambda batch: builder_of(kit.desk, batch)),
        sessions=mail.sessions,
        clock=kit.desk.clock,
        pace=Pace(per_minute=mail.per_minute),
        progress=progress,
        stop=stop,
    )
    news = tuple(one for one in settle(kit.desk, kit.actor) if one.changed)
    tally = outbox.tally()
    left = sum(tally.get(state, 0) for state in (State.WAITING, State.DEFERRED))
    trouble = str(run.trouble) if run.trouble else ""
    return Drained(run.tally, trouble, run.recovered, news, left, outbox.next_due())


def _joined(before: Drained, now: Drained) -> Drained:
    tally = {
        state: before.tally.get(state, 0) + now.tally.get(state, 0)
        for state in (*before.tally, *now.tally)
    }
    return replace(now, tally=tally, arrivals=(*before.arrivals, *now.arrivals))


def builder_of(desk: Desk, batch: Batch) -> Builder:
    """Return what makes the messages of a batch from the letter that was kept when it was queued."""
    letter = letter_in(desk, batch)
    messages = Messages(letter, key=desk.store.key(), batch=batch, date=moment(batch.queued_at))
    return Builder(letter.sender, messages.build)


def letter_in(desk: Desk, batch: Batch) -> Letter:
    """Return the letter of a batch; NotTrustedError where it is not the one that was queued."""
    digest = bytes.fromhex(batch.letter_kept)
    kept = desk.store.kept(digest)
    if kept is None or commitment_of(kept.salt, kept.text) != digest:
        raise NotTrustedError(
            f"the letter of {batch.batch} is not the one that was queued",
            hint="breachkit register verify",
        )
    return Letter.from_bytes(kept.text)


def write_files(kit: "Workplace", plan: "Plan", folder: Path) -> int:
    """Write the messages of a version as files; return how many there are."""
    from breachkit.adapters.mail.eml import write_messages

    messages = Messages(plan.letter, key=kit.store.key(), batch=plan.batch, date=_dated(plan))

    def each() -> Iterator[tuple[int, bytes]]:
        for position, recipient in enumerate(plan.addressed.read(), start=1):
            if position > plan.batch.size:
                return
            yield position, messages.build_for(recipient, position)

    return write_messages(folder, plan.version.id, each())


def _dated(plan: "Plan") -> datetime:
    """Return when the version was released, so that a run that was cut off writes the same bytes."""
    return moment(plan.version.approved_at)


def send_reminders(kit: "Workplace", subject: str, text: str, to: tuple[str, ...]) -> None:
    """Mail a reminder to the responders through the relay; BreachkitError where it takes none of them."""
    mail = mail_of(kit)
    now = kit.desk.now()
    letter = Letter("en", mail.sender, mail.sender_name or "", "", subject, text, _page(text), "")
    name = f"reminder-{stamp_now(now)[:19].replace(':', '')}"
    batch = Batch(name, "", "", 0, "", "", "", "", len(to), "ask", "", stamp_now(now))
    messages = Messages(letter, key=kit.store.key(), batch=batch, date=now)
    failed = asyncio.run(_mail(SmtpRelay(mail.relay(kit.folder.root)), mail.sender, messages, to))
    if len(failed) == len(to):
        raise BreachkitError(
            f"no reminder has left: {failed[0]}", hint="breachkit outbox remind, once mended"
        )


async def _mail(
    relay: SmtpRelay, sender: str, messages: Messages, to: tuple[str, ...]
) -> list[str]:
    from breachkit.domain.recipient import Recipient
    from breachkit.ports import Refusal

    async def nothing() -> None:
        return None

    failed = []
    for position, address in enumerate(to, start=1):
        try:
            session = await relay.connect()
            raw = messages.build_for(Recipient(address), position)
            reply = await session.send(sender, address, raw, nothing)
            if not 200 <= reply.code < 300:
                failed.append(f"{address}: {reply}")
            await session.close()
        except Refusal as refusal:
            failed.append(f"{address}: {refusal}")
    return failed


def _page(text: str) -> str:
    from html import escape

    return f'<!doctype html><html lang="en"><body><pre>{escape(text)}</pre></body></html>'


def wait_of(kit: "Workplace") -> timedelta:
    """Return how long no bounce must have come before somebody counts as told."""
    return mail_of(kit).post.told_after
