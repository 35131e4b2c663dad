"""What ten times the incidents cost a single one."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from benchmarks.figure import Figure, Side, alternate, seconds
from benchmarks.workspace import CAMERAS, alert, fill, prepare
from breachkit.app import Breachkit

FEW, MANY = 100, 1_000
ENTRIES_EACH = 10


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare the same steps in two workspaces, one with ten times the incidents."""
    with prepare(folder / "many") as many, prepare(folder / "few") as few:
        for kit, incidents in ((many, MANY), (few, FEW)):
            fill(kit, incidents=incidents, entries=incidents * ENTRIES_EACH)
        for what, step in (("incident open", _opening), ("notice draft", _drafting)):
            paired = alternate(step(many), step(few), pairs, warm=3)
            yield Figure(
                "growth",
                f"{what} beside {MANY:,} incidents",
                f"beside {FEW}",
                paired,
                paired.ratio,
                goal=1.1,
            )


def _opening(kit: Breachkit) -> Side:
    numbers = count()

    def run() -> float:
        given, reference = alert(CAMERAS), f"PD-{next(numbers)}"
        return seconds(lambda: kit.open_incident(given, reference=reference))

    return run


def _drafting(kit: Breachkit) -> Side:
    def run() -> float:
        incident = kit.open_incident(alert(CAMERAS)).id
        return seconds(lambda: kit.draft(incident, scopes=["lumen"]))

    return run
