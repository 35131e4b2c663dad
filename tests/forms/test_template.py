"""The common template as data: whole, understood, and refused where it is broken."""

import re
from collections import Counter
from pathlib import Path

import pytest

from breachkit.adapters.forms import common_template, read_form, shipped
from breachkit.domain.categories import DATA, GROUPS
from breachkit.domain.form import KNOWN_BY_RECORD, FieldKind, Form
from breachkit.domain.form_derive import _DERIVATIONS
from breachkit.domain.predicate import facts_of
from breachkit.errors import LawError

ROWS = [
    *(3, 4, 5, 6, 7, *range(10, 20), *range(21, 27), *range(29, 32), *range(33, 37)),
    *(*range(38, 42), *range(44, 54), *range(55, 64), *range(65, 69), *range(70, 74), 75, 76),
    *(*range(79, 88), 89, 90, 92, 94, 95, *range(97, 107), 109, 110, 111, *range(113, 119)),
    *(*range(120, 124), 125, 126),
]

WITH_CONDITION = {
    *(5, 6, 11, 15, 16, 18, 24, 29, 30, 31, 39, 40, 47, 49, 52, 56, 57, 58, 59, 68),
    *(*range(79, 85), 86, 98, 99, 100, 101, 102, 103, 104, 105, 106, 111),
    *(113, 115, 116, 117, 120, 121, 122, 123),
}
"""The rows to which the template ties a condition."""

OPTIONS = {
    3: 2,
    4: 3,
    10: 3,
    14: 2,
    15: 4,
    23: 3,
    33: 3,
    38: 2,
    44: 5,
    50: 6,
    55: 3,
    56: 5,
    57: 5,
    58: 3,
    59: 3,
    60: 25,
    61: 6,
    65: 11,
    67: 4,
    70: 21,
    72: 4,
    75: 12,
    79: 5,
    81: 4,
    83: 4,
    85: 15,
    87: 4,
    89: 4,
    94: 15,
    97: 6,
    100: 3,
    102: 2,
    104: 3,
    109: 3,
    110: 3,
    113: 3,
    120: 3,
    125: 10,
}
"""How many options each row offers."""

INCOMPLETE_ONLY = {44, 56, 57, 59, 60, 61, 65, 67, 70, 72, 79, 81, 83, 85, 87, 89, 97}


@pytest.fixture(scope="module")
def form() -> Form:
    return common_template()


def test_all_hundred_fields_are_there(form: Form) -> None:
    assert [field.row for field in form.fields] == ROWS
    counted = Counter(field.requirement.value for field in form.fields)
    assert counted == {"M": 42, "C": 46, "O": 12}


def test_every_row_offers_its_options_and_marks_those_of_an_incomplete_one(form: Form) -> None:
    offered = {field.row: len(field.options) for field in form.fields if field.options}
    assert offered == OPTIONS
    assert {field.row for field in form.fields if field.incomplete_only} == INCOMPLETE_ONLY
    words = " ".join(
        field.options[key] for field in form.fields for key in field.incomplete_only
    ).casefold()
    for phrase in ("to be determined", "not yet known", "under assessment", "still ongoing"):
        assert phrase in words
    left = [
        (field.row, label)
        for field in form.fields
        for key, label in field.options.items()
        if "to be determined" in label.casefold() and key not in field.incomplete_only
    ]
    # A date on which people will be told may stay open in a complete notification.
    assert left == [(97, "No, but it will be communicated on a date to be determined")]


def test_every_condition_of_the_template_is_a_predicate(form: Form) -> None:
    assert {field.row for field in form.fields if field.visible} == WITH_CONDITION
    looked = {path for field in form.fields for path in facts_of(field.shown_if)}
    assert all(re.fullmatch(r"r\d+", path) or path in KNOWN_BY_RECORD for path in looked)
    ours = [field for field in form.fields if field.applies]
    assert all(field.note for field in ours)
    wanted = {field.row for field in form.fields if field.authority_option}
    assert wanted == {10, 11, 25, 26}


def test_no_mandatory_or_conditional_field_is_without_a_way_to_settle_it(form: Form) -> None:
    conditional = [field for field in form.fields if field.requirement.value == "C"]
    free = [field.row for field in conditional if not field.shown_if and not field.authority_option]
    assert free == []


def test_the_words_are_the_forms_own_spelling_included(form: Form) -> None:
    labels = {field.row: field.label for field in form.fields}
    assert labels[126] == "Other attachements"
    assert labels[123].startswith("List of EAA supervisory authority")
    assert form.by_name["r55"].options["availability"].startswith("Availability breach - where")
    assert "Franchetto" in form.head.credit
    assert "CC BY 4.0" in form.head.credit
    assert form.head.license == "https://creativecommons.org/licenses/by/4.0/"


def test_every_category_of_people_and_data_leads_to_the_option_that_it_names(form: Form) -> None:
    kinds = form.by_name["r70"].fill[0].options
    assert kinds.keys() == DATA.keys()
    for key, category in DATA.items():
        assert form.by_name["r70"].options[kinds[key]].startswith(category.option), key
    groups = form.by_name["r65"].fill[0].options
    assert groups.keys() == GROUPS.keys()
    for key, (_, option) in GROUPS.items():
        assert form.by_name["r65"].options[groups[key]].startswith(option), key


def test_every_derivation_is_used_and_exists(form: Form) -> None:
    used = {fill.derive for field in form.fields for fill in field.fill if fill.derive}
    assert used == _DERIVATIONS.keys()


def test_every_kind_of_field_occurs(form: Form) -> None:
    assert {field.kind for field in form.fields} == set(FieldKind)


BROKEN = [
    ('kind = "choice"\n\n[field.options]\nnew', 'kind = "chosen"\n\n[field.options]\nnew', "kind"),
    ("[[field]]\nrow = 5\n", "[[field]]\nrow = 5\ncolour = 1\n", r"row 5: colour: unknown key"),
    ('fact = "r4", in = ["withdraw"]', 'fact = "r4", in = ["gone"]', "r4 has no option 'gone'"),
    ('fact = "r3", in = ["follow_up"]', 'fact = "r90", stated = true', "row 5: r90 is no earlier"),
    ('from = ["nature.systems"]', 'from = ["nature.sistems"]', "row 63: nature.sistems is no fact"),
    ('ask = ["nature.discovery"]', 'ask = ["nature.found"]', "row 51: nature.found is no fact"),
    ('derive = "period"', 'derive = "span"', "row 44: fill.0.derive"),
    ('value = "processor"', 'value = "somebody"', "row 50: 'somebody' is none of its options"),
    ("row = 6\n", "row = 5\n", "rows stand in rising order"),
    ("mandatory = 42", "mandatory = 43", "not those that it announces"),
    ("rows = [89, 97]", "rows = [89, 96]", "is no row"),
    ('fact = "r10", stated', 'fact = "r10", said', "a condition needs one of the keys"),
    ("row = 3\n", "row = three\n", "line"),
]


@pytest.mark.parametrize(("right", "wrong", "reason"), BROKEN)
def test_a_broken_form_is_refused_with_place_and_reason(
    tmp_path: Path, right: str, wrong: str, reason: str
) -> None:
    text = shipped().read_text("utf-8")
    assert right in text
    path = tmp_path / "form.toml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(LawError, match=reason) as refused:
        read_form(path)
    assert refused.value.message.startswith(str(path))
    assert refused.value.hint == "correct form.toml"


def test_a_refusal_names_the_line_of_the_row(tmp_path: Path) -> None:
    path = tmp_path / "form.toml"
    text = shipped().read_text("utf-8").replace('derive = "period"', 'derive = "span"')
    path.write_text(text, encoding="utf-8")
    line = text.splitlines().index("row = 44") + 1
    with pytest.raises(LawError, match=rf"form\.toml:{line}: row 44: "):
        read_form(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawError, match="cannot be read"):
        read_form(tmp_path / "none.toml")
