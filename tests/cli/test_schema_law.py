"""`breachkit schema` and `law`: what can be stated, and what counts as law."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import breachkit
from breachkit.adapters.intake import read_document
from tests.cli.conftest import Run

EXAMPLES = sorted((Path(breachkit.__file__).parent / "examples").glob("*.toml"))
REAL = sorted((Path(__file__).parents[1] / "incidents").glob("*.toml"))


def fits(value: Any, shape: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Tell whether a value fits a schema, as far as this schema uses the standard."""
    if "$ref" in shape:
        return fits(value, schema["$defs"][shape["$ref"].rpartition("/")[2]], schema)
    if "anyOf" in shape:
        return any(fits(value, one, schema) for one in shape["anyOf"])
    if "enum" in shape and value not in shape["enum"]:
        return False
    if "const" in shape and value != shape["const"]:
        return False
    match shape.get("type"):
        case "object":
            return isinstance(value, dict) and fits_object(value, shape, schema)
        case "array":
            return isinstance(value, list) and all(fits(v, shape["items"], schema) for v in value)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case _:
            return isinstance(value, str)


def fits_object(value: dict[str, Any], shape: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Tell whether an object has what it needs, and nothing that is not known."""
    if set(shape.get("required", [])) - value.keys():
        return False
    return all(fits_part(name, part, shape, schema) for name, part in value.items())


def fits_part(name: str, part: Any, shape: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Tell whether one part of an object fits: by name, by pattern, or as any other."""
    if name in shape.get("properties", {}):
        return fits(part, shape["properties"][name], schema)
    for pattern, below in shape.get("patternProperties", {}).items():
        if re.search(pattern, name):
            return fits(part, below, schema)
    other = shape.get("additionalProperties", True)
    return fits(part, other, schema) if isinstance(other, dict) else bool(other)


def test_the_schema_is_one_of_2020_12(run: Run) -> None:
    schema = json.loads(run("schema", "incident").out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "breachkit incident"
    assert schema["additionalProperties"] is False
    assert run("schema", "incident", "--json").data == schema
    assert "2026-11-20 17:40 Europe/Berlin" in schema["$defs"]["Instant"]["anyOf"][0]["examples"]
    assert "about 13000" in schema["$defs"]["Count"]["anyOf"][1]["examples"]
    refs = {text.rpartition("/")[2] for text in _refs(schema)}
    assert refs <= schema["$defs"].keys()


def _refs(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [ref for below in value.values() for ref in _refs(below)]
    return [ref for below in value for ref in _refs(below)] if isinstance(value, list) else []


@pytest.mark.parametrize("path", [*EXAMPLES, *REAL], ids=lambda path: path.stem)
def test_every_alert_we_have_fits_the_schema(run: Run, path: Path) -> None:
    schema = run("schema", "incident", "--json").data
    alert = read_document(path)
    for name, value in alert.items():
        assert fits({name: value}, schema, schema), name


@pytest.mark.parametrize(
    "alert",
    [
        {"colour": "red"},
        {"people": True},
        {"data": {"v": {"category": "secret"}}},
        {"timeline": {"discovered_at": 1700000000}},
        {"unknown": {"people": 3}},
        {"data": {"No Key": {"category": "video"}}},
    ],
)
def test_what_breachkit_refuses_does_not_fit(run: Run, alert: dict[str, Any]) -> None:
    schema = run("schema", "incident", "--json").data
    assert not fits(alert, schema, schema)
    assert run("incident", "open", "-", stdin=json.dumps(alert)).status == 2


def test_law_list_names_limit_addressee_and_standing(run: Run) -> None:
    said = run("law", "list")
    assert "imou-dpa: Imou Data Processing Agreement [text]" in said.out
    line = next(line for line in said.out.splitlines() if "imou-dpa/6.3 " in line)
    assert line.split() == [
        *("imou-dpa/6.3", "Article", "6.3", "48", "hours"),
        *("processor", "to", "partner", "[text]"),
    ]
    assert "[secondary]" in next(x for x in said.out.splitlines() if "scc-5-d-ii" in x)
    assert {one["id"] for one in run("law", "list", "--json").data} >= {"6.3", "33-1", "34-1"}


def test_law_show_hides_nothing_of_an_obligation(run: Run) -> None:
    for law in run("law", "list", "--json").data:
        said = " ".join(run("law", "show", f"{law['instrument']}/{law['id']}").out.split())
        told = [law["title"], *law["notes"]]
        for part in (*law["requires"], *law["reading"], *law["caution"]):
            told += [f"{part['citation']} [{part['standing']}]", part.get("note") or ""]
        for text in told:
            assert " ".join(text.split()) in said


def test_law_show_of_an_instrument(run: Run) -> None:
    said = run("law", "show", "imou-dpa")
    assert "in force" in said.out
    assert "PROVISIONS WITHOUT A CLOCK OF THEIR OWN" in said.out
    assert "has no clause on notices in phases" in " ".join(said.out.split())
    assert run("law", "show", "imou-dpa", "--json").data["in_force"]["from"] == "2021-11-23"


def test_conditions_are_told_in_words(run: Run) -> None:
    said = " ".join(run("law", "show", "imou-dpa/6.3").out.split())
    assert "origin.told_us_at, where origin.kind is subprocessor" in said
    assert "until then, an alarm from timeline.detected_at" in said


@pytest.mark.parametrize("name", ["imou-dpa/6.33", "imoudpa", "gdpr/33-1"])
def test_a_law_that_does_not_exist(run: Run, name: str) -> None:
    said = run("law", "show", name)
    assert said.status == 2
    assert said.error == f"no instrument or obligation {name!r}"
    assert said.hint.startswith("breachkit law ")


def test_a_law_of_the_workspace_is_shown_with_its_standing(run: Run, workspace: Path) -> None:
    text = (Path(breachkit.__file__).parent / "law" / "imou-dpa.toml").read_text("utf-8")
    text = text.replace('id = "imou-dpa"', 'id = "other-dpa"')
    text = text.replace('standing = "text"', 'standing = "disputed"')
    (workspace / "law" / "other-dpa.toml").write_text(text, encoding="utf-8")
    assert "other-dpa/6.3" in run("law", "list").out
    assert run("law", "show", "other-dpa/6.3").out.splitlines()[0].endswith("[disputed]")
