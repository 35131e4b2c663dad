"""`breachkit status`: what is due, whose it is, what it waits for, and the one next command."""

import shlex
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Said, opened
from tests.conftest import SetClock, partner

Steps = list[tuple[str, Said]]


@pytest.fixture
def night(run: Run, workspace: Path, clock: SetClock) -> Run:
    """Four incidents: of this night, of unknown discovery, overdue, and told."""
    partner(workspace, "acme", "Acme Cameras")
    partner(workspace, "bolt", "Bolt Homes", "limit_hours = 24")
    opened(run, "--partner", "acme", "--partner", "bolt", "--set", "scopes.own={}")
    for line in (
        '--title "Odd logins" --partner acme',
        '--title "Copied disk" --partner bolt --discovered-at "2026-11-19 02:10 Europe/Berlin"',
        '--title "Lost mail" --partner acme --discovered-at "2026-11-20 06:10 Europe/Berlin"',
    ):
        assert run("incident", "open", *shlex.split(line)).status == 0
    clock.pass_(minutes=10)
    run("contact", "record", "2026-0004", "--scope", "acme", "--told", "--at", "now")
    return run


def typed(run: Run, *lines: str) -> Steps:
    return [(f"breachkit {line}", run(*shlex.split(line))) for line in lines]


def following(said: Said) -> list[str]:
    """Return the words of the command that comes next."""
    (line,) = [one for one in said.out.splitlines() if one.startswith("NEXT  ")]
    return shlex.split(line.removeprefix("NEXT  "))[1:]


def ruled_out(run: Run, limb: str) -> Said:
    said = run(
        *("decision", "record", "2026-0001", "--rule-out", limb, "--second", "anna"),
        *("--evidence", "report F-12", "--reason", "the copied disk held test data"),
    )
    assert said.status == 0, said.err
    return said


# Whole transcripts


def test_the_home_at_night(night: Run, transcript: Callable[..., None]) -> None:
    transcript("status", *typed(night, "status", "status 2026-0001"))


def test_all_shows_what_was_met(
    run: Run, workspace: Path, clock: SetClock, transcript: Callable[..., None]
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    opened(run, "--partner", "acme")
    run("notice", "draft", "2026-0001", "--to", "partner")
    clock.pass_(minutes=10)
    run("notice", "record-delivery", "2026-0001-n1", "--channel", "portal", "--at", "now")
    transcript("status-all", *typed(run, "status", "status --all", "status 2026-0001"))


def test_ruled_out_wholly(
    run: Run, workspace: Path, clock: SetClock, transcript: Callable[..., None]
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    opened(run, "--partner", "acme", "--partner", "bolt")
    run("contact", "record", "2026-0001", "--scope", "acme", "--told", "--at", "now")
    clock.pass_(hours=3)
    ruled_out(run, "personal_data")
    ruled_out(run, "security_measures")
    steps = typed(run, "status", "status 2026-0001", "status --all")
    clock.pass_(days=3)
    steps += typed(run, "status")
    transcript("status-ruled-out", *steps)


# What comes next


def test_next_is_a_command_that_can_be_typed(night: Run) -> None:
    for incident in ([], ["2026-0001"], ["2026-0002"]):  # the soonest of all is 2026-0003
        words = following(night("status", *incident))
        assert words[:2] == ["notice", "draft"]
        assert night(*words).status == 0
    reviewed = following(night("status", "2026-0003"))
    assert reviewed[:2] == ["notice", "review"]
    assert night(*("anna" if one == "LAWYER" else one for one in reviewed)).status == 0
    released = following(night("status", "2026-0003"))
    assert released[:2] == ["notice", "approve"]
    assert night(*("otto" if one == "APPROVER" else one for one in released)).status == 0
    left = following(night("status", "2026-0003"))
    filled = {"CHANNEL": "portal", "TIME": "now"}
    assert night(*(filled.get(one, one) for one in left)).status == 0
    assert following(night("status", "2026-0003")) == ["incident", "check", "2026-0003"]


def test_nobody_told_and_ruled_out_leaves_nothing(run: Run) -> None:
    opened(run, "--partner", "acme")
    ruled_out(run, "personal_data")
    still = run("status").out
    assert "Art. 6.3 imou-dpa" in still
    assert "THEIRS" not in still
    ruled_out(run, "security_measures")
    said = run("status")
    assert "Nothing is due." in said.out
    assert "NEXT" not in said.out
    assert "QUESTIONS" not in said.out


def test_nothing_is_open(run: Run) -> None:
    assert run("status").out.splitlines()[1:] == ["Nothing is due: no incident is open."]


@pytest.mark.parametrize("how", ["closed", "merged"])
def test_an_incident_that_is_not_open_says_so(run: Run, how: str) -> None:
    opened(run, "--partner", "acme")
    if how == "closed":
        words = ("--reason", "thought to be over", "--despite-open-duties")
        run("incident", "close", "2026-0001", *words)
    else:
        run("incident", "open", "--title", "The same")
        run("incident", "merge", "2026-0001", "2026-0002", "--reason", "one outage")
    said = run("status", "2026-0001")
    assert f"This incident is {how}: none of its clocks rings any more." in said.out
    assert "why: breachkit incident show 2026-0001" in said.out
    assert ("an amendment opens it again" in said.out) is (how == "closed")
    assert "OURS" not in said.out
    history = run("status", "2026-0001", "--all").out
    assert "OURS" in history, "what was due is history, and can still be read"
    for text in (said.out, history):
        assert "NEXT" not in text
        assert "QUESTIONS" not in text
    assert "2026-0001" not in run("status").out
    assert run("status", "2026-0001", "--json").data["state"] == how


# What is shown, and how much of it


def test_three_questions_at_most_the_nearest_clocks_first(night: Run) -> None:
    questions = night("status").out.partition("QUESTIONS\n")[2].partition("\nNEXT")[0]
    asked = [line.strip() for line in questions.splitlines() if line.startswith("    ")]
    assert [line.split()[3] for line in asked] == ["2026-0003", "2026-0001", "2026-0002"]
    assert night("status", "--json").data["questions"][0]["command"] == asked[0]
    for line in asked:
        filled = line.replace("VALUE", "own").replace("TIME ZONE", "02:00 Europe/Berlin")
        assert night(*shlex.split(filled)[1:]).status == 0


def test_an_answered_question_is_not_asked_again(night: Run) -> None:
    question = "when was the breach discovered?"
    assert question in night("status", "2026-0002").out
    night(
        *("incident", "amend", "2026-0002"),
        *("--set", "timeline.discovered_at=02:00 Europe/Berlin"),
    )
    said = night("status", "2026-0002").out
    assert question not in said
    assert "provisional" not in said


def test_the_twenty_soonest_and_how_many_more(run: Run) -> None:
    for n in range(12):
        run("incident", "open", "--title", f"t{n}", "--partner", "acme", "--reference", f"R-{n}")
    said = run("status")
    assert "16 more: breachkit status --all" in said.out
    data = run("status", "--json").data
    assert (len(data["acts"]), data["more"]) == (20, 16)
    assert [one["side"] for one in data["acts"][:12]] == ["ours"] * 12
    every = run("status", "--all", "--json").data
    assert (len(every["acts"]), every["more"]) == (36, 0)
    assert "more: breachkit status --all" not in run("status", "--all").out


def test_it_fits_a_narrow_terminal(night: Run) -> None:
    name = "a-partner-whose-key-is-as-long-as-can-be"
    night("incident", "open", "--title", "x" * 200, "--partner", name, "--partner", f"{name}2"[2:])
    night("notice", "draft", "2026-0005", "--to", "partner")
    lines = night("status").out.partition("\nQUESTIONS")[0].splitlines()
    assert max(map(len, lines)) <= 80
    assert not any("\x1b" in line for line in lines), "no colour in a pipe"


def test_overdue_and_due_soon_come_first_and_are_named(night: Run, clock: SetClock) -> None:
    acts = night("status", "--json").data["acts"]
    assert [(one["incident"], one["state"]) for one in acts[:2]] == [
        ("2026-0003", "OVERDUE"),
        ("2026-0001", "running"),
    ]
    clock.pass_(hours=17)
    acts = night("status", "--json").data["acts"]
    assert acts[1]["state"] == "running"
    clock.pass_(hours=1)
    acts = night("status", "--json").data["acts"]
    assert acts[1]["state"] == "DUE SOON", "six hours before the end of bolt's twenty-four"


def test_an_edited_agreement_is_announced_and_shows_what_moved(night: Run, workspace: Path) -> None:
    partner(workspace, "bolt", "Bolt Homes", "limit_hours = 12")
    said = night("status")
    assert "authorities or templates were edited since the last step" in said.err
    assert "moved from" not in said.out
    assert night("status", "--json").data["law_changed"]
    night("incident", "amend", "2026-0002", "--set", "people=3")
    said = night("status")
    assert said.err == ""
    assert "moved from Mon 23 Nov 02:10 CET  2026-11-23T01:10Z: law or settings" in said.out
    act = next(a for a in night("status", "--json").data["acts"] if a["incident"] == "2026-0001")
    assert (act["due_at"], act["moved_from"]) == ("2026-11-22T13:10:00Z", "2026-11-23T01:10:00Z")


def test_the_home_reads_one_row_an_act_and_no_duties(night: Run, workspace: Path) -> None:
    before = night("status", "--all").out
    with closing(sqlite3.connect(workspace / "register.sqlite3", isolation_level=None)) as database:
        database.execute("DELETE FROM duties")
    assert night("status", "--all").out == before


def test_machines_and_people_are_told_the_same(night: Run, clock: SetClock) -> None:
    night("notice", "draft", "2026-0001", "--to", "partner")
    clock.pass_(hours=20)
    acts = night("status", "--all", "--json").data["acts"]
    shown = night("status", "--all").out.splitlines()
    heads = [number for number, line in enumerate(shown) if line.startswith("    2026-")]
    assert len(heads) == len(acts)
    by_side = sorted(acts, key=lambda act: ["ours", "theirs", "possible"].index(act["side"]))
    for number, act in zip(heads, by_side, strict=True):
        assert shown[number].startswith(f"    {act['incident']} · ")
        assert shown[number - 1].startswith(f"  {act['state']}")


# For machines


def test_one_stable_document(night: Run) -> None:
    data = night("status", "--json").data
    assert set(data) == {
        *("seen_at", "zone", "incident", "state", "open_incidents", "law_changed", "head"),
        *("acts", "more", "questions"),
    }
    for act in data["acts"]:
        assert set(act) == {
            *("incident", "scopes", "side", "state", "due_at", "due_kind", "moved_from"),
            "not_computable",
            *("citations", "gaps", "waits_for", "command", "outside_gate", "duties"),
        }
        for duty in act["duties"]:
            assert set(duty) == {
                *("matter", "duty", "scope", "side", "addressee", "citation", "due_at"),
                *("due_kind", "soon_at", "told", "content", "gaps", "waits_for", "command"),
                *("question", "question_command", "moved_from", "standing", "not_computable"),
            }
    assert all(set(one) == {"question", "command"} for one in data["questions"])
    assert (data["seen_at"], data["zone"]) == ("2026-11-22T01:40:00Z", "Europe/Berlin")
    assert (data["incident"], data["state"], data["open_incidents"]) == (None, None, 4)
    assert data["head"] == night("register", "head").out.split()[0]
    first = data["acts"][0]
    assert (first["side"], first["scopes"], first["due_kind"]) == ("ours", ["bolt"], "deadline")
    one = night("status", "2026-0002", "--json").data
    assert (one["incident"], one["state"]) == ("2026-0002", "open")
    assert {act["incident"] for act in one["acts"]} == {"2026-0002"}


def test_an_unknown_incident(night: Run) -> None:
    said = night("status", "2026-0009")
    assert (said.status, said.out) == (2, "")
    assert said.error == "no incident 2026-0009"
    assert said.hint == "known: 2026-0001, 2026-0002, 2026-0003, 2026-0004"
