"""Instants as people state them: with a zone, a precision, and the earliest moment they can mean."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

YEARS = range(2000, 2101)
"""Outside them, a time is taken for a clock that was never set (1970, 1980) or for a slip."""

CLOCK_SLACK = timedelta(minutes=15)
"""How far a clock time without a date may lie ahead and still mean today."""

EXAMPLE = "2026-11-20 17:40 Europe/Berlin, 2026-11-20T16:40Z, or a day alone with its zone"

_EXPRESSION = re.compile(
    r"(?P<about>(?:about|~)\s*)?"
    r"(?:(?P<date>\d{4}-\d{2}(?:-\d{2})?)(?:[T ](?P<time>\d{2}(?::\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?))?"
    r"|(?P<clock>\d{2}:\d{2}(?::\d{2})?))"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2}|[A-Za-z_]+(?:/[A-Za-z0-9_+-]+){1,2})?"
)


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
            raise ValueError(f"{str(value)[:60]} is not a time; write {EXAMPLE}")
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
    if name[0] in "+-":
        digits = name[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if offset >= timedelta(hours=15):
            raise ValueError(f"{name} is not an offset that exists")
        return timezone(-offset if name[0] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name} is not a time zone; write one like Europe/Berlin") from None


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
    """Return the stored form of an instant written by a person; ValueError says what is missing.

    `now` is needed only for a clock time without a date.
    """
    if text == "now" and now:
        return _stored(now, "UTC", Precision.SECOND, estimated=False)
    found = _EXPRESSION.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text[:60]!r} is not a time; write {EXAMPLE}")
    if not found["zone"]:
        raise ValueError(f"{text!r} has no zone; add an offset or a zone name, as in {EXAMPLE}")
    if found["date"] and int(found["date"][:4]) not in YEARS:
        raise ValueError(f"{text!r} looks like a clock that was never set; state the real time")
    zone = "UTC" if found["zone"] == "Z" else found["zone"]
    local, precision = (
        _on_the_clock(found["clock"], zone_of(zone), now)
        if found["clock"]
        else _on_a_date(found["date"], found["time"], zone_of(zone))
    )
    return _stored(local, zone, precision, estimated=bool(found["about"]))


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
        return _existing(datetime.fromisoformat((date + "-01")[:10]), zone, skip=True), precision
    if len(date) < 10:
        raise ValueError(f"{date} {time} has a time but no day")
    precision = {2: Precision.HOUR, 5: Precision.MINUTE}.get(len(time), Precision.SECOND)
    naive = datetime.fromisoformat(f"{date}T{time}" + (":00" if len(time) == 2 else ""))
    return _existing(naive, zone), precision


def _on_the_clock(clock: str, zone: tzinfo, now: datetime | None) -> tuple[datetime, Precision]:
    """Return the last moment, up to `now`, at which the clock of the zone showed this time."""
    if now is None:
        raise ValueError(f"{clock} has no date; write {EXAMPLE}")
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        at = _existing(datetime.fromisoformat(f"{day}T{clock}"), zone)
        if at <= now + CLOCK_SLACK:
            break
    return at, Precision.MINUTE if len(clock) == 5 else Precision.SECOND


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
