"""`notice recipients`: what is said of a list, to people and to machines."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run, opened, written

GOOD = "address,language,name\nanna@example.test,en,Anna\nbert@example.test,de,Bert\n"
BAD = GOOD + "nobody,en,Nobody\nanna@example.test,en,Anna\n"


@pytest.fixture
def notice(run: Run) -> str:
    """Draft a notice to our own people."""
    incident = opened(run, "--partner", "acme")
    run("incident", "amend", incident, "--set", "scopes.own.capacity=controller")
    said = run("notice", "draft", incident, "--to", "data-subjects", "--scope", "own", "--json")
    assert said.status == 0, said.err
    name: str = said.data["notices"][0]["notice"]
    return name


def test_a_clean_list_is_bound_and_the_review_is_next(
    run: Run, notice: str, workspace: Path
) -> None:
    said = run("notice", "recipients", notice, written(workspace, "people.csv", GOOD))

    assert said.status == 0, said.err
    assert said.out.splitlines()[0] == f"bound: 2 recipients to {notice}.2"
    assert "of the text en; of people en 1, de 1" in said.out
    assert "line 3: language is not that of the text, en: de" in said.out
    assert f"next: breachkit notice review {notice} --digest " in said.err
    shown = run("notice", "show", notice)
    assert "2 people, digest " in shown.err
    again = run("notice", "recipients", notice, "people.csv")
    assert again.out.startswith(
        f"{notice}.2 goes to these 2 recipients already; nothing was written"
    )


def test_a_bad_list_is_reported_by_line_and_not_bound(
    run: Run, notice: str, workspace: Path
) -> None:
    written(workspace, "people.csv", BAD)
    said = run("notice", "recipients", notice, "people.csv")

    assert said.status == 2
    assert said.out.splitlines()[0] == "nothing was bound: 2 recipients can be, 1 line cannot"
    assert "  BAD      1 × bad address" in said.out
    assert (
        "    line 4: address is not an address: it needs a name, an @ and a domain: no…" in said.out
    )
    assert "  note     1 × same line again" in said.out
    assert "anna@" not in said.out + said.err
    assert f"breachkit notice recipients {notice} people.csv --skip-bad" in said.err
    assert not list(workspace.glob("*-rest.csv"))


def test_what_is_skipped_goes_into_a_file_for_another_channel(
    run: Run, notice: str, workspace: Path
) -> None:
    written(workspace, "people.csv", BAD)
    said = run("notice", "recipients", notice, "people.csv", "--skip-bad", "--json")

    assert said.status == 0, said.err
    assert said.data["bound"]
    assert said.data["recipients"] == 2
    assert said.data["rest"] == f"{notice}-rest.csv"
    assert (
        (workspace / f"{notice}-rest.csv").read_text("utf-8-sig").splitlines()[1].startswith("4,")
    )
    assert said.data["counts"]["bad address"] == 1
    assert said.data["findings"][1] == {
        "line": 4,
        "fault": "bad address",
        "reason": "is not an address: it needs a name, an @ and a domain",
        "column": "address",
        "value": "no… (6 characters)",
    }
    marks = run("notice", "list", notice.rpartition("-")[0]).out
    assert "flagged: 1 line of the list was left out: 1 bad address" in marks


def test_a_dry_run_of_standard_input_says_the_next_command(run: Run, notice: str) -> None:
    said = run("notice", "recipients", notice, "-", "--dry-run", stdin=GOOD)

    assert said.status == 0, said.err
    assert said.out.startswith("nothing was bound: 2 recipients can be, no line cannot")
    assert f"next: breachkit notice recipients {notice} -" in said.err


def test_only_the_first_lines_of_a_kind_are_shown(run: Run, notice: str, workspace: Path) -> None:
    written(workspace, "people.csv", "address\n" + "bad\n" * 25)
    said = run("notice", "recipients", notice, "people.csv")

    assert said.status == 2
    assert said.out.startswith("nothing was bound: 0 recipients can be, 25 lines cannot")
    assert "25 × bad address" in said.out
    assert said.out.count("    line ") == 20
    assert "    and 5 more" in said.out


def test_what_is_no_list_is_refused_with_its_columns(
    run: Run, notice: str, workspace: Path
) -> None:
    said = run("notice", "recipients", notice, written(workspace, "x.csv", "mail,iban\n"))

    assert said.status == 2
    assert said.error == "x.csv: line 1 lacks the column address"
    assert said.hint == "the first line names the columns: address,language,name"
    written(workspace, "empty.csv", "address\n")
    assert run("notice", "recipients", notice, "empty.csv").error == (
        "empty.csv: nobody in it can be written to"
    )
    assert run("notice", "recipients", notice, "gone.csv").error == (
        "gone.csv cannot be read: No such file or directory"
    )


def test_how_far_long_work_is_stands_in_lines_of_json(
    run: Run, notice: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("breachkit.cli.progress._EVERY_SECONDS", 0.0)
    said = run("notice", "recipients", notice, written(workspace, "people.csv", GOOD), "--json")

    size = len(GOOD.encode())
    line = f'{{"progress": "recipients", "done": {size}, "of": {size}}}'
    assert line in said.err.splitlines()


def test_the_help_has_an_example(run: Run) -> None:
    said = run("notice", "recipients", "--help")

    assert said.status == 0
    assert "breachkit notice recipients 2026-0007-n2 people.csv --dry-run" in said.out
