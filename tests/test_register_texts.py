"""What is gone from the register, or kept beside it, is told from what was lost or changed."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.line import (
    MATTER_ERASED,
    Change,
    Head,
    Kept,
    NewLine,
    commitment_of,
)
from breachkit.register import Fault, Verification, missing_texts, verify

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


class TestErased:
    def erase(self, tamper: sqlite3.Connection, matter: str, until: int) -> None:
        tamper.execute(
            "UPDATE entries SET body = NULL, salt = NULL WHERE matter = ? AND seq <= ?",
            (matter, until),
        )

    def test_an_erasure_that_was_recorded(self, path: Path, tamper: sqlite3.Connection) -> None:
        with SqliteStore.open(path) as store:
            line = NewLine(whose(1), 6, f"{MATTER_ERASED}/1", b"{}")
            head = store.commit(Change(NOW, (line,))).head
        self.erase(tamper, whose(1), 10)
        found = proof(path, head)
        assert found == Verification(11, 1, 5, (), head, trusted_against_note=True)

    def test_bodies_missing_without_a_word(self, path: Path, tamper: sqlite3.Connection) -> None:
        self.erase(tamper, whose(1), 3)
        what = "its body is missing and no erasure is recorded"
        assert faults(path) == [(1, whose(1), what), (3, whose(3), what)]

    @pytest.mark.parametrize(
        ("erasure", "gone"),
        [
            (whose(2), (1,)),  # of another matter
            (whose(1), (11,)),  # which is gone itself
            (whose(1), (12,)),  # of what was there before
        ],
    )
    def test_an_erasure_that_does_not_cover_it(
        self, path: Path, tamper: sqlite3.Connection, erasure: str, gone: tuple[int]
    ) -> None:
        with SqliteStore.open(path) as store:
            first = NewLine(erasure, 6, f"{MATTER_ERASED}/1", b"{}")
            store.commit(Change(NOW, (first, first._replace(version=7, kind="FactsAmended/1"))))
        tamper.execute("UPDATE entries SET body = NULL, salt = NULL WHERE seq = ?", gone)
        what = "its body is missing and no erasure is recorded"
        assert faults(path) == [(*gone, whose(1), what)]

    def test_a_body_missing_with_its_salt_left(
        self, path: Path, tamper: sqlite3.Connection
    ) -> None:
        tamper.execute("UPDATE entries SET body = NULL WHERE seq = 5")
        assert (5, whose(5), "its body was changed") in faults(path)

    def test_an_erased_entry_stays_in_the_chain(
        self, path: Path, tamper: sqlite3.Connection
    ) -> None:
        self.erase(tamper, whose(1), 1)
        tamper.execute("UPDATE entries SET kind = 'Other/1' WHERE seq = 1")
        assert (1, whose(1), LINK) in faults(path)


class TestKept:
    @pytest.mark.parametrize("statement", ["text = x'00'", "salt = x'00'", "text = 'words'"])
    def test_a_kept_text_was_changed(
        self, path: Path, tamper: sqlite3.Connection, statement: str
    ) -> None:
        tamper.execute(f"UPDATE kept SET {statement}")
        assert faults(path) == [(0, "", f"the kept text {DIGEST.hex()} no longer fits its digest")]

    def name(self, path: Path, body: bytes) -> list[Fault]:
        with SqliteStore.open(path) as store:
            store.commit(Change(NOW, (NewLine("2026-0003", 1, "NoticeDrafted/1", body),)))
            return list(missing_texts(store))

    @pytest.mark.parametrize(
        "named",
        [
            {"tree_kept": DIGEST.hex()},
            {"deep": [{"parts_kept": [DIGEST.hex()]}]},
            {"texts_kept": {"law/gdpr.toml": DIGEST.hex()}},
            {"note_kept": None, "kept": "not a digest", "text": "x_kept"},
        ],
    )
    def test_what_is_named_is_there_until_it_is_missing(
        self, path: Path, tamper: sqlite3.Connection, named: dict[str, object]
    ) -> None:
        assert self.name(path, json.dumps(named).encode()) == []
        tamper.execute("DELETE FROM kept")
        with SqliteStore.open(path) as store:
            found = list(missing_texts(store))
        what = f"it names the text {DIGEST.hex()}, which is missing"
        assert found == ([] if "note_kept" in named else [Fault(11, "2026-0003", what)])

    def test_every_missing_text_is_named(self, path: Path) -> None:
        other, third = "ab" * 32, "no digest"
        body = json.dumps({"a_kept": [DIGEST.hex(), other], "b": {"c_kept": third}}).encode()
        assert {fault.what for fault in self.name(path, body)} == {
            f"it names the text {other}, which is missing",
            f"it names the text {third}, which is missing",
        }

    @pytest.mark.parametrize("body", [b'{"a_kept": ', b'{"a_kept":' + b"[" * 100_000])
    def test_a_body_that_cannot_be_read(self, path: Path, body: bytes) -> None:
        assert self.name(path, body) == [Fault(11, "2026-0003", "its body cannot be read")]
