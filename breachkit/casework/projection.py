"""The rows that `status` reads, projected from an incident in the same transaction as its entries."""

from collections.abc import Collection

from breachkit.casework.desk import Desk
from breachkit.casework.picture import Picture, look, picture_of
from breachkit.casework.promises import promised
from breachkit.casework.questions import question_of
from breachkit.casework.waiting import next_step
from breachkit.domain.deadline import Deadline
from breachkit.domain.duty import Duty
from breachkit.domain.instant import stamp
from breachkit.domain.line import NOT_COMPUTABLE, DutyRow, MatterRow
from breachkit.domain.matter import Matter
from breachkit.domain.telling import Told


def rows_of(
    picture: Picture, cleared: Collection[str] = ()
) -> tuple[MatterRow, tuple[DutyRow, ...]]:
    """Return the rows of an incident: one for itself, one for each duty and each promise.

    `cleared` are the digests of templates that counsel has cleared beforehand.
    """
    matter = picture.matter
    count, notices = len(matter.facts.get("scopes") or {}), len(matter.notices)
    facts = f"{count} scope{_s(count)}, {notices} notice{_s(notices)}"
    row = MatterRow(
        matter=matter.id,
        title=picture.title,
        state=matter.state,
        reference=matter.reference,
        opened_at=matter.opened_at,
        facts=facts,
    )
    duties = (_duty_row(picture, duty, cleared) for duty in picture.duties if _is_shown(duty))
    return row, (*duties, *promised(picture, cleared))


def _is_shown(duty: Duty) -> bool:
    """Tell whether a duty has a row: not what is owed on request or may be owed, before any clock runs.

    `law applicable` lists all of it; at night a law that may apply shows from when on it would be due.
    """
    return duty.deadline.start is not None or (duty.law.by_notice and not duty.open_law)


def carry_moves(rows: tuple[DutyRow, ...], before: list[DutyRow]) -> tuple[DutyRow, ...]:
    """Return rows that still say what moved when the law or the settings changed."""
    moved = {row.duty: row for row in before if row.moved_from}
    if not moved:
        return rows
    return tuple(
        row._replace(moved_from=moved[row.duty].moved_from)
        if row.duty in moved and row.due_at == moved[row.duty].due_at
        else row
        for row in rows
    )


def refresh_all(desk: Desk) -> None:
    """Recompute what every matter shows under changed law or settings, marking what moved."""
    matters, duties = [], {}
    for row in desk.store.matters():
        if row.state == "workspace":
            matters.append(row)
            continue
        old = desk.store.duties(row.matter)
        shown = {one.duty: one.due_at for one in old}
        fresh, rows = rows_of(look(desk, row.matter), desk.rules.counsel_cleared)
        matters.append(fresh)
        duties[row.matter] = tuple(
            one._replace(moved_from=shown[one.duty])
            if shown.get(one.duty, one.due_at) != one.due_at
            else one
            for one in carry_moves(rows, old)
        )
    desk.store.rebuild(matters, duties)


def after(desk: Desk, matter: Matter) -> tuple[MatterRow, tuple[DutyRow, ...], Picture]:
    """Return the rows of a matter that a step has just changed, and the picture behind them."""
    picture = picture_of(matter, desk.rules, desk.now())
    row, rows = rows_of(picture, desk.rules.counsel_cleared)
    return row, carry_moves(rows, desk.store.duties(matter.id)), picture


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _duty_row(picture: Picture, duty: Duty, cleared: Collection[str]) -> DutyRow:
    waits, command = next_step(picture, duty, cleared)
    question, answer = question_of(picture, duty)
    deadline = duty.deadline
    return DutyRow(
        matter=picture.id,
        duty=duty.id,
        scope=duty.scope,
        side=str(duty.side),
        addressee=str(duty.law.addressee),
        citation=f"{duty.law.citation} {duty.law.instrument}",
        due_at=stamp(deadline.due_at) if deadline.due_at else "",
        due_kind=kind_of(deadline),
        soon_at=stamp(duty.soon_at) if duty.soon_at else "",
        told=str(Told.STOPPED if duty.owed is False else duty.told),
        content=str(duty.content),
        gaps=len({(gap.path, gap.citation) for gap in duty.gaps}),
        waits_for=waits,
        command=command,
        question=question,
        question_command=answer,
        moved_from="",
        standing=str(deadline.known),
    )


def kind_of(deadline: Deadline) -> str:
    """Return what a date rests on, or why a limit that runs cannot be counted."""
    if deadline.not_computable:
        return f"{NOT_COMPUTABLE}{deadline.not_computable}"
    return str(deadline.kind)
