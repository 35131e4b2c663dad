"""`breachkit partners`: the matrix that responders keep in a spreadsheet, out and in again."""

import csv
import io
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from breachkit.app import Breachkit
from breachkit.domain.matrix import COLUMNS
from tests.cli.conftest import Run, opened, written
from tests.conftest import partner

HEAD = ",".join(COLUMNS)

COMMENTED = """\
# Agreed with Ms Weber in 2025.
name = "Acme Cameras"
limit_hours = 24          # instead of 48

[contacts.desk]           # the night desk
name = "Night desk"
phone = "+49 30 100 200"
verified_on = 2026-10-01
for_breaches = true
"""


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def line(**cells: str) -> str:
    """Return one line of the matrix; columns are named with `_` for a space or hyphen."""
    named = {name.replace(" ", "_").replace("-", "_"): name for name in COLUMNS}
    stream = io.StringIO()
    row = {named[name]: cell for name, cell in cells.items()}
    csv.DictWriter(stream, COLUMNS, lineterminator="").writerow(row)
    return stream.getvalue()


def matrix(*lines: str) -> str:
    return "\n".join([HEAD, *lines]) + "\n"


def contacts(run: Run, incident: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("incident", "show", incident, "--json").data["contacts"]
    return found


# Out


def test_the_partner_list_has_a_line_for_each_contact(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    partner(workspace, "bolt", "Bolt, Inc.", '[contacts.dpo]\nname = "DPO"')
    said = run("partners", "export")
    rows = table(said.out)
    assert [(row["partner"], row["name"], row["contact"]) for row in rows] == [
        ("acme", "Acme Cameras", "desk"),
        ("bolt", "Bolt, Inc.", "dpo"),
        ("bolt", "", "desk"),
    ]
    assert rows[0]["telephone"] == "'+49 30 100 200"
    assert rows[0]["verified on"] == "2026-10-01"
    assert run("partners", "export", "--json").data[0]["telephone"] == "+49 30 100 200"


def test_an_incident_shows_only_its_partners_with_what_was_told(run: Run, workspace: Path) -> None:
    for key in ("acme", "bolt"):
        partner(workspace, key, key.title())
    incident = opened(run, "--partner", "acme", "--set", "scopes.acme.people=at least 97")
    run(
        *("contact", "record", incident, "--scope", "acme", "--told", "--acknowledged"),
        *("--at", "04:10 Asia/Shanghai", "--next-update", "2026-11-22 12:00 Europe/Berlin"),
    )
    (row,) = table(run("partners", "export", incident).out)
    assert row["partner"] == "acme"
    assert row["people"] == "at least 97"
    assert row["told at"] == "2026-11-22 04:10 Asia/Shanghai"
    assert (row["told by"], row["how"], row["acknowledged"]) == ("maria", "telephone", "yes")
    assert row["next update"] == "2026-11-22 12:00 Europe/Berlin"


def test_a_file_is_new_private_and_never_overwritten(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Ácme")
    said = run("partners", "export", "out.csv")
    assert said.out == "wrote 1 lines to out.csv\n"
    raw = (workspace / "out.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert stat.S_IMODE((workspace / "out.csv").stat().st_mode) == 0o600
    again = run("partners", "export", "out.csv")
    assert (again.status, again.error) == (2, "out.csv exists")
    assert (workspace / "out.csv").read_bytes() == raw


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1+1", "''@x", "'quoted'"])
def test_no_cell_is_a_formula_and_none_is_changed_by_that(
    run: Run, workspace: Path, name: str
) -> None:
    partner(workspace, "acme", name)
    said = run("partners", "export")
    for row in csv.reader(io.StringIO(said.out)):
        for cell in row:
            assert not cell or cell[0] not in "=+-@\t\r"
    again = run("partners", "import", "-", stdin=said.out)
    assert again.out == "nothing new in the table; nothing was written\n"


# In


def test_the_export_read_in_again_changes_nothing(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(
        *(run, "--partner", "acme", "--partner", "stranger", "--partner", "own"),
        *("--set", "scopes.acme.people=100-200", "--set", "scopes.stranger.records=about 5"),
    )
    told = ("--told", "--at", "about 2026-11-22T01 UTC", "--next-update", "2026-11-24 UTC")
    run("contact", "record", incident, "--scope", "acme", *told)
    run("contact", "record", incident, "--scope", "acme", "--in", "--acknowledged")
    before = run("register", "head").out
    for words in ([], [incident]):
        text = run("partners", "export", *words).out
        said = run("partners", "import", "-", *words, stdin=text)
        assert (said.status, said.out) == (0, "nothing new in the table; nothing was written\n")
        assert run("partners", "export", *words).out == text
    assert run("register", "head").out == before
    assert [path.name for path in (workspace / "partners").iterdir()] == ["acme.toml"]


def test_a_spreadsheet_becomes_partners_scopes_figures_and_contacts(
    run: Run, workspace: Path, kit: Breachkit
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(run)
    text = (
        "\ufeffPartner;Name;Contact_Name;TELEPHONE;E-Mail;people;records;told at;told by;how;"
        "Acknowledged;next update\r\n"
        "Acme Cameras;;;;;about 8200;24600;2026-11-22 02:20 Europe/Berlin;Bo Both;telephone;x;"
        "2026-11-22 12:00 Europe/Berlin\r\n"
        "newco;NewCo SE;Jane Doe;'+49 30 1234567;jane@newco.example;100-200;;;;;;\r\n"
        ";;;;;;;;;;;\r\n"
    )
    name = written(workspace, "matrix.csv", text)
    said = run("partners", "import", name, incident)
    assert said.status == 0, said.err
    shown = run("incident", "show", incident, "--json").data
    assert shown["facts"]["scopes"]["acme"]["people"]["value"] == 8200
    assert shown["facts"]["scopes"]["newco"]["people"]["high"] == 200
    assert shown["sources"]["scopes.newco.people"]["source"] == "partner matrix matrix.csv"
    (contact,) = shown["contacts"]
    assert (contact["scope"], contact["told"], contact["acknowledged"]) == ("acme", True, True)
    assert (contact["caller"], contact["channel"], contact["by"]["name"]) == (
        *("both", "telephone", "maria"),
    )
    assert contact["at"]["at"] == "2026-11-22T01:20:00Z"
    made = tomllib.loads((workspace / "partners" / "newco.toml").read_text("utf-8"))
    assert made["contacts"]["jane-doe"]["phone"] == "+49 30 1234567"
    assert "wrote " in said.out
    assert "told     acme, Sun 22 Nov 2026 02:20" in said.out
    assert "clock    acme's own 72 hours" in said.out
    again = run("partners", "import", name, incident)
    assert again.out == "nothing new in the table; nothing was written\n"
    assert len(kit.incident(incident).matter.amended) == 2
    picture = kit.incident(incident)
    assert not [flag for flag in picture.flags if "is listed" in flag.what]
    filing = picture.duty("eu-gdpr/33-1@acme")
    assert filing is not None
    assert filing.due_at is not None


def test_comments_and_what_the_table_does_not_know_stay(run: Run, workspace: Path) -> None:
    path = workspace / "partners" / "acme.toml"
    path.write_text(COMMENTED, encoding="utf-8")
    mode = stat.S_IMODE(path.stat().st_mode)
    row = line(partner="acme", contact="desk", telephone="+49 30 999", verified_on="2026-11-20")
    assert run("partners", "import", "-", stdin=matrix(row)).status == 0
    changed = path.read_text("utf-8")
    assert changed == COMMENTED.replace("100 200", "999").replace("2026-10-01", "2026-11-20")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("cell", ['Ac"me \\ # [x] """', "<b>{{ x }}</b>", "株式会社 مرحبا", "'''"])
def test_hostile_names_are_safe_in_a_partner_file(run: Run, workspace: Path, cell: str) -> None:
    row = line(partner="acme", name=cell, contact_name=cell, e_mail="a@acme.example")
    assert run("partners", "import", "-", stdin=matrix(row)).status == 0
    made = tomllib.loads((workspace / "partners" / "acme.toml").read_text("utf-8"))
    assert made["name"] == cell
    assert [one["name"] for one in made["contacts"].values()] == [cell]


def test_an_acknowledgement_that_comes_later_is_a_contact_of_its_own(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    told = line(
        partner="acme", told_at="2026-11-22 02:20 Europe/Berlin", next_update="2026-11-23 UTC"
    )
    run("partners", "import", "-", incident, stdin=matrix(told))
    text = run("partners", "export", incident).out
    rows = table(text)
    rows[0] |= {"acknowledged": "yes", "next update": ""}
    later = matrix(",".join(rows[0][column] for column in COLUMNS))
    for _ in range(2):
        assert run("partners", "import", "-", incident, stdin=later).status == 0
    first, second = contacts(run, incident)
    assert (first["told"], first.get("acknowledged", False)) == (True, False)
    assert (second["told"], second["acknowledged"], second["direction"]) == (False, True, "in")
    assert second["next_update"] == first["next_update"]


def test_all_lines_are_checked_before_anything_is_written(run: Run, workspace: Path) -> None:
    incident = opened(run)
    before = run("register", "head").out
    text = matrix(
        line(partner="good", name="Good SE", people="5"),
        line(partner="bad one", name="Bad"),
        line(partner="acme", people="many", told_at="yesterday"),
        line(partner="newco", e_mail="jane at newco", contact_name="Jane"),
        line(partner="other", name="Other", verified_on="14.09.2026"),
        line(partner="more", name="More", telephone="call me"),
        line(partner="less", name="Less", acknowledged="perhaps"),
        line(partner="how", name="How", how="telephone"),
        line(partner="nameless", contact_name="Jane"),
        line(partner="good", people="6"),
        line(partner="good", name="Better SE"),
        line(name="Nobody"),
    )
    said = run("partners", "import", "-", incident, stdin=text)
    assert said.status == 2
    assert said.hint == "nothing was written; mend these lines"
    for message in (
        "line 3: partner: 'bad one' is neither a partner's name nor a key",
        "line 4: people: 'many' is not a number",
        "line 5: e-mail: 'jane at newco' is not an e-mail address",
        "line 6: verified on: '14.09.2026' is not a date; write 2026-09-14",
        "line 7: telephone: 'call me' is not a telephone number",
        "line 8: acknowledged: 'perhaps' is neither yes nor no",
        "line 11: people: differs from the line above",
        "; and 3 more",
    ):
        assert message in said.error
    assert list((workspace / "partners").iterdir()) == []
    assert run("register", "head").out == before


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "the column partner is missing", "first line: partner,name,"),
        ("name,people\nx,3\n", "the column partner is missing", ""),
        ("partner,poeple\n", "no column 'poeple' is known", "did you mean people?"),
        ("partner,name\n,x\n", "line 2: partner: is empty", ""),
        ("partner,zzz\n", "no column 'zzz' is known", "known: partner, name"),
        ("partner,name,Name\n", "the column name stands there twice", ""),
        ("partner,name\nacme,Acme, Inc.\n", "line 2: has 3 cells for 2 columns", "quotes"),
        ('partner,name\nacme,"Acme\n', "line 2: ", ""),
        ("partner,name\nacme,a\x00b\n", "line 2", ""),
        ("partner,name\nacme,a\x1b[31m\n", "line 2: name: holds the character U+001B", ""),
        (b"partner,name\nacme,\xe4\n", "- is not UTF-8 text", "CSV UTF-8"),
        ("partner\n" + "x" * 1_000_001, "- is larger than 1,000,000 bytes", ""),
        (
            "partner,name\n../../etc/passwd,x\n",
            "line 2: partner: '../../etc/passwd' is neither",
            "",
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_table_that_cannot_be_read(
    run: Run, workspace: Path, text: str | bytes, message: str, hint: str
) -> None:
    said = run("partners", "import", "-", stdin=text)
    assert said.status == 2, said.err
    assert message in said.error
    assert hint in said.hint
    assert list((workspace / "partners").iterdir()) == []


def test_two_lines_of_a_partner_do_not_contradict(run: Run) -> None:
    for one, other in (({"name": "A"}, {"name": "B"}), ({"people": "1"}, {"people": "2"})):
        lines = [line(partner="acme", name="A"), line(partner="acme", **other)]
        said = run("partners", "import", "-", stdin=matrix(line(partner="acme", **one), *lines))
        assert said.status == 2
        assert f"line 4: {next(iter(other))}: differs from the line above" in said.error


def test_an_incident_that_cannot_take_the_table(run: Run, workspace: Path) -> None:
    text = matrix(line(partner="acme", name="Acme", people="3"))
    missing = run("partners", "import", "-", "2026-0009", stdin=text)
    assert (missing.status, missing.error) == (2, "no incident 2026-0009")
    first, other = opened(run), opened(run)
    run("incident", "merge", other, first, "--reason", "same")
    merged = run("partners", "import", "-", other, stdin=text)
    assert (merged.status, merged.hint) == (3, f"breachkit partners import FILE {first}")
    refused = run("partners", "import", "-", first, "--as", "pager", stdin=text)
    assert refused.status == 3
    assert list((workspace / "partners").iterdir()) == []


def test_no_file_to_read(run: Run) -> None:
    said = run("partners", "import", "nofile.csv")
    assert (said.status, said.error) == (2, "nofile.csv cannot be read: No such file or directory")
