"""Deadlines of readable scenarios, and what is true of every deadline."""

import subprocess
import sys
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachkit.adapters.lawbook import load, packaged
from breachkit.domain.deadline import LimitOverride, find_deadline, soon_from
from breachkit.domain.explain import explain
from breachkit.domain.instant import Instant, zone_of
from breachkit.domain.predicate import holds
from breachkit.errors import FactError

BOOK = load([packaged()])
SCENARIOS = [
    (path.stem, row)
    for path in sorted((Path(__file__).parent / "scenarios").glob("*.toml"))
    for row in tomllib.loads(path.read_text())["scenario"]
]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def instant(at: datetime, zone: str = "UTC", precision: str = "minute") -> dict[str, Any]:
    """Return an instant as the facts store it."""
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "kind": "instant", "at": text, "zone": zone, "precision": precision, "estimated": False
    }  # fmt: skip


def viewed(facts: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario's facts as a scope view: what people wrote as a time becomes an instant."""
    view = {
        area: {
            name: Instant.model_validate(fact).model_dump(mode="json")
            if name.endswith("_at") and area != "timeline_reasons"
            else fact
            for name, fact in below.items()
        }
        if isinstance(below, dict)
        else below
        for area, below in facts.items()
    }
    view["sent"] = {
        instrument: {
            name: Instant.model_validate(at).model_dump(mode="json") for name, at in below.items()
        }
        for instrument, below in facts.get("sent", {}).items()
    }
    return view


def local(at: datetime | None, zone: str) -> str:
    """Return a moment as the scenarios write it, by the standard library and not by ours."""
    return at.astimezone(zone_of(zone)).strftime("%a %Y-%m-%d %H:%M %Z") if at else ""


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{name}: {row['title']}") for name, row in SCENARIOS]
)
def test_scenario(row: dict[str, Any]) -> None:
    view, expect, zone = viewed(row["facts"]), row["expect"], row["zone"]
    hours = row.get("target_hours")
    limit = row.get("partner_limit")
    found = find_deadline(
        BOOK.obligation(row["obligation"]),
        view,
        opened_at=datetime.fromisoformat(view["timeline"]["opened_at"]["at"]),
        limit_override=LimitOverride(**limit) if limit else None,
        target=timedelta(hours=hours) if hours else None,
    )
    steps = explain(found, zone)
    said = "\n".join(f"{step.label}: {step.text}" for step in steps)

    if "applies" in expect:
        answer = holds(BOOK.obligation(row["obligation"]).when, view)
        assert answer is {True: True, False: False, "undecided": None}[expect["applies"]]
    assert found.citation == row["citation"]
    assert found.kind == expect["kind"]
    assert local(found.due_at, zone) == expect.get("due", "")
    assert found.due_at == (datetime.fromisoformat(expect["utc"]) if "utc" in expect else None)
    assert local(found.target_at, zone) == expect.get("target", "")
    assert found.waits_for == expect.get("waits_for", "")
    assert found.trigger == expect.get("trigger", found.trigger)
    assert expect.get("says", "") in said
    assert f"standing: {row['citation']}: {found.standing}" in said
    if found.due_at:
        assert f"{found.due_at:%Y-%m-%d %H:%M}" in said
        assert f"{found.due_at.astimezone(zone_of(zone)):%a %Y-%m-%d %H:%M}" in said
    if "readings" in expect:
        assert [
            {"citation": r.citation, "standing": str(r.standing)}
            | ({"due": local(r.due_at, zone)} if r.due_at else {})
            for r in found.readings
        ] == expect["readings"]
        assert all(f"{r.citation} ({r.standing})" in said for r in found.readings)
    if "clocks" in expect:
        clocks = [step.text for step in steps if step.label == "clocks"]
        assert [text.rpartition("shows ")[2] for text in clocks] == [expect["clocks"]] * bool(
            expect["clocks"]
        )


def test_every_scenario_is_told_apart_and_cites_its_provision() -> None:
    titles = [row["title"] for _, row in SCENARIOS]
    assert len(set(titles)) == len(titles) > 45
    assert {row["obligation"] for _, row in SCENARIOS} > {"imou-dpa/6.3", "eu-gdpr/33-1"}


def test_the_whole_explanation_of_a_chained_clock() -> None:
    view = viewed(
        {
            "capacity": "processor",
            "timeline": {
                "controller_aware_at": "about 2026-10-23 Europe/Lisbon",
                "opened_at": "2026-10-21 08:00 UTC",
            },
        }
    )
    found = find_deadline(
        BOOK.obligation("eu-gdpr/33-1"), view, opened_at=NOON, target=timedelta(hours=36)
    )
    assert found.estimated
    assert [f"{step.label}: {step.text}" for step in explain(found, "Europe/Berlin")][:-6] == [
        (
            "trigger: timeline.controller_aware_at: "
            "Fri 2026-10-23 01:00 CEST (Europe/Berlin) = 2026-10-22 23:00 UTC"
        ),
        "as stated: Fri 2026-10-23 00:00 WEST (Europe/Lisbon) = 2026-10-22 23:00 UTC",
        "precision: known only to the day: counted from 00:00, the earliest moment it can mean",
        "precision: estimated",
        (
            "rule: Article 33(1): notify the competent supervisory authority "
            "(within 72 hours of the controller's awareness of the breach, without undue delay)"
        ),
        "counting: 2026-10-22 23:00 UTC + 72 hours elapsed = 2026-10-25 23:00 UTC",
        (
            "clocks: clocks change from CEST to CET in between: elapsed time stays the same, "
            "the wall clock shows 1 h earlier"
        ),
        "due: Mon 2026-10-26 00:00 CET (Europe/Berlin) = 2026-10-25 23:00 UTC",
        (
            "target: Sat 2026-10-24 13:00 CEST (Europe/Berlin) = 2026-10-24 11:00 UTC, "
            "our own aim and no legal limit"
        ),
    ]


def test_the_opening_of_the_record_serves_even_when_the_view_lacks_it() -> None:
    found = find_deadline(BOOK.obligation("imou-dpa/6.3"), {}, opened_at=NOON)
    assert (found.kind, found.trigger) == ("provisional", "timeline.opened_at")
    assert found.due_at == NOON + timedelta(hours=48)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("yesterday", "timeline.discovered_at: 'yesterday' is not an instant"),
        ({"kind": "count"}, "timeline.discovered_at: {'kind': 'count'} is not an instant"),
        ({"kind": "instant", "at": "soon"}, "timeline.discovered_at: 'soon' is not a time"),
        ({"kind": "instant"}, "timeline.discovered_at: None is not a time"),
        (
            {"kind": "instant", "at": "2026-11-20T16:40:00"},
            "timeline.discovered_at: '2026-11-20T16:40:00' has no offset from UTC",
        ),
    ],
)
def test_what_is_no_instant_is_refused(value: object, message: str) -> None:
    view = {"timeline": {"discovered_at": value}}
    with pytest.raises(FactError) as refused:
        find_deadline(BOOK.obligation("imou-dpa/6.3"), view, opened_at=NOON)
    assert str(refused.value) == message


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "+99:00", "", "../etc/passwd"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    found = find_deadline(BOOK.obligation("imou-dpa/6.3"), {}, opened_at=NOON)
    with pytest.raises(FactError, match="is not a time zone"):
        explain(found, zone)


def test_due_soon_is_the_last_quarter_but_never_less_than_six_hours() -> None:
    assert soon_from(NOON, NOON + timedelta(hours=48)) == NOON + timedelta(hours=36)
    assert soon_from(NOON, NOON + timedelta(hours=12)) == NOON + timedelta(hours=6)
    half = soon_from(NOON, NOON + timedelta(hours=48), share=0.5, floor=timedelta(hours=1))
    assert half == NOON + timedelta(hours=24)
    assert soon_from(NOON, NOON + timedelta(hours=1), floor=timedelta(minutes=30)) == (
        NOON + timedelta(minutes=30)
    )


def test_eighty_deadlines_cost_next_to_nothing_and_no_pendulum() -> None:
    view = {"capacity": "controller", "timeline": {"controller_aware_at": instant(NOON)}}
    obligations = (BOOK.obligations() * 20)[:80]
    best = timedelta.max
    for _ in range(5):
        begun = time.perf_counter()
        for obligation in obligations:
            find_deadline(obligation, view, opened_at=NOON)
        best = min(best, timedelta(seconds=time.perf_counter() - begun))
    # About 1.5 ms; the allowance is for slow machines that are busy with other tests.
    assert best < timedelta(milliseconds=12)

    code = (
        "import sys, datetime; from breachkit.adapters.lawbook import load, packaged; "
        "from breachkit.domain.deadline import find_deadline; "
        "now = datetime.datetime.now(datetime.UTC); "
        "[find_deadline(o, {}, opened_at=now) for o in load([packaged()]).obligations()]; "
        "sys.exit('pendulum' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


ZONES = st.sampled_from(
    ["UTC", "+05:45", "-03:30", *sorted(z for z in available_timezones() if "/" in z)[::9]]
)
MOMENTS = st.integers(0, 4 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@settings(max_examples=80, deadline=None)
@given(one=MOMENTS, later=st.integers(0, 10**7), zone=ZONES, other=ZONES)
def test_a_later_trigger_never_gives_an_earlier_deadline(
    one: datetime, later: int, zone: str, other: str
) -> None:
    def due(at: datetime, stated_in: str) -> datetime | None:
        view = {
            "capacity": "processor",
            "timeline": {"controller_aware_at": instant(at, stated_in)},
        }
        return find_deadline(BOOK.obligation("eu-gdpr/33-1"), view, opened_at=one).due_at

    first, second = due(one, zone), due(one + timedelta(seconds=later), other)
    assert first is not None
    assert second is not None
    assert second - first == timedelta(seconds=later)


@settings(max_examples=150, deadline=None)
@given(at=MOMENTS, zone=ZONES)
def test_the_strict_deadline_is_never_later_than_another_counting(at: datetime, zone: str) -> None:
    view = {"capacity": "controller", "timeline": {"controller_aware_at": instant(at, zone)}}
    found = find_deadline(BOOK.obligation("eu-gdpr/33-1"), view, opened_at=at)
    rounded, undated = found.readings
    assert found.due_at is not None
    assert rounded.due_at is not None
    assert timedelta() < rounded.due_at - found.due_at <= timedelta(hours=1)
    assert undated.due_at is None


@settings(max_examples=150, deadline=None)
@given(
    facts=st.dictionaries(
        st.sampled_from(["detected_at", "reported_at", "discovered_at", "opened_at"]), MOMENTS
    ),
    reason=st.booleans(),
)
def test_no_clock_is_ever_hidden(facts: dict[str, datetime], reason: bool) -> None:
    view: dict[str, Any] = {"timeline": {name: instant(at) for name, at in facts.items()}}
    if reason:
        view["timeline_reasons"] = {"discovered_at": "noise until then"}
    found = find_deadline(BOOK.obligation("imou-dpa/6.3"), view, opened_at=NOON)
    known = facts | {"opened_at": facts.get("opened_at", NOON)}
    trusted = known["discovered_at"] if reason and "discovered_at" in known else min(known.values())
    assert found.due_at == trusted + timedelta(hours=48)
    assert (found.kind == "deadline") is (trusted == known.get("discovered_at"))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"])
def test_local_times_agree_with_the_standard_library(zone: str) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for hour in range(0, 366 * 24, 37):
        at = start + timedelta(hours=hour)
        found = find_deadline(BOOK.obligation("imou-dpa/6.3"), {}, opened_at=at)
        first = explain(found, zone)[0].text
        assert f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M} " in first
