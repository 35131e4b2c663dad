"""People and partners of the workspace: who may do what, and whom to reach at a controller."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from breachkit.domain.categories import APPROVED_AFFILIATE
from breachkit.domain.countries import usual_country
from breachkit.domain.fact import Fact
from breachkit.domain.facts import Address, Sector
from breachkit.domain.text import Country, Key, Land, Line, Text

Seat = Annotated[Country, BeforeValidator(usual_country)]
"""A country in the settings; `workspace check` says where there is none of its code."""


class Role(StrEnum):
    """What a person may do; one person may hold several."""

    RESPONDER = "responder"
    LEGAL = "legal"
    APPROVER = "approver"
    AUTOMATION = "automation"
    """May open and amend only."""


class Identity(StrEnum):
    """How we know who acted."""

    CLAIMED = "claimed"
    LOGIN = "login"
    SIGNED = "signed"


class Actor(Fact):
    """Who did something, and how we know."""

    name: Line
    identity: Identity
    listed: bool = True
    """False when the workspace's list of people does not hold the name."""


class Person(Fact):
    """Somebody who works with breachkit."""

    name: Line
    roles: tuple[Role, ...] = ()
    login: Line | None = None
    email: str | None = None
    phone: str | None = None


class ContactPoint(Address):
    """A person or desk at a partner."""

    verified_on: date | None = None
    """When somebody last made sure that it works."""
    for_breaches: bool = True


class Profile(Fact):
    """What an organisation is before the law; what nobody has said is a question, never a no."""

    establishments: tuple[Seat, ...] | None = None
    """Countries in which it is established."""
    manufacturer: bool | None = None
    """Of products with digital elements on the Union's market (Cyber Resilience Act)."""
    nis2: Literal["essential", "important", "trust_service", "none"] | None = None
    """What kind of entity it is under the NIS2 directive."""
    financial: (
        Literal["credit_institution", "payment_institution", "other_financial", "none"] | None
    ) = None
    """What kind of financial entity it is under DORA."""
    hipaa: Literal["covered_entity", "business_associate", "none"] | None = None
    """What it is under the US health privacy rules."""
    china: (
        Literal["network_operator", "critical_operator", "central_body", "vendor", "none"] | None
    ) = None
    """What it is under the Chinese reporting measures."""
    small_scale: bool | None = None
    """A small processing agent, whose Brazilian limits are doubled."""
    telecom: bool | None = None
    """A provider of public electronic communications services."""
    high_risk_ai: bool | None = None
    """A provider of high-risk AI systems (AI Act)."""
    sells_in: tuple[Seat, ...] | None = None
    """Countries in which its products and services are made available.

    Until an incident states where the people concerned live, it shows which laws can be asked about.
    """


PROFILE_QUESTIONS: Final[Mapping[str, str]] = {
    "establishments": "in which countries are we established?",
    "manufacturer": "are we the manufacturer of products with digital elements sold in the Union?",
    "nis2": "what kind of entity are we under the NIS2 directive?",
    "financial": "what kind of financial entity are we under DORA?",
    "hipaa": "what are we under the US health privacy rules?",
    "china": "what are we under the Chinese rules on incidents and vulnerabilities?",
    "small_scale": "are we a small processing agent under Brazilian law?",
    "telecom": "do we provide public electronic communications services?",
    "high_risk_ai": "do we provide high-risk AI systems?",
    "sells_in": "in which countries are our products and services made available?",
}
"""What to ask about each line of a profile; of a partner the same with its name."""


class Organisation(Fact):
    """We ourselves: name, contact for questions (Art. 6.4(c)), affiliates and subprocessors."""

    name: Line | None = None
    country: Seat | None = None
    land: Land | None = None
    sector: Sector | None = None
    contact: Address | None = None
    affiliates: tuple[Line, ...] = ()
    """Our affiliates; empty means the one that the agreement's 2021 version consents to by name."""
    subprocessors: tuple[Line, ...] = ()
    """Approved subprocessors (Appendix 3); empty means the list of the agreement's 2021 version."""
    profile: Profile = Profile()

    def has_affiliate(self, name: str) -> bool:
        """Tell whether somebody of a name is one of our affiliates."""
        folded = " ".join(name.casefold().split())
        if not self.affiliates:
            return f"{folded} ".startswith(f"{APPROVED_AFFILIATE.casefold()} ")
        return folded in {one.casefold() for one in self.affiliates}


class Partner(Fact):
    """A controller with whom we have an agreement; ended ones stay addressable."""

    name: Line
    language: Line | None = None
    controller: Address | None = None
    """Contact of the controller for its own authority and its people."""
    country: Seat | None = None
    land: Land | None = None
    sector: Sector | None = None
    authority: Line | None = None
    contacts: dict[Key, ContactPoint] = Field(default_factory=dict)
    limit_hours: int | None = Field(None, ge=1, le=720)
    """The partner's own limit; a longer one than the agreement's counts only with `limit_reason`."""
    limit_reason: Text | None = None
    standard_clauses: Literal["2010/87", "2021/914", "none"] = "2010/87"
    agreement_ended: date | None = None
    data_still_held: bool | None = None
    profile: Profile = Profile()
