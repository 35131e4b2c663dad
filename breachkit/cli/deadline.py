"""`breachkit deadline`: every clock in the order in which it ends, and how one came about."""

from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, noun, verb
from breachkit.cli.facts import item
from breachkit.cli.machine import as_data
from breachkit.cli.outcome import due_of
from breachkit.cli.output import Answer, both, harmless, left, moment_of, table
from breachkit.cli.status import brief
from breachkit.domain.act import basis, problem_of
from breachkit.domain.line import PENDING
from breachkit.overview import due_by, until_of

if TYPE_CHECKING:
    from breachkit.casework.picture import Picture
    from breachkit.domain.duty import Duty
    from breachkit.domain.line import DutyRow
    from breachkit.overview import Overview

deadline_command = noun("deadline", "List deadlines and explain them step by step.")

SIDES = click.Choice(["all", "ours", "theirs", "possible"])


@verb(
    deadline_command,
    "list",
    example="breachkit deadline list 2026-0007\n"
    "  breachkit deadline list --due-within 6h --exit-code || page-somebody",
)
@click.argument("incident", required=False)
@click.option("--all", "everything", is_flag=True, help="Those met and those without a date too.")
@click.option("--due-within", "within", metavar="TIME", help="As in 90m, 6h or 2d; overdue counts.")
@click.option("--side", type=SIDES, help="Whose; else ours with --due-within, all without.")
@click.option("--exit-code", is_flag=True, help="Exit 5 when something is due within it; else 6h.")
def list_(session: Session, incident: str | None, **how: Any) -> Answer:
    """List deadlines, the soonest first: when each ends, how long that is, whose it is."""
    overview = session.kit.overview(None, incident=incident)
    within = how["within"] or ("6h" if how["exit_code"] else None)
    until = until_of(moment_of(overview.seen_at), within) if within else ""
    side = how["side"] or ("ours" if within else "all")
    rows = _due(overview, until, side) if until else _listed(overview, how["everything"], side)
    data = {
        "seen_at": overview.seen_at,
        "due_until": until or None,
        "side": side,
        "deadlines": [as_data(row) for row in rows],
    }
    lines = table([_cells(overview, row) for row in rows], _HEAD) if rows else []
    lines += [line for row in rows for line in (*_why_no_date(row), *_if_affected(row))]
    status = 5 if how["exit_code"] and rows else 0
    return Answer(data, lines, _notes(overview, rows, until), exit_status=status)


@verb(
    deadline_command,
    "explain",
    example='breachkit deadline explain imou-dpa/6.3@acme --at "2026-11-24 06:00 Europe/Berlin"',
)
@click.argument("duty")
@click.option("--incident", metavar="ID", help="Needed where several incidents have the duty.")
@click.option("--at", metavar="TIME", help="As it was known then, under the law of that time.")
def explain(session: Session, duty: str, incident: str | None, at: str | None) -> Answer:
    """Explain how the deadline of a DUTY came about, step by step."""
    from breachkit.casework.explaining import explain_duty

    picture, found = session.kit.find_duty(duty, incident, at=at)
    zone = session.kit.zone
    steps = [(step.label, step.text) for step in explain_duty(picture, found, zone)]
    steps.append(("state", _stands(picture, found, zone, at)))
    title = f"{found.id} in {picture.id}" + (f", as known at {at}" if at else "")
    lines = [title, *(line for step in steps for line in item(*step))]
    data = {"incident": picture.id, **_explained(found)}
    data["steps"] = [{"label": label, "text": text} for label, text in steps]
    return Answer(data, lines)


@verb(
    deadline_command,
    "export",
    example="breachkit deadline export --ics -o deadlines.ics",
)
@click.argument("incident", required=False)
@click.option("--ics", is_flag=True, help="As iCalendar, which any calendar takes in.")
@click.option("-o", "--output", metavar="FILE", default="-", help="Else, and for -, stdout.")
@click.option("--side", type=SIDES, default="ours", help="Whose; else ours.")
@click.option("--with-names", "names", is_flag=True, help="Show partners, titles, commands.")
def export(session: Session, incident: str | None, ics: bool, output: str, **how: Any) -> Answer:
    """Export dated duties, with alarms, for a calendar; it names no partner unless told to.

    A later export moves what an earlier one placed, and cancels what was met since.
    """
    from breachkit.cli import calendar

    return calendar.exported(session, incident, output, ics=ics, **how)


def _explained(duty: "Duty") -> dict[str, Any]:
    return {
        "duty": duty.id,
        "side": duty.side.value,
        "owed": duty.owed,
        "due_at": due_of(duty) or None,
        "due_kind": duty.deadline.kind.value,
        "standing": duty.law.standing.value,
        "not_computable": duty.deadline.not_computable or None,
        "told": duty.told.value,
        "told_at": duty.told_at.strftime("%Y-%m-%dT%H:%M:%SZ") if duty.told_at else None,
    }


def _stands(picture: "Picture", duty: "Duty", zone: str, at: str | None) -> str:
    """Return whose a duty is, whether its addressee was told, and how far that is from its end.

    As it was known at another time (`at`), nothing is said of the time left now.
    """
    due, side = due_of(duty), duty.side.value
    if duty.owed is False:
        return f"{side}, stopped: ruled out, or not owed as was decided"
    if duty.told_at is None:
        now = picture.seen_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{side}, waiting" + (f", {left(due, now)}" if due and not at else "")
    told = duty.told_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"{side}, {duty.told.value}: told {both(told, zone)}"
    span = left(due, told) if due else ""
    if span.endswith(" overdue"):
        return f"{text}, {span.removesuffix(' overdue')} after its end"
    return f"{text}, {span.removeprefix('in ')} before its end" if span else text


def _due(overview: "Overview", until: str, side: Any) -> "list[DutyRow]":
    """Return what is due by then; the clocks of an incident that is not open ring no more."""
    is_open = overview.matter is None or overview.matter.state == "open"
    return sorted(due_by(overview.rows, until, side), key=_urgency) if is_open else []


def _listed(overview: "Overview", everything: bool, side: str) -> "list[DutyRow]":
    """Return what has a date or should have one and is open; with `everything` all the rest too."""
    wanted = (
        row
        for row in overview.rows
        if side in {"all", row.side}
        and (everything or (row.told in PENDING and (row.due_at or problem_of(row))))
    )
    return sorted(wanted, key=_urgency)


def _urgency(row: "DutyRow") -> tuple[bool, bool, str]:
    """Order what is open before what is met or stopped, and each by its date, none last."""
    return (row.told not in PENDING, not row.due_at, row.due_at)


_HEAD = ["left", "due", "whose", "incident", "duty", "told"]


def _cells(overview: "Overview", row: "DutyRow") -> list[str]:
    open_ = row.told in PENDING and row.due_at
    return [
        left(row.due_at, overview.seen_at) if open_ else "-",
        _date(overview, row),
        row.side,
        row.matter,
        row.duty,
        row.told,
    ]


def _date(overview: "Overview", row: "DutyRow") -> str:
    """Return when a duty is due and what that rests on; why not, where it should be and is not."""
    if row.due_at:
        return f"{brief(row.due_at, overview.zone, overview.seen_at)} {basis(row)}".rstrip()
    return f"not computable {basis(row)}".rstrip() if problem_of(row) else "-"


def _why_no_date(row: "DutyRow") -> list[str]:
    why = problem_of(row)
    return item("no date", f"{row.duty} in {row.matter}: {why}") if why else []


def _if_affected(row: "DutyRow") -> list[str]:
    """Return whose limit it is, where that counts only if its partner turns out to be affected."""
    named = row.duty.startswith("follow-up/if-affected-")
    said = " ".join(filter(None, (f"{row.matter}: {row.citation}", row.waits_for)))
    return item("possible", harmless(said)) if named else []


def _notes(overview: "Overview", rows: "list[DutyRow]", until: str) -> list[str]:
    duty = next((row for row in rows if not row.duty.startswith("follow-up/")), None)
    if duty is None and not rows:
        before = f" before {brief(until, overview.zone, overview.seen_at)}" if until else ""
        return [f"Nothing is due{before}."]
    if duty is None:
        return []
    words = command("deadline", "explain", duty.duty, "--incident", duty.matter)
    return [f"how one came about: {words}"]
