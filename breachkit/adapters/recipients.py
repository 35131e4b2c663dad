"""Lists of recipients, CSV or JSON Lines of any size, read line by line; and who is left out of one.

Hostile input is expected: a line is a record, so that a stray quote spoils its own line only.
"""

import csv
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from breachkit.domain.listing import Fault, Finding, Row, masked
from breachkit.domain.recipient import Recipient, check_address, check_field, check_language
from breachkit.errors import BadInputError

MAX_LINE: Final = 64 * 1024
"""Bytes of one line."""

COLUMNS: Final = ("address", "language", "name")
"""What a list may say of everybody, beside the fields that the text prints."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_EVERY: Final = 1000
"""Lines between two reports of progress."""

Tick = Callable[[int, int], None]
"""Told how many bytes have been read, and of how many."""


class RecipientFile:
    """A file of recipients, or standard input for `-`; it can be read more than once.

    What comes from standard input is put into a file without a name first, on the disk.
    """

    def __init__(self, source: str, fields: Sequence[str], tick: Tick | None = None) -> None:
        self.source = "standard input" if source == "-" else source
        self._fields = tuple(fields)
        self._tick = tick or (lambda done, size: None)
        self._file = _opened(source)
        self.size = self._file.seek(0, os.SEEK_END)
        """Bytes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table in its order; empty for JSON Lines."""
        number, first = self._first()
        return () if first.startswith("{") else self._table(first, number)[0]

    def rows(self) -> Iterator[Row]:
        """Yield the lines from the first, each checked on its own; empty ones are passed over.

        Raises BadInputError for a file that is no list at all, or whose columns are not those asked.
        """
        number, first = self._first()
        if first.startswith("{"):
            yield from self._objects()
        else:
            yield from self._cells(*self._table(first, number), number)

    def _first(self) -> tuple[int, str]:
        """Return the first line that says anything, by which the form of the file is told."""
        for number, raw in self._lines():
            if raw is None or b"\0" in raw:
                break
            try:
                text = raw.decode().strip("\r\n")
            except UnicodeDecodeError:
                break
            if text.startswith("["):
                hint = "JSON Lines has one object a line, and no brackets around them"
                raise BadInputError(f"{self.source} is a JSON array", hint=hint)
            if text.strip():
                return number, text
        else:
            raise BadInputError(f"{self.source} is empty", hint=self._wanted())
        raise BadInputError(
            f"{self.source}: line {number} is not UTF-8 text of at most {MAX_LINE:,} bytes",
            hint="save it as CSV UTF-8, not as CSV alone",
        )

    def _lines(self) -> Iterator[tuple[int, bytes | None]]:
        """Yield the lines with their numbers; None for one that is too long, whose rest is passed over."""
        self._file.seek(0)
        if self._file.read(3) != b"\xef\xbb\xbf":
            self._file.seek(0)
        number = 0
        while raw := self._file.readline(MAX_LINE + 1):
            number += 1
            is_long = len(raw) > MAX_LINE
            while len(raw) > MAX_LINE and not raw.endswith(b"\n"):
                raw = self._file.readline(MAX_LINE + 1)
            if number % _EVERY == 0:
                self._tick(self._file.tell(), self.size)
            if is_long or raw.strip():
                yield number, None if is_long else raw
        self._tick(self.size, self.size)

    def _table(self, header: str, line: int) -> tuple[tuple[str, ...], str]:
        """Return the columns of a table and what stands between them; BadInputError for others."""
        splits = {mark: _split(header, mark) for mark in ",;\t"}
        delimiter = max(splits, key=lambda mark: ("address" in splits[mark], len(splits[mark])))
        columns = tuple(splits[delimiter])
        known = (*COLUMNS, *self._fields)
        missing = [one for one in ("address", *self._fields) if one not in columns]
        unknown = [masked(one) if "@" in one else one[:40] for one in columns if one not in known]
        twice = [one for one in dict.fromkeys(columns) if columns.count(one) > 1]
        for names, what in ((missing, "lacks"), (unknown, "has"), (twice, "has twice")):
            if names:
                why = ", which this text does not print" if names is unknown else ""
                raise BadInputError(
                    f"{self.source}: line {line} {what} the column {', '.join(names)}{why}",
                    hint=self._wanted(),
                )
        return columns, delimiter

    def _wanted(self) -> str:
        columns = dict.fromkeys((*COLUMNS, *self._fields))
        return f"the first line names the columns: {','.join(columns)}"

    def _cells(self, columns: tuple[str, ...], delimiter: str, header: int) -> Iterator[Row]:
        for number, raw in self._lines():
            if number == header:
                continue
            text, why = _text(raw)
            cells: list[str] = []
            if not why:
                try:
                    cells = next(csv.reader([text], delimiter=delimiter, strict=True), [])
                except csv.Error as error:
                    why = f"the line is no CSV: {error}"
            if not why and len(cells) != len(columns):
                why = f"has {len(cells)} cells, where the first line has {len(columns)}"
            if why:
                yield _unreadable(number, why, text)
            else:
                yield self._row(number, dict(zip(columns, cells, strict=True)), cells)

    def _objects(self) -> Iterator[Row]:
        for number, raw in self._lines():
            text, why = _text(raw)
            said: Any = None
            if not why:
                try:
                    said = json.loads(text, object_pairs_hook=_once)
                except RecursionError:
                    why = "the line is nested too deep"
                except ValueError as error:
                    why = f"the line is no JSON: {str(error)[:80]}"
            if not why and not isinstance(said, dict):
                why = "the line is no JSON object"
            if why:
                yield _unreadable(number, why, text)
            else:
                yield self._row(number, said, [text])

    def _row(self, line: int, said: Mapping[str, Any], cells: Sequence[str]) -> Row:
        """Return a line as a recipient, or all that is wrong with it."""
        person = _Person(line, said)
        address = person.address()
        language = person.language()
        name = person.text("name", needed="name" in self._fields)
        others = [one for one in self._fields if one != "name"]
        fields = {one: person.text(one, needed=True) for one in others}
        person.refuse_unknown({*COLUMNS, *self._fields})
        if person.findings:
            return Row(line, None, tuple(person.findings), cells)
        return Row(line, Recipient(address, language, name, fields), (), cells)


class RestFile:
    """The file of those who cannot be written to by this list: for another channel.

    It holds whole addresses, so that its owner alone can read it; it is made with its first line.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.lines = 0
        self._columns = columns or ("as given",)
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, row: Row, findings: Sequence[Finding]) -> None:
        """Write one line that was left out, and why; a cell that reads as a formula is disarmed."""
        if self._file is None:
            self._file = _created(self.path)
            csv.writer(self._file).writerow(["line", "why", *self._columns])
        why = "; ".join(f"{one.column} {one.reason}".strip() for one in findings if one.is_bad)
        cells = (f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row.cells)
        csv.writer(self._file).writerow([row.line, why, *cells])
        self.lines += 1


class _Person:
    """Reads what one line says of one person, and notes what is wrong with it."""

    def __init__(self, line: int, said: Mapping[str, Any]) -> None:
        self.findings: list[Finding] = []
        self._line, self._said = line, said

    def address(self) -> str:
        given = self._given("address")
        if not given:
            self._note(Fault.ADDRESS, "address", "is missing")
            return ""
        try:
            return check_address(given)
        except ValueError as error:
            self._note(Fault.ADDRESS, "address", str(error), given)
            return ""

    def language(self) -> str:
        given = self._given("language")
        try:
            return check_language(given) if given.strip() else ""
        except ValueError as error:
            self._note(Fault.LANGUAGE, "language", str(error), given)
            return ""

    def text(self, column: str, *, needed: bool) -> str:
        given = self._given(column)
        try:
            value = check_field(given)
        except ValueError as error:
            self._note(Fault.UNSAFE, column, str(error), given)
            return ""
        if needed and not value and not self._has(column):
            self._note(Fault.MISSING, column, "is missing, and the text prints it")
        return value

    def refuse_unknown(self, known: set[str]) -> None:
        for column in self._said:
            if column not in known:
                name = masked(column) if "@" in column else column[:40]
                self._note(Fault.UNKNOWN, name, "is no field that this text prints")

    def _has(self, column: str) -> bool:
        """Tell whether something was found about a column already."""
        return any(one.column == column for one in self.findings)

    def _given(self, column: str) -> str:
        value = self._said.get(column)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        kind = "a list" if isinstance(value, list) else "an object"
        what = kind if isinstance(value, list | dict) else f"the {type(value).__name__} {value}"
        self._note(Fault.MALFORMED, column, f"is {what}, not a text")
        return ""

    def _note(self, fault: Fault, column: str, reason: str, value: str = "") -> None:
        self.findings.append(Finding(self._line, fault, reason, column, masked(value)))


def _opened(source: str) -> IO[bytes]:
    try:
        if source != "-":
            file = Path(source).open("rb")  # noqa: SIM115  (closed with the list)
            if file.seekable():
                return file
            return _spooled(file)
        return _spooled(sys.stdin.buffer)
    except OSError as error:
        raise BadInputError(f"{source} cannot be read: {error.strerror}") from error


def _spooled(stream: IO[bytes]) -> IO[bytes]:
    spool = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the list; it has no name)
    shutil.copyfileobj(stream, spool, MAX_LINE)
    return spool


def _created(path: Path) -> IO[str]:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadInputError(f"{path} exists", hint="another name: --rest FILE") from error
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror}") from error
    return os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")


def _split(header: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
    return [cell.strip().casefold() for cell in cells]


def _text(raw: bytes | None) -> tuple[str, str]:
    """Return a line as text, and why it is none; empty where it is."""
    if raw is None:
        return "", f"is longer than {MAX_LINE:,} bytes"
    text = raw.decode(errors="replace").rstrip("\r\n")
    if "\0" in text:
        return text.replace("\0", "\ufffd"), "holds a NUL byte"
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return text, f"is not UTF-8 at byte {error.start + 1}"
    return text, ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _unreadable(line: int, why: str, text: str) -> Row:
    return Row(line, None, (Finding(line, Fault.MALFORMED, why),), [text])
