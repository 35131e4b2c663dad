"""From which instant the clock of an obligation runs, on the facts of one scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from breachkit.domain.counting import end_of_year
from breachkit.domain.instant import moment
from breachkit.domain.predicate import MISSING, View, holds, lookup, stated
from breachkit.domain.trigger import Provisional, Trigger
from breachkit.errors import FactError

OPENED: Final = "timeline.opened_at"
"""When our record was opened: the one instant that is always known."""


@dataclass(frozen=True, slots=True)
class Start:
    """An instant from which something is counted."""

    path: str
    at: datetime
    """UTC; the earliest moment that the instant can mean."""
    zone: str
    """As it was stated: an IANA name, `UTC`, or an offset such as `+05:45`."""
    precision: str
    estimated: bool


def find_start(
    trigger: Trigger, alarm: Provisional | None, event: str, view: View, opened_at: datetime
) -> tuple[Start | None, str]:
    """Return what a limit is counted from and, where that is not its trigger, why.

    `event` is the trigger in words.

    A trigger that is stated later than an instant at which we knew already gives way to that one,
    unless a reason is recorded under `timeline_reasons` by the trigger's name, or its event is one
    that can come later than what we know (`until_stated`). None when nothing is
    known and the clock is another party's to start.
    """
    sure, doubtful = _trigger_starts(trigger, view)
    alarms = _alarm_starts(alarm, view, opened_at)
    stated_start = _earliest(sure)
    if stated_start is None:
        first = _earliest([*doubtful, *alarms])
        because = f"{event} has no time yet; the alarm runs from the earliest known"
        return first, because if first else ""
    rivals = [] if alarm and alarm.until_stated else alarms
    return _unless_earlier(stated_start, doubtful, rivals, view)


def _unless_earlier(
    start: Start, doubtful: list[Start], alarms: list[Start], view: View
) -> tuple[Start, str]:
    """Return a stated start, or the earlier instant to which it gives way, and why."""
    name = start.path.rpartition(".")[2]
    reasoned = stated(view, f"timeline_reasons.{name}")
    rival = _earliest(doubtful if reasoned else [*doubtful, *alarms])
    if rival is None or rival.at >= start.at:
        return start, ""
    if rival in doubtful:
        return rival, f"{rival.path} starts the clock on facts that are not settled yet"
    return rival, f"{start.path} is later than {rival.path}, and no reason is recorded"


def is_knowing(name: str) -> bool:
    """Tell whether an instant of a timeline is one at which somebody came to know, never planned ahead."""
    return "aware" in name or name in _KNOWN_AT


def is_ahead(path: str, at: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether an instant at which somebody came to know lies ahead, so that nothing counts from it.

    When a controller was told may be noted some hours wrong: its clock has no other start, and runs.
    """
    slack = timedelta(days=1) if path.endswith("controller_aware_at") else timedelta()
    return moment(at["at"]) > now + slack


_KNOWN_AT: Final = frozenset(
    {"discovered_at", "detected_at", "reported_at", "noticed_at", "learned_of_vulnerability_at"}
)


def start_at(view: View, path: str) -> Start | None:
    """Return the instant at a path; None where nobody stated one.

    Raises FactError for a value that is not an instant, or one without an offset from UTC.
    """
    value = lookup(view, path)
    if value is MISSING:
        return None
    if not isinstance(value, Mapping) or value.get("kind") != "instant":
        raise FactError(path, f"{value!r} is not an instant")
    try:
        at = datetime.fromisoformat(str(value["at"]))
    except (KeyError, ValueError):
        raise FactError(path, f"{value.get('at')!r} is not a time") from None
    if at.tzinfo is None:
        raise FactError(path, f"{value['at']!r} has no offset from UTC")
    zone, precision = str(value.get("zone", "UTC")), str(value.get("precision", "second"))
    return Start(path, at.astimezone(UTC), zone, precision, value.get("estimated") is True)


def _trigger_starts(trigger: Trigger, view: View) -> tuple[list[Start], list[Start]]:
    """Return the instants that start the clock, and those that do so on undecided conditions."""
    sure: list[Start] = []
    doubtful: list[Start] = []
    for candidate in trigger.earliest:
        start = start_at(view, candidate.fact)
        if start and candidate.moved:
            start = replace(start, at=end_of_year(start.at, start.zone))
        applies = holds(candidate.when, view)
        if start and applies is not False:
            (sure if applies else doubtful).append(start)
    return sure, doubtful


def _alarm_starts(alarm: Provisional | None, view: View, opened_at: datetime) -> list[Start]:
    # While it is undecided whether the alarm applies, it runs: silence would be the worse mistake.
    if alarm is None or holds(alarm.when, view) is False:
        return []
    found = [start_at(view, path) for path in alarm.facts]
    if OPENED in alarm.facts and lookup(view, OPENED) is MISSING:
        found.append(Start(OPENED, opened_at, "UTC", "second", estimated=False))
    return [start for start in found if start]


def _earliest(starts: Sequence[Start]) -> Start | None:
    return min(starts, key=lambda start: start.at, default=None)
