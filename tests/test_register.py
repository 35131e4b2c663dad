"""Whatever is done to the register behind its back, the proof names it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.line import (
    GENESIS,
    Change,
    Head,
    Kept,
    NewLine,
    chain_of,
    commitment_of,
)
from breachkit.errors import BadInputError, NotTrustedError
from breachkit.register import Verification, parse_head, verify

NOW = "2026-11-20T16:40:00.000000Z"
MATTERS = ("2026-0001", "2026-0002")
TEXT = b"what a partner must know"
DIGEST = commitment_of(b"salt", TEXT)
LINK = "its envelope was changed, or entries before it changed, moved or came in"


def whose(seq: int) -> str:
    """Name the matter of an entry: they take turns."""
    return MATTERS[(seq - 1) % 2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A register of ten entries, two matters in turns, and one kept text."""
    path = tmp_path / "register.db"
    with SqliteStore.create(path) as store:
        for seq in range(1, 11):
            body = json.dumps({"number": seq}).encode()
            line = NewLine(whose(seq), (seq + 1) // 2, "FactsAmended/1", body)
            kept = (Kept(DIGEST, b"salt", TEXT),) if seq == 1 else ()
            store.commit(Change(NOW.replace("40", str(40 + seq)), (line,), kept=kept))
    return path


@pytest.fixture
def tamper(path: Path) -> Iterator[sqlite3.Connection]:
    """What somebody with the file and any SQL tool can do."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("DROP TRIGGER entries_stay")
        database.execute("DROP TRIGGER entries_remain")
        yield database


def proof(path: Path, noted: Head | None = None) -> Verification:
    with SqliteStore.open(path) as store:
        return verify(store, noted)


def faults(path: Path, noted: Head | None = None) -> list[tuple[int, str, str]]:
    found = proof(path, noted)
    assert found.trusted_against_note == (noted is not None and not found.faults)
    return [(fault.seq, fault.matter, fault.what) for fault in found.faults]


def head_of(path: Path) -> Head:
    with SqliteStore.open(path) as store:
        return store.head()


def forge(database: sqlite3.Connection, first: int) -> None:
    """Compute every link anew from some entry on, and the head row: a perfect forgery."""
    query = "SELECT chain, at FROM entries WHERE seq = ?"
    previous, at = database.execute(query, (first - 1,)).fetchone() or (GENESIS, "")
    columns = "seq, matter, version, kind, at, commitment"
    query = f"SELECT {columns} FROM entries WHERE seq >= ? ORDER BY seq"
    for row in database.execute(query, (first,)).fetchall():
        previous, at = chain_of(previous, *row), row[4]
        database.execute("UPDATE entries SET chain = ? WHERE seq = ?", (previous, row[0]))
    database.execute(
        "UPDATE head SET chain = ?, at = ?, seq = (SELECT max(seq) FROM entries)", (previous, at)
    )


class TestTrue:
    def test_a_true_register(self, path: Path) -> None:
        head = head_of(path)
        assert proof(path) == Verification(10, 1, 0, (), head, trusted_against_note=False)
        assert proof(path, head).trusted_against_note

    def test_an_empty_register(self, tmp_path: Path) -> None:
        SqliteStore.create(tmp_path / "empty.db").close()
        empty = Head(0, "", GENESIS)
        found = proof(tmp_path / "empty.db", empty)
        assert found == Verification(0, 0, 0, (), empty, trusted_against_note=True)

    def test_a_register_that_grew_since_the_head_was_noted(self, path: Path) -> None:
        noted = parse_head(str(head_of(path)))
        with SqliteStore.open(path) as store:
            store.commit(Change(NOW, (NewLine("2026-0003", 1, "FactsAmended/1", b"{}"),)))
        assert faults(path, noted) == []


class TestTampered:
    @pytest.mark.parametrize("seq", [1, 5, 10])
    def test_a_body(self, path: Path, tamper: sqlite3.Connection, seq: int) -> None:
        tamper.execute("UPDATE entries SET body = x'7b7d' WHERE seq = ?", (seq,))
        assert faults(path) == [(seq, whose(seq), "its body was changed")]

    @pytest.mark.parametrize("seq", [1, 5, 10])
    def test_a_body_together_with_its_commitment(
        self, path: Path, tamper: sqlite3.Connection, seq: int
    ) -> None:
        values = (b"salt", b"{}", commitment_of(b"salt", b"{}"), seq)
        tamper.execute(
            "UPDATE entries SET salt = ?, body = ?, commitment = ? WHERE seq = ?", values
        )
        assert faults(path) == [(seq, whose(seq), LINK)]

    @pytest.mark.parametrize("seq", [1, 5])
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("kind", "Other/1"),
            ("at", NOW.replace("40", "99")),
            ("chain", b"x" * 32),
            ("chain", "text"),
            ("matter", "2026-0009"),
            ("version", 100),
        ],
    )
    def test_a_column_of_the_envelope(
        self, path: Path, tamper: sqlite3.Connection, seq: int, column: str, value: object
    ) -> None:
        tamper.execute(f"UPDATE entries SET {column} = ? WHERE seq = ?", (value, seq))
        found = faults(path)
        if column in ("kind", "chain"):
            assert found == [(seq, whose(seq), LINK)]
        else:
            # The entries around it no longer follow each other either.
            matter = str(value) if column == "matter" else whose(seq)
            assert found[0] == (seq, matter, LINK)
            assert {fault[0] for fault in found} <= {seq, seq + 1, seq + 2}

    def test_the_salt(self, path: Path, tamper: sqlite3.Connection) -> None:
        tamper.execute("UPDATE entries SET salt = x'00' WHERE seq = 5")
        assert faults(path) == [(5, whose(5), "its body was changed")]

    def test_the_salt_taken_away(self, path: Path, tamper: sqlite3.Connection) -> None:
        tamper.execute("UPDATE entries SET salt = NULL WHERE seq = 5")
        assert faults(path) == [(5, whose(5), "its body was changed")]

    def test_two_entries_that_changed_places(self, path: Path, tamper: sqlite3.Connection) -> None:
        for before, after in ((4, 99), (5, 4), (99, 5)):
            tamper.execute("UPDATE entries SET seq = ? WHERE seq = ?", (after, before))
        assert [fault for fault in faults(path) if fault[2] == LINK] == [
            (4, whose(5), LINK),
            (5, whose(4), LINK),
            (6, whose(6), LINK),
        ]

    def test_an_entry_that_was_put_in(self, path: Path, tamper: sqlite3.Connection) -> None:
        for seq in range(10, 4, -1):
            tamper.execute("UPDATE entries SET seq = ? WHERE seq = ?", (seq + 1, seq))
        commitment = commitment_of(b"salt", b"{}")
        envelope = ("2026-0003", 1, "FactsAmended/1", NOW.replace("40", "44"))
        (previous,) = tamper.execute("SELECT chain FROM entries WHERE seq = 4").fetchone()
        chain = chain_of(previous, 5, *envelope, commitment)
        tamper.execute(
            "INSERT INTO entries VALUES (5, ?, ?, ?, ?, x'7b7d', x'73616c74', ?, ?)",
            (*envelope, commitment, chain),
        )
        tamper.execute("UPDATE head SET seq = 11")
        found = faults(path)
        assert found[0] == (6, whose(5), LINK)
        assert len(found) == 6  # every entry behind it has another number now

    def test_an_entry_that_was_added_at_the_end(
        self, path: Path, tamper: sqlite3.Connection
    ) -> None:
        head, commitment = head_of(path), commitment_of(b"salt", b"{}")
        envelope = ("2026-0003", 1, "FactsAmended/1", head.at)
        chain = chain_of(head.chain, 11, *envelope, commitment)
        tamper.execute(
            "INSERT INTO entries VALUES (11, ?, ?, ?, ?, x'7b7d', x'73616c74', ?, ?)",
            (*envelope, commitment, chain),
        )
        assert faults(path) == [(10, "", "the head row does not fit the last entry, 11")]

    def test_an_entry_that_is_gone(self, path: Path, tamper: sqlite3.Connection) -> None:
        tamper.execute("DELETE FROM entries WHERE seq = 5")
        assert faults(path) == [
            (5, "", "entry 5 is missing"),
            (7, whose(5), "its version 4 does not follow version 2"),
        ]

    def test_entries_that_are_gone(self, path: Path, tamper: sqlite3.Connection) -> None:
        tamper.execute("DELETE FROM entries WHERE seq <= 3 OR seq = 8")
        missing = [fault for fault in faults(path) if not fault[1]]
        assert missing == [(1, "", "entries 1 to 3 are missing"), (8, "", "entry 8 is missing")]

    def test_an_entry_that_is_gone_from_a_chain_computed_anew(
        self, path: Path, tamper: sqlite3.Connection
    ) -> None:
        tamper.execute("DELETE FROM entries WHERE seq = 5")
        (previous,) = tamper.execute("SELECT chain FROM entries WHERE seq = 4").fetchone()
        query = "SELECT seq, matter, version, kind, at, commitment FROM entries WHERE seq = 6"
        chain = chain_of(previous, *tamper.execute(query).fetchone())
        tamper.execute("UPDATE entries SET chain = ? WHERE seq = 6", (chain,))
        forge(tamper, 7)
        assert faults(path)[0] == (5, "", "entry 5 is missing")

    def test_the_last_entry_gone(self, path: Path, tamper: sqlite3.Connection) -> None:
        tamper.execute("DELETE FROM entries WHERE seq = 10")
        assert faults(path) == [(10, "", "the head row does not fit the last entry, 9")]

    @pytest.mark.parametrize(
        "statement",
        ["seq = 9", "at = '2027'", "chain = x'00'"],
    )
    def test_the_head_row(self, path: Path, tamper: sqlite3.Connection, statement: str) -> None:
        tamper.execute(f"UPDATE head SET {statement}")
        assert [fault[2] for fault in faults(path)] == [
            "the head row does not fit the last entry, 10"
        ]

    @pytest.mark.parametrize("statement", ["DELETE FROM head", "UPDATE head SET chain = 'text'"])
    def test_no_head_row(self, path: Path, tamper: sqlite3.Connection, statement: str) -> None:
        tamper.execute(statement)
        with pytest.raises(NotTrustedError, match="has lost its head row"):
            proof(path)

    def test_an_entry_before_the_first(self, path: Path, tamper: sqlite3.Connection) -> None:
        tamper.execute(
            "INSERT INTO entries SELECT -1, matter, 9, kind, at, body, salt, commitment, chain"
            " FROM entries WHERE seq = 1"
        )
        with SqliteStore.open(path) as store:
            assert verify(store).faults == ()
            # The proof does not see it; neither does anybody else.
            assert [line.version for line in store.read(whose(1))] == [1, 2, 3, 4, 5]

    def test_versions_that_were_forged_with_the_whole_chain(
        self, path: Path, tamper: sqlite3.Connection
    ) -> None:
        tamper.execute("UPDATE entries SET version = 50 WHERE seq = 9")
        forge(tamper, 9)
        assert faults(path) == [(9, whose(9), "its version 50 does not follow version 4")]

    def test_times_that_were_forged_with_the_whole_chain(
        self, path: Path, tamper: sqlite3.Connection
    ) -> None:
        tamper.execute("UPDATE entries SET at = ? WHERE seq = 9", (NOW,))
        forge(tamper, 9)
        assert faults(path) == [(9, whose(9), "it was recorded before the entry above it")]

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("body", "text"),
            ("salt", "text"),
            ("commitment", "text"),
            ("version", "text"),
            ("matter", b"bytes"),
            ("kind", b"bytes"),
            ("at", b"bytes"),
        ],
    )
    def test_columns_that_hold_something_else(
        self, path: Path, tamper: sqlite3.Connection, column: str, value: object
    ) -> None:
        tamper.execute(f"UPDATE entries SET {column} = ? WHERE seq = 5", (value,))
        found = faults(path)
        assert (found[0][0], found[0][2]) == (5, "its columns do not hold what they should")
        assert {fault[0] for fault in found} <= {5, 6, 7}

    @pytest.mark.parametrize("column", ["matter", "kind", "at"])
    def test_text_that_is_not_utf_8(
        self, path: Path, tamper: sqlite3.Connection, column: str
    ) -> None:
        tamper.execute(f"UPDATE entries SET {column} = CAST(x'ff41' AS TEXT) WHERE seq = 5")
        found = faults(path)
        assert (found[0][0], found[0][2]) == (5, "its columns do not hold what they should")


class TestNoted:
    """Only a head noted elsewhere shows what a perfect forger did."""

    def forged(self, path: Path, tamper: sqlite3.Connection, statement: str, first: int) -> None:
        noted = head_of(path)
        tamper.execute(statement)
        forge(tamper, first)
        assert faults(path) == []
        what = f"truncated or rewritten since {noted} was noted"
        assert faults(path, noted) == [(10, "", what)]

    def test_the_end_was_cut_off(self, path: Path, tamper: sqlite3.Connection) -> None:
        self.forged(path, tamper, "DELETE FROM entries WHERE seq >= 9", 9)

    def test_the_end_was_rewritten(self, path: Path, tamper: sqlite3.Connection) -> None:
        self.forged(path, tamper, "UPDATE entries SET kind = 'Other/1' WHERE seq = 3", 3)

    def test_everything_was_cut_off(self, path: Path, tamper: sqlite3.Connection) -> None:
        noted = head_of(path)
        tamper.execute("DELETE FROM entries")
        tamper.execute("UPDATE head SET seq = 0, at = '', chain = ?", (GENESIS,))
        assert faults(path) == []
        assert len(faults(path, noted)) == 1

    def test_a_head_of_another_scheme(self, path: Path) -> None:
        assert len(faults(path, Head(0, "", b"x" * 32))) == 1

    @pytest.mark.parametrize("text", ["0:" + "00" * 32, "  12:" + "ab" * 32 + "\n"])
    def test_heads_are_read(self, text: str) -> None:
        assert str(parse_head(text)) == text.strip()

    @pytest.mark.parametrize(
        "text",
        [
            *("", "7", ":", "7:", "7:ab", "-7:" + "ab" * 32, "²:" + "ab" * 32, "7:" + "xy" * 32),
            *("7:" + "ab " * 32, "7:" + "ab" * 33, "ab" * 32, "9" * 5000 + ":" + "ab" * 32),
        ],
    )
    def test_what_is_not_a_head(self, text: str) -> None:
        with pytest.raises(BadInputError, match="is not a head: expected SEQ:HASH") as refusal:
            parse_head(text)
        assert refusal.value.hint == "breachkit register verify"
