"""Dates and numbers as a reader writes them, through Babel; zones are always named."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_decimal

from breachkit.domain.countries import part_name
from breachkit.domain.instant import Precision, latest_of, moment, zone_of
from breachkit.errors import BadInputError


class Wording:
    """Dates and numbers in one language, in the zone of the workspace unless a fact has its own."""

    def __init__(self, language: str, zone: str) -> None:
        try:
            self._locale = Locale.parse("en_GB" if language == "en" else language)
        except (UnknownLocaleError, ValueError) as error:
            raise BadInputError(f"{language!r} is not a language: {error}") from error
        self.language = language
        self._zone = zone

    def instant(self, fact: Mapping[str, Any]) -> str:
        """Return an instant with its zone, no finer than it is known."""
        zone = fact["zone"] if "/" in fact["zone"] else self._zone
        local = moment(fact["at"]).astimezone(zone_of(zone))
        match fact["precision"]:
            case Precision.MONTH:
                shown = format_skeleton("yMMMM", local, locale=self._locale)
            case Precision.DAY:
                shown = format_date(local, "full", locale=self._locale)
            case _:
                shown = _to_the_minute(fact["at"], zone, self._locale)
        if fact.get("estimated") or fact["precision"] == Precision.HOUR:
            return _ABOUT.get(self.language, "~ {}").format(shown)
        return shown

    def day(self, fact: Mapping[str, Any]) -> str:
        """Return the end of a promised period: a day, or a time of a day."""
        if fact["precision"] in {Precision.DAY, Precision.MONTH}:
            end = latest_of(fact["at"], fact["zone"], fact["precision"])
            return str(
                format_date(end.astimezone(zone_of(fact["zone"])), "full", locale=self._locale)
            )
        return self.instant(fact)

    def today(self, at: datetime) -> str:
        """Return a date without its hour, in the workspace's zone."""
        return str(format_date(at.astimezone(zone_of(self._zone)), "long", locale=self._locale))

    def count(self, fact: Mapping[str, Any]) -> str:
        """Return a number with its exactness in words."""
        value = format_decimal(fact["value"], locale=self._locale)
        match fact["form"]:
            case "approximate":
                return _ABOUT.get(self.language, "~ {}").format(value)
            case "range":
                high = format_decimal(fact["high"], locale=self._locale)
                return _BETWEEN.get(self.language, "{}–{}").format(value, high)
            case "at_least":
                return _AT_LEAST.get(self.language, "≥ {}").format(value)
            case _:
                return str(value)

    def country(self, code: str) -> str:
        """Return the name of a country, or the code where the language has none; a part with its country."""
        country, _, part = code.partition("-")
        name = str(self._locale.territories.get(country, country))
        return f"{name}, {part_name(code)}" if part else name


@lru_cache(maxsize=1024)
def _to_the_minute(at: str, zone: str, locale: Locale) -> str:
    # Kept, because the notices of an incident print the same few instants and Babel is not quick. By
    # the instant in UTC: two local times with one clock reading count as equal to Python.
    local = moment(at).astimezone(zone_of(zone))
    date = format_date(local, "full", locale=locale)
    time = format_time(local, "short", locale=locale)
    return f"{date}, {time} ({_named(local, zone, locale)})"


def _named(local: datetime, zone: str, locale: Locale) -> str:
    """Return a zone by the abbreviation that readers know, else by its own name, with its offset."""
    if zone == "UTC":
        return "UTC"
    short = format_datetime(local, "z", locale=locale)
    known = short.isalpha()
    offset = format_datetime(local, "xxx", locale=locale)
    return f"{short if known else zone}, UTC{offset}"


_ABOUT = {"en": "about {}"}
_BETWEEN = {"en": "between {} and {}"}
_AT_LEAST = {"en": "at least {}"}
