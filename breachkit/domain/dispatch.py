"""What the register says of the batches of a version: queued, counted, closed."""

from typing import Final

from breachkit.domain.delivery import State
from breachkit.domain.entry import DecisionRecorded
from breachkit.domain.matter import Matter, Recorded, Version
from breachkit.domain.sending import DeliveriesRecorded, NoticeQueued

PEOPLE: Final = frozenset({"data_subjects", "users"})
"""Addressees that are people: a bound list, a typed confirmation, a policy for doubts."""

UNREACHED: Final = frozenset({State.REFUSED, State.RETURNED, State.CANCELLED, State.DOUBTFUL})
"""States in which nobody can say that a recipient was reached, and no run will try again."""


def queued_of(version: Version) -> list[NoticeQueued]:
    """Return what was queued of a version, the first batch first."""
    entries = (one.entry for one in version.sendings)
    return [entry for entry in entries if isinstance(entry, NoticeQueued)]


def counted_last(version: Version) -> dict[str, Recorded]:
    """Return the last count of each batch of a version."""
    found: dict[str, Recorded] = {}
    for recorded in version.sendings:
        if isinstance(recorded.entry, DeliveriesRecorded):
            found[recorded.entry.batch] = recorded
    return found


def closing(batch: str) -> str:
    """Return the outcome of the decision that closes the unreached recipients of a batch."""
    return f"unreached of {batch} closed"


def is_closed(matter: Matter, batch: str) -> bool:
    """Tell whether a recorded decision has closed the unreached recipients of a batch."""
    wanted = closing(batch)
    entries = (one.entry for one in matter.decisions)
    return any(isinstance(one, DecisionRecorded) and one.outcome == wanted for one in entries)
