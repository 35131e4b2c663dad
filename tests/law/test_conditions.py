"""Conditions on places, counts and times: yes, no, and undecided as a question that can be asked."""

from typing import Any

import pytest

from breachkit.domain.predicate import duties_of, facts_of, holds, undecided
from tests.law.test_predicate import YES, read


def count(value: int, form: str = "exact", **more: int) -> dict[str, Any]:
    return {"kind": "count", "form": form, "value": value, **more}


def at(clock: str) -> dict[str, Any]:
    return {"kind": "instant", "at": f"2026-12-{clock}:00Z", "zone": "UTC", "precision": "minute"}


WORLD: dict[str, Any] = {
    "controller": {"country": "NO"},
    "profile": {"establishments": ["CN", "RE"], "sells_in": []},
    "countries": {"US": {"concerned": True}, "NO": {"people": count(5)}, "GB": None},
    "people": count(500),
    "records": count(400, "range", high=600),
    "timeline": {"aware_at": at("04T10:00"), "classified_at": at("05T10:00")},
}
LATER = {"fact": "timeline.classified_at", "later_than": "timeline.aware_at"}


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        # a region stands for its countries, and for their parts with a code of their own
        ({"fact": "controller.country", "in": ["EEA"]}, True),
        ({"fact": "controller.country", "in": ["EU"]}, False),
        ({"fact": "controller.country", "not_in": ["EU"]}, True),
        ({"fact": "profile.establishments", "in": ["EU"]}, True),
        ({"fact": "profile.establishments", "not_in": ["EU"]}, False),
        ({"fact": "profile.sells_in", "in": ["EU"]}, None),  # an empty list says nothing
        ({"fact": "profile.telecom", "in": [True]}, None),
        # keys of a mapping; null took a statement back; a country leaves its parts open
        ({"keys": "countries", "in": ["EEA"]}, True),
        ({"keys": "countries", "in": ["EU"]}, False),
        ({"keys": "countries", "in": ["GB"]}, False),
        ({"keys": "countries", "in": ["US"]}, True),
        ({"keys": "countries", "in": ["US-CA"]}, None),
        ({"keys": "groups", "in": ["US"]}, None),
        # counts in all that they can mean
        ({"fact": "people", "at_least": 500}, True),
        ({"fact": "people", "at_least": 501}, False),
        ({"fact": "records", "at_least": 400}, True),
        ({"fact": "records", "at_least": 500}, None),
        ({"fact": "records", "at_least": 601}, False),
        ({"fact": "groups.*.people", "at_least": 1}, None),
        # later by more than so much
        ({**LATER, "by": "24 hours"}, False),
        ({**LATER, "by": "23 hours"}, True),
        ({**LATER, "later_than": "timeline.other_at", "by": "1 hour"}, None),
        # not
        ({"not": [{**LATER, "by": "24 hours"}]}, True),
        ({"not": [{"fact": "people", "at_least": 500}]}, False),
        ({"not": [{"fact": "profile.telecom", "in": [True]}]}, None),
        ({"not": [{"fact": "people", "at_least": 500}, {"keys": "countries", "in": ["GB"]}]}, True),
    ],
)
def test_conditions_on_places_counts_and_times(
    condition: dict[str, Any], answer: bool | None
) -> None:
    assert holds(read(condition), WORLD) is answer


def test_what_would_decide_a_place_a_count_or_a_time_is_asked_for() -> None:
    missing = {"fact": "timeline.a_at", "later_than": "timeline.b_at", "by": "1 hour"}
    inner = {"fact": "profile.telecom", "in": [True]}
    asked = read({"keys": "groups", "in": ["US"]}, missing, {"not": [inner]}, {"not": [YES]})
    assert undecided(asked, {}) == (
        *("groups", "timeline.a_at", "timeline.b_at", "profile.telecom", "capacity"),
    )
    assert list(facts_of(asked)) == [
        *("groups", "timeline.a_at", "timeline.b_at", "profile.telecom", "capacity"),
    ]
    assert list(duties_of(read({"not": [{"duty": "a/1"}]}))) == ["a/1"]
