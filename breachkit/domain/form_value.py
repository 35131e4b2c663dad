"""What is stated for a field of a form: read into its kind, and shown ready to paste."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from breachkit.domain.count import Count
from breachkit.domain.countries import known_country, name_of
from breachkit.domain.form import FIELD_NAME, TEXTS, TIMES, FieldKind, Form, FormField
from breachkit.domain.instant import Instant, Precision, moment, zone_of
from breachkit.domain.patch import Tree, is_branch
from breachkit.domain.regions import EEA
from breachkit.errors import FactError

_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def settle_answers(
    form: Callable[[], Form],
    given: Mapping[str, Any],
    now: datetime,
    *,
    authorities: Callable[[], Mapping[str, str]],
) -> Mapping[str, Any]:
    """Return a statement in which every answer to the form has the kind of its field.

    `authorities` are the names of those of the EEA by code, for lists of them. The form is asked for
    only where an answer is stated, because reading it costs 20 ms. Raises FactError naming the path,
    and the options that are allowed.
    """
    scopes = given.get("scopes")
    if not isinstance(scopes, dict) or not any(map(_answers_of, scopes.values())):
        return given
    known = _Known(form(), authorities, now)
    settled = {key: _settle_scope(known, key, scope) for key, scope in scopes.items()}
    return {**given, "scopes": settled}


def check_answer_path(form: Callable[[], Form], path: str) -> None:
    """Refuse a path of an answer that the form does not have."""
    names = path.split(".")
    if len(names) > 3 and names[0] == "scopes" and names[2] == "form":
        field_of(form(), names[3], ".".join(names[:4]))


def field_of(form: Form, name: str, path: str) -> FormField:
    """Return a field by its name; FactError when the form has none."""
    if name in form.by_name:
        return form.by_name[name]
    row = FIELD_NAME.fullmatch(name)
    near = [one.row for one in form.fields if row and abs(one.row - int(row[1])) <= 2]
    hint = f"near it: {', '.join(f'r{one}' for one in near)}" if near else "a row is written r57"
    raise FactError(path, f"{form.head.name} has no field {name!r}", hint=hint)


def show_answer(field: FormField, value: Any) -> str:
    """Return an answer as it is pasted into a form; choices in the form's own words."""
    match field.kind:
        case FieldKind.CHOICE:
            keys = value if isinstance(value, list) else [value]
            return "\n".join(field.options.get(str(key), str(key)) for key in keys)
        case FieldKind.BOOLEAN:
            return "Yes" if value else "No"
        case FieldKind.NUMBER_PER_COUNTRY:
            return "\n".join(f"{country}: {_number(count)}" for country, count in value.items())
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, Mapping) and value.get("kind") == "count":
        return _number(value)
    if isinstance(value, Mapping) and value.get("kind") == "instant":
        return _time(value, day=field.kind is FieldKind.DATE)
    return str(value)


@dataclass(frozen=True, slots=True)
class _Known:
    """What an answer is held against."""

    form: Form
    authorities: Callable[[], Mapping[str, str]]
    now: datetime


def _settle_scope(known: _Known, key: str, scope: Any) -> Any:
    stated = _answers_of(scope)
    if stated is None:
        return scope
    answers: Tree = {}
    for name, value in stated.items():
        path = f"scopes.{key}.form.{name}"
        field = field_of(known.form, name, path)
        answers[name] = value if _passes(value) else _settle(field, value, path, known)
    return {**scope, "form": answers}


def _answers_of(scope: Any) -> Tree | None:
    stated = scope.get("form") if isinstance(scope, dict) else None
    return stated if isinstance(stated, dict) and is_branch(stated) else None


def _passes(value: Any) -> bool:
    """Tell whether a value is no answer: taken back, left empty in a form, or not yet known."""
    return value is None or (isinstance(value, dict) and value.get("kind") == "unknown")


def _settle(field: FormField, value: Any, path: str, known: _Known) -> Any:
    if field.kind in TEXTS or field.kind is FieldKind.LIST:
        several = field.multiple or field.kind is FieldKind.LIST
        return _listed(field, value, path, known) if several else _text(field, value, path)
    match field.kind:
        case FieldKind.CHOICE if field.multiple:
            picked = [_option(field, one, path) for one in _several(value)]
            return [key for key in field.options if key in picked]
        case FieldKind.CHOICE:
            return _option(field, value, path)
        case FieldKind.BOOLEAN:
            return _yes_no(field, value, path)
        case FieldKind.NUMBER_PER_COUNTRY:
            return _numbers(field, value, path, known.now)
    return _model(Instant if field.kind in TIMES else Count, field, value, path, known.now)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(field: FormField, value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise FactError(path, f"row {field.row} takes a text, found {str(value)[:60]!r}")
    return value


def _listed(field: FormField, value: Any, path: str, known: _Known) -> list[str]:
    found = [_text(field, one, path) for one in _several(value)]
    if field.of == "eea_authority":
        named = known.authorities()
        return list(dict.fromkeys(_authority(named, one, path) for one in found))
    return [_member(one, path) for one in found] if field.of else found


def _member(country: str, path: str) -> str:
    """Return a state of the EEA by its code; FactError says what a code is instead."""
    try:
        code = known_country(country)
    except ValueError as error:
        raise FactError(path, str(error)) from error
    if code not in EEA:
        hint = f"one of: {', '.join(sorted(EEA))}"
        raise FactError(path, f"{code} ({name_of(code)}) is no country of the EEA", hint=hint)
    return code


def _authority(named: Mapping[str, str], said: str, path: str) -> str:
    """Return an authority's name, by its code, its name, or words that stand in one name only."""
    wanted = said.strip()
    if wanted.upper() in named:
        return named[wanted.upper()]
    exact = [one for one in named.values() if one.casefold() == wanted.casefold()]
    words = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE)
    part = [one for one in named.values() if wanted and words.search(one)]
    found = exact or part
    if len(found) == 1:
        return found[0]
    what = f"could be {'; '.join(found)}" if found else "is no authority of the EEA"
    raise FactError(path, f"{said[:60]!r} {what}", hint="codes: breachkit authority list")


def _option(field: FormField, value: Any, path: str) -> str:
    """Return the key of an option named by key, by its words, or by their unambiguous beginning."""
    said = ("yes" if value else "no") if isinstance(value, bool) else str(value).strip()
    if said in field.options:
        return said
    folded = said.casefold()
    words = {key: label.casefold() for key, label in field.options.items()}
    exact = [key for key, label in words.items() if label == folded]
    begun = [key for key, label in words.items() if folded and label.startswith(folded)]
    found = exact or begun
    if len(found) == 1:
        return found[0]
    what = f"could be {', '.join(found)}" if found else "is none of its options"
    listed = "; ".join(f"{key} ({label})" for key, label in field.options.items())
    raise FactError(
        path, f"row {field.row}, {field.label!r}: {said[:60]!r} {what}", hint=f"one of: {listed}"
    )


def _yes_no(field: FormField, value: Any, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.casefold() in _YES_NO:
        return _YES_NO[value.casefold()]
    raise FactError(path, f"row {field.row} takes yes or no, found {str(value)[:60]!r}")


def _numbers(field: FormField, value: Any, path: str, now: datetime) -> Tree:
    if not isinstance(value, dict) or not is_branch(value):
        hint = f"{path}.DE=300: one number for each country"
        raise FactError(path, f"row {field.row} takes a number for each country", hint=hint)
    stated = {country: one for country, one in value.items() if not _passes(one)}
    read = {
        _member(country, f"{path}.{country}"): _model(Count, field, one, f"{path}.{country}", now)
        for country, one in stated.items()
    }
    return {**{name: one for name, one in value.items() if _passes(one)}, **read}


def _model(
    model: type[Instant | Count], field: FormField, value: Any, path: str, now: datetime
) -> Any:
    if isinstance(value, str) and value.strip().isdigit():
        value = int(value) if model is Count else value
    try:
        read = model.model_validate(value, context={"now": now})
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise FactError(path, f"row {field.row}, {field.label!r}: {reason}") from error
    return read.model_dump(mode="json", exclude_none=True)


def _number(count: Mapping[str, Any]) -> str:
    """Return digits without separators, which web forms refuse."""
    match count["form"]:
        case "approximate":
            return f"about {count['value']}"
        case "range":
            return f"{count['value']} to {count['high']}"
        case "at_least":
            return f"at least {count['value']}"
        case _:
            return str(count["value"])


def _time(at: Mapping[str, Any], *, day: bool) -> str:
    """Return a time in the zone in which it was stated, no finer than it is known."""
    local = moment(at["at"]).astimezone(zone_of(at["zone"]))
    about = "about " if at["estimated"] else ""
    match at["precision"]:
        case Precision.MONTH:
            return f"{about}{local:%Y-%m} (day not known)"
        case _ if day:
            return f"{about}{local:%Y-%m-%d}"
        case Precision.DAY:
            return f"{about}{local:%Y-%m-%d} {at['zone']} (hour not known)"
        case Precision.HOUR:
            return f"{about}{local:%Y-%m-%d %H:00} {at['zone']} (minute not known)"
        case _:
            return f"{about}{local:%Y-%m-%d %H:%M} {at['zone']}"
