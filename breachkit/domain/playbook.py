"""A playbook: the steps by which a breach is usually worked, and how far an incident has come in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from breachkit.domain.condition import Condition
from breachkit.domain.predicate import View, holds, undecided
from breachkit.domain.standing import LawPart, Standing
from breachkit.domain.text import Key, Line, Text


class Step(LawPart):
    """One thing to do: by whom, why and on what ground, with which commands, and what can come next."""

    id: Key
    title: Line
    who: Line
    """A role of people.toml, or several in words."""
    do: Text
    why: Text
    citation: tuple[Line, ...] = Field(min_length=1)
    standing: Standing
    """How well the ground is known, at its weakest."""
    command: tuple[Line, ...] = Field(min_length=1)
    next: tuple[Key, ...]
    when: tuple[Condition, ...] = ()
    """Under which conditions the step is to be taken; none: always."""
    done: tuple[Condition, ...] = ()
    """By which conditions one sees that it is done; none: no fact or entry says so."""


class Playbook(LawPart):
    """Steps in the order in which they are usually taken; the order is no cage."""

    id: Key
    title: Line
    start: Key
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        names = [step.id for step in self.steps]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"step {name} stands there twice")
        named = {self.start, *(to for step in self.steps for to in step.next)}
        if unknown := sorted(named.difference(names)):
            raise ValueError(f"there is no step {unknown[0]}")
        return self


class Progress(StrEnum):
    """How a step stands in an incident."""

    DONE = "done"
    OPEN = "to do"
    NOT_NOW = "not now"
    """Its condition does not hold."""
    UNDECIDED = "undecided"
    """Whether its condition holds depends on facts that nobody has stated."""
    UNTRACKED = "any time"
    """Its condition holds, and no fact or entry says whether it is done."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A step as it stands in an incident."""

    step: Step
    progress: Progress
    holds: bool | None
    """Whether its condition holds; None while that is undecided."""
    questions: tuple[str, ...] = ()
    """The facts that would decide it, by path."""


def mark_steps(playbook: Playbook, view: View) -> tuple[Marked, ...]:
    """Return each step with how it stands; `view` are the facts, and under `record` what was done."""
    return tuple(_marked(step, view) for step in playbook.steps)


def record_view(facts: Mapping[str, object], record: Mapping[str, object]) -> View:
    """Return what the conditions of a playbook look at."""
    return {**facts, "record": dict(record)}


def _marked(step: Step, view: View) -> Marked:
    now = holds(step.when, view)
    if step.done and holds(step.done, view):
        return Marked(step, Progress.DONE, now)
    if now is None:
        return Marked(step, Progress.UNDECIDED, None, undecided(step.when, view))
    if now is False:
        return Marked(step, Progress.NOT_NOW, False)
    return Marked(step, Progress.OPEN if step.done else Progress.UNTRACKED, True)
