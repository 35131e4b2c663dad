"""`breachkit deadline`: what is due within a time, and what cannot be counted."""

from datetime import timedelta
from pathlib import Path

import pytest

from breachkit.app import Breachkit
from breachkit.errors import BadInputError
from tests.cli.conftest import Run, opened, written
from tests.conftest import SetClock, partner

CONTRACT = """
[instrument]
id = "acme-contract"
title = "Service contract with Acme"
short = "Acme contract"
kind = "contract"
citation = "Service contract of 1 March 2026"
in_force = {{ from = 2026-03-01 }}
standing = "{standing}"
source = "the signed contract"
scopes = ["acme"]

[[obligation]]
id = "9.2"
citation = "Clause 9.2"
title = "tell Acme's security desk"
owed_by = "processor"
addressee = "partner"
owed = "always"
event = "discovery of the breach"
trigger = "timeline.discovered_at"
limit = "3 working days"
counting = "working"
calendar = "{calendar}"
standing = "{standing}"
"""


def contract(workspace: Path, *, calendar: str = "DE", standing: str = "text") -> None:
    text = CONTRACT.format(calendar=calendar, standing=standing)
    (workspace / "law" / "acme.toml").write_text(text, encoding="utf-8")


def test_due_within(run: Run, clock: SetClock) -> None:
    opened(run, "--partner", "acme")  # due at 01:10 UTC in two days
    assert run("deadline", "list", "--due-within", "47h", "--exit-code").status == 0
    soon = run("deadline", "list", "--due-within", "2d", "--exit-code")
    assert (soon.status, "imou-dpa/6.3@acme" in soon.out) == (5, True)
    assert run("deadline", "list", "--due-within", "2d").status == 0  # only when it is asked for
    clock.pass_(hours=60)
    for span in ("0m", "90m", "6 h"):
        late = run("deadline", "list", "--due-within", span, "--exit-code", "--json")
        assert late.status == 5
        assert {row["duty"] for row in late.data["deadlines"]} == {"imou-dpa/6.3@acme"}
    assert run("deadline", "list", "--exit-code").status == 5  # without a span: 6 h


def test_due_within_is_ours_unless_asked(run: Run, clock: SetClock) -> None:
    incident = opened(run, "--partner", "acme")
    run("contact", "record", incident, "--scope", "acme", "--told", "--at", "now", "--said", "all")
    assert run("deadline", "list", "--due-within", "4d", "--exit-code").status == 0
    for side, status in (("ours", 0), ("theirs", 5), ("possible", 0), ("all", 5)):
        asked = run("deadline", "list", "--due-within", "4d", "--side", side, "--exit-code")
        assert asked.status == status
    every = run("deadline", "list", "--side", "theirs", "--json").data
    assert {row["side"] for row in every["deadlines"]} == {"theirs"}
    assert {row["side"] for row in run("deadline", "list", "--json").data["deadlines"]} == {
        "theirs"
    }


def test_a_closed_incident_is_never_due(run: Run, clock: SetClock) -> None:
    incident = opened(run, "--partner", "acme")
    clock.pass_(hours=60)
    ended = run("incident", "close", incident, "--reason", "a test", "--despite-open-duties")
    assert ended.status == 0
    for words in ([], [incident]):
        said = run("deadline", "list", *words, "--due-within", "6h", "--exit-code")
        assert said.status == 0
        assert "Nothing is due" in said.err


@pytest.mark.parametrize("span", ["6", "h", "-6h", "six hours", "1w", "99999h", ""])
def test_a_span_that_is_none(run: Run, span: str) -> None:
    said = run("deadline", "list", f"--due-within={span}", "--exit-code")
    if span:
        assert (said.status, said.error) == (
            2,
            f"{span!r} is not a span of time such as 90m, 6h or 2d",
        )
        assert said.hint == "breachkit deadline list --due-within 6h"


def test_due_within_for_automation(kit: Breachkit, clock: SetClock) -> None:
    kit.open_incident(
        {
            "title": "Footage shown to strangers",
            "timeline": {"discovered_at": "2026-11-22 02:10 Europe/Berlin"},
            "scopes": {"acme": {}},
        }
    )
    assert kit.due_within("47h") == kit.due_within(timedelta(hours=47)) == []
    (due,) = kit.due_within("2d")
    assert (due.duty, due.due_at) == ("imou-dpa/6.3@acme", "2026-11-24T01:10:00Z")
    assert kit.due_within(timedelta(hours=47, minutes=40)) == [due]  # the last moment counts
    assert kit.due_within("2d", side="theirs") == []
    assert kit.due_within("2d", side="all") == [due]
    clock.pass_(days=30)
    assert kit.due_within(timedelta(0)) == [due]
    assert kit.due_within(timedelta.max) == [due]
    for wrong in ("soon", timedelta(hours=-1)):
        with pytest.raises(BadInputError):
            kit.due_within(wrong)


def test_what_cannot_be_counted_is_listed_with_its_reason(run: Run, workspace: Path) -> None:
    contract(workspace, calendar="XX")
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(run, "--partner", "acme")
    reason = "no calendar of public holidays for 'XX'"
    for line in (["deadline", "list"], ["status"], ["status", incident]):
        said = run(*line)
        assert "not computable" in said.out
        assert reason in said.out
    rows = {row["duty"]: row for row in run("deadline", "list", "--json").data["deadlines"]}
    row = rows["acme-contract/9.2@acme"]
    assert (row["due_at"], row["due_kind"], row["not_computable"]) == ("", "not computable", reason)
    assert rows["imou-dpa/6.3@acme"]["not_computable"] is None
    acts = run("status", "--json").data["acts"]
    found = [duty for act in acts for duty in act["duties"] if duty["not_computable"]]
    assert [(one["duty"], one["not_computable"]) for one in found] == [(row["duty"], reason)]
    explained = run("deadline", "explain", row["duty"])
    assert f"no date is computed: {reason}" in explained.out
    assert run("deadline", "explain", row["duty"], "--json").data["not_computable"] == reason
    # It is no due date: a job that pages somebody is not woken for ever.
    assert run("deadline", "list", "--due-within", "9999d", "--json").data["deadlines"] == [
        rows["imou-dpa/6.3@acme"]
    ]


@pytest.mark.parametrize("standing", ["unverified", "disputed"])
def test_a_doubtful_provision_is_shown_as_such(run: Run, workspace: Path, standing: str) -> None:
    contract(workspace, standing=standing)
    partner(workspace, "acme", "Acme Cameras")
    opened(run, "--partner", "acme")
    (line,) = [one for one in run("deadline", "list").out.splitlines() if "acme-contract" in one]
    assert standing in line
    explained = run("deadline", "explain", "acme-contract/9.2@acme").out
    assert f"Clause 9.2: {standing}, " in " ".join(explained.split())
    assert standing not in run("deadline", "explain", "imou-dpa/6.3@acme").out


def words(run: Run, *line: str) -> str:
    said = run(*line)
    assert said.status == 0, said.err
    return " ".join(said.out.split())


def test_explain_says_who_stated_the_trigger(run: Run, workspace: Path, clock: SetClock) -> None:
    incident = opened(run, "--partner", "acme")
    duty = ("deadline", "explain", "imou-dpa/6.3@acme")
    first = words(run, *duty)
    assert "trigger timeline.discovered_at: Sun 2026-11-22 02:10 CET" in first
    assert "stated by maria (claimed), recorded 2026-11-22T01:30Z; source: " in first
    assert "; confirmed rule" in first
    assert "law Imou Data Processing Agreement, in force from 2021-11-23; read from" in first
    clock.pass_(minutes=20)
    run(
        *("incident", "amend", incident, "--set", "timeline.discovered_at=02:25 Europe/Berlin"),
        *("--correct", "the first alert was for another camera", "--as", "both"),
    )
    moved = words(run, *duty)
    assert "stated by both (claimed), recorded 2026-11-22T01:50Z; source: " in moved
    assert "reason the first alert was for another camera" in moved
    alert = {
        "timeline": {"discovered_at": "2026-11-22 02:20 Europe/Berlin"},
        "source": "ticket 81",
        "certainty": "estimated",
    }
    run("incident", "amend", incident, "--from", written(workspace, "alert.json", alert))
    steps = {one["label"]: one["text"] for one in run(*duty, "--json").data["steps"]}
    assert steps["stated"].endswith("source: ticket 81; estimated")
    before = words(run, *duty, "--at", "2026-11-22 01:35 UTC")
    assert "stated by maria" in before
    assert "another camera" not in before


def test_explain_says_that_the_record_itself_was_the_trigger(run: Run) -> None:
    run("incident", "open", "--title", "Footage shown to strangers", "--partner", "acme")
    text = words(run, "deadline", "explain", "imou-dpa/6.3@acme")
    assert "stated by maria (claimed), the register's own time of 2026-11-22T01:30Z" in text


def test_explain_says_which_call_made_a_partner_aware(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    run("contact", "record", incident, "--scope", "acme", "--told", "--at", "now", "--said", "all")
    text = words(run, "deadline", "explain", "eu-gdpr/33-1@acme")
    assert "trigger timeline.controller_aware_at" in text
    assert "source: record of telephone; confirmed" in text


def test_explain_says_what_a_possible_duty_depends_on(run: Run) -> None:
    opened(run, "--partner", "acme")
    text = words(run, "deadline", "explain", "imou-dpa/4.6-iii@acme")
    assert "possible whether it is owed at all depends on origin.kind" in text


def test_explain_shows_the_earlier_of_two_limits(run: Run, workspace: Path) -> None:
    contract(workspace)
    text = (workspace / "law" / "acme.toml").read_text("utf-8") + (
        '[[obligation.or_earlier]]\ncitation = "Clause 9.3"\nstanding = "disputed"\n'
        'event = "detection"\ntrigger = "timeline.detected_at"\nlimit = "12 hours"\n'
    )
    (workspace / "law" / "acme.toml").write_text(text, encoding="utf-8")
    opened(run, "--partner", "acme", "--set", "timeline.detected_at=01:00 Europe/Berlin")
    said = words(run, "deadline", "explain", "acme-contract/9.2@acme")
    assert "governs, being earlier Clause 9.3 (disputed): within 12 hours of detection" in said
    assert "2026-11-22 12:00 UTC" in said


def test_a_limit_beside_one_that_cannot_be_counted(run: Run, workspace: Path) -> None:
    contract(workspace, calendar="XX")
    text = (workspace / "law" / "acme.toml").read_text("utf-8") + (
        '[[obligation.or_earlier]]\ncitation = "Clause 9.3"\nstanding = "text"\n'
        'event = "detection"\ntrigger = "timeline.detected_at"\nlimit = "90 hours"\n'
    )
    (workspace / "law" / "acme.toml").write_text(text, encoding="utf-8")
    opened(run, "--partner", "acme", "--set", "timeline.detected_at=01:00 Europe/Berlin")
    said = words(run, "deadline", "explain", "acme-contract/9.2@acme")
    assert "due Wed 2026-11-25 19:00 CET" in said
    assert "no calendar of public holidays for 'XX'; that limit may end earlier" in said
    assert "not computable: no calendar" in words(run, "status")


def test_what_cannot_be_counted_is_shown_behind_any_number_of_dates(
    run: Run, workspace: Path
) -> None:
    contract(workspace, calendar="XX")
    for _ in range(21):
        opened(run, "--partner", "bolt")
    opened(run, "--partner", "acme")
    run("contact", "record", "2026-0022", "--scope", "acme", "--at", "now", "--said", "nothing yet")
    shown = run("status", "--json").data
    (found,) = [act for act in shown["acts"] if act["not_computable"]]
    assert (found["incident"], len(shown["acts"])) == ("2026-0022", 21)
