"""Facts as people read them on a terminal: values in words, long texts wrapped, empty never shown."""

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from breachkit.cli.output import both, harmless
from breachkit.domain.patch import leaves

if TYPE_CHECKING:
    from breachkit.domain.instant import Instant
    from breachkit.domain.scope import ScopeView

WIDTH = 100
"""Columns of text; the same everywhere, so that what is copied from a terminal stays as it was."""

_LABEL = 34
"""Columns of a path, at most; a longer one pushes its value to the next line."""


def shown(value: Any, zone: str) -> str:
    """Return a fact as people write it; `-` for nothing."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case {"kind": "count"}:
            return count(value)
        case {"kind": "instant"}:
            return instant(value, zone)
        case Mapping():
            return _several(len(leaves(value)))
        case list():
            return ", ".join(shown(one, zone) for one in value)
        case _:
            return harmless(str(value))


def _several(facts: int) -> str:
    return "1 fact" if facts == 1 else f"{facts} facts"


def count(fact: Mapping[str, Any]) -> str:
    """Return a number with its exactness."""
    match fact.get("form", "exact"):
        case "approximate":
            return f"about {fact['value']:,}"
        case "range":
            return f"{fact['value']:,} to {fact['high']:,}"
        case "at_least":
            return f"at least {fact['value']:,}"
        case _:
            return f"{fact['value']:,}"


def instant(fact: Mapping[str, Any], zone: str) -> str:
    """Return an instant in the workspace's zone and in UTC, no finer than it is known."""
    about = "about " if fact.get("estimated") else ""
    match fact.get("precision"):
        case "day" | "month":
            from breachkit.domain.instant import moment, zone_of

            day = moment(fact["at"]).astimezone(zone_of(fact["zone"]))
            shape = "%a %d %b %Y" if fact["precision"] == "day" else "%b %Y"
            return f"{about}{day:{shape}} {fact['zone']}"
        case "hour":
            return f"in the hour from {about}{both(fact['at'], zone)}"
        case _:
            return f"{about}{both(fact['at'], zone)}"


def assumptions(view: "ScopeView", rests_on: Mapping[str, str]) -> list[str]:
    """Return what a decision not to notify rests on: what was stated, and what was not."""
    from breachkit.domain.reopening import assumed

    known, unsaid = assumed(view, rests_on)
    rest = f"that nothing is stated of {', '.join(unsaid)}"
    return [harmless(", ".join(known)), *([rest] if unsaid else [])]


def stated(at: "Instant", zone: str) -> str:
    """Return an instant of an entry as `instant` returns one among the facts."""
    return instant(at.model_dump(mode="json"), zone)


def labelled(label: str, text: str, *, indent: int = 2) -> list[str]:
    """Return a label with a text beside it, wrapped below its own first word."""
    start = " " * indent
    if len(label) > _LABEL:
        return [f"{start}{label}", *_wrapped(text, indent + 4)]
    head = f"{start}{label.ljust(_LABEL)}  "
    return _wrapped(text, len(head), first=head)


def item(label: str, text: str) -> list[str]:
    """Return one thing that happened, with a short label before it."""
    head = f"  {label.ljust(8)} "
    return _wrapped(text, len(head), first=head)


def paragraph(text: str, indent: int) -> list[str]:
    """Return a text wrapped at an indentation."""
    return _wrapped(text, indent)


def _wrapped(text: str, indent: int, first: str | None = None) -> list[str]:
    start = " " * indent
    lines = [
        line
        for part in text.splitlines() or [""]
        for line in textwrap.wrap(
            part, WIDTH - indent, break_long_words=False, break_on_hyphens=False
        )
        or [""]
    ]
    return [
        f"{first if first is not None and place == 0 else start}{line}".rstrip()
        for place, line in enumerate(lines)
    ]
