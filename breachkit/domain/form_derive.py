"""What facts answer in a form that data alone cannot say: lists of texts, periods, parties, countries."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from breachkit.domain.categories import DATA, GROUPS
from breachkit.domain.count import extent, total
from breachkit.domain.countries import country_of
from breachkit.domain.form import Derivation
from breachkit.domain.instant import moment, zone_of
from breachkit.domain.patch import fact_at
from breachkit.domain.regions import EEA

View = Mapping[str, Any]
"""The facts of one scope, with what the record knows of its filing under `filing`."""

_CLEAR = frozenset(("none", "pseudonymised"))
"""Protections that leave data intelligible; Guidelines 9/2022, paragraph 112, says so of the second."""

_DPO = frozenset(
    (
        "dpo",
        "data protection officer",
        "datenschutzbeauftragter",
        "délégué à la protection des données",
    )
)


def derive(name: Derivation, view: View, source: tuple[str, ...]) -> Any:
    """Return the answer that facts give, or None where they give none."""
    return _DERIVATIONS[name](view, source)


def _address(view: View, source: tuple[str, ...]) -> str:
    return _joined(fact_at(view, source[0]), ("name", "role", "email", "phone", "postal"))


def _reach(view: View, source: tuple[str, ...]) -> str:
    return _joined(fact_at(view, source[0]), ("email", "phone", "postal"))


def _is_dpo(view: View, source: tuple[str, ...]) -> bool | None:
    """Return True where the contact is said to be the officer; that there is none, nobody has said."""
    role = str((fact_at(view, source[0]) or {}).get("role", "")).casefold()
    return True if any(name in role for name in _DPO) else None


def _joined(address: Any, parts: tuple[str, ...]) -> str:
    found = address if isinstance(address, dict) else {}
    return ", ".join(str(found[part]) for part in parts if found.get(part))


def _parties(view: View) -> Iterator[tuple[str, str, str]]:
    """Yield quality, name and contact of everybody else involved, this scope's own only."""
    if view.get("capacity") == "processor":
        ours = fact_at(view, "filing.processor") or {}
        yield "data processor", str(ours.get("name") or ""), _joined(ours.get("contact"), _REACH)
    for joint in (view.get("joint_controllers") or {}).values():
        yield (
            "joint controller",
            str(joint.get("name") or ""),
            _joined(joint.get("contact"), _REACH),
        )
    origin = view.get("origin") or {}
    if origin.get("kind") in {"subprocessor", "affiliate"}:
        quality = "subprocessor" if view.get("capacity") == "processor" else "data processor"
        yield quality, str(origin.get("name") or ""), ""


_REACH = ("name", "email", "phone", "postal")


def _party_qualities(view: View, source: tuple[str, ...]) -> str:
    return "\n".join(f"{name}: {what}" if name else what for what, name, _ in _parties(view))


def _party_names(view: View, source: tuple[str, ...]) -> list[str]:
    return [name for _, name, _ in _parties(view) if name]


def _party_contacts(view: View, source: tuple[str, ...]) -> str:
    return "\n".join(f"{name}: {reach}" for _, name, reach in _parties(view) if name and reach)


def _period(view: View, source: tuple[str, ...]) -> str | None:
    """Return whether it lasted a day or longer; that it still goes on, silence does not say."""
    begin, end = (fact_at(view, path) for path in source)
    if not begin or not end:
        return None
    days = {_day(begin), _day(end)}
    rough = "month" in {begin["precision"], end["precision"]}
    return "specific_day" if len(days) == 1 and not rough else "from_to"


def _day(at: Mapping[str, Any]) -> str:
    return f"{moment(at['at']).astimezone(zone_of(at['zone'])):%Y-%m-%d}"


def _course(view: View, source: tuple[str, ...]) -> str:
    """Return the instants that no field of their own asks for, above all the processor's."""
    said = {"discovered_at": "Discovered", "detected_at": "Detected", "contained_at": "Contained"}
    if view.get("capacity") == "processor":
        said["discovered_at"] = "Discovered by the processor"
    found = []
    for path in source:
        at = fact_at(view, path)
        if at:
            about = "about " if at["estimated"] else ""
            found.append(f"{said[path.rpartition('.')[2]]}: {about}{_moment(at)}.")
    return "\n".join(found)


def _moment(at: Mapping[str, Any]) -> str:
    local = moment(at["at"]).astimezone(zone_of(at["zone"]))
    shape = {"month": "%Y-%m", "day": "%Y-%m-%d", "hour": "%Y-%m-%d %H h"}
    return f"{local:{shape.get(at['precision'], '%Y-%m-%d %H:%M')}} {at['zone']}"


def _intelligible(view: View, source: tuple[str, ...]) -> str | None:
    """Return the strictest answer over all kinds of data; None while one of them leaves it open."""
    kinds = [kind.get("protection") or {} for kind in (view.get("data") or {}).values()]
    found = {_state_of(kind) for kind in kinds}
    return next((one for one in ("no", None, "subverted", "intact") if one in found), None)


def _state_of(protection: Mapping[str, Any]) -> str | None:
    state, key = protection.get("state"), protection.get("key_state")
    if state in _CLEAR or key == "bypassed" or (state and protection.get("coverage") == "part"):
        return "no"
    if state and key == "exposed":
        return "subverted"
    # An encryption or a keyed hash is worth what its key is; nothing is said of it, nothing is claimed.
    safe = key == "safe" or state in {"anonymised", "unintelligible"}
    return "intact" if state and safe and protection.get("coverage") == "all" else None


def _groups(view: View, source: tuple[str, ...]) -> str:
    found = (view.get("groups") or {}).values()
    labels = {key: label for key, (label, _) in GROUPS.items()}
    return _list(_with_count(one, labels, "people", "people") for one in found)


def _data(view: View, source: tuple[str, ...]) -> str:
    labels = {key: one.label for key, one in DATA.items()}
    found = (view.get("data") or {}).values()
    return _list(_with_count(one, labels, "records", "records") for one in found)


def _with_count(kind: View, labels: Mapping[str, str], figure: str, unit: str) -> str:
    label = _label(kind, labels)
    count = kind.get(figure)
    return f"{label}: {_figure(count)} {unit}" if label and count else label


def _label(kind: View, labels: Mapping[str, str]) -> str:
    return str(kind.get("label") or labels.get(str(kind.get("category")), ""))


def _figure(count: Mapping[str, Any]) -> str:
    about = {"approximate": "about ", "at_least": "at least "}.get(count["form"], "")
    return f"{about}{count['value']}" + (f" to {count['high']}" if count.get("high") else "")


def _protections(view: View, source: tuple[str, ...]) -> str:
    """Return how each kind of data was protected, for those of which something is said."""
    labels = {key: one.label for key, one in DATA.items()}
    found = []
    for kind in (view.get("data") or {}).values():
        said = "; ".join(_protection_words(kind.get("protection") or {}))
        if said:
            found.append(f"{_label(kind, labels) or 'data'}: {said}")
    return _list(found)


def _protection_words(protection: Mapping[str, Any]) -> Iterator[str]:
    state, method = protection.get("state"), protection.get("method")
    if state:
        yield ("not protected" if state == "none" else str(state)) + (
            f" ({method})" if method else ""
        )
    for part, words in _WORDS.items():
        if protection.get(part) in words:
            yield words[protection[part]]


_WORDS = {
    "coverage": {"all": "all of them", "part": "only part of them"},
    "key_state": {
        "safe": "the key is safe",
        "exposed": "the key was exposed",
        "bypassed": "the service itself decrypted for the wrong reader",
    },
    "backup": {
        "intact": "an intact backup exists",
        "lost": "the backup was lost",
        "none": "there is no backup",
    },
}


def _measures(view: View, source: tuple[str, ...]) -> str:
    """Return the measures taken, and then those that are proposed, marked so."""
    measures = (view.get("measures") or {}).values()
    taken: list[str] = []
    proposed: list[str] = []
    for one in measures:
        state = one.get("state") or ("taken" if one.get("at") else "proposed")
        at = f" ({_moment(one['at'])})" if one.get("at") else ""
        (taken if state == "taken" else proposed).append(f"{one.get('text', '')}{at}")
    return _list([*taken, *(f"Proposed: {text}" for text in proposed)])


def _eea_countries(view: View, source: tuple[str, ...]) -> list[str]:
    return sorted(_by_state(view))


def _eea_numbers(view: View, source: tuple[str, ...]) -> dict[str, Any]:
    """Return the people in each state; what is counted by part only is added up where all are counted."""
    found = {}
    for state, counts in sorted(_by_state(view).items()):
        if counts and all(counts):
            found[state] = counts[0] if len(counts) == 1 else total(counts)
    return found


def _by_state(view: View) -> dict[str, list[Any]]:
    """Return the counts of each state of the EEA where people live; of parts, where it has none itself.

    A place with a code of its own, such as Réunion, is counted with its state and beside it.
    """
    countries = view.get("countries") or {}
    found: dict[str, list[Any]] = {}
    for place, below in countries.items():
        state, (country, dash, _) = country_of(place), place.partition("-")
        figure = below or {}
        nobody = figure.get("concerned") is False or extent(figure.get("people")) == (0, 0)
        if state in EEA and not nobody and not (dash and country in countries):
            found.setdefault(state, []).append(figure.get("people"))
    return found


def _list(lines: Any) -> str:
    return "\n".join(f"- {line}" for line in lines if line)


_DERIVATIONS: dict[str, Callable[[View, tuple[str, ...]], Any]] = {
    "address": _address,
    "reach": _reach,
    "is_dpo": _is_dpo,
    "party_qualities": _party_qualities,
    "party_names": _party_names,
    "party_contacts": _party_contacts,
    "period": _period,
    "course": _course,
    "intelligible": _intelligible,
    "groups": _groups,
    "data": _data,
    "protections": _protections,
    "measures": _measures,
    "eea_countries": _eea_countries,
    "eea_numbers": _eea_numbers,
}
