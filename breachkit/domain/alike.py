"""Items of a list that would read the same, told once with all their names."""

from collections.abc import Iterable
from typing import Any

from breachkit.domain.asked import WHOLE, Asks, Flag, Items
from breachkit.domain.document import Printed

View = dict[str, Any]


def told_once(items: Iterable[View], name: str, *, apart: str = "", asks: Asks = ()) -> Items:
    """Join items that differ in nothing but their name; `names` lists those that were joined.

    An item that has a value under `apart` stays by itself: a number belongs to one name alone. A
    joined item knows the facts of all its parts, so that a change of any of them is noticed, and the
    list asks for all in which they agree. `asks` is what the items themselves were found by.
    """
    found: dict[object, View] = {}
    agreed: list[View] = []
    for place, item in enumerate(items):
        rest = {key: value for key, value in item.items() if key != name}
        reads = (_words(rest), place if apart and rest[apart] else None)
        named = [item[name]] if item[name] else []
        if reads in found:
            before = found[reads]
            names = [*before.pop("names"), *named]
            joined = _joined(before, rest)
            agreed.append(joined)
            found[reads] = {**joined, "names": names}
        else:
            found[reads] = {**rest, "names": named}
    shared = dict.fromkeys(ask for joined in agreed for ask in _asks(joined))
    return Items(found.values(), (*asks, *shared), ((asks[0][0], ()),) if asks else ())


def _words(value: Any) -> object:
    """Return what a value says, without where it was stated."""
    if isinstance(value, Flag):
        return value.holds
    if isinstance(value, Printed):
        return value.text
    if isinstance(value, dict):
        return tuple((key, _words(below)) for key, below in value.items())
    return value


def _joined(one: Any, other: Any) -> Any:
    """Return a value with the facts of both."""
    if isinstance(one, Flag):
        return Flag(one.holds, tuple(dict.fromkeys(one.asks + other.asks)))
    if isinstance(one, Printed):
        paths, asks = one.paths + other.paths, one.asks + other.asks
        return Printed(one.text, tuple(dict.fromkeys(paths)), tuple(dict.fromkeys(asks)))
    if isinstance(one, dict):
        return {key: _joined(value, other[key]) for key, value in one.items()}
    return one


def _asks(value: Any) -> Asks:
    """Return all that has to stay as it is for a value to read the same."""
    if isinstance(value, Flag):
        return value.asks
    if isinstance(value, Printed):
        return value.asks + tuple((path, WHOLE) for path in value.paths)
    if isinstance(value, dict):
        return tuple(ask for below in value.values() for ask in _asks(below))
    return ()
