"""Bad input, hostile input and a broken workspace: one clear message each, and nothing written."""

import json
import os
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from breachkit.app import open_workspace
from breachkit.errors import BadInputError
from tests.cli.conftest import Run, opened


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (
            '{"title":"x","timeline":{"discovered_at":1700000000}}',
            "timeline.discovered_at: 1700000000 is not a time; write 2026-",
            "",
        ),
        (
            '{"title":"x","timeline":{"discovered_at":"1700000000"}}',
            "timeline.discovered_at: '1700000000' is not a time; write 2026-",
            "",
        ),
        (
            '{"title":"x","timeline":{"discovered_at":"1970-01-01T00:00Z"}}',
            "timeline.discovered_at: '1970-01-01T00:00Z' looks like a clock that was never set",
            "",
        ),
        (
            '{"title":"x","timeline":{"discovered_at":"02:10"}}',
            "timeline.discovered_at: '02:10' has no zone",
            "",
        ),
        (
            '{"title":"x","timeline":{"discoverd_at":"now"}}',
            "timeline.discoverd_at: no such instant",
            "did you mean discovered_at?",
        ),
        ('{"title":"x","title":"y"}', "the key 'title' stands twice", "keep one of the two"),
        ('{"title":"x","colour":"red"}', "colour: no such fact", ""),
        (
            '{"title":"x","data":{"v":{"protecton":{"state":"none"}}}}',
            "data.v.protecton: no such fact",
            "did you mean protection?",
        ),
        ('{"title":["x"]}', "title: input should be a valid string, found ['x']", ""),
        ('{"title":"x","people":1.5}', "people: 1.5 is not a whole number", "712"),
        ('{"title":"x","people":true}', "people: True is not a number; write 712", ""),
        ('{"title":"x","people":"13.000"}', "people: '13.000' is not a number; write 712", ""),
        ('{"title":"x","people":NaN}', ": NaN is not a number", "leave out what"),
        (
            '{"title":"x","scopes":{"Acme GmbH":{}}}',
            "scopes.Acme GmbH: 'Acme GmbH' is not a key",
            "for example acme-gmbh",
        ),
        ('{"title":"x","scopes":[]}', "scopes: ", ""),
        ('{"title":"x","unknown":[]}', "unknown: expected ", ""),
        ('{"title":"x","unknown":{"poeple":"?"}}', "poeple: no such fact", "did you mean people?"),
        (
            '{"title":"x","unknown":{"data.v.protecton":"?"}}',
            "data.v.protecton: no such fact",
            "did you mean data.v.protection?",
        ),
        ('{"title":"x","unknown":{"data.a b.records":"?"}}', "'a b' is not a key", ""),
        (
            '{"title":"x","people":3,"unknown":{"people":"?"}}',
            "people: is stated, and stated as not yet known as well",
            "",
        ),
        ('{"title":"x","certainty":"maybe"}', "certainty: 'maybe' is none of confirmed", ""),
        ('{"title":"x","source":"a\\nb"}', "source: has a line break", ""),
        ('{"title":"x","reference":7}', "reference: expected text, found 7", ""),
        ('{"title":"a\\u001b[31mb"}', "title: holds the character U+001B", ""),
        ('{"title":"a\\ue000b"}', "title: holds the character U+E000", ""),
        ('{"title":"a\\u202eb"}', "title: holds the character U+202E", ""),
        ('{"a\\u001b[31m":"b"}', "\\u001b[31m: no such fact", ""),
        ('{"title":"' + "x" * 201 + '"}', "title: string should have at most 200 characters", ""),
        ("[1, 2]", "is not valid JSON or TOML", ""),
        ("{", "is not valid JSON or TOML", ""),
        ("", "standard input is empty", "state at least a title"),
        ("{}", "an incident needs at least a title", "breachkit incident open --title"),
        ('{"title":"x","people":' + "9" * 5000 + "}", "a number of 5,000 digits is no", "712"),
        ("title = 'x'\npeople = " + "9" * 5000, "a number with that many digits", "712"),
        ("title = 'x'\npeople = 3\ntitle = 'y'", "line 3: the key title stands twice", "keep one"),
        ("[data.v]\n[data.v]", "line 2: the key [data.v] stands twice", "keep one of the two"),
        ('{"a":' * 100_000, "a: standard input is nested deeper than 12 levels", "how deep"),
        ("[" * 100_000, "", ""),
        ('{"a":' * 20 + "1" + "}" * 20, "nested deeper than 12 levels", ""),
        ('{"title":"' + "x" * 1_000_001 + '"}', "is larger than 1,000,000 bytes", "send the facts"),
        (
            json.dumps({"title": "x", "advice": {f"a{n}": {"text": "t"} for n in range(20_001)}}),
            "20002 facts in one statement",
            "",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_bad_input_is_one_clear_message(run: Run, content: str, message: str, hint: str) -> None:
    opened(run)
    before = run("register", "head").out
    said = run("incident", "open", "-", stdin=content)
    assert said.status == 2, said.err
    assert message in said.error
    assert hint in said.hint
    assert "\x1b" not in said.err
    assert "Traceback" not in said.err
    assert len(said.err) < 2000
    assert run("register", "head").out == before


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["open", "nofile.json"], "nofile.json cannot be read: No such file", "or - for"),
        (["open", "--set", "people=" + "9" * 5000], "people: '999", ""),
        (["open", "--title", "x", "--reference", "y" * 300], "reference: string should have", ""),
        (["open", "--set", "poeple=3"], "poeple: no such fact", "did you mean people?"),
        (
            ["open", "--set", "people"],
            "--set takes a path and a value, not 'people'",
            "--set people",
        ),
        (["open", "--set", "=3"], "--set takes a path and a value", ""),
        (["open", "--set", "people=1", "--set", "people=2"], "people stands twice in --set", ""),
        (
            ["open", "--set", "people=1", "--set", "people.value=2"],
            "people is stated as one fact already",
            "",
        ),
        (["open", "--set", "people.x.y=1"], "people", ""),
        (["open", "--set", ".".join("a" * 5000) + "=1"], "nested deeper than 12 levels", ""),
        (["open", "--set", 'nature.kinds=["loss"]'], "nature.kinds.0: ", ""),
        (
            ["open", "--set", "nature.kinds=[loss]"],
            "nature.kinds: begins like JSON and is none",
            "",
        ),
        (["open", "--unknown", "people"], "--unknown takes a path and a value", ""),
        (["open", "--by", "now"], "nothing is --unknown", ""),
        (["open", "--title", "x", "--reference", "a\nb"], "reference: has a line break", ""),
        (["open", "--title", "x", "--source", "a\x07b"], "source: holds the character U+0007", ""),
        (["open", "--title", "x", "--partner", "Acme GmbH"], "'Acme GmbH' is not a key", ""),
        (
            ["open", "--title", "x", "--certainty", "maybe"],
            "'maybe' is not one of",
            "breachkit incident open --help",
        ),
        (["open", "--titel", "x"], "No such option '--titel'", "breachkit incident open --help"),
        (["opne"], "no command 'opne'; did you mean open?", "breachkit incident --help"),
        (["amend", "2026-0009", "--set", "people=3"], "no incident 2026-0009", "2026-0001"),
        (["amend", "2026-0001", "--unset", "poeple"], "nothing is stated at poeple", ""),
        (
            ["amend", "2026-0001", "--unset", "tilte"],
            "nothing is stated at tilte",
            "did you mean title?",
        ),
        (
            ["amend", "2026-0001", "--unknown", "people.value=?"],
            "people is one fact, with nothing below it",
            "",
        ),
        (["show", "2026-0009"], "no incident 2026-0009", "2026-0001"),
        (["show", "2026-0001", "--at", "yesterday"], "at: 'yesterday' is not a time", ""),
        (
            ["check", "2026-0001", "--scope", "bolt"],
            "2026-0001 has no scope bolt",
            "its scopes: acme",
        ),
        (
            ["merge", "2026-0001", "2026-0001", "--reason", "x"],
            "2026-0001 cannot be merged into itself",
            "",
        ),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else None,
)
def test_a_slip_on_the_command_line_is_told(
    run: Run, words: list[str], message: str, hint: str
) -> None:
    opened(run, "--partner", "acme")
    said = run("incident", *words)
    assert said.status == 2, said.err
    assert message in said.error
    assert hint in said.hint


@pytest.mark.parametrize(
    "title",
    [
        "{{ 7*7 }} {% raw %}",
        "<script>alert(1)</script> & <b>",
        "**bold** [log in](https://evil.test)",
        "مرحبا بالعالم",
        "'; DROP TABLE entries; --",
        '"""\n'.strip() + " # [table]",
    ],
)
def test_a_hostile_title_stays_a_title(run: Run, title: str) -> None:
    said = run("incident", "open", "--title", title, "--partner", "acme")
    assert said.out.startswith(f"opened 2026-0001: {title}\n")
    assert run("incident", "show", "2026-0001").out.startswith(f"2026-0001: {title}\n")
    assert tomllib.loads(run("incident", "check", "2026-0001", "--form").out)


def test_automation_opens_and_amends_and_no_more(run: Run) -> None:
    incident = opened(run, "--as", "pager")
    assert run("incident", "amend", incident, "--set", "people=3", "--as", "pager").status == 0
    said = run("incident", "close", incident, "--reason", "x", "--as", "pager")
    assert said.status == 3
    assert "automation may open and amend incidents" in said.error


def test_no_workspace(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("incident", "open", "--title", "x")
    assert (said.status, said.error) == (1, f"no workspace in {tmp_path} or above it")
    assert said.hint == "breachkit init, or name one with -C FOLDER"
    assert run("-C", "psirt", "incident", "open", "--title", "x").status == 0


def test_a_register_that_is_none(run: Run, workspace: Path) -> None:
    (workspace / "register.sqlite3").write_bytes(b"not a register" * 1000)
    said = run("incident", "open", "--title", "x")
    assert said.status in {1, 4}
    assert "register.sqlite3" in said.error


def test_a_register_written_by_a_newer_breachkit(run: Run, workspace: Path) -> None:
    import sqlite3

    with sqlite3.connect(workspace / "register.sqlite3") as database:
        database.execute("PRAGMA user_version = 999")
    database.close()
    said = run("incident", "open", "--title", "x")
    assert said.status == 1
    assert "has version 999" in said.error
    assert said.hint == "python -m pip install --upgrade breachkit"


def test_settings_that_cannot_be_read(run: Run, workspace: Path) -> None:
    (workspace / "people.toml").write_text('[people.maria]\nname = "M"\nroles = ["boss"]\n')
    said = run("incident", "open", "--title", "x")
    assert said.status == 1
    assert "people.toml: people.maria.roles.0" in said.error


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ('"Mars/X"', "Mars/X"),
        ('""', "''"),
        ("5", "5"),
        ('"/etc/localtime"', "/etc/localtime"),
        ('"../../etc/passwd"', "../../etc/passwd"),
        ('"Europe"', "Europe"),
        ('"+01:00"', "+01:00"),
    ],
)
@pytest.mark.parametrize(
    "words", [("status",), ("incident", "list"), ("deadline", "list"), ("status", "2026-0001")]
)
def test_a_zone_that_is_none_is_told_with_its_file(
    run: Run, workspace: Path, zone: str, shown: str, words: tuple[str, ...]
) -> None:
    opened(run)
    settings = workspace / "breachkit.toml"
    text = settings.read_text("utf-8").replace('zone = "Europe/Berlin"', f"zone = {zone}")
    settings.write_text(text, encoding="utf-8")
    said = run(*words)
    assert said.status == 1
    assert said.error == (
        f"breachkit.toml: zone: {shown} is not a time zone; write one like Europe/Berlin"
    )
    assert said.hint == f"mend {settings}"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("[due_soon]", '[due_soon]\nshare = "1/0"', "due_soon.share: 1/0 is not a part of the"),
        ("[due_soon]", '[due_soon]\nshare = "5/4"', "due_soon.share: 5/4 is not a part of the"),
        (
            "[due_soon]",
            "[due_soon]\nshare = 0.25",
            "due_soon.share: input should be a valid string",
        ),
        ("[due_soon]", '[due_soon]\nzone = "Europe/Berlin"', "due_soon.zone: unknown key"),
        (
            'format = "json"',
            'format = "XML"',
            "log.format: input should be 'json', 'console' or 'none', found 'XML'",
        ),
        ('zone = "Europe/Berlin"', 'zone = "Europe/Berlim"', "Europe/Berlim is not a time zone"),
    ],
)
def test_settings_with_a_wrong_value_name_it(
    run: Run, workspace: Path, before: str, after: str, message: str
) -> None:
    settings = workspace / "breachkit.toml"
    text = settings.read_text("utf-8").replace('share = "1/4"', "#")
    settings.write_text(text.replace(before, after), encoding="utf-8")
    said = run("incident", "open", "--title", "x")
    assert said.status == 1
    assert said.error.startswith("breachkit.toml: ")
    assert message in said.error
    assert said.hint == f"mend {settings}"


def test_a_file_that_is_no_utf_8_says_how_to_save_it(run: Run, workspace: Path) -> None:
    (workspace / "alert.json").write_bytes(b'{"title": "Stra\xdfe"}')
    said = run("incident", "open", "alert.json")
    assert said.status == 2
    assert "alert.json is not UTF-8 text: invalid continuation byte at byte 16" in said.error
    assert said.hint == "save it as UTF-8, as in: iconv -f latin1 -t UTF-8 alert.json > utf8.json"


def test_a_library_call_with_a_huge_number_fails_in_our_words(workspace: Path) -> None:
    with open_workspace(workspace) as kit, pytest.raises(BadInputError, match="that many digits"):
        kit.open_incident({"title": "x", "people": 10**5000})


def test_a_setting_that_stands_twice_is_named(run: Run, workspace: Path) -> None:
    settings = workspace / "breachkit.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("[organisation]", "zone = 'UTC'\n[organisation]", 1))
    said = run("status")
    assert said.status == 1
    assert "breachkit.toml cannot be read: line 6: the key zone stands twice" in said.error
    settings.write_text("people = " + "9" * 5000)
    assert "digits is no figure" in run("status").error


def test_the_hint_to_a_ruling_out_is_the_whole_command(run: Run) -> None:
    incident = opened(run)
    said = run("incident", "amend", incident, "--set", "status.personal_data=ruled_out")
    assert said.status == 3
    assert said.hint.startswith(f"breachkit decision record {incident} --rule-out personal_data ")


def test_a_language_without_a_template_says_where_one_would_lie(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    said = run("notice", "draft", incident, "--to", "partner", "--language", "de")
    assert said.status == 2
    assert said.error == ("no notice can be written in 'de': there is no template partner/de.md.j2")
    assert "templates/partner/de.md.j2 in the workspace" in said.hint


def test_a_reference_is_the_same_with_blanks_around_it(run: Run) -> None:
    first = run("incident", "open", "--title", "x", "--reference", " X", "--json").data
    again = run("incident", "open", "--title", "x", "--reference", "X ", "--json").data
    assert (first["incident"], first["created"]) == (again["incident"], True)
    assert not again["created"]


@pytest.mark.parametrize("damage", ["garbage", "head"])
def test_a_register_that_cannot_be_trusted_ends_alike(
    run: Run, workspace: Path, damage: str
) -> None:
    opened(run)
    register = workspace / "register.sqlite3"
    if damage == "garbage":
        register.write_bytes(b"no database at all, and long enough to be looked at" * 100)
    else:
        with sqlite3.connect(register) as database:
            database.execute("DELETE FROM head")
        database.close()
    said = run("register", "verify")
    assert said.status == 4
    assert said.hint == "restore it from a backup"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "breachkit"],
        env={**os.environ, "_BREACHKIT_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
    )
    # Asked of `python -m`, the program has no name of its own; the words are the shell's.
    assert "_BREACHKIT_COMPLETE" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("breachkit ", {"incident", "notice", "status"}),
        ("breachkit inc", {"incident"}),
        ("breachkit incident ", {"open", "amend", "check"}),
        ("breachkit notice rec", {"record-delivery"}),
    ],
)
def test_nouns_and_verbs_are_completed(words: str, wanted: set[str]) -> None:
    from click.shell_completion import ShellComplete

    from breachkit.cli import breachkit

    *before, last = words.split(" ")
    shell = ShellComplete(breachkit, {}, "breachkit", "_BREACHKIT_COMPLETE")
    found = {one.value for one in shell.get_completions(before[1:], last)}
    assert wanted <= found
