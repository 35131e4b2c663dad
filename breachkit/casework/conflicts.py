"""Where two laws pull apart on part of a text: shown, kept back in that part alone, cleared by a person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from breachkit.casework.picture import Picture
from breachkit.domain.duty import Duty
from breachkit.domain.entry import DecisionRecorded
from breachkit.domain.instrument import Conflict, Instrument
from breachkit.domain.patch import covers
from breachkit.domain.predicate import holds


@dataclass(frozen=True)
class Clash:
    """A conflict of laws that touches an incident."""

    conflict: Conflict
    instrument: Instrument
    """The law that bars what the other one asks for."""
    certain: bool
    """False while a fact that decides whether it applies is missing."""
    cleared: bool
    """A person decided, with reasons, that the part may be given."""

    @property
    def keeps_back(self) -> bool:
        """Whether the part it concerns is left out of a text."""
        return self.certain and not self.cleared


def clashes(picture: Picture, duties: Sequence[Duty] | None = None) -> Iterator[Clash]:
    """Yield the conflicts that touch some duties of an incident, or any of its duties."""
    asked = picture.duties if duties is None else duties
    cleared = set(_cleared(picture))
    for instrument in picture.instruments.values():
        for conflict in instrument.conflicts:
            if not any(_touches(conflict, duty) for duty in asked):
                continue
            applies = holds((*instrument.when, *conflict.when), picture.house.values)
            if applies is not False:
                yield Clash(conflict, instrument, applies is True, conflict.name in cleared)


def _touches(conflict: Conflict, duty: Duty) -> bool:
    """Tell whether a duty asks to say what a conflict is about."""
    patterns = (p for one in duty.law.requirements for p in (*one.facts, *one.any_of))
    return duty.law.instrument in conflict.against and any(
        covers(path, pattern) for pattern in patterns for path in conflict.facts
    )


def withheld(picture: Picture, duties: Sequence[Duty]) -> tuple[str, ...]:
    """Return the beginnings of the paths that a text for some duties leaves out for now."""
    return tuple(
        path
        for clash in clashes(picture, duties)
        if clash.keeps_back
        for path in clash.conflict.facts
    )


def clear_command(incident: str, conflict: Conflict) -> str:
    """Return the command by which a person clears a conflict."""
    return f"breachkit decision record {incident} --clearance {conflict.name} --reason TEXT"


def _cleared(picture: Picture) -> Iterator[str]:
    for recorded in picture.matter.decisions:
        entry = recorded.entry
        if isinstance(entry, DecisionRecorded) and entry.decision == "clearance":
            yield entry.outcome
