"""Patches and paths: how facts change, leaf by leaf, so that each fact has one path.

A scalar, a list, or an object with `kind` (a `Count`, an `Instant`) is a leaf and replaced whole;
null returns a fact to "nobody has said".
"""

from collections.abc import Iterator, Mapping
from typing import Any

Tree = dict[str, Any]
"""Facts as plain nested mappings, in the form of the stored JSON."""


def is_branch(value: object) -> bool:
    """Tell whether a value has facts below it, rather than being a fact itself."""
    return isinstance(value, Mapping) and "kind" not in value


def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each fact with its path."""
    for name, value in tree.items():
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(value, Mapping) and "kind" not in value:
            yield from leaves(value, path)
        else:
            yield path, value


def merge(target: Tree, patch: Mapping[str, Any]) -> None:
    """Merge a patch into a tree, in place, down to leaves."""
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        elif isinstance(value, Mapping) and "kind" not in value:
            below = target.get(name)
            if below is None or not is_branch(below):
                below = target[name] = {}
            merge(below, value)
            if not below:
                del target[name]
        else:
            target[name] = value


def merged(tree: Mapping[str, Any], patch: Mapping[str, Any]) -> Tree:
    """Return a copy of a tree with a patch merged in."""
    result = copied(tree)
    merge(result, patch)
    return result


def copied(tree: Mapping[str, Any]) -> Tree:
    """Return a copy whose branches can be changed without touching the original."""
    return {name: copied(value) if is_branch(value) else value for name, value in tree.items()}


def fact_at(tree: Mapping[str, Any], path: str) -> Any:
    """Return the fact or branch at a path, or None."""
    found: Any = tree
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found


def patch_of(path: str, value: Any) -> Tree:
    """Return the patch that states one fact."""
    for name in reversed(path.split(".")):
        value = {name: value}
    result: Tree = value
    return result


def covers(outer: str, inner: str) -> bool:
    """Tell whether one path is the other, or lies above it."""
    return inner == outer or inner.startswith(f"{outer}.")
