"""`python -m benchmarks`: measures every figure and prints it beside its goal. Exit status 0, always."""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks.figure import Figure

FIGURES = (
    *("help", "status", "open", "law", "draft", "replay", "verify", "growth"),
    *("queue", "message", "send"),
)
"""The figures, each a module `measure_NAME` with `measure(folder, pairs)`."""

PAIRS = {
    "help": 15,
    "status": 31,
    "open": 60,
    "law": 3,
    "draft": 60,
    "replay": 40,
    "verify": 7,
    "growth": 80,
    "queue": 3,
    "send": 5,
    "message": 25,
}
"""How many pairs each figure takes unless `--pairs` says otherwise."""

Measure = Callable[[Path, int], Iterator[Figure]]


def main() -> None:
    """Measure what was asked for and print it."""
    options = _options()
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="breachkit-bench-") as root:
        for name in options.only or FIGURES:
            print(f"measuring {name} …", file=sys.stderr)
            folder = Path(root) / name
            folder.mkdir(exist_ok=True)
            found += _measured(name, folder, options.pairs or PAIRS[name])
    print(json.dumps(_data(found), indent=2) if options.json else "\n".join(_lines(found)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=FIGURES, help="measure this one alone")
    parser.add_argument("--pairs", type=int, help="so many pairs for each figure")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser.parse_args()


def _measured(name: str, folder: Path, pairs: int) -> list[Figure]:
    """Return the figures of one module; what cannot be measured here is told and left out."""
    measure: Measure = import_module(f"benchmarks.measure_{name}").measure
    try:
        return list(measure(folder, pairs))
    except Exception as error:  # a benchmark never fails a build
        print(f"{name} was not measured: {type(error).__name__}: {error}", file=sys.stderr)
        return []


def _machine() -> str:
    python = platform.python_version()
    return f"{os.cpu_count()} cores, {platform.system()}, Python {python}, {datetime.now(UTC):%Y-%m-%d}"


def _lines(found: list[Figure]) -> Iterator[str]:
    yield _machine()
    rows = [("figure", "result", "goal", "", "ours", "peer", "pairs", "compared with")]
    rows += [
        (
            figure.what,
            f"{figure.result:.2f}",
            _goal(figure),
            {True: "met", False: "MISSED", None: ""}[figure.met],
            _time(figure.paired.ours),
            _time(figure.paired.peer),
            str(figure.paired.pairs),
            figure.peer,
        )
        for figure in found
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
    for figure in found:
        yield from (f"{figure.name}: {note}" for note in figure.notes)


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    return f"{'≥' if figure.at_least else '≤'} {figure.goal:g}"


def _time(span: float) -> str:
    if span < 0.0001:
        return f"{span * 1_000_000:.1f} µs"
    return f"{span * 1000:.0f} ms" if span >= 0.1 else f"{span * 1000:.2f} ms"


def _data(found: list[Figure]) -> dict[str, object]:
    return {
        "machine": _machine(),
        "figures": [
            {
                "name": figure.name,
                "what": figure.what,
                "peer": figure.peer,
                "result": round(figure.result, 3),
                "goal": figure.goal,
                "at_least": figure.at_least,
                "met": figure.met,
                "ours_seconds": figure.paired.ours,
                "peer_seconds": figure.paired.peer,
                "pairs": figure.paired.pairs,
                "notes": figure.notes,
            }
            for figure in found
        ],
    }


main()
