"""`breachkit status --all`: a bad week, read at 3 a.m."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.commands import command
from benchmarks.figure import Figure, alternate
from benchmarks.workspace import fill, prepare

INCIDENTS = 1_000
ENTRIES = 100_000


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare the whole status with the start of another command line."""
    with prepare(folder / "psirt") as kit:
        fill(kit, incidents=INCIDENTS, entries=ENTRIES)
        rows = len(kit.store.overview())
    status = command("breachkit", "status", "--all", "-C", str(folder / "psirt"))
    paired = alternate(status, command("sqlite-utils", "--version"), pairs)
    yield Figure(
        "status",
        f"breachkit status --all, {INCIDENTS:,} incidents",
        "sqlite-utils --version",
        paired,
        paired.ratio,
        goal=1.0,
        notes=(f"{rows:,} rows of duties in a register of {ENTRIES:,} entries",),
    )
