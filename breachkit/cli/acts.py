"""What somebody has to do, made of the duties and promises that one act meets; columns only."""

from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from breachkit.cli.output import left
from breachkit.domain.line import NOT_COMPUTABLE
from breachkit.overview import PENDING

if TYPE_CHECKING:
    from breachkit.domain.line import DutyRow

SUPPLEMENT = "supplement owed"
OUTSIDE = "left outside the gate"
PROMISE = "promised: "
CONTRADICTED = "follow-up/contradicted-"
"""How the duty begins to correct a text that left and does not hold any more."""

FIELDS = (
    *("matter", "duty", "scope", "side", "addressee", "citation", "due_at", "due_kind", "soon_at"),
    *("told", "content", "gaps", "waits_for", "command", "question", "question_command"),
    *("moved_from", "standing"),
)
"""What machines are told of a duty: its columns."""

DOUBTFUL = frozenset({"unverified", "disputed"})
"""Standings of a provision that nobody may overlook."""

KINDS = {"provisional": "provisional", "target": "our target", "follow-up": "promised"}
"""What a date rests on, where that is no time limit from its own trigger."""

_SIDES = ("ours", "theirs", "possible")
_columns = attrgetter(*FIELDS)


class Act:
    """One thing to do: a notice or a set of them, a call, a decision, facts that were promised.

    No dataclass: there can be thousands of them, and each is made once and read once.
    """

    __slots__ = ("due_at", "first", "pending", "rows", "side")

    def __init__(self, rows: "list[DutyRow]") -> None:
        if len(rows) > 1:
            rows.sort(key=_urgency)
        self.rows = rows
        """The duties that it meets, the most urgent one first."""
        first = self.first = rows[0]
        """The duty that decides when it is due."""
        self.pending = is_pending(first)
        """Whether something is still to be done."""
        self.due_at = first.due_at if first.told in PENDING else ""
        """When it is due as UTC text; empty where no figure says so, or it was told already."""
        self.side = (
            first.side if len(rows) == 1 else min((row.side for row in rows), key=_SIDES.index)
        )
        """Whose it is: ours as soon as one of its duties is."""

    @property
    def problem(self) -> str:
        """Why a limit that runs cannot be counted; empty where all can, or none runs."""
        for row in self.rows:
            if row.due_kind.startswith(NOT_COMPUTABLE) and row.told in PENDING:
                return problem_of(row)
        return ""

    @property
    def scopes(self) -> list[str]:
        """The scopes that it is for; none for what concerns the whole incident."""
        if len(self.rows) == 1:
            return [self.first.scope] if self.first.scope else []
        return list(dict.fromkeys([row.scope for row in self.rows if row.scope]))

    @property
    def citations(self) -> list[str]:
        """The provisions that it meets, or what was promised."""
        if len(self.rows) > 1 and is_fact(self.first):
            return [f"{len(self.rows)} facts promised"]
        if self.first.due_kind == "follow-up":
            return [self.first.citation.replace(f"{self.first.matter}-", "")]
        if len(self.rows) == 1:
            return [_brief(self.first.citation)]
        return list(dict.fromkeys([_brief(row.citation) for row in self.rows]))

    @property
    def marked(self) -> list[str]:
        """The provisions that it meets, each with what is doubtful of it."""
        rows = dict.fromkeys((row.citation, row.standing) for row in self.rows)
        return [
            f"{_brief(citation)} [{standing}]" if standing in DOUBTFUL else _brief(citation)
            for citation, standing in rows
        ]

    @property
    def gaps(self) -> int:
        """How many facts the one that lacks most lacks."""
        return max([row.gaps for row in self.rows]) if len(self.rows) > 1 else self.first.gaps

    @property
    def waits_for(self) -> str:
        """What it waits for; nothing where its own name says that already."""
        waits = self.first.waits_for
        if waits.endswith(OUTSIDE) and "/outside-" not in self.first.duty:
            waits = waits.rpartition("; ")[0]
        return "" if waits == self.first.citation else waits

    @property
    def outside(self) -> str:
        """Which notice left outside the gate, in words; empty where none did."""
        waits = self.first.waits_for
        if not waits.endswith(OUTSIDE):
            return ""
        return waits.rpartition("; ")[2].replace(f"{self.first.matter}-", "")

    @property
    def moved_from(self) -> str:
        """The date that was shown before the law or the settings changed; empty where none moved."""
        for row in self.rows:
            if row.moved_from and row.due_at:
                return row.moved_from
        return ""

    @property
    def command(self) -> str:
        """The next command; empty where the act is not ours."""
        if len(self.rows) > 1 and is_fact(self.first):
            return f"breachkit incident check {self.first.matter} --form > form.toml"
        return self.first.command

    def state(self, now: str) -> str:
        """Return how it stands at a moment, in one or two words."""
        first = self.first
        if first.told not in PENDING:
            return first.content if self.pending else first.told
        if first.told == "unconfirmed":
            return first.told
        if not first.due_at:
            return "not running" if self.side == "theirs" else "no date"
        if first.due_at < now:
            return "OVERDUE"
        return "DUE SOON" if first.soon_at <= now else "running"

    def clock(self, now: str, *, seconds: bool = False) -> str:
        """Return the state and the time left, to the minute or to the second."""
        state = self.state(now)
        if not self.due_at or state == "unconfirmed":
            return state
        shown = left(self.due_at, now, seconds=seconds)
        return f"{state} {shown.removesuffix(' overdue')}"

    def data(self, now: str) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "incident": self.first.matter,
            "scopes": self.scopes,
            "side": self.side,
            **self._clock_data(now),
            "citations": self.citations,
            "gaps": self.gaps,
            "waits_for": self.waits_for,
            "command": self.command,
            "outside_gate": bool(self.outside),
            "duties": [as_data(row) for row in self.rows],
        }

    def _clock_data(self, now: str) -> dict[str, str | None]:
        return {
            "state": self.state(now),
            "due_at": self.due_at or None,
            "due_kind": kind_of(self.first),
            "not_computable": self.problem or None,
            "moved_from": self.moved_from or None,
        }


def acts_of(rows: "Iterable[DutyRow]") -> list[Act]:
    """Return duties by the act that meets them, the soonest first, the finished last."""
    found: dict[tuple[str | bool, ...], list[DutyRow]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return sorted(map(Act, found.values()), key=_order)


def is_pending(row: "DutyRow") -> bool:
    """Tell whether a duty still asks for something."""
    return row.told in PENDING or (row.content == SUPPLEMENT and row.told != "stopped")


def problem_of(row: "DutyRow") -> str:
    """Return why a limit that runs cannot be counted; empty where all can."""
    if not row.due_kind.startswith(NOT_COMPUTABLE):
        return ""
    return row.due_kind.removeprefix(NOT_COMPUTABLE)


def kind_of(row: "DutyRow") -> str:
    """Return what a date rests on in one word, without the reason why there is none."""
    return NOT_COMPUTABLE.rstrip(": ") if problem_of(row) else row.due_kind


def basis(row: "DutyRow") -> str:
    """Return what somebody must know who relies on a date: provisional, disputed; mostly nothing."""
    standing = row.standing if row.standing in DOUBTFUL else ""
    return ", ".join(filter(None, (KINDS.get(row.due_kind, ""), standing)))


def as_data(row: "DutyRow") -> dict[str, Any]:
    """Return a duty for machines: its columns, the reason for a missing date apart."""
    columns = dict(zip(FIELDS, _columns(row), strict=True))
    return {**columns, "due_kind": kind_of(row), "not_computable": problem_of(row) or None}


def is_fact(row: "DutyRow") -> bool:
    """Tell whether a row is a fact that was promised, rather than a call or a duty."""
    return (
        row.due_kind == "follow-up"
        and row.citation.startswith(PROMISE)
        and "/call-" not in row.duty
    )


@lru_cache(maxsize=1024)
def _brief(citation: str) -> str:
    return citation.replace("Article ", "Art. ")


def _key(row: "DutyRow") -> tuple[str | bool, ...]:
    """Return what duties have in common that one act meets: the same reader and the same next step.

    A set of notices is one act for all its scopes, and so is what waits for the same without a date.
    """
    if row.due_kind == "follow-up":
        return (row.matter, row.scope, row.due_at) if is_fact(row) else (row.matter, row.duty)
    ours = row.side == "ours" or row.command.startswith("breachkit notice ")
    rest = (row.command, is_pending(row)) if ours else (row.due_at, row.told)
    # What is only possible never hides what is owed; to a partner one notice goes for both.
    apart = row.side == "possible" and row.addressee != "partner"
    return (row.matter, row.addressee, row.waits_for, apart, *rest)


def _order(act: Act) -> tuple[bool, bool, bool, str]:
    """Order acts by date; behind the last date first what should have one, and what was said wrongly."""
    # Only what has no date is asked why: there can be thousands of acts.
    undated = not act.due_at
    later = undated and not act.first.duty.startswith(CONTRADICTED) and not act.problem
    return (not act.pending, undated, later, act.due_at)


def _urgency(row: "DutyRow") -> tuple[bool, bool, bool, str]:
    """Order the duties of an act: a date first, then a supplement, then those that name no figure."""
    dated = row.told in PENDING and bool(row.due_at)
    return (not dated, row.content != SUPPLEMENT, not row.due_at, row.due_at)
