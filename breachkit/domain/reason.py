"""Conditions in words: what a law asks, and how the facts of a scope answer it."""

from collections.abc import Iterable, Iterator, Mapping

from breachkit.domain.condition import (
    AnyOf,
    AtLeast,
    Condition,
    DutyOwed,
    FactIn,
    FactNotIn,
    FactStated,
    KeyIn,
    LaterThan,
    NotAll,
)
from breachkit.domain.predicate import MISSING, View, bind, expand, holds, lookup


def in_words(condition: Condition) -> str:
    """Return what a condition asks, such as `profile.nis2 is essential or important`."""
    match condition:
        case AnyOf():
            groups = (" and ".join(map(in_words, group)) for group in condition.groups)
            return f"({' or '.join(groups)})"
        case NotAll():
            return f"not ({' and '.join(map(in_words, condition.conditions))})"
        case DutyOwed():
            return f"{condition.duty} is owed"
        case FactStated():
            return f"{condition.fact} is {'stated' if condition.stated else 'not stated'}"
        case KeyIn():
            return f"{condition.fact} has {' or '.join(condition.values)}"
        case LaterThan():
            return f"{condition.fact} is more than {condition.by} after {condition.other}"
        case AtLeast():
            return f"{condition.fact} is {condition.number} or more"
        case FactIn() | FactNotIn():
            negated = "not " if isinstance(condition, FactNotIn) else ""
            return f"{condition.fact} is {negated}{' or '.join(map(_value, condition.values))}"


def reasons(conditions: Iterable[Condition], view: View) -> tuple[str, ...]:
    """Return the facts that make conditions true, false or undecided together, each once.

    What is false is told by the first condition that is; paths are as the scope sees them.
    """
    conditions = tuple(conditions)
    answer = holds(conditions, view)
    decisive = [condition for condition in conditions if holds((condition,), view) is answer]
    told = decisive[:1] if answer is False else decisive
    found = dict.fromkeys(one for part in told for one in _reasons(part, view, answer))
    # That a fact is stated goes without saying where its value is told.
    telling = [one for one in found if not one.endswith(" is stated")]
    return tuple(telling or found)


def _reasons(condition: Condition, view: View, answer: bool | None) -> Iterator[str]:
    match condition:
        case AnyOf():
            yield from _of_groups(condition, view, answer)
        case NotAll():
            yield from _each(condition.conditions, view)
        case DutyOwed():
            yield f"{condition.duty} is {'' if answer else 'not '}owed"
        case LaterThan():
            yield from (_told(view, path) for path in (condition.fact, condition.other))
        case FactStated():
            yield f"{condition.fact} is {'' if condition.stated is answer else 'not '}stated"
        case _:
            for keys in expand(view, condition.fact) or ((),):
                path = bind(condition.fact, keys)
                if len(keys) == 0 or holds((condition,), view, keys) is answer:
                    yield _told(view, path)


def _each(conditions: Iterable[Condition], view: View) -> Iterator[str]:
    for condition in conditions:
        yield from _reasons(condition, view, holds((condition,), view))


def _of_groups(condition: AnyOf, view: View, answer: bool | None) -> Iterator[str]:
    """Yield why one group holds, or why none does; that something is unstated only where it is all."""
    groups = [group for group in condition.groups if holds(group, view) is answer]
    if answer:
        yield from reasons(groups[0], view)
        return
    found = [reason for group in groups for reason in reasons(group, view)]
    telling = [reason for reason in found if not reason.endswith(" stated")]
    yield from telling or found


def _told(view: View, path: str) -> str:
    value = lookup(view, path)
    if value is MISSING:
        return f"nobody has said {path}"
    return f"{path} is {_value(value)}"


def _value(value: object) -> str:
    """Return a fact in a few words."""
    match value:
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(_value, value)) or "empty"
        case Mapping():
            shown = value.get("at", value.get("value"))
            return str(shown) if shown is not None else ", ".join(map(str, value)) or "empty"
        case _:
            return str(value)
