"""The partner matrix as CSV, and what it says of partners written into their own files."""

import csv
import difflib
import io
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomlkit

from breachkit.domain.matrix import COLUMNS, Row
from breachkit.errors import BadInputError, WorkspaceError

MAX_BYTES = 1_000_000

# What a spreadsheet takes for a formula when a cell begins with it.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_DISARMED = re.compile(r"'+[=+\-@\t\r]")


def write_table(rows: Iterable[Row]) -> str:
    """Return rows as CSV; a cell that a spreadsheet would take for a formula gets an apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_disarm(row.cells.get(column, "")) for column in COLUMNS])
    return stream.getvalue()


def save_table(path: Path, rows: Iterable[Row]) -> None:
    """Write rows to a new file, readable by its owner alone; with a mark, so that Excel sees UTF-8."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadInputError(
            f"{path} exists", hint="give another name; - prints the table"
        ) from error
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        file.write(write_table(rows))


def read_table(source: str) -> list[Row]:
    """Return the lines of a CSV file, or of standard input for `-`.

    Comma, semicolon or tab; UTF-8 with or without its mark. Columns may stand in any order; raises
    BadInputError for one that is not known, because a figure in it would be lost.
    """
    text = _text(source)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = [_column(name) for name in next(reader, [])]
        _check_columns(columns)
        return [
            Row(reader.line_num, _cells(columns, cells, reader.line_num))
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise BadInputError(f"{source}: line {reader.line_num}: {error}") from error


def write_partner(folder: Path, key: str, changes: Mapping[str, Any]) -> Path:
    """Put changes into the file of a partner, or into a new one; comments and order stay.

    Raises WorkspaceError when it cannot be written; the file is then as it was.
    """
    path = folder / f"{key}.toml"
    try:
        raw = path.read_text("utf-8") if path.exists() else ""
        document = tomlkit.parse(raw)
        _put(document, changes)
        text = tomlkit.dumps(document)
        tomllib.loads(text)
        _replace(path, text)
    except (OSError, ValueError) as error:
        raise WorkspaceError(f"{path} cannot be written: {error}") from error
    return path


def _put(table: Any, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if isinstance(value, Mapping):
            if name not in table:
                table[name] = tomlkit.table(is_super_table=name == "contacts")
            _put(table[name], value)
        else:
            table[name] = value


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all, with the rights of the one before or of the settings."""
    model = path if path.exists() else path.parent.parent / "breachkit.toml"
    mode = model.stat().st_mode & 0o777 if model.exists() else 0o600
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.chmod(mode)
    draft.replace(path)


def _text(source: str) -> str:
    try:
        if source == "-":
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInputError(f"{source} cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise BadInputError(f"{source} is larger than {MAX_BYTES:,} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{source} is not UTF-8 text", hint="save it as CSV UTF-8, not as CSV alone"
        ) from error


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _column(name: str) -> str:
    """Return a column by its name, however it is spelled: `E-Mail`, `verified_on`."""
    bare = re.sub(r"[^a-z]", "", name.casefold())
    known = {re.sub(r"[^a-z]", "", column): column for column in COLUMNS}
    if bare in known:
        return known[bare]
    near = difflib.get_close_matches(bare, known, n=1)
    hint = f"did you mean {known[near[0]]}?" if near else f"known: {', '.join(COLUMNS)}"
    raise BadInputError(f"no column {name[:40]!r} is known", hint=hint)


def _check_columns(columns: list[str]) -> None:
    if "partner" not in columns:
        raise BadInputError(
            "the column partner is missing", hint=f"first line: {','.join(COLUMNS)}"
        )
    for column in columns:
        if columns.count(column) > 1:
            raise BadInputError(f"the column {column} stands there twice")


def _cells(columns: list[str], cells: list[str], line: int) -> dict[str, str]:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        raise BadInputError(
            f"line {line}: has {len(cells)} cells for {len(columns)} columns",
            hint="a cell with a comma in it has to stand in quotes",
        )
    return {column: _arm(cell) for column, cell in zip(columns, cells, strict=False)}


def _disarm(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _arm(cell: str) -> str:
    return cell[1:] if _DISARMED.match(cell) else cell
