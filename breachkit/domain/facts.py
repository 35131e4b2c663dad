"""The facts of an incident, in the words of Art. 6.4 of the agreement and Art. 33(3) GDPR.

Shape only: what depends on other facts or on time is checked before an append, never here, so that
an old register can always be read. Every collection is a mapping with stable keys.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from breachkit.domain.answer import FormAnswer, FormKey
from breachkit.domain.categories import DATA, GROUPS
from breachkit.domain.count import Count
from breachkit.domain.fact import Fact
from breachkit.domain.instant import Instant, dated_ahead
from breachkit.domain.product import Product, Service
from breachkit.domain.text import Country, Key, Land, Line, Place, Text


def _one_of(kind: str, known: dict[str, Any]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"{value!r} is not a category of {kind}; one of: {', '.join(known)}")
        return value

    return AfterValidator(check)


DataCategory = Annotated[str, _one_of("data", DATA)]
GroupCategory = Annotated[str, _one_of("people", GROUPS)]

TriggerName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,60}$")]
"""Name of an instant, such as `discovered_at`; which ones exist is for the law files to say."""


Sector = Literal["private", "public", "federal", "eu_institution"]
"""Of a controller: it tells apart the authorities of one country."""


class LimbStatus(StrEnum):
    """How sure we are of a limb of Art. 6.3; suspected counts as owed."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    RULED_OUT = "ruled_out"


class Capacity(StrEnum):
    """What we are for a scope."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"


class Status(Fact):
    """The two limbs of Art. 6.3: personal data, and the security measures as such."""

    personal_data: LimbStatus | None = None
    security_measures: LimbStatus | None = None


class Recipient(Fact):
    """Who got the data without a right to them."""

    who: Literal["trusted", "known", "unknown"] | None = Field(
        None, description="trusted: bound to us or by its office, and known to follow instructions"
    )
    deletion: Literal["confirmed", "asserted", "none"] | None = Field(
        None, description="whether what was received was deleted or returned; confirmed: in writing"
    )
    count: Count | None = Field(None, description="how many recipients there were")


class Outage(Fact):
    """Data that could not be used for a time, and what that meant for people."""

    began_at: Instant | None = None
    restored_at: Instant | None = Field(None, description="when the data could be used again")
    effect: Literal["none", "inconvenience", "serious", "danger"] | None = Field(
        None,
        description="on people; serious: they went without what they depend on;"
        " danger: to life, health or safety",
    )


class Nature(Fact):
    """What happened (Art. 6.4(a); Art. 33(3)(a) GDPR)."""

    description: Text | None = Field(None, description="what happened, fit for the reader's eyes")
    plain: Text | None = Field(
        None, description="the same for the people concerned, in plain words"
    )
    kinds: list[Literal["confidentiality", "integrity", "availability"]] | None = None
    cause: Text | None = None
    origin: Literal["internal", "external", "unknown"] | None = None
    malicious: bool | None = None
    exfiltration: Literal["confirmed", "likely", "no_evidence", "ruled_out"] | None = None
    disclosure: Literal["exposed", "lost", "consulted", "sent", "taken", "published"] | None = (
        Field(
            None,
            description="what became of the data; exposed: could be reached; lost: with a device or on"
            " paper; consulted: looked at; sent: to the wrong recipient",
        )
    )
    recipient: Recipient | None = None
    traces: Literal["complete", "erasable", "erased", "none"] | None = Field(
        None,
        description="records of access; complete: kept where nobody concerned could erase them",
    )
    alteration: Literal["restored", "used", "unrecoverable"] | None = Field(
        None,
        description="altered data; restored: set right before use; used: perhaps used as altered",
    )
    outage: Outage | None = None
    systems: Text | None = Field(None, description="systems and services concerned, and where")
    discovery: Text | None = Field(None, description="how it came to light")


class Origin(Fact):
    """Where the breach took place, and when its bearer told us."""

    kind: Literal["own", "insider", "affiliate", "subprocessor", "partner", "researcher"] | None = (
        None
    )
    name: Line | None = None
    discovered_at: Instant | None = None
    told_us_at: Instant | None = None


class Protection(Fact):
    """Whether data were unintelligible to whoever got them (Art. 6.4(b); Art. 34(3)(a) GDPR)."""

    state: (
        Literal["encrypted", "anonymised", "pseudonymised", "hashed", "unintelligible", "none"]
        | None
    ) = None
    method: Line | None = Field(None, description="algorithm or product, such as AES-256 at rest")
    key_state: Literal["safe", "exposed", "bypassed"] | None = Field(
        None, description="bypassed: the service itself decrypted for the wrong reader"
    )
    coverage: Literal["all", "part"] | None = None
    backup: Literal["intact", "lost", "none"] | None = None


class DataKind(Fact):
    """A category of personal data, its records and its protection."""

    category: DataCategory | None = None
    label: Line | None = Field(None, description="our own words where the category says too little")
    records: Count | None = None
    protection: Protection | None = None
    public: bool | None = Field(None, description="these very data were lawfully public before")
    insight: Literal["little", "substantial"] | None = Field(
        None,
        description="what these very data tell of people; little: such as a single order, or that"
        " somebody is a customer of a bank",
    )
    identifiability: Literal["negligible", "limited", "significant", "maximum"] | None = Field(
        None, description="how easily whoever has the data can tell whose they are"
    )


class Group(Fact):
    """A category of people and how many they are."""

    category: GroupCategory | None = None
    label: Line | None = None
    people: Count | None = None


class Address(Fact):
    """Where somebody can be reached."""

    name: Line | None = None
    role: Line | None = None
    email: Annotated[Line, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")] | None = None
    phone: (
        Annotated[Line, Field(pattern=r"^\+?[0-9 ()/.\-]{5,40}(\s*(ext|x)\.?\s*[0-9]+)?$")] | None
    ) = None
    postal: Text | None = None


class Consequence(Fact):
    """Something that the breach is likely to lead to (Art. 6.4(d); Art. 33(3)(c) GDPR)."""

    text: Text
    plain: Text | None = None


class Measure(Fact):
    """A measure taken or proposed (Art. 6.4(e); Art. 33(3)(d) GDPR)."""

    text: Text
    state: Literal["taken", "proposed"] | None = None
    at: Instant | None = None
    plain: Text | None = None
    removes_risk: bool | None = Field(
        None, description="ensures that a high risk is no longer likely (Art. 34(3)(b) GDPR)"
    )
    evidence: Text | None = Field(None, description="what shows that it came before any misuse")


class PublicCommunication(Fact):
    """What stands in the place of direct messages to the people concerned (Art. 34(3)(c) GDPR)."""

    why: Text | None = Field(
        None, description="why direct contact would be a disproportionate effort"
    )
    measure: Text | None = Field(None, description="the public communication or similar measure")
    reach: Text | None = Field(None, description="how it informs people as effectively")


class Remark(Fact):
    """A text of its own in a mapping, such as a piece of advice."""

    text: Text


class Channel(Fact):
    """A way of reaching people that the incident has compromised."""

    channel: Literal["email", "telephone", "portal", "app", "post", "other"]
    note: Text | None = None


class Delay(Fact):
    """Why a notice comes later than the limit (Art. 33(1) GDPR)."""

    reason: Text | None = None
    law_enforcement: Text | None = Field(
        None, description="who asked to hold back the notice to people, when, and for how long"
    )


class CountryFigure(Fact):
    """The people concerned who live in one country."""

    people: Count | None = None
    concerned: bool | None = Field(None, description="people live there, however many")


class Controller(Fact):
    """Who is responsible for the data of a scope, with the contact for its authority."""

    name: Line | None = None
    country: Country | None = Field(
        None, description="main establishment, the one in the EEA where there is one"
    )
    land: Land | None = Field(None, description="the German Land of the main establishment, as BY")
    sector: Sector | None = Field(None, description="federal: German federal, telecoms, postal")
    contact: Address | None = None
    authority: Line | None = None


class AccountsList(Fact):
    """How the list of affected accounts reaches the partner, never by the notice itself."""

    how: Text | None = None
    ready_at: Instant | None = None


class Shared(Fact):
    """What an incident and each of its scopes can state; the scope's own word wins."""

    timeline: dict[TriggerName, Instant] | None = None
    timeline_reasons: dict[TriggerName, Text] | None = None
    nature: Nature | None = None
    people: Count | None = Field(None, description="people concerned in all")
    records: Count | None = Field(None, description="records concerned in all")
    groups: dict[Key, Group] | None = None
    data: dict[Key, DataKind] | None = None
    contact: Address | None = Field(None, description="who answers questions (Art. 6.4(c))")
    consequences: dict[Key, Consequence] | None = None
    measures: dict[Key, Measure] | None = None
    advice: dict[Key, Remark] | None = None
    public_communication: PublicCommunication | None = None
    delay: Delay | None = None
    countries: dict[Place, CountryFigure] | None = None
    findings: dict[TriggerName, bool] | None = Field(
        None, description="questions of law that somebody answered, as the law files name them"
    )


class Scope(Shared):
    """The part of an incident that concerns one controller."""

    capacity: Capacity | None = None
    controller: Controller | None = None
    joint_controllers: dict[Key, Controller] | None = None
    accounts_list: AccountsList | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] | None = None
    form: dict[FormKey, FormAnswer] | None = Field(
        None, description="what the authorities' common template asks beyond the facts, by row"
    )
    extra: dict[Key, Text] | None = Field(
        None, description="what this partner's own contract asks for and no other fact holds"
    )


class Facts(Shared):
    """All that is known of an incident."""

    title: Line | None = None
    status: Status | None = None
    origin: Origin | None = None
    security_measures_breached: dict[Key, Remark] | None = None
    product: Product | None = None
    service: Service | None = None
    channels_compromised: dict[Key, Channel] | None = None
    scopes: dict[Key, Scope] | None = None


def _ahead(value: Any, info: ValidationInfo) -> Any:
    now = (info.context or {}).get("now")
    return dated_ahead(value, now) if isinstance(value, str) and now else value


class Unknown(Fact):
    """A fact that is not known yet, with the reason and when it will follow."""

    kind: Literal["unknown"] = "unknown"
    reason: Text
    follows_by: Annotated[Instant, BeforeValidator(_ahead)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _reason_alone(cls, value: Any) -> Any:
        return {"reason": value} if isinstance(value, str) else value
