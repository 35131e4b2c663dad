"""Evaluating all instruments for a thousand incidents, against a thousand times one."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from benchmarks.figure import Figure, alternate, seconds
from benchmarks.workspace import CAMERAS, OPENED, alert, prepare
from breachkit.casework.picture import picture_of
from breachkit.domain.duty import find_duties

INCIDENTS = 1_000


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare a thousand incidents of their own with one incident a thousand times.

    No profile is stated, so that no law can be left out.
    """
    with prepare(folder / "psirt", profile=False) as kit:
        law, terms, rules = kit.rules.obligations, kit.rules.terms(), kit.rules
        first = kit.open_incident(alert(CAMERAS)).picture
        matters = [
            replace(first.matter, id=f"2026-{number:04d}", facts=deepcopy(first.matter.facts))
            for number in range(INCIDENTS)
        ]
        views = []
        for matter in matters:
            picture = picture_of(matter, rules, OPENED)
            views.append((*picture.views, picture.house))

    def thousand() -> float:
        return seconds(
            lambda: [find_duties(*one, law, terms) for one in zip(matters, views, strict=True)]
        )

    def one() -> float:
        return seconds(
            lambda: [find_duties(matters[0], views[0], law, terms) for _ in range(INCIDENTS)]
        )

    paired = alternate(thousand, one, pairs)
    duties = len(find_duties(matters[0], views[0], law, terms))
    notes = (f"{len(law)} obligations, {duties} duties an incident: {paired.peer:.1f} s in all",)
    yield Figure(
        "law",
        f"all instruments for {INCIDENTS:,} incidents",
        f"one incident {INCIDENTS:,} times",
        paired,
        paired.ratio,
        goal=1.1,
        notes=notes,
    )
