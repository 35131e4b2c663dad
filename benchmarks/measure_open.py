"""Opening an incident with many duties, until it is on the disk."""

import os
import sqlite3
from collections.abc import Iterator
from copy import deepcopy
from itertools import count
from pathlib import Path

from benchmarks.figure import Figure, Side, alternate, seconds
from benchmarks.workspace import RANSOMWARE, alert, multiplied, prepare
from breachkit.app import Breachkit
from breachkit.casework.picture import Picture
from breachkit.domain.duty import find_duties

SCOPES = 16
"""With five duties in each, 80: the notice to the partner, what it rests on, and the partner's own."""


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare an opening with one durable commit of the same bytes, and the arithmetic apart."""
    given = multiplied(alert(RANSOMWARE), SCOPES)
    with prepare(folder / "psirt", partners=tuple(given["scopes"])) as kit:
        numbers, beside = count(), _connected(kit.folder.register)

        def opening() -> float:
            # As automation hands it in: facts that nobody has seen before, under their reference.
            fresh, reference = deepcopy(given), f"SOC-{next(numbers)}"
            _empty_log(beside)
            return seconds(lambda: kit.open_incident(fresh, reference=reference))

        picture = kit.open_incident(deepcopy(given)).picture
        size = _size(kit, picture)
        bare = _bare_commit(folder / "bare.sqlite3", size)
        # The incident as a whole is judged beside its scopes: what it means for us as manufacturer.
        views = (*picture.views, *([picture.house] if picture.house.house else []))
        law, terms = kit.rules.obligations, kit.rules.terms()

        def arithmetic() -> float:
            return seconds(lambda: find_duties(picture.matter, views, law, terms))

        peer, goal = "one bare durable commit", 12
        notes = (f"{len(picture.duties)} duties in {SCOPES} scopes, {size:,} bytes in one commit",)
        apart = alternate(lambda: opening() - arithmetic(), bare, pairs, warm=3)
        yield Figure(
            "open", "opening, arithmetic apart", peer, apart, apart.ratio, goal, notes=notes
        )
        whole = alternate(opening, bare, pairs)
        yield Figure("open", "opening, arithmetic included", peer, whole, whole.ratio)
        sums = alternate(arithmetic, bare, pairs)
        yield Figure("open", "the arithmetic of the duties", peer, sums, sums.ratio)


def _size(kit: Breachkit, picture: Picture) -> int:
    """Return how many bytes an opening stores: its entry's body, the rows of its duties and acts."""
    bodies = sum(len(line.body or b"") for line in kit.store.read(picture.id))
    acts = (row for row in kit.store.acts() if row.matter == picture.id)
    cells = (cell for row in (*kit.store.duties(picture.id), *acts) for cell in row)
    return bodies + sum(len(str(cell).encode()) for cell in cells)


def _bare_commit(path: Path, size: int) -> Side:
    """Return the floor: the same number of bytes in one row, committed as durably."""
    database = _connected(path)
    database.execute("CREATE TABLE bytes (blob BLOB)")

    def commit(blob: bytes) -> None:
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO bytes VALUES (?)", (blob,))
        database.execute("COMMIT")

    def run() -> float:
        blob = os.urandom(size)
        _empty_log(database)
        return seconds(lambda: commit(blob))

    return run


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    return database


def _empty_log(database: sqlite3.Connection) -> None:
    """Bring the write-ahead log into the database, so that both sides write into an empty one.

    A command finds it so. A commit that overwrites an old log instead of making it longer costs
    about two thirds, and the two sides would come to that at different times.
    """
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
