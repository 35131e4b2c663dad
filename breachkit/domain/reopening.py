"""Decisions not to notify that a later fact has reopened."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from breachkit.domain.assumption import NOT_TO_NOTIFY, Broken, find_broken
from breachkit.domain.entry import DecisionRecorded
from breachkit.domain.matter import Matter
from breachkit.domain.scope import ScopeView

TESTS = ("risk-authority", "risk-people")
"""The two decisions on risk."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """A decision not to notify that no longer holds, and the facts that speak against it."""

    entry: DecisionRecorded
    at: str
    """When it was recorded, UTC."""
    broken: tuple[Broken, ...]
    paths: tuple[str, ...]
    """Where the facts of `broken` are stated."""

    def __str__(self) -> str:
        one, path = self.broken[0], self.paths[0]
        more = f", and {len(self.broken) - 1} more" if len(self.broken) > 1 else ""
        return (
            f"the decision of {self.at[:16]}Z ({self.entry.decision} {self.entry.outcome}) rests on"
            f" {path}={in_words(one.before)}, which is now {in_words(one.now)}{more}"
        )


def reopened_by(matter: Matter, view: ScopeView) -> tuple[Reopened, ...]:
    """Return the last decisions on a scope's risk that a later fact speaks against."""
    return tuple(_reopened(matter, view))


def assumed(view: ScopeView, rests_on: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the assumptions of a decision: each stated fact with its value, and those nobody stated."""
    known, unsaid = [], []
    for path, text in rests_on.items():
        value = json.loads(text)
        if value is None:
            unsaid.append(view.path_of(path))
        else:
            known.append(f"{view.path_of(path)}={in_words(value)}")
    return known, unsaid


def in_words(value: Any) -> str:
    """Return a fact in the fewest words."""
    match value:
        case None:
            return "not stated"
        case bool():
            return "true" if value else "false"
        case {"kind": "count"}:
            return f"{value['form'].replace('_', ' ')} {value['value']}".removeprefix("exact ")
        case {"kind": "instant"}:
            return str(value["at"])
        case list():
            return ", ".join(map(str, value)) or "none"
        case _:
            return str(value)


def _reopened(matter: Matter, view: ScopeView) -> Iterator[Reopened]:
    for decision in TESTS:
        recorded = matter.recorded_decision(decision, view.scope)
        if recorded is None or not isinstance(recorded.entry, DecisionRecorded):
            continue
        entry = recorded.entry
        if entry.outcome in NOT_TO_NOTIFY and entry.rests_on:
            broken = find_broken(view, entry.rests_on)
            if broken:
                paths = tuple(view.path_of(one.path) for one in broken)
                yield Reopened(entry, recorded.at, broken, paths)
