"""On which facts it hangs that a duty is owed, as the questions that a text asks by citing it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from breachkit.domain.asked import WHOLE, Ask, Asks
from breachkit.domain.condition import (
    AnyOf,
    Condition,
    FactIn,
    FactNotIn,
    FactStated,
    KeyIn,
    NotAll,
)
from breachkit.domain.obligation import Obligation
from breachkit.domain.predicate import Answers, facts_of


def grounds_of(laws: Iterable[Obligation], values: Mapping[str, Any]) -> Asks:
    """Return what has to be answered otherwise before another duty is owed, or one is not owed any more.

    Of conditions that do not hold the first is enough: as long as it fails, the duty is not owed.
    """
    answers = Answers(values)
    found: dict[Ask, None] = {}
    for law in laws:
        conditions = law.when
        failing = next((one for one in conditions if answers.holds((one,)) is False), None)
        asked = conditions if failing is None else (failing,)
        found.update(dict.fromkeys(ask for one in asked for ask in _asks(one)))
    return tuple(found)


def _asks(condition: Condition) -> Iterator[Ask]:
    match condition:
        case AnyOf(groups=groups):
            yield from (ask for group in groups for one in group for ask in _asks(one))
        case NotAll(conditions=conditions):
            yield from (ask for one in conditions for ask in _asks(one))
        case FactStated(fact=fact):
            yield fact, ()
        case FactIn() | FactNotIn():
            words = tuple(one for one in condition.values if isinstance(one, str | bool))
            regions = len(condition.meant) > len(words)
            yield condition.fact, WHOLE if regions else words
            yield condition.fact, ()
        case KeyIn(fact=fact):
            yield f"{fact}.*", WHOLE
        case _:
            yield from ((fact, WHOLE) for fact in facts_of((condition,)))
