"""Queueing and claiming a million recipients, against a hundred thousand: cost of a row, and memory.

Each measurement is a process of its own, so that the peak of one is not that of another.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure, Paired, seconds
from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.line import Change, NewLine
from breachkit.domain.outbound import Batch, BoundList, Queued
from breachkit.domain.recipient import Recipient, digest_of_list

FEW, MANY = 100_000, 1_000_000
AT_ONCE = 64
"""Messages claimed in one durable step: four for each of 16 sessions."""
NOW = "2026-11-22T02:00:00.000000Z"
STEPS = {
    "bind": f"{MANY:,} recipients bound, per row",
    "queue": f"{MANY:,} messages queued with their entry, per row",
    "claim": f"{MANY:,} messages claimed, {AT_ONCE} at once, per row",
    "peak": f"peak memory of all three, {MANY:,} rows",
}


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare the cost of a row and the peak memory at both sizes."""
    many: list[dict[str, float]] = []
    few: list[dict[str, float]] = []
    for number in range(pairs):
        order = ((many, MANY), (few, FEW))
        for found, rows in order if number % 2 else reversed(order):
            found.append(_alone(folder / f"{rows}-{number}.sqlite3", rows))
    for step, what in STEPS.items():
        mine, theirs = ([one[step] for one in found] for found in (many, few))
        ratio = median(one / other for one, other in zip(mine, theirs, strict=True))
        in_mib = f"{median(mine):.1f} MiB and {median(theirs):.1f} MiB"
        yield Figure(
            "queue",
            what,
            f"{FEW:,}",
            # Seconds of the figure's table; a peak has none and is told in a note.
            Paired(0.0, 0.0, ratio, pairs)
            if step == "peak"
            else Paired(median(mine), median(theirs), ratio, pairs),
            ratio,
            goal=1.1,
            notes=(f"peak memory {in_mib}",) if step == "peak" else (),
        )


def _alone(path: Path, rows: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.measure_queue", str(path), str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _people(rows: int) -> Iterator[Recipient]:
    for number in range(rows):
        yield Recipient(
            f"p{number}@people.example", "de", f"Person {number}", {"code": f"{number}"}
        )


def _run(path: Path, rows: int) -> dict[str, float]:
    with SqliteStore.create(path) as store:
        size, digest = digest_of_list(store.key(), _people(rows))
        bound = BoundList("list", "2026-0001-n1", size, digest, '["code"]', NOW)
        batch = Batch(
            *("2026-0001-n1.1", "2026-0001", "2026-0001-n1", 1, "acme", "data_subjects", "00"),
            *("list", size, "hold", "", NOW),
        )
        line = NewLine("2026-0001", 1, "NoticeQueued/1", b"{}")

        def claim() -> None:
            claimed = 0
            while found := len(store.outbox.claim(NOW, AT_ONCE)):
                claimed += found
            assert claimed == rows

        spans = {
            "bind": seconds(lambda: store.outbox.bind(bound, _people(rows))),
            "queue": seconds(lambda: store.commit(Change(NOW, (line,), queued=(Queued(batch),)))),
            "claim": seconds(claim),
        }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {step: span / rows for step, span in spans.items()} | {"peak": peak}


if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]), int(sys.argv[2]))))
