"""`breachkit law applicable`, and what other commands say of laws that may apply."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from breachkit.app import open_workspace
from tests.cli.conftest import Run, opened
from tests.conftest import PROFILE, partner


@pytest.fixture
def bare(workspace: Path) -> Path:
    """The workspace before anybody has said what we are."""
    settings = workspace / "breachkit.toml"
    settings.write_text(settings.read_text("utf-8").replace(PROFILE, ""), "utf-8")
    return workspace


def profile(root: Path, old: str, new: str) -> None:
    settings = root / "breachkit.toml"
    settings.write_text(settings.read_text("utf-8").replace(old, new), "utf-8")


def test_applicable(run: Run, workspace: Path, transcript: Callable[..., None]) -> None:
    profile(workspace, "manufacturer = false", "manufacturer = true")
    partner(workspace, "acme", "Acme Cameras", 'country = "GB"')
    partner(workspace, "bolt", "Bolt", 'country = "DE"')
    incident = opened(run, "--partner", "acme", "--partner", "bolt", "--set",
                      "scopes.bolt.countries.JP.concerned=yes")  # fmt: skip
    lines = [f"law applicable {incident}", f"law applicable {incident} --scope bot"]
    transcript("applicable", *((f"breachkit {one}", run(*shlex.split(one))) for one in lines))


def test_applicable_for_machines(run: Run, workspace: Path) -> None:
    incident = opened(run, "--partner", "acme")
    data = run("law", "applicable", incident, "--scope", "acme", "--json").data
    found = {one["obligation"]: one for one in data["applicable"]}
    assert found["imou-dpa/6.3"] == {
        "obligation": "imou-dpa/6.3",
        "scope": "acme",
        "verdict": "applies",
        "reasons": ["capacity is processor", "status.personal_data is not stated"],
        "questions": [],
        "standing": "text",
        "proposal": False,
    }
    assert found["eu-digital-omnibus/33"]["verdict"] == "does not apply"
    assert found["eu-digital-omnibus/33"]["proposal"]
    assert data["without_rules"] == []
    assert {one["scope"] for one in data["applicable"]} == {"acme", None}


def test_list_names_proposals_and_what_is_still_to_come(run: Run) -> None:
    said = run("law", "list")
    lines = said.out.splitlines()
    assert (
        "eu-digital-omnibus: Digital Omnibus (proposal) [secondary] PROPOSAL, no law: never computed"
    ) in lines
    coming = next(line for line in lines if line.startswith("in-dpdp: "))
    assert coming.endswith("NOT YET: from 2027-05-14")
    dora = next(line for line in lines if "eu-dora/initial " in line)
    assert " 24 hours or 4 hours " in dora
    assert " 3 working days (BR) " in next(line for line in lines if "br-lgpd/anpd " in line)
    assert not [one for one in run("law", "list", "--json").data if "omnibus" in one["instrument"]]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "eu-cra/14-4-b",
            [
                "stage notification",
                "continues eu-cra/14-4-a",
                "recipient the CSIRT designated as coordinator, and ENISA",
                "channel CRA Single Reporting Platform",
                "or, where that is earlier 48 hours of submission of the early warning",
                "counter of the Single Reporting Platform [secondary] the legal limit runs from",
                "that clock starts with the submission of eu-cra/14-4-a",
                "until that is stated, an alarm from timeline.discovered_at",
            ],
        ),
        ("eu-cra", ["QUESTIONS OF LAW", "findings.cra_severe_incident is it a severe incident"]),
        ("br-lgpd/anpd", ["calendar public holidays of BR", "limit 3 working days"]),
        ("us-hipaa/408-annual", ["the end of the year of timeline.controller_aware_at",
                                 "applies where not (people is 500 or more)"]),
        ("eu-dora/initial", ["not (timeline.classified_major_at is more than 24 hours after"]),
        ("uk-pecr/5a-2013", ["in force from 2013-08-25 until 2025-08-19"]),
        ("eu-digital-omnibus/33", ["status PROPOSAL, no law: never computed", "limit 96 hours"]),
        ("in-dpdp/board", ["status NOT YET: from 2027-05-14"]),
    ],
)  # fmt: skip
def test_show_hides_nothing_of_a_stage_a_bound_or_a_status(
    run: Run, name: str, told: list[str]
) -> None:
    said = " ".join(run("law", "show", name).out.split())
    for text in told:
        assert text in said


def test_status_asks_three_questions_each_once_the_nearest_first(run: Run, bare: Path) -> None:
    for key in ("acme", "bolt"):
        partner(bare, key, key.title())
    incident = opened(run, "--partner", "acme", "--partner", "bolt")
    data = run("status", "--json").data
    asked = [one["question"] for one in data["questions"]]
    assert len(asked) == len(set(asked)) == 3
    # One line of the settings decides on a dozen laws for both partners and ourselves.
    assert "in which countries are our products and services made available?" in asked[0]
    first, answers = run("law", "applicable", incident), asked[0]
    with (bare / "breachkit.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[organisation.profile]\nsells_in = ["DE"]\n')
    run("incident", "amend", incident, "--set", "title=Another title")
    again = run("law", "applicable", incident)
    assert answers not in [q["question"] for q in run("status", "--json").data["questions"]]
    assert again.out.count("nobody has said") < first.out.count("nobody has said") / 2


def test_what_is_only_possible_never_pushes_out_what_is_owed(run: Run, bare: Path) -> None:
    """Each incident has a clock of one hour that may run under Chinese law, long before our 48."""
    for number in range(21):
        run("incident", "open", "--title", f"x{number}", "--discovered-at", "02:10 Europe/Berlin",
            "--partner", f"p{number}")  # fmt: skip
    acts = run("status", "--json").data["acts"]
    assert [act["side"] for act in acts] == ["ours"] * 20


def test_a_possible_duty_of_another_law_never_stands_for_one_that_is_owed(
    run: Run, bare: Path
) -> None:
    opened(run, "--partner", "acme")
    acts = run("status", "--json").data["acts"]
    (theirs,) = [act for act in acts if act["side"] == "theirs"]
    assert theirs["citations"] == ["Art. 33(1) eu-gdpr"]


def test_check_leaves_the_long_forms_of_open_laws_out_of_sight(run: Run, bare: Path) -> None:
    incident = opened(run, "--partner", "acme")
    said = " ".join(run("incident", "check", incident).out.split())
    assert "NOTICE TO THE PARTNER" in said
    assert "REPORT TO A REGULATOR" not in said
    assert "may apply as well: " in said
    assert f"which do: breachkit law applicable {incident}" in said
    asked = run("incident", "check", incident, "--notice", "regulator").out
    assert "REPORT TO A REGULATOR" in asked
    assert "Article 14(2)(a) eu-cra" in asked
    assert "timeline.aware_exploited_vulnerability_at='TIME ZONE'" in asked


def test_a_notice_cites_no_law_that_nobody_has_decided_on(run: Run, bare: Path) -> None:
    incident = opened(run, "--partner", "acme")
    run("notice", "draft", incident, "--to", "partner")
    text = run("notice", "show", f"{incident}-n1").out
    assert "Article 6.3 of the Imou Data Processing Agreement" in text
    for law in ("HIPAA", "FADP", "PDPA", "Cal. Civ. Code", "CAC"):
        assert law not in text


def test_yes_and_no_are_offered_where_a_fact_is_that(run: Run, workspace: Path) -> None:
    profile(workspace, "manufacturer = false", "manufacturer = true")
    opened(run)
    questions = run("status", "--json").data["questions"]
    asked = {one["question"]: one["command"] for one in questions}
    assert asked[
        "2026-0001: is the vulnerability of our product being exploited? (yes, no)"
    ].endswith("--set product.vulnerability.exploited=VALUE")


def test_an_answer_starts_the_clock_of_its_law(run: Run, workspace: Path) -> None:
    profile(workspace, "manufacturer = false", "manufacturer = true")
    incident = opened(run, "--set", "findings.cra_severe_incident=yes")
    acts = run("status", "--json").data["acts"]
    ours = [one for act in acts if act["side"] == "ours" for one in act["duties"]]
    assert "eu-cra/14-4-a@own" in [one["duty"] for one in ours]
    questions = [one["question"] for one in run("status", "--json").data["questions"]]
    assert "2026-0001: when was our awareness of a severe incident of a product?" in questions
    run("incident", "amend", incident, "--set", "timeline.aware_severe_incident_at=02:20 UTC")
    steps = run("deadline", "explain", "eu-cra/14-4-a@own", "--incident", incident).out
    assert "timeline.aware_severe_incident_at" in steps
    assert "Article 14(4)(a): text" in " ".join(steps.split())


def test_what_a_partner_may_owe_stands_apart_from_what_it_owes(run: Run, bare: Path) -> None:
    """The GDPR and, perhaps, its British sister: the same hours, and two things to know."""
    aware = "scopes.acme.timeline.controller_aware_at=02:20 Europe/Berlin"
    opened(run, "--partner", "acme", "--set", aware)
    acts = run("status", "--json").data["acts"]
    filed = [act for act in acts if "Art. 33(1) eu-gdpr" in act["citations"]]
    assert [(act["side"], act["citations"]) for act in filed] == [
        ("theirs", ["Art. 33(1) eu-gdpr"])
    ]
    possible = [one for act in acts if act["side"] == "possible" for one in act["duties"]]
    assert "uk-gdpr/33-1@acme" in [one["duty"] for one in possible]


def test_the_notice_under_the_gdpr_meets_no_duty_with_a_letter_of_its_own(
    run: Run, workspace: Path
) -> None:
    partner(workspace, "acme", "Acme Cameras", 'country = "GB"')
    incident = opened(run, "--partner", "acme")
    run("notice", "draft", incident, "--to", "authority")
    with open_workspace(workspace) as kit:
        (versions,) = kit.incident(incident).matter.notices.values()
    assert versions[-1].drafted.discharges == ["eu-gdpr/33-1@acme"]


def test_a_partners_own_report_is_not_ours_to_draft(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Bank")
    with (workspace / "partners" / "acme.toml").open("a", encoding="utf-8") as file:
        file.write('\n[profile]\nfinancial = "credit_institution"\n')
    opened(run, "--partner", "acme", "--set", "findings.dora_major=yes")
    acts = run("status", "--json").data["acts"]
    (theirs,) = [act for act in acts if act["duties"][0]["duty"] == "eu-dora/initial@acme"]
    assert (theirs["side"], theirs["command"]) == ("theirs", "")
    assert theirs["waits_for"] == "the partner's own filing"


def test_at_night_a_law_that_may_apply_shows_once_its_clock_would_run(run: Run, bare: Path) -> None:
    incident = opened(run, "--partner", "acme")

    def shown() -> set[str]:
        acts = run("status", "--all", "--json").data["acts"]
        return {one["duty"] for act in acts for one in act["duties"]}

    assert "uk-gdpr/33-1@acme" not in shown()
    assert "eu-cra/14-2-a@own" in shown()
    listed = run("law", "applicable", incident, "--json").data["applicable"]
    assert ("uk-gdpr/33-1", "possible") in [(one["obligation"], one["verdict"]) for one in listed]
    aware = "scopes.acme.timeline.controller_aware_at=02:20 Europe/Berlin"
    run("incident", "amend", incident, "--set", aware)
    assert "uk-gdpr/33-1@acme" in shown()
