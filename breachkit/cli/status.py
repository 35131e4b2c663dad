"""`breachkit status`: what is due, whose it is, and what comes next, from columns alone."""

from typing import TYPE_CHECKING

import click

from breachkit.cli.base import Session, verb
from breachkit.cli.output import Answer, both, left, paint, table

if TYPE_CHECKING:
    from breachkit.app import Overview
    from breachkit.domain.line import DutyRow

SOONEST = 20
QUESTIONS = 3


@verb(None, "status", example="breachkit status 2026-0007")
@click.argument("incident", required=False)
@click.option("--all", "everything", is_flag=True, help="Every duty, not only the soonest.")
def status_command(session: Session, incident: str | None, everything: bool) -> Answer:
    """Show what is due, whose it is, what it waits for, and the next command."""
    overview = session.kit.overview(None if everything or incident else SOONEST * 8)
    rows = [row for row in overview.rows if incident in {None, row.matter}]
    if incident and not rows:
        from breachkit.errors import UnknownNameError

        raise UnknownNameError(f"no open incident {incident}", hint="breachkit incident list --all")
    groups = group(rows, overview.seen_at)
    shown = groups if everything or incident else groups[:SOONEST]
    return Answer(_data(overview, shown), _lines(overview, shown, len(groups)), _notes(overview))


def group(rows: "list[DutyRow]", now: str) -> "list[list[DutyRow]]":
    """Return the duties that one act meets together, the soonest first, the finished last."""
    found: dict[tuple[str, str, str, str], list[DutyRow]] = {}
    for row in rows:
        act = row.addressee or row.duty
        found.setdefault((row.matter, row.scope, act, row.told), []).append(row)
    order = ["waiting", "unconfirmed"]
    return sorted(
        found.values(),
        key=lambda one: (
            one[0].told not in order and one[0].content != "supplement owed",
            one[0].due_at == "",
            one[0].due_at,
        ),
    )


def state_of(row: "DutyRow", now: str) -> str:
    """Return how a duty stands at this moment."""
    if row.told not in {"waiting", "unconfirmed"}:
        return row.content if row.content == "supplement owed" else row.told
    if not row.due_at:
        return "waiting" if row.told == "waiting" else "unconfirmed"
    if row.due_at < now:
        return "OVERDUE"
    return "DUE SOON" if row.soon_at <= now else "running"


def _lines(overview: "Overview", groups: "list[list[DutyRow]]", total: int) -> list[str]:
    if not groups:
        return ["No open incidents."]
    lines = [f"{overview.incidents} open incidents, now {both(overview.seen_at, overview.zone)}"]
    for title, side in (("OURS", "ours"), ("THEIRS", "theirs"), ("POSSIBLE", "possible")):
        mine = [one for one in groups if one[0].side == side]
        if mine:
            lines += ["", title, *_rows(mine, overview)]
    if len(groups) < total:
        lines += ["", f"{total - len(groups)} more: breachkit status --all"]
    return lines + _questions(groups) + _next(groups, overview.seen_at)


def _rows(groups: "list[list[DutyRow]]", overview: "Overview") -> list[str]:
    rows = [_row(one, overview) for one in groups]
    return [_coloured(line) for line in table(rows)]


def _row(one: "list[DutyRow]", overview: "Overview") -> list[str]:
    first = one[0]
    gaps = max(row.gaps for row in one)
    kind = {"provisional": " (provisional)", "target": " (our target)"}.get(first.due_kind, "")
    due = both(first.due_at, overview.zone) if first.due_at else _no_date(first)
    moved = f"moved from {first.moved_from[:16]}Z by changed law" if first.moved_from else ""
    also = f" +{len(one) - 1}" if len(one) > 1 else ""
    return [
        f"  {first.matter}",
        f"{first.scope} {first.citation}{also}".strip(),
        state_of(first, overview.seen_at),
        left(first.due_at, overview.seen_at) if first.told == "waiting" else "",
        f"{due}{kind}",
        f"{gaps} gaps" if gaps else "",
        "; ".join(part for part in (first.waits_for, moved) if part),
    ]


def _no_date(row: "DutyRow") -> str:
    return "no figure in the law" if row.side == "ours" else "not running yet"


def _coloured(line: str) -> str:
    if "OVERDUE" in line:
        return paint(line, "red", bold=True)
    return paint(line, "yellow") if "DUE SOON" in line else line


def _questions(groups: "list[list[DutyRow]]") -> list[str]:
    """Return at most three questions, those nearest a clock, each once."""
    asked: dict[str, str] = {}
    for one in groups:
        for row in one:
            if row.question and len(asked) < QUESTIONS:
                asked.setdefault(f"{row.matter}: {row.question}", row.question_command)
    if not asked:
        return []
    lines = ["", "QUESTIONS"]
    for question, command in asked.items():
        lines += [f"  {question}", f"      {command}"]
    return lines


def _next(groups: "list[list[DutyRow]]", now: str) -> list[str]:
    for one in groups:
        if one[0].side == "ours" and one[0].command:
            return ["", f"NEXT  {one[0].command}"]
    return []


def _notes(overview: "Overview") -> list[str]:
    if overview.law_changed:
        return [
            "Law, settings, partners or templates were edited since the last step; the deadlines"
            " above are recomputed with the next one, and show then what moved."
        ]
    return []


def _data(overview: "Overview", groups: "list[list[DutyRow]]") -> dict[str, object]:
    from dataclasses import asdict

    return {
        "seen_at": overview.seen_at,
        "open_incidents": overview.incidents,
        "law_changed": overview.law_changed,
        "head": str(overview.head),
        "duties": [
            {**asdict(row), "state": state_of(row, overview.seen_at)}
            for one in groups
            for row in one
        ],
    }
