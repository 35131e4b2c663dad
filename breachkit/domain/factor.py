"""A factor of the risk decision: what it says, the facts behind it, its source, and which way it weighs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from breachkit.domain.patch import covers, fact_at, is_branch
from breachkit.domain.scope import ScopeView
from breachkit.domain.standing import Standing

EVERY = "*"
"""Stands for the kinds of data while nobody has said which they are."""


class Weight(StrEnum):
    """Which way a factor weighs in both tests."""

    TOWARDS = "towards a risk"
    AGAINST = "against a risk"
    NEUTRAL = "neither"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that is weighed."""

    name: str
    says: str
    """What the facts say of it, in words."""
    paths: tuple[str, ...]
    """The facts behind it, as the scope sees them."""
    weight: Weight
    citation: str
    standing: Standing
    unknown: tuple[str, ...] = ()
    """The facts that are missing for it, as the scope sees them."""
    leaves_open: bool = False
    """Whether it is known and yet settles nothing, such as records that were never kept."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The facts of one scope as the tests read them: one that is not known yet reads as None."""

    view: ScopeView

    def text(self, path: str) -> str | None:
        """Return a fact that is a word or a text."""
        found = self._at(path)
        return found if isinstance(found, str) else None

    def yes(self, path: str) -> bool | None:
        """Return a fact that is yes or no."""
        found = self._at(path)
        return found if isinstance(found, bool) else None

    def leaf(self, path: str) -> Mapping[str, Any] | None:
        """Return a number or an instant."""
        found = self._at(path)
        return found if isinstance(found, dict) else None

    def words(self, path: str) -> tuple[str, ...]:
        """Return a fact that is a list; empty where nobody has said."""
        found = self._at(path)
        return tuple(map(str, found)) if isinstance(found, list) else ()

    def keys(self, area: str) -> tuple[str, ...]:
        """Return the keys of a collection, with those that are only known not to be known."""
        found = self.view.values.get(area)
        keys = dict.fromkeys(found if is_branch(found) else ())
        marked = [path for path in self.view.unknown if covers(area, path)]
        keys.update(dict.fromkeys(path.split(".")[1] for path in marked if path != area))
        if area in marked or not keys:
            keys[EVERY] = None
        return tuple(keys)

    def is_marked(self, path: str) -> bool:
        """Tell whether a fact, or one below it, is stated as not yet known."""
        return any(covers(one, path) or covers(path, one) for one in self.view.unknown)

    def missing(self, *paths: str) -> tuple[str, ...]:
        """Return which facts nobody has stated."""
        return tuple(path for path in paths if self._at(path) is None)

    def _at(self, path: str) -> Any:
        if any(covers(one, path) for one in self.view.unknown):
            return None
        return fact_at(self.view.values, path)
