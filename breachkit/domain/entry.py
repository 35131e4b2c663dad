"""What can happen: one frozen class an entry, and the only place that knows what its bytes mean.

The stored bytes are canonical JSON: UTF-8, sorted keys, no spaces, no floats.
"""

import json
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from breachkit.domain.happening import Entry
from breachkit.domain.instant import Instant
from breachkit.domain.people import Actor
from breachkit.domain.sending import DeliveriesRecorded, NoticeQueued, SendingStopped
from breachkit.domain.text import Key, Line, Text
from breachkit.domain.upcast import upcast
from breachkit.errors import NewerWorkspaceError, NotTrustedError

WORKSPACE = "workspace"
"""The matter in which the workspace itself is recorded."""

Certainty = Literal["confirmed", "estimated", "under investigation"]
Addressee = Literal["partner", "authority", "data_subjects", "regulator", "users", "public"]
Phase = Literal["initial", "supplementary", "final", "correction", "withdrawal"]


class LawAdopted(Entry):
    """Law, settings, partners or templates that count from here on."""

    kind = "LawAdopted/1"
    digest: str
    texts_kept: dict[str, str]
    """Name of each text, and the digest under which it is kept."""
    changed: list[str] = Field(default_factory=list)


class Stated(Entry):
    """Facts as somebody stated them."""

    patch: dict[str, Any] = Field(default_factory=dict)
    unknown: dict[str, dict[str, Any] | None] = Field(default_factory=dict)
    """By path: what is stated as not yet known; null takes that back."""
    source: Line
    certainty: Certainty = "confirmed"
    reason: Text | None = None


class IncidentOpened(Stated):
    """An incident, with what was known at its opening."""

    kind = "IncidentOpened/1"
    reference: Line | None = None


class FactsAmended(Stated):
    """Facts added, changed or withdrawn."""

    kind = "FactsAmended/1"


class Drafted(BaseModel):
    """One version of a notice, as its entry keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    notice: str
    version: int
    scope: Key
    addressee: Addressee
    phase: Phase
    language: Line
    template: str
    template_digest: str
    subject: Line
    digest: str
    """Digest of the manifest: what people review and approve."""
    text_digest: str
    addressees_digest: str
    manifest: dict[str, Any]
    tree_kept: str
    letter: Line | None = None
    """Its own name where an addressee gets several, such as `eu-cra-14-4-a`."""
    discharges: list[str]
    """The duties that the notice meets when it is delivered."""
    gaps: list[str] = Field(default_factory=list)
    """Requirements that the text states as not yet known, as `duty-id requirement`."""
    uses: dict[str, str] = Field(default_factory=dict)
    """The facts printed or asked, by path, as their canonical value at that time; null for none.

    Of a branch its keys. A text that was drafted before breachkit noted what is asked names the
    facts printed alone.
    """
    asked: dict[str, list[list[str | bool]]] = Field(default_factory=dict)
    """Of the facts that were not printed what was asked of each: only another answer counts as news."""
    open_paths: list[str] = Field(default_factory=list)
    """The facts that the text leaves open, by path."""
    flags: list[Line] = Field(default_factory=list)

    @property
    def reader(self) -> str:
        """What tells notices of one scope apart: the letter, or the addressee."""
        return self.letter or self.addressee


class NoticeDrafted(Entry):
    """Notices rendered for review: one, or a set with one text for many scopes."""

    kind = "NoticeDrafted/1"
    notices: list[Drafted]
    set_id: str | None = None
    set_digest: str | None = None


class Target(BaseModel):
    """The exact version that was reviewed or approved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    notice: str
    version: int
    digest: str


class NoticeReviewed(Entry):
    """What legal said of a text; the reasons stay out of the record until privileged notes have a store."""

    kind = "NoticeReviewed/1"
    targets: list[Target]
    result: Literal["cleared", "returned"]
    reviewer: Line
    paragraphs: list[str] = Field(default_factory=list)
    evidence: Text | None = None
    """How a review reached us that was not given here: a mail, a call."""


class NoticeApproved(Entry):
    """A release of a text by somebody who neither drafted nor last edited it."""

    kind = "NoticeApproved/1"
    targets: list[Target]
    confirmed: str
    """The first eight characters of the digest that the approver typed."""
    without_review: Text | None = None
    """Whom the approver tried to reach for review, and why it could not wait."""
    despite: Text | None = None
    """Why it goes out in spite of a flag."""


class DeliveryRecorded(Entry):
    """A notice that left by portal, post or another system."""

    kind = "DeliveryRecorded/1"
    notice: str
    version: int
    scope: Key
    channel: Line
    at: Instant
    reference: Line | None = None
    authority: Line | None = None
    """The code of the authority with which it was filed, where several are competent."""
    outside_gate: bool = False
    """It left without a release of this version."""
    note_kept: str | None = None
    batch: Line | None = None
    """The batch of the outbox by which it left: it counts once its arrival is established."""


class ContactRecorded(Entry):
    """A call or a question: who, when, what was said."""

    kind = "ContactRecorded/1"
    scope: Key
    direction: Literal["out", "in"]
    channel: Line
    at: Instant
    person: Line | None = None
    """Who was spoken to."""
    caller: Line | None = None
    """Who of us spoke, where it was not whoever recorded it."""
    told: bool = False
    """The partner was told of the breach."""
    acknowledged: bool = False
    said_kept: str | None = None
    next_update: Instant | None = None


class DecisionRecorded(Entry):
    """A decision with its reasons, such as a risk decision or the ruling out of a limb."""

    kind = "DecisionRecorded/1"
    decision: Literal[
        "risk-authority", "risk-people", "rule-out", "limit", "filing", "clearance", "other"
    ]
    scope: Key | None = None
    outcome: Line
    reasons: Text
    decided_by: Line
    """The scope's controller decides on risk; for a partner we record what it told us."""
    second: Line | None = None
    evidence: Text | None = None
    proposed: Line | None = None
    """What was proposed when it was decided; where the outcome differs, the reasons say why."""
    disagreements: list[Line] = Field(default_factory=list)
    """Where the legal tests and the score pointed to different duties."""
    rests_on: dict[str, str] = Field(default_factory=dict)
    """What a decision not to notify rests on: facts as the scope saw them, by path, as canonical values."""


class IncidentMerged(Entry):
    """An incident that turned out to be the same as another."""

    kind = "IncidentMerged/1"
    into: str
    reason: Text


class IncidentJoined(Entry):
    """The other side of a merger: what the surviving incident took over."""

    kind = "IncidentJoined/1"
    other: str
    opened_at: str
    told: dict[str, list[str]] = Field(default_factory=dict)
    """By scope: when it was told under the other incident, UTC."""


class FilingJoined(Entry):
    """A submission to an authority under an incident that was merged into this one: it counts here."""

    kind = "FilingJoined/1"
    drafted: Drafted
    """The text as it was drafted there; its facts by the paths that they have here."""
    drafted_by: Actor
    drafted_at: str
    delivery: DeliveryRecorded
    """When and how it was submitted, and by whom that was recorded."""


class IncidentClosed(Entry):
    """An incident on which nothing more is to be done."""

    kind = "IncidentClosed/1"
    reason: Text
    open_duties: list[str] = Field(default_factory=list)


KINDS: dict[str, type[Entry]] = {
    entry.kind: entry
    for entry in (
        LawAdopted,
        IncidentOpened,
        FactsAmended,
        NoticeDrafted,
        NoticeReviewed,
        NoticeApproved,
        DeliveryRecorded,
        NoticeQueued,
        DeliveriesRecorded,
        SendingStopped,
        ContactRecorded,
        DecisionRecorded,
        IncidentMerged,
        IncidentJoined,
        FilingJoined,
        IncidentClosed,
    )
}
"""Every entry that this release writes, by kind."""


def canonical(value: Any) -> bytes:
    """Return the one form of bytes for a value: sorted keys, no spaces, no floats."""
    return _ENCODER.encode(value).encode()


_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def encode(entry: Entry) -> bytes:
    """Return the bytes under which an entry is stored and hashed."""
    return canonical(entry.model_dump(mode="json", exclude_defaults=True))


def decode(kind: str, body: bytes) -> Entry:
    """Return the entry that stored bytes mean, lifted to its present version.

    Raises NewerWorkspaceError for a kind that this release does not know.
    """
    if kind in KINDS:
        model, lifted = KINDS[kind], body
    else:
        name, data = upcast(kind, body)
        if name not in KINDS:
            raise NewerWorkspaceError(
                f"the register holds an entry of kind {kind}, which this breachkit does not know",
                hint="it was written by a newer breachkit; upgrade this one",
            )
        model, lifted = KINDS[name], canonical(data)
    try:
        return model.model_validate_json(lifted)
    except ValidationError as error:
        raise NotTrustedError(f"an entry of kind {kind} cannot be read: {error}") from error
