"""How a batch enters the outbox: one message for each recipient, made inside SQLite."""

import sqlite3

from breachkit.domain.outbound import Queued
from breachkit.errors import ChangedMeanwhileError, RefusedError, UnknownNameError

_ADD_BATCH = "INSERT OR IGNORE INTO batches VALUES (NULL" + ", ?" * 14 + ")"
_ADD_MESSAGES = """INSERT INTO messages SELECT NULL, :batch, position, address, proof, language,
    name, fields, 'waiting', 0, 0, '', '', '', '', :at
    FROM recipients WHERE list = :list AND position > :after {among} ORDER BY position LIMIT :limit"""
_IN_THE_SAME_LIST = """AND EXISTS (SELECT 1 FROM messages AS had
    WHERE had.position = recipients.position AND """
_IN_ANOTHER_LIST = "AND proof IN (SELECT proof FROM messages WHERE "
# A doubtful one may have arrived, and so may one that was sent again in spite of a doubt: whom a
# wrong text may have reached needs its correction.
_REACHED = """batch = :earlier AND (state IN ('sent', 'doubtful', 'handed over')
    OR (copies > 0 AND state NOT IN ('refused', 'returned'))))"""


def enter(database: sqlite3.Connection, queued: Queued, at: str) -> None:
    """Add a batch and its messages, inside the transaction that is open.

    Nothing of the list passes through this process, so that its size costs no memory. Raises
    `RefusedError` for a batch that is there already or a list that was erased, `UnknownNameError` for
    a list or an earlier batch that is not there, and `ChangedMeanwhileError` when the messages are not
    as many as the batch says: the entry beside it would record a number that is not true.
    """
    batch = queued.batch
    added = database.execute(_ADD_BATCH, batch)
    if added.rowcount == 0:
        raise RefusedError(
            f"{batch.batch}: is in the outbox already",
            hint=f"breachkit outbox show {batch.batch}",
        )
    values = {"batch": added.lastrowid, "at": at, "after": queued.after}
    values["list"] = _list_of(database, batch.list_id)
    values["limit"] = -1 if queued.limit is None else queued.limit
    among = ""
    if queued.of_batch:
        values["earlier"], same = _earlier(database, queued.of_batch, batch.list_id)
        among = (_IN_THE_SAME_LIST if same else _IN_ANOTHER_LIST) + _REACHED
    made = database.execute(_ADD_MESSAGES.format(among=among), values).rowcount
    if made != batch.size:
        raise ChangedMeanwhileError(
            f"{batch.batch}: would go to {made} recipients, not to {batch.size}",
            hint="run the same command again",
        )


def _list_of(database: sqlite3.Connection, list_id: str) -> int:
    query = "SELECT list, erased_at FROM lists WHERE list_id = ?"
    found = database.execute(query, (list_id,)).fetchone()
    if found is None:
        raise UnknownNameError(
            f"{list_id}: no such list of recipients", hint="breachkit notice recipients"
        )
    if found[1]:
        raise RefusedError(
            f"{list_id}: its addresses were erased at {found[1]}",
            hint="breachkit notice recipients",
        )
    return int(found[0])


def _earlier(database: sqlite3.Connection, name: str, list_id: str) -> tuple[int, bool]:
    query = "SELECT number, list_id = ? FROM batches WHERE batch = ?"
    found = database.execute(query, (list_id, name)).fetchone()
    if found is None:
        raise UnknownNameError(f"{name}: no such batch", hint="breachkit outbox list")
    return int(found[0]), bool(found[1])
