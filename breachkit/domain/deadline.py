"""The legal clock: when a duty is due in one scope, and how that was computed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, PositiveInt

from breachkit.domain.obligation import (
    Obligation,
    OtherCounting,
    OtherTrigger,
    Reading,
    Standing,
)
from breachkit.domain.predicate import View, holds
from breachkit.domain.start import Start, find_start, start_at
from breachkit.errors import FactError

if TYPE_CHECKING:
    from pendulum import DateTime


class DeadlineKind(StrEnum):
    """What the due moment of a duty rests on."""

    DEADLINE = "deadline"
    """A time limit from its own trigger."""
    PROVISIONAL = "provisional"
    """A time limit from the earliest instant known, because the trigger is not settled."""
    TARGET = "target"
    """Our own aim, where the provision names no figure."""
    NONE = "none"
    """No moment at all: nothing to count, or nothing to count from."""


class LimitOverride(BaseModel):
    """A partner's own time limit, in hours."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    hours: PositiveInt
    reason: str = ""
    """Why it may be longer than the provision's; without it, a longer one changes nothing."""
    source: str = "the partner's own limit"
    """Where it is agreed."""


@dataclass(frozen=True, slots=True)
class ReadingResult:
    """What another reading of the limit comes to; shown beside the deadline, never relied on."""

    citation: str
    standing: Standing
    note: str
    start: Start | None = None
    limit: timedelta = timedelta()
    rounded: bool = False

    @property
    def due_at(self) -> datetime | None:
        """When the duty is due under this reading, in UTC; None where no date should be shown.

        Computed when asked for, so that a list of deadlines does not pay for it.
        """
        if self.start is None:
            return None
        return (_end_of_hour(self.start) if self.rounded else self.start.at) + self.limit


@dataclass(frozen=True, slots=True)
class Deadline:
    """When one duty is due in one scope, with all that explains it."""

    law: Obligation = field(repr=False)
    kind: DeadlineKind
    start: Start | None
    """What it is counted from; None while it waits for somebody else's act."""
    limit: timedelta | None
    """The limit that governs; None where there is no figure."""
    due_at: datetime | None
    """UTC; None for kind `none`."""
    target_at: datetime | None
    """Our own aim, in UTC, apart from the bound; None where no target is set."""
    readings: tuple[ReadingResult, ...]
    provisional_because: str
    """Why the start is not the trigger; empty when it is."""
    limit_because: str
    """What a partner's own limit changed, or why not; empty without one."""

    @property
    def obligation(self) -> str:
        """The obligation's qualified id, such as `imou-dpa/6.3`."""
        return self.law.qualified_id

    @property
    def citation(self) -> str:
        """Where the duty is written."""
        return self.law.citation

    @property
    def standing(self) -> Standing:
        """How well the provision is known."""
        return self.law.standing

    @property
    def trigger(self) -> str:
        """The path of the instant that is counted from; empty while there is none."""
        return self.start.path if self.start else ""

    @property
    def estimated(self) -> bool:
        """Whether the instant that is counted from was only estimated."""
        return self.start is not None and self.start.estimated

    @property
    def waits_for(self) -> str:
        """The event that has to come before anything is counted; empty when it came."""
        return "" if self.start else self.law.event


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation."""

    label: str
    text: str


def find_deadline(
    obligation: Obligation,
    view: View,
    *,
    opened_at: datetime,
    limit_override: LimitOverride | None = None,
    target: timedelta | None = None,
) -> Deadline:
    """Return when an obligation is due on the facts of one scope.

    Hours are elapsed hours in UTC, so that a change of clocks neither adds nor removes one. While
    the trigger is missing or doubtful, the limit runs from the earliest instant known: a gap in the
    facts leaves no clock unseen. `target` is our own aim; beyond the limit it is cut to it.
    Raises FactError for an instant that cannot be read.
    """
    start, because = find_start(obligation, view, opened_at)
    limit, limit_because = _find_limit(obligation.limit, limit_override)
    aim = target if target is None or limit is None else min(target, limit)
    span = aim if limit is None else limit
    return Deadline(
        law=obligation,
        kind=_kind(start, limit, span, because),
        start=start,
        limit=limit,
        due_at=start.at + span if start and span is not None else None,
        target_at=start.at + aim if start and aim is not None else None,
        readings=_read(obligation.readings, view, start, limit),
        provisional_because=because,
        limit_because=limit_because,
    )


def soon_from(
    start: datetime,
    due: datetime,
    *,
    share: float = 0.25,
    floor: timedelta = timedelta(hours=6),
) -> datetime:
    """Return from when on a duty counts as due soon: the last share of its time."""
    return due - max((due - start) * share, floor)


def explain(deadline: Deadline, zone: str) -> tuple[Step, ...]:
    """Return how a deadline came about, step by step, in the local time of a zone and in UTC.

    Raises FactError for a zone that does not exist.
    """
    steps = (_explain_start(deadline, zone), _explain_limit(deadline), _explain_due(deadline, zone))
    standing = Step("standing", f"{deadline.citation}: {deadline.standing}")
    readings = _explain_readings(deadline.readings, zone)
    return (*(step for part in steps for step in part), *readings, standing)


def _kind(
    start: Start | None, limit: timedelta | None, span: timedelta | None, because: str
) -> DeadlineKind:
    if start is None or span is None:
        return DeadlineKind.NONE
    if limit is None:
        return DeadlineKind.TARGET
    return DeadlineKind.PROVISIONAL if because else DeadlineKind.DEADLINE


def _find_limit(
    limit: timedelta | None, override: LimitOverride | None
) -> tuple[timedelta | None, str]:
    """Return the limit that governs, and what a partner's own one changed or did not."""
    if override is None:
        return limit, ""
    own = timedelta(hours=override.hours)
    if limit is None:
        return own, f"{override.source}: {_hours(own)} where the provision names no figure"
    if own == limit:
        return limit, f"{override.source}: {_hours(own)}, the same as the provision"
    if own < limit:
        return own, f"{override.source}: {_hours(own)}, shorter than {_hours(limit)}, so it governs"
    longer = f"{override.source}: {_hours(own)}, longer than {_hours(limit)}"
    if override.reason:
        return own, f"{longer}; it governs for the recorded reason: {override.reason}"
    return limit, f"{longer} without a recorded reason, so {_hours(limit)} stand"


def _read(
    readings: Iterable[Reading], view: View, start: Start | None, limit: timedelta | None
) -> tuple[ReadingResult, ...]:
    if start is None or limit is None:
        return ()
    found = (_read_one(reading, view, start, limit) for reading in readings)
    return tuple(result for result in found if result)


def _read_one(reading: Reading, view: View, start: Start, limit: timedelta) -> ReadingResult | None:
    if holds(reading.when, view) is False:
        return None
    said = (reading.citation, reading.standing, reading.note)
    if isinstance(reading, OtherTrigger):
        other = start_at(view, reading.trigger)
        if other is None or other.at == start.at:
            return None
        return ReadingResult(*said, other, limit)
    if isinstance(reading, OtherCounting):
        return ReadingResult(*said, start, limit, rounded=True)
    return ReadingResult(*said)


def _explain_start(deadline: Deadline, zone: str) -> Iterator[Step]:
    start = deadline.start
    if start is None:
        yield Step("trigger", f"waiting for {deadline.waits_for}")
        return
    label = "provisional start" if deadline.provisional_because else "trigger"
    yield Step(label, f"{start.path}: {_shown(start.at, zone)}")
    if start.zone != zone:
        yield Step("as stated", _shown(start.at, start.zone))
    counted = {
        "hour": f"counted from {_local(start.at, start.zone):HH:mm}, its earliest moment",
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
    law = deadline.law
    figure = f"within {_hours(law.limit)} of {law.event}" if law.limit else "no figure"
    spoken = ", ".join(part for part in (figure, law.also) if part)
    yield Step("rule", f"{law.citation}: {law.title} ({spoken})")
    if deadline.limit_because:
        yield Step("limit", deadline.limit_because)


def _explain_due(deadline: Deadline, zone: str) -> Iterator[Step]:
    start, due, target = deadline.start, deadline.due_at, deadline.target_at
    if start is None or due is None:
        yield Step("due", "no date is computed")
        return
    span = due - start.at
    yield Step("counting", f"{_utc(start.at)} + {_hours(span)} elapsed = {_utc(due)}")
    yield from _explain_clocks(start.at, due, zone)
    named = {"provisional": "provisional alarm", "target": "target"}
    label = named.get(deadline.kind, "due")
    own = ", our own aim and no legal limit" if deadline.kind == DeadlineKind.TARGET else ""
    yield Step(label, _shown(due, zone) + own)
    if target and deadline.kind != DeadlineKind.TARGET:
        yield Step("target", f"{_shown(target, zone)}, our own aim and no legal limit")


def _explain_clocks(start: datetime, due: datetime, zone: str) -> Iterator[Step]:
    before, after = _local(start, zone), _local(due, zone)
    moved = (after.offset or 0) - (before.offset or 0)
    if moved:
        amount = f"{abs(moved) // 3600} h" if moved % 3600 == 0 else f"{abs(moved) // 60} min"
        text = f"clocks change from {before.tzname()} to {after.tzname()} in between: elapsed time"
        side = "later" if moved > 0 else "earlier"
        yield Step("clocks", f"{text} stays the same, the wall clock shows {amount} {side}")


def _explain_readings(readings: Iterable[ReadingResult], zone: str) -> Iterator[Step]:
    for reading in readings:
        due = reading.due_at
        date = _shown(due, zone) if due else "no date"
        text = f"{reading.citation} ({reading.standing}): {date}; {reading.note}"
        yield Step("other reading", text)


def _hours(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:g} hour" + ("" if hours == 1 else "s")


def _utc(at: datetime) -> str:
    pattern = "%Y-%m-%d %H:%M:%S UTC" if at.second else "%Y-%m-%d %H:%M UTC"
    return at.strftime(pattern)


def _shown(at: datetime, zone: str) -> str:
    local = _local(at, zone)
    clock = local.format("ddd YYYY-MM-DD HH:mm:ss" if at.second else "ddd YYYY-MM-DD HH:mm")
    name = local.tzname() or zone
    return f"{clock} {name}" + (f" ({zone})" if name != zone else "") + f" = {_utc(at)}"


def _end_of_hour(start: Start) -> datetime:
    """Return the end of the clock hour in which an instant lies (Regulation 1182/71, Art. 3(1)).

    At a full hour that is the next one. Counted as time that passes: setting the clock itself to
    the full hour goes backwards in the half hour that Lord Howe repeats.
    """
    local = _local(start.at, start.zone)
    return start.at + timedelta(hours=1) - timedelta(minutes=local.minute, seconds=local.second)


def _local(at: datetime, zone: str) -> "DateTime":
    # Imported here: it costs 130 ms, and a list of deadlines is computed without it.
    import pendulum
    from pendulum.tz.exceptions import InvalidTimezone

    try:
        if zone[:1] in {"+", "-"}:
            ahead = datetime.strptime(zone, "%z").utcoffset() or timedelta()
            fixed = pendulum.FixedTimezone(int(ahead.total_seconds()))
            return pendulum.instance(at).in_timezone(fixed)
        return pendulum.instance(at).in_timezone("UTC" if zone == "Z" else zone)
    except (InvalidTimezone, ValueError):
        raise FactError("", f"{zone!r} is not a time zone") from None
