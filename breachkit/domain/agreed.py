"""What one partner's own contract asks of its notice, beyond what every notice to a partner says."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from breachkit.domain.asked import Flag, Items
from breachkit.domain.document import Printed
from breachkit.domain.duty import Duty
from breachkit.domain.patch import fact_at
from breachkit.domain.predicate import bind, expand
from breachkit.domain.reading import asks_of, day_to_come
from breachkit.domain.requirement import Answer, Held
from breachkit.domain.scope import ScopeView
from breachkit.domain.words import Words

Point = dict[str, Any]


def agreed_view(
    view: ScopeView, duties: Iterable[Duty], words: Words, now: datetime
) -> dict[str, Any]:
    """Return the points of contracts that bind this scope alone, and whether the language is another.

    A point that the notice answers anyway, because some law or agreement asks for the same facts, is
    left out. What is not stated is there as a point without a value, so that the text says so.
    """
    duties = tuple(duties)
    asked = {
        path
        for duty in duties
        if not duty.law.scopes
        for one in duty.law.requirements
        for path in (*one.facts, *one.any_of)
    }
    wanted = fact_at(view.values, "language")
    another = bool(wanted) and wanted != words.language
    return {
        "points": [
            _point(view, held, words, now)
            for duty in duties
            for held in duty.held
            if not {*held.requirement.facts, *held.requirement.any_of} <= asked
        ],
        "in_another_language": Flag(another, (("language", (words.language,)), ("language", ()))),
    }


def _point(view: ScopeView, held: Held, words: Words, now: datetime) -> Point:
    """Return one point with its values, or why there is none yet and when it follows."""
    gap = next((gap for gap in held.gaps if gap.reason), None)
    by = day_to_come(gap.follows_by, words, now) if gap else ""
    asks = asks_of(view.values, (*held.requirement.facts, *held.requirement.any_of))
    return {
        "what": Printed(held.requirement.title),
        "citation": Printed(held.requirement.citation),
        "values": Items(_values(view, held, words), asks),
        "complete": Flag(held.answer is Answer.MET, asks),
        "reason": Printed(gap.reason.rstrip(" .;,"), (gap.path,)) if gap else Printed(""),
        "by": Printed(by, (gap.path,)) if gap and by else Printed(""),
    }


def _values(view: ScopeView, held: Held, words: Words) -> Iterator[Point]:
    requirement = held.requirement
    for pattern in (*requirement.facts, *requirement.any_of):
        for binding in expand(view.values, pattern):
            path = bind(pattern, binding)
            value = fact_at(view.values, path)
            if value is None:
                continue
            text = "" if isinstance(value, bool) else _shown(value, words)
            yield {
                "text": Printed(text, (view.path_of(path),)),
                "is_yes": Flag(value is True, ((path, (True,)),)),
                "is_no": Flag(value is False, ((path, (False,)),)),
            }


def _shown(value: object, words: Words) -> str:
    match value:
        case {"kind": "instant"}:
            return words.instant(_mapping(value))
        case {"kind": "count"}:
            return words.count(_mapping(value))
        case list():
            return ", ".join(str(one) for one in value)
        case _:
            return str(value)


def _mapping(value: object) -> Mapping[str, Any]:
    assert isinstance(value, Mapping)
    return value
