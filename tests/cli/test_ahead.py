"""Times that lie ahead, and contracts that nothing can be counted by: flagged, and never a wrong date."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run, opened
from tests.cli.test_clocks import contract
from tests.conftest import SetClock, partner

LATER = "2031-01-01 02:10 Europe/Berlin"
AHEAD = "lies in the future: no clock counts from it yet"


def due(run: Run, duty: str) -> tuple[str, str]:
    rows = run("deadline", "list", "--all", "--json").data["deadlines"]
    (row,) = [one for one in rows if one["duty"] == duty]
    return row["due_at"], row["due_kind"]


@pytest.mark.parametrize("reason", [(), ("--correct", "the ticket says so")])
def test_nobody_discovers_tomorrow(run: Run, workspace: Path, reason: tuple[str, ...]) -> None:
    contract(workspace)
    partner(workspace, "acme", "Acme Cameras")
    run("incident", "open", "--title", "Footage", "--partner", "acme")
    said = run(
        *("incident", "amend", "2026-0001", "--set", f"timeline.discovered_at={LATER}"), *reason
    )
    if not reason:
        assert said.status == 3, "what comes after our own record needs a reason"
        return
    assert AHEAD in " ".join(said.out.split())
    assert due(run, "imou-dpa/6.3@acme") == ("2026-11-24T01:30:00Z", "provisional")
    assert due(run, "acme-contract/9.2@acme") == ("", "none"), "nothing is known to count from"


def test_it_counts_once_it_has_come(run: Run, workspace: Path, clock: SetClock) -> None:
    partner(workspace, "acme", "Acme Cameras")
    run("incident", "open", "--title", "Footage", "--partner", "acme", "--discovered-at", LATER)
    clock.pass_(days=1600)
    run("incident", "amend", "2026-0001", "--set", "title=Footage seen")
    run(
        *("incident", "amend", "2026-0001", "--set", "timeline_reasons.discovered_at=as we said"),
    )
    assert due(run, "imou-dpa/6.3@acme") == ("2031-01-03T01:10:00Z", "deadline")


def test_a_controller_is_not_aware_tomorrow(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    aware = "scopes.acme.timeline.controller_aware_at"
    opened(run, "--partner", "acme", "--set", f"{aware}={LATER}")
    assert due(run, "eu-gdpr/33-1@acme") == ("", "none")


def test_a_measure_may_be_planned(run: Run, workspace: Path) -> None:
    settings = workspace / "breachkit.toml"
    text = settings.read_text("utf-8").replace("manufacturer = false", "manufacturer = true")
    settings.write_text(text, encoding="utf-8")
    opened(
        run,
        *("--set", "product.vulnerability.exploited=yes"),
        *("--set", "timeline.measure_available_at=2026-11-30 10:00 Europe/Berlin"),
    )
    assert due(run, "eu-cra/14-2-c@own") == ("2026-12-14T09:00:00Z", "deadline")


def test_the_workspace_check_reads_contracts(run: Run, workspace: Path) -> None:
    contract(workspace, calendar="XX")
    said = run("workspace", "check")
    assert said.status == 1
    assert "acme-contract/9.2: it binds 'acme', and there is no partners/acme.toml" in said.out
    assert "calendar of acme-contract/9.2: no calendar of public holidays for 'XX'" in said.out
    partner(workspace, "acme", "Acme Cameras")
    contract(workspace)
    assert "acme-contract" not in run("workspace", "check").out


def test_status_says_that_an_edited_file_cannot_be_read(run: Run, workspace: Path) -> None:
    opened(run, "--partner", "acme")
    contract(workspace)
    path = workspace / "law" / "acme.toml"
    path.write_text(path.read_text("utf-8").replace("limit =", "limt ="), encoding="utf-8")
    said = run("status")
    assert said.status == 0, "the clocks of the last step still show"
    assert "imou-dpa" in said.out
    assert "An edited file cannot be read" in said.err
    assert "acme.toml:13: obligation 9.2: limt: unknown key" in said.err
    path.unlink()
    assert "cannot be read" not in run("status").err
