"""`breachkit status`: what is due, whose it is, and what comes next, from columns alone."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import click

from breachkit.cli.acts import choose, is_open, running
from breachkit.cli.base import Session, command, verb
from breachkit.cli.output import Answer, harmless, left, local, moment_of, paint

if TYPE_CHECKING:
    from breachkit.domain.act import Act
    from breachkit.domain.line import ActRow
    from breachkit.overview import Overview

WIDTH = 80
"""Columns of the narrowest terminal that somebody opens at night."""

_CLOCK = 24
"""Columns of a state with the time left, the widest that there is: `  running in 23 h 30 min`."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

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
    if watch is not None:
        from breachkit.cli.watch import watched  # here, because it draws with rich

        return watched(session, incident, everything=everything, every=watch)
    if not session.context.params.get("as_json"):
        overview = session.kit.overview(None, incident=incident, acts=True)
        broken = _broken(session) if overview.law_changed else ""
        return page_of(overview, everything=everything, broken=broken)
    from breachkit.cli.machine import status_data  # here, because what people read needs none

    overview = session.kit.overview(None, incident=incident)
    return Answer(status_data(overview, everything=everything))


def page_of(
    overview: "Overview", *, everything: bool = False, seconds: bool = False, broken: str = ""
) -> Answer:
    """Return the page that people read; with `seconds` each clock as it ticks.

    `broken` is why the files that were edited cannot be read.
    """
    whole = _whole(overview)
    acts = [act.row for act in whole] if whole else overview.acts
    chosen = choose(overview, acts, everything=everything)
    shown = _acts(overview, chosen.acts, whole, seconds)
    lines = [*_head(overview), *shown, *_more(chosen.more)]
    if is_open(overview):
        lines += [*_questions(chosen.questions), *_next(chosen.acts)]
    return Answer(lines=lines, notes=_notes(overview, broken))


@lru_cache(maxsize=4096)
def brief(stamp: str, zone: str, now: str) -> str:
    """Return an instant in a zone and in UTC, in as few columns as can be: the year only if another."""
    from zoneinfo import ZoneInfo

    at = moment_of(stamp)
    at = at if zone == "UTC" else at.astimezone(ZoneInfo(zone))
    year = "" if stamp[:4] == now[:4] else f" {at.year}"
    # By hand: strftime takes three times as long, and there can be thousands.
    day = f"{_DAYS[at.weekday()]} {at.day:02d} {_MONTHS[at.month - 1]}{year}"
    return f"{day} {at.hour:02d}:{at.minute:02d} {at.tzname()}  {stamp[:16]}Z"


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


def _acts(
    overview: "Overview", acts: "Sequence[ActRow]", whole: "Sequence[Act]", seconds: bool
) -> Iterator[str]:
    """Yield the acts under their headings; those of an incident that is not open are history."""
    shown: dict[str, list[str]] = {side: [] for side in SIDES}
    zone, now = overview.zone, overview.seen_at
    for act in acts:
        basis = f"{act.basis}  {act.outside}".strip() if act.outside else act.basis
        lines = shown[act.side]
        lines.append(_first(act.state, act.due_at, act.soon_at, basis, zone, now, seconds))
        lines.append(harmless(f"    {fitting(act, WIDTH - 4)}"))
        if act.problem or act.moved_from:
            lines += _rest(overview, act)
        lines += _more_of(whole[act.position]) if whole else ()
    for side, title in SIDES.items():
        yield from ("", title, *shown[side]) if shown[side] else ()
    if not acts and is_open(overview):
        yield "Nothing is due." if overview.incidents else "Nothing is due: no incident is open."


@lru_cache(maxsize=4096)
def _first(
    state: str, due_at: str, soon_at: str, basis: str, zone: str, now: str, seconds: bool
) -> str:
    """Return an act's clock, its date and what that rests on."""
    if not due_at:
        return f"  {state}  {basis}".rstrip()
    clock = state
    if not state:
        span = left(due_at, now, seconds=seconds).removesuffix(" overdue")
        clock = f"{running(due_at, soon_at, now)} {span}"
    return _coloured(f"{f'  {clock}'.ljust(_CLOCK)}  {brief(due_at, zone, now)}  {basis}".rstrip())


def _rest(overview: "Overview", act: "ActRow") -> Iterator[str]:
    """Yield what few acts have."""
    if act.problem:
        yield from _wrapped(harmless(f"not computable: {act.problem}"))
    if act.moved_from:
        moved = brief(act.moved_from, overview.zone, overview.seen_at)
        yield f"    moved from {moved}: law or settings changed"


def _whole(overview: "Overview") -> "Sequence[Act]":
    """Return the acts of the incident that was asked for, with all their duties; else none."""
    if overview.matter is None:
        return ()
    from breachkit.domain.act import acts_of  # here, because the home at night reads kept ones

    return acts_of(overview.rows)


def _more_of(act: "Act") -> Iterator[str]:
    """Yield all scopes and provisions of an act, and the command that comes next."""
    if len(scopes := act.scopes) > 1:
        yield from _wrapped(harmless(f"for {', '.join(scopes)}"))
    if len(act.citations) > 1:
        yield from _wrapped(harmless(f"meets {'; '.join(act.marked)}"))
    if act.row.command:
        yield harmless(f"    {act.row.command}")


def fitting(act: "ActRow", columns: int) -> str:
    """Return incident, scope, citations, gaps and what is waited for; long parts give way to fit."""
    matter, waits = act.matter, act.waits_for
    if matter in waits:
        waits = waits.replace(f"{matter}-", "")
    return matter + _tail(act.scopes, act.citations, act.gaps, waits, columns - len(matter))


@lru_cache(maxsize=1024)
def _tail(scopes: str, citations: str, gaps: int, waits: str, columns: int) -> str:
    """Return what stands behind the incident: the same for many, in a bad week."""
    counted = f"{gaps} gap{'' if gaps == 1 else 's'}" if gaps else ""
    return _shortened([scopes, citations, counted, waits], columns)


def _shortened(parts: list[str], columns: int) -> str:
    """Return parts cut to fit, the longest of scope, citations and waiting first."""
    while len(line := "".join([f" · {part}" for part in parts if part])) > columns:
        longest = max((0, 1, 3), key=lambda place: len(parts[place]))
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


def _questions(asked: dict[str, str]) -> list[str]:
    lines = ["", "QUESTIONS"] if asked else []
    for question, answer in asked.items():
        lines += [*_wrapped(harmless(question), 2), harmless(f"    {answer}")]
    return lines


def _next(acts: "Sequence[ActRow]") -> list[str]:
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


def _notes(overview: "Overview", broken: str) -> list[str]:
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
