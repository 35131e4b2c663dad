"""`breachkit contact` and `decision`: what happened is recorded as stated, what we decide is checked."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Said, opened
from tests.conftest import SetClock, partner


@pytest.fixture
def incident(run: Run, workspace: Path) -> str:
    partner(workspace, "acme", "Acme Cameras")
    partner(workspace, "bolt", "Bolt Homes")
    return opened(run, "--partner", "acme")


def typed(run: Run, *lines: str) -> list[tuple[str, Said]]:
    return [(f"breachkit {line}", run(*shlex.split(line))) for line in lines]


def called(run: Run, *words: str) -> Said:
    return run("contact", "record", "2026-0001", "--scope", "acme", *words)


def ruled_out(run: Run, *words: str, limb: str = "personal_data") -> Said:
    line = ("decision", "record", "2026-0001", "--rule-out", limb, "--reason", "test data")
    return run(*line, *words)


# Whole transcripts


def test_calls(run: Run, incident: str, clock: SetClock, transcript: Callable[..., None]) -> None:
    record = f"contact record {incident} --scope"
    steps = typed(run, f"contact list {incident}")
    clock.pass_(minutes=30)
    call = (
        f'{record} acme --told --acknowledged --person "Ms Weber" --at "02:50 Europe/Berlin"'
        ' --said "told the five points; list to follow"'
        ' --next-update "2026-11-22 12:00 Europe/Berlin"'
    )
    steps += typed(run, call, call, "status")
    clock.pass_(hours=1)
    steps += typed(
        run,
        f'{record} acme --in --channel mail --person "Ms Weber" --at "03:40 Europe/Berlin"'
        ' --said "Which cameras?"',
        f'{record} acme --channel mail --said "Those in Berlin." --at now'
        ' --next-update "2026-11-22 12:00 Europe/Berlin"',
        f'{record} "Bolt Homes" --told --at "2026-11-22 04:30 Europe/Berlin"',
        f"contact list {incident}",
    )
    transcript("contact", *steps)


def test_decisions(
    run: Run, incident: str, clock: SetClock, transcript: Callable[..., None]
) -> None:
    called(run, "--told", "--at", "now")
    clock.pass_(hours=2)
    record = f"decision record {incident}"
    rule_out = f'{record} --rule-out personal_data --reason "the copied disk held test data"'
    steps = typed(
        run,
        f'{record} --risk-people high --reason "children are shown in their homes"',
        rule_out,
        f'{rule_out} --second maria --evidence "report F-12"',
        f"{rule_out} --second anna",
        f'{rule_out} --second pager --evidence "report F-12"',
        f'{rule_out} --second anna --evidence "report F-12"',
        f'{rule_out} --second anna --evidence "report F-12"',
        rule_out.replace("personal_data", "security_measures")
        + ' --second anna --evidence "report F-12"',
        f"incident show {incident}",
    )
    transcript("decision", *steps)


# Contacts


def test_told_starts_the_partners_own_clock(run: Run, incident: str) -> None:
    said = called(run, "--told", "--at", "02:20 Europe/Berlin")
    line = " ".join(said.out.split())
    assert "acme's own 72 hours (Article 33(1) eu-gdpr) run from Sun 22 Nov 2026 02:20" in line
    acts = run("status", "--json").data["acts"]
    theirs = next(one for one in acts if one["due_at"] == "2026-11-25T01:20:00Z")
    assert (theirs["side"], theirs["command"]) == ("theirs", "")
    shown = run("incident", "show", incident, "--json").data
    aware = shown["facts"]["scopes"]["acme"]["timeline"]["controller_aware_at"]
    assert aware["at"] == "2026-11-22T01:20:00Z"


def test_only_the_first_telling_starts_it(run: Run, incident: str, clock: SetClock) -> None:
    called(run, "--told", "--at", "now")
    clock.pass_(hours=5)
    again = called(run, "--told", "--at", "now")
    told = " ".join(again.out.split())
    assert "note acme was told before, at Sun 22 Nov 2026 02:30 Europe/Berlin" in told
    assert "to Wed 25 Nov 2026 02:30 Europe/Berlin" in told
    earlier = called(run, "--told", "--at", "02:25 Europe/Berlin", "--channel", "fax")
    assert "to Wed 25 Nov 2026 02:25 Europe/Berlin" in " ".join(earlier.out.split())


def test_a_question_starts_nothing(run: Run, incident: str) -> None:
    said = called(run, "--in", "--channel", "mail", "--said", "-", "--at", "now")
    assert said.out == "recorded in 2026-0001: mail from acme\n"
    theirs = [one for one in run("status", "--json").data["acts"] if one["side"] == "theirs"]
    assert [one["state"] for one in theirs] == ["not running"]


def test_what_was_said_may_come_from_standard_input(run: Run, incident: str) -> None:
    words = ("contact", "record", incident, "--scope", "acme", "--said", "-", "--at", "now")
    text = "First line.\n\x1b[31mSecond.\n"
    assert run(*words, stdin=text).status == 0
    listed = run("contact", "list", incident)
    assert "First line." in listed.out
    assert "\x1b" not in listed.out


@pytest.mark.parametrize(
    ("at", "note"),
    [
        ("2026-11-22 09:00 Europe/Berlin", "Sun 22 Nov 2026 09:00 Europe/Berlin"),
        ("2026-12-24 UTC", "Thu 24 Dec 2026 UTC"),
    ],
)
def test_a_time_in_the_future_is_recorded_and_flagged(
    run: Run, incident: str, at: str, note: str
) -> None:
    said = called(run, "--told", "--at", at)
    assert said.status == 0
    assert f"note     {note}" in said.out
    assert "lies in the future" in " ".join(said.out.split())
    assert len(run("contact", "list", incident, "--json").data["contacts"]) == 1


def test_a_promise_shows_its_day_and_rings(run: Run, incident: str) -> None:
    said = called(run, "--next-update", "2026-11-22 12:00 Europe/Berlin")
    assert "promised the next update by Sun 22 Nov 2026 12:00 Europe/Berlin" in said.out
    assert "lies in the past" not in said.out
    acts = run("status", "--json").data["acts"]
    assert acts[0]["citations"] == ["promised: next update"]
    assert acts[0]["due_at"] == "2026-11-22T11:00:00Z"
    late = called(run, "--next-update", "2026-11-21 12:00 Europe/Berlin", "--said", "x")
    assert "the next update lies in the past" in late.out


def test_contacts_stand_in_the_order_in_which_they_were(run: Run, incident: str) -> None:
    for at in ("02:20", "01:40", "02:05"):
        called(run, "--said", f"call of {at}", "--at", f"{at} Europe/Berlin")
    said = run("contact", "list", incident, "--json").data["contacts"]
    assert [one["said"][-5:] for one in said] == ["01:40", "02:05", "02:20"]
    lines = run("contact", "list", incident).out
    assert lines.index("call of 01:40") < lines.index("call of 02:05") < lines.index("02:20")


def test_a_slip_in_a_scope_is_shown(run: Run, incident: str) -> None:
    said = run("contact", "record", incident, "--scope", "acmee", "--at", "now")
    assert said.status == 0, "what happened in the world is never refused"
    assert "added    the scope acmee; there were acme; did you mean acme?" in said.out


def test_a_call_about_a_closed_incident(run: Run, incident: str) -> None:
    run("incident", "close", incident, "--reason", "over", "--despite-open-duties")
    said = called(run, "--told", "--at", "now")
    assert said.status == 0
    assert "2026-0001 is closed: status does not show its clocks" in said.out


def test_contacts_answer_machines(run: Run, incident: str) -> None:
    data = called(run, "--told", "--at", "now", "--said", "told them", "--json").data
    assert set(data) == {
        *("incident", "new", "by", "scope", "direction", "channel", "at", "person", "caller"),
        *("told", "acknowledged", "next_update", "said", "head"),
    }
    assert (data["new"], data["said"]) == (True, "told them")
    assert not called(run, "--told", "--at", "now", "--said", "told them", "--json").data["new"]
    listed = run("contact", "list", incident, "--json").data
    assert set(listed) == {"incident", "contacts"}
    assert set(listed["contacts"][0]) == set(data) - {"incident", "new", "head"} | {"recorded_at"}


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("record 2026-0009 --scope acme", "no incident 2026-0009", "2026-0001"),
        ("record 2026-0001", "Missing option '--scope'", "breachkit contact record --help"),
        ("record 2026-0001 --scope '???'", "scope: '???' holds no letter or digit", "--scope acme"),
        (
            "record 2026-0001 --scope acme --at 02:10",
            "at: '02:10' has no zone",
            'in the zone of the workspace: "02:10 Europe/Berlin"',
        ),
        ("record 2026-0001 --scope acme --at '25:00 Europe/Berlin'", "at: ", ""),
        (
            "record 2026-0001 --scope acme --at 1700000000",
            "at: '1700000000' is not a time; write 2026-",
            "",
        ),
        (
            "record 2026-0001 --scope acme --at '02:10 Europe/Brelin'",
            "at: Europe/Brelin is not a time zone",
            "",
        ),
        (
            "record 2026-0001 --scope acme --at '2026-03-29 02:30 Europe/Berlin'",
            "at: 02:30 did not exist in Europe/Berlin on 2026-03-29",
            "",
        ),
        (
            "record 2026-0001 --scope acme --next-update 12:00",
            "next update: '12:00' has no zone",
            'in the zone of the workspace: "12:00 Europe/Berlin"',
        ),
        ("list 2026-0009", "no incident 2026-0009", "2026-0001"),
        ("lits 2026-0001", "no command 'lits'; did you mean list?", "breachkit contact --help"),
    ],
)
def test_a_slip_is_told(run: Run, incident: str, line: str, message: str, hint: str) -> None:
    before = run("register", "head").out
    said = run("contact", *shlex.split(line))
    assert said.status == 2, said.err
    assert message in said.error
    assert hint in said.hint
    assert said.out == ""
    assert run("register", "head").out == before


# Decisions


def test_a_partners_risk_is_the_partners_decision(run: Run, incident: str) -> None:
    said = run(
        "decision", "record", incident, "--risk-people", "high", "--reason", "homes", "--json"
    )
    assert (said.data["scope"], said.data["decided_by"]) == ("acme", "Acme Cameras")
    assert said.data["became_owed"] == ["eu-gdpr/34-1@acme"]
    assert set(said.data) == {
        *("incident", "new", "by", "decision", "scope", "outcome", "reasons", "decided_by"),
        *("second", "evidence", "stopped", "became_owed", "take_back", "head"),
        *("proposed", "disagreements", "rests_on"),
    }
    acts = run("status", "--json").data["acts"]
    assert "possible" not in {one["side"] for one in acts if one["citations"][0][:7] == "Art. 34"}


def test_our_own_risk_is_ours(run: Run, incident: str) -> None:
    run("incident", "amend", incident, "--set", "scopes.own={}")
    line = ("decision", "record", incident, "--scope", "own")
    said = run(*line, "--risk-authority", "unlikely", "--by", "anna", "--reason", "encrypted")
    assert said.out.startswith(
        "decided in 2026-0001 for own: risk-authority unlikely, by anna\n"
        "  departs  the proposal was risk; kept with the reasons given\n"
    )
    assert "  stopped  Article 33(1) eu-gdpr, own\n" in said.out
    high = run(*line, "--risk-people", "high", "--reason", "the key was copied too")
    assert "owed     Article 34(1) eu-gdpr, own" in high.out
    assert "owed     Article 33(1) eu-gdpr, own" in high.out, "a high risk is a risk"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--evidence", "F-12"),
        ("--second", "anna"),
        ("--second", "maria", "--evidence", "F-12"),
        ("--second", "Maria Response", "--evidence", "F-12"),
        ("--second", "stranger", "--evidence", "F-12"),
        ("--second", "pager", "--evidence", "F-12"),
        ("--second", "anna", "--evidence", "F-12", "--as", "pager"),
    ],
    ids=" ".join,
)
def test_ruling_out_takes_two_people_and_evidence(
    run: Run, incident: str, words: tuple[str, ...]
) -> None:
    before = run("register", "head").out
    said = ruled_out(run, *words)
    assert said.status == 3
    assert said.error
    assert said.hint
    assert run("register", "head").out == before
    whole = ruled_out(run, "--second", "anna", "--evidence", "F-12")
    assert whole.status == 0, whole.err
    assert "by maria and anna" in whole.out


def test_ruling_out_stops_clocks_and_takes_back(run: Run, incident: str) -> None:
    called(run, "--told", "--at", "now")
    data = ruled_out(run, "--second", "anna", "--evidence", "F-12", "--json").data
    assert set(data["stopped"]) == {f"eu-gdpr/{one}@acme" for one in ("33-1", "33-2", "34-1")}
    assert data["take_back"] == [{"scope": "acme", "addressee": "partner", "phase": "correction"}]
    rest = ruled_out(run, "--second", "anna", "--evidence", "F-12", limb="security_measures")
    assert "due      a withdrawal to acme: partner had been told" in rest.out
    line = rest.err.splitlines()[-1].removeprefix("next: ")
    assert shlex.split(line)[1:] == [
        *("notice", "draft", "2026-0001", "--to", "partner", "--scope", "acme"),
        *("--phase", "withdrawal"),
    ]
    assert run(*shlex.split(line)[1:]).status == 0


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (
            "2026-0001",
            "a decision is one of --rule-out, --risk-authority, --risk-people",
            "breachkit decision record 2026-0001 --risk-people high --reason TEXT",
        ),
        (
            "2026-0001 --risk-people high --risk-authority risk --reason x",
            "a decision is one of",
            "--reason TEXT",
        ),
        (
            "2026-0001 --risk-people high",
            "a decision needs its reason",
            "breachkit decision record 2026-0001 --risk-people high --reason TEXT",
        ),
        ("2026-0001 --risk-people maybe --reason x", "'maybe' is not one of", "record --help"),
        (
            "2026-0001 --risk-people high --scope zeta --reason x",
            "2026-0001 has no scope zeta",
            "its scopes: acme",
        ),
        (
            "2026-0001 --rule-out personal_data --scope acme --reason x",
            "ruling out concerns the whole incident",
            "leave --scope out",
        ),
        ("2026-0009 --rule-out personal_data --reason x", "no incident 2026-0009", "2026-0001"),
    ],
)
def test_a_slip_in_a_decision(run: Run, incident: str, line: str, message: str, hint: str) -> None:
    said = run("decision", "record", *shlex.split(line))
    assert said.status == 2, said.err
    assert message in said.error
    assert hint in said.hint
    assert said.out == ""


def test_which_of_several_risks(run: Run, incident: str) -> None:
    run("incident", "amend", incident, "--set", "scopes.bolt={}")
    said = run("decision", "record", incident, "--risk-people", "high", "--reason", "x")
    assert (said.status, said.error) == (2, "a risk is decided for one scope, by its controller")
    assert said.hint == "add --scope; 2026-0001 has acme, bolt"


def test_the_list_says_who_of_us_spoke(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    run("contact", "record", incident, "--scope", "acme", "--told", "--caller", "Otto Release")
    said = run("contact", "list", incident)
    assert "    for us Otto Release; recorded by maria" in said.out
