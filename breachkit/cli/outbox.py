"""`breachkit outbox`: drain, list, show, retry, hold, resolve, close, stop, bounces, remind."""

from typing import TYPE_CHECKING, Any, Literal

import click

from breachkit.cli import posted
from breachkit.cli.base import Session, command, noun, receipt, verb
from breachkit.cli.output import Answer, harmless
from breachkit.errors import BadInputError

if TYPE_CHECKING:
    from breachkit.casework.handling import Handled

outbox_command = noun("outbox", "Send what is queued, and see to what did not arrive.")

POSITION = click.option(
    "--position", "positions", type=int, metavar="N", multiple=True, help="Only this one."
)
REASON = click.option(
    "--reason", metavar="TEXT", required=True, help="An authority may one day read it."
)


@verb(
    outbox_command,
    "drain",
    act=True,
    example="breachkit outbox drain\n  breachkit outbox drain --forever",
)
@click.option("--forever", is_flag=True, help="As a service, until it is told to stop.")
def drain(session: Session, forever: bool) -> Answer:
    """Send what is due, and record what became of it.

    One run sends at a time; a second one says who does, and exits 75. Killed at any instant, nothing
    is lost: at most the messages in flight are doubtful.
    """
    with posted.progress(session) as told:
        done = session.kit.drain(forever=forever, progress=told)
    return posted.drained(session, done)


@verb(outbox_command, "list", example="breachkit outbox list 2026-0007")
@click.argument("incident", required=False)
def list_(session: Session, incident: str | None) -> Answer:
    """List the batches of all incidents or of one, with how many messages stand in each state."""
    return posted.listed(session, session.kit.outbox(incident))


@verb(outbox_command, "show", example="breachkit outbox show 2026-0007-n1.1")
@click.argument("batch")
@click.option("--state", "states", metavar="STATE", multiple=True, help="Only in this state.")
def show(session: Session, batch: str, states: tuple[str, ...]) -> Answer:
    """Show the messages of a BATCH: to whom, in which state, with the server's last answer."""
    from breachkit.domain.delivery import State

    try:
        wanted = [State(one) for one in states]
    except ValueError as error:
        known = ", ".join(State)
        raise BadInputError(str(error), hint=f"one of: {known}") from error
    kit = session.kit
    return posted.shown(session, kit.posted(batch), kit.messages(batch, wanted))


@verb(outbox_command, "retry", act=True, example="breachkit outbox retry 2026-0007-n1.1")
@click.argument("batch")
@POSITION
def retry(session: Session, batch: str, positions: tuple[int, ...]) -> Answer:
    """Send again what was refused or deferred, or what is doubtful: marked as a possible copy.

    What came back is sent again only by its position: its address has to be right first.
    """
    done = session.kit.retry(batch, positions)
    return _handled(session, done, f"to be sent again: {done.moved}", "outbox", "drain")


@verb(outbox_command, "hold", act=True, example="breachkit outbox hold 2026-0007-n3.1")
@click.argument("batch")
@click.option("--off", is_flag=True, help="Let it leave again.")
def hold(session: Session, batch: str, off: bool) -> Answer:
    """Let nothing more of a BATCH leave for now."""
    done = session.kit.hold(batch, off=off)
    said = "open again" if off else "held: nothing more of it leaves"
    return _handled(session, done, said, "outbox", "show", batch)


@verb(
    outbox_command,
    "resolve",
    act=True,
    example="breachkit outbox resolve 2026-0007-n1.1 --accepted",
)
@click.argument("batch")
@click.option("--accepted", "found", flag_value="accepted", help="The relay's log has it.")
@click.option("--lost", "found", flag_value="lost", help="The relay's log does not have it.")
@POSITION
def resolve(
    session: Session,
    batch: str,
    found: Literal["accepted", "lost"] | None,
    positions: tuple[int, ...],
) -> Answer:
    """Settle doubtful messages by what the relay's log says."""
    if found is None:
        hint = f"{command('outbox', 'resolve', batch)} --accepted, or --lost"
        raise BadInputError("what does the relay's log say?", hint=hint)
    done = session.kit.resolve(batch, found, positions)
    return _handled(session, done, f"{found}: {done.moved}", "outbox", "show", batch)


@verb(
    outbox_command,
    "close",
    act=True,
    example="breachkit outbox close 2026-0007-n3.1 --reason 'letters sent on 3 December'",
)
@click.argument("batch")
@REASON
def close(session: Session, batch: str, reason: str) -> Answer:
    """Close the unreached recipients of a BATCH by a decision with its reason."""
    done = session.kit.close_unreached(batch, reason=reason)
    said = "closed" if done.new else "closed already; nothing was written"
    data = {"batch": batch, "closed": True, "new": done.new}
    return Answer(
        data, [harmless(f"{batch}: {said}")], receipt(session, command("status", done.id))
    )


@verb(
    outbox_command,
    "stop",
    act=True,
    example="breachkit outbox stop 2026-0007-n3.1 --reason 'the list was the wrong one'",
)
@click.argument("batch")
@REASON
def stop(session: Session, batch: str, reason: str) -> Answer:
    """Stop a BATCH for good: what has not left is cancelled. A correction can follow to those reached.

    A message that reached the wrong person is a breach of its own: `outbox wrong-recipient`.
    """
    done = session.kit.stop(batch, reason=reason)
    return _handled(session, done, f"stopped; cancelled: {done.moved}", "outbox", "show", batch)


@verb(
    outbox_command,
    "wrong-recipient",
    act=True,
    example="breachkit outbox wrong-recipient 2026-0007-n3.1 --position 17 --reason 'typing error'",
)
@click.argument("batch")
@click.option("--position", type=int, metavar="N", required=True, help="Which message.")
@REASON
def wrong_recipient(session: Session, batch: str, position: int, reason: str) -> Answer:
    """Open an incident of its own for a message that went to the wrong person, linked to its batch."""
    opened = session.kit.open_wrong_recipient(batch, position, reason=reason)
    said = f"opened: {opened.id}, because of {batch}, message {position}"
    data = {"incident": opened.id, "because_of": batch, "position": position, "new": opened.created}
    return Answer(data, [harmless(said)], receipt(session, command("status", opened.id)))


@verb(outbox_command, "bounces", act=True, example="breachkit outbox bounces --from Maildir")
@click.option("--from", "source", metavar="PATH", required=True, help="An mbox file or a maildir.")
def bounces(session: Session, source: str) -> Answer:
    """Read delivery reports, and set the messages that came back; their duties are open again."""
    return posted.returned(session, session.kit.take_bounces(source))


@verb(outbox_command, "remind", act=True, example="breachkit outbox remind")
@click.option("--dry-run", is_flag=True, help="Print it; send and note nothing.")
def remind(session: Session, dry_run: bool) -> Answer:
    """Mail the responders before each deadline, once each, and when the outbox is behind; for cron."""
    done = session.kit.remind(dry_run=dry_run)
    data: dict[str, Any] = {
        "reminders": [one.text for one in done.reminders],
        "to": list(done.to),
        "sent": bool(done.reminders) and not dry_run,
    }
    if not done.reminders:
        return Answer(data, ["nothing to remind of that was not said before"])
    return Answer(data, [harmless(done.text.rstrip())], [f"to: {', '.join(done.to) or 'nobody'}"])


def _handled(session: Session, done: "Handled", said: str, *then: str) -> Answer:
    tally = done.arrival.counts if done.arrival else {}
    data = {"batch": done.batch.batch, "moved": done.moved, "counts": tally}
    lines = [harmless(f"{done.batch.batch}: {said}"), *posted.counted(tally)]
    return Answer(data, lines, receipt(session, command(*then)))
