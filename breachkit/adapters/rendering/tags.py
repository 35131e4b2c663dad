"""What a template's tags do while it is rendered: print, test, compare, loop, and note what they asked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from breachkit.adapters.rendering.document import token
from breachkit.domain.asked import Asks, Flag, Items
from breachkit.domain.document import Printed
from breachkit.errors import TemplateError

PRINTED, ASKED = "", " "
"""Where the lists of what is printed and asked stand in the context: keys that no template can write."""


def joined(chunks: Iterable[str], asked: list[Asks]) -> tuple[str, list[tuple[int, list[Asks]]]]:
    """Return the text of a template, and where in it stand the words that follow what was asked.

    Jinja yields the words between two tags as they come, so that whatever has been asked meanwhile
    was asked before them.
    """
    text: list[str] = []
    places: list[tuple[int, list[Asks]]] = []
    length = seen = 0
    for chunk in chunks:
        if len(asked) > seen:
            places.append((length, asked[seen:]))
            seen = len(asked)
        length += len(chunk)
        text.append(chunk)
    if len(asked) > seen:
        places.append((length, asked[seen:]))
    return "".join(text), places


_UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@pass_context
def print_value(context: Context, value: object) -> str:
    """Note a value that is printed, with what it asks, and return the token in its place."""
    if not isinstance(value, Printed):
        value = _as_printed(value)
    if not value.text or value.text.isspace():
        raise TemplateError(
            f"the value to be printed is empty{_from(value)}", hint="let an if stand around it"
        )
    if found := _UNSAFE.search(value.text):
        raise TemplateError(
            f"the value to be printed holds the character U+{ord(found[0]):04X}{_from(value)},"
            " which no notice can show safely"
        )
    if value.asks:
        context.parent[ASKED].append(value.asks)
    printed: list[Printed] = context.parent[PRINTED]
    printed.append(value)
    return token(len(printed) - 1)


@pass_context
def tested(context: Context, value: object) -> object:
    """Note what an `if` asks, and return the value as it is."""
    kind = type(value)
    if kind is Flag:
        context.parent[ASKED].append(value.asks)  # type: ignore[attr-defined]
    elif kind is Printed:
        context.parent[ASKED].append(_stated(value))  # type: ignore[arg-type]
    elif kind is Items:
        context.parent[ASKED].append(value.if_any)  # type: ignore[attr-defined]
    return value


def _stated(value: Printed) -> Asks:
    """Return the question whether there is anything to print."""
    return value.asks + tuple((path, ()) for path in value.paths)


@pass_context
def same(context: Context, value: object, word: str) -> bool:
    """Tell whether a printed value, or none, is this word."""
    if isinstance(value, Printed):
        paths = value.paths or tuple(path for path, _ in value.asks)
        context.parent[ASKED].append(tuple((path, (word,)) for path in paths))
        return value.text == word
    if value is None:
        return False
    if isinstance(value, Undefined):
        str(value)  # raises UndefinedError with the name
    if isinstance(value, str):
        return str(value) == word
    raise TemplateError(f"a {type(value).__name__} cannot be compared with {word!r}")


@pass_context
def walk(context: Context, value: object, names: int) -> Sequence[object]:
    """Return what a loop goes through: a list's values, or a mapping's pairs."""
    if isinstance(value, Items):
        context.parent[ASKED].append(value.asks)
    if isinstance(value, Undefined):
        str(value)  # raises UndefinedError with the name
    if isinstance(value, Mapping):
        if names == 2:
            return [(key, check_kind(each, key)) for key, each in value.items()]
        raise TemplateError("a for over a mapping needs two names", hint="for key, value in …")
    if not isinstance(value, list | tuple):
        raise TemplateError(f"a for cannot go through a {type(value).__name__}")
    for each in value:
        check_kind(each, "an element")
        if names == 2 and not (isinstance(each, list | tuple) and len(each) == 2):
            raise TemplateError("a for with two names needs a mapping or pairs")
    return value


def _as_printed(value: object) -> Printed:
    if isinstance(value, str):
        return Printed(str.__str__(value))
    if isinstance(value, Undefined):
        str(value)  # raises UndefinedError with the name
    if value is None:
        raise TemplateError("the value to be printed is None", hint="let an if stand around it")
    raise TemplateError(
        f"a {type(value).__name__} cannot be printed",
        hint="print one of its names, or turn the value into words before",
    )


def _from(value: Printed) -> str:
    return f" ({', '.join(value.paths)})" if value.paths else ""


def check_kind(value: object, name: str) -> object:
    """Return a value that a template can use; TemplateError for any other."""
    # A date or a number in the view would be printed in nobody's language.
    kind = type(value)
    if (
        kind in _KINDS
        or isinstance(value, str | Printed | list | tuple | Mapping | Undefined)
        or is_dataclass(value)
    ):
        return value
    raise TemplateError(f"{name} holds a {kind.__name__}, which a template cannot use")


_KINDS = frozenset({Printed, Flag, Items, str, bool, type(None), dict, list, tuple})
