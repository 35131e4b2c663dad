"""A form held against the facts of one scope: each field answered, open, not asked, or a question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from breachkit.domain.form import TEXTS, FieldKind, Fill, Form, FormField, Required
from breachkit.domain.form_derive import derive
from breachkit.domain.patch import Tree, fact_at, is_branch, upward
from breachkit.domain.predicate import MISSING, bind, expand, holds, lookup, undecided
from breachkit.domain.scope import ScopeView

STATUS = "r4"
"""The field that says whether a notification is complete; it follows from all the others."""

NOT_ASKED = "not asked"
"""Stands for the answer to a field that is not shown, so that conditions on it are settled."""

_BEHIND = {
    "filing.controller_in_eea": "controller.country",
    "filing.late": "timeline.controller_aware_at",
}
"""The fact to state where a condition looks at what follows from it."""


class State(StrEnum):
    """Where a field stands."""

    ANSWERED = "answered"
    OPEN = "open"
    """Mandatory or applicable, and without an answer."""
    QUESTION = "question"
    """Whether it is asked at all depends on an answer that is missing."""
    OPTIONAL = "optional"
    IF_WANTED = "if the authority wants it"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class FieldAnswer:
    """A field with its answer and where that comes from."""

    field: FormField
    state: State
    value: Any = None
    paths: tuple[str, ...] = ()
    """Where the answer was stated, as `incident amend` names it."""
    questions: tuple[str, ...] = ()
    """For a question: the rows (`r55`) and facts that would decide it."""
    derived: Any = None
    """What the facts say otherwise than the answer that somebody stated; None where they agree."""
    why: Mapping[str, Any] | None = None
    """What is stated as not yet known: its reason and when it will follow."""
    problem: str = ""
    """Why the answer cannot stand as it is."""
    proposed: bool = False
    """Whether the answer is our proposal only, which somebody has to confirm."""
    remark: str = ""
    """What the answer comes from, where that has to be seen beside it."""

    @property
    def is_settled(self) -> bool:
        """Whether a complete notification may leave it as it is."""
        return self.state not in {State.OPEN, State.QUESTION} and not self.proposed


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form as one scope's facts fill it."""

    form: Form
    view: ScopeView
    status: str
    """complete, incomplete or withdraw."""
    answers: tuple[FieldAnswer, ...]

    @property
    def open(self) -> tuple[FieldAnswer, ...]:
        """The fields that still have to be answered."""
        return tuple(one for one in self.answers if one.state is State.OPEN)

    @property
    def questions(self) -> tuple[FieldAnswer, ...]:
        """The mandatory and conditional fields of which it is not settled that they are asked."""
        return tuple(one for one in self.answers if one.state is State.QUESTION)

    @property
    def proposed(self) -> tuple[FieldAnswer, ...]:
        """The answers that are our proposals, and wait for somebody to confirm them."""
        return tuple(one for one in self.answers if one.proposed)

    @property
    def problems(self) -> tuple[FieldAnswer, ...]:
        """The answers that cannot stand as they are."""
        return tuple(one for one in self.answers if one.problem)


def fill_form(form: Form, view: ScopeView, filing: Mapping[str, Any]) -> FilledForm:
    """Return a form as far as the facts and statements of one scope answer it.

    `filing` is what the record knows of the notification itself: whether it is a new one, who the
    processor is, when people were told. A final one is complete, whatever is still open: what is, is
    then an error. A statement under the field's own name wins over the facts.
    """
    status = "withdraw" if filing.get("withdrawn") else "complete" if filing.get("final") else ""
    if not status:
        status = _status_of(_settle(form, view, {**filing, "status": "incomplete"}))
    answers = _settle(form, view, {**filing, "status": status})
    chosen = next((one.value for one in answers if one.field.name == STATUS), status)
    return FilledForm(form, view, str(chosen), tuple(_checked(form, answers, str(chosen))))


def _status_of(answers: Iterable[FieldAnswer]) -> str:
    """Return complete where nothing is open and nothing was left to be determined."""
    unsettled = (
        not one.is_settled or _left_open(one) for one in answers if one.field.name != STATUS
    )
    return "incomplete" if any(unsettled) else "complete"


def _settle(form: Form, view: ScopeView, filing: Mapping[str, Any]) -> list[FieldAnswer]:
    values: Tree = {**view.values, "filing": dict(filing)}
    found: list[FieldAnswer] = []
    for field in form.fields:
        answer = _answer(field, view, values)
        if values.get(STATUS) == "withdraw" and field.row not in form.head.withdrawal:
            answer = replace(answer, state=State.NOT_ASKED, questions=())
        shown = answer.state is not State.NOT_ASKED
        if answer.value is not None or not shown:
            values[field.name] = answer.value if shown else NOT_ASKED
        found.append(answer)
    return found


def _answer(field: FormField, view: ScopeView, values: Tree) -> FieldAnswer:
    asked = holds(field.shown_if, values)
    stated = fact_at(view.own, f"form.{field.name}")
    derived, paths = _from_facts(field, view, values)
    open_questions = tuple(
        _BEHIND.get(path, path) for path in undecided(field.shown_if, values) if asked is None
    )
    why = _why_open(field, view)
    answer = FieldAnswer(field, _state(field, asked, answered=False), why=why)
    if stated is not None:
        other = derived if _contradicts(field, stated, derived, values, view) else None
        path = f"scopes.{view.scope}.form.{field.name}"
        answer = replace(answer, value=stated, paths=(path,), derived=other, why=None)
    elif derived is not None and asked is not False:
        answer = replace(answer, value=derived, paths=paths, **_told_beside(field, view, values))
    known = answer.value is not None
    state = _state(field, asked, answered=known)
    return replace(answer, state=state, questions=open_questions)


def _state(field: FormField, asked: bool | None, *, answered: bool) -> State:
    if asked is False:
        return State.NOT_ASKED
    if asked is None and field.requirement is not Required.OPTIONAL:
        return State.QUESTION
    if answered:
        return State.ANSWERED
    if field.authority_option:
        return State.IF_WANTED
    return State.OPTIONAL if field.requirement is Required.OPTIONAL else State.OPEN


def _from_facts(field: FormField, view: ScopeView, values: Tree) -> tuple[Any, tuple[str, ...]]:
    """Return the answer that the facts give and where they were stated; None for none."""
    picked: dict[str, None] = {}
    paths: dict[str, None] = {}
    for fill in field.fill:
        value = _filled(field, fill, view, values)
        if value is None:
            continue
        used = _used(fill, view, values)
        if not (field.multiple and field.options):
            return value, used
        paths.update(dict.fromkeys(used))
        picked.update(dict.fromkeys(value if isinstance(value, list) else [value]))
    chosen = [key for key in field.options if key in picked]
    return (chosen or None), tuple(paths)


def _told_beside(field: FormField, view: ScopeView, values: Tree) -> dict[str, Any]:
    """Return whether an answer is a proposal, and what is remarked on it, by the rule that gave it."""
    if field.multiple and field.options:
        return {}
    rules = (fill for fill in field.fill if _filled(field, fill, view, values) is not None)
    fill = next(rules)
    remark = lookup(values, fill.remark) if fill.remark else MISSING
    return {"proposed": fill.proposed, "remark": "" if remark is MISSING else str(remark)}


def _filled(field: FormField, fill: Fill, view: ScopeView, values: Tree) -> Any:
    if holds(fill.when, values) is not True:
        return None
    if fill.unknown:
        said = any(_unknown_at(view, pattern) for pattern in fill.unknown)
        return fill.value if said else None
    if fill.derive:
        return derive(fill.derive, values, fill.source) or None
    if fill.value is not None:
        return fill.value
    found = _found(fill, values)
    if fill.options:
        return _chosen(field, fill, found)
    return _taken(field, found)


def _found(fill: Fill, values: Tree) -> list[Any]:
    """Return the facts that a rule looks at, in its order; a list of facts counts one by one."""
    found: list[Any] = []
    for pattern in fill.source:
        for binding in expand(values, pattern):
            value = lookup(values, bind(pattern, binding))
            if value is not MISSING:
                found += value if isinstance(value, list) else [value]
    return found


def _chosen(field: FormField, fill: Fill, found: list[Any]) -> Any:
    """Return the options that facts stand for; where one answer is wanted, they have to agree."""
    keys = [fill.options[str(one)] for one in found if str(one) in fill.options]
    if field.multiple:
        return keys or None
    return keys[0] if len(set(keys)) == 1 and len(keys) == len(found) else None


def _taken(field: FormField, found: list[Any]) -> Any:
    """Return facts as the answer that they are: texts joined, a list as a list."""
    if not found:
        return None
    if field.multiple or field.kind is FieldKind.LIST:
        return [str(one) for one in found]
    if field.kind in TEXTS:
        return "\n".join(str(one) for one in found)
    return found[0]


def _used(fill: Fill, view: ScopeView, values: Tree) -> tuple[str, ...]:
    """Return where the facts of a rule were stated."""
    patterns = fill.source or tuple(
        pattern for pattern in fill.unknown if _unknown_at(view, pattern)
    )
    found: dict[str, None] = {}
    for pattern in patterns:
        bound = [bind(pattern, keys) for keys in expand(values, pattern)] or [pattern]
        for path in bound:
            if fill.unknown or lookup(values, path) is not MISSING:
                found[path if path.startswith("filing.") else _stated_at(view, path)] = None
    return tuple(found)


def _stated_at(view: ScopeView, path: str) -> str:
    """Return where a fact was stated; part of a number or an instant is stated as the whole."""
    above = path.rpartition(".")[0]
    whole = above and fact_at(view.values, above) is not None
    if whole and not is_branch(fact_at(view.values, above)):
        path = above
    return path if path.startswith("risk.") else view.path_of(path)


def _unknown_at(view: ScopeView, pattern: str) -> Mapping[str, Any] | None:
    """Return why a fact is stated as not yet known, at its path, above it, or for any key of a `*`."""
    bare, star, rest = pattern.partition(".*.")
    for known, why in view.unknown.items():
        if known in upward(bare) or (star and known.startswith(f"{bare}.")):
            ends = known.removeprefix(f"{bare}.").partition(".")[2]
            if known in upward(bare) or not ends or f"{rest}.".startswith(f"{ends}."):
                return why
    return None


def _why_open(field: FormField, view: ScopeView) -> Mapping[str, Any] | None:
    patterns = (f"form.{field.name}", *field.ask)
    return next((why for pattern in patterns if (why := _unknown_at(view, pattern))), None)


def _contradicts(
    field: FormField, stated: Any, derived: Any, values: Tree, view: ScopeView
) -> bool:
    """Tell whether the facts say something else; another wording is none, nor is a proposal's change."""
    if derived is None or field.kind in TEXTS or field.name == STATUS:
        return False
    sure = replace_fills(field, (one for one in field.fill if not (one.weak or one.unknown)))
    derived, _ = _from_facts(sure, view, values)
    if derived is None:
        return False
    if isinstance(derived, list) and isinstance(stated, list):
        return not set(map(str, derived)) <= set(map(str, stated))
    return bool(derived != stated)


def replace_fills(field: FormField, fills: Iterable[Fill]) -> FormField:
    """Return a field that only some of its rules fill."""
    return field.model_copy(update={"fill": tuple(fills)})


def _left_open(answer: FieldAnswer) -> bool:
    picked = answer.value if isinstance(answer.value, list) else [answer.value]
    shown = answer.state is not State.NOT_ASKED
    return shown and any(key in answer.field.incomplete_only for key in picked)


def _checked(form: Form, answers: list[FieldAnswer], status: str) -> Iterable[FieldAnswer]:
    """Yield the answers, each with what is wrong with it."""
    given: Tree = {
        one.field.name: one.value
        for one in answers
        if one.value is not None and one.state is not State.NOT_ASKED
    }
    wrong = [one for one in form.contradictions if holds(one.when, given)]
    unsettled = sum(not one.is_settled for one in answers)
    late = _told_after_awareness(given)
    for one in answers:
        found = [rule.text for rule in wrong if one.field.row in rule.rows]
        if status == "complete" and _left_open(one):
            found.append("a complete notification leaves nothing to be determined")
        if status == "complete" and one.field.name == STATUS and unsettled:
            found.append(f"complete is stated, and {unsettled} fields are not settled")
        if late and one.field.row == _TOLD_ROW:
            found.append("the controller would have been told after it was aware (row 48)")
        yield replace(one, problem="; ".join(found)) if found else one


_TOLD_ROW = 52


def _told_after_awareness(given: Tree) -> bool:
    told, aware = given.get("r52"), given.get("r48")
    if not isinstance(told, dict) or not isinstance(aware, dict):
        return False
    # A telling known to the day may mean any moment of it: only a later day contradicts.
    return bool(told["at"][:10] > aware["at"][:10])
