"""`breachkit status --watch`: drawn on a terminal until Ctrl-C, printed once everywhere else."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run, opened
from tests.conftest import partner

PROGRAM = """
import sys, time
from datetime import UTC, datetime, timedelta
from breachkit.cli import run
began = time.monotonic()
start = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
sys.exit(run(sys.argv[1:], clock=lambda: start + timedelta(seconds=time.monotonic() - began)))
"""


class Terminal:
    """A command on a terminal of its own, with what it has drawn so far."""

    def __init__(self, workspace: Path, *words: str, rows: int = 40, **environment: str) -> None:
        self.screen, other = pty.openpty()
        self.resize(rows)
        kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words, "-C", str(workspace)],
            stdin=other,
            stdout=other,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**kept, "TERM": "xterm-256color", "BREACHKIT_AS": "maria", **environment},
            start_new_session=True,
        )
        os.close(other)
        self.drawn = ""

    def resize(self, rows: int) -> None:
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 100, 0, 0))

    def until(self, *texts: str, seconds: float = 20) -> str:
        """Return what was drawn since the last call, once it holds all texts."""
        found, end = "", time.monotonic() + seconds
        while not all(text in found for text in texts):
            assert time.monotonic() < end, f"{texts} not in {found!r}"
            if select.select([self.screen], [], [], 0.2)[0]:
                try:
                    found += os.read(self.screen, 65536).decode()
                except OSError:  # the terminal is gone with the command
                    break
        self.drawn += found
        return found

    def end(self) -> tuple[int, str]:
        """Return the exit status and what went to stderr after Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=20)
        return self.process.returncode, err.decode()


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    started: list[Terminal] = []
    yield started
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait()
        assert one.process.stderr is not None
        one.process.stderr.close()
        os.close(one.screen)


def test_the_clocks_run_and_the_register_is_read_again(
    run: Run, workspace: Path, terminals: list[Terminal]
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(run, "--partner", "acme")
    screen = Terminal(workspace, "status", "--watch", "0.5")
    terminals.append(screen)
    first = screen.until("running in 1d 23:", "Ctrl-C ends")
    assert "1 open incident" in first
    assert first.count("\x1b[?1049h") == 1  # a screen of its own, so that nothing scrolls away
    screen.until("running in 1d 23:39:5")  # the clock of the command runs by itself
    run("incident", "amend", incident, "--set", "timeline.discovered_at=00:10 Europe/Berlin")
    screen.until("running in 1d 21:39:")
    status, err = screen.end()
    assert (status, err.strip()) == (0, "no longer watching")
    screen.until("\x1b[?1049l", seconds=5)  # and the terminal is as it was


def test_a_low_window_shows_the_most_urgent_and_says_what_it_leaves_out(
    run: Run, workspace: Path, terminals: list[Terminal]
) -> None:
    for key in ("acme", "bolt"):
        partner(workspace, key, key.title())
    opened(run, "--partner", "acme", "--partner", "bolt")
    screen = Terminal(workspace, "status", "--watch", "60", rows=8)
    terminals.append(screen)
    low = screen.until("a higher window shows them")
    assert "OURS" in low
    assert "QUESTIONS" not in low
    screen.resize(60)
    assert "higher window" not in screen.until("QUESTIONS", "Ctrl-C ends")  # long before the 60 s


@pytest.mark.parametrize(
    ("environment", "why"),
    [({"NO_COLOR": "1"}, "NO_COLOR asks for plain text"), ({"TERM": "dumb"}, "cannot redraw")],
)
def test_a_plain_terminal_is_printed_to_once(
    run: Run,
    workspace: Path,
    terminals: list[Terminal],
    environment: dict[str, str],
    why: str,
) -> None:
    opened(run)
    screen = Terminal(workspace, "status", "--watch", **environment)
    terminals.append(screen)
    assert "\x1b[?1049h" not in screen.until("NEXT")
    _, err = screen.process.communicate(timeout=20)
    assert screen.process.returncode == 0
    assert f"not watching: {why}" in err.decode().replace("this terminal ", "")


def test_in_a_pipe_the_page_is_printed_once(run: Run) -> None:
    incident = opened(run)
    plain = run("status")
    said = run("status", "--watch")
    assert (said.status, said.out) == (0, plain.out)
    assert said.err.endswith("not watching: the output is no terminal\n")
    # The word behind --watch may be the incident.
    assert run("status", "--watch", incident).out == run("status", incident).out
    assert run("status", incident, "--watch", "2").out == run("status", incident).out


@pytest.mark.parametrize("every", ["0", "0.0", "1e3", "soon"])
def test_a_pause_that_is_none(run: Run, every: str) -> None:
    incident = opened(run)
    said = run("status", incident, "--watch", every)
    assert (said.status, said.error) == (2, f"{every!r} is no number of seconds")
    assert said.hint == f"breachkit status {incident} --watch 5"


def test_a_watch_is_no_document(run: Run) -> None:
    opened(run)
    said = run("status", "--watch", "--json")
    assert said.status == 2
    assert "--json is one document" in said.error
