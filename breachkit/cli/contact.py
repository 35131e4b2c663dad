"""`breachkit contact`: calls, messages and questions, recorded as they were and never refused."""

import difflib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, noun, receipt, verb
from breachkit.cli.clock import partner_clock
from breachkit.cli.facts import item, paragraph, stated
from breachkit.cli.output import Answer, both, harmless

if TYPE_CHECKING:
    from breachkit.casework.records import Noted
    from breachkit.domain.matter import Recorded

contact_command = noun("contact", "Record calls and questions.")

READ = "An authority may one day read it."


@verb(
    contact_command,
    "record",
    act=True,
    example="breachkit contact record 2026-0007 --scope acme --told --person 'Ms Weber' \\\n"
    '      --at "04:10 Europe/Berlin" --next-update "12:00 Europe/Berlin"',
)
@click.argument("incident")
@click.option("--scope", required=True, metavar="SCOPE", help="Whom: a scope, or a partner's name.")
@click.option("--in", "inbound", is_flag=True, help="They called or wrote to us.")
@click.option("--channel", metavar="TEXT", default="telephone", show_default=True, help="By what.")
@click.option("--at", metavar="TIME", default="now", show_default=True, help="When it was.")
@click.option("--person", metavar="TEXT", help=f"Who was reached. {READ}")
@click.option("--caller", metavar="NAME", help="Who of us spoke, where it was not you.")
@click.option("--said", metavar="TEXT", help=f"What was said; - reads it. {READ}")
@click.option("--told", is_flag=True, help="They were told of the breach: their clock starts.")
@click.option("--acknowledged", is_flag=True, help="They confirmed that they understood.")
@click.option("--next-update", metavar="TIME", help="When we promised to be back.")
def record(session: Session, incident: str, **said: Any) -> Answer:
    """Record a call, a message or a question: whom, when, what was said, and whether it was told."""
    from breachkit.casework.records import Call

    said["direction"] = "in" if said.pop("inbound") else "out"
    if said["said"] == "-":
        said["said"] = sys.stdin.buffer.read().decode("utf-8", "replace")
    return _recorded(session, session.kit.record_contact(incident, Call(**said)))


@verb(contact_command, "list", example="breachkit contact list 2026-0007")
@click.argument("incident")
def list_(session: Session, incident: str) -> Answer:
    """List the contacts of an INCIDENT with what was said, the first one first."""
    recorded = session.kit.incident(incident).matter.contacts
    contacts = sorted(recorded, key=_happened_at)
    lines = [line for one in contacts for line in _lines(session, one)]
    data = [_data(session, one.entry, one.at) for one in contacts]
    told = f"{command('contact', 'record', incident)} --scope SCOPE --told"
    empty = [] if contacts else ["Nobody was called yet.", f"next: {told}"]
    return Answer({"incident": incident, "contacts": data}, lines, empty)


def _happened_at(recorded: "Recorded") -> str:
    entry: Any = recorded.entry
    at: str = entry.at.at
    return at


def _recorded(session: Session, done: "Noted") -> Answer:
    entry: Any = done.entry
    data = {
        "incident": done.id,
        "new": done.new,
        **_data(session, entry, ""),
        "head": str(session.kit.head()),
    }
    if not done.new:
        return Answer(data, [f"{done.id} has this contact already; nothing was written"])
    way = "with" if entry.direction == "out" else "from"
    lines = [harmless(f"recorded in {done.id}: {entry.channel} {way} {entry.scope}")]
    lines += [*_noteworthy(session, done, entry), *_promised(session, done, entry)]
    if entry.told:
        lines += partner_clock(session, done, entry.scope)
    return Answer(data, lines, receipt(session, *_next(session, done, entry)))


def _noteworthy(session: Session, done: "Noted", entry: Any) -> Iterator[str]:
    """Yield what whoever records it would want to know at once."""
    zone, state = session.kit.zone, done.matter.state
    if done.before is not None and done.before.view(entry.scope) is None:
        known = [view.scope for view in done.before.views if view.scope != "unnamed"]
        yield from item("added", f"the scope {entry.scope}{_instead_of(entry.scope, known)}")
    if entry.at.earliest > done.seen_at:
        yield from item("note", f"{stated(entry.at, zone)} lies in the future")
    if state != "open":
        yield from item("note", f"{done.id} is {state}: status does not show its clocks")
    earlier = min((at for at, _ in done.matter.told.get(entry.scope, ())), default=entry.at.at)
    if entry.told and earlier < entry.at.at:
        yield from item("note", f"{entry.scope} was told before, at {both(earlier, zone)}")


def _promised(session: Session, done: "Noted", entry: Any) -> Iterator[str]:
    """Yield when we promised to be back: a clock time without a day is the last one that was."""
    if entry.next_update:
        by = stated(entry.next_update, session.kit.zone)
        yield from item("promised", f"the next update by {by}")
        if entry.next_update.latest < done.seen_at:
            yield from item("note", "the next update lies in the past; write its day as well")


def _instead_of(scope: str, known: list[str]) -> str:
    near = difflib.get_close_matches(scope, known, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"; there were {', '.join(known)}{meant}" if known else ""


def _next(session: Session, done: "Noted", entry: Any) -> list[str]:
    """Return what comes next for this scope: the first act that waits, or the whole picture."""
    from breachkit.casework.waiting import next_step

    cleared = session.kit.rules.counsel_cleared
    steps = [
        next_step(done, duty, cleared)[1]
        for duty in done.duties_of(entry.scope, "partner")
        if duty.law.by_notice
    ]
    return [next((step for step in steps if step), command("status", done.id))]


def _lines(session: Session, recorded: "Recorded") -> Iterator[str]:
    entry: Any = recorded.entry
    zone = session.kit.zone
    way = "to" if entry.direction == "out" else "from"
    person = f", {entry.person}" if entry.person else ""
    marks = [name for name in ("told", "acknowledged") if getattr(entry, name)]
    told = f"  [{', '.join(marks)}]" if marks else ""
    yield harmless(f"{stated(entry.at, zone)}  {entry.channel} {way} {entry.scope}{person}{told}")
    spoke = f"for us {entry.caller}; " if entry.caller else ""
    yield harmless(f"    {spoke}recorded by {entry.by.name}")
    if said := _said(session, entry):
        yield from (harmless(line) for line in paragraph(said, 4))
    if entry.next_update:
        yield f"    next update {stated(entry.next_update, zone)}"


def _data(session: Session, entry: Any, at: str) -> dict[str, Any]:
    body = entry.model_dump(mode="json", exclude={"said_kept"})
    return {**({"recorded_at": at} if at else {}), **body, "said": _said(session, entry)}


def _said(session: Session, entry: Any) -> str | None:
    """Return what was said, which is kept beside the register and may have been erased."""
    if not entry.said_kept:
        return None
    kept = session.kit.store.kept(bytes.fromhex(entry.said_kept))
    return kept.text.decode() if kept else "(erased)"
