"""How the outbox is shown: the bar while it sends, batches, messages, what a run came to."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, receipt
from breachkit.cli.facts import item
from breachkit.cli.output import Answer, both, harmless, table

if TYPE_CHECKING:
    from breachkit.app.outbox import Posted
    from breachkit.app.posting import Drained
    from breachkit.app.returns import Returned
    from breachkit.domain.delivery import State
    from breachkit.domain.outbound import Message

Told = Callable[[Mapping["State", int], str], None]

EVERY = 1.0
"""Seconds between two lines of progress, at least."""

_HEAD = ["batch", "to", "scope", "state", "messages", "until"]
_MOST = 200
"""Messages shown on a terminal; JSON and `delivery report --csv` have all."""


@contextmanager
def progress(session: Session) -> Iterator[Told]:
    """Show how far a run is: a bar on a terminal, else one JSON document a line, on stderr."""
    if not sys.stderr.isatty():
        yield _in_lines()
        return
    from rich.console import Console
    from rich.progress import Progress

    from breachkit.domain.delivery import OPEN

    total = sum(sum(one.tally.get(state, 0) for state in OPEN) for one in session.kit.outbox())
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sending", total=total)

        def tell(tally: Mapping["State", int], trouble: str) -> None:
            bar.update(task, completed=sum(tally.values()), description=trouble[:40] or "sending")

        yield tell


def _in_lines() -> Told:
    last = [0.0]

    def tell(tally: Mapping["State", int], trouble: str) -> None:
        if trouble or time.monotonic() - last[0] >= EVERY:
            last[0] = time.monotonic()
            said = {**{str(state): count for state, count in tally.items()}}
            click.echo(json.dumps({**said, **({"trouble": trouble} if trouble else {})}), err=True)

    return tell


def drained(session: Session, done: "Drained") -> Answer:
    """Return what a run came to: sent, deferred, refused, doubtful, and the next command."""
    counts = {str(state): count for state, count in done.tally.items() if count}
    data = {
        **{name: counts.get(name, 0) for name in ("sent", "deferred", "refused", "doubtful")},
        "recovered": {str(state): count for state, count in done.recovered.items()},
        "open": done.left,
        "next_due": done.next_due or None,
        "trouble": done.trouble or None,
        "batches": [{"batch": one.batch.batch, "counts": one.counts} for one in done.arrivals],
    }
    said = ("sent", "deferred", "refused", "doubtful")
    lines = [", ".join(f"{counts.get(name, 0)} {name}" for name in said)]
    lines += [line for one in done.arrivals for line in _arrived(one)]
    if done.trouble:
        lines += item("TROUBLE", harmless(done.trouble))
    if done.left:
        due = f", the next at {both(done.next_due, session.kit.zone)}" if done.next_due else ""
        lines += item("open", f"{done.left} messages{due}")
    status = 75 if done.trouble else 0
    return Answer(data, lines, receipt(session, *_next(done)), status)


def _arrived(one: Any) -> Iterator[str]:
    name = one.batch.batch
    if one.left:
        yield from item("handed", f"{name} to the relay; told once nothing came back in time")
    if one.told:
        yield from item("told", f"{name}: nothing came back in time, or it was acknowledged")
    if one.returned:
        yield from item("RETURNED", f"{name}: the duty is open again")


def _next(done: "Drained") -> Iterator[str]:
    doubtful = [one for one in done.arrivals if one.counts.get("doubtful")]
    lost = [one for one in done.arrivals if one.returned or one.counts.get("refused")]
    for one in doubtful:
        yield command("outbox", "retry", one.batch.batch)
    for one in lost:
        batch = one.batch
        if batch.addressee == "partner":
            yield command("notice", "callsheet", batch.matter, "--scope", batch.scope)
        else:
            yield command("delivery", "report", batch.notice, "--unreached")
    if done.left or done.trouble:
        yield command("outbox", "drain")
    if not (doubtful or lost or done.left or done.trouble):
        yield command("status")


def listed(session: Session, found: "list[Posted]") -> Answer:
    """Return the batches."""
    data = [_batch(one) for one in found]
    rows = [
        [
            one.batch.batch,
            one.batch.addressee.replace("_", " "),
            one.batch.scope,
            one.batch.state,
            in_words(one.tally),
            both(one.batch.until, session.kit.zone),
        ]
        for one in found
    ]
    lines = table(rows, _HEAD) if rows else ["the outbox is empty"]
    return Answer({"batches": data}, [harmless(line) for line in lines])


def shown(session: Session, one: "Posted", messages: "Iterator[Message]") -> Answer:
    """Return a batch with its messages."""
    every = list(messages)
    data = {**_batch(one), "messages": [_message(message) for message in every]}
    rows = [
        [
            str(message.position),
            message.address or f"erased {message.proof[:8]}",
            str(message.state),
            both(message.sent_at or message.next_at, session.kit.zone),
            message.reply,
        ]
        for message in every[:_MOST]
    ]
    lines = [f"{one.batch.batch}, {one.batch.state}: {in_words(one.tally)}"]
    lines += table(rows, ["no", "to", "state", "accepted or next", "answer"]) if rows else []
    more = len(every) - len(rows)
    notes = [f"and {more} more: {command('delivery', 'report', one.batch.notice)}"] if more else []
    return Answer(data, [harmless(line) for line in lines], notes)


def returned(session: Session, done: "Returned") -> Answer:
    """Return what a mailbox said."""
    data = {
        "batches": [{"batch": one.batch.batch, "returned": one.moved} for one in done.handled],
        **{name: getattr(done, name) for name in ("messages", "reports", "delayed", "forged")},
    }
    first = f"{done.messages} messages read, {done.reports} reports about ours"
    lines = [first, *(f"{one.batch.batch}: {one.moved} came back" for one in done.handled)]
    if done.forged:
        lines += item("FORGED", f"{done.forged} reports name a message of ours without its proof")
    calls = [
        command("notice", "callsheet", one.batch.matter, "--scope", one.batch.scope)
        for one in done.handled
        if one.batch.addressee == "partner"
    ]
    return Answer(data, lines, receipt(session, *(calls or [command("outbox", "list")])))


def counted(counts: Mapping[str, int]) -> Iterator[str]:
    """Yield how many messages stand in each state."""
    if counts:
        yield from item("now", ", ".join(f"{count} {name}" for name, count in counts.items()))


def in_words(tally: Mapping["State", int]) -> str:
    """Return how many messages stand in each state, in words."""
    return ", ".join(f"{count} {state}" for state, count in sorted(tally.items()) if count) or "-"


def _batch(one: "Posted") -> dict[str, Any]:
    counts = {str(state): count for state, count in one.tally.items() if count}
    return {**one.batch._asdict(), "counts": counts}


def _message(one: "Message") -> dict[str, Any]:
    return {**one._asdict(), "state": str(one.state)}
