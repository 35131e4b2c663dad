"""Whether a text still says what the facts say: supplement due, or contradicted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breachkit.domain.count import extent
from breachkit.domain.entry import Drafted, canonical
from breachkit.domain.instant import latest_of, moment
from breachkit.domain.patch import fact_at


@dataclass(frozen=True, slots=True)
class Freshness:
    """The facts that have changed since a text was drafted."""

    contradicted: tuple[str, ...] = ()
    """The text prints a value that no longer holds."""
    supplement: tuple[str, ...] = ()
    """What the text leaves open, or prints less exactly, is known now."""

    @property
    def is_fresh(self) -> bool:
        """Whether nothing has changed."""
        return not (self.contradicted or self.supplement)


def freshness(drafted: Drafted, facts: Mapping[str, Any], unknown: Mapping[str, Any]) -> Freshness:
    """Return what has changed since a notice was drafted; a stated fact is compared by its path."""
    contradicted: list[str] = []
    supplement: list[str] = []
    for path, used in drafted.uses.items():
        value = fact_at(facts, path)
        if path in unknown or path.startswith(("workspace.", "unknown:")):
            continue
        if value is None or canonical(value).decode() != used:
            exact = value is not None and refines(json.loads(used), value)
            (supplement if exact else contradicted).append(path)
    for path in drafted.open_paths:
        if fact_at(facts, path) is not None:
            supplement.append(path)
    return Freshness(tuple(contradicted), tuple(supplement))


def refines(before: Any, now: Any) -> bool:
    """Tell whether a value says the same as before, more exactly."""
    if not (isinstance(before, Mapping) and isinstance(now, Mapping)):
        return False
    if before.get("kind") == "instant" == now.get("kind"):
        end = latest_of(before["at"], before["zone"], before["precision"])
        return moment(before["at"]) <= moment(now["at"]) <= end
    if before.get("kind") == "count" == now.get("kind"):
        low, high = extent(before)
        return bool(low <= now["value"] and now.get("high", now["value"]) <= high)
    return False
