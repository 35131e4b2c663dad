"""A law or an agreement: where obligations come from, when it is in force, and what it declares."""

from datetime import date
from enum import StrEnum

from pydantic import Field, model_validator

from breachkit.domain.condition import Condition, Pattern
from breachkit.domain.standing import LawPart, Standing


class InstrumentKind(StrEnum):
    """Where an obligation comes from."""

    CONTRACT = "contract"
    LAW = "law"


class InstrumentStatus(StrEnum):
    """Whether an instrument can bind anybody."""

    IN_FORCE = "in-force"
    NOT_YET = "not-yet-applicable"
    """Law, with a first day that is still to come."""
    PROPOSAL = "proposal"
    """No law: shown, and never the source of a deadline."""


class InForce(LawPart):
    """The days on which an instrument or obligation applies, both included."""

    since: date = Field(alias="from")
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether it applies on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


class Provision(LawPart):
    """A provision on which no clock and no notice of its own hangs, kept to be cited."""

    id: str
    citation: str
    title: str
    standing: Standing
    note: str = ""


class Finding(LawPart):
    """A question of law that somebody has to answer with yes or no: `findings.NAME`."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{2,60}$")
    question: str
    citation: str
    standing: Standing
    note: str = ""


class Conflict(LawPart):
    """Where this instrument bars what another one asks to be said; shown, and never solved by itself."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{2,60}$")
    citation: str
    standing: Standing
    note: str
    against: tuple[str, ...] = Field(min_length=1)
    """Ids of the instruments that ask for it."""
    facts: tuple[Pattern, ...] = Field(min_length=1)
    """Beginnings of the paths that a text keeps back until a person clears it."""
    when: tuple[Condition, ...] = ()


class Instrument(LawPart):
    """A law or an agreement: the source of obligations."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    short: str
    """As it is named beside a citation."""
    kind: InstrumentKind
    status: InstrumentStatus = InstrumentStatus.IN_FORCE
    citation: str
    in_force: InForce | None = None
    """None only for a proposal."""
    standing: Standing
    note: str = ""
    source: str
    """Where the wording was read."""
    when: tuple[Condition, ...] = ()
    """Where it applies at all: stands before the conditions of each of its obligations."""
    scopes: tuple[str, ...] = ()
    """For a contract with one partner: the scopes that it binds; empty binds all."""
    conflicts: tuple[Conflict, ...] = Field(default=(), alias="conflict")
    findings: tuple[Finding, ...] = Field(default=(), alias="finding")
    provisions: tuple[Provision, ...] = Field(default=(), alias="provision")

    @model_validator(mode="after")
    def _check(self) -> "Instrument":
        proposed = self.status is InstrumentStatus.PROPOSAL
        if proposed is not (self.in_force is None):
            raise ValueError("what is law says from when on; a proposal has no day")
        return self
