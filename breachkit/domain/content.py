"""What the law asks a notice to contain, each point with what the facts say to it, in any law's words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from breachkit.domain.alike import View
from breachkit.domain.asked import Flag, Items
from breachkit.domain.categories import DATA, GROUPS
from breachkit.domain.document import Printed
from breachkit.domain.duty import Duty
from breachkit.domain.patch import covers, fact_at
from breachkit.domain.predicate import bind, expand
from breachkit.domain.reading import Reading, asks_of, ended
from breachkit.domain.requirement import Held
from breachkit.domain.words import Words

_LABELS: Mapping[str, str] = {
    **{name: one.label for name, one in DATA.items()},
    **{name: label for name, (label, _) in GROUPS.items()},
}


def contents(reading: Reading, duties: Sequence[Duty], withheld: Sequence[str] = ()) -> list[View]:
    """Return each requirement of some duties once, with its facts or with why there are none.

    `withheld` are the beginnings of paths that a conflict of laws keeps back until it is cleared.
    """
    found: dict[tuple[str, str], View] = {}
    for duty in duties:
        for held in duty.held:
            key = (held.requirement.citation, held.requirement.title)
            if key not in found:
                found[key] = _point(reading, held, withheld)
    return list(found.values())


def value_in_words(words: Words, value: Any) -> str:
    """Return a fact in words: a sentence, a number, a time, or what a choice means."""
    match value:
        case bool():
            return "Yes." if value else "No."
        case {"kind": "count"}:
            return words.count(value)
        case {"kind": "instant"}:
            return words.instant(value)
        case list():
            return ", ".join(str(one).replace("_", " ") for one in value)
        case str() if value in _LABELS:
            return _LABELS[value]
        case str():
            return ended(value) if " " in value else value.replace("_", " ")
    return ", ".join(str(key) for key in value)


def _point(reading: Reading, held: Held, withheld: Sequence[str]) -> View:
    asked = held.requirement
    patterns = (*asked.facts, *asked.any_of)
    kept_back = any(covers(path, pattern) for pattern in patterns for path in withheld)
    stated = () if kept_back else _values(reading, patterns)
    values = Items(stated, asks_of(reading.view.values, patterns))
    gap = next(iter(held.gaps), None)
    known = {"reason": gap.reason, "follows_by": gap.follows_by} if gap and gap.reason else {}
    return {
        "citation": Printed(asked.citation),
        "title": Printed(asked.title[:1].upper() + asked.title[1:]),
        "values": values,
        "withheld": kept_back,
        "why": reading.because((gap.path,) if gap else (), known),
        "partly": Flag(bool(values) and gap is not None, values.asks),
        "needed": any(one.needed_now for one in held.gaps),
    }


def _values(reading: Reading, patterns: Sequence[str]) -> Iterator[View]:
    """Yield what is stated for a requirement: the value, and what it is about where there are several."""
    for pattern in patterns:
        for binding in expand(reading.view.values, pattern):
            path = bind(pattern, binding)
            value = fact_at(reading.view.values, path)
            if value is not None and value != {}:
                name = path.rpartition(".")[2].replace("_", " ").capitalize()
                shown = Printed(value_in_words(reading.words, value), (reading.view.path_of(path),))
                yield {"name": Printed(name if len(patterns) > 1 else ""), "text": shown}
