"""Facts that contradict each other, the clock or the agreement: flagged, never refused."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from breachkit.domain.categories import APPROVED_SUBPROCESSORS
from breachkit.domain.instant import latest_of, moment
from breachkit.domain.patch import Tree, fact_at, leaves
from breachkit.domain.people import Organisation
from breachkit.domain.scope import OWN
from breachkit.domain.start import is_ahead, is_knowing
from breachkit.domain.statement import discovered_late

_PROMISED = (
    (
        {"password", "device_password"},
        "passwords should be unintelligible; readable ones are a breach of the measures themselves",
    ),
    (
        {"media_stream", "cloud_record", "cloud_picture", "video"},
        "audio and video should be encrypted; unencrypted media contradict the measures",
    ),
)
"""What Appendix 2 of the agreement promises of some kinds of data."""


_ORDER = (
    ("classified_major_at", "aware_major_incident_at", "classified before we were aware of it"),
    ("incident_handled_at", "aware_significant_incident_at", "handled before we were aware of it"),
    ("incident_handled_at", "discovered_at", "handled before it was discovered"),
    ("aware_exploited_vulnerability_at", "learned_of_vulnerability_at",
     "aware of the exploitation before the vulnerability was known"),
    ("assessed_notifiable_at", "credible_grounds_at", "assessed before there were grounds to"),
    ("grounds_to_believe_at", "grounds_to_suspect_at", "believed before it was suspected"),
    ("aware_exploited_vulnerability_at", "occurred_from", "aware before the breach occurred"),
    ("aware_severe_incident_at", "occurred_from", "aware before the breach occurred"),
    ("aware_significant_incident_at", "occurred_from", "aware before the breach occurred"),
    ("aware_major_incident_at", "occurred_from", "aware before the breach occurred"),
)  # fmt: skip
"""Instants of instruments of which the first cannot come before the second, and what that would mean."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that does not fit, with the fact that it is about."""

    path: str
    what: str
    citation: str = ""

    def __str__(self) -> str:
        cited = f" [{self.citation}]" if self.citation else ""
        return f"{self.path}: {self.what}{cited}"


def find_flags(
    facts: Mapping[str, Any],
    *,
    opened_at: str,
    now: datetime,
    organisation: Organisation,
    names: Mapping[str, Sequence[str]],
    unknown: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> tuple[Flag, ...]:
    """Return all that does not fit in the facts of an incident.

    `unknown` is what was stated as not yet known, by path; `names` are the names of each partner by
    scope key, and an empty mapping means none is listed.
    """
    return (
        *_times(facts, opened_at, now),
        *_aware_times(facts, now),
        *_order(facts),
        *_figures("", facts),
        *(
            flag
            for key, scope in (facts.get("scopes") or {}).items()
            for flag in _figures(f"scopes.{key}.", scope)
        ),
        *_shares(facts),
        *_origin(facts, organisation),
        *_appendix_2(facts),
        *_strangers(facts, names),
        *_names(facts, names),
        *_promises(unknown, now),
    )


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Return which names stand in a text as whole words, whatever their case."""
    lowered = text.casefold()
    return [name for name in names if len(name) > 2 and _is_word(name.casefold(), lowered)]


def _is_word(word: str, text: str) -> bool:
    # Nearly every text is settled by the first question, which costs a hundredth of the second.
    return word in text and bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def _times(facts: Mapping[str, Any], opened_at: str, now: datetime) -> Iterator[Flag]:
    times = facts.get("timeline") or {}
    for name, at in times.items():
        if moment(at["at"]) > now:
            yield Flag(f"timeline.{name}", _ahead(name, at, now))
    if _before(times, "occurred_until", "occurred_from"):
        yield Flag("timeline.occurred_until", "the breach would have ended before it began")
    for name in ("discovered_at", "detected_at", "contained_at"):
        if _before(times, name, "occurred_from"):
            yield Flag(f"timeline.{name}", "comes before the breach occurred")
    if late := discovered_late(facts, opened_at):
        yield Flag(
            "timeline.discovered_at",
            f"later than {late[0]} ({late[1]}) and no reason is stated:"
            " the clock runs from the earlier one",
            "Article 6.3",
        )


def _ahead(name: str, at: Mapping[str, Any], now: datetime) -> str:
    waits = is_knowing(name) and is_ahead(name, at, now)
    idle = ": no clock counts from it yet" if waits else ""
    return f"{at['at']} lies in the future{idle}"


def _aware_times(facts: Mapping[str, Any], now: datetime) -> Iterator[Flag]:
    """Flag a controller that would be aware in the future, or before we discovered anything."""
    ours = facts.get("timeline") or {}
    for key, scope in (facts.get("scopes") or {}).items():
        times = {**ours, **(scope.get("timeline") or {})}
        path = f"scopes.{key}.timeline.controller_aware_at"
        aware = times.get("controller_aware_at")
        if aware and moment(aware["at"]) > now:
            yield Flag(path, _ahead("controller_aware_at", aware, now))
        if scope.get("capacity") == "processor" and _before(
            times, "controller_aware_at", "discovered_at"
        ):
            yield Flag(
                path,
                "the partner knew before our discovery: was the breach discovered earlier?",
                "Article 6.3",
            )


def _order(facts: Mapping[str, Any]) -> Iterator[Flag]:
    """Flag instants of instruments that contradict each other, of the incident and of each scope."""
    ours = facts.get("timeline") or {}
    parts = [("", {}), *((f"scopes.{key}.", one) for key, one in _scopes(facts))]
    for prefix, part in parts:
        own = part.get("timeline") or {}
        times = {**ours, **own}
        for name, other, what in _ORDER:
            # A scope that says nothing of its own would only repeat what the incident says.
            if (not prefix or name in own or other in own) and _before(times, name, other):
                yield Flag(f"{prefix}timeline.{name}", what)
    if "classified_major_at" in ours and "aware_major_incident_at" not in ours:
        what = "classified, and no time of awareness is stated: its 24 hours cannot be counted"
        yield Flag("timeline.classified_major_at", what, "Delegated Regulation (EU) 2025/301")


def _scopes(facts: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    scopes: Mapping[str, Mapping[str, Any]] = facts.get("scopes") or {}
    return scopes.items()


def _before(times: Mapping[str, Any], name: str, other: str) -> bool:
    """Tell whether one instant surely came before another."""
    one, two = times.get(name), times.get(other)
    if not one or not two:
        return False
    return latest_of(one["at"], one["zone"], one["precision"]) < moment(two["at"])


def _figures(prefix: str, part: Mapping[str, Any]) -> Iterator[Flag]:
    """Flag shares that are larger than their total."""
    for total, branch, figure in (
        ("people", "groups", "people"),
        ("people", "countries", "people"),
        ("records", "data", "records"),
    ):
        whole = part.get(total)
        for key, below in (part.get(branch) or {}).items():
            if whole and below.get(figure) and _least(below[figure]) > _most(whole):
                yield Flag(
                    f"{prefix}{branch}.{key}.{figure}",
                    f"{_least(below[figure]):,} is more than the total of {_most(whole):,.0f}",
                )
    yield from _places(prefix, part)


def _places(prefix: str, part: Mapping[str, Any]) -> Iterator[Flag]:
    """Flag countries with more people than there are in all, and parts with more than their country."""
    counts = {
        place: below["people"]
        for place, below in (part.get("countries") or {}).items()
        if below.get("people")
    }
    parts: dict[str, int] = {}
    for place, count in counts.items():
        country, dash, _ = place.partition("-")
        if dash:
            parts[country] = parts.get(country, 0) + _least(count)
    for country, least in parts.items():
        if country in counts and least > _most(counts[country]):
            path = f"{prefix}countries.{country}.people"
            yield Flag(path, f"its parts have {least:,}, more than {_most(counts[country]):,.0f}")
    whole = {place: _least(count) for place, count in counts.items() if "-" not in place}
    least = sum(max(parts.get(one, 0), whole.get(one, 0)) for one in parts.keys() | whole)
    if part.get("people") and least > _most(part["people"]):
        yield Flag(f"{prefix}countries", f"{least:,} in all is more than {prefix}people")


def _shares(facts: Mapping[str, Any]) -> Iterator[Flag]:
    """Flag scopes that together have more people or records than the incident."""
    for figure in ("people", "records"):
        whole = facts.get(figure)
        shares = {
            key: scope[figure]
            for key, scope in (facts.get("scopes") or {}).items()
            if scope.get(figure)
        }
        if whole and sum(_least(count) for count in shares.values()) > _most(whole):
            for key, count in shares.items():
                yield Flag(
                    f"scopes.{key}.{figure}",
                    f"{_least(count):,} with the other scopes is more than the total {figure}"
                    f" of {_most(whole):,.0f}",
                )


def _least(count: Mapping[str, Any]) -> int:
    return int(count["value"])


def _most(count: Mapping[str, Any]) -> float:
    """Return the most that a number can mean; an approximate one gives a tenth."""
    match count["form"]:
        case "range":
            return int(count["high"])
        case "at_least":
            return float("inf")
        case "approximate":
            return int(count["value"]) * 1.1
        case _:
            return int(count["value"])


def _origin(facts: Mapping[str, Any], organisation: Organisation) -> Iterator[Flag]:
    origin = facts.get("origin") or {}
    name, kind = origin.get("name"), origin.get("kind")
    listed = organisation.subprocessors or APPROVED_SUBPROCESSORS
    affiliate = organisation.has_affiliate(str(name or ""))
    if kind == "subprocessor" and affiliate:
        yield Flag("origin.name", f"{name} is listed as an affiliate: its discovery counts as ours")
    elif kind == "subprocessor" and name and name.casefold() not in map(str.casefold, listed):
        yield Flag(
            "origin.name",
            f"{name} is not among the approved subprocessors: did the partners consent to it?",
            "Article 5.1, Appendix 3",
        )
    if kind == "affiliate" and name and not affiliate:
        yield Flag(
            "origin.name",
            f"{name} is not listed as an affiliate in breachkit.toml; the agreement consents to"
            " one affiliate by name, any other needs consent",
            "Article 5.1",
        )


def _appendix_2(facts: Mapping[str, Any]) -> Iterator[Flag]:
    """Flag protections that contradict what the agreement promises, or each other."""
    for key, data in (facts.get("data") or {}).items():
        state, category = fact_at(data, "protection.state"), data.get("category")
        for categories, what in _PROMISED:
            if category in categories and state == "none":
                cited = "Appendix 2; Article 4.6(iii)"
                yield Flag(f"data.{key}.protection.state", what, cited)
        if state == "anonymised":
            yield Flag(
                f"data.{key}.protection.state",
                "truly anonymous data are no personal data; data that can be traced back are"
                " pseudonymised: which is it?",
                "Recital 26 GDPR; Guidelines 9/2022 para 112",
            )


def _strangers(facts: Mapping[str, Any], names: Mapping[str, Sequence[str]]) -> Iterator[Flag]:
    for key, scope in (facts.get("scopes") or {}).items():
        if key != OWN and key not in names and scope.get("capacity") != "controller":
            yield Flag(f"scopes.{key}", f"no partner {key} is listed: whom do we call, and where?")


def _names(facts: Mapping[str, Any], names: Mapping[str, Sequence[str]]) -> Iterator[Flag]:
    """Flag a shared text that names a partner: it would stand in the others' notices."""
    shared: Tree = {name: value for name, value in facts.items() if name not in {"scopes", "title"}}
    scopes = facts.get("scopes") or {}
    if len(scopes) < 2:
        return
    concerned = {key: known for key, known in names.items() if key in scopes}
    texts = [(path, text) for path, text in leaves(shared) if isinstance(text, str)]
    # Nearly always no text names anybody, which one look at all of them together tells.
    whole = "\n".join(text for _, text in texts).casefold()
    near = {name for known in concerned.values() for name in known if name.casefold() in whole}
    for path, text in texts if near else ():
        found = names_in(text, near)
        for key, known in concerned.items() if found else ():
            if not set(known).isdisjoint(found):
                yield Flag(path, f"names the partner {key}, and every scope's notice prints it")


def _promises(unknown: Mapping[str, Mapping[str, Any]], now: datetime) -> Iterator[Flag]:
    for path, why in unknown.items():
        by = why.get("follows_by")
        if by and latest_of(by["at"], by["zone"], by["precision"]) < now:
            yield Flag(
                path, f"was to follow by {by['at']}, which has passed: no notice promises it"
            )
