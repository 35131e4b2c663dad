"""What is stated at the command line: a file or standard input, and flags, as one statement."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from breachkit.errors import BadInputError, UnknownNameError

if TYPE_CHECKING:
    from breachkit.domain.matter import Matter

CERTAINTIES = ("confirmed", "estimated", "under investigation")

_JSON = re.compile(r"true|false|null|[\[{].*", re.DOTALL)
"""What is read as JSON. A whole number stays text, which a number of people takes as it is; so a
title or a postcode of digits stays one too."""


_OPTIONS = (
    click.option(
        "--set",
        "stated",
        metavar="PATH=VALUE",
        multiple=True,
        help='A fact, such as people="about 13000".',
    ),
    click.option(
        "--unknown",
        metavar='PATH="REASON"',
        multiple=True,
        help="What is not known yet, and why.",
    ),
    click.option("--by", metavar="TIME", help="When what is unknown will follow."),
    click.option("--source", metavar="TEXT", help="Where the facts come from."),
    click.option("--certainty", type=click.Choice(CERTAINTIES), help="How sure they are."),
)


def facts_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags by which facts are stated: one a fact, with source and certainty."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given(
    file: str | None,
    stated: Sequence[str],
    unknown: Sequence[str] = (),
    by: str | None = None,
    source: str | None = None,
    certainty: str | None = None,
) -> dict[str, Any]:
    """Return what a file and flags state together, with its envelope; a flag comes before the file."""
    facts = _read(file)
    for name, text in _pairs("--set", stated, 'people="about 13000"').items():
        put(facts, name, value_of(name, text))
    reasons = _pairs("--unknown", unknown, 'people="still counting"')
    if by and not reasons:
        raise BadInputError("--by says when something follows, and nothing is --unknown")
    for path, reason in reasons.items():
        beside(facts, path, {"reason": reason, **({"follows_by": by} if by else {})})
    if certainty:
        facts["certainty"] = certainty
    facts["source"] = source or facts.get("source") or _default_source(file)
    return facts


def beside(facts: dict[str, Any], path: str, why: Mapping[str, str] | None) -> None:
    """State one fact as not yet known; None takes that back."""
    unknown = facts.setdefault("unknown", {})
    if isinstance(unknown, dict):  # anything else is refused where the statement is read
        unknown[path] = why


def value_of(path: str, text: str) -> Any:
    """Return the value of a flag: text, or JSON where it begins as an object, list or literal."""
    if not _JSON.fullmatch(text):
        return text
    from breachkit.adapters.intake import parse_json

    try:
        return parse_json(text)
    except (ValueError, RecursionError) as error:
        raise BadInputError(
            f"{path}: begins like JSON and is none: {error}",
            hint="a text that begins so goes into a file",
        ) from error


def put(facts: dict[str, Any], path: str, value: Any) -> None:
    """State one fact among others; a mapping joins the one that is there."""
    *above, last = path.split(".")
    for name in above:
        facts = facts.setdefault(name, {})
        if not isinstance(facts, dict):
            raise BadInputError(f"{path}: {name} is stated as one fact already")
    before = facts.get(last)
    both = isinstance(before, dict) and isinstance(value, dict)
    facts[last] = {**before, **value} if both else value  # type: ignore[dict-item]


def add_scope(facts: dict[str, Any], key: str) -> None:
    """Name a scope that is affected, whatever else is said of it."""
    scopes = facts.setdefault("scopes", {})
    if isinstance(scopes, dict):  # anything else is refused where the statement is read
        scopes.setdefault(key, {})


def withdraw(facts: dict[str, Any], matter: "Matter", paths: Sequence[str]) -> None:
    """Take back what an incident states at paths; UnknownNameError when nothing is stated there."""
    from breachkit.domain.patch import fact_at, leaves

    for path in paths:
        if path in matter.unknown:
            beside(facts, path, None)
        elif fact_at(matter.facts, path) is not None:
            put(facts, path, None)
        else:
            known = [*(known for known, _ in leaves(matter.facts)), *matter.unknown]
            raise UnknownNameError(f"nothing is stated at {path}", hint=_near(path, known, matter))


def _near(path: str, known: Sequence[str], matter: "Matter") -> str:
    import difflib

    near = difflib.get_close_matches(path, known, n=1)
    return f"did you mean {near[0]}?" if near else f"breachkit incident show {matter.id}"


def _read(file: str | None) -> dict[str, Any]:
    if file is None:
        return {}
    from breachkit.adapters.intake import read_document
    from breachkit.casework.forms import answered

    return answered(read_document(file))


def _default_source(file: str | None) -> str:
    if file is None:
        return "stated at the command line"
    return "standard input" if file == "-" else f"read from {file}"


def _pairs(flag: str, texts: Sequence[str], example: str) -> Mapping[str, str]:
    """Return `PATH=VALUE` by path; each path once."""
    found: dict[str, str] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        path = path.strip()
        if not (equals and path and value.strip()):
            raise BadInputError(
                f"{flag} takes a path and a value, not {text[:60]!r}", hint=f"{flag} {example}"
            )
        if path in found:
            raise BadInputError(f"{path} stands twice in {flag}")
        found[path] = value
    return found
