"""`breachkit incident` as responders and automation call it: outcomes, refusals, transcripts."""

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from breachkit.app import Breachkit
from tests.cli.conftest import DISCOVERED, TITLE, Run, opened, written
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
    assert early.error == f"{incident} was opened at 2026-11-22T01:30Z, after 2026-11-21T23:59Z"
    assert early.hint == "the earliest time that shows it: --at 2026-11-22T01:30Z"
    assert run("incident", "show", incident, "--at", "2026-11-22T01:30Z").status == 0


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


def test_a_merger_names_the_notices_that_no_longer_fit(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    first = opened(run, "--partner", "acme")
    run("notice", "draft", first, "--to", "partner")
    known = [
        "--set",
        "scopes.acme.people=2000",
        "--set",
        "nature.description=A switch mixed users up",
    ]
    other = opened(run, "--partner", "acme", *known)
    said = run("incident", "merge", other, first, "--reason", "same outage")
    text = " ".join(said.out.split())
    assert f"notice {first}-n1.1 (drafted) needs a supplement on " in text
    assert "scopes.acme.people" in text.partition("needs a supplement on")[2]
    assert f"next: breachkit notice draft {first} --to partner --scope acme\n" in said.err


def test_a_merger_says_what_a_filing_taken_over_states_otherwise(run: Run) -> None:
    own = ["--partner", "own"]
    other = opened(run, *own, "--set", "scopes.own.people=5")
    run("notice", "draft", other, "--to", "authority")
    left = ["--channel", "portal", "--at", "now", "--reference", "AZ-1"]
    assert run("notice", "record-delivery", f"{other}-n1", *left).status == 0
    first = opened(run, *own, "--set", "scopes.own.people=9")
    said = run("incident", "merge", other, first, "--reason", "same outage")
    text = " ".join(said.out.split())
    assert f"{other}-n1.1: was filed with the authority (own) and counts here for" in text
    assert f"notice {other}-n1.1 (delivered) is contradicted by scopes.own.people" in text
    assert f"next: breachkit notice draft {first} --to authority --scope own\n" in said.err
    listed = run("notice", "list", first)
    assert f"filed under {other}, which was merged: it counts here" in listed.out
