"""Incidents: opened, amended and closed. What happened is recorded; only our acts are gated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from breachkit.casework.desk import Desk, attempt, line_of, read_matter, read_surviving, stamp_now
from breachkit.casework.picture import Picture, picture_of
from breachkit.casework.projection import after
from breachkit.domain.approval import check_may_change
from breachkit.domain.authority import names_in_forms
from breachkit.domain.crosscheck import Flag
from breachkit.domain.deadline import moved_later
from breachkit.domain.duty import Side
from breachkit.domain.entry import Certainty, FactsAmended, IncidentClosed, IncidentOpened
from breachkit.domain.form_value import check_answer_path, settle_answers
from breachkit.domain.happening import Entry
from breachkit.domain.instant import stamp
from breachkit.domain.line import Change
from breachkit.domain.matter import Matter, Recorded, apply
from breachkit.domain.patch import Tree, fact_at, leaves, merged, patch_of
from breachkit.domain.people import Actor
from breachkit.domain.statement import (
    check_findings,
    check_may_discover,
    check_may_move,
    check_may_rule_out,
    check_triggers,
    check_unknown_path,
    merge_leaf,
    settle,
    settle_unknown,
)
from breachkit.domain.telling import Content
from breachkit.errors import BadInputError, RefusedError

REFERENCE = "reference:"
"""Before an alert's reference, in the names that lead to a matter."""

_CORE_TRIGGERS = frozenset(
    (
        *("occurred_from", "occurred_until", "detected_at", "reported_at", "discovered_at"),
        *("contained_at", "found_affected_at", "controller_aware_at", "controller_request_at"),
    )
)


@dataclass(frozen=True)
class Statement:
    """Facts as somebody hands them in, with where they come from."""

    given: Mapping[str, Any] = field(default_factory=dict)
    unknown: Mapping[str, Any] = field(default_factory=dict)
    """By path: why it is not known yet; null takes that back."""
    source: str = "stated at the command line"
    certainty: Certainty = "confirmed"
    reason: str | None = None
    """Why an instant that starts a clock moves later."""


@dataclass(frozen=True)
class Opened:
    """An incident that was opened, or found under the same reference."""

    picture: Picture
    created: bool
    waiting: tuple[str, ...] = ()
    """Facts that differ from the ones recorded before, when the reference was known already."""

    @property
    def id(self) -> str:
        """The incident's id."""
        return self.picture.id


@dataclass(frozen=True)
class Moved:
    """A deadline that an amendment moved; instants are UTC text, or empty."""

    duty: str
    before: str
    after: str


@dataclass(frozen=True)
class Amended:
    """What an amendment changed."""

    picture: Picture
    changed: tuple[tuple[str, Any, Any], ...]
    """Path, value before and value after."""
    moved: tuple[Moved, ...]
    flags: tuple[Flag, ...]
    """Flags that were not there before."""
    entry: FactsAmended | None = None
    """What was recorded, a merger's statements as one; None where nothing was new."""


def open_incident(
    desk: Desk, actor: Actor, statement: Statement, *, reference: str | None = None
) -> Opened:
    """Open an incident; the same reference twice gives the same incident.

    Raises FactError for a fact with the wrong shape. Contradictions are recorded and flagged.
    """
    check_may_change(desk.rules.roles(actor), "open")
    now = desk.now()
    reference = (reference or "").strip() or None

    def decide() -> tuple[Change | None, Opened]:
        known = desk.store.matter_of(REFERENCE + reference) if reference else None
        if known:
            return None, _known(desk, known, statement)
        patch, unknown = _settled(desk, {}, statement)
        check_may_rule_out(patch)
        if not patch and not unknown:
            raise BadInputError(
                "an incident needs at least a title",
                hint='breachkit incident open --title "What is seen"',
            )
        matter_id = _next_id(desk)
        entry = IncidentOpened(
            by=actor,
            patch=_reasoned(patch, statement.reason),
            unknown=unknown,
            source=statement.source,
            certainty=statement.certainty,
            reason=statement.reason,
            reference=reference,
        )
        matter = Matter(matter_id, version=1)
        apply(matter, Recorded(entry, stamp_now(now), 0))
        picture, change = _changed(desk, matter, [entry])
        keys = ((REFERENCE + reference, matter_id),) if reference else ()
        return change._replace(keys=keys), Opened(picture, created=True)

    return attempt(desk, decide)


def amend(desk: Desk, actor: Actor, matter_id: str, statement: Statement) -> Amended:
    """State, change or withdraw facts of an incident.

    Raises RefusedError when an instant that starts a clock would move later without a reason.
    """
    check_may_change(desk.rules.roles(actor), "amend")
    # As shown until now: what the step adopts with it may move a deadline as well.
    shown = {row.duty: row.due_at for row in desk.store.duties(matter_id)}

    def decide() -> tuple[Change | None, Amended]:
        matter = read_matter(desk, matter_id)
        check_open(matter)
        before = picture_of(matter, desk.rules, desk.now())
        patch, unknown = _settled(desk, matter.facts, statement)
        check_may_rule_out(patch, matter_id)
        check_may_move(matter.facts, patch, statement.reason)
        if not statement.reason:
            check_may_discover(matter.facts, patch, matter.opened_at)
        patch = _reasoned(patch, statement.reason)
        changed = changes(matter.facts, patch)
        if not changed and not _news(matter, unknown):
            return None, Amended(before, (), (), ())
        entry = FactsAmended(
            by=actor,
            patch=patch,
            unknown=unknown,
            source=statement.source,
            certainty=statement.certainty,
            reason=statement.reason,
        )
        apply(matter, Recorded(entry, stamp_now(desk.now()), 0))
        matter.version += 1
        picture, change = _changed(desk, matter, [entry])
        if not statement.reason:
            _check_clocks(before, picture)
        flags = tuple(flag for flag in picture.flags if flag not in before.flags)
        return change, Amended(picture, changed, moves(before, picture, shown), flags, entry)

    return attempt(desk, decide)


def close(
    desk: Desk, actor: Actor, matter_id: str, reason: str, *, despite_duties: bool = False
) -> Picture:
    """Close an incident on which nothing more is to be done; a later amendment opens it again.

    Raises RefusedError while a duty of ours is open, unless that is accepted.
    """
    check_may_change(desk.rules.roles(actor), "close")

    def decide() -> tuple[Change | None, Picture]:
        matter = read_matter(desk, matter_id)
        check_open(matter)
        picture = picture_of(matter, desk.rules, desk.now())
        if matter.state == "closed":
            return None, picture
        ours = (duty for duty in picture.duties if duty.side is Side.OURS and duty.law.by_notice)
        due = [duty.id for duty in ours if duty.running or duty.content is Content.SUPPLEMENT]
        if due and not despite_duties:
            raise RefusedError(
                f"{matter_id} has {len(due)} open duties of ours: {', '.join(due[:3])}",
                hint=f"breachkit status {matter_id}; to close all the same: --despite-open-duties",
            )
        entry = IncidentClosed(by=actor, reason=reason, open_duties=due)
        apply(matter, Recorded(entry, stamp_now(desk.now()), 0))
        matter.version += 1
        shown, change = _changed(desk, matter, [entry])
        return change, shown

    return attempt(desk, decide)


def changed_by(desk: Desk, matter: Matter, entries: list[Entry]) -> tuple[Picture, Change]:
    """Let entries happen to a matter and return its picture, and the change that records them."""
    now = stamp_now(desk.now())
    for entry in entries:
        apply(matter, Recorded(entry, now, 0))
    matter.version += len(entries)
    return _changed(desk, matter, entries)


def check_open(matter: Matter, instead: str = "incident show") -> None:
    """Refuse to write to an incident that was merged into another; `instead` is the command there."""
    if matter.merged_into:
        raise RefusedError(
            f"{matter.id} was merged into {matter.merged_into}",
            hint=f"breachkit {instead} {matter.merged_into}",
        )


def changes(facts: Mapping[str, Any], patch: Tree) -> tuple[tuple[str, Any, Any], ...]:
    """Return path, value before and value after of each fact that a patch changes."""
    found = ((path, fact_at(facts, path), value) for path, value in leaves(patch))
    return tuple(change for change in found if change[1] != change[2])


def moves(
    before: Picture, now: Picture, shown: Mapping[str, str] = MappingProxyType({})
) -> tuple[Moved, ...]:
    """Return the deadlines that stand elsewhere than before.

    `shown` are those that were shown until now, by duty, where that was under other law or settings.
    """
    old, new = _due(before), _due(now)
    old |= {duty: at for duty, at in shown.items() if duty in old}
    return tuple(
        Moved(duty, old.get(duty, ""), new.get(duty, ""))
        for duty in dict.fromkeys([*old, *new])
        if old.get(duty, "") != new.get(duty, "")
    )


def _due(picture: Picture) -> dict[str, str]:
    return {duty.id: stamp(duty.due_at) if duty.due_at else "" for duty in picture.duties}


def _check_clocks(before: Picture, now: Picture) -> None:
    """Refuse to move a running legal deadline of ours later, by whatever fact chooses its trigger."""
    by_id = {duty.id: duty for duty in now.duties}
    for old in before.duties:
        new = by_id.get(old.id) if old.running and old.side is Side.OURS else None
        if new is not None and new.running and moved_later(old.deadline, new.deadline):
            due = [stamp(one.due_at) if one.due_at else "no date" for one in (old, new)]
            raise RefusedError(
                f"{old.id} would be due {due[1]} instead of {due[0]}",
                hint="if that is right, say why: --correct REASON",
            )


def _changed(desk: Desk, matter: Matter, entries: list[Entry]) -> tuple[Picture, Change]:
    """Return the picture after entries that were applied, and the change that records them."""
    row, rows, picture = after(desk, matter)
    first = matter.version - len(entries) + 1
    lines = tuple(line_of(matter.id, first + place, entry) for place, entry in enumerate(entries))
    change = Change(
        now=stamp_now(desk.now()), lines=lines, matters=(row,), duties={matter.id: rows}
    )
    return picture, change


def _settled(
    desk: Desk, facts: Mapping[str, Any], statement: Statement
) -> tuple[Tree, dict[str, dict[str, Any] | None]]:
    """Return a statement in the form of the register, with every name in it known."""
    now = desk.now()
    given = settle_answers(
        desk.rules.form,
        statement.given,
        now,
        authorities=lambda: names_in_forms(desk.rules.authorities),
    )
    patch, unknown = settle(facts, given, now=now)
    check_triggers(patch, _CORE_TRIGGERS | desk.rules.triggers)
    check_findings(patch, desk.rules.findings)
    stated: dict[str, dict[str, Any] | None] = dict(unknown)
    for path, why in statement.unknown.items():
        stated[path] = None if why is None else settle_unknown(path, why, now)
    for path, why in stated.items():
        check_unknown_path(path)
        check_answer_path(desk.rules.form, path)
        if why is not None and fact_at(facts, path) is not None and fact_at(patch, path) is None:
            # What is not known any more is no fact: a recount would print the old figure.
            merge_leaf(patch, path, None)
    return patch, stated


def _known(desk: Desk, matter_id: str, statement: Statement) -> Opened:
    """Return the incident that a reference leads to, following a merger."""
    matter = read_surviving(desk, matter_id)
    picture = picture_of(matter, desk.rules, desk.now())
    patch, _ = _settled(desk, matter.facts, statement)
    waiting = tuple(path for path, _, _ in changes(matter.facts, patch))
    return Opened(picture, created=False, waiting=waiting)


def _next_id(desk: Desk) -> str:
    year = f"{desk.now().year}-"
    last = desk.store.last_matter(year)
    return f"{year}{int(last.removeprefix(year)) + 1 if last else 1:04d}"


def _reasoned(patch: Tree, reason: str | None) -> Tree:
    """Return a patch in which the reason for a late discovery stands beside it."""
    if reason and fact_at(patch, "timeline.discovered_at"):
        return merged(patch, patch_of("timeline_reasons.discovered_at", reason))
    return patch


def _news(matter: Matter, unknown: Mapping[str, Any]) -> bool:
    return any(matter.unknown.get(path) != why for path, why in unknown.items())
