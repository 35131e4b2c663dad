"""`breachkit deadline export --ics`: read back as a calendar reads it, and telling nobody's name."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from breachkit.app import open_workspace
from tests.cli.conftest import Run, opened
from tests.cli.test_clocks import contract
from tests.conftest import SetClock, partner

HOSTILE = "BEGIN:VEVENT; Zoë, \\n DTSTART:20200101 " + "é" * 150


def export(run: Run, workspace: Path, *words: str) -> icalendar.Calendar:
    """Return the calendar, read back from the bytes of the file."""
    said = run("deadline", "export", "--ics", "-o", str(workspace / "d.ics"), *words)
    assert said.status == 0, said.err
    raw = (workspace / "d.ics").read_bytes()
    lines = raw.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    found = icalendar.Calendar.from_ical(raw)
    assert not found.errors
    assert all(not event.errors for event in found.events)
    return found


def by_summary(calendar: icalendar.Calendar) -> dict[str, Any]:
    return {str(event["summary"]): event for event in calendar.events}


def spans(event: Any) -> list[timedelta]:
    return [alarm["trigger"].dt for alarm in event.walk("VALARM")]


def test_an_event_a_dated_duty(run: Run, workspace: Path, clock: SetClock) -> None:
    partner(workspace, "acme", "Acme Cameras")
    partner(workspace, "bolt", "Bolt Homes")
    opened(run, "--partner", "acme", "--partner", "bolt")
    calendar = export(run, workspace)
    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    events = by_summary(calendar)
    assert set(events) == {
        "2026-0001: Article 6.3 imou-dpa (1 of 2)",
        "2026-0001: Article 6.3 imou-dpa (2 of 2)",
    }
    first = events["2026-0001: Article 6.3 imou-dpa (1 of 2)"]
    assert first["dtstart"].dt == datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
    assert first["dtstamp"].dt == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert str(first["status"]) == "CONFIRMED"
    # The last quarter of 48 hours, then the workspace's own steps.
    assert spans(first) == [-timedelta(hours=hours) for hours in (12, 6, 1)]
    assert "A deadline by law or contract." in first["description"]
    assert "Standing of the provision: text." in first["description"]
    assert first["description"].endswith("Next: breachkit status 2026-0001")
    assert len({str(event["uid"]) for event in events.values()}) == 2


def test_nobody_is_named_unless_asked(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    contract(workspace)
    run("incident", "open", "--title", HOSTILE, "--discovered-at", "now", "--partner", "acme")
    promise = ("--unknown", "scopes.acme.people=counting", "--by", "2026-11-23 12:00 UTC")
    assert run("incident", "amend", "2026-0001", *promise).status == 0
    calendar = export(run, workspace, "--side", "all")
    raw = (workspace / "d.ics").read_text("utf-8").replace("\r\n ", "")
    assert not [word for word in ("acme", "Acme", "Zoë", "clause", "people") if word in raw]
    assert set(by_summary(calendar)) == {
        "2026-0001: Article 6.3 imou-dpa",
        "2026-0001: a contract with one partner",
        "2026-0001: what we promised",
    }
    named = by_summary(export(run, workspace, "--with-names"))
    wanted = f"2026-0001 {HOSTILE}: Article 6.3 imou-dpa, Acme Cameras"
    assert wanted in named
    assert "Next: breachkit notice draft 2026-0001 --to partner" in named[wanted]["description"]
    assert any("Clause 9.2 acme-contract" in summary for summary in named)


def test_a_later_export_moves_and_cancels(run: Run, workspace: Path, clock: SetClock) -> None:
    for key in ("acme", "bolt"):
        partner(workspace, key, key.title())
    incident = opened(run, "--partner", "acme", "--partner", "bolt")
    before = {str(event["uid"]): event for event in export(run, workspace).events}
    again = {str(event["uid"]): event for event in export(run, workspace).events}
    assert before.keys() == again.keys()
    run("contact", "record", incident, "--scope", "acme", "--told", "--at", "now", "--said", "all")
    run("incident", "amend", incident, "--set", "timeline.discovered_at=01:10 Europe/Berlin")
    after = {str(event["uid"]): event for event in export(run, workspace).events}
    assert after.keys() == before.keys()
    newest = max(event["sequence"] for event in before.values())
    assert all(event["sequence"] > newest for event in after.values())
    states = {str(event["status"]): event for event in after.values()}
    assert set(states) == {"CONFIRMED", "CANCELLED"}
    assert states["CONFIRMED"]["dtstart"].dt == datetime(2026, 11, 24, 0, 10, tzinfo=UTC)
    assert spans(states["CANCELLED"]) == []
    assert str(states["CANCELLED"]["summary"]).startswith("no longer due: ")
    run("incident", "close", incident, "--reason", "a test", "--despite-open-duties")
    closed = export(run, workspace)
    assert {str(event["status"]) for event in closed.events} == {"CANCELLED"}
    clock.pass_(days=3)  # past its date a cancelled one has nothing left to ring
    assert export(run, workspace).events == []


def test_what_is_not_settled_is_tentative(run: Run, workspace: Path) -> None:
    run("incident", "open", "--title", "Odd logins", "--partner", "acme")
    (event,) = export(run, workspace).events
    assert str(event["status"]) == "TENTATIVE"
    assert str(event["summary"]).endswith(", provisional")
    assert "Provisional: counted from the earliest instant known" in event["description"]


def test_a_target_and_a_doubtful_provision_say_so(run: Run, workspace: Path) -> None:
    settings = workspace / "breachkit.toml"
    aims = "\n[targets]\nwithout_undue_delay_hours = 24\n"
    settings.write_text(settings.read_text("utf-8") + aims, encoding="utf-8")
    contract(workspace, standing="disputed")
    opened(run, "--partner", "acme", "--set", "origin.kind=insider")
    events = by_summary(export(run, workspace))
    target = events["2026-0001: Article 4.6(iii) imou-dpa, our target"]
    assert "Our own target, and no limit of the law." in target["description"]
    disputed = events["2026-0001: a contract with one partner"]
    assert "Standing of the provision: disputed." in disputed["description"]


def test_alarms_of_the_workspace(run: Run, workspace: Path, clock: SetClock) -> None:
    settings = workspace / "breachkit.toml"
    text = settings.read_text("utf-8")
    assert '# alarms = ["6h", "1h"]' in text
    settings.write_text(text.replace("# alarms = [", 'alarms = ["2d", "90m", '), encoding="utf-8")
    opened(run, "--partner", "acme")
    clock.pass_(minutes=1)
    (event,) = export(run, workspace).events
    # Two days before it is past already: a calendar would ring when the file is opened.
    assert spans(event) == [-timedelta(minutes=minutes) for minutes in (720, 360, 90, 60)]
    settings.write_text(text.replace("# alarms = [", 'alarms = ["soon", '), encoding="utf-8")
    said = run("deadline", "export", "--ics")
    assert said.status != 0
    assert "'soon' is not a span of time" in said.error


def test_sides(run: Run, workspace: Path) -> None:
    incident = opened(run, "--partner", "acme")
    run("contact", "record", incident, "--scope", "acme", "--told", "--at", "now", "--said", "all")
    (theirs,) = export(run, workspace, "--side", "theirs").events
    assert str(theirs["summary"]) == "2026-0001: Article 33(1) eu-gdpr, theirs"
    assert "Owed by the partner, not by us." in theirs["description"]
    assert {str(event["status"]) for event in export(run, workspace).events} == {"CANCELLED"}
    assert len(export(run, workspace, "--side", "all").events) == 2


def test_to_stdout_and_one_incident(run: Run, workspace: Path) -> None:
    opened(run, "--partner", "acme")
    opened(run, "--partner", "bolt", "--set", "title=Another")
    whole = run("deadline", "export", "--ics")
    assert whole.out.startswith("BEGIN:VCALENDAR\r\n")
    assert whole.out.endswith("END:VCALENDAR\r\n")
    one = run("deadline", "export", "2026-0002", "--ics", "--json").data
    assert [event["summary"] for event in one["events"]] == ["2026-0002: Article 6.3 imou-dpa"]
    assert one["events"][0]["alarms"] == [43200, 21600, 3600]
    assert one["ics"].count("BEGIN:VEVENT") == 1


def test_bad_asking(run: Run) -> None:
    opened(run, "--partner", "acme")
    bare = run("deadline", "export", "2026-0001")
    assert (bare.status, bare.error) == (2, "say in which form: --ics")
    assert bare.hint == "breachkit deadline export 2026-0001 --ics"
    unknown = run("deadline", "export", "2026-0009", "--ics")
    assert unknown.error == "no incident 2026-0009"
    nowhere = run("deadline", "export", "--ics", "-o", "no/such/folder/d.ics")
    assert nowhere.status == 1
    assert "No such file" in nowhere.error


def test_an_id_cannot_be_guessed_from_another_register(workspace: Path, clock: SetClock) -> None:
    from breachkit.app import create_workspace

    found = []
    for name in ("one", "two"):
        create_workspace(workspace.parent / name).close()
        with open_workspace(workspace.parent / name, clock=clock, act_as="maria") as kit:
            kit.open_incident({"title": "Odd logins", "scopes": {"acme": {}}})
            (one,) = kit.calendar().appointments
            found.append(one.uid)
            assert [duty.duty for duty in kit.due_within("3d")] == ["imou-dpa/6.3@acme"]
    assert found[0] != found[1]


@pytest.mark.parametrize("incident", [None, "2026-0001"])
def test_an_empty_calendar(run: Run, workspace: Path, incident: str | None) -> None:
    if incident:
        opened(run, "--partner", "acme")
        run("incident", "close", incident, "--reason", "a test", "--despite-open-duties")
    words = [incident] if incident else []
    said = run("deadline", "export", "--ics", "--side", "possible", *words)
    assert "BEGIN:VEVENT" not in said.out
    assert "the calendar is empty" in said.err
