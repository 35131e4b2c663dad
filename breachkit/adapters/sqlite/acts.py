"""The table of acts: what `status` reads, made of the duties and kept beside those of open matters."""

import sqlite3
from collections.abc import Iterable

from breachkit.domain.line import DutyRow

READ_ACTS = (
    "SELECT matter, position, rank, pending, side, state, due_at, soon_at, basis, scopes, citations,"
    " gaps, waits_for, outside, problem, moved_from, command, questions"
    " FROM acts ORDER BY matter, position"
)
READ_DUTIES = (
    "SELECT matter, duty, scope, side, addressee, citation, due_at, due_kind, soon_at, told,"
    " content, gaps, waits_for, command, question, question_command, moved_from, standing"
    " FROM duties "
)

_READ = "SELECT * FROM acts WHERE matter = ? ORDER BY position"
_WRITE = "REPLACE INTO acts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_REMOVE = "DELETE FROM acts WHERE matter = ? AND position >= ?"


def write_acts(database: sqlite3.Connection, matter: str, duties: Iterable[DutyRow]) -> None:
    """Write the acts that a matter's duties make, inside the transaction that writes those.

    Without duties there are no acts: so a matter that is not open has none.
    """
    from breachkit.domain.act import act_rows  # here, because `status` only reads

    new = act_rows(duties)
    old = database.execute(_READ, (matter,)).fetchall()
    same = {row[1] for row, was in zip(new, old, strict=False) if row == was}
    database.executemany(_WRITE, [row for row in new if row.position not in same])
    if len(old) > len(new):
        database.execute(_REMOVE, (matter, len(new)))


def remake_acts(database: sqlite3.Connection) -> None:
    """Make the acts of all open matters anew, inside a transaction that brings the file up to date."""
    query = READ_DUTIES + "WHERE matter = ? ORDER BY position"
    for (matter,) in database.execute("SELECT matter FROM matters WHERE state = 'open'").fetchall():
        duties = database.execute(query, (matter,)).fetchall()
        write_acts(database, matter, map(DutyRow._make, duties))
