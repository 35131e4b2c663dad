"""What a duty requires of its notice, held against the facts of one scope: met, unknown or missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from breachkit.domain.obligation import Obligation, Requirement, UnknownAllowed
from breachkit.domain.patch import upward
from breachkit.domain.predicate import Answers, bind, expand, holds, undecided
from breachkit.domain.scope import ScopeView


class Answer(StrEnum):
    """How far a requirement is met."""

    MET = "met"
    UNKNOWN = "not yet known"
    MISSING = "missing"
    QUESTION = "question"
    """Whether it is required at all depends on a fact that is missing."""


_STATED = frozenset({"controller.name", "timeline.controller_aware_at"})


@dataclass(frozen=True, slots=True)
class Gap:
    """A fact that a requirement asks for and that is not stated."""

    obligation: str
    """Qualified id of the obligation."""
    citation: str
    title: str
    path: str
    """Where the fact is stated, as `incident amend` takes it."""
    view_path: str
    """The same as the scope sees it."""
    answer: Answer
    allowed: UnknownAllowed
    """In which notices a reasoned "not yet known" will do."""
    reason: str = ""
    follows_by: Mapping[str, Any] | None = None

    @property
    def needed_now(self) -> bool:
        """Whether a name, a contact or the awareness is missing: they are stated, not found out.

        So they never follow, and a text holds a place open for them.
        """
        never = self.allowed is UnknownAllowed.NEVER
        return never and ("contact" in self.view_path.split(".") or self.view_path in _STATED)

    def blocks(self, phase: str) -> bool:
        """Tell whether a notice of this phase is incomplete because of the gap."""
        if self.answer is not Answer.UNKNOWN or self.allowed is UnknownAllowed.NEVER:
            return True
        return self.allowed is UnknownAllowed.INITIAL and phase == "final"


@dataclass(frozen=True, slots=True)
class Held:
    """A requirement with its answer and what is missing for it."""

    requirement: Requirement
    answer: Answer
    gaps: tuple[Gap, ...]
    """The facts still open; for a question, the facts that would decide it."""


def hold_requirements(
    obligation: Obligation, view: ScopeView, answers: Answers
) -> tuple[Held, ...]:
    """Return each requirement of an obligation that applies to a scope, with its answer.

    `answers` are those of the view's values, shared by all obligations that ask the same.
    """
    name = obligation.qualified_id
    found = (_hold(name, one, view, answers) for one in obligation.requirements)
    return tuple(held for held in found if held is not None)


def _hold(
    obligation: str, requirement: Requirement, view: ScopeView, answers: Answers
) -> Held | None:
    applies = _applies(requirement, answers)
    if not applies:
        return None
    gaps: list[Gap] = []
    for binding, answer in applies:
        if answer:
            gaps += _open(obligation, requirement, view, answers, binding)
        else:
            paths = undecided(requirement.when, view.values, binding)
            gaps += (_gap(obligation, requirement, view, path, Answer.QUESTION) for path in paths)
    if not gaps:
        return Held(requirement, Answer.MET, ())
    found = {gap.answer for gap in gaps}
    worst = next(answer for answer in _WORST_FIRST if answer in found)
    return Held(requirement, worst, tuple(gaps))


_WORST_FIRST = (Answer.MISSING, Answer.QUESTION, Answer.UNKNOWN)


def _applies(
    requirement: Requirement, answers: Answers
) -> list[tuple[tuple[str, ...], bool | None]]:
    """Return the keys for which a requirement applies, or may apply; empty where for none."""
    if requirement.applies_by_key:
        bindings = expand(answers.view, requirement.collection) or ((),)
        by_key = [(one, holds(requirement.when, answers.view, one)) for one in bindings]
        return [one for one in by_key if one[1] is not False]
    answer = answers.holds(requirement.when)
    if answer is False:
        return []
    return [(one, answer) for one in expand(answers.view, requirement.collection) or ((),)]


def _open(
    obligation: str,
    requirement: Requirement,
    view: ScopeView,
    answers: Answers,
    binding: tuple[str, ...],
) -> Iterator[Gap]:
    for pattern in requirement.facts:
        path = bind(pattern, binding)
        if "*" in path or not answers.stated(path):
            yield _gap(obligation, requirement, view, path, Answer.MISSING)
    choices = [bind(pattern, binding) for pattern in requirement.any_of]
    if choices and not any(_stated_everywhere(answers, path) for path in choices):
        yield _gap(obligation, requirement, view, choices[0], Answer.MISSING)


def _stated_everywhere(answers: Answers, path: str) -> bool:
    if "*" not in path:
        return answers.stated(path)
    keys = expand(answers.view, path)
    return bool(keys) and all(answers.stated(bind(path, key)) for key in keys)


def _gap(
    obligation: str, requirement: Requirement, view: ScopeView, path: str, answer: Answer
) -> Gap:
    why = _why_unknown(view, path)
    return Gap(
        obligation=obligation,
        citation=requirement.citation,
        title=requirement.title,
        path=view.path_of(path),
        view_path=path,
        answer=Answer.UNKNOWN if why else answer,
        allowed=requirement.unknown,
        reason=str(why.get("reason", "")) if why else "",
        follows_by=why.get("follows_by") if why else None,
    )


def _why_unknown(view: ScopeView, path: str) -> Mapping[str, Any] | None:
    bare = path.partition(".*")[0]
    return next((view.unknown[known] for known in upward(bare) if known in view.unknown), None)
