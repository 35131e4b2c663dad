"""The legal clock: when a duty is due in one scope, and how that was computed."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, PositiveInt

from breachkit.domain.calendar import CalendarError
from breachkit.domain.counting import WorkingTime, end_of, end_of_day, end_of_hour, rolled
from breachkit.domain.instant import latest_of, stamp
from breachkit.domain.limit import Period, of_hours
from breachkit.domain.obligation import (
    Bound,
    Caution,
    Obligation,
    OtherCounting,
    OtherTrigger,
    Reading,
    Rounding,
)
from breachkit.domain.predicate import View, holds
from breachkit.domain.standing import Standing, weakest
from breachkit.domain.start import Start, find_start, start_at


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
    due_at: datetime | None = None
    """When the duty is due under this reading, in UTC; None where no date should be shown."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When one duty is due in one scope, with all that explains it."""

    law: Obligation = field(repr=False)
    kind: DeadlineKind
    start: Start | None
    """What it is counted from; None while it waits for somebody else's act."""
    limit: Period | None
    """The limit that governs; None where there is no figure."""
    due_at: datetime | None
    """UTC; None for kind `none`."""
    target_at: datetime | None
    """Our own aim, in UTC, apart from the bound; None where no target is set."""
    view: View = field(repr=False)
    """The facts it was computed from."""
    provisional_because: str
    """Why the start is not the trigger; empty when it is."""
    limit_because: str
    """What a partner's own limit changed, or why not; empty without one."""
    bound: Bound | None = None
    """The second limit of the obligation that governs, because it ends earlier."""
    not_computable: str = ""
    """Why a limit that has a start cannot be counted; empty when all can. Beside a date it says that
    the other limit may end earlier."""

    @property
    def readings(self) -> tuple[ReadingResult, ...]:
        """What other readings of the limit come to.

        Computed when asked for, so that a list of deadlines does not pay for it.
        """
        return _read(self)

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
    def known(self) -> Standing:
        """How well the date is known: no better than the limit that governs it."""
        governing = [self.law.standing, *([self.bound.standing] if self.bound else [])]
        return weakest(governing)

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """The warnings that belong to the facts as they are."""
        return tuple(one for one in self.law.cautions if holds(one.when, self.view))

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
class _Count:
    """One limit of an obligation, counted."""

    start: Start | None
    because: str
    limit: Period | None
    due_at: datetime | None
    bound: Bound | None = None
    problem: str = ""


def moved_later(old: Deadline, new: Deadline) -> bool:
    """Tell whether a time limit that ran from its own trigger ends later than before, or never.

    A start within the precision of the old one only refines it.
    """
    if old.kind is not DeadlineKind.DEADLINE or old.start is None or old.due_at is None:
        return False
    if new.due_at is None or new.start is None:
        return True
    if new.due_at <= old.due_at:
        return False
    at, zone, precision = stamp(old.start.at), old.start.zone, old.start.precision
    return not old.start.at < new.start.at <= latest_of(at, zone, precision)


def find_deadline(
    obligation: Obligation,
    view: View,
    *,
    opened_at: datetime,
    limit_override: LimitOverride | None = None,
    target: timedelta | None = None,
) -> Deadline:
    """Return when an obligation is due on the facts of one scope.

    Of several limits the one that ends first governs. While a trigger is missing or doubtful, the
    limit runs from the earliest instant known: a gap in the facts leaves no clock unseen. `target` is
    our own aim; beyond the limit it is cut to it. Raises FactError for an instant that cannot be read.
    """
    limit, limit_because = _find_limit(obligation.limit, limit_override)
    main = _count_main(obligation, limit, view, opened_at)
    counts = [main, *_count_bounds(obligation, view, opened_at)]
    first = min((one for one in counts if one.due_at), key=_end, default=main)
    target_at = _target(first, target)
    return Deadline(
        law=obligation,
        kind=_kind(first, target_at),
        start=first.start,
        limit=first.limit,
        due_at=first.due_at or (None if first.limit else target_at),
        target_at=target_at,
        view=view,
        provisional_because=first.because,
        limit_because=limit_because,
        bound=first.bound,
        not_computable=next((one.problem for one in counts if one.problem), ""),
    )


def _count_main(
    obligation: Obligation, limit: Period | None, view: View, opened_at: datetime
) -> _Count:
    start, because = find_start(
        obligation.trigger, obligation.provisional, obligation.event, view, opened_at
    )
    return _counted(obligation, start, because, limit)


def _count_bounds(obligation: Obligation, view: View, opened_at: datetime) -> list[_Count]:
    """Return the second limits that run: none that does not apply, or has no start yet."""
    found = []
    for bound in obligation.bounds:
        if holds(bound.when, view) is False:
            continue
        start, because = find_start(bound.trigger, None, bound.event, view, opened_at)
        if start:
            found.append(_counted(obligation, start, because, bound.limit, bound))
    return found


def _counted(
    obligation: Obligation,
    start: Start | None,
    because: str,
    limit: Period | None,
    bound: Bound | None = None,
) -> _Count:
    if start is None or limit is None:
        return _Count(start, because, limit, None, bound)
    elapsed = limit.elapsed
    if elapsed is not None:
        return _Count(start, because, limit, start.at + elapsed, bound)
    try:
        due = end_of(limit, start.at, start.zone, obligation.calendar, working_of(obligation))
    except CalendarError as error:
        return _Count(start, because, limit, None, bound, str(error))
    return _Count(start, because, limit, due, bound)


def working_of(obligation: Obligation) -> WorkingTime | None:
    """Return the hours in which working hours are counted; None where there are none."""
    work = obligation.working
    return WorkingTime(work.zone, work.begins, work.ends) if work else None


def soon_from(
    start: datetime,
    due: datetime,
    *,
    share: float = 0.25,
    floor: timedelta = timedelta(hours=6),
) -> datetime:
    """Return from when on a duty counts as due soon: the last share of its time."""
    return due - max((due - start) * share, floor)


def _end(count: _Count) -> datetime:
    assert count.due_at is not None
    return count.due_at


def _target(count: _Count, target: timedelta | None) -> datetime | None:
    """Return our own aim, cut to the limit; None without one or without a start."""
    if count.start is None or target is None:
        return None
    aim = count.start.at + target
    return min(aim, count.due_at) if count.due_at else aim


def _kind(count: _Count, target_at: datetime | None) -> DeadlineKind:
    if count.due_at:
        return DeadlineKind.PROVISIONAL if count.because else DeadlineKind.DEADLINE
    if count.limit is None and target_at:
        return DeadlineKind.TARGET
    return DeadlineKind.NONE


def _find_limit(limit: Period | None, override: LimitOverride | None) -> tuple[Period | None, str]:
    """Return the limit that governs, and what a partner's own one changed or did not."""
    if override is None:
        return limit, ""
    own = of_hours(override.hours)
    if limit is None:
        return own, f"{override.source}: {own} where the provision names no figure"
    if own == limit:
        return limit, f"{override.source}: {own}, the same as the provision"
    if limit.elapsed is None or override.hours < limit.amount:
        return own, f"{override.source}: {own}, shorter than {limit}, so it governs"
    longer = f"{override.source}: {own}, longer than {limit}"
    if override.reason:
        return own, f"{longer}; it governs for the recorded reason: {override.reason}"
    return limit, f"{longer} without a recorded reason, so {limit} stand"


def _read(deadline: Deadline) -> tuple[ReadingResult, ...]:
    if deadline.start is None or deadline.limit is None:
        return ()
    readings = (one for one in deadline.law.readings if holds(one.when, deadline.view) is not False)
    found = (_read_one(reading, deadline) for reading in readings)
    return tuple(result for result in found if result)


def _read_one(reading: Reading, deadline: Deadline) -> ReadingResult | None:
    said = (reading.citation, reading.standing, reading.note)
    if isinstance(reading, OtherTrigger):
        return _from_another(reading, deadline)
    if not isinstance(reading, OtherCounting):
        return ReadingResult(*said)
    if deadline.due_at is None:
        return None
    try:
        due = _rounded(reading.rounding, deadline, deadline.due_at)
    except CalendarError as error:
        return ReadingResult(reading.citation, reading.standing, f"{reading.note}; {error}")
    return ReadingResult(*said, due) if due else None


def _from_another(reading: OtherTrigger, deadline: Deadline) -> ReadingResult | None:
    other = start_at(deadline.view, reading.trigger)
    if other is None or deadline.start is None or other.at == deadline.start.at:
        return None
    count = _counted(deadline.law, other, "", deadline.limit)
    return ReadingResult(reading.citation, reading.standing, reading.note, count.due_at)


def _rounded(rounding: Rounding, deadline: Deadline, due: datetime) -> datetime | None:
    """Return what another way of counting comes to; None where it changes nothing."""
    start, limit, calendar = deadline.start, deadline.limit, deadline.law.calendar
    assert start is not None
    assert limit is not None
    match rounding:
        case Rounding.REG1182:
            return end_of_hour(start.at, start.zone) + (limit.elapsed or timedelta())
        case Rounding.DAY_END:
            return end_of_day(due, start.zone)
        case Rounding.ROLL:
            moved = rolled(due, start.zone, calendar)
            return None if moved == end_of_day(due, start.zone) else moved
        case Rounding.NEXT_NOON:
            moved = rolled(due, start.zone, calendar, time(12))
            return None if moved == due else moved
