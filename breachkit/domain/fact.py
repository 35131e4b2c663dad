"""What every fact with parts has in common."""

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """A fact with parts: frozen, and refusing what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
