"""What is imported at 3 a.m.: `--help` and `status` answer without anything heavy."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pydantic", "pendulum", "jinja2", "structlog", "rich", "babel", "asyncio", "markdown_it"}


def imported(code: str) -> set[str]:
    program = f"{code}\nimport sys; print(' '.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize("arguments", [["--help"], ["status", "-C", "WORKSPACE"]])
def test_the_first_commands_import_nothing_heavy(arguments: list[str], workspace: Path) -> None:
    words = [str(workspace) if word == "WORKSPACE" else word for word in arguments]
    found = imported(f"from breachkit.cli import run; run({words!r})")
    assert "breachkit" in found
    assert not found & HEAVY


def test_importing_the_library_is_light() -> None:
    assert not imported("import breachkit; breachkit.open_workspace") & HEAVY
