"""What starts a clock: instants of the facts, submissions of earlier stages, ends of years."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from breachkit.domain.condition import Condition, Pattern
from breachkit.domain.standing import LawPart


def sent_path(qualified_id: str) -> str:
    """Return where a scope's view keeps the submission of an obligation such as `eu-cra/14-4-b`."""
    instrument, _, name = qualified_id.partition("/")
    return f"sent.{instrument}.{name.replace('.', '_')}"


def _check_start(path: str) -> str:
    if not path.startswith(("timeline.", "origin.", "sent.")) or "*" in path:
        raise ValueError(f"a clock starts at a fact below timeline or origin, not at {path!r}")
    return path


StartFact: TypeAlias = Annotated[Pattern, AfterValidator(_check_start)]
"""The path of an instant that can start a clock."""


class TriggerFact(LawPart):
    """An instant that starts a clock, where its conditions hold.

    In a law file `{ sent = "eu-cra/14-4-b" }` stands for the submission of an earlier stage.
    """

    fact: StartFact
    sent: str = ""
    """The obligation whose submission is meant; empty for a fact that people state."""
    moved: Literal["", "year_end"] = ""
    """`year_end`: the end of the year in which the instant lies starts the clock."""
    when: tuple[Condition, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _lift(cls, raw: object) -> object:
        if isinstance(raw, Mapping) and isinstance(raw.get("sent"), str) and "fact" not in raw:
            return {**raw, "fact": sent_path(raw["sent"])}
        return raw


class Trigger(LawPart):
    """What starts a clock: the earliest of the instants that apply.

    In a law file a single fact may stand as plain text, and a single table for itself.
    """

    earliest: tuple[TriggerFact, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _lift(cls, raw: object) -> object:
        if isinstance(raw, str):
            return {"earliest": [{"fact": raw}]}
        if isinstance(raw, Mapping) and "earliest" not in raw:
            return {"earliest": [raw]}
        return raw


class Provisional(LawPart):
    """The instants from which an alarm runs while no trigger is stated.

    Only for clocks that our own knowledge starts: another party's act is waited for.
    """

    facts: tuple[StartFact, ...] = Field(min_length=1)
    until_stated: bool = False
    """The alarm ends once the trigger is stated, as its event can come later than our knowledge."""
    when: tuple[Condition, ...] = ()
