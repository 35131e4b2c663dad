"""The file of the register: who may read it, what is not taken for it, what a full disk does."""

import grp
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from breachkit.adapters.sqlite import SqliteStore, file
from breachkit.domain.line import Change, DutyRow, MatterRow, NewLine
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
from breachkit.ports import Store
from breachkit.register import verify

NOW = "2026-11-20T16:40:00.000000Z"


def line(matter: str, version: int, body: bytes = b"{}") -> NewLine:
    return NewLine(matter, version, "FactsAmended/1", body)


def change(*lines: NewLine) -> Change:
    return Change(NOW, lines)


def matter_row(matter: str, state: str = "open") -> MatterRow:
    return MatterRow(matter, "a title", state, "PD-1", NOW, "1 scope")


def duty_row(matter: str, duty: str, due_at: str) -> DutyRow:
    nothing = DutyRow(**dict.fromkeys(DutyRow._fields, ""))  # type: ignore[arg-type]
    row = nothing._replace(matter=matter, duty=duty, side="ours", told="waiting", gaps=1)
    return row._replace(due_at=due_at, waits_for=duty)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore.create(path) as opened:
        yield opened


def raw(path: Path, statement: str) -> list[tuple[object, ...]]:
    """Do something to the file behind the store's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        return database.execute(statement).fetchall()


class TestFile:
    @pytest.mark.parametrize("umask", [0o000, 0o077])
    def test_only_the_owner_can_read_it(self, path: Path, umask: int) -> None:
        before = os.umask(umask)
        try:
            with SqliteStore.create(path) as store:
                store.commit(change(line("a", 1)))
                names = sorted(path.parent.iterdir())
                modes = {stat.S_IMODE(name.stat().st_mode) for name in names}
        finally:
            os.umask(before)
        assert [name.name for name in names] == [
            "register.db",
            "register.db-shm",
            "register.db-wal",
        ]
        assert modes == {0o600}

    def test_a_group_can_be_let_in(self, path: Path) -> None:
        # Root can give a file to any group, others only to one of their own.
        own = {os.getgid()} if os.geteuid() == 0 else set()
        gids = [entry.gr_gid for entry in grp.getgrall()] if own else os.getgroups()
        gid = next((gid for gid in gids if gid not in own), os.getgid())
        with SqliteStore.create(path, group=grp.getgrgid(gid).gr_name) as store:
            store.commit(change(line("a", 1)))
            modes = {stat.S_IMODE(name.stat().st_mode) for name in path.parent.iterdir()}
        assert path.stat().st_gid == gid
        assert modes == {0o660}

    def test_a_group_that_does_not_exist(self, path: Path) -> None:
        with pytest.raises(BadInputError, match="no-such-group: no such group on this machine"):
            SqliteStore.create(path, group="no-such-group")
        assert not path.exists()

    def test_nothing_is_written_over(self, path: Path) -> None:
        path.write_text("mine")
        with pytest.raises(StoreError, match="is there already"):
            SqliteStore.create(path)
        assert path.read_text() == "mine"

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="cannot be created: No such file or directory"):
            SqliteStore.create(tmp_path / "none" / "register.db")

    def test_a_creation_that_fails_leaves_nothing(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(file, "MIGRATIONS", (("CREATE TABLE broken (",),))
        with pytest.raises(StoreError, match="incomplete input"):
            SqliteStore.create(path)
        assert list(path.parent.iterdir()) == []

    def test_commits_are_on_the_disk_before_they_are_acknowledged(self, store: SqliteStore) -> None:
        database = store._db
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL

    def test_names_with_signs_that_mean_something_in_an_address(self, tmp_path: Path) -> None:
        path = tmp_path / "100% a?b#c.db"
        SqliteStore.create(path).close()
        SqliteStore.open(path).close()
        assert [name.name for name in tmp_path.iterdir()] == [path.name]

    def test_importing_it_stays_light(self) -> None:
        heavy = "{'asyncio', 'pydantic', 'pendulum', 'jinja2', 'logging', 'json'}"
        program = f"import sys, breachkit.adapters.sqlite; print({heavy} & set(sys.modules))"
        output = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
        assert output.stdout == b"set()\n"


class TestOpening:
    def opening(self, path: Path, kind: type[BreachkitError]) -> BreachkitError:
        with pytest.raises(kind) as refusal:
            SqliteStore.open(path).close()
        assert type(refusal.value) is kind
        assert refusal.value.message.startswith(f"{path}: ")
        assert refusal.value.hint
        return refusal.value

    def test_nothing_there(self, path: Path) -> None:
        error = self.opening(path, MissingWorkspaceError)
        assert error.message == f"{path}: the register is gone"
        assert error.hint.startswith(f"put {path.name} back from a backup")
        assert not path.exists()

    def test_a_folder(self, path: Path) -> None:
        path.mkdir()
        assert "SQLITE_CANTOPEN" in self.opening(path, StoreError).message

    def test_something_else(self, path: Path) -> None:
        path.write_text("no database at all, " * 100)
        assert "damaged, or not a register" in self.opening(path, NotTrustedError).message

    @pytest.mark.parametrize("version", [0, 1])
    def test_the_database_of_another_program(self, path: Path, version: int) -> None:
        raw(path, f"PRAGMA user_version = {version}")
        assert "is not a register" in self.opening(path, NotTrustedError).message
        assert raw(path, "SELECT * FROM sqlite_schema") == []

    def test_a_register_that_was_emptied_is_not_taken_for_a_new_one(self, path: Path) -> None:
        SqliteStore.create(path).close()
        path.write_bytes(b"")
        self.opening(path, NotTrustedError)
        assert path.read_bytes() == b""

    def test_written_by_a_newer_breachkit(self, path: Path) -> None:
        SqliteStore.create(path).close()
        raw(path, "PRAGMA user_version = 99")
        error = self.opening(path, NewerWorkspaceError)
        known = len(file.MIGRATIONS)
        assert f"has version 99, this breachkit knows up to {known}" in error.message

    def test_a_damaged_page(self, path: Path) -> None:
        with SqliteStore.create(path) as store:
            store.commit(change(*(line("a", version, b"x" * 500) for version in range(1, 200))))
        content = bytearray(path.read_bytes())
        for page in range(40, len(content) // 4096):
            content[page * 4096 : page * 4096 + 100] = b"\xff" * 100
        path.write_bytes(content)
        with SqliteStore.open(path) as store, pytest.raises(NotTrustedError, match="damaged"):
            list(store.lines())

    def test_no_right_to_write(self) -> None:
        # Not in tmp_path, which another user cannot enter; root may write everywhere.
        folder = Path(tempfile.mkdtemp())
        try:
            SqliteStore.create(folder / "register.db").close()
            (folder / "register.db").chmod(0o444)
            folder.chmod(0o555)
            program = (
                "import os, sys; from pathlib import Path\n"
                "from breachkit.adapters.sqlite import SqliteStore\n"
                "from breachkit.errors import StoreError\n"
                "if os.geteuid() == 0: os.seteuid(65534)\n"
                "try: SqliteStore.open(Path(sys.argv[1])).head()\n"
                "except StoreError as error: print(error.message, '|', error.hint)\n"
            )
            command = [sys.executable, "-c", program, str(folder / "register.db")]
            output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        finally:
            folder.chmod(0o700)
            shutil.rmtree(folder)
        assert "needs the right to write, to the file and to its folder" in output
        assert f"| ls -ld {folder} {folder}/register.db" in output

    def test_a_closed_store(self, store: SqliteStore) -> None:
        store.close()
        store.close()
        with pytest.raises(StoreError, match="closed database"):
            store.head()


class TestMigrations:
    def test_an_older_file_is_brought_up_to_date(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with SqliteStore.create(path) as store:
            head = store.commit(change(line("a", 1))).head
        last = len(file.MIGRATIONS)
        more = ("ALTER TABLE matters ADD COLUMN more TEXT", "CREATE TABLE added (one)")
        monkeypatch.setattr(file, "MIGRATIONS", (*file.MIGRATIONS, more))
        for _ in range(2):
            with SqliteStore.open(path) as store:
                assert store.head() == head
        assert raw(path, "PRAGMA user_version") == [(last + 1,)]
        assert raw(path, "SELECT * FROM added") == []

    def test_the_acts_are_made_of_the_duties_of_an_older_file(self, path: Path) -> None:
        duties = {name: tuple(duty_row(name, str(n), NOW) for n in range(3)) for name in "abc"}
        states = {"a": "open", "b": "closed", "c": "open"}
        with SqliteStore.create(path) as store:
            store.rebuild([matter_row(*one) for one in states.items()], duties)
            acts = store.acts()
        assert [act.matter for act in acts] == [*"aaaccc"]
        for table in ("acts", "lists", "recipients", "batches", "messages", "reminders"):
            raw(path, f"DROP TABLE {table}")
        raw(path, "PRAGMA user_version = 1")
        for _ in range(2):
            with SqliteStore.open(path) as store:
                assert store.acts() == acts
        assert raw(path, "PRAGMA user_version") == [(len(file.MIGRATIONS),)]

    def test_a_migration_makes_the_acts_anew(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with SqliteStore.create(path) as store:
            store.rebuild([matter_row("a")], {"a": (duty_row("a", "x", NOW),)})
            acts = store.acts()
        raw(path, "UPDATE acts SET citations = 'as an older breachkit said it'")
        monkeypatch.setattr(file, "MIGRATIONS", (*file.MIGRATIONS, ()))
        with SqliteStore.open(path) as store:
            assert store.acts() == acts

    def test_a_migration_that_fails_leaves_the_file_as_it_was(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        SqliteStore.create(path).close()
        last = len(file.MIGRATIONS)
        more = ("CREATE TABLE added (one)", "INSERT INTO no_such_table VALUES (1)")
        monkeypatch.setattr(file, "MIGRATIONS", (*file.MIGRATIONS, more))
        with pytest.raises(StoreError, match="no such table"):
            SqliteStore.open(path)
        assert raw(path, "PRAGMA user_version") == [(last,)]
        assert raw(path, "SELECT name FROM sqlite_schema WHERE name = 'added'") == []


class TestGuards:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE entries SET body = x'00'",
            "UPDATE entries SET body = NULL",
            "UPDATE entries SET salt = NULL",
            "UPDATE entries SET body = NULL, salt = NULL, kind = 'Other/1'",
            *(
                f"UPDATE entries SET body = NULL, salt = NULL, {column} = 7"
                for column in ("seq", "matter", "version", "at", "commitment", "chain")
            ),
        ],
    )
    def test_an_entry_is_never_changed(self, path: Path, store: Store, statement: str) -> None:
        store.commit(change(line("a", 1)))
        before = store.read("a")
        with pytest.raises(sqlite3.IntegrityError, match="only be erased, never changed"):
            raw(path, statement)
        assert store.read("a") == before

    def test_an_entry_is_never_deleted(self, path: Path, store: Store) -> None:
        store.commit(change(line("a", 1)))
        with pytest.raises(sqlite3.IntegrityError, match="never be deleted"):
            raw(path, "DELETE FROM entries")
        assert len(store.read("a")) == 1

    def test_a_body_can_be_erased_with_its_salt(self, path: Path, store: Store) -> None:
        store.commit(change(line("a", 1)))
        (before,) = store.read("a")
        raw(path, "UPDATE entries SET body = NULL, salt = NULL")
        assert store.read("a") == [before._replace(body=None, salt=None)]

    def test_somebody_who_holds_it_too_long(self, path: Path, store: Store) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            started = time.monotonic()
            with SqliteStore.open(path, busy_seconds=0.05) as waiting:
                with pytest.raises(StoreBusyError, match="held by another process") as refusal:
                    waiting.commit(change(line("a", 1)))
                assert waiting.head().seq == 0  # reading goes on
            holder.execute("ROLLBACK")
        assert time.monotonic() - started < 5
        assert refusal.value.exit_status == 75
        store.commit(change(line("a", 1)))


class TestNoRoom:
    def test_a_full_disk_leaves_what_was_there(self, store: SqliteStore) -> None:
        head = store.commit(change(line("a", 1))._replace(matters=(matter_row("a"),))).head
        (pages,) = store._db.execute("PRAGMA page_count").fetchone()
        store._db.execute(f"PRAGMA max_page_count = {pages + 5}")
        big = change(line("a", 2, b"x" * 50_000))._replace(matters=(matter_row("a", "closed"),))

        with pytest.raises(StoreFullError, match="no room left; nothing was recorded"):
            store.commit(big)

        assert store.head() == head
        assert store.matters() == [matter_row("a")]
        assert verify(store).faults == ()
        store._db.execute("PRAGMA max_page_count = 100000")
        assert store.commit(big).head.seq == 2

    def test_a_file_that_may_not_grow_leaves_what_was_there(self, path: Path) -> None:
        SqliteStore.create(path).close()
        program = (
            "import resource, sys; from pathlib import Path\n"
            "from breachkit.adapters.sqlite import SqliteStore\n"
            "from breachkit.domain.line import Change, NewLine\n"
            "from breachkit.errors import StoreError\n"
            "store = SqliteStore.open(Path(sys.argv[1]))\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))\n"
            "for version in range(1, 100):\n"
            "    line = NewLine('a', version, 'FactsAmended/1', b'x' * 20_000)\n"
            "    try: print(store.commit(Change('2026-11-20', (line,))).head, flush=True)\n"
            "    except StoreError as error: sys.exit(error.message)\n"
        )
        command = [sys.executable, "-c", program, str(path)]
        output = subprocess.run(command, capture_output=True, text=True)
        assert output.returncode == 1
        assert "the disk does not take or give data (SQLITE_IOERR" in output.stderr
        with SqliteStore.open(path) as store:
            assert str(store.head()) == output.stdout.split()[-1]
            assert verify(store).faults == ()
