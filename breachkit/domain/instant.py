"""Instants as people state them: with a zone, a precision, and the earliest moment they can mean."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

from breachkit.domain.zone import named_zone

YEARS = range(2000, 2101)
"""Outside them, a time is taken for a clock that was never set (1970, 1980) or for a slip."""

CLOCK_SLACK = timedelta(minutes=15)
"""How far a clock time without a date may lie ahead and still mean today."""

EXAMPLE = "2026-11-20 17:40 Europe/Berlin, 2026-11-20T16:40Z, or a day alone with its zone"

_EXPRESSION = re.compile(
    r"(?P<about>(?:about|~)\s*)?"
    r"(?:(?P<date>\d{4}-\d{2}(?:-\d{2})?)(?:[T ](?P<time>\d{2}(?::\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?))?"
    r"|(?P<clock>\d{2}:\d{2}(?::\d{2})?))"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2}|[A-Za-z_]+(?:/[A-Za-z0-9_+-]+){1,2}|[A-Za-z]{2,5})?"
)


class UnreadableTimeError(ValueError):
    """A text that is not a time; `hint` says it as it can be read."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint or 'as in "02:10 Europe/Berlin" or "2026-11-20T16:40Z"'


class Precision(StrEnum):
    """The finest unit that is known of an instant."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class Instant(BaseModel):
    """A moment with its zone and precision.

    Takes text such as `2026-11-20 17:40 Europe/Berlin`, `about 2026-11-20T17 +01:00`, `2026-11 UTC`,
    or `02:10 Europe/Berlin` (the last time the clock showed it). An hour that occurs twice means the
    earlier one, because a deadline counts from the earliest moment that it can mean.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["instant"] = "instant"
    at: str
    """The earliest moment it can mean: UTC, `2026-11-20T16:40:00Z`."""
    zone: str
    """As stated: an IANA name, `UTC`, or an offset such as `+01:00`."""
    precision: Precision = Precision.MINUTE
    estimated: bool = False

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            return read_instant(value, now=(info.context or {}).get("now"))
        if isinstance(value, datetime):
            return read_instant(value.isoformat())
        if isinstance(value, dict):
            return _read_object(value, (info.context or {}).get("now"))
        if isinstance(value, int | float | list):
            text = str(value)[:60]
            raise UnreadableTimeError(f"{text} is not a time; write {EXAMPLE}", _since_1970(text))
        return value

    @property
    def earliest(self) -> datetime:
        """The earliest moment it can mean, in UTC."""
        return moment(self.at)

    @property
    def latest(self) -> datetime:
        """The last moment it can mean, in UTC."""
        return latest_of(self.at, self.zone, self.precision)


_STORED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def moment(stored: str) -> datetime:
    """Return the UTC datetime of a stored instant such as `2026-11-20T16:40:00Z`."""
    return datetime.fromisoformat(stored)


def stamp(at: datetime) -> str:
    """Return an aware datetime as UTC text to the second, the form that facts are stored in."""
    return at.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """Return the zone of an IANA name, `Z`, `UTC` or an offset; ValueError when there is none."""
    if name in {"Z", "UTC"}:
        return UTC
    if name[:1] in {"+", "-"}:
        digits = name[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if offset >= timedelta(hours=15):
            raise ValueError(f"{name} is not an offset that exists")
        return timezone(-offset if name[0] == "-" else offset)
    return named_zone(name)


def latest_of(at: str, zone: str, precision: str) -> datetime:
    """Return the last moment that an instant of this precision can mean, in UTC."""
    local = moment(at).astimezone(zone_of(zone))
    match precision:
        case Precision.HOUR:
            return moment(at) + timedelta(minutes=59, seconds=59)
        case Precision.DAY:
            following = local.replace(tzinfo=None) + timedelta(days=1)
        case Precision.MONTH:
            following = (local.replace(tzinfo=None, day=1) + timedelta(days=32)).replace(day=1)
        case _:
            return moment(at)
    return following.replace(tzinfo=local.tzinfo).astimezone(UTC) - timedelta(seconds=1)


def read_instant(text: str, *, now: datetime | None = None) -> dict[str, Any]:
    """Return the stored form of an instant written by a person.

    `now` is needed only for a clock time without a date. UnreadableTimeError says what is wrong.
    """
    if text == "now" and now:
        return _stored(now, "UTC", Precision.SECOND, estimated=False)
    found = _EXPRESSION.fullmatch(text.strip())
    if not found:
        short = text[:60]
        raise UnreadableTimeError(f"{short!r} is not a time; write {EXAMPLE}", _since_1970(short))
    try:
        return _read(found, now)
    except ValueError as error:
        raise UnreadableTimeError(str(error), _corrected(found, now)) from error


def dated_ahead(text: str, now: datetime) -> str:
    """Return a promise with its day: a clock time alone means the next time the clock shows it.

    Anything else passes unchanged, for `read_instant` to judge.
    """
    found = _EXPRESSION.fullmatch(text.strip())
    if not (found and found["clock"] and found["zone"]):
        return text
    try:
        at = moment(read_instant(text, now=now)["at"])
        zone = zone_of(found["zone"])
    except ValueError:
        return text
    days = 0 if at > now else 1
    return f"{(at.astimezone(zone) + timedelta(days=days)):%Y-%m-%d} {text.strip()}"


def _read(found: re.Match[str], now: datetime | None) -> dict[str, Any]:
    text, name = found.string, found["zone"]
    if not name:
        raise ValueError(f"{text!r} has no zone; add an offset or a zone name, as in {EXAMPLE}")
    if found["date"] and int(found["date"][:4]) not in YEARS:
        raise ValueError(f"{text!r} looks like a clock that was never set; state the real time")
    if name.isalpha() and name not in {"Z", "UTC"}:
        raise ValueError(f"{text!r} is not a time: {name} is no place; name one, or an offset")
    zone = zone_of(name)
    local, precision = (
        _on_the_clock(found["clock"], zone, now)
        if found["clock"]
        else _on_a_date(found["date"], found["time"], zone)
    )
    name = "UTC" if name == "Z" else name
    return _stored(local, name, precision, estimated=bool(found["about"]))


def _corrected(found: re.Match[str], now: datetime | None) -> str:
    """Return the nearest text that can be read, for the hint; nothing where there is none."""
    date, time = found["date"], found["time"] or found["clock"]
    dates = (date, f"{date[:8]}28", f"{date[:4]}-11-20") if date else (None,)
    later = f"{int(time[:2]) + 1:02}{time[2:]}" if time else None
    zones = [found["zone"], "UTC" if found["zone"] == "GMT" else None, "Europe/Berlin"]
    for zone, day, clock in product(filter(None, zones), dates, (time, later, "17:40")):
        text = " ".join(filter(None, (day, clock, zone)))
        try:
            if again := _EXPRESSION.fullmatch(text):
                _read(again, now)
                return f'as in "{text}"'
        except ValueError:
            continue
    return ""


def _since_1970(text: str) -> str:
    """Return what a number of seconds since 1970 means, for the hint; nothing for anything else."""
    if not re.fullmatch(r"[0-9]{9,10}", text):
        return ""
    return f'if it counts seconds since 1970: "{stamp(datetime.fromtimestamp(int(text), UTC))}"'


def _stored(at: datetime, zone: str, precision: str, *, estimated: bool) -> dict[str, Any]:
    return {
        "kind": "instant",
        "at": stamp(at),
        "zone": zone,
        "precision": precision,
        "estimated": estimated,
    }


def _read_object(value: dict[str, Any], now: datetime | None) -> dict[str, Any]:
    """Return the stored form of an object; `at` is text to be read, or in the stored form already."""
    given = str(value.get("at", ""))
    stated = {name: part for name, part in value.items() if name != "at"}
    if not _STORED.fullmatch(given) or "zone" not in value:
        stated = {**read_instant(given, now=now), **stated}
    else:
        read_instant(given)
        stated["at"] = given
    zone, precision = zone_of(str(stated["zone"])), str(stated.get("precision", Precision.MINUTE))
    stated["at"] = stamp(_begin(moment(stated["at"]).astimezone(zone), precision))
    return stated


def _begin(local: datetime, precision: str) -> datetime:
    """Return the earliest moment that a local time of this precision can mean."""
    match precision:
        case Precision.HOUR:
            return local - timedelta(minutes=local.minute, seconds=local.second)
        case Precision.DAY:
            return local.replace(hour=0, minute=0, second=0, fold=0)
        case Precision.MONTH:
            return local.replace(day=1, hour=0, minute=0, second=0, fold=0)
        case _:
            return local


def _on_a_date(date: str, time: str | None, zone: tzinfo) -> tuple[datetime, Precision]:
    if time is None:
        precision = Precision.DAY if len(date) == 10 else Precision.MONTH
        return _existing(_naive((date + "-01")[:10], date), zone, skip=True), precision
    if len(date) < 10:
        raise ValueError(f"{date} {time} has a time but no day")
    precision = {2: Precision.HOUR, 5: Precision.MINUTE}.get(len(time), Precision.SECOND)
    naive = _naive(f"{date}T{time}" + (":00" if len(time) == 2 else ""), f"{date} {time}")
    return _existing(naive, zone), precision


def _on_the_clock(clock: str, zone: tzinfo, now: datetime | None) -> tuple[datetime, Precision]:
    """Return the last moment, up to `now`, at which the clock of the zone showed this time."""
    if now is None:
        raise ValueError(f"{clock} has no date; write {EXAMPLE}")
    today = now.astimezone(zone).date()
    naive = _naive(f"{today}T{clock}", clock)
    if naive.replace(tzinfo=zone) > now + CLOCK_SLACK:
        naive -= timedelta(days=1)
    return _existing(naive, zone), Precision.MINUTE if len(clock) == 5 else Precision.SECOND


def _naive(text: str, shown: str) -> datetime:
    """Return a time of the calendar; ValueError with the words of whoever wrote it."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{shown!r} is not a time: {error}") from None


def _existing(naive: datetime, zone: tzinfo, *, skip: bool = False) -> datetime:
    """Return the earlier moment at which the clock showed this; ValueError when it was skipped.

    With `skip`, a midnight that the clocks skipped means the first moment of that day.
    """
    at = naive.replace(tzinfo=zone)
    back = at.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if back == naive or skip:
        return at
    raise ValueError(
        f"{naive:%H:%M} did not exist in {zone} on {naive:%Y-%m-%d}: the clocks went forward"
    )
