"""The outbox in the register's file: lists of recipients, batches, and one row for each message."""

import heapq
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from breachkit.adapters.sqlite import lists
from breachkit.adapters.sqlite.file import transaction, translated
from breachkit.adapters.sqlite.states import (
    CANCEL,
    CLAIM,
    DEFERRED_TOO_LATE,
    GIVE_BACK,
    MARK,
    MOVE,
    RECOVER,
    SETTLE,
)
from breachkit.domain.delivery import LOST, State
from breachkit.domain.outbound import Batch, BoundList, Message, Outcome, Tally
from breachkit.domain.recipient import Recipient
from breachkit.errors import (
    BadInputError,
    RefusedError,
    UnknownNameError,
)

_LIST = "SELECT list_id, notice, size, digest, fields, bound_at, erased_at FROM lists "
_BATCH = (
    "SELECT batch, matter, notice, version, scope, addressee, letter_kept, list_id, size, doubt,"
    " until, queued_at, state, domain FROM batches "
)
_MESSAGE = (
    "SELECT m.id, b.batch, m.position, m.address, lower(hex(m.proof)), m.language, m.name,"
    " m.fields, m.state, m.attempts, m.copies, m.next_at, m.reply, m.queue_id, m.sent_at,"
    " m.changed_at FROM messages AS m JOIN batches AS b ON b.number = m.batch "
)
# From one batch that has something open to the next, past whatever was sent, held or stopped: the
# cost follows their number, never that of the messages or of the batches of all years.
_OPEN_BATCHES = """WITH RECURSIVE live (number) AS (
    SELECT (SELECT min(batch) FROM messages INDEXED BY messages_due
        WHERE state IN ('waiting', 'deferred'))
    UNION ALL SELECT (SELECT min(batch) FROM messages INDEXED BY messages_due
        WHERE state IN ('waiting', 'deferred') AND batch > live.number)
        FROM live WHERE live.number IS NOT NULL)
    SELECT b.addressee IN ('data_subjects', 'users') AS people, b.number
    FROM live JOIN batches AS b ON b.number = live.number
    WHERE b.state = 'open' ORDER BY people, b.number"""
_FIRST_DUE = """SELECT next_at, id FROM messages INDEXED BY messages_due
    WHERE state IN ('waiting', 'deferred') AND batch = ? AND next_at <= ?
    ORDER BY next_at, id LIMIT ?"""
_NEXT_DUE = """SELECT next_at, changed_at FROM messages INDEXED BY messages_due
    WHERE state IN ('waiting', 'deferred') AND batch = ? ORDER BY next_at LIMIT 1"""
_ERASE = """UPDATE messages SET reply = without(reply, address), address = '', name = '',
    fields = '{}' WHERE batch = ? AND address <> ''"""
_PAGE = 500


class SqliteOutbox:
    """The outbox over a store's connection; each change is on the disk before it returns."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self._db = database
        self._together = False
        self._to_sweep = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make the changes inside durable at once, when it ends, or none of them: one commit for all."""
        with self._writing():
            self._together = True
            try:
                yield
            finally:
                self._together = False
        self._sweep()

    def bind(self, bound: BoundList, recipients: Iterable[Recipient]) -> None:
        """Keep a list of recipients, streamed, whole or not at all; the same list again is harmless.

        Other processes wait to write until it is done: about ten seconds for a million.
        """
        same = bound._replace(bound_at="", erased_at="")
        with self._writing():
            had = self.bound(bound.list_id)
            if had and had._replace(bound_at="", erased_at="") != same:
                raise RefusedError(
                    f"{bound.list_id}: is the id of another list, of {had.size} recipients",
                    hint="breachkit notice recipients",
                )
            if had and not had.erased_at:
                return
            if had:
                lists.forget(self._db, bound.list_id)
            lists.keep(self._db, bound, recipients)

    def bound(self, list_id: str) -> BoundList | None:
        """Return a list by its id."""
        rows = self._rows(_LIST + "WHERE list_id = ?", (list_id,))
        return BoundList(*rows[0]) if rows else None

    def recipients(self, list_id: str) -> Iterator[Recipient]:
        """Stream the recipients of a list in their order.

        Read in pages, so that no statement stays open while the caller writes.
        """
        query = """SELECT position, address, language, name, fields FROM recipients
            WHERE list = (SELECT list FROM lists WHERE list_id = ?) AND position > ?
            ORDER BY position LIMIT ?"""
        after = 0
        while rows := self._rows(query, (list_id, after, _PAGE)):
            for _, address, language, name, fields in rows:
                yield Recipient(address, language, name, json.loads(fields))
            after = rows[-1][0]

    def batches(self, matter: str | None = None) -> list[Batch]:
        """Return the batches, all or those of a matter, in the order they were queued."""
        among, values = ("WHERE matter = ? ", (matter,)) if matter is not None else ("", ())
        return [Batch(*row) for row in self._rows(_BATCH + among + "ORDER BY number", values)]

    def batch(self, name: str) -> Batch | None:
        """Return a batch by its name."""
        rows = self._rows(_BATCH + "WHERE batch = ?", (name,))
        return Batch(*rows[0]) if rows else None

    def set_batch(self, name: str, state: str) -> None:
        """Open, hold or stop a batch; stopping cancels what has not left, and is for good.

        Raise `UnknownNameError` for no such batch, `RefusedError` for one that was stopped.
        """
        if state not in ("open", "held", "stopped"):
            raise BadInputError(f"{state}: a batch is open, held or stopped")
        with self._writing():
            number, was = self._number(name)
            if was == "stopped" != state:
                raise RefusedError(
                    f"{name}: was stopped, and what was cancelled stays cancelled",
                    hint="breachkit notice send",
                )
            self._db.execute("UPDATE batches SET state = ? WHERE number = ?", (state, number))
            if state == "held":
                self._db.execute(GIVE_BACK, (number,))
            elif state == "stopped":
                self._db.execute(CANCEL, (number,))

    def claim(self, now: str, limit: int) -> list[Message]:
        """Take messages that are due from open batches, durably; partners and authorities first."""
        with self._writing():
            ids = self._due(now, limit)
            self._db.executemany(CLAIM, [(now, number) for number in ids])
            query = _MESSAGE + "WHERE m.id = ?"
            return [_message(self._db.execute(query, (number,)).fetchone()) for number in ids]

    def mark(self, ids: Iterable[int], now: str) -> list[int]:
        """Mark messages as handed over, durably; return those that were not claimed any more."""
        with self._writing():
            marked = ((number, self._db.execute(MARK, (now, number)).rowcount) for number in ids)
            return [number for number, moved in marked if not moved]

    def settle(self, outcomes: Iterable[Outcome], now: str) -> list[int]:
        """Record what became of messages, durably; return those that stayed as they were."""
        with self._writing():
            settled = ((outcome.id, self._settle(outcome, now)) for outcome in outcomes)
            return [number for number, moved in settled if not moved]

    def recover(self, now: str) -> Tally:
        """Set right what a killed run left: claimed goes back to waiting, handed over is doubtful.

        Return how many went where.
        """
        values = {"now": now, "reply": str(LOST)}
        with self._writing():
            moved = {
                state: self._db.execute(how, values).rowcount for state, how in RECOVER.items()
            }
        return +Counter(moved)

    def next_due(self) -> str:
        """Return when the earliest open message is due, UTC; empty when none is.

        One that waits is due since it began to, whatever the clock says.
        """
        with transaction(self._db, self.path, "BEGIN"):
            firsts = [
                self._db.execute(_NEXT_DUE, (number,)).fetchone()
                for _, number in self._db.execute(_OPEN_BATCHES).fetchall()
            ]
        return min((next_at or waits_since for next_at, waits_since in firsts), default="")

    def tally(self, batch: str | None = None) -> Tally:
        """Return how many messages stand in each state, of one batch or of all."""
        query, values = "SELECT state, count(*) FROM messages ", tuple[str, ...]()
        if batch is not None:
            query += "WHERE batch = (SELECT number FROM batches WHERE batch = ?) "
            values = (batch,)
        found = Counter[State]()
        for state, count in self._rows(query + "GROUP BY batch, state", values):
            found[State(state)] += count
        return found

    def messages(self, batch: str, states: Collection[State] = ()) -> Iterator[Message]:
        """Stream the messages of a batch in their order, all or those in some states.

        Read in pages, so that no statement stays open while the caller writes.
        """
        if not states:
            return self._stream("b.batch = ?", (batch,))
        streams = (self._stream("b.batch = ? AND m.state = ?", (batch, one)) for one in set(states))
        return heapq.merge(*streams, key=lambda message: message.position)

    def move(self, ids: Iterable[int], state: State, now: str, *, copy: bool = False) -> int:
        """Set messages into another state at a person's word; return how many moved."""
        how = MOVE.get(state)
        if how is None:
            return 0
        values = ({"id": number, "now": now, "copy": copy} for number in ids)
        with self._writing():
            return self._db.executemany(how, values).rowcount

    def erase(self, batch: str, now: str) -> int:
        """Erase the addresses, names and fields of a batch and its list; proofs and states remain.

        What has not left is cancelled. Also erased where the server's answer repeats the address.
        The file is then written anew, once for all that is erased `together`.
        """
        with translated(self.path):
            self._db.create_function("without", 2, _without, deterministic=True)
        with self._writing():
            number, _ = self._number(batch)
            values = (number,)
            (is_open,) = self._db.execute(
                "SELECT EXISTS (SELECT 1 FROM messages WHERE batch = ? AND state IN"
                " ('waiting', 'claimed', 'handed over', 'deferred'))",
                values,
            ).fetchone()
            if is_open:
                self._db.execute("UPDATE batches SET state = 'stopped' WHERE number = ?", values)
                self._db.execute(CANCEL, values)
            erased = self._db.execute(_ERASE, values).rowcount
            (list_id,) = self._db.execute(
                "SELECT list_id FROM batches WHERE number = ?", values
            ).fetchone()
            lists.erase(self._db, list_id, now)
        self._to_sweep = True
        self._sweep()
        return erased

    def reminded(self, key: str, now: str) -> bool:
        """Note that a reminder goes out; False when it had gone out before."""
        with self._writing():
            query = "INSERT OR IGNORE INTO reminders VALUES (?, ?)"
            return self._db.execute(query, (key, now)).rowcount == 1

    def has_reminded(self, key: str) -> bool:
        """Tell whether a reminder has gone out before."""
        return bool(self._rows("SELECT 1 FROM reminders WHERE key = ?", (key,)))

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with translated(self.path):
            return self._db.execute(query, values).fetchall()

    def _writing(self) -> AbstractContextManager[None]:
        if self._together:
            return translated(self.path)
        return transaction(self._db, self.path, "BEGIN IMMEDIATE")

    def _sweep(self) -> None:
        # SQLite only forgets where an erased text was. Its secure_delete is not enough: what lay in
        # a page before it was split stays there, and so do the pages in the log beside the file.
        if self._to_sweep and not self._together:
            self._rows("VACUUM")
            self._rows("PRAGMA wal_checkpoint(TRUNCATE)")
            self._to_sweep = False

    def _number(self, name: str) -> tuple[int, str]:
        rows = self._rows("SELECT number, state FROM batches WHERE batch = ?", (name,))
        if not rows:
            raise UnknownNameError(f"{name}: no such batch", hint="breachkit outbox list")
        return rows[0][0], rows[0][1]

    def _due(self, now: str, limit: int) -> list[int]:
        found: list[int] = []
        batches = self._db.execute(_OPEN_BATCHES).fetchall()
        for _, alike in groupby(batches, key=itemgetter(0)):
            left = limit - len(found)
            if left <= 0:
                break
            due: list[tuple[str, int]] = []
            for _, number in alike:
                due += self._db.execute(_FIRST_DUE, (number, now, left)).fetchall()
            found += (message for _, message in sorted(due)[:left])
        return found

    def _settle(self, outcome: Outcome, now: str) -> bool:
        how = SETTLE.get(outcome.state)
        if how is None:
            raise BadInputError(f"{outcome.state}: is nothing that an attempt can end with")
        accepted = now if outcome.state is State.SENT else ""
        is_deferred = outcome.state is State.DEFERRED
        values = outcome._asdict() | {
            "now": now,
            "next_at": outcome.next_at if is_deferred else "",
            "sent_at": outcome.sent_at or accepted,
        }
        moved = self._db.execute(how, values).rowcount == 1
        if moved and is_deferred:
            self._db.execute(DEFERRED_TOO_LATE, (outcome.id,))
        return moved

    def _stream(self, among: str, values: tuple[str, ...]) -> Iterator[Message]:
        query = _MESSAGE + f"WHERE {among} AND m.position > ? ORDER BY m.position LIMIT ?"
        after = 0
        while rows := self._rows(query, (*values, after, _PAGE)):
            yield from map(_message, rows)
            after = rows[-1][2]


def _message(row: tuple[Any, ...]) -> Message:
    return Message._make((*row[:8], State(row[8]), *row[9:]))


def _without(reply: str, address: str) -> str:
    if address.casefold() not in reply.casefold():
        return reply
    return re.sub(re.escape(address), "(erased)", reply, flags=re.IGNORECASE)
