"""`breachkit playbook`: the steps in order, how each stands in an incident, and playbooks of one's own."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, opened
from tests.conftest import partner

NAME = "processor-breach"

OWN = """
[playbook]
id = "{name}"
title = "Ours"
start = "look"

[[step]]
id = "look"
title = "Look at what was copied"
who = "responder"
do = "Ask forensics."
why = "It decides what people are told."
citation = ["GDPR Article 33(5)"]
standing = "derived"
command = ["breachkit incident show ID"]
next = []
when = [{ fact = "nature.exfiltration", in = ["likely", "confirmed"] }]
done = [{ fact = "people", stated = true }]
"""


def own(workspace: Path, text: str, name: str = "ours") -> None:
    (workspace / "playbooks").mkdir(exist_ok=True)
    (workspace / "playbooks" / "ours.toml").write_text(text.replace("{name}", name), "utf-8")


def progress(run: Run, incident: str, name: str = NAME) -> dict[str, str]:
    said = run("playbook", "show", name, "--incident", incident, "--json")
    assert said.status == 0, said.err
    return {step["id"]: step["progress"] for step in said.data["steps"]}


def test_list_and_show(run: Run) -> None:
    listed = run("playbook", "list")
    assert "processor-breach" in listed.out
    assert "shipped" in listed.out
    said = run("playbook", "show", NAME)
    steps = [line for line in said.out.splitlines() if line[:2].strip().isdigit()]
    assert steps[0] == " 1. prepare: Have a workspace that works"
    assert steps[-1].endswith("close: Close")
    assert "           breachkit notice draft ID\n" in said.out
    assert "  ground   Agreement Article 6.3; GDPR Article 33(5) [derived]\n" in said.out
    data = run("playbook", "show", NAME, "--json").data
    assert [step["id"] for step in data["steps"]][:2] == ["prepare", "open"]
    assert run("playbook", "list", "--json").data[0]["playbook"] == NAME


def test_each_step_is_marked_by_what_was_done(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(run, "--partner", "acme")
    first = progress(run, incident)
    assert {name for name, how in first.items() if how == "done"} == {
        *("prepare", "open", "discovered", "affected"),
    }
    assert (first["same"], first["call"], first["draft"]) == ("not now", "to do", "to do")
    assert (first["review"], first["own"], first["close"]) == ("not now", "not now", "not now")
    assert (first["rule-out"], first["investigate"]) == ("undecided", "any time")
    run("notice", "draft", incident, "--to", "partner")
    run("contact", "record", incident, "--scope", "acme", "--told")
    then = progress(run, incident)
    assert (then["call"], then["draft"], then["review"]) == ("done", "done", "to do")
    assert (then["approve"], then["questions"]) == ("not now", "any time")
    run("notice", "review", f"{incident}-n1", "--as", "anna")
    digest = run("notice", "show", f"{incident}-n1", "--digest").out.strip()[:8]
    run("notice", "approve", f"{incident}-n1", "--confirm", digest, "--as", "otto")
    late = progress(run, incident)
    assert (late["review"], late["approve"], late["deliver"]) == ("done", "done", "to do")
    run("notice", "record-delivery", f"{incident}-n1", "--channel", "portal", "--at", "now")
    assert progress(run, incident)["deliver"] == "done"
    opened(run, "--partner", "acme")
    assert progress(run, incident)["same"] == "to do"


def test_the_commands_name_the_incident(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    said = run("playbook", "show", NAME, "--incident", incident)
    assert f"           breachkit notice draft {incident}\n" in said.out
    assert "open     whether it is to be taken depends on status.personal_data" in said.out
    assert said.err == f"next: breachkit status {incident}\n"


def test_a_workspace_adds_its_own_and_overrides_by_name(run: Run, workspace: Path) -> None:
    own(workspace, OWN)
    assert [one["from"] for one in run("playbook", "list", "--json").data] == [
        "shipped", "playbooks/ours.toml",
    ]  # fmt: skip
    incident = opened(run)
    assert progress(run, incident, "ours") == {"look": "undecided"}
    run("incident", "amend", incident, "--set", "nature.exfiltration=likely")
    assert progress(run, incident, "ours") == {"look": "to do"}
    run("incident", "amend", incident, "--set", "people=3")
    assert progress(run, incident, "ours") == {"look": "done"}
    own(workspace, OWN, NAME)
    assert run("playbook", "show", NAME).out.startswith(f"{NAME}: Ours\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('who = "responder"', 'by = "responder"', "step look.who: field required"),
        ("next = []", 'next = ["gone"]', "there is no step gone"),
        ('in = ["likely", "confirmed"]', "maybe = 1", "step look.when.0: a condition needs one of"),
        ("[playbook]", "[book]", "unknown key book"),
        ("[playbook]", "[playbook", "cannot be read"),
    ],
)
def test_a_playbook_that_is_not_understood_is_refused(
    run: Run, workspace: Path, old: str, new: str, said: str
) -> None:
    own(workspace, OWN.replace(old, new))
    told: Any = run("playbook", "list")
    assert told.status == 1
    assert "ours.toml" in told.error
    assert said in told.error


def test_a_slip_of_the_finger_is_answered(run: Run) -> None:
    told = run("playbook", "show", "procesor-breach")
    assert (told.status, told.hint) == (2, f"breachkit playbook show {NAME}")
    assert run("playbook", "show", NAME, "--incident", "2026-0099").status == 2
