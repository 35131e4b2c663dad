"""What the facts of one incident add to those of another that turned out to be the same.

The other incident's facts fill what is not stated yet. An instant that starts a clock keeps the earlier
value; two things that share a key stay two; and of a contact, an origin or a protection that is another
one, nothing is mixed in.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from breachkit.domain.instant import latest_of, moment
from breachkit.domain.patch import Tree, fact_at, is_branch, leaves, states, upward
from breachkit.domain.statement import merge_leaf

Keys = Mapping[tuple[str, str], str]
"""By collection and key: the key under which something of the other incident is taken over."""

_NAMED_BY = {
    **dict.fromkeys(
        ("measures", "consequences", "advice", "security_measures_breached"), ("text",)
    ),
    **dict.fromkeys(("data", "groups"), ("category", "label")),
    "channels_compromised": ("channel",),
    "joint_controllers": ("name",),
}
"""The collections, and by which facts two things under one key are told apart."""

_WHOLE = frozenset({"contact", "controller", "origin", "protection"})
"""Branches that speak of one thing: half of one and half of another would be true of neither."""

_ENDS = frozenset({"occurred_until", "contained_at"})
"""Instants that start no clock, so that the earlier one is not the careful one."""


def new_keys(facts: Mapping[str, Any], other: Mapping[str, Any], suffix: str) -> Keys:
    """Return new keys for what shares a key with something else here; `suffix` is put behind it."""
    known: dict[tuple[str, str], list[Tree]] = {}
    for place, thing in _things(facts):
        known.setdefault(place, []).append(thing)
    found = {}
    for (name, key), thing in _things(other):
        if any(_differ(name, mine, thing) for mine in known.get((name, key), ())):
            found[name, key] = f"{key[: 39 - len(suffix)]}-{suffix}"
    return found


def new_path(path: str, keys: Keys) -> str:
    """Return a path of the other incident as it reads here."""
    parts = path.split(".")
    at = 2 if parts[0] == "scopes" else 0
    place = tuple(parts[at : at + 2])
    if len(place) == 2 and place in keys:
        parts[at + 1] = keys[place]
    return ".".join(parts)


def rekeyed(other: Mapping[str, Any], keys: Keys) -> Tree:
    """Return the facts of the other incident under the keys that they have here."""
    tree: Tree = {}
    for path, value in leaves(other):
        merge_leaf(tree, new_path(path, keys), value)
    return tree


def additions(facts: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return by path what another incident's facts add; null takes back a reason that no longer fits.

    Ruling out is a decision on one incident and never carries over; a limb that stands does.
    """
    added = {
        path: value
        for path, value in leaves(other)
        if not _reason_of(path) and _adds(facts, other, path, value)
    }
    for path, value in leaves(other):
        at = _reason_of(path)
        same = at and fact_at(facts, at) == fact_at(other, at)
        if at in added or (same and fact_at(facts, path) is None):
            added[path] = value
    for path in [path for path in added if _clock(path)]:
        reason = _reason_path(path)
        if fact_at(facts, reason) is not None and fact_at(other, reason) is None:
            added[reason] = None  # it explained the later instant
    return added


def differences(
    facts: Mapping[str, Any], other: Mapping[str, Any], added: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield path and value of what the other incident states otherwise and what was not taken over."""
    for path, value in leaves(other):
        settled = path in added or path == "title" or _clock(path) or _reason_of(path)
        weaker = path.startswith("status.") and value == "suspected"
        if not (settled or weaker) and fact_at(facts, path) != value:
            yield path, value


def still_unknown(
    facts: Mapping[str, Any], unknown: Mapping[str, Any], other: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the other incident states as not yet known and `facts` do not state either.

    Of two promises for one fact the earlier counts.
    """
    return {
        path: why
        for path, why in other.items()
        if not states(facts, path) and _sooner(why, unknown.get(path))
    }


def _things(facts: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Tree]]:
    """Yield whatever stands under a key, of the whole and of each scope."""
    for level in (facts, *(facts.get("scopes") or {}).values()):
        for name in _NAMED_BY:
            for key, thing in (level.get(name) or {}).items():
                yield (name, key), thing


def _differ(name: str, mine: Tree, other: Tree) -> bool:
    stated = [part for part in _NAMED_BY[name] if part in mine and part in other]
    return bool(stated) and mine[stated[0]] != other[stated[0]]


def _adds(facts: Mapping[str, Any], other: Mapping[str, Any], path: str, value: Any) -> bool:
    mine = fact_at(facts, path)
    if path.startswith("status."):
        weaker = (None, "ruled_out") if value == "suspected" else (None, "ruled_out", "suspected")
        return value != "ruled_out" and mine in weaker
    if _clock(path):
        return mine is None or moment(value["at"]) < moment(mine["at"])
    return mine is None and not _of_another(facts, other, path)


def _of_another(facts: Mapping[str, Any], other: Mapping[str, Any], path: str) -> bool:
    """Tell whether a fact belongs to another contact, origin or protection than the one stated here."""
    wholes = (above for above in upward(path) if above.rpartition(".")[2] in _WHOLE)
    for above in wholes:
        mine = fact_at(facts, above)
        for below, value in leaves(fact_at(other, above)) if is_branch(mine) else ():
            said = fact_at(mine, below)
            if said not in (None, value) and not _clock(f"{above}.{below}"):
                return True
    return False


def _clock(path: str) -> bool:
    """Tell whether an instant at a path starts a clock, so that the earlier one counts."""
    parts = path.split(".")
    own = parts[2:] if parts[0] == "scopes" else parts
    if len(own) != 2:
        return False
    return (own[0] == "timeline" and own[1] not in _ENDS) or (
        own[0] == "origin" and own[1].endswith("_at")
    )


def _reason_of(path: str) -> str:
    """Return the instant that a path gives the reason for, or nothing."""
    above, _, name = path.rpartition(".")
    start, _, branch = above.rpartition(".")
    return ".".join(filter(None, (start, "timeline", name))) if branch == "timeline_reasons" else ""


def _reason_path(instant: str) -> str:
    above, _, name = instant.rpartition(".")
    start = above.rpartition(".")[0]
    return ".".join(filter(None, (start, "timeline_reasons", name)))


def _sooner(why: Mapping[str, Any], mine: Mapping[str, Any] | None) -> bool:
    if mine is None:
        return True
    return bool(why.get("follows_by")) and (not mine.get("follows_by") or _end(why) < _end(mine))


def _end(why: Mapping[str, Any]) -> Any:
    follows = why["follows_by"]
    return latest_of(follows["at"], follows["zone"], follows["precision"])
