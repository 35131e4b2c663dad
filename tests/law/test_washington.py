"""Our arithmetic of days over every breach reported to the Attorney General of Washington.

The file lies beside the checkout, not in it: 1,310 notifications with the days that passed between
awareness and notice as the Attorney General's office counts them. All 1,287 that state both days
agree; the other 23 state no awareness, and neither the office nor we count anything for them.
"""

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from breachkit.adapters.lawbook import load, packaged
from breachkit.domain.counting import end_of
from breachkit.domain.deadline import find_deadline
from breachkit.domain.instant import Instant
from breachkit.domain.limit import Period, Unit
from breachkit.domain.obligation import Obligation

FILE = Path(__file__).parents[3] / "shared/data/washington-ag-breaches-2016-2024.csv"
HERE = "America/Los_Angeles"
BOOK = load([packaged()])
LAWS = [BOOK.obligation("us-states/wa-2015"), BOOK.obligation("us-states/wa")]

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason=f"{FILE.name} lies beside the checkout, and is not there"
)


class Breach(NamedTuple):
    """One row: days only, as no time is stated in any of them."""

    id: str
    aware: date | None
    told: date
    elapsed: int | None


def day(text: str) -> date | None:
    if not text:
        return None
    return datetime.strptime(f"{text} +0000", "%Y %b %d %I:%M:%S %p %z").date()


def breaches() -> list[Breach]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    read = []
    for row in rows:
        told = day(row["DateSubmitted"])
        assert told is not None
        elapsed = row["DaysElapsedBeforeNotification"].replace(",", "")
        read.append(
            Breach(row["Id"], day(row["DateAware"]), told, int(elapsed) if elapsed else None)
        )
    return read


def midnight(day: date) -> datetime:
    return Instant.model_validate(f"{day} {HERE}").earliest


def counted(aware: date, told: date) -> int | None:
    """Return after how many days of ours a notice came, with our own arithmetic; None for never."""
    start, end = midnight(aware), midnight(told)
    guess = (told - aware).days
    if guess == 0:
        return 0
    for days in range(max(1, guess - 2), guess + 3):
        if end_of(Period(days, Unit.DAYS), start, HERE) == end:
            return days
    return None


def law_of(aware: date) -> Obligation:
    """Return the version in force on a day."""
    (law,) = [one for one in LAWS if one.in_force is not None and one.in_force.covers(aware)]
    return law


def test_our_days_are_those_of_the_attorney_general() -> None:
    agree: Counter[str] = Counter()
    for breach in breaches():
        if breach.aware is None:
            assert breach.elapsed is None, breach.id
            agree["no awareness stated, nothing counted"] += 1
            continue
        assert counted(breach.aware, breach.told) == breach.elapsed, breach.id
        agree["agree"] += 1
    assert agree == {"agree": 1287, "no awareness stated, nothing counted": 23}


def test_a_count_of_elapsed_hours_would_have_been_wrong_over_a_change_of_clocks() -> None:
    """Why days are counted on the calendar: 24 hours a day would miss many a midnight."""
    wrong = 0
    for breach in breaches():
        if breach.aware and breach.elapsed:
            passed = midnight(breach.told) - midnight(breach.aware)
            wrong += passed != timedelta(hours=24 * breach.elapsed)
    assert wrong > 400


def test_in_time_or_late_follows_from_the_days_under_the_version_in_force() -> None:
    in_time: Counter[str] = Counter()
    for breach in breaches():
        if breach.aware is None or breach.elapsed is None or breach.aware < date(2015, 7, 24):
            continue
        law = law_of(breach.aware)
        assert law.limit is not None
        view = {
            "capacity": "controller",
            "timeline": {
                "controller_aware_at": Instant.model_validate(f"{breach.aware} {HERE}").model_dump(
                    mode="json"
                )
            },
        }
        due = find_deadline(law, view, opened_at=datetime(2030, 1, 1, tzinfo=UTC)).due_at
        assert due is not None
        met = midnight(breach.told) <= due
        assert met is (breach.elapsed <= law.limit.amount), breach.id
        in_time[law.id] += met
    assert in_time["wa"] == 193
