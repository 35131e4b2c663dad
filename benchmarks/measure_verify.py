"""`register verify`: the whole chain and every kept text, against the least that any proof reads."""

import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from benchmarks.figure import Figure, alternate, seconds
from benchmarks.workspace import fill, prepare

INCIDENTS = 100
ENTRIES = 100_000

_ROWS = (
    "SELECT seq, matter, version, kind, at, body, salt, commitment, chain FROM entries ORDER BY seq"
)


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare the proof with a loop that reads the same rows and hashes them."""
    with prepare(folder / "psirt") as kit:
        fill(kit, incidents=INCIDENTS, entries=ENTRIES)
        database = sqlite3.connect(kit.folder.register)

        def bare() -> None:
            link = b""
            for row in database.execute(_ROWS):
                seq, matter, version, kind, at, body, salt, commitment, _ = row
                sha256(salt + body).digest()
                envelope = f"{seq} {matter} {version} {kind} {at}".encode()
                link = sha256(link + envelope + commitment).digest()

        assert not kit.verify().faults
        paired = alternate(lambda: seconds(kit.verify), lambda: seconds(bare), pairs)
        database.close()
    yield Figure(
        "verify",
        f"register verify, {ENTRIES:,} entries, as speed",
        "reading and hashing the same rows",
        paired,
        1 / paired.ratio,
        goal=0.4,
        at_least=True,
    )
