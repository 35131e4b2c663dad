"""What a decision not to notify rests on, and which later fact speaks against it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from breachkit.domain.count import extent
from breachkit.domain.entry import canonical
from breachkit.domain.factor import Evidence, Weight
from breachkit.domain.freshness import refines
from breachkit.domain.limb import SIGNS
from breachkit.domain.patch import fact_at, is_branch, merged, patch_of
from breachkit.domain.risk import Assessment, assess
from breachkit.domain.scope import ScopeView

NOT_TO_NOTIFY = frozenset({"unlikely", "not_high", "34-3-a", "34-3-b", "34-3-c"})
"""Outcomes that rest on assumptions; a decision to notify needs none."""

_SETS = ("data", "groups")
"""Collections of which the keys themselves are an assumption: that there are no others."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An assumption that no longer holds."""

    path: str
    """The fact, as the scope sees it."""
    before: Any
    """Its value when the decision was taken; None where nobody had said."""
    now: Any


def assumptions(view: ScopeView, found: Assessment, outcome: str) -> dict[str, str]:
    """Return what a decision rests on: each fact that was weighed, with its value at that time.

    Also that no other limb is touched, and what became of the copies: nobody had to weigh that yet.
    """
    evidence = Evidence(view)
    paths = dict.fromkeys(path for one in found.factors for path in one.paths)
    paths.update(dict.fromkeys(path for signs in SIGNS.values() for path in signs))
    keys = evidence.keys("data")
    paths.update(dict.fromkeys(f"data.{key}.protection.backup" for key in keys))
    for exemption in found.exemptions:
        if exemption.key == outcome:
            paths.update(dict.fromkeys(exemption.paths))
    rests = {path: _value(view, path) for path in paths if "*" not in path}
    known = {path: canonical(value).decode() for path, value in rests.items()}
    return known | {name: canonical(sorted(evidence.keys(name))).decode() for name in _SETS}


def find_broken(view: ScopeView, rests_on: Mapping[str, str]) -> tuple[Broken, ...]:
    """Return the assumptions that a later fact speaks against; one said more exactly does not."""
    changed = [
        Broken(path, json.loads(value), _now(view, path))
        for path, value in rests_on.items()
        if canonical(_now(view, path)).decode() != value
    ]
    if not changed:
        return ()
    factors = assess(view).factors
    favourable = {path for one in factors if one.weight is Weight.AGAINST for path in one.paths}
    weighed = {path for one in factors for path in one.paths}
    return tuple(
        one
        for one in changed
        if _is_against(one, favourable, view) and (one.before is not None or one.path in weighed)
    )


def _is_against(one: Broken, favourable: set[str], view: ScopeView) -> bool:
    if one.path in _SETS:
        return not set(one.now) <= set(one.before)
    if is_count(one.before) and is_count(one.now):
        return extent(one.now)[1] > extent(one.before)[1]
    if one.before is not None and refines(one.before, one.now):
        return False
    return one.path not in favourable and not _is_better(one, view)


def _is_better(one: Broken, view: ScopeView) -> bool:
    """Tell whether a result would be higher with the value of before, and none lower."""
    before = replace(view, values=merged(view.values, patch_of(one.path, one.before)))
    then, now = _ends(before), _ends(view)
    return then != now and all(new <= old for old, new in zip(then, now, strict=True))


def _ends(view: ScopeView) -> tuple[float, ...]:
    found = assess(view)
    return found.level.low, found.level.high, found.score.se.low, found.score.se.high


def is_count(value: Any) -> bool:
    """Tell whether a fact is a number of people or records."""
    return isinstance(value, dict) and value.get("kind") == "count"


def _now(view: ScopeView, path: str) -> Any:
    return sorted(Evidence(view).keys(path)) if path in _SETS else _value(view, path)


def _value(view: ScopeView, path: str) -> Any:
    """Return a fact; None where nobody has said, or where it is stated as not yet known."""
    found = fact_at(view.values, path)
    return None if is_branch(found) else found
