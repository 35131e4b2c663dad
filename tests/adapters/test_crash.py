"""Nothing that was acknowledged is lost: not between processes, and not when one is killed."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from breachkit.adapters.sqlite import SqliteStore
from breachkit.register import parse_head, verify

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.line import Change, DutyRow, Kept, MatterRow, NewLine, commitment_of
from breachkit.errors import ChangedMeanwhileError

name, path, count, size = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
empty = DutyRow(**{field: "" for field in DutyRow._fields} | {"gaps": 0})

def change(store, matter, number):
    version = len(store.read(matter)) + 1
    title = f"{name} {matter} {number}"
    text = title.encode() + b"x" * size
    row = MatterRow(matter, title, "open", "", "", "")
    duty = empty._replace(matter=matter, duty=title, scope=title, side="ours")
    return Change(
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        (NewLine(matter, version, "FactsAmended/1", text),),
        kept=(Kept(commitment_of(b"salt", text), b"salt", text),),
        matters=(row,),
        duties={matter: (duty,) * 5},
    )

with SqliteStore.open(path) as store:
    for number in range(count):
        for matter in ("shared", name):
            while True:
                try:
                    receipt = store.commit(change(store, matter, number))
                    break
                except ChangedMeanwhileError:
                    continue
            print(receipt.head, matter, number, flush=True)
"""


def start(name: str, path: Path, count: int, size: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, name, str(path), str(count), str(size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def check_all_are_there(path: Path, acknowledged: list[str]) -> None:
    """Find every acknowledged entry at its place in the chain, and a register that proves true."""
    with SqliteStore.open(path) as store:
        lines = {line.seq: line for line in store.lines()}
        for printed in acknowledged:
            head, matter, number = printed.split()
            noted = parse_head(head)
            assert lines[noted.seq].chain == noted.chain
            assert lines[noted.seq].matter == matter
            assert f" {number}x".encode() in (lines[noted.seq].body or b"")
        proof = verify(store)
        assert proof.faults == ()
        assert (proof.entries, proof.kept) == (len(lines), len(lines))
        # The projected rows were written with the last entry of their matter, or not at all.
        for row in store.matters():
            body = store.read(row.matter)[-1].body or b""
            assert body.startswith(row.title.encode() + b"x")
            assert {duty.duty for duty in store.duties(row.matter)} == {row.title}
        assert {(act.matter, act.scopes) for act in store.acts()} == {
            (row.matter, row.title) for row in store.matters()
        }


@pytest.mark.parametrize("writers", [2, 4])
def test_processes_that_append_at_once_lose_nothing(tmp_path: Path, writers: int) -> None:
    path, each = tmp_path / "register.db", 60
    SqliteStore.create(path).close()

    running = [start(f"writer{number}", path, each, 100) for number in range(writers)]
    outputs = [process.communicate(timeout=60)[0].splitlines() for process in running]

    assert [process.returncode for process in running] == [0] * writers
    acknowledged = [line for output in outputs for line in output]
    assert len(acknowledged) == writers * each * 2
    check_all_are_there(path, acknowledged)
    with SqliteStore.open(path) as store:
        lines = list(store.lines())
        assert len(lines) == len({line.chain for line in lines}) == len(acknowledged)
        shared = [(line.body or b"").split(b"x")[0].split()[0] for line in store.read("shared")]
        assert Counter(shared) == {f"writer{number}".encode(): each for number in range(writers)}


def test_what_a_killed_process_had_acknowledged_is_there(tmp_path: Path) -> None:
    path, acknowledged = tmp_path / "register.db", list[str]()
    SqliteStore.create(path).close()

    for turn in range(8):
        # Large bodies, so that some of the kills meet a checkpoint or a half-written page.
        running = [start(f"writer{turn}{name}", path, 100_000, 9_000) for name in "ab"]
        firsts = [process.stdout.readline() for process in running if process.stdout]
        time.sleep(random.uniform(0, 0.25))
        for process in running:
            process.kill()
        # Not communicate(): it would read past what readline() has buffered.
        rests = [process.stdout.read() for process in running if process.stdout]
        for process in running:
            process.wait(timeout=60)
            if process.stdout:
                process.stdout.close()
        for first, rest in zip(firsts, rests, strict=True):
            # A line that the kill cut short was not read to its end by anybody.
            acknowledged += (first + rest).rpartition("\n")[0].splitlines()

    assert len(acknowledged) >= 16
    check_all_are_there(path, acknowledged)
