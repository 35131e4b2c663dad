"""What `status` shows of all that there is to do: which acts, which questions, how each stands now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from breachkit.domain.line import BETWEEN, ActRow

if TYPE_CHECKING:
    from breachkit.overview import Overview

SOONEST = 20
QUESTIONS = 3


class Choice(NamedTuple):
    """What is shown of the acts, in their order."""

    acts: Sequence[ActRow]
    more: int
    """How many more are to be done."""
    questions: dict[str, str]
    """At most three questions with their commands, those nearest a clock, each once."""


def choose(overview: "Overview", acts: Sequence[ActRow], *, everything: bool) -> Choice:
    """Choose the acts that are shown: all, all of one incident that are to be done, or the soonest.

    None of an incident that is not open has still to be done.
    """
    pending = [act for act in acts if act.pending] if is_open(overview) else []
    if everything:
        return Choice(acts, 0, _asked(pending))
    wanted = pending if overview.matter else _soonest(pending)
    return Choice(wanted, len(pending) - len(wanted), _asked(pending))


def is_open(overview: "Overview") -> bool:
    """Tell whether the clocks ring: always where all open incidents were asked for."""
    return overview.matter is None or overview.matter.state == "open"


def state_of(act: ActRow, now: str) -> str:
    """Return how an act stands at a moment, in one or two words."""
    return act.state or running(act.due_at, act.soon_at, now)


def running(due_at: str, soon_at: str, now: str) -> str:
    """Return how a clock stands that nothing has stopped."""
    if due_at < now:
        return "OVERDUE"
    return "DUE SOON" if soon_at <= now else "running"


def words(column: str) -> list[str]:
    """Return what a column holds that may hold several words."""
    return column.split(BETWEEN) if column else []


def _soonest(pending: Sequence[ActRow]) -> list[ActRow]:
    """Return the soonest acts, and those that should have a date and cannot be counted.

    What is only possible never pushes out what is owed.
    """
    first = sorted(pending, key=lambda act: act.side == "possible")[:SOONEST]
    chosen = {id(act) for act in (*first, *(act for act in pending if act.problem))}
    return [act for act in pending if id(act) in chosen]


def _asked(pending: Sequence[ActRow]) -> dict[str, str]:
    asked: dict[str, str] = {}
    for act in pending:
        pairs = words(act.questions)
        for question, answer in zip(pairs[::2], pairs[1::2], strict=True):
            asked.setdefault(f"{act.matter}: {question}", answer)
            if len(asked) == QUESTIONS:
                return asked
    return asked
