"""How well a statement about the law is known, and the ground that all parts of a law file share."""

from enum import StrEnum

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


class LawPart(BaseModel):
    """A part of a law file: frozen, and refusing what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
