"""A rate is kept to on average, and waits grow with the trouble."""

import pytest

from breachkit.domain.pace import NO_TROUBLE, Bucket, Pace, Trouble, full, take, worsened


def waits(pace: Pace, times: list[float]) -> list[float]:
    bucket, found = full(pace, times[0]), []
    for now in times:
        bucket, wait = take(pace, bucket, now)
        found.append(round(wait, 6))
    return found


def test_messages_that_come_at_once_go_one_after_another() -> None:
    assert waits(Pace(per_minute=60), [0.0] * 4) == [0, 1, 2, 3]


def test_after_a_pause_as_many_go_at_once_as_the_burst_says_and_no_more() -> None:
    assert waits(Pace(per_minute=60, burst=3), [0.0, 100.0, 100.0, 100.0, 100.0]) == [0, 0, 0, 0, 1]


def test_without_a_rate_nothing_waits() -> None:
    assert waits(Pace(), [0.0] * 1000) == [0] * 1000


def test_a_clock_that_goes_back_neither_adds_nor_stops() -> None:
    pace = Pace(per_minute=60)
    bucket, wait = take(pace, Bucket(0.0, 100.0), 40.0)
    assert (bucket, wait) == (Bucket(-1.0, 100.0), 1.0)


def test_over_a_minute_no_more_go_than_the_rate_and_the_burst() -> None:
    pace = Pace(per_minute=30, burst=5)
    bucket, gone, now = full(pace, 0.0), 0, 0.0
    while now < 60:
        bucket, wait = take(pace, bucket, now)
        now += wait
        gone += now < 60
    assert 30 <= gone <= 35


def test_each_trouble_waits_twice_as_long_up_to_the_longest() -> None:
    pace, trouble, found = Pace(first_wait=1, longest_wait=10), NO_TROUBLE, []
    for _ in range(6):
        now = trouble.resume_at
        trouble = worsened(pace, trouble, now)
        found.append(trouble.resume_at - now)
    assert found == [1, 2, 4, 8, 10, 10]
    assert trouble.tries == 6


def test_sessions_that_meet_the_same_trouble_count_once() -> None:
    once = worsened(Pace(), NO_TROUBLE, 10.0)
    assert worsened(Pace(), once, 10.5) == once == Trouble(1, 11.0)


@pytest.mark.parametrize("tries", [100, 5000])
def test_endless_trouble_stays_finite(tries: int) -> None:
    assert worsened(Pace(), Trouble(tries, 0.0), 1.0).resume_at == 301.0
