"""Statements: canonical leaf by leaf, refused with the path, the value and a way out."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachkit.domain.patch import fact_at, leaves, merged
from breachkit.domain.statement import settle
from breachkit.errors import FactError

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_", "path", "told", "hint"),
    [
        ({"titel": "x"}, "titel", "no such fact", "did you mean title?"),
        ({"scopes": {"acme": {"peple": 3}}}, "scopes.acme.peple", "no such fact", "people"),
        ({"title": 5}, "title", "found 5", "schema"),
        ({"people": -1}, "people.value", "found -1", "schema"),
        ({"timeline": {"discovered_at": "1700000000"}}, "timeline.discovered_at", "not a time", ""),
        ({"title": "a\u202eb"}, "title", "U+202E", ""),
        ({"title": "a\ue000b"}, "title", "U+E000", ""),
        ({"title": "a\x00b"}, "title", "U+0000", ""),
        ({"title": "x" * 201}, "title", "at most 200", ""),
        ({"groups": 5}, "groups", "found 5", ""),
        ({"data": {"v": {"category": "vid"}}}, "data.v.category", "'vid'", ""),
        ({"measures": {"m1": {"state": "taken"}}}, "measures.m1.text", "required", ""),
        ({"contact": {"email": "a@b.test, c@d.test"}}, "contact.email", "found", ""),
        ({"people": {"kind": "unknown"}}, "unknown people.reason", "required", ""),
        ({"nature": {"kinds": ["loss"]}}, "nature.kinds.0", "found 'loss'", ""),
    ],
)
def test_a_wrong_shape_names_path_value_and_way_out(
    given_: dict[str, object], path: str, told: str, hint: str
) -> None:
    with pytest.raises(FactError) as caught:
        settle({}, given_, now=NOW)
    assert caught.value.path == path
    assert told in caught.value.message
    assert hint in caught.value.hint


def test_facts_are_stored_in_one_form() -> None:
    patch, unknown = settle(
        {},
        {
            "people": "about 100",
            "timeline": {"discovered_at": {"at": "2026-11-20 17:40 Europe/Berlin"}},
            "scopes": {"acme": {}, "own": {"people": {"kind": "unknown", "reason": "counting"}}},
            "countries": {"DE": {}},
        },
        now=NOW,
    )
    assert patch["people"] == {"kind": "count", "form": "approximate", "value": 100}
    assert patch["timeline"]["discovered_at"]["at"] == "2026-11-20T16:40:00Z"
    assert patch["scopes"] == {"acme": {"capacity": "processor"}, "own": {"capacity": "controller"}}
    assert patch["countries"] == {"DE": {"concerned": True}}
    assert unknown == {"scopes.own.people": {"kind": "unknown", "reason": "counting"}}


def test_an_instant_is_a_leaf_and_replaced_whole() -> None:
    first, _ = settle({}, {"timeline": {"detected_at": "2026-11-20T16:40Z"}}, now=NOW)
    second, _ = settle(
        first, {"timeline": {"detected_at": {"at": "2026-11-21 UTC", "estimated": True}}}, now=NOW
    )
    assert fact_at(second, "timeline.detected_at.precision") == "day"
    assert fact_at(second, "timeline.detected_at.estimated") is True
    with pytest.raises(FactError, match=r"timeline\.detected_at"):
        settle(first, {"timeline": {"detected_at": {"precision": "day"}}}, now=NOW)


def test_null_takes_a_fact_back_and_leaves_no_empty_branch() -> None:
    facts = {"contact": {"name": "A"}, "title": "x"}
    patch, _ = settle(facts, {"contact": {"name": None}}, now=NOW)
    assert merged(facts, patch) == {"title": "x"}


_keys = st.text("abc", min_size=1, max_size=2)
_trees = st.recursive(
    st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2),
    lambda below: st.dictionaries(_keys, below, min_size=1, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_keys, _trees, max_size=3), st.dictionaries(_keys, _trees, max_size=3))
def test_after_a_merge_every_leaf_of_the_patch_is_there(
    tree: dict[str, object], patch: dict[str, object]
) -> None:
    before = merged(tree, {})
    result = merged(tree, patch)
    assert tree == before
    assert all(fact_at(result, path) == value for path, value in leaves(patch))
    again = merged(result, patch)
    assert again == result
    assert merged(again, {}) == result
