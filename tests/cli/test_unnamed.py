"""While nobody is named: the partner whose own limit would end first shows as possible."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run, opened
from tests.conftest import partner

CONTRACT = """
[instrument]
id = "bolt-contract"
title = "Service contract with Bolt"
short = "Bolt contract"
kind = "contract"
citation = "Service contract of 1 March 2026"
in_force = { from = 2026-03-01 }
standing = "text"
source = "the signed contract"
scopes = ["bolt"]

[[obligation]]
id = "9"
citation = "Clause 9"
title = "tell Bolt's security desk"
owed_by = "processor"
addressee = "partner"
owed = "always"
event = "discovery of the breach"
trigger = "timeline.discovered_at"
limit = "12 hours"
standing = "text"
"""


@pytest.fixture
def limits(workspace: Path) -> None:
    """Partners with shorter, equal and longer limits than the agreement's 48 hours."""
    for hours in (24, 30, 36):
        partner(workspace, f"p{hours}", f"Partner {hours}", f"limit_hours = {hours}")
    partner(workspace, "same", "Same Ltd", "limit_hours = 48")
    partner(workspace, "slow", "Slow Ltd", "limit_hours = 60")
    partner(workspace, "none", "None Ltd")


def possible(run: Run) -> list[dict[str, str]]:
    rows = run("deadline", "list", "--side", "possible", "--json").data["deadlines"]
    return [row for row in rows if row["duty"].startswith("follow-up/if-affected-")]


@pytest.mark.usefixtures("limits")
def test_the_shortest_limit_shows_and_how_many_more(run: Run) -> None:
    opened(run)
    (row,) = possible(run)
    assert (row["due_at"], row["due_kind"]) == ("2026-11-23T01:10:00Z", "deadline")
    assert row["citation"] == "if Partner 24 is affected: 24 hours (Article 6.3)"
    assert row["waits_for"] == "and 2 more"
    listed = run("deadline", "list").out
    assert "possible 2026-0001: if Partner 24 is affected: 24 hours (Article 6.3) and 2" in listed
    shown = run("status").out
    before, after = shown.split("POSSIBLE")
    assert "48 hours" not in before
    assert "Tue 24 Nov 02:10 CET" in before, "what is owed to all comes first, with its own date"
    assert "if Partner 24 is affected" in after
    assert "which partners are affected?" in after
    assert run("deadline", "list", "--due-within", "30h", "--exit-code").status == 0
    every = run("deadline", "list", "--due-within", "30h", "--side", "all", "--exit-code")
    assert every.status == 5


@pytest.mark.usefixtures("limits")
def test_it_goes_when_somebody_is_named(run: Run) -> None:
    incident = opened(run)
    assert possible(run)
    run("incident", "amend", incident, "--set", "scopes.slow.capacity=processor")
    assert possible(run) == []


@pytest.mark.usefixtures("limits")
def test_a_calendar_names_nobody(run: Run) -> None:
    opened(run)
    said = run("deadline", "export", "--ics", "--side", "all")
    assert "2026-0001: a contract with one partner" in said.out
    assert "Partner 24" not in said.out
    assert "p24" not in said.out


@pytest.mark.usefixtures("limits")
def test_a_contract_of_its_own_counts_as_well(run: Run, workspace: Path) -> None:
    (workspace / "law" / "bolt.toml").write_text(CONTRACT, encoding="utf-8")
    opened(run)
    (row,) = possible(run)
    assert row["due_at"] == "2026-11-22T13:10:00Z"
    assert row["citation"] == "if bolt is affected: 12 hours (Clause 9)"
    assert row["waits_for"] == "and 3 more"


def test_where_nobody_has_less_nothing_shows(run: Run, workspace: Path) -> None:
    partner(workspace, "slow", "Slow Ltd", "limit_hours = 60")
    opened(run)
    assert possible(run) == []


def test_without_a_discovery_it_is_provisional(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme", "limit_hours = 24")
    run("incident", "open", "--title", "Odd logins")
    (row,) = possible(run)
    assert (row["due_at"], row["due_kind"]) == ("2026-11-23T01:30:00Z", "provisional")
