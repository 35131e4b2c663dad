"""What all entries have in common: who recorded it, and the name of its shape."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from breachkit.domain.people import Actor


class Entry(BaseModel):
    """Something that happened, and who recorded it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    by: Actor
