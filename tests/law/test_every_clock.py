"""Every obligation with a limit, counted over every day on which counting goes wrong."""

import tomllib
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest

from breachkit.domain.instant import Instant
from breachkit.domain.limit import Period, Unit
from breachkit.domain.obligation import Obligation
from tests.law.test_clocks import BOOK, CLOCKS, due

_FILE = Path(__file__).parent / "every_clock" / "days.toml"
ROWS: dict[str, Any] = tomllib.loads(_FILE.read_text("utf-8"))
TURNS = [
    (row["zone"], way, datetime.fromisoformat(row[way]))
    for row in ROWS["clocks"]
    for way in ("back", "forward")
]
DAYS = [(row["title"], row["at"]) for row in ROWS["days"]]

YEARLY = "us-hipaa/408-annual"
"""Counted from the end of the calendar year of the discovery."""


def expected(law: Obligation, start: datetime, zone: str) -> datetime:
    """Return when the strictest limit that has this start ends, by the standard library alone.

    One that binds only some, such as a provider of trust services, counts while that is open.
    """
    assert law.limit
    started = {fact.fact for fact in law.trigger.earliest}
    bounds = [b.limit for b in law.bounds if {f.fact for f in b.trigger.earliest} & started]
    clock = start.astimezone(ZoneInfo(zone))
    if law.qualified_id == YEARLY:
        clock = datetime.combine(date(clock.year + 1, 1, 1), time(), clock.tzinfo)
    return min(ended(limit, clock, law.calendar) for limit in (law.limit, *bounds))


def ended(limit: Period, clock: datetime, country: str) -> datetime:
    """Return the end of a limit: no line of the product takes part."""
    match limit.unit:
        case Unit.HOURS:
            return clock.astimezone(UTC) + timedelta(hours=limit.amount)
        case Unit.DAYS:
            last = clock.date() + timedelta(days=limit.amount)
        case Unit.MONTHS:
            assert limit.amount == 1
            year, month = (clock.year, clock.month + 1) if clock.month < 12 else (clock.year + 1, 1)
            last = date(year, month, min(clock.day, monthrange(year, month)[1]))
        case Unit.WORKING_DAYS:
            last = working(clock.date(), limit.amount, country)
        case _:
            raise AssertionError(limit)
    return datetime.combine(last, clock.time(), clock.tzinfo).astimezone(UTC)


def working(day: date, amount: int, country: str) -> date:
    off = holidays.country_holidays(country)
    while amount:
        day += timedelta(days=1)
        amount -= day.weekday() < 5 and day not in off
    return day


def counted(law: Obligation, start: datetime, zone: str) -> datetime:
    """Return the deadline where each trigger of the obligation itself has the same start."""
    starts = dict.fromkeys((fact.fact for fact in law.trigger.earliest), start)
    found = due(law, starts, zone)
    assert found.due_at is not None, found.not_computable
    return found.due_at


@pytest.mark.parametrize(("zone", "way", "turn"), TURNS)
def test_over_a_change_of_clocks(zone: str, way: str, turn: datetime) -> None:
    tz = ZoneInfo(zone)
    moved = (turn.astimezone(tz).utcoffset() or timedelta()) - (
        (turn - timedelta(seconds=1)).astimezone(tz).utcoffset() or timedelta()
    )
    assert (moved > timedelta()) is (way == "forward"), f"no such change in {zone}"
    noon = datetime.combine(turn.astimezone(tz).date() - timedelta(days=1), time(12), tz)
    for law in CLOCKS:
        assert law.limit
        in_hours = law.limit.unit is Unit.HOURS
        start = turn - timedelta(minutes=30) if in_hours else noon.astimezone(UTC)
        end = counted(law, start, zone)
        assert start < turn < end, law.qualified_id
        assert end == expected(law, start, zone), (law.qualified_id, str(law.limit))


@pytest.mark.parametrize(("title", "at"), DAYS)
def test_over_a_day_of_the_calendar(title: str, at: str) -> None:
    stated = Instant.model_validate(at)
    start = datetime.fromisoformat(stated.model_dump(mode="json")["at"])
    for law in CLOCKS:
        end = counted(law, start, stated.zone)
        assert end == expected(law, start, stated.zone), (title, law.qualified_id, str(law.limit))


def test_easter_is_where_we_say() -> None:
    brazil = holidays.country_holidays("BR")
    assert date(2027, 3, 26) in brazil, "Good Friday"
    assert working(date(2027, 3, 25), 3, "BR") == date(2027, 3, 31)


def test_at_least_five_zones_change_in_both_ways_and_every_limit_takes_part() -> None:
    assert len({zone for zone, _, _ in TURNS}) >= 5
    assert len(TURNS) == 2 * len({zone for zone, _, _ in TURNS})
    assert {law.qualified_id for law in CLOCKS} == {
        law.qualified_id for law in BOOK.obligations() if law.limit
    }


def test_an_obligation_without_a_limit_gets_no_date_on_any_of_these_days() -> None:
    """`Without undue delay` has a target of ours and no legal instant, whatever the calendar."""
    for law in BOOK.obligations():
        if law.limit:
            continue
        for _, at in DAYS:
            stated = Instant.model_validate(at)
            start = datetime.fromisoformat(stated.model_dump(mode="json")["at"])
            starts = dict.fromkeys((fact.fact for fact in law.trigger.earliest), start)
            assert due(law, starts, stated.zone).due_at is None, law.qualified_id
