"""How well a statement about the law is known, and the ground that all parts of a law file share."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict


class Standing(StrEnum):
    """How well a statement about the law is known."""

    TEXT = "text"
    """We read the instrument's own words."""
    OFFICIAL = "official"
    """We read what an authority publishes."""
    SECONDARY = "secondary"
    """We read somebody else on it, not the source."""
    UNVERIFIED = "unverified"
    """We think so and have read nothing on it."""
    DISPUTED = "disputed"
    """Those who should know do not agree."""
    DERIVED = "derived"
    """Our own reading or computation."""


DOUBTFUL: Final = frozenset({Standing.UNVERIFIED, Standing.DISPUTED})
"""What nobody may overlook who relies on a statement."""


def weakest(standings: Iterable[Standing | None]) -> Standing:
    """Return the standing that governs where several apply: the weakest."""
    found = [standing for standing in standings if standing]
    return max(found, key=_ORDER.index, default=Standing.UNVERIFIED)


_ORDER: Final = (
    *(Standing.TEXT, Standing.OFFICIAL, Standing.DERIVED, Standing.SECONDARY),
    *(Standing.DISPUTED, Standing.UNVERIFIED),
)


class LawPart(BaseModel):
    """A part of a law file: frozen, and refusing what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
