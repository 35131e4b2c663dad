"""Incidents through the library: opened, amended, merged, closed; clocks and provenance kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from breachkit.app import Breachkit
from breachkit.casework.records import Call, Ruling
from breachkit.domain.duty import Side
from breachkit.domain.telling import Told
from breachkit.errors import RefusedError, UnknownNameError
from tests.conftest import SetClock, partner

ALERT = {"title": "Footage shown to strangers", "scopes": {"acme": {}}}


def due(kit: Breachkit, incident: str, duty: str) -> str:
    found = kit.incident(incident).duty(duty)
    assert found is not None
    return f"{found.deadline.kind} {found.due_at:%Y-%m-%dT%H:%MZ}" if found.due_at else "none"


def test_an_alert_runs_the_clock_although_nobody_said_when_it_was_discovered(
    kit: Breachkit,
) -> None:
    incident = kit.open_incident({"title": "Something is wrong"}).id
    assert incident == "2026-0001"
    assert due(kit, incident, "imou-dpa/6.3@unnamed") == "provisional 2026-11-24T01:30Z"
    kit.amend(incident, {"scopes": {"acme": {}}})
    assert [view.scope for view in kit.incident(incident).views] == ["acme"]
    assert due(kit, incident, "imou-dpa/6.3@acme") == "provisional 2026-11-24T01:30Z"


def test_the_same_reference_gives_the_same_incident_and_says_what_differs(kit: Breachkit) -> None:
    first = kit.open_incident(ALERT, reference="PD-4711")
    again = kit.open_incident({**ALERT, "title": "Other words"}, reference="PD-4711")
    assert (first.created, again.created, again.id) == (True, False, first.id)
    assert again.waiting == ("title",)
    assert kit.incident(first.id).title == "Footage shown to strangers"


def test_numbers_go_on_and_each_year_begins_anew(kit: Breachkit, clock: SetClock) -> None:
    assert [kit.open_incident(ALERT).id for _ in range(2)] == ["2026-0001", "2026-0002"]
    clock.pass_(days=60)
    assert kit.open_incident(ALERT).id == "2027-0001"


def test_a_partner_that_was_told_is_aware_from_then_on_and_its_own_clock_runs(
    kit: Breachkit,
) -> None:
    incident = kit.open_incident(ALERT).id
    assert due(kit, incident, "eu-gdpr/33-1@acme") == "none"
    kit.record_contact(incident, Call("acme", "2026-11-22 03:00 Europe/Berlin", told=True))
    duty = kit.incident(incident).duty("eu-gdpr/33-1@acme")
    assert duty is not None
    assert duty.side is Side.THEIRS
    assert due(kit, incident, "eu-gdpr/33-1@acme") == "deadline 2026-11-25T02:00Z"
    told = kit.incident(incident).duty("imou-dpa/6.3@acme")
    assert told is not None
    assert (told.told, told.content) == (Told.IN_TIME, "supplement owed")


def test_a_partner_that_knew_earlier_stays_aware_from_the_earlier_time(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    aware = {"scopes": {"acme": {"timeline": {"controller_aware_at": "2026-11-21T20:00Z"}}}}
    kit.amend(incident, aware)
    kit.record_contact(incident, Call("acme", "2026-11-22T02:00Z", told=True))
    assert due(kit, incident, "eu-gdpr/33-1@acme") == "deadline 2026-11-24T20:00Z"


def test_a_call_to_somebody_nobody_named_is_recorded_and_adds_its_scope(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    picture = kit.record_contact(incident, Call("late", "2026-11-22T01:00Z", told=True))
    assert {view.scope for view in picture.views} == {"acme", "late"}
    assert picture.duty("imou-dpa/6.3@late").told is Told.IN_TIME  # type: ignore[union-attr]


def test_a_trigger_moves_later_only_with_a_reason_and_says_what_moved(kit: Breachkit) -> None:
    alert = {**ALERT, "timeline": {"discovered_at": "2026-11-21 Europe/Berlin"}}
    incident = kit.open_incident(alert).id
    finer = kit.amend(incident, {"timeline": {"discovered_at": "2026-11-21 22:00 Europe/Berlin"}})
    moved = {one.duty: (one.before, one.after) for one in finer.moved}
    assert moved["imou-dpa/6.3@acme"] == ("2026-11-22T23:00:00Z", "2026-11-23T21:00:00Z")
    later = {"timeline": {"discovered_at": "2026-11-21 23:30 Europe/Berlin"}}
    with pytest.raises(RefusedError, match="would move from"):
        kit.amend(incident, later)
    with pytest.raises(RefusedError, match=r"would move from .* to nothing"):
        kit.amend(incident, {"timeline": {"discovered_at": None}})
    kit.amend(incident, later, reason="the log of the wrong host was read first")
    assert due(kit, incident, "imou-dpa/6.3@acme") == "deadline 2026-11-23T22:30Z"


@pytest.mark.parametrize("kind", ["researcher", "own", "subprocessor"])
def test_what_chooses_the_trigger_moves_no_deadline_later_without_a_reason(
    kit: Breachkit, kind: str
) -> None:
    origin = {"kind": "affiliate", "discovered_at": "2026-11-20T08:00Z"}
    times = {"discovered_at": "2026-11-21T08:00Z"}
    incident = kit.open_incident({**ALERT, "origin": origin, "timeline": times}).id
    duty = "imou-dpa/6.3@acme"
    assert due(kit, incident, duty) == "deadline 2026-11-22T08:00Z"
    entries = kit.head().seq
    with pytest.raises(RefusedError, match="due 2026-11-23T08:00:00Z instead of 2026-11-22") as no:
        kit.amend(incident, {"origin": {"kind": kind}})
    assert no.value.hint == "if that is right, say why: --correct REASON"
    assert kit.head().seq == entries
    kit.amend(incident, {"origin": {"kind": kind}}, reason="the report came from outside")
    assert due(kit, incident, duty) == "deadline 2026-11-23T08:00Z"
    kit.amend(incident, {"origin": {"kind": "affiliate"}})
    assert due(kit, incident, duty) == "deadline 2026-11-22T08:00Z", "earlier needs none"


def test_a_discovery_later_than_the_first_sign_needs_a_reason_and_until_then_the_sign_counts(
    kit: Breachkit,
) -> None:
    times = {"detected_at": "2026-11-21T08:00Z", "discovered_at": "2026-11-21T20:00Z"}
    opened = kit.open_incident({**ALERT, "timeline": times})
    assert any("no reason is stated" in flag.what for flag in opened.picture.flags)
    assert due(kit, opened.id, "imou-dpa/6.3@acme") == "provisional 2026-11-23T08:00Z"
    kit.amend(opened.id, {"timeline_reasons": {"discovered_at": "the alert was a false positive"}})
    assert due(kit, opened.id, "imou-dpa/6.3@acme") == "deadline 2026-11-23T20:00Z"
    second = kit.open_incident({**ALERT, "timeline": {"detected_at": "2026-11-21T08:00Z"}}).id
    late = {"timeline": {"discovered_at": "2026-11-21T20:00Z"}}
    with pytest.raises(RefusedError, match=r"later than timeline\.detected_at"):
        kit.amend(second, late)


def test_what_is_unknown_is_promised_and_setting_the_fact_keeps_the_promise(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    why = {"reason": "the logs are being counted", "follows_by": "2026-11-24 Europe/Berlin"}
    kit.amend(incident, unknown={"scopes.acme.people": why})
    row = next(row for row in kit.overview().rows if row.due_kind == "follow-up")
    assert row.due_at == "2026-11-24T22:59:59Z"
    kit.amend(incident, {"scopes": {"acme": {"people": "about 40"}}})
    assert not [row for row in kit.overview().rows if row.due_kind == "follow-up"]
    assert kit.incident(incident).matter.unknown == {}


def test_an_amendment_says_which_deadline_an_edited_file_moved(
    acting: Callable[[str], Breachkit], workspace: Path
) -> None:
    partner(workspace, "acme", "Acme GmbH")
    incident = acting("maria").open_incident(ALERT).id
    partner(workspace, "acme", "Acme GmbH", "limit_hours = 24")
    done = acting("maria").amend(incident, {"title": "other words"})
    moved = {one.duty: (one.before, one.after) for one in done.moved}
    assert moved["imou-dpa/6.3@acme"] == ("2026-11-24T01:30:00Z", "2026-11-23T01:30:00Z")
    assert acting("maria").amend(incident, {"title": "others again"}).moved == ()


def test_a_promise_that_has_passed_is_recorded_flagged_and_not_made_to_anybody(
    kit: Breachkit, clock: SetClock
) -> None:
    incident = kit.open_incident(ALERT).id
    why = {"reason": "the logs are being counted", "follows_by": "2026-11-20 Europe/Berlin"}
    done = kit.amend(incident, unknown={"scopes.acme.people": why})
    (flag,) = (one for one in done.flags if one.path == "scopes.acme.people")
    assert "was to follow by 2026-11-19T23:00:00Z, which has passed" in flag.what
    assert "scopes.acme.people" in kit.incident(incident).matter.unknown
    (one,) = kit.draft(incident, to=["partner"])
    assert "the logs are being counted; will follow as soon as it is known" in " ".join(
        one.text.split()
    )
    assert "20 November" not in one.text
    kit.amend(incident, unknown={"scopes.acme.people": {**why, "follows_by": "2026-11-24Z"}})
    (later,) = kit.draft(incident, to=["partner"])
    assert "24 November 2026" in later.text
    clock.pass_(days=5)
    (last,) = kit.draft(incident, to=["partner"])
    assert "24 November" not in last.text


def test_what_was_known_then_can_be_shown_again(kit: Breachkit, clock: SetClock) -> None:
    incident = kit.open_incident(ALERT).id
    clock.pass_(hours=2)
    kit.amend(incident, {"title": "Renamed"}, source="forensics", certainty="estimated")
    assert kit.incident(incident, at="2026-11-22T02:00Z").title == ALERT["title"]
    now = kit.incident(incident)
    assert now.title == "Renamed"
    source = now.matter.provenance["title"]
    assert (source.by.name, source.source, source.certainty, source.by.identity.value) == (
        "maria",
        "forensics",
        "estimated",
        "claimed",
    )
    with pytest.raises(UnknownNameError, match="was opened at"):
        kit.incident(incident, at="2026-11-21T00:00Z")


def test_ruling_out_takes_two_people_and_evidence_and_stops_the_clock(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    with pytest.raises(RefusedError, match="not an amendment"):
        kit.amend(incident, {"status": {"personal_data": "ruled_out"}})
    alone = Ruling("rule-out", "personal_data", "test data only", "maria")
    with pytest.raises(RefusedError, match="two people"):
        kit.record_decision(incident, alone)
    for limb in ("personal_data", "security_measures"):
        kit.record_decision(
            incident,
            Ruling("rule-out", limb, "test data only", "maria", second="otto", evidence="PD-1"),
        )
    duty = kit.incident(incident).duty("imou-dpa/6.3@acme")
    assert duty is not None
    assert (duty.owed, duty.told) == (False, Told.STOPPED)


def test_the_two_risk_decisions_have_opposite_burdens(kit: Breachkit) -> None:
    incident = kit.open_incident({"title": "x", "scopes": {"own": {}}}).id

    def owed(duty: str) -> bool | None:
        found = kit.incident(incident).duty(f"{duty}@own")
        assert found is not None
        return found.owed

    assert (owed("eu-gdpr/33-1"), owed("eu-gdpr/34-1")) == (True, None)
    for decision, outcome in (("risk-authority", "unlikely"), ("risk-people", "not_high")):
        kit.record_decision(
            incident,
            Ruling(decision, outcome, "encrypted, key safe", "maria", scope="own"),  # type: ignore[arg-type]
        )
    assert (owed("eu-gdpr/33-1"), owed("eu-gdpr/34-1")) == (False, False)


def test_merged_incidents_keep_the_earlier_clock_and_the_reference_leads_on(
    kit: Breachkit, clock: SetClock
) -> None:
    first = kit.open_incident(ALERT, reference="A-1").id
    clock.pass_(hours=3)
    second = kit.open_incident({"title": "The same again", "scopes": {"acme": {}}}).id
    kit.merge(first, second, reason="one cause")
    assert due(kit, second, "imou-dpa/6.3@acme") == "provisional 2026-11-24T01:30Z"
    assert kit.open_incident(ALERT, reference="A-1").id == second
    assert [row.matter for row in kit.incidents()] == [second]
    with pytest.raises(RefusedError, match=f"merged into {second}"):
        kit.amend(first, {"title": "y"})


def test_an_incident_closes_when_nothing_of_ours_is_open_and_opens_again_with_a_fact(
    kit: Breachkit,
) -> None:
    incident = kit.open_incident(ALERT).id
    with pytest.raises(RefusedError, match="open duties of ours"):
        kit.close_incident(incident, reason="done")
    kit.close_incident(incident, reason="a test", despite_duties=True)
    assert kit.overview().rows == ()
    kit.amend(incident, {"title": "not done"})
    assert [row.state for row in kit.incidents()] == ["open"]
    assert kit.overview().rows


def test_a_partners_own_limit_counts_when_shorter_and_changes_are_recorded_not_silent(
    workspace: Path, acting: Callable[[str], Breachkit], clock: SetClock
) -> None:
    incident = acting("maria").open_incident(ALERT).id
    before = acting("maria").overview()
    assert not before.law_changed
    clock.pass_(hours=1)
    partner(workspace, "acme", "Acme Cameras", "limit_hours = 24")
    edited = acting("maria")
    assert edited.overview().law_changed
    edited.amend(incident, {"title": "renamed"})
    row = next(row for row in edited.overview().rows if row.duty == "imou-dpa/6.3@acme")
    assert (row.due_at, row.moved_from) == ("2026-11-23T01:30:00Z", "2026-11-24T01:30:00Z")
    assert not edited.overview().law_changed
    old = edited.incident(incident, at="2026-11-22T02:00Z").duty("imou-dpa/6.3@acme")
    assert old is not None
    assert old.due_at is not None
    assert f"{old.due_at:%d %H:%M}" == "24 01:30", "under the partners of that time"
    entry = edited.store.read("workspace")[-1]
    assert b'"changed":["partners/acme.toml"]' in (entry.body or b"")


def test_a_longer_limit_needs_its_reason(
    workspace: Path, acting: Callable[[str], Breachkit]
) -> None:
    partner(workspace, "acme", "Acme Cameras", "limit_hours = 72")
    incident = acting("maria").open_incident(ALERT).id
    assert due(acting("maria"), incident, "imou-dpa/6.3@acme") == "provisional 2026-11-24T01:30Z"
    partner(
        workspace, "acme", "Acme Cameras", 'limit_hours = 72\nlimit_reason = "amendment of May"'
    )
    assert due(acting("maria"), incident, "imou-dpa/6.3@acme") == "provisional 2026-11-25T01:30Z"


def test_automation_opens_and_amends_and_does_nothing_else(
    acting: Callable[[str], Breachkit],
) -> None:
    pager = acting("pager")
    incident = pager.open_incident(ALERT).id
    pager.amend(incident, {"title": "more"})
    with pytest.raises(RefusedError, match="automation may open and amend"):
        pager.draft(incident)
    with pytest.raises(RefusedError, match="automation may open and amend"):
        pager.close_incident(incident, reason="x", despite_duties=True)


def test_no_personal_data_reaches_the_log(kit: Breachkit, workspace: Path) -> None:
    incident = kit.open_incident(
        {"title": "Secret title", "contact": {"name": "Jane Roe", "email": "jane@x.example"}}
    ).id
    kit.record_contact(
        incident, Call("acme", "now", person="John Doe", said="he was upset", told=True)
    )
    log = (workspace / "breachkit.log").read_text("utf-8")
    assert log.count('"event": "IncidentOpened"') == 1
    for personal in ("Jane", "jane@", "John", "upset", "Secret", "maria"):
        assert personal not in log
    assert (workspace / "breachkit.log").stat().st_mode & 0o777 == 0o600


def test_a_clock_set_back_does_not_turn_the_record_around(kit: Breachkit, clock: SetClock) -> None:
    incident = kit.open_incident(ALERT).id
    clock.pass_(hours=-5)
    kit.amend(incident, {"title": "later"})
    times = [line.at for line in kit.store.lines()]
    assert times == sorted(times)
    assert kit.verify().faults == ()


def test_told_at_a_time_known_only_to_the_day_counts_as_its_end(kit: Breachkit) -> None:
    alert = {**ALERT, "timeline": {"discovered_at": "2026-11-20T00:30Z"}}
    incident = kit.open_incident(alert).id
    kit.record_contact(incident, Call("acme", "2026-11-22 UTC", told=True))
    picture = kit.incident(incident)
    assert picture.duty("imou-dpa/6.3@acme").told is Told.LATE  # type: ignore[union-attr]
    assert due(kit, incident, "eu-gdpr/33-1@acme") == "deadline 2026-11-25T00:00Z"


def test_a_partner_told_under_the_duplicate_is_told_after_the_merger(kit: Breachkit) -> None:
    first, second = kit.open_incident(ALERT).id, kit.open_incident(ALERT).id
    kit.record_contact(first, Call("acme", "2026-11-22T01:00Z", told=True))
    kit.merge(first, second, reason="one cause")
    duty = kit.incident(second).duty("imou-dpa/6.3@acme")
    assert duty is not None
    assert (duty.told, duty.content) == (Told.IN_TIME, "supplement owed")


def test_a_false_alarm_merged_in_stops_no_clock_and_a_confirmed_one_starts_it_again(
    kit: Breachkit,
) -> None:
    real, alarm = kit.open_incident(ALERT).id, kit.open_incident(ALERT).id
    for limb in ("personal_data", "security_measures"):
        ruling = Ruling("rule-out", limb, "a test", "maria", second="otto", evidence="PD-1")
        kit.record_decision(alarm, ruling)
    kit.merge(alarm, real, reason="same alert")
    duty = kit.incident(real).duty("imou-dpa/6.3@acme")
    assert duty is not None
    assert duty.owed is True


def test_only_listed_people_rule_a_breach_out(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    for second in ("stranger", "pager"):
        ruling = Ruling("rule-out", "personal_data", "x", "maria", second=second, evidence="e")
        with pytest.raises(RefusedError, match="not listed as a person"):
            kit.record_decision(incident, ruling)


def test_a_listed_affiliate_called_a_subprocessor_is_an_affiliate(
    workspace: Path, acting: Callable[[str], Breachkit]
) -> None:
    settings = workspace / "breachkit.toml"
    named = 'name = "Vendor Ltd"'
    text = settings.read_text("utf-8").replace(named, named + '\naffiliates = ["Sister Co"]')
    settings.write_text(text, encoding="utf-8")
    origin = {
        "kind": "subprocessor",
        "name": "Sister Co",
        "discovered_at": "2026-11-20T08:00Z",
        "told_us_at": "2026-11-21T08:00Z",
    }
    kit = acting("maria")
    incident = kit.open_incident({**ALERT, "origin": origin}).id
    assert due(kit, incident, "imou-dpa/6.3@acme") == "deadline 2026-11-22T08:00Z"


def test_being_told_by_anybody_is_a_sign_that_the_alarm_runs_from(kit: Breachkit) -> None:
    origin = {"kind": "researcher", "told_us_at": "2026-11-21T08:00Z"}
    incident = kit.open_incident({**ALERT, "origin": origin}).id
    assert due(kit, incident, "imou-dpa/6.3@acme") == "provisional 2026-11-23T08:00Z"


def test_a_scope_does_not_change_sides_without_a_reason(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    with pytest.raises(RefusedError, match="its duties hang on it"):
        kit.amend(incident, {"scopes": {"acme": {"capacity": "controller"}}})


def test_a_high_risk_is_a_risk_whatever_was_decided_before(kit: Breachkit) -> None:
    incident = kit.open_incident({"title": "x", "scopes": {"own": {}}}).id
    for decision, outcome in (("risk-authority", "unlikely"), ("risk-people", "high")):
        ruling = Ruling(decision, outcome, "live video", "maria", scope="own")  # type: ignore[arg-type]
        kit.record_decision(incident, ruling)
    duty = kit.incident(incident).duty("eu-gdpr/33-1@own")
    assert duty is not None
    assert duty.owed is True


def test_a_figure_that_is_recounted_is_not_printed_any_more(kit: Breachkit) -> None:
    incident = kit.open_incident({"title": "x", "scopes": {"acme": {"people": 50}}}).id
    kit.amend(incident, unknown={"scopes.acme.people": {"reason": "the log is read again"}})
    text = kit.draft(incident, to=("partner",))[0].text
    assert "the log is read again" in " ".join(text.split())
    assert "people" not in kit.incident(incident).matter.facts["scopes"]["acme"]


def test_nothing_untold_is_withdrawn_or_corrected(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    for phase in ("withdrawal", "correction", "supplementary"):
        with pytest.raises(RefusedError, match="only what was told"):
            kit.draft(incident, to=("partner",), phase=phase)  # type: ignore[arg-type]
