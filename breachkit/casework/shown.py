"""Whether the rows that `status` reads are those that the entries give, and how they are made anew."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from breachkit.casework.desk import TRIES, Desk, Rules, read_matter
from breachkit.casework.picture import picture_of
from breachkit.casework.projection import carry_moves, rows_of
from breachkit.domain.act import act_rows
from breachkit.domain.entry import WORKSPACE, LawAdopted
from breachkit.domain.line import ActRow, DutyRow, Line, MatterRow
from breachkit.errors import ChangedMeanwhileError

Progress = Callable[[int], None] | None
"""Told the number of matters so far."""

_Seen = tuple[Rules, datetime]
"""The rules and the moment under which rows are computed."""


@dataclass(frozen=True, slots=True)
class Differs:
    """A row that is not what the register gives."""

    matter: str
    what: str


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the lists over all open incidents hold."""

    duties: set[tuple[str, str]]
    acts: dict[str, list[ActRow]]


def differing(desk: Desk, recorded: Rules, progress: Progress = None) -> Iterator[Differs]:
    """Yield what `status` shows otherwise than the register's entries give it.

    `recorded` are the rules that were adopted last. Rows were computed when they were written; what
    fits as of then, as of now, or under rules that the next step will adopt, is no finding.
    """
    with desk.store.snapshot():
        yield from _differing(desk, recorded, progress)


def rebuild(desk: Desk, progress: Progress = None) -> int:
    """Make all rows anew from the register, and return of how many incidents.

    Raises ChangedMeanwhileError when others keep committing meanwhile.
    """
    for _ in range(TRIES):
        desk.adopt(desk)
        head = desk.store.head()
        matters: list[MatterRow] = _workspace_row(_adopted(desk))
        duties: dict[str, tuple[DutyRow, ...]] = {}
        for count, matter in enumerate(sorted(_matters(desk)), 1):
            row, rows = _rows(desk, matter, (desk.rules, desk.now()))
            matters.append(row)
            duties[matter] = carry_moves(rows, desk.store.duties(matter))
            if progress:
                progress(count)
        desk.store.rebuild(matters, duties)
        if desk.store.head() == head:
            return len(duties)
    raise ChangedMeanwhileError("others keep writing", hint="run the same command again")


def _differing(desk: Desk, recorded: Rules, progress: Progress) -> Iterator[Differs]:
    shown = {row.matter: row for row in desk.store.matters()}
    listed = _listed(desk)
    adopted = _adopted(desk)
    yield from _workspace(shown.pop(WORKSPACE, None), adopted)
    known = _matters(desk)
    for count, matter in enumerate(sorted(known | shown.keys()), 1):
        if matter not in known:
            yield Differs(matter, "status lists it, and no entry opened it")
        elif matter not in shown:
            yield Differs(matter, "status does not list it")
        else:
            yield from _against(desk, recorded, shown[matter], listed, adopted)
        if progress:
            progress(count)


def _listed(desk: Desk) -> _Listed:
    """Return what the lists over all open incidents hold: their duties, and what there is to do."""
    acts: dict[str, list[ActRow]] = {}
    for act in desk.store.acts():
        acts.setdefault(act.matter, []).append(act)
    return _Listed({(row.matter, row.duty) for row in desk.store.overview(None)}, acts)


def _matters(desk: Desk) -> set[str]:
    return {line.matter for line in desk.store.lines()} - {WORKSPACE}


def _adopted(desk: Desk) -> Line | None:
    lines = [line for line in desk.store.read(WORKSPACE) if line.kind == LawAdopted.kind]
    return lines[-1] if lines and lines[-1].body else None


def _workspace_row(adopted: Line | None) -> list[MatterRow]:
    if adopted is None or adopted.body is None:
        return []
    digest = LawAdopted.model_validate_json(adopted.body).digest
    return [MatterRow(WORKSPACE, WORKSPACE, WORKSPACE, digest, adopted.at, "")]


def _workspace(row: MatterRow | None, adopted: Line | None) -> Iterator[Differs]:
    for true in _workspace_row(adopted):
        if row is None or row.reference != true.reference:
            yield Differs(
                WORKSPACE, "the law and settings adopted last are not those of the register"
            )


def _rows(desk: Desk, matter: str, seen: _Seen) -> tuple[MatterRow, tuple[DutyRow, ...]]:
    rules, now = seen
    return rows_of(picture_of(read_matter(desk, matter), rules, now), rules.counsel_cleared)


def _against(
    desk: Desk,
    recorded: Rules,
    row: MatterRow,
    listed: _Listed,
    adopted: Line | None,
) -> Iterator[Differs]:
    """Yield what differs in one incident under every way in which its rows can have been computed."""
    held = desk.store.duties(row.matter)
    last = desk.store.read(row.matter)[-1].at
    written = datetime.fromisoformat(max(last, adopted.at if adopted else last))
    found: list[str] = []
    for seen in ((recorded, written), (recorded, desk.now()), (desk.rules, desk.now())):
        true, duties = _rows(desk, row.matter, seen)
        found = [*_matter_differs(row, true), *_duties_differ(held, duties)]
        if not found:
            break
    for what in found or _list_differs(row, held, listed):
        yield Differs(row.matter, what)


def _list_differs(row: MatterRow, held: Sequence[DutyRow], listed: _Listed) -> Iterator[str]:
    """Yield what the lists over all open incidents say otherwise than the duties of this one."""
    is_open = row.state == "open"
    wrong = [one.duty for one in held if ((row.matter, one.duty) in listed.duties) != is_open]
    if wrong:
        yield f"the list of duties hides or shows wrongly: {', '.join(wrong[:3])}"
    true = act_rows(held) if is_open else []
    shown = {act.position: _said(act) for act in listed.acts.get(row.matter, ())}
    real = {act.position: _said(act) for act in true}
    if shown != real:
        places = sorted(place for place in {*shown, *real} if shown.get(place) != real.get(place))
        named = next((act for act in true if act.position == places[0]), None)
        about = f": {named.citations} {named.scopes}".rstrip() if named else ""
        yield f"{len(places)} of the acts that status lists do not follow from the duties{about}"


def _said(act: ActRow) -> tuple[object, ...]:
    """Return what an act says that nobody may change: the words around it come from the program."""
    return (act.rank, bool(act.pending), act.side, act.state, act.due_at, act.scopes, act.citations)


def _matter_differs(row: MatterRow, true: MatterRow) -> Iterator[str]:
    for name in ("state", "title", "reference", "opened_at"):
        shown, real = getattr(row, name), getattr(true, name)
        if shown != real:
            yield f"{name} is shown as {shown!r}, and is {real!r} by the register"


def _duties_differ(held: Sequence[DutyRow], true: Sequence[DutyRow]) -> Iterator[str]:
    shown, real = ({row.duty: row for row in rows} for rows in (held, true))
    for duty in dict.fromkeys([*real, *shown]):
        if duty not in shown:
            yield f"{duty} is not shown"
        elif duty not in real:
            yield f"{duty} is shown, and is none by the register"
        else:
            yield from _duty_differs(shown[duty], real[duty])


def _duty_differs(row: DutyRow, true: DutyRow) -> Iterator[str]:
    for name in ("side", "due_at", "told"):
        shown, real = getattr(row, name), getattr(true, name)
        if shown != real:
            word = "due" if name == "due_at" else name
            yield f"{row.duty}: {word} is shown as {shown or 'nothing'}, and is {real or 'nothing'}"
