"""The risk decision in readable scenarios: Annex B of Guidelines 9/2022, and variants of our own."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from breachkit.app import Breachkit

SCENARIOS = [
    (path.stem, row)
    for path in sorted((Path(__file__).parent / "risk").glob("*.toml"))
    for row in tomllib.loads(path.read_text("utf-8"))["scenario"]
]

ANSWERS = {
    "authority": {"risk": "yes", "unlikely": "no"},
    "people": {"high": "yes", "not_high": "no", "undecided": "depends"},
}


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{name}: {row['title']}") for name, row in SCENARIOS]
)
def test_scenario(row: dict[str, Any], kit: Breachkit) -> None:
    facts = {"title": row["title"], **row["facts"], "scopes": {"own": {}}}
    figures = {"people": facts.pop("people")} if "people" in facts else {}
    facts["scopes"]["own"] = figures
    incident = kit.open_incident(facts).id
    (weighed,) = kit.assess_risk(incident).scopes
    found, expect = weighed.found, row["expect"]
    said = {
        "authority": ANSWERS["authority"][found.authority.value],
        "people": ANSWERS["people"][found.people.value],
    }
    assert said == {name: expect[name] for name in said}, "\n".join(
        [*map(str, found.factors), str(found.levels), found.score.arithmetic]
    )
    assert expect.get("disagrees", "") in "; ".join(found.disagreements)
    deciding = {factor.name for factor in found.deciding}
    assert deciding >= set(expect.get("names", ()))
    assert bool(expect.get("names")) == (expect["people"] == "depends")


def test_all_of_annex_b_is_there_and_as_many_of_our_own() -> None:
    keys = [row["key"] for _, row in SCENARIOS if "key" in row]
    roman = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]
    assert keys == [f"annexb-{one}" for one in roman]
    assert len(SCENARIOS) - len(keys) >= 15
