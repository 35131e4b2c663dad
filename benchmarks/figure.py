"""One figure: two things measured in turn, the ratio between them, and the goal it is held against."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

Side = Callable[[], float]
"""Does one thing once and answers how many seconds the measured part of it took."""


@dataclass(frozen=True, slots=True)
class Paired:
    """Two things measured in turn, pair by pair."""

    ours: float
    """Median seconds."""
    peer: float
    """Median seconds of what it is compared with."""
    ratio: float
    """Median of the ratios within the pairs: what slows the machine down slows both of a pair."""
    pairs: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio with its goal."""

    name: str
    what: str
    peer: str
    """What it is compared with."""
    paired: Paired
    result: float
    goal: float | None = None
    """The most that the result may be, or with `at_least` the least; None where it is only told."""
    at_least: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        if self.goal is None:
            return None
        return self.result >= self.goal if self.at_least else self.result <= self.goal


def seconds(act: Callable[[], object]) -> float:
    """Return how long something takes, once."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def alternate(ours: Side, peer: Side, pairs: int, warm: int = 1) -> Paired:
    """Measure two sides in turn, each first in every other pair, after some rounds that do not count."""
    for _ in range(warm):
        ours(), peer()
    mine: list[float] = []
    theirs: list[float] = []
    for number in range(pairs):
        order = ((ours, mine), (peer, theirs))
        for side, found in order if number % 2 else reversed(order):
            found.append(side())
    ratio = median(one / other for one, other in zip(mine, theirs, strict=True))
    return Paired(median(mine), median(theirs), ratio, pairs)
