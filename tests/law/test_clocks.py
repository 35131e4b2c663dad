"""What is true of the clocks and conditions of all obligations, whatever the facts are."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachkit.adapters.lawbook import load, packaged
from breachkit.domain.condition import AnyOf, AtLeast, Condition, FactIn, FactNotIn, KeyIn, NotAll
from breachkit.domain.deadline import Deadline, find_deadline
from breachkit.domain.instant import zone_of
from breachkit.domain.limit import Unit
from breachkit.domain.obligation import Obligation, OtherCounting
from breachkit.domain.patch import Tree
from breachkit.domain.predicate import Answers, facts_of, holds

BOOK = load([packaged()])
LAWS = BOOK.obligations()
CLOCKS = [law for law in LAWS if law.limit]
LATE = datetime(2101, 1, 1, tzinfo=UTC)
"""Opened after everything else, so that only the stated triggers count."""

ZONES = st.sampled_from(
    ["UTC", "+05:45", "-03:30", *sorted(z for z in available_timezones() if "/" in z)[::11]]
)
MOMENTS = st.integers(0, 6 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def instant(at: datetime, zone: str) -> dict[str, Any]:
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "kind": "instant", "at": text, "zone": zone, "precision": "second", "estimated": False
    }  # fmt: skip


def put(tree: Tree, path: str, value: object) -> None:
    *above, last = path.split(".")
    for name in above:
        tree = tree.setdefault(name, {})
    tree[last] = value


def triggers(law: Obligation) -> list[str]:
    """Return every instant that can start one of an obligation's clocks."""
    every = [law.trigger, *(bound.trigger for bound in law.bounds)]
    return list(dict.fromkeys(fact.fact for one in every for fact in one.earliest))


def due(law: Obligation, starts: dict[str, datetime], zone: str) -> Deadline:
    """Return the deadline on some triggers, all else being as the strict side has it."""
    view: Tree = {"capacity": "controller", "origin": {"kind": "subprocessor"}}
    for path, at in starts.items():
        put(view, path, instant(at, zone))
    return find_deadline(law, view, opened_at=LATE)


# Where the law itself jumps: an incident classified later than 24 hours after awareness has the four
# hours alone. Awareness a little later closes that gap, and both limits bind again.
JUMPS = ("eu-dora/initial", "timeline.aware_major_incident_at")


@pytest.mark.parametrize("law", CLOCKS, ids=lambda law: law.qualified_id)
@settings(max_examples=25, deadline=None)
@given(
    starts=st.lists(MOMENTS, min_size=4, max_size=4),
    later=st.integers(0, 60 * 24 * 3600),
    which=st.integers(0, 3),
    zone=ZONES,
)
def test_a_later_trigger_never_gives_an_earlier_deadline(
    law: Obligation, starts: list[datetime], later: int, which: int, zone: str
) -> None:
    """For hours and days to the instant; for months and working days to the day.

    Two starts whose limit ends on the same day keep the clock time of each: the 30th at 15:00 and
    the 31st at 10:00 both end on 28 February, at 15:00 and at 10:00.
    """
    paths = triggers(law)
    moved = paths[which % len(paths)]
    if (law.qualified_id, moved) == JUMPS:
        return
    before = dict(zip(paths, starts, strict=False))
    after = {**before, moved: before[moved] + timedelta(seconds=later)}
    one, two = due(law, before, zone), due(law, after, zone)
    if one.not_computable or two.not_computable:
        return
    assert one.due_at is not None
    assert two.due_at is not None
    if law.limit and law.limit.unit in {Unit.MONTHS, Unit.WORKING_DAYS}:
        tz = zone_of(zone)
        assert two.due_at.astimezone(tz).date() >= one.due_at.astimezone(tz).date()
    else:
        assert two.due_at >= one.due_at


def test_where_the_law_jumps_a_later_awareness_can_bring_a_limit_back() -> None:
    law = BOOK.obligation("eu-dora/initial")
    classified = datetime(2026, 12, 5, 12, tzinfo=UTC)
    ends = [
        due(
            law,
            {
                "timeline.aware_major_incident_at": classified - timedelta(hours=hours),
                "timeline.classified_major_at": classified,
            },
            "UTC",
        ).due_at
        for hours in (26, 24, 22, 20, 1)
    ]
    shown = [(at - classified) / timedelta(hours=1) if at else None for at in ends]
    assert shown == [4, 0, 2, 4, 4]


def test_two_starts_that_end_on_the_same_day_keep_the_clock_time_of_each() -> None:
    law = BOOK.obligation("eu-cra/14-4-c")

    def end(start: datetime) -> datetime | None:
        return due(law, {"sent.eu-cra.14-4-b": start}, "UTC").due_at

    assert end(datetime(2027, 1, 30, 15, tzinfo=UTC)) == datetime(2027, 2, 28, 15, tzinfo=UTC)
    assert end(datetime(2027, 1, 31, 10, tzinfo=UTC)) == datetime(2027, 2, 28, 10, tzinfo=UTC)


@pytest.mark.parametrize("law", CLOCKS, ids=lambda law: law.qualified_id)
@settings(max_examples=25, deadline=None)
@given(starts=st.lists(MOMENTS, min_size=4, max_size=4), zone=ZONES)
def test_the_strict_deadline_is_never_later_than_another_counting(
    law: Obligation, starts: list[datetime], zone: str
) -> None:
    """Other triggers are another matter: a reading may start the clock with another's knowledge."""
    found = due(law, dict(zip(triggers(law), starts, strict=False)), zone)
    countings = [one for one in law.readings if isinstance(one, OtherCounting)]
    cited = {one.citation for one in countings}
    for reading in found.readings:
        if reading.citation in cited and reading.due_at and found.due_at:
            assert found.due_at <= reading.due_at


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.qualified_id)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_more_facts_never_turn_owed_into_unknown(law: Obligation, data: st.DataObject) -> None:
    choices = dict(_choices(law.when))
    every = {path: data.draw(st.sampled_from(values)) for path, values in choices.items()}
    fewer = data.draw(st.sets(st.sampled_from(sorted(every)))) if every else set()
    less, more = {}, {}
    for path, value in every.items():
        put(more, path, value)
        if path in fewer:
            put(less, path, value)
    assert Answers(more).holds(law.when) is holds(law.when, more)
    if holds(law.when, less) is True:
        assert holds(law.when, more) is not None


def _choices(conditions: tuple[Condition, ...]) -> Iterator[tuple[str, list[Any]]]:
    """Yield each fact that conditions look at, with values that decide them in either way."""
    found: dict[str, list[Any]] = {}
    for condition in _flat(conditions):
        for path in facts_of([condition]):
            found.setdefault(path.replace("*", "k"), []).extend(_values(condition, path))
    # A country and one of its parts stand in one mapping; what lies below it would hide them.
    if "countries" in found:
        found = {path: one for path, one in found.items() if not path.startswith("countries.")}
    yield from ((path, values or ["said"]) for path, values in found.items())


def _values(condition: Condition, path: str) -> list[Any]:
    match condition:
        case KeyIn():
            place = condition.values[0]
            return [{place: {"concerned": True}}, {"JP": {"concerned": True}}]
        case FactIn() | FactNotIn():
            return [
                condition.meant[-1],
                *(["other"] if condition.meant[-1] is not True else [False]),
            ]
        case AtLeast():
            return [{"kind": "count", "form": "exact", "value": n} for n in (1, 10**6)]
        case _ if path.startswith("timeline."):
            return [instant(datetime(2026, 11, 20, tzinfo=UTC), "UTC")]
        case _:
            return []


def _flat(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    for condition in conditions:
        match condition:
            case AnyOf():
                for group in condition.groups:
                    yield from _flat(group)
            case NotAll():
                yield from _flat(condition.conditions)
            case _:
                yield condition


@pytest.mark.parametrize(
    ("calendar", "start", "reason"),
    [
        ("XX", "2026-11-20", "no calendar of public holidays for 'XX'"),
        ("BR-XX", "2026-11-20", "no calendar of public holidays for 'BR-XX'"),
        ("BR", "2100-12-30", "the holidays of BR are known for 1890 to 2100, not 2101"),
    ],
)
def test_without_its_calendar_a_limit_has_no_date(calendar: str, start: str, reason: str) -> None:
    law = BOOK.obligation("br-lgpd/anpd").model_copy(update={"calendar": calendar})
    at = datetime.fromisoformat(f"{start}T10:00:00+00:00")
    found = due(law, {"timeline.controller_aware_at": at}, "America/Sao_Paulo")
    assert found.due_at is None
    assert found.kind == "none"
    assert found.not_computable == reason
    assert found.readings == ()
