"""What left before a text that is drafted now, what differs since, and which stages are still to come."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from breachkit.casework.picture import Picture
from breachkit.domain.deadline import DeadlineKind
from breachkit.domain.duty import Duty
from breachkit.domain.earlier import Change, Counted, Course, Following, Submission
from breachkit.domain.entry import DeliveryRecorded
from breachkit.domain.freshness import freshness
from breachkit.domain.instant import stamp
from breachkit.domain.matter import Version
from breachkit.domain.obligation import Obligation
from breachkit.domain.patch import covers, fact_at, is_branch
from breachkit.domain.predicate import bind, expand, holds
from breachkit.domain.start import start_at
from breachkit.domain.telling import Told

_TITLES: Final = {
    "timeline.occurred_from": "when it occurred",
    "timeline.occurred_until": "until when it went on",
    "timeline.discovered_at": "when it was discovered",
    "timeline.detected_at": "when the first sign was seen",
    "timeline.contained_at": "when it was contained",
    "timeline.controller_aware_at": "when the controller became aware",
}
"""How times are called that no requirement asks for."""


def course_of(
    picture: Picture,
    scope: str,
    reader: str,
    law: Sequence[Obligation],
    withheld: Sequence[str] = (),
) -> Course:
    """Return where a text to a reader of a scope stands among those of the same matter.

    `law` is all law there is: what was owed once may not be any more. What a conflict of laws keeps
    back (`withheld`) is no change that is told.
    """
    mine = _laws(picture, scope, reader, law)
    chain = _chain(mine, law)
    sent = sorted(_sent(picture, scope, reader, chain), key=_when)
    duties = picture.duties_of(scope, reader)
    named = _names(picture, duties)
    changes = _changes(picture, sent[-1][0], named) if sent else ()
    return Course(
        law=mine[0] if mine else None,
        stage=_stage(mine[0], picture, scope) if mine else "",
        before=tuple(_submissions(sent, law)),
        chained=any(one.continues for one in mine),
        changes=tuple(
            one for one in changes if not any(covers(path, one.path) for path in withheld)
        ),
        following=tuple(_following(picture, scope, mine)),
        counted=next((found for duty in duties if (found := _counted(picture, duty))), None),
    )


def _stage(law: Obligation, picture: Picture, scope: str) -> str:
    """Return what a text under a provision is called on the facts of a scope."""
    view = picture.view(scope)
    other = (one for one in law.other_stages if view and holds(one.when, view.values))
    return next((one.name for one in other), law.stage)


def _laws(picture: Picture, scope: str, reader: str, law: Sequence[Obligation]) -> list[Obligation]:
    """Return the provisions that the reader is told under, or was where none is owed any more."""
    owed = [duty.law for duty in picture.duties_of(scope, reader) if duty.owed is not False]
    if owed:
        return owed
    given = {
        name.rpartition("@")[0]
        for version, _ in _sent(picture, scope, reader, ())
        for name in version.drafted.discharges
    }
    return [one for one in law if one.qualified_id in given]


def _chain(mine: Iterable[Obligation], law: Sequence[Obligation]) -> set[str]:
    """Return the provisions whose texts these continue, however far back."""
    known = {one.qualified_id: one for one in law}
    found: set[str] = set()
    waiting = [one.continues for one in mine if one.continues]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [known[name].continues] if name in known and known[name].continues else []
    return found


def _sent(
    picture: Picture, scope: str, reader: str, chain: Iterable[str]
) -> list[tuple[Version, DeliveryRecorded]]:
    """Return what left for a reader of a scope, and what left under the stages before, with each leaving."""
    wanted = {f"{name}@{scope}" for name in chain}
    found = []
    for versions in picture.matter.notices.values():
        for version in versions:
            drafted = version.drafted
            same = (drafted.scope, drafted.reader) == (scope, reader)
            if same or wanted & set(drafted.discharges):
                entries = (one.entry for one in version.deliveries)
                found += [(version, one) for one in entries if isinstance(one, DeliveryRecorded)]
    return found


def _when(sent: tuple[Version, DeliveryRecorded]) -> str:
    return sent[1].at.at


def _submissions(
    sent: Sequence[tuple[Version, DeliveryRecorded]], law: Sequence[Obligation]
) -> Iterator[Submission]:
    """Yield each text that left once: when it first did, and the number that it was given since."""
    stages = {one.qualified_id: one.stage for one in law}
    for version in dict.fromkeys(version.id for version, _ in sent):
        mine = [(one, entry) for one, entry in sent if one.id == version]
        numbers = dict.fromkeys(entry.reference for _, entry in mine if entry.reference)
        names = (name.rpartition("@")[0] for name in mine[0][0].drafted.discharges)
        stage = next(filter(None, (stages.get(name, "") for name in names)), "")
        at = mine[0][1].at.model_dump(mode="json")
        yield Submission(stage, at, ", ".join(numbers))


def _changes(picture: Picture, version: Version, named: Mapping[str, str]) -> Iterator[Change]:
    """Yield what the last text printed otherwise, and what it left open and is known now."""
    drafted, facts = version.drafted, picture.matter.facts
    found = freshness(drafted, facts, picture.matter.unknown)
    for path in dict.fromkeys((*found.contradicted, *found.supplement)):
        used = drafted.uses.get(path)
        before = json.loads(used) if used else None
        now = _said(fact_at(facts, path))
        yield Change(_title(path, named), path, before, now)


def _said(value: Any) -> Any:
    """Return a fact, and of a thing that is new what it is called."""
    if not is_branch(value):
        return value
    return next(
        (value[part] for part in ("label", "text", "category", "name") if part in value), None
    )


def _names(picture: Picture, duties: Iterable[Duty]) -> dict[str, str]:
    """Return by path what the requirements call the facts that they ask for."""
    found: dict[str, str] = {}
    for duty in duties:
        view = picture.view(duty.scope)
        for held in duty.held if view else ():
            asked = held.requirement
            for pattern in (*asked.facts, *asked.any_of):
                for binding in expand(view.values, pattern) or ((),):  # type: ignore[union-attr]
                    path = view.path_of(bind(pattern, binding))  # type: ignore[union-attr]
                    found.setdefault(path, asked.title)
    return found


def _title(path: str, named: Mapping[str, str]) -> str:
    if path in named:
        return named[path]
    bare = ".".join(path.split(".")[2:]) if path.startswith("scopes.") else path
    known = next((title for one, title in _TITLES.items() if bare == one), "")
    return known or bare.rpartition(".")[2].replace("_", " ")


def _counted(picture: Picture, duty: Duty) -> Counted | None:
    """Return what the time of a duty counts from; None where only an earlier text starts it."""
    view, law, deadline = picture.view(duty.scope), duty.law, duty.deadline
    paths = [one.fact for one in law.trigger.earliest if not one.sent]
    if view is None or duty.owed is False or not paths:
        return None
    starts = [start for path in paths if (start := start_at(view.values, path))]
    first = min(starts, key=lambda one: one.at, default=None)
    if first is None or deadline.provisional_because:
        return Counted(law.event) if deadline.start else None
    at = {
        "kind": "instant",
        "at": stamp(first.at),
        "zone": first.zone,
        "precision": first.precision,
        "estimated": first.estimated,
    }
    return Counted(law.event, at, (view.path_of(first.path),))


def _following(picture: Picture, scope: str, mine: Sequence[Obligation]) -> Iterator[Following]:
    """Yield the stages that continue these or start with them, while nobody was told."""
    ids = {one.qualified_id for one in mine}
    for duty in picture.duties_of(scope):
        law = duty.law
        comes = law.continues in ids or bool(law.stages & ids)
        if not comes or law.qualified_id in ids or not duty.owed or duty.told is not Told.WAITING:
            continue
        if law.by_notice and law.stage:
            yield Following(law, _stage(law, picture, scope), *_due(picture, duty))


def _due(picture: Picture, duty: Duty) -> tuple[Mapping[str, Any] | None, tuple[str, ...]]:
    deadline, view = duty.deadline, picture.view(duty.scope)
    start = deadline.start
    if deadline.kind is not DeadlineKind.DEADLINE or start is None or deadline.due_at is None:
        return None, ()
    due = {
        "kind": "instant",
        "at": stamp(deadline.due_at),
        "zone": start.zone,
        "precision": "minute",
        "estimated": False,
    }
    return due, (view.path_of(start.path),) if view else ()
