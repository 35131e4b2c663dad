"""Files of proof as CSV: lines of cells by the names of their columns, and the bytes as they were."""

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from breachkit.errors import BadInputError

MAX_BYTES = 50_000_000


def read_cells(source: str, known: Sequence[str]) -> tuple[bytes, list[tuple[int, dict[str, str]]]]:
    """Return a CSV file's bytes, and its lines by number with their cells; `-` is standard input.

    Comma, semicolon or tab; UTF-8 with or without its mark. Raises BadInputError for a column that is
    not known, because what it says would be lost.
    """
    raw = _bytes(source)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{source} is not UTF-8 text", hint="save it as CSV UTF-8, not as CSV alone"
        ) from error
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip().casefold() for name in next(reader, [])]
        _check(source, columns, known)
        return raw, [
            (reader.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=False)))
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise BadInputError(f"{source}: line {reader.line_num}: {error}") from error


def _bytes(source: str) -> bytes:
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
    return raw


def _check(source: str, columns: Sequence[str], known: Sequence[str]) -> None:
    for column in columns:
        if column not in known:
            raise BadInputError(
                f"{source}: no column {column[:40]!r} is known", hint=f"known: {', '.join(known)}"
            )
        if columns.count(column) > 1:
            raise BadInputError(f"{source}: the column {column} stands there twice")
    if not columns:
        raise BadInputError(f"{source} is empty", hint=f"first line: {','.join(known)}")
