"""`breachkit status`: what is due, whose it is, and what comes next, from columns alone."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.acts import DOUBTFUL, Act, acts_of, basis
from breachkit.cli.base import Session, command, verb
from breachkit.cli.output import Answer, harmless, local, moment_of, paint

if TYPE_CHECKING:
    from breachkit.overview import Overview

SOONEST = 20
QUESTIONS = 3
WIDTH = 80
"""Columns of the narrowest terminal that somebody opens at night."""

_CLOCK = 24
"""Columns of a state with the time left, the widest that there is: `  running in 23 h 30 min`."""

SIDES = {"ours": "OURS", "theirs": "THEIRS", "possible": "POSSIBLE"}


@verb(
    None,
    "status",
    example="breachkit status\n  breachkit status 2026-0007\n  breachkit status --watch",
)
@click.argument("incident", required=False)
@click.option("--all", "everything", is_flag=True, help="Every act, and what was met already.")
@click.option(
    "--watch",
    metavar="[SECONDS]",
    is_flag=False,
    flag_value="1",
    help="Stay, with every clock running; drawn each second, or as often as given. Ctrl-C ends.",
)
def status_command(
    session: Session, incident: str | None, everything: bool, watch: str | None
) -> Answer:
    """Show what is due, whose it is, what it waits for, and the next command."""
    if watch is None:
        overview = session.kit.overview(None, incident=incident)
        broken = _broken(session) if overview.law_changed else ""
        return page_of(overview, acts_of(overview.rows), everything=everything, broken=broken)
    from breachkit.cli.watch import watched  # here, because it draws with rich

    return watched(session, incident, everything=everything, every=watch)


def page_of(
    overview: "Overview",
    acts: Sequence[Act],
    *,
    everything: bool = False,
    seconds: bool = False,
    broken: str = "",
) -> Answer:
    """Return what `status` answers; with `seconds` each clock as it ticks.

    `broken` is why the files that were edited cannot be read.
    """
    pending = [act for act in acts if act.pending and _is_open(overview)]
    wanted = list(acts) if everything else pending if overview.matter else _soonest(pending)
    more = 0 if everything else len(pending) - len(wanted)
    lines = [*_head(overview), *_acts(overview, wanted, seconds), *_more(more)]
    if _is_open(overview):
        lines += [*_questions(pending), *_next(wanted)]
    return Answer(
        lambda: _data(overview, wanted, more, _asked(pending)), lines, _notes(overview, broken)
    )


def _soonest(pending: Sequence[Act]) -> list[Act]:
    """Return the soonest acts, and those that should have a date and cannot be counted.

    What is only possible never pushes out what is owed.
    """
    first = sorted(pending, key=lambda act: act.side == "possible")[:SOONEST]
    chosen = {id(act) for act in (*first, *(act for act in pending if act.problem))}
    return [act for act in pending if id(act) in chosen]


@lru_cache(maxsize=4096)
def brief(stamp: str, zone: str, now: str) -> str:
    """Return an instant in a zone and in UTC, in as few columns as can be: the year only if another."""
    from zoneinfo import ZoneInfo

    at = moment_of(stamp)
    at = at if zone == "UTC" else at.astimezone(ZoneInfo(zone))
    shape = "%a %d %b %H:%M %Z" if stamp[:4] == now[:4] else "%a %d %b %Y %H:%M %Z"
    return f"{at.strftime(shape)}  {stamp[:16]}Z"


def _head(overview: "Overview") -> list[str]:
    now = f"now {local(overview.seen_at, overview.zone)}  {overview.seen_at[:16]}Z"
    matter = overview.matter
    if matter is None:
        count = overview.incidents
        return [f"{count} open incident{'' if count == 1 else 's'}, {now}"]
    lines = [harmless(f"{matter.matter}: {matter.title}"), f"{matter.facts}, {now}"]
    if matter.state != "open":
        lines.append(f"This incident is {matter.state}: none of its clocks rings any more.")
        show = command("incident", "show", matter.matter)
        lines.append(f"why: {show}" + _again(matter.state))
    return lines


def _again(state: str) -> str:
    return "; an amendment opens it again" if state == "closed" else ""


def _is_open(overview: "Overview") -> bool:
    return overview.matter is None or overview.matter.state == "open"


def _acts(overview: "Overview", acts: Sequence[Act], seconds: bool) -> Iterator[str]:
    """Yield the acts under their headings; those of an incident that is not open are history."""
    for side, title in SIDES.items():
        mine = [act for act in acts if act.side == side]
        if mine:
            yield from ("", title)
        for act in mine:
            yield _coloured(_first(overview, act, seconds))
            yield from _rest(overview, act)
    if not acts and _is_open(overview):
        yield "Nothing is due." if overview.incidents else "Nothing is due: no incident is open."


def _first(overview: "Overview", act: Act, seconds: bool) -> str:
    """Return an act's clock, its date and what that rests on."""
    zone, now = overview.zone, overview.seen_at
    first = f"  {act.clock(now, seconds=seconds)}"
    if act.due_at:
        date = brief(act.due_at, zone, now) if act.pending else ""
        first = f"{first.ljust(_CLOCK)}  {date}  {basis(act.first)}"
    elif act.first.standing in DOUBTFUL:
        first = f"{first}  {act.first.standing}"
    if (outside := act.outside) and outside not in act.citations:
        first = f"{first.rstrip()}  {outside}"
    return first.rstrip()


def _rest(overview: "Overview", act: Act) -> Iterator[str]:
    zone, now = overview.zone, overview.seen_at
    yield harmless(f"    {fitting(act, WIDTH - 4)}")
    if problem := act.problem:
        yield from _wrapped(harmless(f"not computable: {problem}"))
    if moved := act.moved_from:
        yield f"    moved from {brief(moved, zone, now)}: law or settings changed"
    if overview.matter:
        yield from _more_of(act)


def _more_of(act: Act) -> Iterator[str]:
    """Yield all scopes and provisions of an act, and the command that comes next."""
    if len(scopes := act.scopes) > 1:
        yield from _wrapped(harmless(f"for {', '.join(scopes)}"))
    if len(act.citations) > 1:
        yield from _wrapped(harmless(f"meets {'; '.join(act.marked)}"))
    if act.command:
        yield harmless(f"    {act.command}")


def fitting(act: Act, columns: int) -> str:
    """Return incident, scope, citations, gaps and what is waited for; long parts give way to fit."""
    matter, gaps = act.first.matter, act.gaps
    parts = [
        matter,
        _counted(act.scopes),
        _counted(act.citations),
        f"{gaps} gap{'' if gaps == 1 else 's'}" if gaps else "",
        act.waits_for.replace(f"{matter}-", ""),
    ]
    line = " · ".join(filter(None, parts))
    return line if len(line) <= columns else _shortened(parts, columns)


def _counted(names: list[str]) -> str:
    if len(names) < 2:
        return names[0] if names else ""
    return f"{names[0]} +{len(names) - 1}"


def _shortened(parts: list[str], columns: int) -> str:
    """Return parts cut to fit, the longest of scope, citations and waiting first; never the id."""
    while len(line := " · ".join(part for part in parts if part)) > columns:
        longest = max((1, 2, 4), key=lambda place: len(parts[place]))
        kept = max(8, len(parts[longest]) - (len(line) - columns) - 1)
        if kept >= len(parts[longest]) - 1:
            break
        parts[longest] = f"{parts[longest][:kept]}…"
    return line


def _wrapped(text: str, indent: int = 4) -> list[str]:
    from textwrap import wrap

    return [f"{' ' * indent}{line}" for line in wrap(text, WIDTH - indent)]


def _coloured(line: str) -> str:
    if line.startswith("  OVERDUE"):
        return paint(line, "red", bold=True)
    return paint(line, "yellow") if line.startswith("  DUE SOON") else line


def _more(more: int) -> list[str]:
    return ["", f"{more} more: breachkit status --all"] if more else []


def _asked(acts: Sequence[Act]) -> dict[str, str]:
    """Return at most three questions with their commands, those nearest a clock, each once."""
    asked: dict[str, str] = {}
    for act in sorted(acts, key=lambda one: (not one.due_at, one.due_at)):
        for row in act.rows:
            if row.question and act.pending and len(asked) < QUESTIONS:
                asked.setdefault(f"{row.matter}: {row.question}", row.question_command)
    return asked


def _questions(acts: Sequence[Act]) -> list[str]:
    asked = _asked(acts)
    lines = ["", "QUESTIONS"] if asked else []
    for question, answer in asked.items():
        lines += [*_wrapped(harmless(question), 2), harmless(f"    {answer}")]
    return lines


def _next(acts: Sequence[Act]) -> list[str]:
    for act in acts:
        if act.side == "ours" and act.command and act.pending:
            return ["", f"NEXT  {harmless(act.command)}"]
    return []


def _broken(session: Session) -> str:
    """Return why law, settings or partners cannot be read; empty where they can."""
    from breachkit.errors import BreachkitError

    try:
        _ = session.kit.rules
    except BreachkitError as error:
        return harmless(str(error))
    return ""


def _notes(overview: "Overview", broken: str = "") -> list[str]:
    if broken:
        return [
            f"An edited file cannot be read: {broken}",
            "the deadlines above are those of the last step; nothing can be written before it is mended.",
        ]
    if overview.law_changed:
        return [
            "Law, settings, partners, authorities or templates were edited since the last step:",
            "the deadlines above are recomputed with the next one, and show then what moved.",
        ]
    return []


def _data(
    overview: "Overview", acts: Sequence[Act], more: int, asked: dict[str, str]
) -> dict[str, Any]:
    return {
        "seen_at": overview.seen_at,
        "zone": overview.zone,
        "incident": overview.matter.matter if overview.matter else None,
        "state": overview.matter.state if overview.matter else None,
        "open_incidents": overview.incidents,
        "law_changed": overview.law_changed,
        "head": str(overview.head),
        "acts": [act.data(overview.seen_at) for act in acts],
        "more": more,
        "questions": [{"question": q, "command": c} for q, c in asked.items()],
    }
