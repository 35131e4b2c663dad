"""Forms of the authorities, read from TOML into the shape that the domain gives them."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from breachkit.domain.form import FIELD_NAME, KNOWN_BY_RECORD, Form, misfits
from breachkit.domain.sheet import place_at
from breachkit.errors import FactError, LawError

COMMON_TEMPLATE = "edpb-breach-template.toml"
"""The common template of the European data protection authorities."""


def shipped(name: str = COMMON_TEMPLATE) -> Path:
    """Return a file of reference data that comes with breachkit."""
    return Path(str(resources.files("breachkit") / "reference" / name))


@lru_cache(maxsize=1)
def common_template() -> Form:
    """Return the common template as it comes with breachkit."""
    return read_form(shipped())


def read_form(path: Path) -> Form:
    """Return a form; LawError with file, row or line, and reason for anything not understood."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        _refuse(_Source(path, ""), f"cannot be read: {error}")
    return parse_form(path, raw)


def parse_form(path: Path, raw: bytes) -> Form:
    """Return a form from the bytes of its file; LawError as for `read_form`, though the file be gone."""
    source = _Source(path, raw.decode("utf-8", "replace"))
    try:
        tables: dict[str, Any] = tomllib.loads(raw.decode())
    except tomllib.TOMLDecodeError as error:
        _refuse(source, str(error))
    except UnicodeDecodeError as error:
        _refuse(source, f"cannot be read: {error}")
    try:
        form = Form.model_validate(tables)
    except ValidationError as error:
        first = error.errors()[0]
        _refuse(source, *_reason(tables, first["loc"], first["type"], first["msg"]))
    for row, reason in misfits(form):
        _refuse(source, reason, row)
    for field in form.fields:
        for asked in field.looked_at:
            _check_path(source, field.row, asked)
    return form


@dataclass(frozen=True, slots=True)
class _Source:
    """A form's file with its text, to say where in it something stands."""

    path: Path
    text: str


def _check_path(source: _Source, row: int, asked: str) -> None:
    """Refuse a fact that nobody could state, and no record could know."""
    if FIELD_NAME.fullmatch(asked) or asked in KNOWN_BY_RECORD:
        return
    above, _, last = asked.rpartition(".")
    bare = above if last in {"form", "estimated"} else asked
    try:
        place_at(bare if bare.startswith("origin.") else f"scopes.own.{bare}")
    except FactError:
        _refuse(source, f"{asked} is no fact", row)


def _reason(
    tables: dict[str, Any], place: tuple[int | str, ...], kind: str, message: str
) -> tuple[str, int]:
    """Return what pydantic found in our words, and the row that it is about; 0 for none."""
    row = 0
    match place:
        case ("field", int() as index, *_):
            stated = tables["field"][index].get("row")
            row = stated if isinstance(stated, int) else 0
            place = place[2:] if row else (*place[:1], index + 1, *place[2:])
    why = {"extra_forbidden": "unknown key", "missing": "is missing"}.get(kind)
    why = why or message.removeprefix("Value error, ")
    where = ".".join(map(str, place))
    return f"{where}: {why}" if where else why, row


def _refuse(source: _Source, reason: str, row: int = 0) -> NoReturn:
    line = _line(source.text, row) if row else 0
    place = f"{source.path}:{line}: row {row}" if line else str(source.path)
    raise LawError(f"{place}: {reason}", hint=f"correct {source.path.name}")


def _line(text: str, row: int) -> int:
    """Return the line, from 1, on which a row stands; 0 where it stands nowhere."""
    found = re.search(rf"^row *= *{row} *$", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 0
