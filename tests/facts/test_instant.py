"""Instants as people write them: read strictly, kept with what is known, never guessed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from breachkit.domain.instant import Instant

NOW = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)


def read(text: object) -> Instant:
    return Instant.model_validate(text, context={"now": NOW})


@pytest.mark.parametrize(
    ("written", "at", "precision"),
    [
        ("2026-11-20 17:40 Europe/Berlin", "2026-11-20T16:40:00Z", "minute"),
        ("2026-11-20T16:40Z", "2026-11-20T16:40:00Z", "minute"),
        ("2026-11-20T16:40:11.5+05:45", "2026-11-20T10:55:11Z", "second"),
        ("2026-11-20T17 +01:00", "2026-11-20T16:00:00Z", "hour"),
        ("2026-11-20 Europe/Berlin", "2026-11-19T23:00:00Z", "day"),
        ("2026-11 UTC", "2026-11-01T00:00:00Z", "month"),
        # The clock of 25 October shows 02:30 twice; a deadline counts from the earlier one.
        ("2026-10-25 02:30 Europe/Berlin", "2026-10-25T00:30:00Z", "minute"),
        ("02:30 Europe/Berlin", "2026-10-25T00:30:00Z", "minute"),
        # 23:00 is still to come today, so it was yesterday.
        ("23:00 UTC", "2026-10-24T23:00:00Z", "minute"),
        # A clock that runs a little ahead still means today.
        ("12:10 UTC", "2026-10-25T12:10:00Z", "minute"),
        ("now", "2026-10-25T12:00:00Z", "second"),
    ],
)
def test_the_ways_to_write_a_time(written: str, at: str, precision: str) -> None:
    found = read(written)
    assert (found.at, found.precision) == (at, precision)


def test_about_is_kept_as_estimated() -> None:
    assert read("about 2026-11-20 17:40 Europe/Berlin").estimated
    assert not read("2026-11-20 17:40 Europe/Berlin").estimated


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1700000000", "is not a time"),
        ("2026-11-20 17:40", "has no zone"),
        ("2026-11-20 17:40 CET", "is not a time"),
        ("2026-11-20 17:40 Europe/Nowhere", "is not a time zone"),
        ("1970-01-01T00:00Z", "never set"),
        ("9999-12-31T23:59-05:00", "never set"),
        ("2026-02-30 10:00Z", "day is out of range"),
        ("2026-11 17:40Z", "has a time but no day"),
        ("2027-03-28 02:30 Europe/Berlin", "did not exist"),
        ("2026-11-20 17:40 +99:00", "not an offset"),
        ({"at": "2026-11-20T17:40:00Z", "zone": "Nowhere/X"}, "not a time zone"),
        ({"at": "2021-13-45T99:00:00Z", "zone": "UTC"}, "month must be in 1..12"),
        ({"at": "1970-01-01T00:00:00Z", "zone": "UTC"}, "never set"),
    ],
)
def test_what_is_refused_says_why(written: object, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        read(written)


def test_a_day_given_in_the_middle_means_its_beginning() -> None:
    stated = {"at": "2026-11-20T15:00:00Z", "zone": "Europe/Berlin", "precision": "day"}
    assert read(stated).at == "2026-11-19T23:00:00Z"


def test_a_day_ends_with_its_last_second_even_when_clocks_change() -> None:
    day = read("2026-10-25 Europe/Berlin")
    assert (day.latest - day.earliest).total_seconds() == 25 * 3600 - 1
    month = read("2026-02 Europe/Berlin")
    assert month.latest == datetime(2026, 2, 28, 22, 59, 59, tzinfo=UTC)


@given(st.text(max_size=40))
def test_no_text_gets_past_with_another_error(text: str) -> None:
    try:
        found = read(text)
    except ValidationError:
        return
    assert read(found.model_dump(mode="json")) == found
