"""Killed at any instant, nothing is lost and nothing lies; the server's own list is the witness."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.delivery import State
from breachkit.domain.outbound import Doubt
from tests.outbox.letters import create, queue
from tests.servers import ScriptedServer, in_thread

SESSIONS = 8
KILLS = 50
MESSAGES = 4000
BATCH = "2026-0001-n1.1"


def spawn(path: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.outbox.sender", str(path), str(port), str(SESSIONS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def start(path: Path, port: int) -> subprocess.Popen[str]:
    process = spawn(path, port)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def finish(path: Path, port: int) -> None:
    process = start(path, port)
    _, errors = process.communicate(timeout=300)
    assert (process.returncode, errors) == (0, "")


def kill_often(path: Path, server: ScriptedServer, kills: int, seed: int) -> int:
    """Kill a run at one random instant after another; return how many were killed in their work."""
    chance, met = random.Random(seed), 0
    for _ in range(kills):
        before = len(server.accepted)
        process = start(path, server.port)
        # From the first connection on, so that most instants fall into the work itself.
        waited = time.monotonic() + 10
        while len(server.accepted) == before and process.poll() is None:
            assert time.monotonic() < waited
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.06))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        met += process.returncode == -signal.SIGKILL
    return met


@pytest.mark.parametrize("doubt", ["ask", "resend"])
def test_killed_at_random_instants_nothing_is_lost_and_nothing_lies(
    tmp_path: Path, doubt: Doubt
) -> None:
    with create(tmp_path) as store:
        queue(store, MESSAGES, doubt=doubt)
        path = store.path
    with in_thread(ScriptedServer()) as server:
        killed = kill_often(path, server, KILLS // 2, seed=len(doubt))
        finish(path, server.port)
        reached = server.reached
    copies = {one.recipient for one in server.accepted if b"possible copy" in one.body}
    assert killed >= KILLS // 2 - 2
    with SqliteStore.open(path) as store:
        messages = list(store.outbox.messages(BATCH))
    sent = {one.address for one in messages if one.state is State.SENT}
    doubtful = {one.address for one in messages if one.state is State.DOUBTFUL}
    assert len(messages) == MESSAGES
    assert len(sent) + len(doubtful) == MESSAGES
    assert sent <= set(reached), "marked sent, and never accepted"
    assert len(doubtful) <= SESSIONS * killed
    twice = {address for address, times in reached.items() if times > 1}
    if doubt == "resend":
        # What is still doubtful is a copy that was killed on its way too: it goes once.
        assert {one.copies for one in messages if one.state is State.DOUBTFUL} <= {1}
        assert twice <= copies
        assert len(copies) <= SESSIONS * killed
        assert max(reached.values()) <= 2
    else:
        assert not twice
        assert not copies


def test_two_drains_at_once_send_nothing_twice(tmp_path: Path) -> None:
    with create(tmp_path) as store:
        queue(store, 400)
        path = store.path
    with in_thread(ScriptedServer(slow=0.03)) as server:
        runs = [spawn(path, server.port) for _ in range(3)]
        ends = [run.communicate(timeout=120) for run in runs]
    assert sorted(run.returncode for run in runs) == [0, 75, 75]
    told = [errors for (_, errors), run in zip(ends, runs, strict=True) if run.returncode == 75]
    winner = next(run.pid for run in runs if run.returncode == 0)
    assert all(f"process {winner} since" in one for one in told)
    assert len(server.reached) == 400
    assert set(server.reached.values()) == {1}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_messages_in_flight_finish(
    tmp_path: Path, number: signal.Signals
) -> None:
    with create(tmp_path) as store:
        queue(store, 2000)
        path = store.path
    with in_thread(ScriptedServer(slow=0.005)) as server:
        process = start(path, server.port)
        while len(server.accepted) < 20:
            time.sleep(0.01)
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)
        accepted = len(server.accepted)
    assert (process.returncode, errors) == (0, "")
    assert output == f"{{'sent': {accepted}}}\n"
    with SqliteStore.open(path) as store:
        tally = {state: count for state, count in store.outbox.tally().items() if count}
    assert tally == {State.SENT: accepted, State.WAITING: 2000 - accepted}
