"""The playbook held against the program: each command can be typed, each step leads somewhere."""

import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from breachkit.domain.obligation import Standing
from tests.readme_help import commands

FILE = Path(__file__).resolve().parents[1] / "playbooks" / "processor-breach.toml"
PLAYBOOK = tomllib.loads(FILE.read_text("utf-8"))
STEPS: list[dict[str, Any]] = PLAYBOOK["step"]
KNOWN = commands()
LINES = [(step["id"], line) for step in STEPS for line in step["command"]]


def parsed(line: str) -> dict[str, Any]:
    """Return what the program makes of a command line, without running it."""
    first, *words = shlex.split(line)
    assert first == "breachkit"
    name = next(name for name in (" ".join(words[:2]), words[0]) if name in KNOWN)
    rest = words[len(name.split()) :]
    return KNOWN[name].make_context(name, rest).params


@pytest.mark.parametrize(("step", "line"), LINES)
def test_the_program_takes_each_command_as_it_stands(step: str, line: str) -> None:
    try:
        parsed(line)
    except click.UsageError as error:
        pytest.fail(f"{step}: {line}: {error.format_message()}")


@pytest.mark.parametrize(
    "line",
    ["breachkit incident merge", "breachkit notice list", "breachkit notice show N --colour red"],
)
def test_a_command_that_lacks_something_is_found(line: str) -> None:
    with pytest.raises(click.UsageError):
        parsed(line)


def test_a_decision_names_what_is_decided() -> None:
    for step, line in LINES:
        if " decision record " in line:
            said = parsed(line)
            chosen = [name for name in ("rule_out", "risk_authority", "risk_people") if said[name]]
            assert len(chosen) == 1, (step, line)
            assert said["reason"], (step, line)


def test_the_steps_lead_from_the_start_to_every_other() -> None:
    following = {step["id"]: step["next"] for step in STEPS}
    assert len(following) == len(STEPS), "an id stands twice"
    assert {to for named in following.values() for to in named} <= following.keys()
    reached, waiting = set[str](), [PLAYBOOK["playbook"]["start"]]
    while waiting:
        if (step := waiting.pop()) not in reached:
            reached.add(step)
            waiting += following[step]
    assert reached == following.keys()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step["id"])
def test_each_step_says_on_what_ground_and_how_well_that_is_known(step: dict[str, Any]) -> None:
    assert step["citation"]
    assert all(line.strip() for line in step["citation"])
    assert step["standing"] in {standing.value for standing in Standing}
