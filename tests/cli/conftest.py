"""Fixtures: a workspace under a clock that is set, and `run`, which calls one command in it."""

import io
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from breachkit.cli import run as run_command
from tests.conftest import SetClock

TRANSCRIPTS = Path(__file__).parent / "transcripts"


@dataclass(frozen=True)
class Said:
    """What one command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The error, without what every error begins with."""
        lines = [line for line in self.err.splitlines() if line.startswith("breachkit: error: ")]
        assert len(lines) == 1, self.err
        return lines[0].removeprefix("breachkit: error: ")

    @property
    def hint(self) -> str:
        lines = [line for line in self.err.splitlines() if line.startswith("breachkit: hint: ")]
        return lines[0].removeprefix("breachkit: hint: ") if lines else ""

    @property
    def head(self) -> str:
        return next(
            line.removeprefix("head: ")
            for line in self.err.splitlines()
            if line.startswith("head: ")
        )


Run = Callable[..., Said]

TITLE = "Footage shown to strangers"
DISCOVERED = "02:10 Europe/Berlin"


def opened(run: Run, *words: str) -> str:
    """Open the usual incident and return its id."""
    said = run(
        "incident", "open", "--title", TITLE, "--discovered-at", DISCOVERED, *words, "--json"
    )
    assert said.status == 0, said.err
    found: str = said.data["incident"]
    return found


def written(folder: Path, name: str, content: object) -> str:
    """Write an alert and return its name."""
    raw = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(raw, encoding="utf-8")
    return name


@pytest.fixture
def run(
    workspace: Path,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Call a command inside the workspace, as maria unless `--as` says otherwise."""
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("BREACHKIT_AS", "maria")
    monkeypatch.delenv("BREACHKIT_WORKSPACE", raising=False)

    def call(*words: str, stdin: str | bytes = b"") -> Said:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        capsys.readouterr()
        status = run_command(words, clock=clock)
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return call


@pytest.fixture
def transcript() -> Callable[..., None]:
    """Hold what commands said against the whole text that is kept; heads and digests are masked.

    A text that is not kept yet is written, and the test fails once, so that somebody reads it.
    """

    def hold(name: str, *said: tuple[str, Said]) -> None:
        text = "\n".join(f"$ {line}\n{one.out}{one.err}" for line, one in said)
        text = re.sub(r"\b(\d+):[0-9a-f]{64}\b", r"\1:HASH", text)
        # A digest of zeros is one that a test typed.
        text = re.sub(r"\b(?!0{8}\b)[0-9a-f]{8}\b", "DIGEST-8", text)
        text = re.sub(r"\b(?:[0-9a-f]{16}|[0-9a-f]{64})\b", "DIGEST", text)
        path = TRANSCRIPTS / f"{name}.txt"
        if not path.exists():
            path.write_text(text, encoding="utf-8")
            pytest.fail(f"{path} is new: read it")
        assert text == path.read_text("utf-8")

    return hold
