"""Conditions on facts as data, answered with yes, no or undecided."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeAlias

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
from breachkit.domain.patch import parts_of


class Missing(Enum):
    """The answer of a look-up where nobody has said anything."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""Stands for a fact that nobody has stated; a JSON null means the same."""

View: TypeAlias = Mapping[str, object]
"""The facts of one incident as one scope sees them: nested plain JSON values."""

Duties: TypeAlias = Mapping[str, bool | None]
"""Whether an obligation is owed in the same scope, by qualified id; None while undecided."""

NO_DUTIES: Final[Duties] = MappingProxyType({})
"""For conditions that do not ask about other duties."""


def lookup(view: View, path: str) -> object:
    """Return the value at a path, or MISSING where nobody has said anything.

    A null is MISSING too: taking a statement back returns to "nobody has said".
    """
    return _follow(view, parts_of(path))


def stated(view: View, path: str) -> bool:
    """Tell whether something was said at a path; an empty text, list or mapping says nothing."""
    value = lookup(view, path)
    if isinstance(value, str):
        return bool(value.strip())
    return bool(value) if isinstance(value, dict | list | tuple) else value is not MISSING


def expand(view: View, pattern: str) -> tuple[tuple[str, ...], ...]:
    """Return what each `*` of a pattern can stand for, one binding for each combination of keys.

    A pattern without `*` has one empty binding; without any key there is none. Whether something
    stands below the last `*` is not asked, so that a missing fact still has its binding.
    """
    return tuple(_bindings(view, pattern.split("."))) if "*" in pattern else ((),)


def bind(pattern: str, binding: Sequence[str]) -> str:
    """Replace the first `*`s of a pattern, in order; those beyond the binding stay."""
    for key in binding:
        pattern = pattern.replace("*", key, 1)
    return pattern


def holds(
    conditions: Iterable[Condition],
    view: View,
    binding: Sequence[str] = (),
    duties: Duties = NO_DUTIES,
) -> bool | None:
    """Tell whether all conditions are true; None while that is undecided.

    A `*` beyond the binding asks for any key that satisfies. A missing fact leaves `in` and
    `not_in` undecided, because what nobody has said is a question and never a no.
    """
    found: bool | None = True
    for condition in conditions:
        answer = _answer(condition, view, binding, duties)
        if answer is False:
            return False
        found = found and answer
    return found


class Answers:
    """Answers of one view, each question asked once: most laws ask the same things of a scope."""

    __slots__ = ("_asked", "_known", "_stated", "view")

    def __init__(self, view: View) -> None:
        self.view = view
        self._asked: dict[str, tuple[str, ...]] = {}
        self._known: dict[str, bool | None] = {}
        self._stated: dict[str, bool] = {}

    def holds(self, conditions: Iterable[Condition]) -> bool | None:
        """Tell whether all conditions are true; None while that is undecided."""
        known = self._known
        found: bool | None = True
        for condition in conditions:
            key = condition.key
            answer = known[key] if key in known else known.setdefault(key, self._ask(condition))
            if answer is False:
                return False
            found = found and answer
        return found

    def undecided(self, conditions: Iterable[Condition]) -> tuple[str, ...]:
        """Return the paths whose facts would decide, as the function of this name does."""
        if self.holds(conditions) is not None:
            return ()
        found: dict[str, None] = {}
        for condition in conditions:
            if self._known[condition.key] is None:
                found.update(dict.fromkeys(self._asked_of(condition)))
        return tuple(found)

    def _asked_of(self, condition: Condition) -> tuple[str, ...]:
        key = condition.key
        if key not in self._asked:
            self._asked[key] = tuple(_asked(condition, self.view, (), NO_DUTIES))
        return self._asked[key]

    def stated(self, path: str) -> bool:
        """Tell whether something was said at a path."""
        found = self._stated.get(path)
        return self._stated.setdefault(path, stated(self.view, path)) if found is None else found

    def _ask(self, condition: Condition) -> bool | None:
        match condition:
            case AnyOf():
                return _any(self.holds(group) for group in condition.groups)
            case NotAll():
                return _negated(self.holds(condition.conditions))
            case _:
                return _answer(condition, self.view, (), NO_DUTIES)


def undecided(
    conditions: Iterable[Condition],
    view: View,
    binding: Sequence[str] = (),
    duties: Duties = NO_DUTIES,
) -> tuple[str, ...]:
    """Return the paths whose facts would decide; empty when the answer is decided already.

    A condition that is decided already asks for nothing, and an undecided duty neither: its own
    conditions name what is asked. Where a collection has no key yet, the path keeps its `*`.
    """
    conditions = tuple(conditions)
    if holds(conditions, view, binding, duties) is not None:
        return ()
    found: dict[str, None] = {}
    for condition in conditions:
        if holds((condition,), view, binding, duties) is None:
            found.update(dict.fromkeys(_asked(condition, view, binding, duties)))
    return tuple(found)


def facts_of(conditions: Iterable[Condition]) -> Iterator[str]:
    """Yield every pattern that conditions look at."""
    for condition in conditions:
        if isinstance(condition, AnyOf):
            for group in condition.groups:
                yield from facts_of(group)
        elif isinstance(condition, NotAll):
            yield from facts_of(condition.conditions)
        elif not isinstance(condition, DutyOwed):
            yield condition.fact
            if isinstance(condition, LaterThan):
                yield condition.other


def duties_of(conditions: Iterable[Condition]) -> Iterator[str]:
    """Yield the qualified id of every obligation that conditions ask about."""
    for condition in conditions:
        if isinstance(condition, AnyOf):
            for group in condition.groups:
                yield from duties_of(group)
        elif isinstance(condition, NotAll):
            yield from duties_of(condition.conditions)
        elif isinstance(condition, DutyOwed):
            yield condition.duty


def _follow(value: object, parts: Sequence[str]) -> object:
    for part in parts:
        if not isinstance(value, dict):
            return MISSING
        value = value.get(part)
    return MISSING if value is None else value


def _bindings(value: object, parts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    star = parts.index("*")
    branch, rest = _follow(value, parts[:star]), parts[star + 1 :]
    keys = branch if isinstance(branch, dict) else {}
    for key, below in keys.items():
        if below is None:
            continue
        if "*" in rest:
            yield from ((key, *more) for more in _bindings(below, rest))
        else:
            yield (key,)


def _paths(view: View, fact: str, binding: Sequence[str]) -> tuple[str, ...]:
    if "*" not in fact:
        return (fact,)
    pattern = bind(fact, binding)
    return tuple(bind(pattern, keys) for keys in expand(view, pattern))


def _answer(
    condition: Condition, view: View, binding: Sequence[str], duties: Duties
) -> bool | None:
    match condition:
        case FactIn() | FactNotIn() | AtLeast():
            return _is_met(condition, view, _paths(view, condition.fact, binding))
        case FactStated():
            return _is_stated(condition, view, _paths(view, condition.fact, binding))
        case KeyIn():
            return _has_key(condition, lookup(view, condition.fact))
        case LaterThan():
            return _is_later(condition, view)
        case AnyOf():
            return _any(holds(group, view, binding, duties) for group in condition.groups)
        case NotAll():
            return _negated(holds(condition.conditions, view, binding, duties))
        case DutyOwed():
            return duties.get(condition.duty)


def _is_met(
    condition: FactIn | FactNotIn | AtLeast, view: View, paths: Sequence[str]
) -> bool | None:
    """Tell whether one of the facts is as asked; where there is no path, nobody has said."""
    if not paths:
        return None
    return _any([_compare(condition, lookup(view, path)) for path in paths])


def _is_stated(condition: FactStated, view: View, paths: Sequence[str]) -> bool:
    """Tell whether one of the facts is stated, or not stated, as asked; without a path none is."""
    if not paths:
        return not condition.stated
    return condition.stated in [stated(view, path) for path in paths]


def _negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _has_key(condition: KeyIn, value: object) -> bool | None:
    if not isinstance(value, dict) or not value:
        return None
    named = {key for key, below in value.items() if below is not None}
    # A part such as US-CA lies in its country; a country alone leaves its parts open.
    if any({key, key.partition("-")[0]} & condition.countries for key in named):
        return True
    parts = {key for key in condition.countries if key.partition("-")[0] in named}
    return None if parts else False


def _is_later(condition: LaterThan, view: View) -> bool | None:
    found = [lookup(view, path) for path in (condition.fact, condition.other)]
    if not all(isinstance(one, dict) and "at" in one for one in found):
        return None
    at, other = (datetime.fromisoformat(one["at"]) for one in found if isinstance(one, dict))
    return at > other + (condition.by.elapsed or timedelta())


def _reaches(condition: AtLeast, value: object) -> bool | None:
    if not isinstance(value, dict) or not isinstance(value.get("value"), int):
        return None
    low, high = value["value"], value.get("high")
    if low >= condition.number:
        return True
    if value.get("form") == "at_least" or (high is not None and high >= condition.number):
        return None
    return False


def _compare(condition: FactIn | FactNotIn | AtLeast, value: object) -> bool | None:
    if isinstance(condition, AtLeast):
        return _reaches(condition, value)
    if isinstance(value, str):
        hit = value in condition.meant
    else:
        elements = value if isinstance(value, list | tuple) else (value,)
        if not elements or not all(isinstance(element, str | int) for element in elements):
            return None
        hit = any(_same(element, wanted) for element in elements for wanted in condition.meant)
    return hit if isinstance(condition, FactIn) else not hit


def _same(one: object, other: object) -> bool:
    # In Python 1 == True; in a law file they are two values.
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _asked(
    condition: Condition, view: View, binding: Sequence[str], duties: Duties
) -> Iterator[str]:
    """Yield the paths that would decide a condition that is undecided."""
    match condition:
        case AnyOf():
            for group in condition.groups:
                yield from undecided(group, view, binding, duties)
        case NotAll():
            yield from undecided(condition.conditions, view, binding, duties)
        case KeyIn():
            yield condition.fact
        case LaterThan():
            asked = (condition.fact, condition.other)
            yield from (path for path in asked if not stated(view, path))
        case FactIn() | FactNotIn() | AtLeast():
            yield from _open(condition, view, binding)
        case _:
            pass


def _open(
    condition: FactIn | FactNotIn | AtLeast, view: View, binding: Sequence[str]
) -> Iterator[str]:
    paths = _paths(view, condition.fact, binding)
    if not paths:
        yield bind(condition.fact, binding)
    for path in paths:
        if _compare(condition, lookup(view, path)) is None:
            yield path


def _any(answers: Iterable[bool | None]) -> bool | None:
    found: bool | None = False
    for answer in answers:
        if answer is True:
            return True
        found = None if answer is None else found
    return found
