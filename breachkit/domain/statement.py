"""What somebody states, brought into the form of the register: checked, and leaf by leaf."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from breachkit.domain.countries import known_country, known_land, known_place
from breachkit.domain.facts import Facts, Unknown
from breachkit.domain.instant import latest_of, moment
from breachkit.domain.patch import Tree, covers, fact_at, is_branch, leaves, merged
from breachkit.domain.scope import OWN
from breachkit.domain.sheet import place_at
from breachkit.errors import FactError, RefusedError

MAX_FACTS = 20_000
"""How many facts one statement may hold."""


def settle(
    facts: Mapping[str, Any], given: Mapping[str, Any], *, now: datetime
) -> tuple[Tree, dict[str, dict[str, Any]]]:
    """Return a statement as a patch of canonical facts, and what it says is not yet known.

    Raises FactError naming the path and value of the first fact with a wrong shape.
    """
    unknown: dict[str, dict[str, Any]] = {}
    patch = _split(given, "", unknown, now)
    for key, scope in (patch.get("scopes") or {}).items():
        if isinstance(scope, dict) and not fact_at(facts, f"scopes.{key}.capacity"):
            scope.setdefault("capacity", "controller" if key == OWN else "processor")
    stated = len(leaves(patch))
    if stated > MAX_FACTS:
        raise FactError("", f"{stated} facts in one statement, at most {MAX_FACTS}")
    return _as_stored(patch, _checked(merged(facts, patch), now)), unknown


def merge_leaf(tree: Tree, path: str, value: Any) -> None:
    """Put one fact into a tree, keeping a null as a null."""
    *above, last = path.split(".")
    for name in above:
        tree = tree.setdefault(name, {})
    tree[last] = value


def check_may_rule_out(patch: Mapping[str, Any], incident: str = "ID") -> None:
    """Refuse to rule out a limb by amendment; it is a decision of two people with evidence."""
    for limb, status in (patch.get("status") or {}).items():
        if status == "ruled_out":
            raise RefusedError(
                f"status.{limb}: ruling out is a decision of two people, not an amendment",
                hint=f"breachkit decision record {incident} --rule-out {limb} --reason TEXT"
                " --second NAME --evidence TEXT",
            )


def check_may_move(before: Mapping[str, Any], patch: Mapping[str, Any], reason: str | None) -> None:
    """Refuse to move an instant that starts a clock to a later time, or to drop it, without a reason.

    A value within the precision stated before is a refinement, and always allowed. Whoever takes a
    whole branch back takes back the instants in it; and a scope's duties end with the scope.
    """
    if reason:
        return
    hint = "if that is right, say why: --correct REASON"
    for path, value in leaves(patch):
        whole = value is None and path.startswith("scopes") and path.count(".") < 2
        if whole and fact_at(before, path) is not None:
            raise RefusedError(f"{path} would be taken back, and its duties with it", hint=hint)
        capacity = fact_at(before, path) if path.endswith(".capacity") else None
        if capacity is not None and capacity != value:
            raise RefusedError(f"{path} is {capacity}, and its duties hang on it", hint=hint)
        for name, old in _instants(before, path):
            if value is None or _later(old, value):
                shown = "nothing" if value is None else value["at"]
                raise RefusedError(
                    f"{name} would move from {old['at']} to {shown}, which moves deadlines later",
                    hint=hint,
                )


def _instants(facts: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the instants that are stated at a path or below it."""
    found = fact_at(facts, path)
    for name, value in leaves(found, f"{path}.") if is_branch(found) else [(path, found)]:
        if isinstance(value, Mapping) and value.get("kind") == "instant":
            yield name, value


def check_may_discover(facts: Mapping[str, Any], patch: Mapping[str, Any], opened: str) -> None:
    """Refuse a discovery stated later than the first sign of the breach, without a reason."""
    late = discovered_late(merged(facts, patch), opened)
    if late and fact_at(patch, "timeline.discovered_at"):
        raise RefusedError(
            f"timeline.discovered_at is later than {late[0]} ({late[1]})",
            hint="say why the discovery counts from then: --correct REASON",
        )


def discovered_late(facts: Mapping[str, Any], opened: str) -> tuple[str, str] | None:
    """Return the first sign that came before the stated discovery, or None.

    None as well when a reason stands beside the discovery.
    """
    times = facts.get("timeline") or {}
    discovered = times.get("discovered_at")
    if not discovered or fact_at(facts, "timeline_reasons.discovered_at"):
        return None
    signs = {name: times[name]["at"] for name in ("detected_at", "reported_at") if name in times}
    signs["opened_at"] = opened
    name, first = min(signs.items(), key=lambda sign: sign[1])
    end = latest_of(first, *_grain(times.get(name)))
    if moment(discovered["at"]) <= end:
        return None
    return f"timeline.{name}", first


def check_triggers(patch: Mapping[str, Any], known: frozenset[str]) -> None:
    """Refuse the name of an instant that no law file and no fact sheet knows."""
    scopes = (patch.get("scopes") or {}).items()
    for prefix, part in [("", patch), *((f"scopes.{key}.", scope) for key, scope in scopes)]:
        for name in (part or {}).get("timeline") or {}:
            if name not in known:
                raise FactError(
                    f"{prefix}timeline.{name}",
                    "no such instant",
                    hint=_nearest(name, known) or f"one of: {', '.join(sorted(known))}",
                )


def check_findings(patch: Mapping[str, Any], known: frozenset[str]) -> None:
    """Refuse the answer to a question that no law file asks; FactError names the nearest."""
    scopes = (patch.get("scopes") or {}).items()
    for prefix, part in [("", patch), *((f"scopes.{key}.", scope) for key, scope in scopes)]:
        for name in (part or {}).get("findings") or {}:
            if name not in known:
                near = _nearest(name, known) if known else "breachkit law list"
                raise FactError(f"{prefix}findings.{name}", "no law asks that", hint=near)


def _later(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    limit = latest_of(old["at"], old["zone"], old["precision"])
    return bool(moment(new["at"]) > limit)


def _grain(instant: Mapping[str, Any] | None) -> tuple[str, str]:
    return (instant["zone"], instant["precision"]) if instant else ("UTC", "minute")


def _split(
    given: Mapping[str, Any], prefix: str, unknown: dict[str, dict[str, Any]], now: datetime
) -> Tree:
    """Return the statement without what is stated as unknown, which goes beside the facts."""
    patch: Tree = {}
    for name, value in _placed(given, prefix).items():
        if not is_branch(value):
            if isinstance(value, dict) and value["kind"] == "unknown":
                path = f"{prefix}{name}"
                unknown[path] = settle_unknown(path, value, now)
            else:
                patch[name] = value
        elif value == {} and prefix.endswith("countries."):
            patch[name] = {"concerned": True}
        elif (below := _split(value, f"{prefix}{name}.", unknown, now)) or prefix == "scopes.":
            patch[name] = below
    return patch


def _placed(given: Mapping[str, Any], prefix: str) -> Mapping[str, Any]:
    """Return a part of a statement with its countries by their ISO codes; FactError for one unknown.

    What was recorded before stays as it is: only what somebody states now is checked.
    """
    if prefix.endswith("countries."):
        placed: dict[str, Any] = {}
        for name, value in given.items():
            code = name if value is None else _known(known_place, prefix + name, name)
            if code in placed:
                raise FactError(prefix + name, f"{code} is stated twice")
            placed[code] = value
        return placed
    if prefix.endswith("controller.") or ".joint_controllers." in f".{prefix}":
        checks = {"country": known_country, "land": known_land}
        named = {name: check for name, check in checks.items() if isinstance(given.get(name), str)}
        return {**given, **{n: _known(named[n], prefix + n, given[n]) for n in named}}
    return given


def _known(check: Callable[[str], str], path: str, code: str) -> str:
    try:
        return check(code)
    except ValueError as error:
        raise FactError(path, str(error)) from error


def settle_unknown(path: str, why: Any, now: datetime) -> dict[str, Any]:
    """Return the stored form of "not yet known"; FactError when it has no reason."""
    try:
        stated = Unknown.model_validate(why, context={"now": now})
    except ValidationError as error:
        raise _fact_error(error, Unknown, f"unknown {path}") from error
    return stated.model_dump(mode="json", exclude_none=True)


def check_unknown_path(path: str) -> None:
    """Refuse to state as unknown what is no fact at all; FactError names the nearest."""
    place_at(path)
    _, found, rest = f".{path}".partition(".countries.")
    if found:
        _known(known_place, path, rest.partition(".")[0])


def uncovered(unknown: Mapping[str, Any], patch: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths that stop being unknown because a fact was stated there or below."""
    for path, value in leaves(patch):
        yield from (known for known in unknown if value is not None and covers(known, path))


def _checked(tree: Tree, now: datetime) -> Tree:
    try:
        facts = Facts.model_validate(tree, context={"now": now})
    except ValidationError as error:
        raise _fact_error(error, Facts, "") from error
    return facts.model_dump(mode="json", exclude_none=True)


def _as_stored(patch: Tree, whole: Tree) -> Tree:
    """Return a patch in the form of the whole: part of an instant stands for the whole instant."""
    stored: Tree = {}
    for name, value in patch.items():
        fact = whole.get(name)
        if not is_branch(value):
            stored[name] = None if value is None else fact
        elif fact is not None and not is_branch(fact):
            stored[name] = fact
        elif below := _as_stored(value, fact or {}):
            stored[name] = below
    return stored


def _fact_error(error: ValidationError, model: type[BaseModel], prefix: str) -> FactError:
    """Return one clear message from pydantic's list: the first error, its path and its value."""
    first = error.errors()[0]
    names = [str(part) for part in first["loc"] if part != "[key]"]
    path = ".".join([prefix, *names] if prefix else names)
    if first["type"] == "extra_forbidden":
        fields = _fields_at(model, names[:-1])
        return FactError(path, "no such fact", hint=_nearest(names[-1], fields))
    message = first["msg"].removeprefix("Value error, ")
    value = repr(first["input"])[:80]
    if first["loc"][-1:] == ("[key]",):
        message = f"{value} is not a key; keys are short: a-z, 0-9, - and _ (a country: DE)"
        key = re.sub(r"[^a-z0-9_]+", "-", str(first["input"]).casefold()).strip("-_")[:40]
        return FactError(path, message, hint=f"for example {key}" if key else "for example acme")
    if first["type"] != "value_error":
        message = f"{message[0].lower()}{message[1:]}, found {value}"
    said = getattr(first.get("ctx", {}).get("error"), "hint", "")
    return FactError(path, message, hint=said or "breachkit schema incident shows every fact")


def _fields_at(model: type[BaseModel], names: list[str]) -> frozenset[str]:
    """Return the fields of the model that a path leads to, as far as its annotations tell."""
    import typing

    for name in names:
        field = model.model_fields.get(name)
        if field is None:
            continue  # a key of a mapping: the model below it was found one step before
        queue: list[Any] = [field.annotation]
        while queue:
            part = queue.pop()
            if isinstance(part, type) and issubclass(part, BaseModel):
                model = part
                break
            queue.extend(typing.get_args(part))
    return frozenset(model.model_fields)


def _nearest(name: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return f"known here: {', '.join(sorted(known))}"
