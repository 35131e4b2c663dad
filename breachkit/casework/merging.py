"""Two incidents that are one: what the surviving one takes over, and from whom it came."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from breachkit.casework.desk import Desk, attempt, read_matter
from breachkit.casework.incidents import Amended, changed_by, changes, check_open, moves
from breachkit.casework.picture import Picture, picture_of
from breachkit.casework.survivor import FILED, call_of, filed_versions, joined_filings, line_with
from breachkit.domain.approval import check_may_change
from breachkit.domain.crosscheck import Flag
from breachkit.domain.entry import (
    ContactRecorded,
    DecisionRecorded,
    DeliveryRecorded,
    FactsAmended,
    IncidentJoined,
    IncidentMerged,
)
from breachkit.domain.happening import Entry
from breachkit.domain.joining import (
    Keys,
    additions,
    differences,
    new_keys,
    new_path,
    rekeyed,
    still_unknown,
)
from breachkit.domain.line import Change
from breachkit.domain.matrix import written_count
from breachkit.domain.matter import Matter, Provenance, Recorded
from breachkit.domain.patch import Tree, merged, upward
from breachkit.domain.people import Actor
from breachkit.domain.statement import merge_leaf
from breachkit.domain.telling import Told
from breachkit.errors import BadInputError

_SAID = re.compile(r"; stated by .+, in \S+$")
"""Ends the source of a fact that came from another incident."""

_STANDS = frozenset({"risk", "high"})
"""Outcomes of a risk decision that end no clock."""


def merge_incidents(desk: Desk, actor: Actor, duplicate: str, into: str, reason: str) -> Amended:
    """Join an incident to another: its facts and promises fill what the other does not state.

    The earlier opening counts for the provisional clock, and instants that start a clock keep the
    earlier value. Each fact keeps its source and certainty, and names who stated it in which incident;
    calls, deliveries to partners and filings with authorities are recorded in the one that goes on. A
    decision that would end a clock stays with its own incident. What differs or stays behind is flagged.
    """
    check_may_change(desk.rules.roles(actor), "merge")
    if duplicate == into:
        raise BadInputError(f"{into} cannot be merged into itself")

    def decide() -> tuple[Change | None, Amended]:
        one, other = read_matter(desk, duplicate), read_matter(desk, into)
        check_open(one)
        check_open(other)
        before = picture_of(other, desk.rules, desk.now())
        taken = _take(one, other)
        flags = (*_unlike(one, taken), *_left_behind(one, other))
        changed = changes(other.facts, taken.patch)
        entries = list(_entries(actor, one, other, taken))
        _, first = changed_by(desk, one, [IncidentMerged(by=actor, into=into, reason=reason)])
        picture, second = changed_by(desk, other, entries)
        flags += tuple(_counting(one, picture))
        flags += tuple(flag for flag in picture.flags if flag not in before.flags)
        both = Change(
            now=second.now,
            lines=(*first.lines, *second.lines),
            matters=(*first.matters, *second.matters),
            duties={**first.duties, **second.duties},
        )
        whole = _whole(actor, one, taken) if taken.said else None
        return both, Amended(picture, changed, moves(before, picture), flags, whole)

    return attempt(desk, decide)


@dataclass(frozen=True)
class _Said:
    """Where something that is taken over came from."""

    source: str
    certainty: Any
    reason: str | None


@dataclass(frozen=True)
class _Taken:
    """What an incident takes over, by path as it reads there."""

    facts: Mapping[str, Any]
    unknown: Mapping[str, Any]
    said: Mapping[str, _Said]
    unlike: tuple[tuple[str, Any], ...]
    keys: Keys

    @property
    def patch(self) -> Tree:
        """The facts as one patch."""
        return _patch(self.facts)


def _take(one: Matter, other: Matter) -> _Taken:
    keys = new_keys(other.facts, one.facts, one.id)
    theirs = rekeyed(one.facts, keys)
    facts = additions(other.facts, theirs)
    after = merged(other.facts, _patch(facts))
    waiting = {new_path(path, keys): why for path, why in one.unknown.items()}
    unknown = still_unknown(after, other.unknown, waiting)
    old = {new_path(path, keys): path for path in one.provenance}
    said = {path: _said(one, old.get(path, path)) for path in (*facts, *unknown)}
    unlike = tuple(differences(other.facts, theirs, facts))
    return _Taken(facts, unknown, said, unlike, keys)


def _said(one: Matter, path: str) -> _Said:
    """Return who stated a fact, when, in which incident, from what source and how certain."""
    found = (one.provenance[above] for above in upward(path) if above in one.provenance)
    known = next(found, None)
    if known is None:
        return _Said(f"merged from {one.id}", "confirmed", None)
    return _Said(_source(known, one.id), known.certainty, one.reasons.get(path))


def _source(known: Provenance, incident: str) -> str:
    """Return a source that names the other incident; the first one counts after several mergers."""
    if _SAID.search(known.source):
        return known.source
    by = known.by
    tail = f"; stated by {by.name[:60]} ({by.identity.value}), {known.at[:16]}Z, in {incident}"
    return f"{known.source[: 200 - len(tail)].rstrip()}{tail}"


def _patch(facts: Mapping[str, Any]) -> Tree:
    patch: Tree = {}
    for path, value in facts.items():
        merge_leaf(patch, path, value)
    return patch


def _whole(actor: Actor, one: Matter, taken: _Taken) -> FactsAmended:
    """Return all that was taken over as one statement, to be shown."""
    unknown = dict(taken.unknown)
    return FactsAmended(
        by=actor, patch=taken.patch, unknown=unknown, source=f"merged from {one.id}"
    )


def _entries(actor: Actor, one: Matter, other: Matter, taken: _Taken) -> Iterator[Entry]:
    """Yield what happens to the incident that goes on."""
    # Tellings that have an entry of their own are recorded as calls below, with who and how.
    times = {
        scope: [at for at, recorded in found if isinstance(recorded.entry, IncidentJoined)]
        for scope, found in one.told.items()
    }
    told = {scope: found for scope, found in times.items() if found}
    yield IncidentJoined(by=actor, other=one.id, opened_at=one.opened_at, told=told)
    statements = list(_statements(actor, taken))
    if not statements and other.state == "closed" and one.state == "open":
        statements = [FactsAmended(by=actor, source=f"merged from {one.id}")]  # opens it again
    yield from statements
    yield from _calls(actor, one, other)
    yield from joined_filings(actor, one, taken.keys)
    yield from _decisions(actor, one, other)


def _statements(actor: Actor, taken: _Taken) -> Iterator[FactsAmended]:
    """Yield the facts as they were stated: those of one source, certainty and reason together."""
    groups: dict[_Said, list[str]] = {}
    for path, said in taken.said.items():
        groups.setdefault(said, []).append(path)
    for said, paths in groups.items():
        yield FactsAmended(
            by=actor,
            patch=_patch({path: taken.facts[path] for path in paths if path in taken.facts}),
            unknown={path: taken.unknown[path] for path in paths if path in taken.unknown},
            source=said.source,
            certainty=said.certainty,
            reason=said.reason,
        )


def _calls(actor: Actor, one: Matter, other: Matter) -> Iterator[ContactRecorded]:
    """Yield the calls and deliveries to partners that the other incident does not have."""
    known = [_bare(recorded.entry) for recorded in other.contacts]
    left = [
        delivery
        for versions in one.notices.values()
        for version in versions
        if version.drafted.addressee == "partner"
        for delivery in version.deliveries
    ]
    for recorded in sorted((*one.contacts, *left), key=lambda found: found.seq):
        call = _call(actor, one.id, recorded)
        if _bare(recorded.entry) not in known:
            yield call


def _call(actor: Actor, incident: str, recorded: Recorded) -> ContactRecorded:
    """Return a call or a delivery of another incident, as a call that names it."""
    match recorded.entry:
        case ContactRecorded() as entry:
            channel = entry.channel if ", under " in entry.channel else ""
            channel = channel or line_with(entry.channel, f", under {incident}")
            caller = entry.caller or entry.by.name
            return entry.model_copy(update={"by": actor, "channel": channel, "caller": caller})
        case DeliveryRecorded() as entry:
            return call_of(actor, entry)
        case entry:
            raise AssertionError(f"{entry.kind} is neither a call nor a delivery")


def _bare(entry: Entry) -> Any:
    """Return what a call was, whoever recorded it."""
    return entry.model_dump(exclude={"by", "caller", "said_kept"})


def _decisions(actor: Actor, one: Matter, other: Matter) -> Iterator[DecisionRecorded]:
    """Yield the risk decisions that keep a clock running and are later than those taken here."""
    for recorded, entry in _risks(one, other):
        if entry.outcome in _STANDS:
            noted = f"recorded in {one.id} by {entry.by.name[:60]}, {recorded.at[:16]}Z"
            evidence = "; ".join(filter(None, ((entry.evidence or "")[:7800], noted)))
            yield entry.model_copy(update={"by": actor, "evidence": evidence})


def _risks(one: Matter, other: Matter) -> Iterator[tuple[Recorded, DecisionRecorded]]:
    """Yield the last risk decision of each kind and scope, unless the other incident has a later one."""
    here, there = _last(other), _last(one)
    for key, recorded in there.items():
        entry = recorded.entry
        assert isinstance(entry, DecisionRecorded)
        newer = key not in here or here[key].at < recorded.at
        if newer and entry.decision.startswith("risk"):
            yield recorded, entry


def _last(matter: Matter) -> dict[tuple[str, str | None], Recorded]:
    entries = ((recorded, recorded.entry) for recorded in matter.decisions)
    return {
        (entry.decision, entry.scope): recorded
        for recorded, entry in entries
        if isinstance(entry, DecisionRecorded)
    }


def _unlike(one: Matter, taken: _Taken) -> Iterator[Flag]:
    """Yield the facts that the two state differently; what stands stays."""
    for path, value in taken.unlike:
        yield Flag(path, f"{one.id} says {_shown(value)}; that was not taken over")


def _left_behind(one: Matter, other: Matter) -> Iterator[Flag]:
    """Yield what was done under the other incident and counts there alone."""
    for _, entry in _risks(one, other):
        if entry.outcome not in _STANDS:
            what = f"was decided as {entry.outcome} in {one.id}; it would end a clock, so decide it anew"
            yield Flag(" ".join(filter(None, (entry.decision, entry.scope))), what)
    for version in (each for versions in one.notices.values() for each in versions):
        to = version.drafted.addressee
        if version.deliveries and to != "partner" and to not in FILED:
            what = f"went to the {to.replace('_', ' ')} ({version.drafted.scope}); {other.id} counts it"
            yield Flag(version.id, f"{what} only once a notice of its own is recorded as delivered")


def _counting(one: Matter, picture: Picture) -> Iterator[Flag]:
    """Yield what each filing made under the other incident counts for in the one that goes on."""
    for version in filed_versions(one):
        drafted, reader = version.drafted, version.drafted.addressee
        met = [
            duty
            for duty in picture.duties
            if duty.id in drafted.discharges and duty.owed is not False
        ]
        names = dict.fromkeys(f"{duty.law.citation} {duty.law.instrument}" for duty in met)
        known = any(duty.told is not Told.UNCONFIRMED for duty in met)
        number = "" if known or not met else "; its file number is still missing"
        counts = f"counts here for {', '.join(names)}{number}" if names else "meets no duty here"
        yield Flag(version.id, f"was filed with the {reader} ({drafted.scope}) and {counts}")


def _shown(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)[:120]
    if value.get("kind") == "instant":
        return str(value["at"])
    return written_count(value)
