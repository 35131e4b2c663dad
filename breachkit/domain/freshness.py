"""Whether a text still says what the facts say: supplement due, or contradicted."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from breachkit.domain.asked import Word, answer
from breachkit.domain.count import extent
from breachkit.domain.entry import Drafted
from breachkit.domain.instant import latest_of, moment
from breachkit.domain.patch import fact_at, is_branch
from breachkit.domain.scope import Stated


@dataclass(frozen=True, slots=True)
class Freshness:
    """The facts that have changed since a text was drafted."""

    contradicted: tuple[str, ...] = ()
    """The text prints a value that no longer holds, or words that rest on one."""
    supplement: tuple[str, ...] = ()
    """What the text leaves open, or prints less exactly, is known now."""

    @property
    def is_fresh(self) -> bool:
        """Whether nothing has changed."""
        return not (self.contradicted or self.supplement)


def freshness(drafted: Drafted, facts: Mapping[str, Any], unknown: Mapping[str, Any]) -> Freshness:
    """Return what has changed since a notice was drafted, of what it prints and of what it asked.

    What nobody had said and is stated now is a supplement, as is a thing that is new in a collection.
    A fact that was asked alone counts where it gives another answer: the words hang on no more.
    """
    stated = Stated(facts, unknown, drafted.scope)
    contradicted: dict[str, None] = {}
    supplement: dict[str, None] = {}
    for path, used in drafted.uses.items():
        before, now = _loads(used), stated.at(path)
        if now == before or (now is None and path.startswith(("workspace.", "unknown:"))):
            continue
        if _news(drafted.asked.get(path), before, now):
            for one, was, fact in _changes(path, before, now):
                (supplement if refines(was, fact) else contradicted)[stated.where(one)] = None
    left_open = (path for path in drafted.open_paths if fact_at(facts, path) is not None)
    supplement.update(dict.fromkeys(left_open))
    new = (path for path in supplement if path not in contradicted)
    return Freshness(tuple(contradicted), tuple(new))


_loads = lru_cache(maxsize=4096)(json.loads)
"""Reads a canonical value; the same few are held against the facts at each step."""


def _changes(path: str, before: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the paths that have changed, with what was there: of a collection those of its things."""
    head, star, tail = path.partition("*")
    if not star:
        before = sorted(before) if is_branch(before) else before  # so were branches kept at first
        if before != now:
            yield path, before, now
        return
    before, now = (one if tail else dict.fromkeys(one, True) for one in (before, now))
    for key in dict.fromkeys((*before, *now)):
        if before.get(key) != now.get(key):
            yield f"{head}{key}{tail}", before.get(key), now.get(key)


def _news(questions: Iterable[Sequence[Word]] | None, before: Any, now: Any) -> bool:
    """Tell whether a fact gives another answer; one that was printed is asked for as a whole."""
    if questions is None:
        return True
    return any(answer(before, tuple(one)) != answer(now, tuple(one)) for one in questions)


def refines(before: Any, now: Any) -> bool:
    """Tell whether a value says the same as before, more exactly, or says more beside it."""
    if before is None:
        return True
    if isinstance(before, list) and isinstance(now, list):
        return all(one in now for one in before)
    if not (isinstance(before, Mapping) and isinstance(now, Mapping)):
        return False
    if before.get("kind") == "instant" == now.get("kind"):
        end = latest_of(before["at"], before["zone"], before["precision"])
        return moment(before["at"]) <= moment(now["at"]) <= end
    if before.get("kind") == "count" == now.get("kind"):
        low, high = extent(before)
        return bool(low <= now["value"] and now.get("high", now["value"]) <= high)
    return False
