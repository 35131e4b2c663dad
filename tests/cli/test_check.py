"""`breachkit incident check`: what is met, not yet known or missing, and the form of open questions."""

import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run, Said, opened, written
from tests.conftest import partner


def test_check(run: Run, workspace: Path, transcript: Callable[..., None]) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(
        run, "--partner", "acme", "--set", "nature.description=Pictures were mixed up."
    )
    run(
        *("incident", "amend", incident, "--set", "data.video.category=video"),
        *("--set", "data.video.protection.state=encrypted", "--set", "origin.kind=own"),
        *(
            "--unknown",
            "scopes.acme.people=still counting",
            "--by",
            "2026-11-23 12:00 Europe/Berlin",
        ),
    )
    line = f"incident check {incident}"
    transcript("check", (f"breachkit {line}", run(*line.split())))


# Checking


def answers(said: Said, obligation: str) -> dict[str, str]:
    """Return how far each requirement is met, by its title."""
    duties = {one["duty"].partition("@")[0]: one for one in said.data["duties"]}
    return {one["title"]: one["answer"] for one in duties[obligation]["requirements"]}


def test_an_unknown_key_leaves_the_protection_half_answered(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    key = "how the data are protected, and whether the key is safe"
    state = "whether the data are encrypted, anonymised or otherwise incomprehensible"
    run(
        *("incident", "amend", incident, "--set", "data.laptop.category=contact_details"),
        *("--set", "data.laptop.protection.state=encrypted"),
        *("--set", "data.laptop.protection.method=AES-256"),
    )
    found = answers(run("incident", "check", incident, "--json"), "imou-dpa/6.3")
    assert (found[state], found[key]) == ("met", "missing")
    run(
        "incident", "amend", incident, "--unknown", "data.laptop.protection.key_state=being checked"
    )
    found = answers(run("incident", "check", incident, "--json"), "imou-dpa/6.3")
    assert found[key] == "not yet known"
    run("incident", "amend", incident, "--set", "data.laptop.protection.key_state=safe")
    found = answers(run("incident", "check", incident, "--json"), "imou-dpa/6.3")
    assert found[key] == "met"


def test_check_says_what_may_follow(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    said = run("incident", "check", incident, "--json", "--notice", "partner")
    duty = next(one for one in said.data["duties"] if one["duty"] == "imou-dpa/6.3@acme")
    allowed = {
        (one["citation"][-3:], one["unknown_allowed"], one["standing"])
        for one in duty["requirements"]
    }
    assert {one for one in allowed if one[0] == "(c)"} == {("(c)", "never", "text")}
    assert ("(b)", "initial", "derived") in allowed
    assert {one[1] for one in allowed if one[0] in {"(d)", "(e)"}} == {"always"}
    text = run("incident", "check", incident, "--notice", "partner").out
    assert "NOTICE TO THE AUTHORITY" not in text
    assert "has no clause on notices in phases" in text


def test_every_command_that_check_names_can_be_typed(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    filled = {"NUMBER": "3", "TEXT": "a text", "TIME ZONE": "2026-11-22 01:00 UTC"}
    for duty in run("incident", "check", incident, "--json").data["duties"]:
        for one in (gap for held in duty["requirements"] for gap in held["gaps"]):
            words = shlex.split(one["command"])[1:]
            path, _, value = words[-1].partition("=")
            if value == "CHOICE":
                continue
            said = run(*words[:-1], f"{path}={filled.get(value, value)}")
            assert said.status == 0 or "contact.email" in path, said.err


def test_scopes_that_lack_the_same_stand_together(run: Run) -> None:
    words = [word for n in range(5) for word in ("--partner", f"p{n}")]
    said = run("incident", "check", opened(run, *words), "--notice", "partner")
    assert "Article 6.3 imou-dpa: p0, p1, p2 and 2 others (ours)" in said.out


# The form


def test_a_form_is_filled_in_and_read_back(run: Run, workspace: Path) -> None:
    incident = opened(run, "--partner", "acme")
    form = run("incident", "check", incident, "--form").out
    assert tomllib.loads(form)["nature"] == {"description": ""}
    name = written(workspace, "form.toml", form)
    empty = run("incident", "amend", incident, "--from", name)
    assert empty.out == f"{incident} says that already; nothing was written\n"
    filled = (
        form.replace('source = ""', 'source = "forensics"')
        .replace('certainty = ""', 'certainty = "estimated"')
        .replace('nature.description = ""', 'nature.description = "Pictures were mixed up."')
        .replace('scopes.acme.people = ""', 'scopes.acme.people = "about 900"')
        .replace('data.d1.category = ""', 'data.d1.category = "video"')
        .replace('"groups" = { reason = ""', '"groups" = { reason = "being matched"')
    )
    said = run("incident", "amend", incident, "--from", written(workspace, "form.toml", filled))
    assert said.status == 0, said.err
    shown = run("incident", "show", incident, "--json").data
    assert shown["facts"]["scopes"]["acme"]["people"]["value"] == 900
    assert shown["facts"]["data"] == {"d1": {"category": "video"}}
    assert shown["unknown"]["groups"]["reason"] == "being matched"
    assert shown["sources"]["scopes.acme.people"]["source"] == "forensics"
    assert shown["sources"]["scopes.acme.people"]["certainty"] == "estimated"
    assert "scopes.acme.people" not in run("incident", "check", incident, "--form").out
    assert "the key" not in shown


def test_a_form_asks_for_every_choice_and_only_for_what_is_open(run: Run) -> None:
    incident = opened(run, "--partner", "acme", "--set", "contact.name=Desk")
    form = run("incident", "check", incident, "--form", "--notice", "partner").out
    asked = tomllib.loads(form)
    assert "name" not in asked.get("contact", {})
    assert "controller" not in asked.get("scopes", {}).get("acme", {})
    assert "one of: encrypted, anonymised, pseudonymised, hashed, unintelligible, none" in form
    assert "device_settings (controls and settings of devices)" in " ".join(form.split("\n# "))


def test_nothing_in_a_form_is_taken_for_toml(run: Run) -> None:
    hostile = 'x" = 1 # [unknown] """'
    incident = opened(run, "--partner", "acme", "--set", f"scopes.acme.controller.name={hostile}")
    run("incident", "amend", incident, "--set", f"title={hostile}")
    run("incident", "amend", incident, "--unknown", f'people=a\n[x]\nb = "{hostile}"')
    run("incident", "amend", incident, "--unknown", f'scopes.acme.people=a\n[x]\nb = "{hostile}"')
    form = run("incident", "check", incident, "--form").out
    assert "x" not in tomllib.loads(form)
    assert hostile in form


# Help


def test_every_command_has_help_with_an_example(run: Run) -> None:
    from breachkit.cli import COMMANDS, breachkit
    from tests.readme_help import commands

    for name, command in commands().items():
        said = run(*name.split(), "--help")
        assert said.status == 0
        assert "Example:" in said.out, name
        assert f"breachkit {name}" in said.out.partition("Example:")[2], name
        assert command.help
        for option in command.params:
            if getattr(option, "opts", [""])[0].startswith("-"):
                assert getattr(option, "help", ""), f"{name} {option.opts}"
    for line in COMMANDS.values():
        assert line[1].strip()
    assert breachkit.help
