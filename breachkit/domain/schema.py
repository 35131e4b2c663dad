"""The JSON Schema of an alert: facts, the strings in which people may write them, and what is around."""

from typing import Any, get_args

from breachkit.domain.categories import DATA, GROUPS
from breachkit.domain.entry import Certainty
from breachkit.domain.facts import Facts, Unknown

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TIME = {
    "type": "string",
    "description": "a time with its zone, as exact as it is known; about before it means estimated",
    "examples": [
        "2026-11-20 17:40 Europe/Berlin",
        "2026-11-20T16:40Z",
        "about 2026-11-20T17 +01:00",
        "2026-11-20 Europe/Berlin",
        "02:10 Europe/Berlin",
    ],
}

_NUMBERS: list[dict[str, Any]] = [
    {"type": "integer", "minimum": 0},
    {"type": "string", "examples": ["712", "about 13000", "100-200", "at least 97"]},
]


def alert_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an alert file; an amendment has the same.

    Each fact may be withdrawn with null, or be stated as not yet known.
    """
    found = Facts.model_json_schema()
    parts: dict[str, Any] = found["$defs"]
    written = {"Instant": [_TIME], "Count": _NUMBERS}
    for name, forms in written.items():
        parts[name] = {"title": name, "anyOf": [*forms, parts[name]]}
    parts["DataKind"]["properties"]["category"] = _one_of(list(DATA))
    parts["Group"]["properties"]["category"] = _one_of(list(GROUPS))
    for model in (found, *parts.values()):
        for name, shape in model.get("properties", {}).items():
            model["properties"][name] = _or_unknown(shape)
    parts |= _unknown_parts()
    found["properties"] = {**_around(), **found["properties"]}
    described = "What an alert or an amendment states of a breach; nothing is required but a title."
    return {"$schema": DIALECT, **found, "title": "breachkit incident", "description": described}


def _one_of(values: list[str]) -> dict[str, Any]:
    return {"anyOf": [{"type": "string", "enum": values}, {"type": "null"}]}


def _or_unknown(shape: dict[str, Any]) -> dict[str, Any]:
    """Return the shape of a fact with "not yet known" beside it; what is required has no other."""
    if {"type": "null"} not in shape.get("anyOf", []):
        return shape
    forms = [_keyed(form) for form in shape["anyOf"]]
    return {**shape, "anyOf": [*forms, {"$ref": "#/$defs/Unknown"}]}


def _keyed(form: dict[str, Any]) -> dict[str, Any]:
    """Return the shape of a collection in which each part may be withdrawn or not yet known."""
    found = dict(form)
    if "patternProperties" in form:
        below = form["patternProperties"].items()
        found["patternProperties"] = {pattern: _open(shape) for pattern, shape in below}
        found["additionalProperties"] = False
    return found


def _open(shape: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [shape, {"type": "null"}, {"$ref": "#/$defs/Unknown"}]}


def _unknown_parts() -> dict[str, Any]:
    """Return "not yet known" as it stands in place of a fact, and below its path."""
    shape = Unknown.model_json_schema()
    shape.pop("$defs", None)
    return {"Unknown": {**shape, "required": ["kind", "reason"]}, "UnknownAt": shape}


def _around() -> dict[str, Any]:
    """Return what may stand around the facts of a file."""
    by_path = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/UnknownAt"}, {"type": "null"}]}
    return {
        "reference": {"type": "string", "description": "the alert's own id; opens one incident"},
        "source": {"type": "string", "description": "where the facts come from"},
        "certainty": {"type": "string", "enum": list(get_args(Certainty))},
        "reason": {"type": "string", "description": "why an instant that starts a clock moves"},
        "unknown": {
            "type": "object",
            "description": "by path, such as scopes.acme.people: why it is not known yet",
            "additionalProperties": by_path,
        },
    }
