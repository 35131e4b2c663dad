"""Working days: Saturdays, Sundays and the public holidays of a country left out.

The holidays come from the `holidays` package, whose version every explanation names: a calendar is
a fact that somebody published, and can be corrected later.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase


class CalendarError(ValueError):
    """A calendar that cannot tell, with the reason in its message."""


def calendar_version() -> str:
    """Return which edition of the holidays is used, such as `holidays 0.109`."""
    from importlib.metadata import version

    return f"holidays {version('holidays')}"


def day_off(day: date, calendar: str) -> str:
    """Return why a day is no working day, in words; empty for a working day.

    `calendar` is a country or one of its parts (`BR`, `DE-BY`); empty knows the weekends only.
    Raises CalendarError for a calendar that does not exist, or a year outside its data.
    """
    if day.weekday() >= 5:
        return f"{day:%A}"
    if not calendar:
        return ""
    return str(_book(calendar, day.year).get(day, ""))


def working_days_after(day: date, calendar: str) -> Iterator[tuple[date, str]]:
    """Yield each following day with why it is none to work; empty for a working day.

    Raises CalendarError as `day_off` does.
    """
    while True:
        day += timedelta(days=1)
        yield day, day_off(day, calendar)


@lru_cache(maxsize=256)
def _book(calendar: str, year: int) -> "HolidayBase":
    # Imported here: most clocks count hours and need no calendar.
    import holidays

    country, _, part = calendar.partition("-")
    try:
        book = holidays.country_holidays(country, subdiv=part or None, years=year)
    except NotImplementedError:
        raise CalendarError(f"no calendar of public holidays for {calendar!r}") from None
    first, last = book.start_year, book.end_year
    if not first <= year <= last:
        raise CalendarError(
            f"the holidays of {calendar} are known for {first} to {last}, not {year}"
        )
    return book
