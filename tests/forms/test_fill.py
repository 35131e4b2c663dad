"""Facts into fields, and the conditions between fields, scenario by scenario."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachkit.adapters.forms import common_template
from breachkit.adapters.intake import read_document
from breachkit.domain.form_fill import FieldAnswer, FilledForm, State, fill_form
from breachkit.domain.form_value import settle_answers, show_answer
from breachkit.domain.scope import view_of
from breachkit.domain.statement import settle

NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
FILING: dict[str, Any] = {"type": "new", "incident": "2026-0001", "controller_in_eea": True}
INCIDENTS = Path(__file__).parents[1] / "incidents"


def filled(facts: dict[str, Any] | None = None, scope: str = "own", **filing: Any) -> FilledForm:
    """Fill the form for one scope from facts as people write them."""
    stated = dict(facts or {})
    stated.setdefault("scopes", {}).setdefault(scope, {})
    stated = dict(
        settle_answers(common_template, stated, NOW, authorities=lambda: {"DE": "BfDI, Germany"})
    )
    tree, unknown = settle({}, stated, now=NOW)
    return fill_form(common_template(), view_of(tree, unknown, scope, {}, {}), {**FILING, **filing})


def said(**answers: Any) -> dict[str, Any]:
    """State answers under the fields' own names."""
    return {"scopes": {"own": {"form": answers}}}


def row(found: FilledForm, number: int) -> FieldAnswer:
    return next(one for one in found.answers if one.field.row == number)


def states(found: FilledForm, *rows: int) -> list[str]:
    return [row(found, one).state.value for one in rows]


# Conditions


@pytest.mark.parametrize(
    ("answers", "asked", "not_asked"),
    [
        ({"r3": "new"}, [], [5, 6]),
        ({"r3": "follow_up"}, [6], [5]),
        ({"r3": "follow_up", "r4": "withdraw"}, [5, 6], []),
        ({"r23": "authorised_or_other"}, [24, 29], []),
        ({"r23": "dpo"}, [], [24, 29, 30, 31]),
        ({"r23": "legal_representative", "r29": True}, [29, 30, 31], [24]),
        ({"r23": "legal_representative", "r29": False}, [29], [24, 30, 31]),
        ({"r33": "other"}, [34, 35, 36], []),
        ({"r33": "reporting_person"}, [], [34, 35, 36]),
        ({"r38": "yes"}, [39, 40, 41], []),
        ({"r38": "no"}, [], [39, 40, 41]),
        ({"r44": "specific_day"}, [46, 47], []),
        ({"r44": "from_to"}, [46, 47], []),
        ({"r44": "ongoing"}, [46], [47]),
        ({"r44": "cannot_be_determined"}, [], [46, 47]),
        ({"r45": True}, [53], []),
        ({"r45": False}, [], [53]),
        ({"r50": "controller"}, [], [52]),
        ({"r50": "press"}, [52], []),
        ({"r55": ["confidentiality"]}, [56, 57, 79], [58, 59, 81, 83]),
        ({"r55": ["integrity"]}, [58, 81], [56, 57, 59, 79, 83]),
        ({"r55": ["availability"]}, [59, 83], [56, 57, 58, 79, 81]),
        ({"r55": ["confidentiality", "availability"]}, [56, 57, 59, 79, 83], [58, 81]),
        ({"r67": "approximate"}, [68], []),
        ({"r67": "cannot_be_determined"}, [], [68]),
        ({"r72": "exact"}, [73], []),
        ({"r72": "cannot_be_determined"}, [], [73]),
        ({"r55": ["confidentiality"], "r79": ["other"]}, [80], []),
        ({"r55": ["confidentiality"], "r79": ["linkable"]}, [], [80]),
        ({"r55": ["integrity"], "r79": ["other"]}, [], [79, 80]),
        ({"r85": ["other", "fraud"]}, [86], []),
        ({"r85": ["fraud"]}, [], [86]),
        ({"r97": "yes"}, [98, 102, 104, 106], [99, 100, 101]),
        ({"r97": "yes", "r102": "not_all"}, [103], []),
        ({"r97": "yes", "r102": "all"}, [], [103]),
        ({"r97": "no_date_set"}, [99], [98, 100, 101, 102, 103, 104, 106]),
        ({"r97": "no_34_3"}, [100, 101], [98, 99, 102, 103, 104, 106]),
        ({"r97": "no_date_open"}, [], [98, 99, 100, 101, 102, 103, 104, 106]),
        ({"r109": "yes"}, [111], []),
        ({"r109": "no", "r110": "unknown"}, [], [111]),
        ({"r113": "yes"}, [114, 115, 116, 117, 118], [120, 121, 122, 123]),
        ({"r113": "no"}, [], [114, 115, 116, 117, 118, 120, 121, 122, 123]),
        ({"r125": ["other"]}, [126], []),
        ({"r125": ["risk_assessment"]}, [], [126]),
    ],
)
def test_what_is_asked_follows_from_the_answers(
    answers: dict[str, Any], asked: list[int], not_asked: list[int]
) -> None:
    found = filled(said(**answers))
    for number in asked:
        assert row(found, number).state in {State.OPEN, State.ANSWERED}, number
    assert states(found, *not_asked) == ["not asked"] * len(not_asked)


def test_what_is_not_settled_is_a_question_and_never_left_out() -> None:
    found = filled()
    questions = {one.field.row: one.questions for one in found.questions}
    assert questions[24] == ("r23",)
    assert questions[56] == questions[59] == ("r55",)
    assert questions[111] == ("r109", "r110")
    assert questions[49] == ("timeline.controller_aware_at",)
    assert 103 in questions
    unknown_seat = filled(controller_in_eea=None)
    assert row(unknown_seat, 113).questions == ("controller.country",)
    assert states(unknown_seat, 113, 120) == ["question", "question"]


def test_a_controller_outside_the_eea_sees_the_other_section() -> None:
    found = filled(said(r120="yes"), controller_in_eea=False)
    assert states(found, 18, 120, 121, 122, 123) == ["open", "answered", *["open"] * 3]
    assert states(found, 113, 114, 115, 116, 117, 118) == ["not asked"] * 6
    assert states(filled(), 18, 19) == ["not asked"] * 2


def test_reasons_for_delay_are_asked_of_a_late_first_notification_only() -> None:
    assert states(filled(late=True), 49) == ["open"]
    assert states(filled(late=False), 49) == ["not asked"]
    assert states(filled(late=True, type="follow_up"), 49) == ["not asked"]
    told = filled({"delay": {"reason": "It took long."}}, late=True)
    assert row(told, 49).value == "It took long."


def test_what_only_some_authorities_want_is_neither_open_nor_a_question() -> None:
    assert states(filled(), 10, 11, 25, 26) == [
        *("if the authority wants it", "not asked"),
        *("if the authority wants it", "if the authority wants it"),
    ]
    assert states(filled(said(r10="company_id")), 10, 11) == [
        "answered",
        "if the authority wants it",
    ]


# Facts into fields


@pytest.mark.parametrize(
    ("origin", "malicious", "expected"),
    [
        ("external", True, "external_malicious"),
        ("external", False, "external_non_malicious"),
        ("internal", True, "internal_malicious"),
        ("internal", False, "internal_non_malicious"),
        ("unknown", None, "unknown"),
        ("external", None, None),
    ],
)
def test_the_cause_follows_from_origin_and_intent(
    origin: str, malicious: bool | None, expected: str | None
) -> None:
    nature = {"origin": origin, **({} if malicious is None else {"malicious": malicious})}
    found = row(filled({"nature": nature}), 61)
    assert found.value == expected
    if malicious is not None:
        assert set(found.paths) == {"nature.origin", "nature.malicious"}


SAFE = {"state": "encrypted", "key_state": "safe", "coverage": "all"}


@pytest.mark.parametrize(
    ("protections", "expected"),
    [
        ([SAFE], "intact"),
        ([SAFE, {**SAFE, "key_state": "exposed"}], "subverted"),
        ([SAFE, {**SAFE, "key_state": "bypassed"}], "no"),
        ([SAFE, {"state": "none"}], "no"),
        ([SAFE, {"state": "pseudonymised", "key_state": "safe", "coverage": "all"}], "no"),
        ([SAFE, {**SAFE, "coverage": "part"}], "no"),
        ([{"state": "encrypted", "coverage": "all"}], None),
        ([{"state": "encrypted", "key_state": "safe"}], None),
        ([SAFE, {"method": "AES"}], None),
        ([{"state": "unintelligible", "coverage": "all"}], "intact"),
    ],
)
def test_data_are_called_unintelligible_only_where_every_kind_of_them_is(
    protections: list[dict[str, str]], expected: str | None
) -> None:
    data = {f"d{n}": {"protection": one} for n, one in enumerate(protections)}
    found = filled({"data": data, "nature": {"kinds": ["confidentiality"]}})
    assert row(found, 57).value == expected


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2026-11-20 08:00 Europe/Berlin", "2026-11-20 17:00 Europe/Berlin", "specific_day"),
        ("2026-11-20 Europe/Berlin", "2026-11-20 Europe/Berlin", "specific_day"),
        ("2026-11-20 Europe/Berlin", "2026-11-21 Europe/Berlin", "from_to"),
        ("2026-10 UTC", "2026-10 UTC", "from_to"),
        ("2026-11-20 UTC", None, None),
        (None, "2026-11-20 UTC", None),
    ],
)
def test_the_period_is_said_only_where_both_ends_are_known(
    begin: str | None, end: str | None, expected: str | None
) -> None:
    times = {"occurred_from": begin, "occurred_until": end}
    timeline = {name: at for name, at in times.items() if at}
    assert row(filled({"timeline": timeline}), 44).value == expected


def test_what_is_stated_as_not_yet_known_is_to_be_determined() -> None:
    why = {"kind": "unknown", "reason": "being counted"}
    facts = {
        "timeline": {"occurred_from": why},
        "nature": {"exfiltration": why, "origin": why, "kinds": ["confidentiality"]},
        "groups": why,
        "data": why,
        "consequences": why,
        "people": why,
        "records": why,
    }
    found = filled(facts)
    picked = {number: row(found, number).value for number in (44, 56, 57, 61, 67, 72)}
    assert set(picked.values()) == {"to_be_determined"}
    assert row(found, 65).value == row(found, 70).value == ["not_yet_known"]
    assert row(found, 79).value == ["under_assessment"]
    assert row(found, 85).value == ["to_be_determined"]
    assert found.status == "incomplete"
    assert row(found, 4).value == "incomplete"
    assert not found.problems


def test_figures_are_the_scopes_own_and_never_the_totals() -> None:
    facts = {
        "people": 900,
        "records": "about 5000",
        "groups": {"users": {"category": "users", "people": 900}},
        "countries": {"DE": {"people": 900}},
        "scopes": {"acme": {"people": "about 12"}, "bolt": {"people": 888}},
    }
    acme = filled(facts, "acme")
    assert show_answer(row(acme, 68).field, row(acme, 68).value) == "about 12"
    assert row(acme, 67).value == "approximate"
    assert row(acme, 67).paths == ("scopes.acme.people",)
    assert row(acme, 73).value is None
    assert row(acme, 117).value is None
    shown = "\n".join(
        show_answer(one.field, one.value) for one in acme.answers if one.value is not None
    )
    assert not {"900", "888", "5000"} & set(shown.replace(":", " ").split())


def test_a_partner_hears_of_us_as_the_processor() -> None:
    facts = {"scopes": {"acme": {"capacity": "processor"}}, "origin": {"kind": "own"}}
    ours = {"name": "Vendor Ltd", "contact": {"email": "privacy@vendor.example"}}
    told = {"kind": "instant", "at": "2026-11-22T01:00:00Z", "zone": "UTC"}
    at = {**told, "precision": "minute", "estimated": False}
    found = filled(facts, "acme", processor=ours, told_at=at)
    assert row(found, 38).value == "yes"
    assert row(found, 39).value == "Vendor Ltd: data processor"
    assert row(found, 40).value == ["Vendor Ltd"]
    assert row(found, 41).value == "Vendor Ltd: privacy@vendor.example"
    assert row(found, 50).value == "processor"
    assert show_answer(row(found, 52).field, row(found, 52).value) == "2026-11-22"
    assert row(found, 7).value is None


@pytest.mark.parametrize(
    ("risk", "r87", "r89", "r97", "r100"),
    [
        ({"people": "high", "authority": "risk"}, "severe", "high_risk", None, None),
        (
            {"authority": "risk", "people": "not_high"},
            *("moderate", "risk_not_high", "no_not_high_risk", None),
        ),
        ({"authority": "unlikely"}, "minor", "unlikely_risk", None, None),
        ({"authority": "risk"}, None, None, None, None),
        (
            {"people": "high", "authority": "risk", "exemption": "34-3-a"},
            *("severe", "high_risk", "no_34_3", "34-3-a"),
        ),
        ({}, None, None, None, None),
    ],
)
def test_the_outcome_of_the_assessment_is_the_decision_and_nothing_else(
    risk: dict[str, str], r87: str | None, r89: str | None, r97: str | None, r100: str | None
) -> None:
    tree, unknown = settle({}, {"scopes": {"own": {}}}, now=NOW)
    view = view_of(tree, unknown, "own", {"risk": risk} if risk else {}, {})
    found = fill_form(common_template(), view, FILING)
    assert [row(found, number).value for number in (87, 89, 97, 100)] == [r87, r89, r97, r100]


def test_texts_of_consequences_and_measures_reach_the_form() -> None:
    facts = {
        "nature": {"kinds": ["availability"]},
        "consequences": {"c1": {"text": "People cannot log in."}},
        "measures": {
            "m1": {"text": "Restored.", "state": "taken", "at": "2026-11-21 UTC"},
            "m2": {"text": "A second site.", "state": "proposed"},
        },
    }
    found = filled(facts)
    assert row(found, 83).value == ["other"]
    assert row(found, 84).value == row(found, 86).value == "People cannot log in."
    assert row(found, 92).value == "- Restored. (2026-11-21 UTC)\n- Proposed: A second site."
    facts["nature"]["kinds"] = ["availability", "integrity"]
    both = filled(facts)
    assert states(both, 81, 83) == ["open", "open"]
    assert row(both, 86).value == "People cannot log in."


# Statements


def test_a_statement_wins_and_a_contradiction_is_flagged() -> None:
    facts = {
        **said(r55=["integrity"], r61="Internal malicious", r62="Other words.", r68=7),
        "nature": {"kinds": ["confidentiality"], "origin": "external", "malicious": True},
    }
    facts["nature"]["description"] = "Pictures were mixed up."
    facts["scopes"]["own"]["people"] = 12
    found = filled(facts)
    assert row(found, 55).value == ["integrity"]
    assert row(found, 55).derived == ["confidentiality"]
    assert row(found, 61).derived == "external_malicious"
    assert row(found, 68).derived is not None
    assert (row(found, 62).value, row(found, 62).derived) == ("Other words.", None)
    assert row(found, 61).paths == ("scopes.own.form.r61",)


def test_more_than_the_facts_say_is_no_contradiction_nor_is_another_choice_than_a_proposal() -> (
    None
):
    facts = {
        **said(r55=["integrity", "confidentiality"], r85=["fraud"]),
        "nature": {"kinds": ["confidentiality"]},
        "consequences": {"c1": {"text": "Fraud."}},
    }
    found = filled(facts)
    assert row(found, 55).derived is None
    assert row(found, 85).derived is None
    assert row(found, 85).value == ["fraud"]


# Complete or incomplete


def everything() -> dict[str, Any]:
    """Answer every field that is asked, from the top, until nothing is open."""
    answers: dict[str, Any] = {}
    samples = {"text": "a", "longtext": "a", "boolean": False, "number": 3, "list": ["DE"]}
    times = {"date": "2026-11-22 UTC", "datetime": "2026-11-21T10:00Z"}
    wants = {**samples, **times, "number_per_country": {"DE": 3}}
    for _ in range(12):
        found = filled(said(**answers))
        todo = [*found.open, *found.questions]
        asked = [one.field.name for one in found.open]
        asked += [name for one in found.questions for name in one.questions]
        if not todo:
            break
        for name in asked:
            field = found.form.by_name.get(name)
            if field is None or name in answers:
                continue
            free = [key for key in field.options if key not in field.incomplete_only]
            pick: Any = free[0] if field.options else wants[field.kind.value]
            answers[name] = [pick] if field.multiple and field.options else pick
    return answers


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    answers = everything()
    answers["r48"] = "2026-11-22T00:00Z"
    return answers


def complete(answers: dict[str, Any], **more: Any) -> FilledForm:
    return filled(said(**{**answers, **more}), late=False)


def test_a_form_in_which_nothing_is_open_is_complete(whole: dict[str, Any]) -> None:
    found = complete(whole)
    assert [one.field.row for one in (*found.open, *found.questions)] == []
    assert found.status == "complete"
    assert row(found, 4).value == "complete"
    assert not found.problems


@pytest.mark.parametrize(
    ("name", "key"),
    [(field.name, key) for field in common_template().fields for key in field.incomplete_only],
)
def test_complete_forbids_whatever_is_left_to_be_determined(
    whole: dict[str, Any], name: str, key: str
) -> None:
    field = common_template().by_name[name]
    kinds = ["confidentiality", "integrity", "availability"]
    value: Any = [key] if field.multiple else key
    left = {name: value, **({} if name == "r55" else {"r55": kinds})}
    derived = complete(whole, **left)
    assert derived.status == "incomplete"
    assert not [one for one in derived.problems if "determined" in one.problem]
    stated = complete(whole, **left, r4="complete")
    assert stated.status == "complete"
    found = [one.field.name for one in stated.problems if "determined" in one.problem]
    assert found == [name]


def test_a_proposal_alone_completes_nothing(whole: dict[str, Any]) -> None:
    answers = {name: value for name, value in whole.items() if name != "r87"}
    proposed = filled(said(**answers), late=False, severity=["high", "very_high"])
    assert (row(proposed, 87).value, proposed.status) == ("severe", "incomplete")
    stated = filled(said(**answers, r4="complete"), late=False, severity=["low"])
    assert row(stated, 4).problem == "complete is stated, and 1 fields are not settled"


def test_complete_that_is_stated_with_fields_open_is_an_error() -> None:
    found = filled(said(r4="complete"))
    assert "fields are not settled" in row(found, 4).problem


def test_answers_that_cannot_both_be_right_are_errors() -> None:
    both = filled(said(r89="high_risk", r97="no_not_high_risk"))
    assert {one.field.row for one in both.problems} == {89, 97}
    new = filled(said(r3="new", r4="withdraw"))
    assert {one.field.row for one in new.problems} == {3, 4}
    told = filled(said(r48="2026-11-20T10:00Z", r50="press", r52="2026-11-22 UTC"))
    assert [one.field.row for one in told.problems] == [52]


def test_a_withdrawal_says_so_and_asks_why() -> None:
    found = filled(type="follow_up", withdrawn=True, previous="AB-1")
    assert (row(found, 3).value, row(found, 4).value) == ("follow_up", "withdraw")
    assert row(found, 6).value == "AB-1"
    assert states(found, 5) == ["open"]


def test_a_withdrawal_asks_only_what_a_withdrawal_needs() -> None:
    found = filled(
        type="follow_up", withdrawn=True, previous="AB-1", withdrawal_reason="Test data."
    )
    assert [one.field.row for one in found.open] == [12, 13, 21, 22, 23]
    assert [one.field.row for one in found.questions] == [24]
    stated = filled(said(r3="follow_up", r4="withdraw"))
    assert {one.field.row for one in stated.open} == {5, 6, 12, 13, 21, 22, 23}


def test_a_final_filing_is_complete_and_what_is_open_is_an_error(whole: dict[str, Any]) -> None:
    assert not filled(said(**whole), final=True, late=False).problems
    left = filled(said(**{**whole, "r61": "to_be_determined"}), final=True, late=False)
    assert left.status == "complete"
    assert [one.field.row for one in left.problems] == [61]
    empty = filled(final=True)
    assert (empty.status, row(empty, 4).value) == ("complete", "complete")
    assert "fields are not settled" in row(empty, 4).problem


# Properties


_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        field.name: st.sampled_from(list(field.options)).map(
            lambda key, many=field.multiple: [key] if many else key
        )
        for field in common_template().fields
        if field.options
    },
)


@given(_ANSWERS)
def test_every_field_stands_somewhere_and_the_status_fits(answers: dict[str, Any]) -> None:
    found = filled(said(**answers))
    assert len(found.answers) == 100
    for one in found.answers:
        assert (one.value is not None) or one.state is not State.ANSWERED
        assert bool(one.questions) == (one.state is State.QUESTION or _open_option(one))
    if found.status == "complete" and answers.get("r4") != "complete":
        assert not found.open
        assert not found.questions


def _open_option(one: FieldAnswer) -> bool:
    return one.field.requirement.value == "O" and bool(one.questions)


@pytest.mark.parametrize("path", sorted(INCIDENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_real_incident_fills_what_it_states(path: Path) -> None:
    given_ = read_document(path)
    for name in ("reference", "source", "certainty", "unknown"):
        given_.pop(name, None)
    found = filled(given_)
    values = {one.field.row: one.value for one in found.answers if one.value is not None}
    nature = given_.get("nature", {})
    assert (62 in values) == ("description" in nature or "cause" in nature)
    assert (92 in values) == ("kind" not in given_.get("measures", {"kind": ""}))
    if isinstance(nature.get("kinds"), list):
        assert values[55] == nature["kinds"]
    for one in found.answers:
        if one.value is not None:
            assert show_answer(one.field, one.value).strip()
            assert one.paths, one.field.row
