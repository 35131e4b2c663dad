"""The store on one SQLite file: short durable transactions, and reads that cost an index lookup."""

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import attrgetter, itemgetter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from breachkit.adapters.sqlite.acts import READ_ACTS, READ_DUTIES, write_acts
from breachkit.adapters.sqlite.file import create_file, open_file, transaction, translated
from breachkit.domain.line import (
    ActRow,
    Change,
    DutyRow,
    Head,
    Kept,
    Line,
    MatterRow,
    NewLine,
    Receipt,
    chain_of,
    commitment_of,
)
from breachkit.errors import ChangedMeanwhileError, NotTrustedError, StoreError

if TYPE_CHECKING:
    from breachkit.adapters.sqlite.outbox import SqliteOutbox

_LINE = "SELECT seq, matter, version, kind, at, body, salt, commitment, chain FROM entries "
_MATTER = "SELECT matter, title, state, reference, opened_at, facts FROM matters "
_ADD_LINE = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_DUTY = "REPLACE INTO duties VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_AMEND_DUTY = """INSERT INTO duties VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
    ON CONFLICT DO UPDATE SET duty = excluded.duty, scope = excluded.scope, side = excluded.side,
    addressee = excluded.addressee, citation = excluded.citation, due_kind = excluded.due_kind,
    soon_at = excluded.soon_at, content = excluded.content, gaps = excluded.gaps,
    waits_for = excluded.waits_for, command = excluded.command, question = excluded.question,
    question_command = excluded.question_command, moved_from = excluded.moved_from,
    standing = excluded.standing"""
_ADD_MATTER = """INSERT INTO matters VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    title = excluded.title, state = excluded.state, reference = excluded.reference,
    opened_at = excluded.opened_at, facts = excluded.facts"""
_SET_OPEN = "UPDATE duties SET open = ?1 WHERE matter = ?2 AND open <> ?1"
_indexed = itemgetter(2, 8, 11)  # open, due_at, told, as they stand in a row
_rank = itemgetter(ActRow._fields.index("rank"))
_matter_values = attrgetter("matter", "title", "state", "reference", "opened_at", "facts")
_PAGE = 256
_RESTORE = "restore it from a backup"
_BUSY_SECONDS = 10.0


class SqliteStore:
    """The store on one SQLite file in WAL mode; each commit is on the disk before it returns."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self._db = database

    @classmethod
    def create(cls, path: Path, mode: int = 0o600, group: str | None = None) -> Self:
        """Create the register and open it; only its owner, or also a group, can read it.

        With a group, the group can read and write it, and its folder should belong to the group
        and have the setgid bit, for the files that SQLite puts beside it. Raise `StoreError` when
        something is there already.
        """
        return cls(path, create_file(path, mode, group, _BUSY_SECONDS))

    @classmethod
    def open(cls, path: Path, busy_seconds: float = _BUSY_SECONDS) -> Self:
        """Open the register, bringing an older file up to date; wait `busy_seconds` for others.

        Raise `MissingWorkspaceError` when there is none, `NewerWorkspaceError` when a newer
        breachkit wrote it, `StoreError` when it cannot be read or is something else.
        """
        return cls(path, open_file(path, busy_seconds))

    @property
    def outbox(self) -> "SqliteOutbox":
        """The rows of what leaves, in the same file and over the same connection."""
        # Only who sends needs it, and what it imports is heavier than `status` may be.
        from breachkit.adapters.sqlite.outbox import SqliteOutbox

        return SqliteOutbox(self.path, self._db)

    def read(self, matter: str) -> list[Line]:
        """Return the entries of a matter in the order of their versions; empty when unknown."""
        rows = self._rows(_LINE + "WHERE matter = ? AND seq > 0 ORDER BY version", (matter,))
        return [Line(*row) for row in rows]

    def lines(self, after: int = 0) -> Iterator[Line]:
        """Stream the entries with a seq above `after`, in the order of the chain.

        Read in pages, so that no statement stays open while the caller commits.
        """
        query = _LINE + "WHERE seq > ? ORDER BY seq LIMIT ?"
        while True:
            try:
                rows = self._rows(query, (after, _PAGE))
            except NotTrustedError:
                rows = self._rows_as_they_are(query, (after, _PAGE))
            yield from map(Line._make, rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def matter_of(self, key: str) -> str | None:
        """Return the matter that a key such as an alert's reference leads to."""
        rows = self._rows("SELECT matter FROM keys WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def last_matter(self, prefix: str) -> str | None:
        """Return the highest matter whose id starts with `prefix`: the longest, then by text."""
        longest = "SELECT max(length(matter)) FROM matters WHERE length(matter) < ?"
        highest = (
            "SELECT matter FROM matters WHERE length(matter) = ? AND matter BETWEEN ? AND ?"
            " ORDER BY matter DESC LIMIT 1"
        )
        (length,) = self._rows(longest, (1 << 31,))[0]
        while length is not None:
            rows = self._rows(highest, (length, prefix, prefix + "\U0010ffff"))
            if rows:
                return str(rows[0][0])
            (length,) = self._rows(longest, (length,))[0]
        return None

    def kept(self, digest: bytes) -> Kept | None:
        """Return the text kept under a digest; None when there is none, or not any more."""
        rows = self._rows("SELECT digest, salt, text FROM kept WHERE digest = ?", (digest,))
        return Kept(*rows[0]) if rows else None

    def kept_digests(self) -> Iterator[Kept]:
        """Stream every kept text with its salt and digest, in no order that means anything."""
        query = "SELECT rowid, digest, salt, text FROM kept WHERE rowid > ? ORDER BY rowid LIMIT 64"
        rows = self._rows(query, (0,))
        while rows:
            for row in rows:
                yield Kept(*row[1:])
            rows = self._rows(query, (rows[-1][0],))

    def overview(self, limit: int | None = None, *, told: Collection[str] = ()) -> list[DutyRow]:
        """Return the duties of open matters, the earliest due first, those without a date last."""
        among = f"AND told IN ({', '.join('?' * len(told))}) " if told else ""
        order = "ORDER BY due_at = '', due_at, matter, position LIMIT ?"
        everything = -1 if limit is None else limit
        rows = self._rows(READ_DUTIES + "WHERE open " + among + order, (*told, everything))
        return list(map(DutyRow._make, rows))

    def duties(self, matter: str) -> list[DutyRow]:
        """Return the duties of a matter, open or not, in the order they were written."""
        rows = self._rows(READ_DUTIES + "WHERE matter = ? ORDER BY position", (matter,))
        return list(map(DutyRow._make, rows))

    def acts(self) -> list[ActRow]:
        """Return the acts of open matters, the soonest first, those that are done last."""
        # Sorted here: they come in the order of their key, and sorting strings takes half as long
        # as SQLite takes to sort rows.
        return list(map(ActRow._make, sorted(self._rows(READ_ACTS), key=_rank)))

    def matters(self, state: str | None = None) -> list[MatterRow]:
        """Return the matters, all or those in one state, in the order of their ids."""
        order = "ORDER BY length(matter), matter"
        if state is None:
            return [MatterRow(*row) for row in self._rows(_MATTER + order)]
        return [
            MatterRow(*row) for row in self._rows(_MATTER + "WHERE state = ? " + order, (state,))
        ]

    def count_open(self) -> int:
        """Return how many matters are open."""
        (row,) = self._rows("SELECT count(*) FROM matters WHERE state = 'open'")
        return int(row[0])

    def head(self) -> Head:
        """Return the last link of the chain."""
        with translated(self.path):
            return self._head()

    def key(self) -> bytes:
        """Return the workspace's own 32 random bytes, the key for digests of addressees."""
        rows = self._rows("SELECT key FROM secret")
        if not rows:
            raise StoreError(f"{self.path}: has lost its key", hint=_RESTORE)
        return bytes(rows[0][0])

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let everything read inside see one state of the register; nothing is committed inside."""
        with transaction(self._db, self.path, "BEGIN"):
            yield

    def commit(self, change: Change) -> Receipt:
        """Append a change durably and whole, or nothing of it."""
        salts = [os.urandom(16) for _ in change.lines]
        commitments = [
            commitment_of(salt, line.body) for salt, line in zip(salts, change.lines, strict=True)
        ]
        with transaction(self._db, self.path, "BEGIN IMMEDIATE"):
            before = self._head()
            at = max(change.now, before.at)
            self._check_next(change.lines)
            seq, chain = before.seq, before.chain
            for line, salt, commitment in zip(change.lines, salts, commitments, strict=True):
                seq += 1
                envelope = (line.matter, line.version, line.kind, at)
                chain = chain_of(chain, seq, *envelope, commitment)
                self._db.execute(_ADD_LINE, (seq, *envelope, line.body, salt, commitment, chain))
            head = Head(seq, at, chain) if change.lines else before
            if change.lines:
                self._db.execute("UPDATE head SET seq = ?, at = ?, chain = ?", (seq, at, chain))
            self._write_beside(change)
            if change.queued:
                from breachkit.adapters.sqlite.queueing import enter

                for queued in change.queued:
                    enter(self._db, queued, at)
        return Receipt(at, head)

    def rebuild(
        self, matters: Iterable[MatterRow], duties: Mapping[str, tuple[DutyRow, ...]]
    ) -> None:
        """Replace all rows projected from the register by these; the register stays as it is."""
        with transaction(self._db, self.path, "BEGIN IMMEDIATE"):
            self._db.execute("DELETE FROM acts")
            self._db.execute("DELETE FROM duties")
            self._db.execute("DELETE FROM matters")
            self._write_rows(matters, duties)

    def close(self) -> None:
        """Let go of the register; closing twice is harmless."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with translated(self.path):
            return self._db.execute(query, values).fetchall()

    def _rows_as_they_are(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        # Bytes that are no UTF-8 pass as surrogates, so that the proof can name their entry.
        self._db.text_factory = lambda raw: raw.decode(errors="surrogateescape")
        try:
            return self._rows(query, values)
        finally:
            self._db.text_factory = str

    def _head(self) -> Head:
        row = self._db.execute("SELECT seq, at, chain FROM head").fetchone()
        if row is None or not isinstance(row[2], bytes):
            raise NotTrustedError(f"{self.path}: has lost its head row", hint=_RESTORE)
        return Head(*row)

    def _check_next(self, lines: tuple[NewLine, ...]) -> None:
        last: dict[str, int] = {}
        for line in lines:
            if line.matter not in last:
                query = "SELECT coalesce(max(version), 0) FROM entries WHERE matter = ?"
                (last[line.matter],) = self._db.execute(query, (line.matter,)).fetchone()
            if line.version != last[line.matter] + 1:
                raise ChangedMeanwhileError(
                    f"{line.matter}: is at version {last[line.matter]},"
                    f" version {line.version} does not follow it",
                    hint="run the same command again",
                )
            last[line.matter] = line.version

    def _write_beside(self, change: Change) -> None:
        for kept in change.kept:
            values = (kept.digest, kept.salt, kept.text)
            self._db.execute("INSERT OR IGNORE INTO kept VALUES (?, ?, ?)", values)
        for key, matter in change.keys:
            added = self._db.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (key, matter))
            if added.rowcount == 0:
                query = "SELECT matter FROM keys WHERE key = ?"
                (other,) = self._db.execute(query, (key,)).fetchone()
                if other != matter:
                    raise ChangedMeanwhileError(
                        f"{key}: leads to {other} already, not to {matter}",
                        hint="run the same command again",
                    )
        self._write_rows(change.matters, change.duties)

    def _write_rows(
        self, matters: Iterable[MatterRow], duties: Mapping[str, tuple[DutyRow, ...]]
    ) -> None:
        turned = {}
        for row in matters:
            self._db.execute(_ADD_MATTER, _matter_values(row))
            if self._db.execute(_SET_OPEN, (row.state == "open", row.matter)).rowcount:
                turned[row.matter] = row.state == "open"
        for matter, rows in duties.items():
            query = "SELECT state = 'open' FROM matters WHERE matter = ?"
            (is_open,) = self._db.execute(query, (matter,)).fetchone() or (0,)
            new = [(matter, at, is_open, *row[1:]) for at, row in enumerate(rows)]
            query = "SELECT * FROM duties WHERE matter = ? ORDER BY position"
            old = self._db.execute(query, (matter,)).fetchall()
            # Most amendments leave most rows as they were, and nearly all in their place in the
            # index by date, which costs more than the row: write only what is different.
            both = [(row, was) for row, was in zip(new, old, strict=False) if row != was]
            amended = [row for row, was in both if _indexed(row) == _indexed(was)]
            moved = [row for row, was in both if _indexed(row) != _indexed(was)]
            self._db.executemany(_AMEND_DUTY, amended)
            self._db.executemany(_ADD_DUTY, moved + new[len(old) :])
            if len(old) > len(new):
                gone = "DELETE FROM duties WHERE matter = ? AND position >= ?"
                self._db.execute(gone, (matter, len(new)))
            if new != old or matter in turned:
                write_acts(self._db, matter, rows if is_open else ())
        for matter in turned.keys() - duties.keys():
            write_acts(self._db, matter, self.duties(matter) if turned[matter] else ())
