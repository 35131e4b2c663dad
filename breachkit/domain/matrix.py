"""The table of partners that responders keep: what its cells mean, checked before anything is written."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from breachkit.domain.count import Count
from breachkit.domain.instant import Instant, moment, read_instant, zone_of
from breachkit.domain.people import ContactPoint, Partner
from breachkit.domain.text import Key, Line
from breachkit.errors import BadInputError, FactError

COLUMNS = (
    *("partner", "name", "contact", "contact name", "telephone", "e-mail", "verified on"),
    *("people", "records", "told at", "told by", "how", "acknowledged", "next update"),
)
"""A line is a partner, or one more contact of the partner above it; an empty cell says nothing."""

MAX_ERRORS = 8
"""How many errors are told at once."""

_KEY = TypeAdapter(Key)
_LINE = TypeAdapter(Line)
_FIELDS = {"contact name": "name", "telephone": "phone", "e-mail": "email"}
_OF_CONTACT = (*_FIELDS, "verified on")
_OF_INCIDENT = COLUMNS[COLUMNS.index("people") :]
_YES_NO = {"yes": True, "y": True, "true": True, "x": True, "no": False, "n": False, "false": False}
_SHAPES = {
    "day": "%Y-%m-%d",
    "month": "%Y-%m",
    "hour": "%Y-%m-%d %H",
    "minute": "%Y-%m-%d %H:%M",
    "second": "%Y-%m-%d %H:%M:%S",
}


@dataclass(frozen=True)
class Row:
    """A line of the table as it was read: its number, and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass
class Listed:
    """What the table says of one partner, each cell in the form in which it is recorded."""

    key: str
    line: int
    name: str | None = None
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By key, the parts of a contact that are said."""
    figures: dict[str, Any] = field(default_factory=dict)
    told_at: Instant | None = None
    told_by: str | None = None
    how: str | None = None
    acknowledged: bool = False
    next_update: Instant | None = None

    def changes(self, partner: Partner | None) -> dict[str, Any]:
        """Return what would change in the partner's file: `name`, and parts of `contacts`."""
        found: dict[str, Any] = {}
        if self.name and (partner is None or partner.name != self.name):
            found["name"] = self.name
        for key, parts in self.contacts.items():
            known = partner.contacts.get(key) if partner else None
            new = {name: part for name, part in parts.items() if getattr(known, name, None) != part}
            if new:
                found.setdefault("contacts", {})[key] = new
        return found


def read_rows(
    rows: Iterable[Row], partners: Mapping[str, Partner], now: datetime
) -> tuple[Listed, ...]:
    """Return what a table says, by partner; BadInputError names every line that cannot be read."""
    found: dict[str, Listed] = {}
    wrong: list[str] = []
    for row in rows:
        try:
            key = _key_of(row, partners)
            listed = found.setdefault(key, Listed(key, row.line))
            _take(listed, row, partners.get(key), now)
        except FactError as error:
            wrong.append(error.message)
    for listed in found.values():
        wrong += _incomplete(listed, partners.get(listed.key))
    if wrong:
        more = f"; and {len(wrong) - MAX_ERRORS} more" if len(wrong) > MAX_ERRORS else ""
        raise BadInputError(
            "; ".join(wrong[:MAX_ERRORS]) + more, hint="nothing was written; mend these lines"
        )
    return tuple(found.values())


def rows_of(
    partners: Mapping[str, Partner], told: Mapping[str, Mapping[str, str]], keys: Sequence[str]
) -> Iterator[Row]:
    """Yield the table of some partners: a line a contact, what was told in the first of each."""
    line = 1
    for key in keys:
        partner = partners.get(key)
        first = {"partner": key, "name": partner.name if partner else "", **told.get(key, {})}
        contacts = partner.contacts if partner else {}
        for place, cells in enumerate([_contact_cells(*one) for one in contacts.items()] or [{}]):
            line += 1
            yield Row(line, {**(first if place == 0 else {"partner": key}), **cells})


def written_count(count: Mapping[str, Any]) -> str:
    """Return a number as people write it, so that it is read back as the same."""
    match count["form"]:
        case "approximate":
            return f"about {count['value']}"
        case "range":
            return f"{count['value']}-{count['high']}"
        case "at_least":
            return f"at least {count['value']}"
        case _:
            return str(count["value"])


def written_instant(instant: Instant) -> str:
    """Return an instant as people write it, in its own zone, so that it is read back as the same."""
    local = moment(instant.at).astimezone(zone_of(instant.zone))
    about = "about " if instant.estimated else ""
    text = f"{about}{local:{_SHAPES[instant.precision.value]}} {instant.zone}"
    # The second of an hour that occurs twice has no name in its zone, but has one in UTC.
    return text if read_instant(text)["at"] == instant.at else f"{about}{instant.at}"


def _contact_cells(key: str, contact: ContactPoint) -> dict[str, str]:
    return {
        "contact": key,
        "contact name": contact.name or "",
        "telephone": contact.phone or "",
        "e-mail": contact.email or "",
        "verified on": contact.verified_on.isoformat() if contact.verified_on else "",
    }


def _key_of(row: Row, partners: Mapping[str, Partner]) -> str:
    """Return the key of a line's partner, which may be named instead."""
    text = row.cells.get("partner", "").strip()
    if not text:
        raise FactError(f"line {row.line}: partner", "is empty")
    for key, partner in partners.items():
        if text.casefold() in (key, partner.name.casefold()):
            return key
    try:
        return _KEY.validate_python(text)
    except ValidationError:
        raise FactError(
            f"line {row.line}: partner",
            f"{text[:60]!r} is neither a partner's name nor a key (a-z, 0-9, - and _)",
        ) from None


def _take(listed: Listed, row: Row, partner: Partner | None, now: datetime) -> None:
    """Take over the cells of one line; FactError when two lines of a partner contradict."""
    cells = {column: _read(row, column, now) for column in COLUMNS[1:]}
    said = {column: value for column, value in cells.items() if value is not None}
    _agree(listed, "name", said.get("name"), row)
    if any(column in said for column in ("contact", *_OF_CONTACT)):
        key = said.get("contact") or _contact_key(said, partner)
        parts = {
            _FIELDS.get(name, "verified_on"): said[name] for name in _OF_CONTACT if name in said
        }
        listed.contacts.setdefault(key, {}).update(parts)
    for column in ("told at", "told by", "how", "acknowledged", "next update"):
        _agree(listed, column.replace(" ", "_"), said.get(column), row)
    for column in ("people", "records"):
        if column in said and listed.figures.setdefault(column, said[column]) != said[column]:
            raise FactError(f"line {row.line}: {column}", "differs from the line above")


def _agree(listed: Listed, name: str, value: Any, row: Row) -> None:
    if value is None:
        return
    if getattr(listed, name) not in (None, False, value):
        raise FactError(f"line {row.line}: {name}", "differs from the line above")
    setattr(listed, name, value)


def _contact_key(said: Mapping[str, Any], partner: Partner | None) -> str:
    """Return the contact that a line means: by name, by e-mail, or a new one."""
    contacts = partner.contacts if partner else {}
    for column, name in (("contact name", "name"), ("e-mail", "email")):
        for key, contact in contacts.items():
            if column in said and getattr(contact, name) == said[column]:
                return key
    made = re.sub(r"[^a-z0-9]+", "-", str(said.get("contact name", "")).casefold()).strip("-")
    return made[:40] or "main"


def _incomplete(listed: Listed, partner: Partner | None) -> Iterator[str]:
    if partner is None and not listed.name and listed.contacts:
        yield f"line {listed.line}: name: {listed.key} is new and needs one"
    if (listed.told_by or listed.how) and not listed.told_at:
        yield f"line {listed.line}: told at: is empty, though how or by whom is said"


def _read(row: Row, column: str, now: datetime) -> Any:
    """Return the value of a cell; None for an empty one."""
    text = row.cells.get(column, "").strip()
    if not text:
        return None
    try:
        return _READERS.get(column, _line)(text, now)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
    except ValueError as error:
        reason = str(error)
    raise FactError(f"line {row.line}: {column}", reason)


def _line(text: str, now: datetime) -> str:
    return _LINE.validate_python(text)


def _count(text: str, now: datetime) -> Any:
    return Count.model_validate(text).model_dump(mode="json", exclude_none=True)


def _instant(text: str, now: datetime) -> Instant:
    return Instant.model_validate(text, context={"now": now})


def _date(text: str, now: datetime) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(f"{text[:40]!r} is not a date; write 2026-09-14")
    return date.fromisoformat(text)


def _yes_no(text: str, now: datetime) -> bool:
    if text.casefold() not in _YES_NO:
        raise ValueError(f"{text[:40]!r} is neither yes nor no")
    return _YES_NO[text.casefold()]


def _part(name: str, what: str) -> Callable[[str, datetime], str]:
    def read(text: str, now: datetime) -> str:
        try:
            ContactPoint.model_validate({name: text})
        except ValidationError:
            raise ValueError(f"{text[:60]!r} is not {what}") from None
        return text

    return read


def _contact(text: str, now: datetime) -> str:
    try:
        return _KEY.validate_python(text)
    except ValidationError:
        raise ValueError(f"{text[:60]!r} is not a key (a-z, 0-9, - and _)") from None


_READERS: Mapping[str, Callable[[str, datetime], Any]] = {
    "contact": _contact,
    "telephone": _part("phone", "a telephone number"),
    "e-mail": _part("email", "an e-mail address"),
    "verified on": _date,
    "people": _count,
    "records": _count,
    "told at": _instant,
    "acknowledged": _yes_no,
    "next update": _instant,
}
