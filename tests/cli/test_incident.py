"""`breachkit incident` as responders and automation call it: outcomes, refusals, transcripts."""

import json
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from breachkit.app import Breachkit
from tests.cli.conftest import DISCOVERED, TITLE, Run, Said, opened, written
from tests.conftest import SetClock, partner

ALERT = {
    "reference": "PD-4711",
    "source": "pager",
    "title": TITLE,
    "timeline": {"discovered_at": "2026-11-22 02:10 Europe/Berlin"},
    "scopes": {"acme": {}},
}


# Whole transcripts


def test_open_from_flags(run: Run, workspace: Path, transcript: Callable[..., None]) -> None:
    partner(workspace, "acme", "Acme Cameras")
    line = f'incident open --title "{TITLE}" --discovered-at "{DISCOVERED}" --partner acme'
    alarm = 'incident open --title "Odd logins" --partner nobody'
    again = f'incident open --title "{TITLE}" --reference PD-1'
    lines = [line, alarm, again, again]
    transcript("open", *((f"breachkit {one}", run(*shlex.split(one))) for one in lines))


def test_check(run: Run, workspace: Path, transcript: Callable[..., None]) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(
        run, "--partner", "acme", "--set", "nature.description=Pictures were mixed up."
    )
    run(
        *("incident", "amend", incident, "--set", "data.video.category=video"),
        *("--set", "data.video.protection.state=encrypted", "--set", "origin.kind=own"),
        *(
            "--unknown",
            "scopes.acme.people=still counting",
            "--by",
            "2026-11-23 12:00 Europe/Berlin",
        ),
    )
    line = f"incident check {incident}"
    transcript("check", (f"breachkit {line}", run(*line.split())))


def test_amend(run: Run, workspace: Path, transcript: Callable[..., None]) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(run, "--partner", "acme", "--set", "scopes.acme.people=about 900")
    run("notice", "draft", incident, "--to", "partner")
    lines = [
        '--set scopes.acme.people=2000 --set people=1500 --source "cloud team" --certainty estimated',
        '--unknown scopes.acme.records="files are counted" --by "2026-11-23 Europe/Berlin"',
        '--set timeline.discovered_at="2026-11-22 01:30 Europe/Berlin"',
        '--set timeline.discovered_at="2026-11-22 02:20 Europe/Berlin"',
        '--set timeline.discovered_at="2026-11-22 02:20 Europe/Berlin" --correct "another report"',
        "--unset people",
        "--set scopes.acme.people=2000",
    ]
    lines = [f"incident amend {incident} {one}" for one in lines]
    transcript("amend", *((f"breachkit {one}", run(*shlex.split(one))) for one in lines))


def test_show_with_sources(
    run: Run, workspace: Path, clock: SetClock, transcript: Callable[..., None]
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(run, "--partner", "acme", "--source", "pager", "--as", "pager")
    clock.pass_(hours=1)
    run(
        *("incident", "amend", incident, "--set", "people=about 13000"),
        *("--set", "nature.description=Pictures of one household were shown in another's app."),
        *("--unknown", "scopes.acme.people=still counting", "--by", "2026-11-23 Europe/Berlin"),
        *("--source", "cloud team", "--certainty", "estimated"),
    )
    run("contact", "record", incident, "--scope", "acme", "--told", "--at", "03:20 Europe/Berlin")
    run("notice", "draft", incident, "--to", "partner")
    line = f"incident show {incident} --sources"
    transcript("show", (f"breachkit {line}", run(*line.split())))


# Opening


@pytest.mark.parametrize("form", ["json", "toml", "stdin json", "stdin toml", "no suffix"])
def test_an_alert_says_the_same_in_every_form(run: Run, workspace: Path, form: str) -> None:
    as_toml = (
        'reference = "PD-4711"\nsource = "pager"\ntitle = "Footage shown to strangers"\n'
        'timeline.discovered_at = "2026-11-22 02:10 Europe/Berlin"\nscopes.acme = {}\n'
    )
    match form:
        case "stdin json":
            said = run("incident", "open", "-", "--json", stdin=json.dumps(ALERT))
        case "stdin toml":
            said = run("incident", "open", "-", "--json", stdin=as_toml)
        case _:
            name = {"json": "a.json", "toml": "a.toml"}.get(form, "alert")
            raw = json.dumps(ALERT) if form == "json" else as_toml
            said = run("incident", "open", written(workspace, name, raw), "--json")
    assert said.status == 0, said.err
    assert said.data["created"]
    assert said.data["reference"] == "PD-4711"
    assert said.data["next_duty"]["due_at"] == "2026-11-24T01:10:00Z"
    shown = run("incident", "show", said.data["incident"], "--json").data
    assert shown["sources"]["title"]["source"] == "pager"
    assert shown["facts"]["scopes"] == {"acme": {"capacity": "processor"}}


def test_a_flag_comes_before_the_file(run: Run, workspace: Path) -> None:
    name = written(workspace, "a.json", {**ALERT, "people": 3, "certainty": "estimated"})
    said = run(
        *("incident", "open", name, "--title", "Another", "--set", "people=at least 97"),
        *("--source", "by hand", "--reference", "PD-1", "--partner", "acme", "--json"),
    )
    shown = run("incident", "show", said.data["incident"], "--json").data
    assert shown["title"] == "Another"
    assert shown["reference"] == "PD-1"
    assert shown["facts"]["people"]["form"] == "at_least"
    assert shown["sources"]["people"]["source"] == "by hand"
    assert shown["sources"]["people"]["certainty"] == "estimated"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("title=404", "404"),
        ("title=true story", "true story"),
        ("nature.malicious=false", False),
        ('nature.kinds=["availability"]', ["availability"]),
        ("people=712", {"kind": "count", "form": "exact", "value": 712}),
        ('people={"form":"range","value":1,"high":3}', None),
        ("nature.description=a = b", "a = b"),
    ],
)
def test_a_value_is_text_or_json(run: Run, text: str, kept: object) -> None:
    incident = opened(run)
    assert run("incident", "amend", incident, "--set", text).status == 0
    found = run("incident", "show", incident, "--json").data["facts"]
    for name in text.partition("=")[0].split("."):
        found = found[name]
    assert kept is None or found == kept


def test_a_partner_may_be_named(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Inc.")
    incident = opened(run, "--partner", "ACME INC.", "--partner", "own")
    scopes = run("incident", "show", incident, "--json").data["facts"]["scopes"]
    assert scopes == {"acme": {"capacity": "processor"}, "own": {"capacity": "controller"}}


def test_an_unknown_partner_is_recorded_and_flagged(run: Run) -> None:
    said = run("incident", "open", "--title", "x", "--partner", "stranger")
    assert said.status == 0
    assert "no partner stranger is listed" in said.out


def test_the_same_reference_opens_one_incident(run: Run, workspace: Path) -> None:
    first = run("incident", "open", written(workspace, "a.json", ALERT), "--json").data
    later = {**ALERT, "title": "It's worse; much", "people": "about 900"}
    said = run("incident", "open", written(workspace, "my alert.json", later))
    assert said.status == 0
    assert said.out.startswith(f"{first['incident']} (open) has this alert's reference already")
    assert f"title: {TITLE}; alert: It's worse; much" in said.out
    assert "people: -; alert: about 900" in said.out
    assert f"next: breachkit incident amend {first['incident']} --from 'my alert.json'" in said.err
    assert run("register", "head").out.split()[0] == first["head"]


def test_hints_can_be_pasted_into_a_shell(run: Run, workspace: Path) -> None:
    run("incident", "open", written(workspace, "a.json", ALERT))
    title = "It's $(rm -rf) `worse`; much"
    said = run("incident", "open", "--title", title, "--reference", "PD-4711")
    line = said.err.strip().removeprefix("next: ")
    assert shlex.split(line)[-2:] == ["--set", f"title={title}"]
    assert run(*shlex.split(line)[1:]).status == 0


def test_five_hundred_alerts_with_one_reference(run: Run, kit: Breachkit, workspace: Path) -> None:
    name = written(workspace, "a.json", ALERT)
    said = [run("incident", "open", name, "--json") for _ in range(500)]
    assert {one.status for one in said} == {0}
    assert [one.data["created"] for one in said] == [True] + [False] * 499
    assert len({one.data["head"] for one in said}) == 1
    assert len(kit.incidents()) == 1


def test_eight_processes_at_once_with_one_reference(workspace: Path, kit: Breachkit) -> None:
    name = str(workspace / written(workspace, "a.json", ALERT))
    line = [sys.executable, "-m", "breachkit", "incident", "open", name, "-C", str(workspace)]
    several = [
        subprocess.Popen([*line, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(8)
    ]
    answers = [json.loads(one.communicate()[0]) for one in several]
    assert [one.returncode for one in several] == [0] * 8
    assert sum(answer["created"] for answer in answers) == 1
    assert {answer["incident"] for answer in answers} == {kit.incidents()[0].matter}
    assert not kit.verify().faults


def test_what_is_not_stated_shows_a_provisional_clock(run: Run) -> None:
    said = run("incident", "open", "--title", "x", "--detected-at", "2026-11-22 01:00 UTC")
    assert "provisional:" in said.out
    assert "(2026-11-24T01:00Z)" in said.out
    assert '--set timeline.discovered_at="TIME ZONE"' in said.err


# Amending


def test_parts_of_the_origin_are_facts_of_their_own(run: Run) -> None:
    incident = opened(run, "--set", "origin.kind=subprocessor")
    run("incident", "amend", incident, "--set", "origin.name=Azure")
    shown = run("incident", "show", incident, "--json").data
    assert shown["facts"]["origin"] == {"kind": "subprocessor", "name": "Azure"}
    assert {"origin.kind", "origin.name"} <= shown["sources"].keys()


def test_unknown_is_stated_taken_back_and_cleared(run: Run) -> None:
    incident = opened(run)
    said = run(
        "incident", "amend", incident, "--unknown", "people=counting", "--by", "2026-11-24 UTC"
    )
    assert "people: not yet known: counting; follows by Tue 24 Nov 2026 UTC" in said.out
    assert run("incident", "amend", incident, "--unset", "people").status == 0
    assert run("incident", "show", incident, "--json").data["unknown"] == {}
    run("incident", "amend", incident, "--unknown", "people=counting")
    run("incident", "amend", incident, "--set", "people=3")
    assert run("incident", "show", incident, "--json").data["unknown"] == {}


@pytest.mark.parametrize("path", ["timeline.discovered_at", "timeline", "scopes.acme", "scopes"])
def test_no_clock_is_dropped_without_a_reason(run: Run, path: str) -> None:
    incident = opened(run, "--partner", "acme")
    said = run("incident", "amend", incident, "--unset", path)
    assert said.status == 3
    assert said.hint.endswith("--correct REASON")
    assert run("incident", "amend", incident, "--unset", path, "--correct", "wrong").status == 0


def test_ruling_out_is_no_amendment(run: Run) -> None:
    said = run("incident", "amend", opened(run), "--set", "status.personal_data=ruled_out")
    assert said.status == 3
    assert "decision record" in said.hint


def test_an_amendment_from_standard_input(run: Run) -> None:
    incident = opened(run)
    said = run("incident", "amend", incident, "--from", "-", stdin='people = "about 5"\n')
    assert "fact     people: - → about 5" in said.out


def test_json_of_an_amendment(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = opened(run, "--partner", "acme", "--set", "scopes.acme.people=900")
    run("notice", "draft", incident, "--to", "partner")
    said = run("incident", "amend", incident, "--set", "scopes.acme.people=2000", "--json")
    assert said.data["changed"][0]["path"] == "scopes.acme.people"
    assert said.data["notices"] == [
        {
            "notice": f"{incident}-n1.1",
            "contradicted": ["scopes.acme.people"],
            "supplement": [],
        }
    ]
    assert said.data["head"] == run("register", "head").out.split()[0]


# Showing, merging, closing, listing


def test_show_as_it_was_known(run: Run, clock: SetClock) -> None:
    incident = opened(run)
    clock.pass_(hours=2)
    run("incident", "amend", incident, "--set", "people=712")
    assert "712" in run("incident", "show", incident).out
    said = run("incident", "show", incident, "--at", "2026-11-22 03:00 Europe/Berlin")
    assert "712" not in said.out
    assert "AS KNOWN AT 2026-11-22 03:00 Europe/Berlin" in said.out
    early = run("incident", "show", incident, "--at", "2026-11-21 UTC")
    assert early.status == 2
    assert "was opened on" in early.error


def test_merge(run: Run) -> None:
    first = opened(run, "--partner", "acme")
    other = opened(run, "--partner", "bolt", "--reference", "PD-2", "--set", "people=3")
    said = run("incident", "merge", other, first, "--reason", "same outage")
    assert said.out.startswith(f"merged {other} into {first}: {TITLE}\n")
    assert "fact     people: - → 3" in said.out
    assert "moved    imou-dpa/6.3@bolt: none → " in said.out
    again = run("incident", "open", "--title", TITLE, "--reference", "PD-2", "--json").data
    assert (again["incident"], again["created"]) == (first, False)
    late = run("incident", "amend", other, "--set", "people=4")
    assert (late.status, late.hint) == (3, f"breachkit incident show {first}")


def test_close_and_list(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    refused = run("incident", "close", incident, "--reason", "done")
    assert refused.status == 3
    assert "--despite-open-duties" in refused.hint
    run("contact", "record", incident, "--scope", "acme", "--told")
    owed = run("incident", "close", incident, "--reason", "done")
    assert owed.status == 3, "a call alone leaves the notice owed"
    said = run("incident", "close", incident, "--reason", "done", "--despite-open-duties")
    assert said.out == f"closed {incident}: {TITLE}\n"
    again = run("incident", "close", incident, "--reason", "done", "--despite-open-duties")
    assert again.head == said.head
    assert "No open incidents." in run("incident", "list").err
    assert [row["state"] for row in run("incident", "list", "--all", "--json").data] == ["closed"]
    run("incident", "amend", incident, "--set", "people=3")
    assert TITLE in run("incident", "list").out


# Checking


def answers(said: Said, obligation: str) -> dict[str, str]:
    """Return how far each requirement is met, by its title."""
    duties = {one["duty"].partition("@")[0]: one for one in said.data["duties"]}
    return {one["title"]: one["answer"] for one in duties[obligation]["requirements"]}


def test_an_unknown_key_leaves_the_protection_half_answered(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    key = "how the data are protected, and whether the key is safe"
    state = "whether the data are encrypted, anonymised or otherwise incomprehensible"
    run(
        *("incident", "amend", incident, "--set", "data.laptop.category=contact_details"),
        *("--set", "data.laptop.protection.state=encrypted"),
        *("--set", "data.laptop.protection.method=AES-256"),
    )
    found = answers(run("incident", "check", incident, "--json"), "imou-dpa/6.3")
    assert (found[state], found[key]) == ("met", "missing")
    run(
        "incident", "amend", incident, "--unknown", "data.laptop.protection.key_state=being checked"
    )
    found = answers(run("incident", "check", incident, "--json"), "imou-dpa/6.3")
    assert found[key] == "not yet known"
    run("incident", "amend", incident, "--set", "data.laptop.protection.key_state=safe")
    found = answers(run("incident", "check", incident, "--json"), "imou-dpa/6.3")
    assert found[key] == "met"


def test_check_says_what_may_follow(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    said = run("incident", "check", incident, "--json", "--notice", "partner")
    duty = next(one for one in said.data["duties"] if one["duty"] == "imou-dpa/6.3@acme")
    allowed = {
        (one["citation"][-3:], one["unknown_allowed"], one["standing"])
        for one in duty["requirements"]
    }
    assert {one for one in allowed if one[0] == "(c)"} == {("(c)", "never", "text")}
    assert ("(b)", "initial", "derived") in allowed
    assert {one[1] for one in allowed if one[0] in {"(d)", "(e)"}} == {"always"}
    text = run("incident", "check", incident, "--notice", "partner").out
    assert "NOTICE TO THE AUTHORITY" not in text
    assert "has no clause on notices in phases" in text


def test_every_command_that_check_names_can_be_typed(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    filled = {"NUMBER": "3", "TEXT": "a text", "TIME ZONE": "2026-11-22 01:00 UTC"}
    for duty in run("incident", "check", incident, "--json").data["duties"]:
        for one in (gap for held in duty["requirements"] for gap in held["gaps"]):
            words = shlex.split(one["command"])[1:]
            path, _, value = words[-1].partition("=")
            if value == "CHOICE":
                continue
            said = run(*words[:-1], f"{path}={filled.get(value, value)}")
            assert said.status == 0 or "contact.email" in path, said.err


def test_scopes_that_lack_the_same_stand_together(run: Run) -> None:
    words = [word for n in range(5) for word in ("--partner", f"p{n}")]
    said = run("incident", "check", opened(run, *words), "--notice", "partner")
    assert "Article 6.3 imou-dpa: p0, p1, p2 and 2 others (ours)" in said.out


# The form


def test_a_form_is_filled_in_and_read_back(run: Run, workspace: Path) -> None:
    incident = opened(run, "--partner", "acme")
    form = run("incident", "check", incident, "--form").out
    assert tomllib.loads(form)["nature"] == {"description": ""}
    name = written(workspace, "form.toml", form)
    empty = run("incident", "amend", incident, "--from", name)
    assert empty.out == f"{incident} says that already; nothing was written\n"
    filled = (
        form.replace('source = ""', 'source = "forensics"')
        .replace('certainty = ""', 'certainty = "estimated"')
        .replace('nature.description = ""', 'nature.description = "Pictures were mixed up."')
        .replace('scopes.acme.people = ""', 'scopes.acme.people = "about 900"')
        .replace('data.d1.category = ""', 'data.d1.category = "video"')
        .replace('"groups" = { reason = ""', '"groups" = { reason = "being matched"')
    )
    said = run("incident", "amend", incident, "--from", written(workspace, "form.toml", filled))
    assert said.status == 0, said.err
    shown = run("incident", "show", incident, "--json").data
    assert shown["facts"]["scopes"]["acme"]["people"]["value"] == 900
    assert shown["facts"]["data"] == {"d1": {"category": "video"}}
    assert shown["unknown"]["groups"]["reason"] == "being matched"
    assert shown["sources"]["scopes.acme.people"]["source"] == "forensics"
    assert shown["sources"]["scopes.acme.people"]["certainty"] == "estimated"
    assert "scopes.acme.people" not in run("incident", "check", incident, "--form").out
    assert "the key" not in shown


def test_a_form_asks_for_every_choice_and_only_for_what_is_open(run: Run) -> None:
    incident = opened(run, "--partner", "acme", "--set", "contact.name=Desk")
    form = run("incident", "check", incident, "--form", "--notice", "partner").out
    asked = tomllib.loads(form)
    assert "name" not in asked.get("contact", {})
    assert "controller" not in asked.get("scopes", {}).get("acme", {})
    assert "one of: encrypted, anonymised, pseudonymised, hashed, unintelligible, none" in form
    assert "device_settings (controls and settings of devices)" in " ".join(form.split("\n# "))


def test_nothing_in_a_form_is_taken_for_toml(run: Run) -> None:
    hostile = 'x" = 1 # [unknown] """'
    incident = opened(run, "--partner", "acme", "--set", f"scopes.acme.controller.name={hostile}")
    run("incident", "amend", incident, "--set", f"title={hostile}")
    run("incident", "amend", incident, "--unknown", f'people=a\n[x]\nb = "{hostile}"')
    run("incident", "amend", incident, "--unknown", f'scopes.acme.people=a\n[x]\nb = "{hostile}"')
    form = run("incident", "check", incident, "--form").out
    assert "x" not in tomllib.loads(form)
    assert hostile in form


# Help


def test_every_command_has_help_with_an_example(run: Run) -> None:
    from breachkit.cli import COMMANDS, breachkit
    from tests.readme_help import commands

    for name, command in commands().items():
        said = run(*name.split(), "--help")
        assert said.status == 0
        assert "Example:" in said.out, name
        assert f"breachkit {name}" in said.out.partition("Example:")[2], name
        assert command.help
        for option in command.params:
            if getattr(option, "opts", [""])[0].startswith("-"):
                assert getattr(option, "help", ""), f"{name} {option.opts}"
    for line in COMMANDS.values():
        assert line[1].strip()
    assert breachkit.help
