"""Supervisory authorities read from files; what is not understood is refused with its file and entry."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from breachkit.domain.authority import Authority
from breachkit.errors import LawError

FILE = "authorities.toml"
"""The name of the file, in the shipped reference and in a workspace."""


def load(files: Iterable[Path]) -> dict[str, Authority]:
    """Return the authorities of several files by code; what a later file states wins, key by key.

    A file that does not exist is empty. Raises LawError with file, line and entry for anything that is
    not understood: a filing sent to the wrong place is worse than a refusal.
    """
    tables: dict[str, dict[str, Any]] = {}
    last: dict[str, tuple[Path, int]] = {}
    for path in files:
        for code, line, table in _entries(path) if path.exists() else ():
            tables[code] = {**tables.get(code, {}), **table}
            last[code] = (path, line)
    return {code: _authority(table, *last[code]) for code, table in tables.items()}


def shipped() -> Path:
    """Return the file of authorities that comes with breachkit."""
    return Path(str(resources.files("breachkit") / "reference" / FILE))


def as_of() -> date:
    """Return the day whose state the shipped authorities give; LawError where the file names none."""
    path = shipped()
    text, data = _read(path)
    found = data.get("meta", {}).get("as_of")
    if not isinstance(found, date):
        _refuse(path, _line(text, r"\[meta\]"), "meta.as_of is a day, such as 2026-11-22")
    return found


def _entries(path: Path) -> list[tuple[str, int, Mapping[str, Any]]]:
    """Return the entries of one file, each with its code and the line on which it starts."""
    text, data = _read(path)
    for key in sorted(data.keys() - {"meta", "authority"}):
        _refuse(path, _line(text, rf"\[*{re.escape(key)}\b"), f"unknown key {key}")
    rows = data.get("authority", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        _refuse(path, _line(text, r"\[?authority"), "authorities are written as [[authority]]")
    found: dict[str, tuple[str, int, Mapping[str, Any]]] = {}
    for index, row in enumerate(rows):
        line = _line(text, r"\[\[authority\]\]", index)
        code = row.get("code")
        if not isinstance(code, str):
            _refuse(path, line, f"authority number {index + 1}: code is missing")
        if code in found:
            _refuse(path, line, f"authority {code} stands there twice")
        found[code] = (code, line, row)
    return list(found.values())


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_bytes().decode("utf-8")
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error))
        line = int(place[2]) if place else 0
        _refuse(path, line, place[1][:1].lower() + place[1][1:] if place else str(error))
    except (OSError, UnicodeDecodeError) as error:
        _refuse(path, 0, f"cannot be read: {error}")


def _authority(table: Mapping[str, Any], path: Path, line: int) -> Authority:
    try:
        return Authority.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        known = {"extra_forbidden": "unknown key", "missing": "is missing"}
        why = known.get(first["type"]) or first["msg"].removeprefix("Value error, ")
        said = f"{place}: {why[:1].lower()}{why[1:]}" if place else why
        _refuse(path, line, f"authority {table['code']}: {said}")


def _line(text: str, pattern: str, index: int = 0) -> int:
    """Return the line on which the nth match starts, from 1; 0 where there is none."""
    found = [match.start() for match in re.finditer(rf"(?m)^\s*{pattern}", text)]
    return text.count("\n", 0, found[index]) + 1 if index < len(found) else 0


def _refuse(path: Path, line: int, reason: str) -> NoReturn:
    place = f"{path}:{line}" if line else str(path)
    raise LawError(f"{place}: {reason}", hint=f"mend {path.name}")
