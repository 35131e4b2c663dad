"""`notice send`: a released notice handed to the outbox, or written as files; what comes next."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, receipt, verb
from breachkit.cli.facts import item
from breachkit.cli.output import Answer, both, harmless

if TYPE_CHECKING:
    from breachkit.casework.sending import Plan, Queueing

READ = "An authority may one day read it."


def attach(group: click.Group) -> None:
    """Make `send` a verb of `notice`."""
    verb(
        group,
        "send",
        act=True,
        example="breachkit notice send 2026-0007-n1\n"
        "  breachkit notice send 2026-0007-n3 --confirm 1842:9f2c41d0 --on-doubt hold\n"
        "  breachkit notice send 2026-0007-n1 --eml outgoing",
    )(_options(send))


def send(
    session: Session, name: str, eml: Path | None, excepting: tuple[str, ...], **order: Any
) -> Answer:
    """Hand a released notice or set to the outbox, one message for each recipient.

    Nothing leaves before `breachkit outbox drain`. To people the number and digest of the recipients
    are typed (--dry-run shows them), and what becomes of a doubt is said beforehand.
    """
    order["excepting"] = excepting
    if eml is not None:
        order.pop("dry_run")
        queueing, count = session.kit.write_files(name, eml, **order)
        return _written(name, queueing, count, eml)
    return _queued(session, name, session.kit.send(name, **order))


def _options(function: Any) -> Any:
    options = [
        click.argument("name"),
        click.option("--dry-run", is_flag=True, help="Say what would be sent; write nothing."),
        click.option("--confirm", metavar="NUMBER:DIGEST8", default="", help="Typed, for people."),
        click.option("--on-doubt", type=click.Choice(["resend", "hold"]), help="For people."),
        click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The first N only."),
        click.option("--reached-by", metavar="BATCH", help="Only whom that batch reached."),
        click.option("--despite", metavar="TEXT", help=f"Why, in spite of a doubt. {READ}"),
        click.option("--except", "excepting", metavar="SCOPE", multiple=True, help="Pull out."),
        click.option("--eml", type=click.Path(path_type=Path), metavar="DIR", help="Write files."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def _queued(session: Session, name: str, queueing: "Queueing") -> Answer:
    data = {
        "incident": queueing.id,
        "queued": queueing.new,
        "batches": [_data(plan) for plan in queueing.plans],
    }
    lines = [line for plan in queueing.plans for line in _lines(session, queueing, plan)]
    if queueing.new:
        return Answer(data, lines, receipt(session, command("outbox", "drain")))
    again = command("notice", "send", name)
    people = [plan for plan in queueing.plans if plan.batch.addressee in _people()]
    more = f" --confirm {people[0].confirmation} --on-doubt hold" if people else ""
    return Answer(data, lines, ["nothing was written", f"next: {again}{more}"])


def _written(name: str, queueing: "Queueing", count: int, folder: Path) -> Answer:
    data = {"incident": queueing.id, "files": count, "folder": str(folder)}
    record = f"{command('notice', 'record-delivery', name)} --channel CHANNEL --at TIME"
    s = "" if count == 1 else "s"
    first = f"{count} message{s} written to {folder}; nothing is recorded as sent"
    return Answer(data, [harmless(first)], [f"next: once they have left: {record}"])


def _lines(session: Session, queueing: "Queueing", plan: "Plan") -> Iterator[str]:
    batch, zone = plan.batch, session.kit.zone
    s = "" if batch.size == 1 else "s"
    done = "queued" if queueing.new else "would be queued"
    yield harmless(f"{done}: {batch.batch}, {batch.size} message{s} to {_reader(plan)}")
    for address in plan.addressed.first:
        yield from item("to", address)
    if batch.addressee in _people():
        yield from item("digest", f"{plan.confirmation}; a doubt: {batch.doubt}")
    if batch.until:
        yield from item("until", f"tried again up to {both(batch.until, zone)}")
    for way in plan.ways:
        yield from item("ALSO", f"prescribed: {way}")
    for point in plan.addressed.fallback:
        who = ", ".join(part for part in (point.name, point.phone, point.email) if part)
        yield from item("else", f"if it does not arrive: {who}")


def _reader(plan: "Plan") -> str:
    drafted = plan.version.drafted
    return f"{drafted.addressee.replace('_', ' ')}, {drafted.scope}"


def _data(plan: "Plan") -> dict[str, Any]:
    batch, addressed = plan.batch, plan.addressed
    phones = [point.phone for point in addressed.fallback if point.phone]
    return {
        "batch": batch.batch,
        "notice": plan.version.id,
        "scope": batch.scope,
        "addressee": batch.addressee,
        "recipients": batch.size,
        "addressees_digest": addressed.bound.digest,
        "confirm": plan.confirmation,
        "on_doubt": batch.doubt,
        "until": batch.until or None,
        "to": list(addressed.first),
        "telephone": phones,
    }


def _people() -> frozenset[str]:
    from breachkit.domain.dispatch import PEOPLE

    return PEOPLE
