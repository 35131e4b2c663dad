"""`breachkit --help`: what every command pays before it begins."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.commands import command
from benchmarks.figure import Figure, alternate


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare the help of two command lines."""
    paired = alternate(command("breachkit", "--help"), command("sqlite-utils", "--version"), pairs)
    yield Figure(
        "help", "breachkit --help", "sqlite-utils --version", paired, paired.ratio, goal=0.5
    )
