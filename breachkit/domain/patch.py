"""Patches and paths: how facts change, leaf by leaf, so that each fact has one path.

A scalar, a list, or an object of one of the `LEAF_KINDS` is a leaf and replaced whole; null returns
a fact to "nobody has said".
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeGuard

Tree = dict[str, Any]
"""Facts as plain nested mappings, in the form of the stored JSON."""

LEAF_KINDS = ("count", "instant", "unknown")
"""What `kind` says of an object that is one fact; any other `kind` is a fact of its own, as the
origin's is. A tuple, because hostile input can put there what has no hash."""


def is_branch(value: object) -> TypeGuard[Tree]:
    """Tell whether a value has facts below it, rather than being a fact itself.

    Facts are plain dicts, as JSON is read: to ask for any kind of mapping would cost five times as much.
    """
    return isinstance(value, dict) and value.get("kind") not in LEAF_KINDS


def leaves(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Return each fact with its path; `prefix` stands before every path as it is."""
    found: list[tuple[str, Any]] = []
    for name, value in tree.items():
        if isinstance(value, dict) and is_branch(value):
            found += leaves(value, f"{prefix}{name}.")
        else:
            found.append((prefix + name, value))
    return found


def merged(tree: Mapping[str, Any], patch: Mapping[str, Any]) -> Tree:
    """Return a tree with a patch merged in, down to leaves.

    Neither is changed. The result shares whatever stays as it is, so nobody may change it in place.
    """
    result = dict(tree)
    for name, value in patch.items():
        if isinstance(value, dict) and is_branch(value):
            below = result.get(name)
            value = merged(below if is_branch(below) else {}, value) or None
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def overlaid(tree: Mapping[str, Any], over: Mapping[str, Any]) -> Tree:
    """Return a tree with other facts laid over it; shared like what `merged` returns.

    Facts, unlike a patch, hold no null and no empty branch, so that whole branches can be shared.
    """
    result = dict(tree)
    for name, value in over.items():
        if name in result and is_branch(value):
            below = result[name]
            result[name] = overlaid(below, value) if is_branch(below) else value
        else:
            result[name] = value
    return result


def fact_at(tree: Mapping[str, Any], path: str) -> Any:
    """Return the fact or branch at a path, or None."""
    found: Any = tree
    for name in parts_of(path):
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found


@lru_cache(maxsize=8192)
def parts_of(path: str) -> tuple[str, ...]:
    """Return the names of a path; the same few hundred are asked for in every scope and incident."""
    return tuple(path.split("."))


def states(patch: Mapping[str, Any], path: str) -> bool:
    """Tell whether a patch states a fact at a path or below it; taking one back states nothing."""
    fact = fact_at(patch, path)
    if is_branch(fact):
        return any(value is not None for _, value in leaves(fact))
    return fact is not None


def patch_of(path: str, value: Any) -> Tree:
    """Return the patch that states one fact."""
    for name in reversed(path.split(".")):
        value = {name: value}
    result: Tree = value
    return result


def upward(path: str) -> Iterator[str]:
    """Yield a path, and then each path above it."""
    while path:
        yield path
        path = path.rpartition(".")[0]


def covers(outer: str, inner: str) -> bool:
    """Tell whether one path is the other, or lies above it."""
    return inner == outer or inner.startswith(f"{outer}.")
