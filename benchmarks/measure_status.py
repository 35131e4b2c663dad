"""`breachkit status --all`: a bad week, read at 3 a.m."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.commands import command
from benchmarks.figure import Figure, alternate
from benchmarks.measure_open import SCOPES
from benchmarks.workspace import RANSOMWARE, Alert, alert, fill, multiplied, prepare

INCIDENTS = 1_000
ENTRIES = 100_000


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare the whole status with the start of another command line, then with wide incidents."""
    yield _figure(folder / "psirt", pairs, "incidents")
    wide = multiplied(alert(RANSOMWARE), SCOPES)
    yield _figure(folder / "wide", pairs, f"incidents of {SCOPES} scopes x 5 duties", wide)


def _figure(folder: Path, pairs: int, what: str, like: Alert | None = None) -> Figure:
    with prepare(folder, partners=tuple(like["scopes"]) if like else ()) as kit:
        fill(kit, incidents=INCIDENTS, entries=ENTRIES, like=like)
        rows, acts = len(kit.store.overview()), len(kit.store.acts())
    status = command("breachkit", "status", "--all", "-C", str(folder))
    paired = alternate(status, command("sqlite-utils", "--version"), pairs)
    size = f"{acts:,} acts of {rows:,} rows of duties in a register of {ENTRIES:,} entries"
    return Figure(
        "status",
        f"breachkit status --all, {INCIDENTS:,} {what}",
        "sqlite-utils --version",
        paired,
        paired.ratio,
        goal=1.0,
        notes=(f"{what}: {size}",),
    )
