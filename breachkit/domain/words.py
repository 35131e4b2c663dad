"""Dates and numbers in the reader's language: what a text needs of whoever knows languages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol


class Words(Protocol):
    """Dates and numbers in the reader's language."""

    language: str

    def instant(self, fact: Mapping[str, Any]) -> str:
        """Return an instant as one writes it in a letter, with its zone."""

    def day(self, fact: Mapping[str, Any]) -> str:
        """Return the day by which something is promised."""

    def today(self, at: datetime) -> str:
        """Return the date of a letter."""

    def count(self, fact: Mapping[str, Any]) -> str:
        """Return a number with its exactness."""

    def country(self, code: str) -> str:
        """Return the name of a country."""
