"""Instants as people write them: read strictly, kept with what is known, never guessed."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from breachkit.casework.records import read_time
from breachkit.domain.facts import Unknown
from breachkit.domain.instant import Instant
from breachkit.domain.statement import settle
from breachkit.errors import FactError

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


@pytest.mark.parametrize(
    ("written", "told", "hint"),
    [
        (
            "25:00 Europe/Berlin",
            "'25:00' is not a time: hour must be in 0..23",
            'as in "17:40 Europe/Berlin"',
        ),
        ("02:10", "'02:10' has no zone", 'as in "02:10 Europe/Berlin"'),
        (
            "1700000000",
            "'1700000000' is not a time; write",
            'if it counts seconds since 1970: "2023-11-14T22:13:20Z"',
        ),
        (1700000000, "1700000000 is not a time; write", "2023-11-14T22:13:20Z"),
        (
            "tomorrow",
            "'tomorrow' is not a time",
            'as in "02:10 Europe/Berlin" or "2026-11-20T16:40Z"',
        ),
        (
            "2026-02-30 10:00 Europe/Berlin",
            "'2026-02-30 10:00' is not a time: day",
            'as in "2026-02-28 10:00 Europe/Berlin"',
        ),
        ("2026-13-01 UTC", "'2026-13-01' is not a time: month", 'as in "2026-11-20 UTC"'),
        (
            "2027-03-28 02:30 Europe/Berlin",
            "02:30 did not exist in Europe/Berlin on 2027-03-28",
            'as in "2027-03-28 03:30 Europe/Berlin"',
        ),
        ("02:10 CET", "'02:10 CET' is not a time: CET is no place", 'as in "02:10 Europe/Berlin"'),
        ("02:10 GMT", "'02:10 GMT' is not a time: GMT is no place", 'as in "02:10 UTC"'),
        ("2026-11-22T02:10", "'2026-11-22T02:10' has no zone", '"2026-11-22 02:10 Europe/Berlin"'),
        ("02:10 Europe/Brelin", "Europe/Brelin is not a time zone", 'as in "02:10 Europe/Berlin"'),
    ],
)
def test_a_bad_time_is_named_with_a_good_one(written: object, told: str, hint: str) -> None:
    with pytest.raises(FactError) as refused:
        settle({}, {"timeline": {"discovered_at": written}}, now=NOW)
    assert refused.value.message.startswith(f"timeline.discovered_at: {told}")
    assert hint in refused.value.hint
    if isinstance(written, str):
        with pytest.raises(FactError) as refused:
            read_time("at", written, NOW)
        assert refused.value.message.startswith(f"at: {told}")
        assert hint in refused.value.hint
    for good in re.findall(r'"([^"]+)"', refused.value.hint):
        assert read(good)


@pytest.mark.parametrize(
    ("now", "at"),
    [
        # An hour before the clocks go forward, 02:30 can only mean the night before.
        ("2027-03-28T00:30Z", "2027-03-27T01:30:00Z"),
        # Long after, it was skipped: nothing is guessed.
        ("2027-03-28T06:00Z", "did not exist in Europe/Berlin on 2027-03-28"),
        ("2027-03-29T00:00Z", "did not exist in Europe/Berlin on 2027-03-28"),
        ("2027-03-29T06:00Z", "2027-03-29T00:30:00Z"),
        # While the hour occurs twice, in either of them, the earlier one is meant.
        ("2026-10-25T00:40Z", "2026-10-25T00:30:00Z"),
        ("2026-10-25T01:40Z", "2026-10-25T00:30:00Z"),
        ("2026-10-25T00:05Z", "2026-10-24T00:30:00Z"),
    ],
)
def test_half_past_two_on_the_nights_when_clocks_change(now: str, at: str) -> None:
    context = {"now": datetime.fromisoformat(now)}
    if at.startswith("did"):
        with pytest.raises(ValidationError, match=at):
            Instant.model_validate("02:30 Europe/Berlin", context=context)
    else:
        assert Instant.model_validate("02:30 Europe/Berlin", context=context).at == at


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


@pytest.mark.parametrize(
    ("now", "promised", "meant"),
    [
        ("2026-11-20T09:00Z", "12:00 Europe/Berlin", "2026-11-20T11:00:00Z"),
        ("2026-11-20T11:00Z", "12:00 Europe/Berlin", "2026-11-21T11:00:00Z"),
        ("2026-11-20T16:00Z", "12:00 Europe/Berlin", "2026-11-21T11:00:00Z"),
        ("2026-11-20T23:30Z", "00:15 Europe/Berlin", "2026-11-21T23:15:00Z"),
        ("2026-11-20T16:00Z", "2026-11-20 12:00 Europe/Berlin", "2026-11-20T11:00:00Z"),
    ],
)
def test_a_promise_by_the_clock_alone_means_the_next_time(
    now: str, promised: str, meant: str
) -> None:
    why = {"reason": "counting", "follows_by": promised}
    stated = Unknown.model_validate(why, context={"now": datetime.fromisoformat(now)})
    assert stated.follows_by is not None
    assert stated.follows_by.at == meant
