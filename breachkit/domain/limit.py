"""A time limit as the law words it: so many hours, working hours, days, working days or months."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, PlainSerializer


class Unit(StrEnum):
    """What a time limit is counted in."""

    HOURS = "hours"
    WORKING_HOURS = "working hours"
    DAYS = "days"
    WORKING_DAYS = "working days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time in its own unit: 14 days are not 336 hours."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.value[:-1] if self.amount == 1 else self.unit.value}"

    @property
    def elapsed(self) -> timedelta | None:
        """The hours that pass; None for a unit whose length depends on the calendar."""
        return timedelta(hours=self.amount) if self.unit is Unit.HOURS else None

    @property
    def needs_calendar(self) -> bool:
        """Whether public holidays have to be known."""
        return self.unit in {Unit.WORKING_DAYS, Unit.WORKING_HOURS}


_WORDED = re.compile(r"([1-9][0-9]{0,3}) (working hour|working day|hour|day|month)s?")


def parse_limit(raw: object) -> object:
    """Return the period that a limit such as `48 hours` or `3 working days` means.

    Other values than text pass for pydantic to judge.
    """
    if not isinstance(raw, str):
        return raw
    found = _WORDED.fullmatch(raw)
    if not found:
        raise ValueError(
            f"{raw!r} is no limit such as '48 hours', '14 days', '3 working days' or '1 month'"
        )
    return Period(int(found[1]), Unit(f"{found[2]}s"))


Limit: TypeAlias = Annotated[
    Period, BeforeValidator(parse_limit), PlainSerializer(str, return_type=str)
]
"""A period as law files write it."""


def of_hours(hours: int) -> Period:
    """Return a period of hours."""
    return Period(hours, Unit.HOURS)
