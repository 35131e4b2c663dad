"""Conditions as data: yes, no, and undecided as a question that can be asked."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from breachkit.domain.condition import Condition
from breachkit.domain.predicate import (
    MISSING,
    bind,
    duties_of,
    expand,
    facts_of,
    holds,
    lookup,
    stated,
    undecided,
)

ADAPTER: TypeAdapter[tuple[Condition, ...]] = TypeAdapter(tuple[Condition, ...])

VIEW: dict[str, Any] = {
    "capacity": "processor",
    "late": True,
    "status": {"personal_data": "suspected", "security_measures": None},
    "nature": {"kinds": ["confidentiality", "integrity"], "description": " "},
    "data": {
        "video": {"protection": {"state": "encrypted", "key_state": "safe"}},
        "audio": {"protection": {"state": "none"}},
        "logs": {},
        "gone": None,
    },
    "groups": {},
    "controller": {"sites": {"a": {"rooms": {"x": {}, "y": {}}}, "b": {"rooms": {"z": {}}}}},
}


def read(*raw: dict[str, Any]) -> tuple[Condition, ...]:
    """Return conditions as a law file would give them."""
    return ADAPTER.validate_python(raw)


def test_lookup_tells_nothing_said_from_a_value() -> None:
    assert lookup(VIEW, "status.personal_data") == "suspected"
    assert lookup(VIEW, "data.video.protection.key_state") == "safe"
    assert lookup(VIEW, "status.security_measures") is MISSING  # null takes a statement back
    assert lookup(VIEW, "status.other") is MISSING
    assert lookup(VIEW, "capacity.deeper") is MISSING


def test_stated_needs_something_said() -> None:
    assert stated(VIEW, "capacity")
    assert stated({"late": False, "n": 0}, "late")
    assert stated({"late": False, "n": 0}, "n")
    for nothing in ("nature.description", "groups", "status.security_measures", "data.logs"):
        assert not stated(VIEW, nothing)


def test_expand_gives_a_binding_for_each_key() -> None:
    assert expand(VIEW, "capacity") == ((),)
    assert expand(VIEW, "missing.fact") == ((),)
    assert expand(VIEW, "data.*.protection.state") == (("video",), ("audio",), ("logs",))
    assert expand(VIEW, "groups.*.people") == ()
    assert expand(VIEW, "capacity.*.people") == ()
    assert expand(VIEW, "controller.sites.*.rooms.*") == (("a", "x"), ("a", "y"), ("b", "z"))


def test_bind_replaces_stars_in_order() -> None:
    assert bind("data.*.protection.state", ("video",)) == "data.video.protection.state"
    assert bind("sites.*.rooms.*", ("a",)) == "sites.a.rooms.*"
    assert bind("capacity", ("a",)) == "capacity"


STATE = "data.*.protection.state"


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ({"fact": "capacity", "in": ["processor"]}, True),
        ({"fact": "capacity", "in": ["controller"]}, False),
        ({"fact": "capacity", "not_in": ["controller"]}, True),
        ({"fact": "capacity", "not_in": ["processor"]}, False),
        ({"fact": "origin.kind", "in": ["own"]}, None),
        ({"fact": "origin.kind", "not_in": ["own"]}, None),
        ({"fact": "status.security_measures", "not_in": ["ruled_out"]}, None),
        ({"fact": "origin.kind", "stated": True}, False),
        ({"fact": "origin.kind", "stated": False}, True),
        ({"fact": "capacity", "stated": False}, False),
        # a list matches by any of its elements
        ({"fact": "nature.kinds", "in": ["integrity", "availability"]}, True),
        ({"fact": "nature.kinds", "in": ["availability"]}, False),
        ({"fact": "nature.kinds", "not_in": ["availability"]}, True),
        ({"fact": "nature.kinds", "not_in": ["integrity"]}, False),
        # truth is not the number one, and a table is no value
        ({"fact": "late", "in": [True]}, True),
        ({"fact": "late", "in": [1]}, False),
        ({"fact": "data", "in": ["video"]}, None),
        ({"fact": "data", "not_in": ["video"]}, None),
        # any key that satisfies
        ({"fact": STATE, "in": ["encrypted"]}, True),
        ({"fact": STATE, "in": ["hashed"]}, None),  # nobody has said what protects the logs
        ({"fact": "groups.*.category", "in": ["customers"]}, None),  # no key at all
        ({"fact": STATE, "stated": True}, True),
        ({"fact": STATE, "stated": False}, True),
        ({"fact": "data.*.records", "stated": True}, False),
        ({"fact": "groups.*.people", "stated": True}, False),
        ({"fact": "groups.*.people", "stated": False}, True),
        ({"duty": "eu-gdpr/33-1"}, True),
        ({"duty": "eu-gdpr/34-1"}, None),
        ({"duty": "imou-dpa/6.5"}, False),
        ({"duty": "not/known"}, None),
    ],
)
def test_one_condition(condition: dict[str, Any], answer: bool | None) -> None:
    duties = {"eu-gdpr/33-1": True, "eu-gdpr/34-1": None, "imou-dpa/6.5": False}
    assert holds(read(condition), VIEW, duties=duties) is answer


def test_no_key_satisfies_when_all_are_known() -> None:
    view = {"data": {"video": VIEW["data"]["video"], "audio": VIEW["data"]["audio"]}}
    assert holds(read({"fact": STATE, "in": ["hashed"]}), view) is False


def test_a_binding_asks_about_one_key() -> None:
    encrypted = read({"fact": STATE, "in": ["encrypted"]})
    assert holds(encrypted, VIEW, ("video",)) is True
    assert holds(encrypted, VIEW, ("audio",)) is False
    assert holds(encrypted, VIEW, ("logs",)) is None
    assert holds(read({"fact": "capacity", "in": ["processor"]}), VIEW, ("audio",)) is True
    assert holds(read({"fact": STATE, "stated": True}), VIEW, ("logs",)) is False


YES = {"fact": "capacity", "in": ["processor"]}
NO = {"fact": "capacity", "in": ["controller"]}
OPEN = {"fact": "origin.kind", "in": ["own"]}


@pytest.mark.parametrize(
    ("conditions", "answer"),
    [
        ([], True),
        ([YES, YES], True),
        ([YES, OPEN], None),
        ([OPEN, NO], False),
        ([{"any": [[NO], [YES, YES]]}], True),
        ([{"any": [[OPEN], [YES]]}], True),
        ([{"any": [[OPEN], [NO]]}], None),
        ([{"any": [[NO], [OPEN, NO]]}], False),
        ([{"any": [[{"any": [[NO], [OPEN]]}]]}], None),
    ],
)
def test_all_of_a_list_and_any_of_its_groups(
    conditions: list[dict[str, Any]], answer: bool | None
) -> None:
    assert holds(read(*conditions), VIEW) is answer


def test_what_is_undecided_names_the_facts_that_would_decide() -> None:
    assert undecided(read(YES), VIEW) == ()
    assert undecided(read(OPEN, NO), VIEW) == ()  # it is no, whatever the origin
    assert undecided(read(OPEN, YES, OPEN), VIEW) == ("origin.kind",)
    assert undecided(read({"fact": STATE, "in": ["hashed"]}), VIEW) == (
        "data.logs.protection.state",
    )
    assert undecided(read({"fact": STATE, "in": ["hashed"]}), VIEW, ("logs",)) == (
        "data.logs.protection.state",
    )
    assert undecided(read({"fact": "groups.*.category", "in": ["x"]}), VIEW) == (
        "groups.*.category",
    )
    other = {"fact": "risk.people", "in": ["high"]}
    assert undecided(read({"any": [[OPEN], [NO, other], [other, YES]]}), VIEW) == (
        "origin.kind",
        "risk.people",
    )
    assert undecided(read({"duty": "eu-gdpr/34-1"}), VIEW) == ()


def test_conditions_name_their_facts_and_duties() -> None:
    nested = read({"any": [[YES, {"duty": "a/1"}], [{"fact": STATE, "stated": True}]]}, OPEN)
    assert list(facts_of(nested)) == ["capacity", STATE, "origin.kind"]
    assert list(duties_of(nested)) == ["a/1"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            {"fact": "capacity"},
            "a condition needs one of the keys keys, later_than, at_least, in, not_in, stated, any, not,",
        ),
        ("capacity", "a condition needs one of the keys"),
        ({"fact": "capacity", "in": ["a"], "stated": True}, "Extra inputs are not permitted"),
        ({"fact": "capacity", "in": ["a"], "when": []}, "Extra inputs are not permitted"),
        ({"in": ["a"]}, "Field required"),
        ({"fact": "capacity", "in": []}, "at least 1 item"),
        ({"fact": "capacity", "in": [1.5]}, "valid"),
        ({"fact": "capacity", "in": "processor"}, "valid tuple"),
        ({"fact": "capacity", "stated": "yes"}, "valid boolean"),
        ({"fact": "a..b", "stated": True}, "is not a path of names joined by dots"),
        ({"fact": "*.b", "stated": True}, "is not a path of names joined by dots"),
        ({"any": []}, "at least 1 item"),
        ({"any": [YES]}, "valid tuple"),
    ],
)
def test_what_is_not_a_condition_is_refused(raw: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ADAPTER.validate_python([raw])


# Laws of the three-valued logic, over small worlds.

NAMES = st.sampled_from(["capacity", "origin.kind", "status.personal_data", "data.*.state"])
VALUES = st.sampled_from(["a", "b", "c"])
SIMPLE = st.builds(
    lambda fact, key, values: {"fact": fact, key: values},
    NAMES,
    st.sampled_from(["in", "not_in"]),
    st.lists(VALUES, min_size=1, max_size=2),
)
ANY = st.lists(st.lists(SIMPLE, min_size=1, max_size=2), min_size=1, max_size=3).map(
    lambda groups: {"any": groups}
)
CONDITIONS = st.lists(SIMPLE | ANY, max_size=3)
FACTS = st.dictionaries(
    st.sampled_from(
        ["capacity", "origin.kind", "status.personal_data", "data.x.state", "data.y.state"]
    ),
    VALUES,
)


def nest(flat: dict[str, str]) -> dict[str, Any]:
    """Return facts by path as the nested view."""
    view: dict[str, Any] = {"data": {"x": {}, "y": {}}}
    for path, value in flat.items():
        *above, last = path.split(".")
        branch = view
        for part in above:
            branch = branch.setdefault(part, {})
        branch[last] = value
    return view


@settings(max_examples=300, deadline=None)
@given(raw=CONDITIONS, facts=FACTS, more=FACTS)
def test_a_new_fact_never_turns_a_decided_answer(
    raw: list[dict[str, Any]], facts: dict[str, str], more: dict[str, str]
) -> None:
    conditions = read(*raw)
    before = holds(conditions, nest(facts))
    after = holds(conditions, nest(more | facts))
    assert before is None or after is before


@settings(max_examples=300, deadline=None)
@given(raw=CONDITIONS, facts=FACTS)
def test_answering_what_is_asked_decides(raw: list[dict[str, Any]], facts: dict[str, str]) -> None:
    conditions = read(*raw)
    asked = undecided(conditions, nest(facts))
    assert bool(asked) is (holds(conditions, nest(facts)) is None)
    assert not set(asked) & facts.keys()
    assert holds(conditions, nest(facts | dict.fromkeys(asked, "a"))) is not None


@settings(max_examples=200, deadline=None)
@given(
    fact=NAMES.filter(lambda name: "*" not in name),
    values=st.lists(VALUES, min_size=1),
    facts=FACTS,
)
def test_not_in_is_the_opposite_of_in_and_both_wait_for_the_fact(
    fact: str, values: list[str], facts: dict[str, str]
) -> None:
    view = nest(facts)
    inside = holds(read({"fact": fact, "in": values}), view)
    outside = holds(read({"fact": fact, "not_in": values}), view)
    assert (inside is None) is (outside is None) is (not stated(view, fact))
    assert inside is None or inside is not outside
