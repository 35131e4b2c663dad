"""How a deadline came about, step by step, as a lawyer can check it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from breachkit.domain.calendar import calendar_version
from breachkit.domain.counting import days_off_within, local
from breachkit.domain.deadline import Deadline, DeadlineKind, ReadingResult, working_of
from breachkit.domain.limit import Unit
from breachkit.domain.predicate import holds
from breachkit.domain.standing import Standing
from breachkit.domain.start import Start


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation."""

    label: str
    text: str


def explain(deadline: Deadline, zone: str, *, stated: Iterable[Step] = ()) -> tuple[Step, ...]:
    """Return how a deadline came about, step by step, in the local time of a zone and in UTC.

    `stated` are the steps on who said what it is counted from; they follow the trigger. Raises FactError
    for a zone that does not exist.
    """
    begin = (*_explain_start(deadline, zone), *stated)
    steps = (begin, _explain_limit(deadline), _explain_due(deadline, zone))
    meaning = _MEANING.get(deadline.standing, "")
    standing = Step("standing", f"{deadline.citation}: {deadline.standing}{meaning}")
    readings = _explain_readings(deadline.readings, zone)
    return (
        *(step for part in steps for step in part),
        *readings,
        standing,
        *_explain_doubts(deadline),
    )


def show_instant(at: datetime, zone: str) -> str:
    """Return an instant in the local time of a zone and in UTC; FactError for a zone there is none of."""
    there = local(at, zone)
    clock = there.format("ddd YYYY-MM-DD HH:mm:ss" if at.second else "ddd YYYY-MM-DD HH:mm")
    name = there.tzname() or zone
    return f"{clock} {name}" + (f" ({zone})" if name != zone else "") + f" = {_utc(at)}"


_MEANING = {
    Standing.UNVERIFIED: ", nothing was read that confirms it",
    Standing.DISPUTED: ", those who should know do not agree",
}


def _explain_start(deadline: Deadline, zone: str) -> Iterator[Step]:
    start = deadline.start
    if start is None:
        yield Step("trigger", f"waiting for {deadline.waits_for}")
        return
    label = "provisional start" if deadline.provisional_because else "trigger"
    yield Step(label, f"{start.path}: {show_instant(start.at, zone)}")
    if start.zone != zone:
        yield Step("as stated", show_instant(start.at, start.zone))
    counted = {
        "hour": f"counted from {local(start.at, start.zone):HH:mm}, its earliest moment",
        "day": "counted from 00:00, the earliest moment it can mean",
        "month": "counted from 00:00 on the first, the earliest moment it can mean",
    }.get(start.precision)
    if counted:
        yield Step("precision", f"known only to the {start.precision}: {counted}")
    if start.estimated:
        yield Step("precision", "estimated")
    if deadline.provisional_because:
        yield Step("provisional", deadline.provisional_because)


def _explain_limit(deadline: Deadline) -> Iterator[Step]:
    law, bound = deadline.law, deadline.bound
    figure = f"within {law.limit} of {law.event}" if law.limit else "no figure"
    spoken = ", ".join(part for part in (figure, law.also) if part)
    yield Step("rule", f"{law.citation}: {law.title} ({spoken})")
    for other in law.bounds:
        text = f"{other.citation} ({other.standing}): within {other.limit} of {other.event}"
        note = f"; {other.note}" if other.note else ""
        yield Step("governs, being earlier" if other is bound else "also", text + note)
    if deadline.limit_because:
        yield Step("limit", deadline.limit_because)


def _explain_due(deadline: Deadline, zone: str) -> Iterator[Step]:
    start, due, target = deadline.start, deadline.due_at, deadline.target_at
    if start is None or due is None:
        why = f": {deadline.not_computable}" if deadline.not_computable else ""
        yield Step("due", f"no date is computed{why}")
        return
    yield from _explain_counting(deadline, start, due, zone)
    named = {"provisional": "provisional alarm", "target": "target"}
    label = named.get(deadline.kind, "due")
    own = ", our own aim and no legal limit" if deadline.kind == DeadlineKind.TARGET else ""
    yield Step(label, show_instant(due, zone) + own)
    if deadline.not_computable:
        yield Step("not counted", f"{deadline.not_computable}; that limit may end earlier")
    if target and deadline.kind != DeadlineKind.TARGET:
        yield Step("target", f"{show_instant(target, zone)}, our own aim and no legal limit")


def _explain_counting(deadline: Deadline, start: Start, due: datetime, zone: str) -> Iterator[Step]:
    unit = deadline.limit.unit if deadline.limit else Unit.HOURS
    if unit is Unit.HOURS:
        yield Step("counting", f"{_utc(start.at)} + {_hours(due - start.at)} elapsed = {_utc(due)}")
        yield from _explain_clocks(start.at, due, zone)
    elif unit is Unit.WORKING_HOURS:
        yield from _explain_work(deadline, start, due)
    else:
        yield from _explain_days(deadline, start, due)


def _explain_days(deadline: Deadline, start: Start, due: datetime) -> Iterator[Step]:
    first, last = local(start.at, start.zone), local(due, start.zone)
    clamped = deadline.limit is not None and deadline.limit.unit is Unit.MONTHS
    short = ", the last of a month without that day" if clamped and first.day > last.day else ""
    yield Step(
        "counting",
        f"the day of the event ({first:ddd YYYY-MM-DD}) does not count; {deadline.limit} end on"
        f" {last:ddd YYYY-MM-DD}{short}, taken strictly at the clock time of the event",
    )
    if deadline.limit and deadline.limit.unit is Unit.WORKING_DAYS:
        yield from _explain_calendar(deadline.law.calendar, start.at, start.zone, last.date())


def _explain_work(deadline: Deadline, start: Start, due: datetime) -> Iterator[Step]:
    work = working_of(deadline.law)
    assert work is not None
    hours = f"{work.begins:%H:%M} to {work.ends:%H:%M} {work.zone}"
    yield Step("counting", f"{deadline.limit}, {hours}, from {_utc(start.at)}: {_utc(due)}")
    last = local(due, work.zone).date()
    # Hours count on the day of the event itself, so that day may be one that is left out.
    before = start.at - timedelta(days=1)
    yield from _explain_calendar(deadline.law.calendar, before, work.zone, last)


def _explain_calendar(calendar: str, start: datetime, zone: str, last: date) -> Iterator[Step]:
    left_out = days_off_within(start, zone, last, calendar)
    days = ", ".join(f"{day:%a %Y-%m-%d} ({why})" for day, why in left_out) or "no day"
    yield Step(
        "calendar", f"left out: {days}; public holidays of {calendar} by {calendar_version()}"
    )


def _explain_doubts(deadline: Deadline) -> Iterator[Step]:
    """Yield the warnings that belong to the facts, and what the law's own file notes."""
    for one in deadline.cautions:
        yield Step("caution", f"{one.citation} ({one.standing}): {one.note}")
    if any(holds(one.when, deadline.view) is None for one in deadline.law.cautions):
        others = "others" if deadline.cautions else "whether any belongs here"
        depend = "depend" if deadline.cautions else "depends"
        more = f"{others} {depend} on facts that nobody has stated"
        yield Step("caution", f"{more}: breachkit law show {deadline.obligation}")
    for note in deadline.law.notes:
        yield Step("note", note)


def _explain_clocks(start: datetime, due: datetime, zone: str) -> Iterator[Step]:
    before, after = local(start, zone), local(due, zone)
    moved = (after.offset or 0) - (before.offset or 0)
    if moved:
        amount = f"{abs(moved) // 3600} h" if moved % 3600 == 0 else f"{abs(moved) // 60} min"
        text = f"clocks change from {before.tzname()} to {after.tzname()} in between: elapsed time"
        side = "later" if moved > 0 else "earlier"
        yield Step("clocks", f"{text} stays the same, the wall clock shows {amount} {side}")


def _explain_readings(readings: Iterable[ReadingResult], zone: str) -> Iterator[Step]:
    for reading in readings:
        due = show_instant(reading.due_at, zone) if reading.due_at else "no date"
        text = f"{reading.citation} ({reading.standing}): {due}; {reading.note}"
        yield Step("other reading", text)


def _hours(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:g} hour" + ("" if hours == 1 else "s")


def _utc(at: datetime) -> str:
    pattern = "%Y-%m-%d %H:%M:%S UTC" if at.second else "%Y-%m-%d %H:%M UTC"
    return at.strftime(pattern)
