"""Which authority is competent, by scenarios; and that the files of authorities are read whole or not."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

import breachkit
from breachkit.adapters.authorities import load
from breachkit.app import Breachkit
from breachkit.domain.countries import COUNTRIES, LAENDER, OUTSIDE, PART_OF, country_of
from breachkit.domain.regions import EEA
from breachkit.errors import FactError, LawError
from tests.conftest import partner

SHIPPED = Path(breachkit.__file__).parent / "reference" / "authorities.toml"
KNOWN = load([SHIPPED])

CASES = [
    case
    for path in sorted((Path(__file__).parent / "authorities").glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
]

ENTRY = """
[[authority]]
code = "SG"
group = "third-country"
country = "SG"
instrument = "sg-pdpa"
name = "Personal Data Protection Commission"
languages = ["en"]
channels = ["web_form"]
standing = "unverified"
verified = false
checked = "nothing"
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_who_is_competent(kit: Breachkit, case: dict[str, Any]) -> None:
    scope = {"capacity": "processor", "controller": {"name": "Acme", **case.get("controller", {})}}
    alert = {
        "title": "Copied",
        "scopes": {"acme": {**scope, "countries": case.get("countries", {})}},
    }
    found = kit.competence(kit.open_incident(alert).id, "acme")
    expected = case["expect"]
    assert [one.label for one in found.filings] == expected["filings"]
    if "options" in expected:
        assert len(found.filings[0].options) == expected["options"]
    if "file_in" in expected:
        spoken = [list(one.options[0].accepts(found.reach)) for one in found.filings]
        assert all(one == expected["file_in"] for one in spoken)
    if "standing" in expected:
        assert {str(one.standing) for one in found.filings} == {expected["standing"]}
    if "possible" in expected:
        assert [one.label for one in found.possible] == expected["possible"]
    if "questions" in expected:
        assert len(found.questions) == len(expected["questions"])
    asked = " ".join(one.text for one in found.questions)
    assert all(text in asked for text in expected.get("questions", []))
    said = " ".join(one.text for one in found.remarks)
    assert all(text in said for text in expected.get("notes", []))


def test_every_state_of_the_eea_and_every_land_has_its_authority() -> None:
    assert len(KNOWN) == 51
    assert {one.country for one in KNOWN.values() if one.group == "eea"} == EEA
    lands = [one for one in KNOWN.values() if one.group == "land"]
    assert {one.land for one in lands} == set(LAENDER)
    assert len(lands) == 17
    assert all(one.languages == ("de",) for one in lands)
    assert {one.languages_standing.value for one in lands if one.languages_standing} == {"derived"}


def test_what_was_not_read_is_not_called_official() -> None:
    for one in KNOWN.values():
        assert (one.standing == "official") is one.verified
        assert one.checked
    assert KNOWN["CH"].standing == "unverified"
    assert KNOWN["FI"].email_certainty == "secondary"
    limits = {code: one.limits[0].limit for code, one in KNOWN.items() if one.limits}
    assert limits == {
        "BE": "21 calendar days after Part 1",
        "FR": "72 hours after the initial filing, if possible",
        "SE": "four weeks after the first filing",
    }
    assert KNOWN["BE"].limits[0].standing == "secondary"


def test_special_codes_are_countries_and_lead_where_they_belong() -> None:
    assert {*PART_OF, *OUTSIDE} <= set(COUNTRIES)
    assert not set(PART_OF) & set(OUTSIDE)
    assert {country_of(code) for code in PART_OF} == {"FI", "FR"}
    assert not {country_of(code) for code in OUTSIDE} & EEA


@pytest.mark.parametrize(
    ("path", "alert", "said"),
    [
        (
            "scopes.a.countries.XX",
            {"countries": {"XX": {}}},
            "'XX' is no country code of ISO 3166-1",
        ),
        ("scopes.a.countries.de", {"countries": {"de": {}}}, "the nearest: DE (Germany)"),
        (
            "scopes.a.countries.US-XX",
            {"countries": {"US-XX": {}}},
            "'XX' is no part of United States",
        ),
        ("scopes.a.countries.GR", {"countries": {"EL": {}, "GR": {}}}, "GR is stated twice"),
        ("scopes.a.controller.country", {"controller": {"country": "GERMANY"}}, "DE (Germany)"),
        (
            "scopes.a.controller.country",
            {"controller": {"country": "US-CA"}},
            "'US-CA' is no country",
        ),
        ("scopes.a.controller.land", {"controller": {"land": "BV"}}, "'BV' is no German Land"),
        (
            "scopes.a.joint_controllers.b.country",
            {"joint_controllers": {"b": {"country": "ZZ"}}},
            "'ZZ' is no country code",
        ),
    ],
)
def test_a_place_that_does_not_exist(
    kit: Breachkit, path: str, alert: dict[str, Any], said: str
) -> None:
    with pytest.raises(FactError) as refused:
        kit.open_incident({"title": "Copied", "scopes": {"a": alert}})
    assert refused.value.path == path
    assert said in refused.value.message


def test_a_place_not_yet_counted_has_to_exist_too(kit: Breachkit) -> None:
    kit.open_incident({"title": "Copied", "scopes": {"a": {"controller": {"country": "US"}}}})
    with pytest.raises(FactError, match="'QQ' is no country code"):
        kit.amend("2026-0001", unknown={"scopes.a.countries.QQ.people": "still counting"})
    kit.amend("2026-0001", unknown={"scopes.a.countries.FR.people": "still counting"})
    assert [one.label for one in kit.competence("2026-0001", "a").filings] == ["FR"]


def test_parts_of_a_country_are_not_counted_twice(kit: Breachkit) -> None:
    countries = {"US": {"people": 100}, "US-CA": {"people": 90}}
    done = kit.open_incident(
        {"title": "C", "scopes": {"a": {"people": 100, "countries": countries}}}
    )
    assert not [flag for flag in done.picture.flags if "countries" in flag.path]
    more = kit.amend("2026-0001", {"scopes": {"a": {"countries": {"US-NY": {"people": 20}}}}})
    assert {flag.path: flag.what for flag in more.flags} == {
        "scopes.a.countries.US.people": "its parts have 110, more than 100",
        "scopes.a.countries": "110 in all is more than scopes.a.people",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY.replace('["web_form"]', '["web_from"]'), "'web_from' is no channel; did you mean web_form?"),
        (ENTRY + 'colour = "red"\n', "authority SG: colour: unknown key"),
        (ENTRY.replace('name = "Personal Data Protection Commission"\n', ""), "SG: name: is missing"),
        (ENTRY.replace('country = "SG"', 'country = "QQ"'), "country: 'QQ' is no country code"),
        (ENTRY + ENTRY, "authority SG stands there twice"),
        (ENTRY.replace('code = "SG"', "code = 7"), "authority number 1: code is missing"),
        ('[things]\na = 1\n', "unknown key things"),
        (ENTRY.replace("verified = false", "verified = "), "authorities.toml:11: "),
        (ENTRY + 'email = "a@b.example"\n', "email and email_certainty stand together"),
        ('[[authority]]\ncode = "FR"\nlanguages = ["French"]\n', "authority FR: languages.0"),
        ("[authority]\n", "authorities are written as [[authority]]"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_understood_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "authorities.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LawError) as refused:
        load([SHIPPED, path])
    assert said in refused.value.message
    assert refused.value.message.startswith(f"{path}:")


def test_a_workspace_adds_and_mends_entries(kit: Breachkit) -> None:
    own = kit.folder.root / "authorities.toml"
    text = ENTRY + '\n[[authority]]\ncode = "FI"\nlanguages = ["fi", "sv", "en"]\n'
    own.write_text(text, encoding="utf-8")
    countries = {"SG": {"people": 1}, "FI": {"people": 1}}
    scope = {"controller": {"country": "SG"}, "countries": countries}
    kit.open_incident({"title": "Copied", "scopes": {"a": scope}})
    found = {one.label: one.options[0] for one in kit.competence("2026-0001", "a").filings}
    assert list(found) == ["SG", "FI"]
    assert found["FI"].languages == ("fi", "sv", "en")
    assert found["FI"].url == KNOWN["FI"].url, "what the workspace does not state stays"


def test_the_authorities_are_part_of_the_record(kit: Breachkit) -> None:
    kit.open_incident({"title": "Copied"})
    own = kit.folder.root / "authorities.toml"
    own.write_text(ENTRY, encoding="utf-8")
    kit._desk = None
    kit.amend("2026-0001", {"nature": {"description": "A list."}})
    changed = [line.body or b"" for line in kit.store.read("workspace")]
    assert b"breachkit/reference/authorities.toml" in changed[0]
    assert b'"changed":["authorities.toml"]' in changed[-1]


def test_a_partners_file_says_where_it_is(kit: Breachkit) -> None:
    partner(kit.folder.root, "hall", "Hall", 'country = "DE"\nland = "BY"\nsector = "private"')
    kit.open_incident({"title": "Copied", "scopes": {"hall": {"countries": {"DE": {}}}}})
    assert [one.label for one in kit.competence("2026-0001", "hall").filings] == ["DE-BY"]


def test_a_partners_file_with_a_country_that_does_not_exist(kit: Breachkit) -> None:
    partner(kit.folder.root, "hall", "Hall", 'country = "XX"')
    kit.open_incident({"title": "Copied", "scopes": {"hall": {"countries": {"DE": {}}}}})
    found = kit.competence("2026-0001", "hall")
    assert not found.filings
    assert found.questions[0].text.startswith(
        "in which country is the controller's main establishment"
    )
    where = [one.what for one in kit.check_workspace() if one.where == "partners/hall.toml"]
    assert "country: 'XX' is no country code of ISO 3166-1; the nearest: XK (Kosovo)" in where[0]


def test_a_country_that_does_not_exist_settles_no_law(kit: Breachkit) -> None:
    partner(kit.folder.root, "hall", "Hall", 'country = "XX"')
    scope = {"capacity": "processor", "countries": {"US": {"people": 3}}}
    kit.open_incident({"title": "Copied", "scopes": {"hall": scope}})
    owed = {one.law.qualified_id: one.owed for one in kit.incident("2026-0001").duties}
    assert owed["eu-gdpr/33-1"] is not False
