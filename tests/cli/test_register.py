"""`breachkit register`: what status shows is held against the entries, and made anew from them."""

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run, opened
from tests.conftest import SetClock

DUTY = "imou-dpa/6.3@acme"


def edit(workspace: Path, statement: str, *values: object) -> None:
    """Change the register's file as an SQL tool would."""
    with sqlite3.connect(workspace / "register.sqlite3") as database:
        assert database.execute(statement, values).rowcount > 0
    database.close()


def busy(run: Run, clock: SetClock) -> None:
    """Leave incidents in many states, some of them written under settings that changed since."""
    for number, words in enumerate([("--partner", "acme"), ("--partner", "bolt"), ()]):
        opened(run, *words, "--reference", f"PD-{number}")
    run("contact", "record", "2026-0001", "--scope", "acme", "--told", "--next-update", "04:00 UTC")
    run("incident", "amend", "2026-0002", "--unknown", "people=counting", "--by", "2026-11-23 UTC")
    run("notice", "draft", "2026-0002")
    run("incident", "merge", "2026-0003", "--into", "2026-0001", "--reason", "one cause")
    clock.pass_(days=4)
    run("incident", "close", "2026-0001", "--reason", "done", "--despite-open-duties")


def test_untouched_rows_fit_at_any_time_and_after_an_edit_of_the_settings(
    run: Run, workspace: Path, clock: SetClock
) -> None:
    busy(run, clock)
    assert run("register", "verify").status == 0
    clock.pass_(days=400)
    assert run("register", "verify").status == 0
    (workspace / "partners" / "bolt.toml").write_text('name = "Bolt"\nlimit_hours = 12\n')
    assert run("register", "verify").status == 0, "the next step will adopt it"
    run("incident", "open", "--title", "after the edit")
    assert run("register", "verify").status == 0


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            f"UPDATE duties SET due_at = '2027-01-01T00:00:00Z' WHERE duty = '{DUTY}'",
            f"2026-0001: {DUTY}: due is shown as 2027-01-01T00:00:00Z, and is 2026-11-24T01:10:00Z",
        ),
        (
            f"UPDATE duties SET told = 'in time' WHERE duty = '{DUTY}'",
            f"2026-0001: {DUTY}: told is shown as in time, and is waiting",
        ),
        (f"DELETE FROM duties WHERE duty = '{DUTY}'", f"2026-0001: {DUTY} is not shown"),
        (
            f"UPDATE duties SET open = 0 WHERE duty = '{DUTY}'",
            f"2026-0001: the list of duties hides or shows wrongly: {DUTY}",
        ),
        (
            "UPDATE acts SET due_at = '2027-01-01T00:00:00Z' WHERE position = 0",
            "2026-0001: 1 of the acts that status lists do not follow from the duties: Art. 6.3",
        ),
        (
            "DELETE FROM acts WHERE position = 0",
            "2026-0001: 1 of the acts that status lists do not follow from the duties: Art. 6.3",
        ),
        (
            "UPDATE matters SET state = 'closed' WHERE matter = '2026-0001'",
            "2026-0001: state is shown as 'closed', and is 'open' by the register",
        ),
        ("DELETE FROM matters WHERE matter = '2026-0001'", "2026-0001: status does not list it"),
        (
            "INSERT INTO matters VALUES ('2026-0009', 't', 'open', '', '', '')",
            "2026-0009: status lists it, and no entry opened it",
        ),
        (
            "UPDATE matters SET reference = 'x' WHERE matter = 'workspace'",
            "workspace: the law and settings adopted last are not those of the register",
        ),
    ],
)
def test_a_row_changed_behind_the_registers_back_is_named_and_made_anew(
    run: Run, workspace: Path, statement: str, what: str
) -> None:
    opened(run, "--partner", "acme")
    before = run("status", "--all").out
    edit(workspace, statement)
    said = run("register", "verify")
    assert said.status == 4
    assert what in said.out
    assert "NOT TRUSTED: what status shows differs from the register" in said.err
    assert "next: breachkit register rebuild" in said.err
    assert run("register", "verify", "--json").data["shown_differs"]
    done = run("register", "rebuild")
    assert (done.status, done.out) == (
        0,
        "what status shows of 1 incident was made anew from the register\n",
    )
    assert run("register", "verify").status == 0
    after = run("status", "--all").out
    assert after == before


def test_a_faulty_register_is_not_made_to_look_whole(run: Run, workspace: Path) -> None:
    opened(run, "--partner", "acme")
    with sqlite3.connect(workspace / "register.sqlite3") as database:
        database.execute("DROP TRIGGER entries_stay")
        database.execute(
            "UPDATE entries SET body = CAST(replace(body, 'Footage', 'Nothing') AS BLOB)"
        )
    database.close()
    said = run("register", "verify")
    assert said.status == 4
    assert "entry 2 2026-0001: its body was changed" in said.out
    assert "NOT TRUSTED: 1 fault in 2 entries" in said.err
    refused = run("register", "rebuild")
    assert (refused.status, refused.hint) == (4, "breachkit register verify")


def test_a_text_that_no_longer_fits_is_no_entry(run: Run, workspace: Path) -> None:
    opened(run, "--partner", "acme")
    edit(workspace, "UPDATE kept SET text = 'x' WHERE rowid = 1")
    said = run("register", "verify")
    assert said.status == 4
    assert said.out.startswith("the kept text ")
