"""What somebody has to do, made of the duties and promises that one act meets; columns only.

All of it rests on stored columns and never on the time, so that a store can keep it beside the duties.
Whoever changes what is said here adds a migration, an empty one at least: it makes the kept acts anew.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from breachkit.domain.line import BETWEEN, NOT_COMPUTABLE, PENDING, ActRow, DutyRow

SUPPLEMENT = "supplement owed"
OUTSIDE = "left outside the gate"
PROMISE = "promised: "
CONTRADICTED = "follow-up/contradicted-"
"""How the duty begins to correct a text that left and does not hold any more."""

DOUBTFUL = frozenset({"unverified", "disputed"})
"""Standings of a provision that nobody may overlook."""

KINDS = {"provisional": "provisional", "target": "our target", "follow-up": "promised"}
"""What a date rests on, where that is no time limit from its own trigger."""

_SIDES = ("ours", "theirs", "possible")
_LAST = "~"
"""Sorts behind every date."""


class Act(NamedTuple):
    """One thing to do: a notice or a set of them, a call, a decision, facts that were promised."""

    row: ActRow
    duties: list[DutyRow]
    """The duties that it meets, the most urgent one first: that one decides when the act is due."""

    @property
    def scopes(self) -> list[str]:
        """The scopes that it is for; none for what concerns the whole incident."""
        return _scopes(self.duties)

    @property
    def citations(self) -> list[str]:
        """The provisions that it meets, or what was promised."""
        return _citations(self.duties)

    @property
    def marked(self) -> list[str]:
        """The provisions that it meets, each with what is doubtful of it."""
        rows = dict.fromkeys((row.citation, row.standing) for row in self.duties)
        return [
            f"{_brief(citation)} [{standing}]" if standing in DOUBTFUL else _brief(citation)
            for citation, standing in rows
        ]

    @property
    def left_outside(self) -> bool:
        """Whether a notice of it left outside the gate."""
        return bool(_outside(self.duties[0]))


def acts_of(rows: Iterable[DutyRow]) -> list[Act]:
    """Return duties by the act that meets them, the soonest first, the finished last.

    Acts that are due at the same time stay in the order of their first duties.
    """
    found: dict[tuple[str | bool, ...], list[DutyRow]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    acts = sorted(map(_act, found.values()), key=lambda act: act.row.rank.partition(" ")[0])
    return [
        Act(act.row._replace(position=position), act.duties) for position, act in enumerate(acts)
    ]


def act_rows(rows: Iterable[DutyRow]) -> list[ActRow]:
    """Return the acts of one matter, in the order in which they stand among those of all matters."""
    by_date = sorted(rows, key=lambda row: row.due_at or _LAST)
    return [act.row for act in acts_of(by_date)]


def is_pending(row: DutyRow) -> bool:
    """Tell whether a duty still asks for something."""
    return row.told in PENDING or (row.content == SUPPLEMENT and row.told != "stopped")


def problem_of(row: DutyRow) -> str:
    """Return why a limit that runs cannot be counted; empty where all can."""
    if not row.due_kind.startswith(NOT_COMPUTABLE):
        return ""
    return row.due_kind.removeprefix(NOT_COMPUTABLE)


def kind_of(row: DutyRow) -> str:
    """Return what a date rests on in one word, without the reason why there is none."""
    return NOT_COMPUTABLE.rstrip(": ") if problem_of(row) else row.due_kind


def basis(row: DutyRow) -> str:
    """Return what somebody must know who relies on a date: provisional, disputed; mostly nothing."""
    standing = row.standing if row.standing in DOUBTFUL else ""
    return ", ".join(filter(None, (KINDS.get(row.due_kind, ""), standing)))


def _key(row: DutyRow) -> tuple[str | bool, ...]:
    """Return what duties have in common that one act meets: the same reader and the same next step.

    A set of notices is one act for all its scopes, and so is what waits for the same without a date.
    """
    if row.due_kind == "follow-up":
        return (row.matter, row.scope, row.due_at) if _is_fact(row) else (row.matter, row.duty)
    ours = row.side == "ours" or row.command.startswith("breachkit notice ")
    rest = (row.command, is_pending(row)) if ours else (row.due_at, row.told)
    # What is only possible never hides what is owed; to a partner one notice goes for both.
    apart = row.side == "possible" and row.addressee != "partner"
    return (row.matter, row.addressee, row.waits_for, apart, *rest)


def _is_fact(row: DutyRow) -> bool:
    """Tell whether a row is a fact that was promised, rather than a call or a duty."""
    return (
        row.due_kind == "follow-up"
        and row.citation.startswith(PROMISE)
        and "/call-" not in row.duty
    )


def _act(rows: list[DutyRow]) -> Act:
    rows.sort(key=_urgency)
    citations, outside = _citations(rows), _outside(rows[0])
    row = ActRow(
        rows[0].matter,
        0,
        *_clock_of(rows),
        scopes=_counted(_scopes(rows)),
        citations=_counted(citations),
        gaps=max([row.gaps for row in rows]),
        waits_for=_waits_for(rows[0]),
        outside="" if outside in citations else outside,
        problem=_problem(rows),
        moved_from=next((row.moved_from for row in rows if row.moved_from and row.due_at), ""),
        command=_command(rows),
        questions=_questions(rows),
    )
    return Act(row, rows)


class _Clock(NamedTuple):
    """The columns of an act that say when, as they stand in its row."""

    rank: str
    pending: bool
    side: str
    state: str
    due_at: str
    soon_at: str
    basis: str


def _clock_of(rows: list[DutyRow]) -> _Clock:
    first, pending = rows[0], is_pending(rows[0])
    side = min({row.side for row in rows}, key=_SIDES.index)
    due_at = first.due_at if first.told in PENDING else ""
    standing = first.standing if first.standing in DOUBTFUL else ""
    return _Clock(
        rank=_rank(rows, due_at, pending),
        pending=pending,
        side=side,
        state=_state(first, side, pending),
        due_at=due_at,
        soon_at=first.soon_at if due_at else "",
        basis=basis(first) if due_at else standing,
    )


def _urgency(row: DutyRow) -> tuple[bool, bool, bool, str]:
    """Order the duties of an act: a date first, then a supplement, then those that name no figure."""
    dated = row.told in PENDING and bool(row.due_at)
    return (not dated, row.content != SUPPLEMENT, not row.due_at, row.due_at)


def _rank(rows: list[DutyRow], due_at: str, pending: bool) -> str:
    """Return what orders acts: by date, behind the last one first what should have one, then the rest.

    With what should have one stands what was said wrongly. Behind the space the earliest date of any of
    its duties, for acts of several matters alike.
    """
    before = rows[0].duty.startswith(CONTRADICTED) or _problem(rows)
    order = (0 if due_at else 1 if before else 2) + (0 if pending else 3)
    return f"{order}{due_at} {min([row.due_at or _LAST for row in rows])}"


def _state(first: DutyRow, side: str, pending: bool) -> str:
    """Return how it stands, in one or two words; nothing where a clock has to say."""
    if first.told not in PENDING:
        return first.content if pending else first.told
    if first.told == "unconfirmed":
        return first.told
    if first.due_at:
        return ""
    return "not running" if side == "theirs" else "no date"


def _problem(rows: list[DutyRow]) -> str:
    for row in rows:
        if row.due_kind.startswith(NOT_COMPUTABLE) and row.told in PENDING:
            return problem_of(row)
    return ""


def _scopes(rows: list[DutyRow]) -> list[str]:
    return list(dict.fromkeys([row.scope for row in rows if row.scope]))


def _citations(rows: list[DutyRow]) -> list[str]:
    first = rows[0]
    if len(rows) > 1 and _is_fact(first):
        return [f"{len(rows)} facts promised"]
    if first.due_kind == "follow-up":
        return [first.citation.replace(f"{first.matter}-", "")]
    return list(dict.fromkeys([_brief(row.citation) for row in rows]))


def _counted(names: list[str]) -> str:
    if len(names) < 2:
        return names[0] if names else ""
    return f"{names[0]} +{len(names) - 1}"


@lru_cache(maxsize=1024)
def _brief(citation: str) -> str:
    return citation.replace("Article ", "Art. ")


def _waits_for(first: DutyRow) -> str:
    """Return what it waits for; nothing where its own name says that already."""
    waits = first.waits_for
    if waits.endswith(OUTSIDE) and "/outside-" not in first.duty:
        waits = waits.rpartition("; ")[0]
    return "" if waits == first.citation else waits


def _outside(first: DutyRow) -> str:
    if not first.waits_for.endswith(OUTSIDE):
        return ""
    return first.waits_for.rpartition("; ")[2].replace(f"{first.matter}-", "")


def _command(rows: list[DutyRow]) -> str:
    if len(rows) > 1 and _is_fact(rows[0]):
        return f"breachkit incident check {rows[0].matter} --form > form.toml"
    return rows[0].command


def _questions(rows: list[DutyRow]) -> str:
    asked: dict[str, str] = {}
    for row in rows:
        if row.question:
            asked.setdefault(row.question, row.question_command)
    return BETWEEN.join([word for pair in asked.items() for word in pair])
