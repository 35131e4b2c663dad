"""Law files read into obligations; what is not understood is refused with its file and line."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from importlib import resources
from pathlib import Path
from typing import Final, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from breachkit.domain.instrument import Instrument, InstrumentStatus
from breachkit.domain.obligation import Obligation
from breachkit.domain.predicate import duties_of
from breachkit.errors import LawError, UnknownNameError

FACT_AREAS: Final = frozenset(
    (
        *("accounts_list", "advice", "capacity", "channels_compromised", "consequences"),
        *("contact", "controller", "countries", "data", "delay", "extra", "findings", "groups"),
        *("joint_controllers", "product", "profile", "sent", "service"),
        *("language", "late", "measures", "nature", "origin", "people"),
        *("public_communication", "records", "risk"),
        *("security_measures_breached", "standard_clauses", "status", "timeline"),
        "timeline_reasons",
    )
)
"""The top-level names of the facts that a law may look at; others would be asked for ever."""

_KINDS: Final = frozenset(
    (
        *("in", "not_in", "stated", "any", "not", "duty", "keys", "later_than", "at_least"),
        *("trigger", "rounding", "remark"),
    )
)
_Law = TypeVar("_Law", bound=BaseModel)


@dataclass(frozen=True)
class Lawbook:
    """All obligations in force for a workspace, and the files they came from."""

    instruments: tuple[Instrument, ...]
    texts: tuple[tuple[str, bytes], ...]
    """Name (`imou-dpa.toml`) and bytes of each file that counts, for the record."""
    _obligations: Mapping[str, Obligation] = field(repr=False)
    proposals: tuple[Obligation, ...] = field(default=(), repr=False)
    """What would be owed if a proposal became law: shown, and never computed."""

    @property
    def digest(self) -> str:
        """SHA-256 over names and bytes of all files, in hexadecimal: moves when any law moves."""
        total = hashlib.sha256()
        for name, raw in self.texts:
            for part in (name.encode(), raw):
                total.update(len(part).to_bytes(8, "big") + part)
        return total.hexdigest()

    def obligations(self) -> tuple[Obligation, ...]:
        """Return every obligation: instruments as they were found, then the order of the file."""
        return tuple(self._obligations.values())

    def obligation(self, qualified_id: str) -> Obligation:
        """Return the obligation of an id such as `imou-dpa/6.3`; UnknownNameError without one."""
        found = self._obligations.get(qualified_id)
        if found is None:
            known = ", ".join(self._obligations)
            raise UnknownNameError(f"no obligation {qualified_id!r}", hint=f"one of: {known}")
        return found


def packaged() -> Path:
    """Return the folder of law files that comes with breachkit."""
    return Path(str(resources.files("breachkit") / "law"))


def load(folders: Iterable[Path]) -> Lawbook:
    """Return the law of several folders; a later folder replaces instruments of an earlier one.

    A folder that does not exist is empty. Raises LawError with file, line and reason for anything
    that is not understood, because a law read half is worse than none.
    """
    files: dict[str, _LawFile] = {}
    for folder in folders:
        found: dict[str, _LawFile] = {}
        for path in sorted(folder.glob("*.toml")):
            file = _read(path)
            twin = found.setdefault(file.instrument.id, file)
            if twin is not file:
                _refuse(path, f"instrument {file.instrument.id} stands in {twin.path.name} too")
        files.update(found)
    if not files:
        raise LawError("no law files found", hint="breachkit init")
    _check_duties(files.values())
    return Lawbook(
        instruments=tuple(file.instrument for file in files.values()),
        texts=tuple((f"{name}.toml", file.raw) for name, file in files.items()),
        _obligations={
            o.qualified_id: o
            for file in files.values()
            if not file.proposed
            for o in file.obligations
        },
        proposals=tuple(o for file in files.values() if file.proposed for o in file.obligations),
    )


@dataclass(frozen=True, slots=True)
class _LawFile:
    path: Path
    raw: bytes
    instrument: Instrument
    obligations: tuple[Obligation, ...]

    @property
    def proposed(self) -> bool:
        """Whether it holds a proposal, and no law."""
        return self.instrument.status is InstrumentStatus.PROPOSAL

    def line(self, qualified_id: str) -> int:
        """Return the line on which one of the file's obligations starts."""
        index = [o.qualified_id for o in self.obligations].index(qualified_id)
        return _line(self.raw.decode(), r"\[\[obligation\]\]", index)


def _read(path: Path) -> _LawFile:
    try:
        raw = path.read_bytes()
    except OSError as error:
        _refuse(path, f"cannot be read: {error}")
    return _parsed(path, raw)


@lru_cache(maxsize=256)
def _parsed(path: Path, raw: bytes) -> _LawFile:
    # Kept, because the shipped files cost 70 ms and a long-lived session reads them again and again.
    try:
        text = raw.decode()
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error))
        _refuse(path, found[1] if found else str(error), int(found[2]) if found else 0)
    except UnicodeDecodeError as error:
        _refuse(path, f"cannot be read: {error}")
    for key in sorted(tables.keys() - {"instrument", "obligation"}):
        _refuse(path, f"unknown key {key}", _line(text, rf"\[*{re.escape(key)}\b"))
    line = _line(text, r"\[instrument\]")
    instrument = _validated(Instrument, tables.get("instrument", {}), path, line, "instrument")
    return _LawFile(path, raw, instrument, _obligations(tables, instrument, path, text))


def _obligations(
    tables: Mapping[str, object], instrument: Instrument, path: Path, text: str
) -> tuple[Obligation, ...]:
    rows = tables.get("obligation", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        _refuse(path, "obligations are written as [[obligation]]", _line(text, r"\[?obligation"))
    found: dict[str, Obligation] = {}
    for index, row in enumerate(rows):
        line = _line(text, r"\[\[obligation\]\]", index)
        name = f"obligation {row['id']}" if "id" in row else f"obligation number {index + 1}"
        for key in ("instrument", "scopes"):
            if key in row:
                _refuse(path, f"{name}: {key}: is said once, for the whole instrument", line)
        obligation = _validated(Obligation, _inherited(row, instrument), path, line, name)
        if obligation.id in found:
            _refuse(path, f"{name} stands there twice", line)
        for pattern in sorted(obligation.patterns):
            if pattern.partition(".")[0] not in FACT_AREAS:
                _refuse(path, f"{name}: {pattern!r} is in no area of facts that exists", line)
        found[obligation.id] = obligation
    return tuple(found.values())


def _inherited(row: Mapping[str, object], instrument: Instrument) -> dict[str, object]:
    """Return an obligation with what its instrument says for all of them."""
    own = row.get("when", [])
    when = [*instrument.when, *own] if isinstance(own, list) else own
    return {
        "in_force": instrument.in_force,
        **row,
        "scopes": instrument.scopes,
        "when": when,
        "instrument": instrument.id,
    }


def _check_duties(files: Iterable[_LawFile]) -> None:
    """Refuse conditions on obligations that do not exist, or that ask about each other for ever."""
    asked = {o.qualified_id: (file, o) for file in files for o in file.obligations}
    for name, (file, obligation) in asked.items():
        for duty in sorted((obligation.duties | obligation.stages) - asked.keys()):
            _refuse(
                file.path, f"obligation {obligation.id}: no obligation {duty!r}", file.line(name)
            )
    try:
        TopologicalSorter(
            {name: {*duties_of(o.when), *o.stages} for name, (_, o) in asked.items()}
        ).prepare()
    except CycleError as error:
        circle = error.args[1]
        file, obligation = asked[circle[0]]
        reason = f"obligation {obligation.id}: asks in a circle: {' - '.join(circle)}"
        _refuse(file.path, reason, file.line(circle[0]))


def _validated(kind: type[_Law], row: object, path: Path, line: int, name: str) -> _Law:
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        reasons = "; ".join(dict.fromkeys(_reason(found) for found in error.errors()))
        _refuse(path, f"{name}: {reasons}", line)


def _reason(found: ErrorDetails) -> str:
    """Return one finding of pydantic in our words: where in the table, and why."""
    place: list[str] = []
    after_index = False
    for part in found["loc"]:
        # Behind an index pydantic adds the kind of condition or reading it took; nobody wrote that.
        if not (after_index and part in _KINDS):
            place.append(str(part))
        after_index = isinstance(part, int)
    why = {"extra_forbidden": "unknown key", "missing": "is missing"}.get(found["type"])
    why = why or found["msg"].removeprefix("Value error, ")
    return ": ".join(part for part in (".".join(place), why[:1].lower() + why[1:]) if part)


def _line(text: str, pattern: str, index: int = 0) -> int:
    """Return the line, from 1, on which a pattern starts for the n-th time, from 0; 0 if none."""
    found = list(re.finditer(rf"^[ \t]*{pattern}", text, re.MULTILINE))
    return text.count("\n", 0, found[index].start()) + 1 if index < len(found) else 0


def _refuse(path: Path, reason: str, line: int = 0) -> NoReturn:
    place = f"{path}:{line}" if line else str(path)
    raise LawError(
        f"{place}: {reason}", hint=f"correct {path.name}, or remove it from {path.parent}"
    )
