"""`breachkit risk assess`: what it says in full, and how a decision not to notify is reopened."""

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run, opened, written
from tests.conftest import partner

LOST = """
people = "about 40"

[groups.g1]
category = "customers"

[nature]
kinds = ["confidentiality"]
disclosure = "lost"
malicious = false

[data.laptop]
category = "health"

[data.laptop.protection]
state = "encrypted"
method = "AES-256"
key_state = "safe"
coverage = "all"
backup = "intact"

[scopes.own]
people = 40
"""


def test_assess_and_decide_and_reopen(
    run: Run, workspace: Path, transcript: Callable[..., None]
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(run, "--partner", "acme")
    run("incident", "amend", incident, "--from", written(workspace, "lost.toml", LOST))
    base = f"decision record {incident} --scope own"
    lines = [
        f"risk assess {incident}",
        f"{base} --risk-authority unlikely --reason encrypted",
        f"{base} --risk-people not_high --reason encrypted",
        f"incident amend {incident} --set data.laptop.protection.key_state=exposed",
        f"risk assess {incident} --scope own",
        f"status {incident}",
    ]
    transcript("risk", *((f"breachkit {line}", run(*line.split())) for line in lines))


def test_what_is_unknown_comes_with_a_command_that_can_be_typed(run: Run) -> None:
    incident = opened(run)
    (scope,) = run("risk", "assess", incident, "--json").data["scopes"]
    unknown = [one for one in scope["factors"] if one["weight"] == "unknown"]
    assert len(unknown) > 8
    for one in unknown:
        assert one["command"].startswith(f"breachkit incident amend {incident} --set "), one
    words = ["nature.disclosure=lost", "nature.recipient.count=3", 'nature.kinds=["availability"]']
    for word in words:
        said = run("incident", "amend", incident, "--set", word)
        assert said.status == 0, said.err


def test_the_same_document_for_machines(run: Run) -> None:
    incident = opened(run, "--set", "data.a.category=health")
    (scope,) = run("risk", "assess", incident, "--json").data["scopes"]
    assert scope["proposed"] == {"authority": "risk", "people": "undecided"}
    assert scope["decision_is_ours"] is False
    assert scope["score"]["se"] == [1.0, 6.0]
    data = next(one for one in scope["factors"] if one["name"] == "nature of the data (a)")
    assert data["facts"] == {"data.a.category": "health"}


def test_a_scope_that_does_not_exist_is_named_with_those_that_do(run: Run) -> None:
    said = run("risk", "assess", opened(run, "--partner", "acme"), "--scope", "zeta")
    assert (said.status, said.error) == (2, "2026-0001 has no scope zeta")
    assert said.hint == "its scopes: acme"


def test_check_says_which_decision_is_open_again(run: Run, workspace: Path) -> None:
    incident = opened(run)
    run("incident", "amend", incident, "--from", written(workspace, "lost.toml", LOST))
    base = ("decision", "record", incident, "--scope", "own", "--reason", "encrypted")
    said = run(*base, "--risk-authority", "unlikely")
    assert "departs" not in said.out
    assert "a later fact against one of them reopens it" in said.out
    assert "departs  the proposal was not_high" in run(*base, "--risk-people", "high").out
    run("incident", "amend", incident, "--set", "data.laptop.protection.key_state=exposed")
    text = " ".join(run("incident", "check", incident, "--notice", "authority").out.split())
    assert "rests on data.laptop.protection.key_state=safe, which is now exposed" in text
    assert f"breachkit risk assess {incident} --scope own" in text
