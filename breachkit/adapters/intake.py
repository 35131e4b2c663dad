"""Alerts, patches and forms as people and machines hand them in: JSON or TOML, a file or a stream.

Hostile input is expected: size and depth are limited, duplicate keys and numbers that are not whole
are refused, and nothing here decides what a fact means.
"""

import json
import re
import sys
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from breachkit.domain.toml import MOST_DIGITS, whole_number, why_not_toml
from breachkit.errors import BadInputError

MAX_BYTES = 1_000_000
MAX_DEPTH = 12

_FIRST_KEY = re.compile(r"""[{\[]\s*"?([A-Za-z0-9_-]{1,60})""")
_FIGURE = 'figures are whole: 712, "about 13,000" or "700 to 750"'
_EMPTY = 'state at least a title: {"title": "What is seen"}'
_DEEP = "`breachkit schema incident` shows how deep each fact stands"


def read_document(source: str | Path | Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON or TOML document as plain data; `-` reads standard input.

    Times become text; the domain decides whether they have a zone. Raises BadInputError.
    """
    if isinstance(source, Mapping):
        data: Any = dict(source)
    else:
        name = str(source)
        raw = _read(name)
        data = _parse(name, raw)
    return _plain(data, "", 0) if isinstance(data, dict) else _refuse_shape(data)


def parse_json(text: str) -> Any:
    """Return JSON as data; ValueError for what is not valid, or says a key twice in one object."""
    return json.loads(
        text,
        object_pairs_hook=_no_duplicates,
        parse_constant=_no_constant,
        parse_int=whole_number,
    )


def _read(name: str) -> bytes:
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInputError(
            f"{name} cannot be read: {error.strerror}",
            hint="name a JSON or TOML file, or - for standard input",
        ) from error
    if len(raw) > MAX_BYTES:
        raise BadInputError(
            f"{name} is larger than {MAX_BYTES:,} bytes", hint="send the facts, not the evidence"
        )
    return raw


def _parse(name: str, raw: bytes) -> Any:
    label = "standard input" if name == "-" else name
    try:
        text = raw.decode("utf-8-sig")
        if not text.strip():
            raise BadInputError(f"{label} is empty", hint=_EMPTY)
        if name.endswith(".toml") or not (name.endswith(".json") or text.lstrip()[:1] == "{"):
            return tomllib.loads(text)
        return parse_json(text)
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{label} is not UTF-8 text: {error.reason} at byte {error.start + 1:,}",
            hint=f"save it as UTF-8, as in: iconv -f latin1 -t UTF-8 {name} > utf8.json",
        ) from error
    except RecursionError as error:
        first = _FIRST_KEY.search(text)
        where = f"{first[1]}: " if first else ""
        raise BadInputError(
            f"{where}{label} is nested deeper than {MAX_DEPTH} levels", hint=_DEEP
        ) from error
    except ValueError as error:
        reason = why_not_toml(text, error)
        raise BadInputError(
            f"{label} is not valid JSON or TOML: {reason}", hint=_hint(reason)
        ) from error


def _hint(reason: str) -> str:
    if "twice" in reason:
        return "keep one of the two"
    if "NaN" in reason or "Infinity" in reason:
        return 'leave out what is not known, or say why under "unknown"'
    return (
        _FIGURE if "figure" in reason else "`breachkit schema incident` shows the form of each fact"
    )


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name!r} stands twice in one object")
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _refuse_shape(data: object) -> dict[str, Any]:
    raise BadInputError(
        f"expected an object of facts, found {type(data).__name__}",
        hint='for example {"title": "...", "timeline": {"discovered_at": "2026-11-20T16:40Z"}}',
    )


def _plain(value: Any, path: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise BadInputError(f"{path[:80]}: nested deeper than {MAX_DEPTH} levels", hint=_DEEP)
    match value:
        case int() if abs(value) >= 10**MOST_DIGITS:
            raise BadInputError(
                f"{path}: a number with that many digits is no figure", hint=_FIGURE
            )
        case None | bool() | int() | str():
            return value
        case dict() | Mapping():
            start = f"{path}." if path else ""
            return {
                str(name): below
                if isinstance(below, str)
                else _plain(below, f"{start}{name}", depth + 1)
                for name, below in value.items()
            }
        case list() | tuple():
            return [_plain(below, path, depth + 1) for below in value]
        case datetime() | date() | time():
            return value.isoformat()
        case float():
            raise BadInputError(f"{path}: {value!r} is not a whole number", hint=_FIGURE)
        case _:
            raise BadInputError(f"{path}: {type(value).__name__} is not a fact")
