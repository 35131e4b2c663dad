"""The sheet of facts: which paths exist, and what may stand at each."""

import difflib
import re
import typing
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import NoneType
from typing import Any

from pydantic import BaseModel

from breachkit.domain.categories import DATA, GROUPS
from breachkit.domain.count import Count
from breachkit.domain.facts import DataCategory, Facts, GroupCategory
from breachkit.domain.instant import Instant
from breachkit.errors import FactError


class Kind(StrEnum):
    """What a fact is written as."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    YES_NO = "yes or no"
    CHOICE = "choice"
    CHOICES = "choices"
    """A list of choices."""
    BRANCH = "branch"
    """Not one fact but several, below it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What may stand at a path."""

    kind: Kind
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    """What each choice means, where its name says too little."""


_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}|\*")

_CATEGORIES: tuple[tuple[Any, dict[str, str]], ...] = (
    (DataCategory, {key: category.label for key, category in DATA.items()}),
    (GroupCategory, {key: label for key, (label, _) in GROUPS.items()}),
)


@lru_cache(maxsize=1024)
def place_at(path: str) -> Place:
    """Return what may stand at a path such as `data.video.records`; `*` stands for any key.

    Raises FactError naming the nearest fact for a path that does not exist.
    """
    found: Any = Facts
    names = path.split(".")
    for depth, name in enumerate(names):
        if typing.get_origin(found) is dict:
            _check_key(path, name)
            found = _bare(typing.get_args(found)[1])
        elif _is_model(found) and name in found.model_fields:
            found = _bare(found.model_fields[name].annotation)
        else:
            raise _no_such(found, names, depth)
    return _place(found)


def _bare(annotation: Any) -> Any:
    """Return an annotation without None; a category keeps the mark by which it is known."""
    if any(annotation == category for category, _ in _CATEGORIES):
        return annotation
    args = [arg for arg in typing.get_args(annotation) if arg is not NoneType]
    origin = typing.get_origin(annotation)
    if origin in {dict, list, typing.Literal} or not args:
        return annotation
    return _bare(args[0])


def _place(found: Any) -> Place:
    for category, labels in _CATEGORIES:
        if found == category:
            return Place(Kind.CHOICE, tuple(labels), tuple(labels.values()))
    origin = typing.get_origin(found)
    if origin is typing.Literal:
        return Place(Kind.CHOICE, tuple(map(str, typing.get_args(found))))
    if origin is list:
        return Place(Kind.CHOICES, _place(_bare(typing.get_args(found)[0])).choices)
    if found in (Count, Instant):
        return Place(Kind.NUMBER if found is Count else Kind.TIME)
    if origin is dict or _is_model(found):
        return Place(Kind.BRANCH)
    if isinstance(found, type) and issubclass(found, StrEnum):
        return Place(Kind.CHOICE, tuple(one.value for one in found))
    return Place(Kind.YES_NO if found is bool else Kind.TEXT)


def _is_model(found: Any) -> bool:
    """Tell whether facts stand below; a number and an instant are one fact each."""
    return (
        isinstance(found, type) and issubclass(found, BaseModel) and found not in (Count, Instant)
    )


def _check_key(path: str, name: str) -> None:
    if not _KEY.fullmatch(name):
        raise FactError(
            path, f"{name!r} is not a key", hint="keys are short: letters, digits, - and _"
        )


def _no_such(found: Any, names: list[str], depth: int) -> FactError:
    path, name = ".".join(names), names[depth]
    if not _is_model(found):
        above = ".".join(names[:depth])
        return FactError(path, f"{above} is one fact, with nothing below it", hint=f"state {above}")
    known = sorted(found.model_fields)
    near = difflib.get_close_matches(name, known, n=1)
    if not near:
        return FactError(path, "no such fact", hint=f"known here: {', '.join(known)}")
    meant = ".".join([*names[:depth], near[0], *names[depth + 1 :]])
    return FactError(path, "no such fact", hint=f"did you mean {meant}?")
