"""One scope's view of an incident: its own figures, the shared facts, and nobody else's.

The view is what predicates, duties and notices see. Figures never fall back to the totals of the
incident, and another scope's facts are not in it at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from breachkit.domain.patch import Tree, fact_at, is_branch, overlaid

OWN = "own"
"""Key of the scope in which we are controller ourselves."""

FIGURES = frozenset({"people", "records"})
"""Facts that a scope states for itself or not at all."""

_FIGURED = frozenset({"groups", "data"})
"""Branches of which a scope that names any has only those."""

SCOPE_ONLY = frozenset(
    {
        "controller",
        "joint_controllers",
        "countries",
        "capacity",
        "accounts_list",
        "language",
        "form",
        "extra",
    }
)
"""Branches that exist in a scope only, or that one scope may not take from the whole."""

SCOPE_TRIGGERS = frozenset(
    (
        *("controller_aware_at", "controller_request_at", "found_affected_at"),
        *("credible_grounds_at", "assessed_notifiable_at"),
        *("grounds_to_suspect_at", "grounds_to_believe_at"),
    )
)
"""Instants that differ from controller to controller."""


@dataclass(frozen=True, slots=True)
class ScopeView:
    """The facts as one scope may see them, each traceable to where it was stated."""

    scope: str
    values: Tree
    own: Mapping[str, Any]
    shared: Mapping[str, Any]
    unknown: Mapping[str, Mapping[str, Any]]
    """Facts stated as not yet known, by their path in this view."""
    house: bool = False
    """Not a scope of the incident: what the whole of it means for ourselves."""

    def path_of(self, path: str) -> str:
        """Return where a fact of the view was stated, or where it has to be stated if missing."""
        if fact_at(self.own, path) is not None:
            return f"scopes.{self.scope}.{path}"
        own_only = _own_only(path)
        if not own_only and fact_at(self.shared, path) is not None:
            return path
        if not path.startswith("timeline.") and fact_at(self.values, path) is not None:
            return f"workspace.{path}"
        return f"scopes.{self.scope}.{path}" if own_only else path


class Stated:
    """What is stated in one scope, by path; what the workspace or a decision adds is not in it."""

    def __init__(
        self, facts: Mapping[str, Any], unknown: Mapping[str, Mapping[str, Any]], scope: str
    ) -> None:
        self._facts, self._scope = facts, scope
        self._own = (facts.get("scopes") or {}).get(scope) or {}
        self._unknown = unknown

    def at(self, path: str) -> Any:
        """Return the fact at a path, None where there is none, and of a branch its keys.

        A `*` stands for the keys of a branch: alone it asks for these, else for what each has by key.
        The path may be one of the view, or one under which the scope or the
        workspace states it: what a scope states for itself comes before what holds for all.
        """
        head, star, tail, own_only = _read(path, self._scope)
        if star:
            keys = self._keys(head)
            return {key: self.at(f"{head}.{key}{tail}") for key in keys} if tail else keys
        value = fact_at(self._own, head) if self._own else None
        if value is None and not own_only:
            value = fact_at(self._facts, head)
        return sorted(value) if is_branch(value) else value

    def where(self, path: str) -> str:
        """Return where a fact is stated that was found under a path: by now perhaps by the scope itself."""
        bare = _bare(path, self._scope)
        return path if fact_at(self._own, bare) is None else f"scopes.{self._scope}.{bare}"

    def _keys(self, branch: str) -> list[str]:
        own, shared = fact_at(self._own, branch) or {}, fact_at(self._facts, branch) or {}
        if _own_only(branch):
            return sorted(own)
        if own and branch in _FIGURED:
            named = _unknown_of(self._unknown, self._scope, self._own)
            shared = set(shared) & _mentioned(named, branch)
        return sorted({*own, *shared})


def view_of(
    facts: Mapping[str, Any],
    unknown: Mapping[str, Mapping[str, Any]],
    scope: str,
    added: Mapping[str, Any],
    defaults: Mapping[str, Any],
) -> ScopeView:
    """Return the view of one scope.

    `added` are facts that the record knows by itself (when it was opened, decisions); `defaults` come
    from the workspace (our contact, the partner's name) and give way to whatever the incident states.
    """
    own = (facts.get("scopes") or {}).get(scope) or {}
    shared = {name: value for name, value in facts.items() if name not in SCOPE_ONLY | {"scopes"}}
    named = _unknown_of(unknown, scope, own)
    stated = overlaid(_without_figures(shared, own, named), own)
    values = overlaid(overlaid(defaults, stated), added)
    return ScopeView(scope, values, own, shared, named)


@lru_cache(maxsize=8192)
def _read(path: str, scope: str) -> tuple[str, str, str, bool]:
    """Return a path of the view, parted at a `*`, and whether a scope states it for itself or not at all."""
    bare = _bare(path, scope)
    return *bare.partition(".*"), _own_only(bare)


def _bare(path: str, scope: str) -> str:
    return path.removeprefix("workspace.").removeprefix(f"scopes.{scope}.")


@lru_cache(maxsize=8192)
def _own_only(path: str) -> bool:
    first, _, rest = path.partition(".")
    last = path.rpartition(".")[2]
    return (
        first in SCOPE_ONLY or last in FIGURES or (first == "timeline" and rest in SCOPE_TRIGGERS)
    )


def _without_figures(
    shared: Mapping[str, Any], own: Mapping[str, Any], unknown: Mapping[str, object]
) -> Tree:
    """Return the shared facts without figures, and without kinds of data that the scope left out."""
    tree: Tree = {}
    for name, value in shared.items():
        if name in FIGURES:
            continue
        if name in _FIGURED:
            keys = {*own[name], *_mentioned(unknown, name)} if own.get(name) else value
            value = {
                key: {part: fact for part, fact in below.items() if part not in FIGURES}
                for key, below in value.items()
                if key in keys
            }
        elif name == "timeline":
            value = {at: fact for at, fact in value.items() if at not in SCOPE_TRIGGERS}
        tree[name] = value
    return tree


def _mentioned(unknown: Iterable[str], branch: str) -> set[str]:
    """Return the keys of a branch below which something is stated as unknown."""
    return {path.split(".")[1] for path in unknown if path.startswith(f"{branch}.")}


def _unknown_of(
    unknown: Mapping[str, Mapping[str, Any]], scope: str, own: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """Return what is stated as unknown, by path in the view; a scope's own word or fact comes first."""
    prefix = f"scopes.{scope}."
    found: dict[str, Mapping[str, Any]] = {}
    for path, why in unknown.items():
        if path.startswith(prefix):
            found[path.removeprefix(prefix)] = why
        elif path.startswith("scopes."):
            continue
        elif path.partition(".")[0] not in SCOPE_ONLY and not fact_at(own, path):
            # That a figure is being counted holds for each scope; the figure itself never would.
            found.setdefault(path, why)
    return found
