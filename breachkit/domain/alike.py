"""Items of a list that would read the same, told once with all their names."""

from collections.abc import Iterable, Mapping
from typing import Any

from breachkit.domain.document import Printed

View = dict[str, Any]


def told_once(items: Iterable[View], name: str, *, apart: str = "") -> list[View]:
    """Join items that differ in nothing but their name; `names` lists those that were joined.

    An item that has a value under `apart` stays by itself: a number belongs to one name alone. A
    joined item knows the facts of all its parts, so that a change of any of them is noticed.
    """
    found: dict[object, View] = {}
    for place, item in enumerate(items):
        rest = {key: value for key, value in item.items() if key != name}
        reads = (_words(rest), place if apart and rest[apart] else None)
        named = [item[name]] if item[name] else []
        if reads in found:
            before = found[reads]
            names = [*before.pop("names"), *named]
            found[reads] = {**_joined(before, rest), "names": names}
        else:
            found[reads] = {**rest, "names": named}
    return list(found.values())


def _words(value: Any) -> object:
    """Return what a value says, without where it was stated."""
    if isinstance(value, Mapping):
        return tuple((key, _words(below)) for key, below in value.items())
    return value.text if isinstance(value, Printed) else value


def _joined(one: Any, other: Any) -> Any:
    """Return a value with the facts of both."""
    if isinstance(one, Mapping):
        return {key: _joined(value, other[key]) for key, value in one.items()}
    if isinstance(one, Printed):
        return Printed(one.text, tuple(dict.fromkeys((*one.paths, *other.paths))))
    return one
