"""What is unverified, disputed or warned of shows wherever somebody may rely on it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run, opened
from tests.cli.test_clocks import contract
from tests.conftest import partner


@pytest.fixture
def entity(workspace: Path) -> None:
    """An essential entity in Bulgaria, where the clock is said to start with detection."""
    settings = workspace / "breachkit.toml"
    text = settings.read_text("utf-8").replace('nis2 = "none"', 'nis2 = "essential"')
    text = text.replace("high_risk_ai = false", "high_risk_ai = true")
    settings.write_text(text.replace('establishments = ["DE"]', 'establishments = ["BG"]'))


def words(text: str) -> str:
    return " ".join(text.split())


AWARE = (
    *("--set", "timeline.aware_significant_incident_at=02:10 Europe/Berlin"),
    *("--set", "timeline.aware_serious_incident_at=02:10 Europe/Berlin"),
)


@pytest.mark.usefixtures("entity")
def test_explain_shows_cautions_and_notes(run: Run) -> None:
    opened(run, "--partner", "acme", *AWARE)
    said = words(run("deadline", "explain", "eu-nis2/23-4-a@own").out)
    assert "caution national law (secondary): In this state the clock is said to start" in said
    assert said.count("caution national law") == 1, "those of other states do not belong here"
    assert "note National law not checked" in said


@pytest.mark.usefixtures("entity")
def test_a_draft_says_what_is_doubtful(run: Run) -> None:
    incident = opened(run, "--partner", "acme", *AWARE)
    drafted = run("notice", "draft", incident, "--to", "eu-nis2-23-4-a")
    said = words(drafted.out + drafted.err)
    assert "national law [secondary]: In this state the clock is said to start" in said
    drafted = run("notice", "draft", incident, "--to", "eu-ai-act-73")
    said = words(drafted.out + drafted.err)
    assert "Article 73 eu-ai-act is unverified: have it checked before this leaves" in said


@pytest.mark.usefixtures("entity")
def test_the_first_clock_says_that_it_is_unverified(run: Run) -> None:
    run("incident", "open", "--title", "Odd answers", *AWARE)
    (line,) = [one for one in run("deadline", "list").out.splitlines() if "eu-ai-act" in one]
    assert "unverified" in line
    assert "unverified" in run("status").out


def test_a_doubtful_limit_that_governs_marks_the_date(run: Run, workspace: Path) -> None:
    contract(workspace)
    path = workspace / "law" / "acme.toml"
    more = (
        '[[obligation.or_earlier]]\ncitation = "Clause 9.3"\nstanding = "disputed"\n'
        'event = "detection"\ntrigger = "timeline.detected_at"\nlimit = "12 hours"\n'
    )
    path.write_text(path.read_text("utf-8") + more, encoding="utf-8")
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(run, "--partner", "acme")
    row = [one for one in run("deadline", "list").out.splitlines() if "acme-contract" in one]
    assert "disputed" not in row[0], "without a detection the contract's own limit governs"
    run("incident", "amend", incident, "--set", "timeline.detected_at=02:05 Europe/Berlin")
    row = [one for one in run("deadline", "list").out.splitlines() if "acme-contract" in one]
    assert "disputed" in row[0]
    assert "disputed" in run("status").out


def test_what_one_notice_meets_is_marked_one_by_one(run: Run, workspace: Path) -> None:
    contract(workspace, standing="disputed")
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(run, "--partner", "acme")
    assert "Clause 9.2 acme-contract [disputed]" in words(run("status", incident).out)
