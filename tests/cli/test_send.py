"""`notice send`, `outbox`, `delivery report`: what they say, as people and machines read it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conftest import SetClock
from tests.gate.steps import Acting, drafted, released
from tests.sending.conftest import Server, relay, server  # noqa: F401  (fixtures)


@pytest.fixture
def notice(relay: Server, acting: Acting) -> str:  # noqa: F811
    name = drafted(acting("maria"))
    released(acting, name)
    return name


def test_a_night_with_the_outbox(
    run: Run, notice: str, clock: SetClock, transcript: Callable[..., None]
) -> None:
    lines = [
        f"notice send {notice} --dry-run",
        f"notice send {notice}",
        f"notice send {notice}",
        "outbox list",
        "outbox drain",
        f"outbox show {notice}.1",
        f"delivery report {notice}",
    ]
    transcript("send", *((f"breachkit {line}", run(*line.split())) for line in lines))
    clock.pass_(hours=5)
    assert "told" in run("outbox", "drain").out


def test_machines_read_what_was_sent(run: Run, notice: str) -> None:
    assert run("notice", "send", notice, "--json").data["batches"][0]["recipients"] == 1
    done = run("outbox", "drain", "--json").data
    assert (done["sent"], done["doubtful"], done["open"]) == (1, 0, 0)
    assert run("delivery", "report", notice, "--json").data["notices"][0]["share"] == 1.0
    proof = run("delivery", "report", notice, "--csv", "-").out
    assert "desk@acme.example" in proof


def test_proof_of_other_channels_from_a_file(run: Run, notice: str, workspace: Path) -> None:
    rows = f"notice,channel,at,reference\n{notice},fax,2026-11-22T01:20Z,F-1\n"
    (workspace / "proof.csv").write_text(rows, encoding="utf-8")
    said = run("notice", "record-delivery", "--from", "proof.csv")
    assert said.status == 0, said.err
    assert f"recorded: {notice}.1" in said.out
    assert "recorded already" in run("notice", "record-delivery", "--from", "proof.csv").out


def test_the_responders_are_reminded_once(
    run: Run,
    notice: str,
    workspace: Path,
    clock: SetClock,
    relay: Server,  # noqa: F811
) -> None:
    people = workspace / "people.toml"
    text = people.read_text("utf-8").replace(
        'name = "Maria Response"', 'name = "Maria Response"\nemail = "maria@vendor.example"'
    )
    people.write_text(text, encoding="utf-8")
    clock.pass_(hours=30)
    said = run("outbox", "remind")
    assert said.status == 0, said.err
    assert "within 24h" in said.out
    assert relay.addresses == ["maria@vendor.example"]
    assert "nothing to remind of" in run("outbox", "remind").out
    assert len(relay.taken) == 1
