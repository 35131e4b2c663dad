"""The SQLite file of the register: created, opened, brought up to date, its errors in our words."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from breachkit.adapters.sqlite.acts import remake_acts
from breachkit.domain.line import GENESIS
from breachkit.errors import (
    BadInputError,
    BreachkitError,
    MissingWorkspaceError,
    NewerWorkspaceError,
    NotTrustedError,
    StoreBusyError,
    StoreError,
    StoreFullError,
)

APPLICATION_ID = 0x42524B54
"""Marks the file as a register (`BRKT`): another program's database is not taken for one."""

_OUTBOX = (
    """CREATE TABLE lists (list INTEGER PRIMARY KEY, list_id TEXT NOT NULL UNIQUE,
        notice TEXT NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL, fields TEXT NOT NULL,
        bound_at TEXT NOT NULL, erased_at TEXT NOT NULL)""",
    """CREATE TABLE recipients (list INTEGER NOT NULL, position INTEGER NOT NULL,
        address TEXT NOT NULL, language TEXT NOT NULL, name TEXT NOT NULL, fields TEXT NOT NULL,
        proof BLOB NOT NULL, PRIMARY KEY (list, position)) WITHOUT ROWID""",
    """CREATE TABLE batches (number INTEGER PRIMARY KEY, batch TEXT NOT NULL UNIQUE,
        matter TEXT NOT NULL, notice TEXT NOT NULL, version INTEGER NOT NULL, scope TEXT NOT NULL,
        addressee TEXT NOT NULL, letter_kept TEXT NOT NULL, list_id TEXT NOT NULL,
        size INTEGER NOT NULL, doubt TEXT NOT NULL, until TEXT NOT NULL, queued_at TEXT NOT NULL,
        state TEXT NOT NULL, domain TEXT NOT NULL)""",
    # `batch` is the number of the batch: a row for each of a million people stays short.
    """CREATE TABLE messages (id INTEGER PRIMARY KEY, batch INTEGER NOT NULL,
        position INTEGER NOT NULL, address TEXT NOT NULL, proof BLOB NOT NULL,
        language TEXT NOT NULL, name TEXT NOT NULL, fields TEXT NOT NULL, state TEXT NOT NULL,
        attempts INTEGER NOT NULL, copies INTEGER NOT NULL, next_at TEXT NOT NULL,
        reply TEXT NOT NULL, queue_id TEXT NOT NULL, sent_at TEXT NOT NULL,
        changed_at TEXT NOT NULL, UNIQUE (batch, position))""",
    "CREATE INDEX messages_by_state ON messages (batch, state, position)",
    """CREATE INDEX messages_due ON messages (batch, next_at)
        WHERE state IN ('waiting', 'deferred')""",
    """CREATE TRIGGER messages_stay BEFORE UPDATE OF id, batch, position, proof ON messages
        BEGIN SELECT raise(ABORT, 'whom a message was for can never be changed'); END""",
    """CREATE TRIGGER messages_remain BEFORE DELETE ON messages
        BEGIN SELECT raise(ABORT, 'a message is proof and can never be deleted'); END""",
    "CREATE TABLE reminders (key TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE entries (
            seq INTEGER PRIMARY KEY, matter TEXT NOT NULL, version INTEGER NOT NULL,
            kind TEXT NOT NULL, at TEXT NOT NULL, body BLOB, salt BLOB,
            commitment BLOB NOT NULL, chain BLOB NOT NULL, UNIQUE (matter, version))""",
        """CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
            WHEN new.body IS NOT NULL OR new.salt IS NOT NULL OR (new.seq, new.matter, new.version,
                new.kind, new.at, new.commitment, new.chain) IS NOT (old.seq, old.matter,
                old.version, old.kind, old.at, old.commitment, old.chain)
            BEGIN SELECT raise(ABORT, 'an entry can only be erased, never changed'); END""",
        """CREATE TRIGGER entries_remain BEFORE DELETE ON entries
            BEGIN SELECT raise(ABORT, 'an entry can never be deleted'); END""",
        """CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL,
            at TEXT NOT NULL, chain BLOB NOT NULL)""",
        "INSERT INTO head VALUES (1, 0, '', genesis())",
        "CREATE TABLE secret (one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL)",
        "INSERT INTO secret VALUES (1, urandom(32))",
        "CREATE TABLE kept (digest BLOB NOT NULL UNIQUE, salt BLOB NOT NULL, text BLOB NOT NULL)",
        "CREATE TABLE keys (key TEXT PRIMARY KEY, matter TEXT NOT NULL) WITHOUT ROWID",
        """CREATE TABLE matters (matter TEXT PRIMARY KEY, title TEXT NOT NULL, state TEXT NOT NULL,
            reference TEXT NOT NULL, opened_at TEXT NOT NULL, facts TEXT NOT NULL) WITHOUT ROWID""",
        "CREATE UNIQUE INDEX matters_in_order ON matters (length(matter), matter)",
        "CREATE INDEX matters_open ON matters (state) WHERE state = 'open'",
        """CREATE TABLE duties (matter TEXT NOT NULL, position INTEGER NOT NULL,
            open INTEGER NOT NULL, duty TEXT NOT NULL, scope TEXT NOT NULL, side TEXT NOT NULL,
            addressee TEXT NOT NULL, citation TEXT NOT NULL, due_at TEXT NOT NULL,
            due_kind TEXT NOT NULL, soon_at TEXT NOT NULL, told TEXT NOT NULL,
            content TEXT NOT NULL, gaps INTEGER NOT NULL, waits_for TEXT NOT NULL,
            command TEXT NOT NULL, question TEXT NOT NULL, question_command TEXT NOT NULL,
            moved_from TEXT NOT NULL, standing TEXT NOT NULL,
            PRIMARY KEY (matter, position)) WITHOUT ROWID""",
        """CREATE INDEX duties_by_date ON duties (due_at = '', due_at, matter, position, told)
            WHERE open""",
    ),
    (
        """CREATE TABLE acts (matter TEXT NOT NULL, position INTEGER NOT NULL, rank TEXT NOT NULL,
            pending INTEGER NOT NULL, side TEXT NOT NULL, state TEXT NOT NULL,
            due_at TEXT NOT NULL, soon_at TEXT NOT NULL, basis TEXT NOT NULL,
            scopes TEXT NOT NULL, citations TEXT NOT NULL, gaps INTEGER NOT NULL,
            waits_for TEXT NOT NULL, outside TEXT NOT NULL, problem TEXT NOT NULL,
            moved_from TEXT NOT NULL, command TEXT NOT NULL, questions TEXT NOT NULL,
            PRIMARY KEY (matter, position)) WITHOUT ROWID""",
    ),
    _OUTBOX,
)
"""The statements of each version of the file, in order; one that was released never changes.

After the last one the acts are made anew from the duties, so that none of them has to.
"""


def create_file(
    path: Path, mode: int, group: str | None, busy_seconds: float
) -> sqlite3.Connection:
    """Create the file with its mode and group before a byte is written, and connect to it.

    SQLite gives the same mode to the files that it puts beside it. That they get the same group
    too needs a folder of that group with the setgid bit.
    """
    gid = None if group is None else _gid_of(group)
    try:
        # With O_EXCL a link that points elsewhere is refused as well.
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise StoreError(f"{path}: is there already", hint="breachkit status") from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be created: {error.strerror}") from error
    try:
        try:
            if gid is not None:
                os.fchown(handle, -1, gid)
                mode |= 0o060
            # The umask took bits away; only a change of mode gives them back.
            os.fchmod(handle, mode)
        finally:
            os.close(handle)
        return _connect(path, busy_seconds, new=True)
    except BaseException as error:
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            name.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StoreError(f"{path}: cannot be given to {group}: {error.strerror}") from error
        raise


def open_file(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """Connect to a file that is there, and bring it up to date."""
    try:
        path.stat()
    except FileNotFoundError:
        raise MissingWorkspaceError(
            f"{path}: the register is gone",
            hint=f"put {path.name} back from a backup, with its -wal file if there is one",
        ) from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
    return _connect(path, busy_seconds, new=False)


@contextmanager
def transaction(database: sqlite3.Connection, path: Path, begin: str) -> Iterator[None]:
    """Do what is inside at once or not at all, with SQLite's errors in our words."""
    with translated(path):
        database.execute(begin)
        try:
            yield
            database.execute("COMMIT")
        except BaseException:
            # After some errors, such as a full disk, SQLite has rolled back by itself.
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Say SQLite's errors in our words, with the file and what can be done."""
    try:
        yield
    except sqlite3.Error as error:
        raise _in_our_words(error, path) from error


def _connect(path: Path, busy_seconds: float, *, new: bool) -> sqlite3.Connection:
    # mode=rw: a file that went away is not made anew, empty. isolation_level=None: the module
    # begins no transaction of its own accord.
    uri = path.absolute().as_uri() + "?mode=rw"
    with translated(path):
        database = sqlite3.connect(uri, busy_seconds, isolation_level=None, uri=True)
    try:
        with translated(path):
            _check_ours(database, path, new=new)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            _migrate(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _check_ours(database: sqlite3.Connection, path: Path, *, new: bool) -> None:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if not new and application != APPLICATION_ID:
        # An empty file counts as a valid database: taking it for a new register would hide a loss.
        raise NotTrustedError(f"{path}: is not a register", hint="restore it from a backup")
    if version > len(MIGRATIONS):
        raise NewerWorkspaceError(
            f"{path}: has version {version}, this breachkit knows up to {len(MIGRATIONS)}",
            hint="python -m pip install --upgrade breachkit",
        )


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == len(MIGRATIONS):
        return
    database.create_function("urandom", 1, os.urandom)
    database.create_function("genesis", 0, lambda: GENESIS)
    for target in range(version + 1, len(MIGRATIONS) + 1):
        with transaction(database, path, "BEGIN IMMEDIATE"):
            (found,) = database.execute("PRAGMA user_version").fetchone()
            if found >= target:
                continue  # another process was first
            for statement in MIGRATIONS[target - 1]:
                database.execute(statement)
            if target == len(MIGRATIONS):
                remake_acts(database)
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(f"PRAGMA user_version = {target}")


def _gid_of(group: str) -> int:
    import grp  # only where a group is asked for

    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise BadInputError(
            f"{group}: no such group on this machine", hint="getent group"
        ) from None


_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_NO_ACCESS = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


def _in_our_words(error: sqlite3.Error, path: Path) -> BreachkitError:
    # Errors of the module itself carry no code; the low byte is SQLite's primary code.
    code = getattr(error, "sqlite_errorcode", -1)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    primary = code & 0xFF if code >= 0 else -1
    if primary in _BUSY:
        return StoreBusyError(f"{path}: held by another process", hint="try again in a moment")
    if primary == sqlite3.SQLITE_FULL:
        return StoreFullError(f"{path}: no room left; nothing was recorded", hint=f"df -h {path}")
    if primary == sqlite3.SQLITE_IOERR:
        return StoreError(
            f"{path}: the disk does not take or give data ({name}); nothing was recorded",
            hint=f"df -h {path}",
        )
    if primary in _DAMAGED:
        return NotTrustedError(
            f"{path}: damaged, or not a register", hint="restore it from a backup"
        )
    if primary in _NO_ACCESS:
        return StoreError(
            f"{path}: needs the right to write, to the file and to its folder ({name})",
            hint=f"ls -ld {path.parent} {path}",
        )
    if str(error).startswith("Could not decode"):
        return NotTrustedError(
            f"{path}: holds broken text: {error}", hint="breachkit register verify"
        )
    return StoreError(f"{path}: {str(error)[:200]} ({name})")
