"""How a time limit is counted: from an instant to the instant at which the limit ends.

The strict end drives every alarm and is never later than any other reading: hours that pass for
hours, the same clock time on the last day for days and months. The only file that uses pendulum.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from breachkit.domain.calendar import day_off, working_days_after
from breachkit.domain.instant import zone_of
from breachkit.domain.limit import Period, Unit
from breachkit.errors import FactError

if TYPE_CHECKING:
    from pendulum import DateTime


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The hours in which a party works, in its own zone."""

    zone: str
    begins: time
    ends: time


def end_of(
    limit: Period, start: datetime, zone: str, calendar: str = "", hours: WorkingTime | None = None
) -> datetime:
    """Return when a limit ends, strictly, in UTC.

    Hours are elapsed hours. For days and months the day of the event is not counted, and the end is
    the same clock time on the last day; a month that lacks the day ends on its last (Regulation
    1182/71, Art. 3(2)(c)). Raises CalendarError where working days cannot be told.
    """
    match limit.unit:
        case Unit.HOURS:
            return start + timedelta(hours=limit.amount)
        case Unit.WORKING_HOURS:
            assert hours is not None
            return _after_work(start, limit.amount, calendar, hours)
        case Unit.DAYS:
            return _same_time(start, zone, _plus(_day(start, zone), days=limit.amount))
        case Unit.MONTHS:
            return _same_time(start, zone, _plus(_day(start, zone), months=limit.amount))
        case Unit.WORKING_DAYS:
            return _same_time(start, zone, last_working_day(start, zone, limit.amount, calendar))


def end_of_day(at: datetime, zone: str) -> datetime:
    """Return midnight at the end of the local day in which an instant lies, in UTC."""
    return existing(datetime.combine(_day(at, zone) + timedelta(days=1), time()), zone)


def rolled(at: datetime, zone: str, calendar: str, clock: time | None = None) -> datetime:
    """Return the end of the next working day where an instant lies on none; else of its own day.

    With `clock`, that time of the next working day (DORA: noon), and the instant itself otherwise.
    """
    day = _day(at, zone)
    if not day_off(day, calendar):
        return at if clock else end_of_day(at, zone)
    moved = next(one for one, why in working_days_after(day, calendar) if not why)
    if clock:
        return existing(datetime.combine(moved, clock), zone)
    return existing(datetime.combine(moved + timedelta(days=1), time()), zone)


def last_working_day(start: datetime, zone: str, amount: int, calendar: str) -> date:
    """Return the day on which so many working days end; the day of the event is not counted."""
    for day, why in working_days_after(_day(start, zone), calendar):
        amount -= not why
        if not amount:
            return day
    raise AssertionError("unreachable")


def days_off_within(
    start: datetime, zone: str, last: date, calendar: str
) -> list[tuple[date, str]]:
    """Return the days that were left out on the way to the last one, each with its reason."""
    found: list[tuple[date, str]] = []
    for day, why in working_days_after(_day(start, zone), calendar):
        if day > last:
            return found
        if why:
            found.append((day, why))
    raise AssertionError("unreachable")


def end_of_hour(at: datetime, zone: str) -> datetime:
    """Return the end of the clock hour in which an instant lies (Regulation 1182/71, Art. 3(1)).

    At a full hour that is the next one. Counted as time that passes: setting the clock itself to
    the full hour goes backwards in the half hour that Lord Howe repeats.
    """
    moment = local(at, zone)
    return at + timedelta(hours=1) - timedelta(minutes=moment.minute, seconds=moment.second)


def end_of_year(at: datetime, zone: str) -> datetime:
    """Return midnight at the end of the local year in which an instant lies, in UTC."""
    return existing(datetime.combine(date(_day(at, zone).year + 1, 1, 1), time()), zone)


def existing(wall: datetime, zone: str) -> datetime:
    """Return the moment at which a zone's clock shows a time, in UTC: the earlier of two.

    A time that the clocks skip means the moment at which they moved, so that no later start can
    have an earlier end.
    """
    tz = zone_of(zone)
    at = wall.replace(tzinfo=tz).astimezone(UTC)
    if at.astimezone(tz).replace(tzinfo=None) == wall:
        return at
    late = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    return _turn(min(at, late), max(at, late), zone)


def local(at: datetime, zone: str) -> "DateTime":
    """Return an instant on the clock of a zone: an IANA name, `UTC` or an offset.

    Raises FactError for a zone that does not exist.
    """
    # Imported here: it costs 130 ms, and deadlines in hours are computed without it.
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


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(zone_of(zone)).date()


def _plus(day: date, *, days: int = 0, months: int = 0) -> date:
    """Return the day so much later; clamped to the end of a month that lacks it."""
    # By the standard library: pendulum costs 130 ms, and a possible duty in days is no reason to pay.
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    moved = date(day.year + years, month + 1, min(day.day, last))
    return moved + timedelta(days=days)


def _same_time(start: datetime, zone: str, day: date) -> datetime:
    """Return the clock time of the start on another day.

    Within an hour that the clocks are about to repeat it counts from that hour's beginning, so that
    a start in the second pass never ends before one in the first.
    """
    tz = zone_of(zone)
    clock = start.astimezone(tz)
    again = clock.replace(fold=1)
    if clock.fold == 0 and again.utcoffset() != clock.utcoffset():
        late = again.astimezone(UTC)
        if late > start:
            clock = _turn(start, late, zone).astimezone(tz)
    return existing(datetime.combine(day, clock.time().replace(fold=0)), zone)


def _turn(low: datetime, high: datetime, zone: str) -> datetime:
    """Return the moment between two at which the clocks of a zone move, to the second."""
    tz = zone_of(zone)
    before = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _after_work(start: datetime, hours: int, calendar: str, work: WorkingTime) -> datetime:
    """Return the instant at which so many hours of working time have passed."""
    left = timedelta(hours=hours)
    day = _day(start, work.zone)
    while True:
        if not day_off(day, calendar):
            opens = max(start, existing(datetime.combine(day, work.begins), work.zone))
            closes = existing(datetime.combine(day, work.ends), work.zone)
            if closes - opens >= left:
                return opens + left
            left -= max(closes - opens, timedelta())
        day += timedelta(days=1)
