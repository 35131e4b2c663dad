"""The fold: a matter is what you get when its entries are read from the top."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from breachkit.domain.entry import (
    ContactRecorded,
    DecisionRecorded,
    DeliveryRecorded,
    Drafted,
    FactsAmended,
    FilingJoined,
    IncidentClosed,
    IncidentJoined,
    IncidentMerged,
    IncidentOpened,
    NoticeApproved,
    NoticeDrafted,
    NoticeReviewed,
    Stated,
    decode,
)
from breachkit.domain.happening import Entry
from breachkit.domain.instant import Instant, stamp
from breachkit.domain.line import Line
from breachkit.domain.patch import Tree, fact_at, leaves, merged, patch_of, states
from breachkit.domain.people import Actor
from breachkit.domain.sending import DeliveriesRecorded, NoticeQueued, SendingStopped
from breachkit.errors import NotTrustedError


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who stated a fact, when it was recorded, from what source, and how certain it was."""

    at: str
    by: Actor
    source: str
    certainty: str
    seq: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry with the time and place of its recording."""

    entry: Entry
    at: str
    seq: int


@dataclass(slots=True)
class Version:
    """One version of a notice, with what became of it."""

    drafted: Drafted
    by: Actor
    at: str
    set_id: str | None = None
    set_digest: str | None = None
    reviews: list[tuple[NoticeReviewed, str]] = field(default_factory=list)
    approval: NoticeApproved | None = None
    approved_at: str = ""
    deliveries: list[Recorded] = field(default_factory=list)
    taken: bool = False
    """Whether it was drafted under an incident that was merged into this one."""
    sendings: list[Recorded] = field(default_factory=list)
    """What the outbox was given and what became of it: queued, counted, stopped."""
    arrived: set[str] = field(default_factory=set)
    """The batches whose arrival is established."""

    @property
    def id(self) -> str:
        """Notice and version, such as `2026-0007-n3.2`."""
        return f"{self.drafted.notice}.{self.drafted.version}"

    @property
    def cleared(self) -> bool:
        """Whether the last review cleared the text."""
        return bool(self.reviews) and self.reviews[-1][0].result == "cleared"

    @property
    def state(self) -> str:
        """Where the version stands: drafted, returned, reviewed, approved, queued or delivered."""
        if self.deliveries:
            return "delivered"
        if self.sendings and isinstance(self.sendings[-1].entry, NoticeQueued | DeliveriesRecorded):
            return "queued"
        if self.approval:
            return "approved"
        if not self.reviews:
            return "drafted"
        return "reviewed" if self.cleared else "returned"


@dataclass(slots=True)
class Matter:
    """An incident as its entries tell it."""

    id: str
    version: int = 0
    facts: Tree = field(default_factory=dict)
    unknown: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a trigger was moved or stated later, by path."""
    opened_at: str = ""
    """When the record was opened, UTC with microseconds; after a merger the earlier of the two."""
    opened_by: Actor | None = None
    reference: str = ""
    state: str = "open"
    merged_into: str = ""
    notices: dict[str, list[Version]] = field(default_factory=dict)
    """By notice id, its versions from the first."""
    sets: dict[str, list[Version]] = field(default_factory=dict)
    contacts: list[Recorded] = field(default_factory=list)
    decisions: list[Recorded] = field(default_factory=list)
    amended: list[Recorded] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    told: dict[str, list[tuple[str, Recorded]]] = field(default_factory=dict)
    """By scope: when it was told of the breach, in UTC, and by which entry."""
    _sources: dict[str, Provenance] = field(default_factory=dict, init=False, repr=False)
    _unread: list[tuple[Tree, Provenance]] = field(default_factory=list, init=False, repr=False)

    @property
    def provenance(self) -> dict[str, Provenance]:
        """Who stated each fact, by path; worked out when it is asked for, as few steps ask."""
        for patch, source in self._unread:
            self._sources.update((path, source) for path, _ in leaves(patch))
        self._unread.clear()
        return self._sources

    def note(self, patch: Tree, source: Provenance) -> None:
        """Note who stated the facts of a patch."""
        self._unread.append((patch, source))

    def find_version(self, notice: str, version: int | None = None) -> Version | None:
        """Return a version of a notice, the last where no number is given."""
        versions = self.notices.get(notice)
        if not versions:
            return None
        return (
            versions[-1]
            if version is None
            else next((one for one in versions if one.drafted.version == version), None)
        )

    def current(self) -> list[Version]:
        """Return the last version of each notice."""
        return [versions[-1] for versions in self.notices.values()]

    def decided(self, decision: str, scope: str | None) -> DecisionRecorded | None:
        """Return the last decision of a kind for a scope."""
        recorded = self.recorded_decision(decision, scope)
        entry = recorded.entry if recorded else None
        assert entry is None or isinstance(entry, DecisionRecorded)
        return entry

    def recorded_decision(self, decision: str, scope: str | None) -> Recorded | None:
        """Return the last decision of a kind for a scope, with the time of its recording."""
        for recorded in reversed(self.decisions):
            entry = recorded.entry
            assert isinstance(entry, DecisionRecorded)
            if (entry.decision, entry.scope) == (decision, scope):
                return recorded
        return None


def replay(matter_id: str, lines: Iterable[Line], *, until: str | None = None) -> Matter:
    """Return a matter as its lines tell it, or as they told it at an earlier time of recording.

    `until` is UTC text of fixed width; later lines are left out.
    """
    matter = Matter(matter_id)
    for line in lines:
        if until is not None and line.at > until:
            break
        if line.body is None:
            raise NotTrustedError(f"entry {line.seq} of {matter_id} has been erased")
        apply(matter, Recorded(decode(line.kind, line.body), line.at, line.seq))
        matter.version = line.version
    return matter


def apply(matter: Matter, recorded: Recorded) -> None:
    """Let one entry happen to a matter, in place."""
    match recorded.entry:
        case IncidentOpened() as entry:
            matter.opened_at, matter.opened_by = recorded.at, entry.by
            matter.reference = entry.reference or ""
            _state(matter, entry, recorded)
        case FactsAmended() as entry:
            _state(matter, entry, recorded)
            if matter.state == "closed":
                matter.state = "open"
        case NoticeDrafted() as entry:
            _draft(matter, entry, recorded)
        case NoticeReviewed(targets=targets) as entry:
            for target in targets:
                _version(matter, target.notice, target.version).reviews.append((entry, recorded.at))
        case NoticeApproved(targets=targets) as entry:
            for target in targets:
                version = _version(matter, target.notice, target.version)
                version.approval, version.approved_at = entry, recorded.at
        case DeliveryRecorded() as entry:
            version = _version(matter, entry.notice, entry.version)
            version.deliveries.append(recorded)
            if version.drafted.addressee == "partner":
                _tell(matter, entry.scope, entry.at, recorded)
        case NoticeQueued() | DeliveriesRecorded() | SendingStopped() as entry:
            _send(matter, entry, recorded)
        case ContactRecorded() as entry:
            matter.contacts.append(recorded)
            if entry.told:
                _tell(matter, entry.scope, entry.at, recorded)
        case DecisionRecorded() as entry:
            matter.decisions.append(recorded)
            if entry.decision == "rule-out":
                _rule_out(matter, entry, recorded)
        case IncidentMerged() as entry:
            matter.state, matter.merged_into = "merged", entry.into
        case IncidentJoined() as entry:
            _join(matter, entry, recorded)
        case FilingJoined() as entry:
            _take(matter, entry, recorded)
        case IncidentClosed():
            matter.state = "closed"


def _state(matter: Matter, entry: Stated, recorded: Recorded) -> None:
    """Merge stated facts, note who stated them, and clear what is no longer unknown."""
    matter.amended.append(recorded)
    matter.facts = merged(matter.facts, entry.patch)
    source = Provenance(recorded.at, entry.by, entry.source, entry.certainty, recorded.seq)
    matter.note(entry.patch, source)
    if entry.reason:
        matter.reasons.update((path, entry.reason) for path, _ in leaves(entry.patch))
    for path in [path for path in matter.unknown if states(entry.patch, path)]:
        del matter.unknown[path]
    for path, why in entry.unknown.items():
        if why is None:
            matter.unknown.pop(path, None)
        else:
            matter.unknown[path] = why
            matter.note({path: why}, source)


def _draft(matter: Matter, entry: NoticeDrafted, recorded: Recorded) -> None:
    for drafted in entry.notices:
        version = Version(drafted, entry.by, recorded.at, entry.set_id, entry.set_digest)
        matter.notices.setdefault(drafted.notice, []).append(version)
        if entry.set_id:
            matter.sets.setdefault(entry.set_id, []).append(version)


def _join(matter: Matter, entry: IncidentJoined, recorded: Recorded) -> None:
    """Let the earlier opening count, and what the other incident's scopes were told."""
    matter.joined.append(entry.other)
    matter.opened_at = min(matter.opened_at, entry.opened_at)
    for scope, times in entry.told.items():
        matter.told.setdefault(scope, []).extend((at, recorded) for at in times)


def _take(matter: Matter, entry: FilingJoined, recorded: Recorded) -> None:
    """Count a submission that was made under another incident as one of this one."""
    drafted = entry.drafted
    version = matter.find_version(drafted.notice, drafted.version)
    if version is None:
        version = Version(drafted, entry.drafted_by, entry.drafted_at, taken=True)
        versions = matter.notices.setdefault(drafted.notice, [])
        versions.append(version)
        versions.sort(key=lambda one: one.drafted.version)
    version.deliveries.append(replace(recorded, entry=entry.delivery))


def _send(
    matter: Matter, entry: NoticeQueued | DeliveriesRecorded | SendingStopped, recorded: Recorded
) -> None:
    version = _version(matter, entry.notice, entry.version)
    version.sendings.append(recorded)
    if not isinstance(entry, DeliveriesRecorded):
        return
    if entry.told_at is not None:
        version.arrived.add(entry.batch)
    if entry.returned:
        # What came back told nobody: the duty is open again, and its clock runs on.
        version.arrived.discard(entry.batch)
        version.deliveries = [one for one in version.deliveries if not _left_in(one, entry.batch)]
        told = matter.told.get(entry.scope, [])
        matter.told[entry.scope] = [one for one in told if not _left_in(one[1], entry.batch)]


def _left_in(recorded: Recorded, batch: str) -> bool:
    return isinstance(recorded.entry, DeliveryRecorded) and recorded.entry.batch == batch


def _tell(matter: Matter, scope: str, told: Instant, recorded: Recorded) -> None:
    """Record that a controller was told: from then on it is aware, unless it knew earlier."""
    # Strict on both sides: told at the last moment it can mean, aware from the earliest.
    matter.told.setdefault(scope, []).append((stamp(told.latest), recorded))
    path = f"scopes.{scope}.timeline.controller_aware_at"
    known = fact_at(matter.facts, path)
    if known is not None and known["at"] <= told.at:
        return
    entry = recorded.entry
    assert isinstance(entry, DeliveryRecorded | ContactRecorded)
    aware: Mapping[str, Any] = entry.at.model_dump(mode="json")
    patch, said = patch_of(path, aware), f"record of {entry.channel}"
    matter.facts = merged(matter.facts, patch)
    matter.note(patch, Provenance(recorded.at, entry.by, said, "confirmed", recorded.seq))


def _rule_out(matter: Matter, entry: DecisionRecorded, recorded: Recorded) -> None:
    patch = {"status": {entry.outcome: "ruled_out"}}
    said = f"decision of {entry.decided_by} and {entry.second}"
    matter.facts = merged(matter.facts, patch)
    matter.note(patch, Provenance(recorded.at, entry.by, said, "confirmed", recorded.seq))


def _version(matter: Matter, notice: str, version: int) -> Version:
    found = matter.find_version(notice, version)
    if found is None:
        raise NotTrustedError(
            f"{matter.id} has no version {notice}.{version}, but an entry names it"
        )
    return found
