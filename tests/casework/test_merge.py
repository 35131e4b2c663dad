"""Two incidents that are one: nothing that was stated, promised or told is lost in the merger."""

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from breachkit.app import Breachkit
from breachkit.casework.records import Call, Ruling
from breachkit.cli import run
from breachkit.domain.patch import fact_at
from breachkit.domain.telling import Told
from breachkit.errors import RefusedError
from tests.conftest import SetClock

Acting = Callable[[str], Breachkit]


def merged(kit: Breachkit, duplicate: dict[str, Any], survivor: dict[str, Any]) -> Breachkit:
    """Open 2026-0001, the duplicate, and 2026-0002, and join them."""
    kit.open_incident({"title": "seen first", **duplicate})
    kit.open_incident({"title": "goes on", **survivor})
    kit.merge("2026-0001", "2026-0002", reason="one cause")
    return kit


def stated(kit: Breachkit, path: str) -> Any:
    return fact_at(kit.incident("2026-0002").matter.facts, path)


def flags(kit: Breachkit) -> dict[str, str]:
    done = kit.merge("2026-0001", "2026-0002", reason="one cause")
    return {flag.path: flag.what for flag in done.flags}


def test_each_fact_keeps_its_source_and_certainty_and_names_who_stated_it_where(
    acting: Acting, kit: Breachkit, workspace: Path, clock: SetClock
) -> None:
    acting("pager").open_incident({"title": "Alert"}, source="monitoring")
    clock.pass_(minutes=5)
    people = {"scopes": {"acme": {"people": "about 40"}}}
    acting("anna").amend("2026-0001", people, source="cloud team", certainty="estimated")
    clock.pass_(hours=1)
    kit.open_incident({"title": "The same"})
    kit.merge("2026-0001", "2026-0002", reason="one cause")
    known = kit.incident("2026-0002").matter.provenance
    assert known["title"].source == "stated by a call", "its own fact stays its own"
    source = known["scopes.acme.people"]
    assert source.by.name == "maria"
    assert source.certainty == "estimated"
    assert source.source == "cloud team; stated by anna (claimed), 2026-11-22T01:35Z, in 2026-0001"
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        run(["incident", "show", "2026-0002", "--sources", "-C", str(workspace)], clock=clock)
    shown = " ".join(out.getvalue().split())
    assert "by maria (claimed), 2026-11-22T02:35Z, cloud team; stated by anna" in shown
    assert "in 2026-0001, estimated" in shown
    assert "joined with 2026-0001" in shown


def test_the_first_source_counts_after_two_mergers(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "nature": {"cause": "a bug"}}, source="x" * 200)
    for title in "bc":
        kit.open_incident({"title": title})
    kit.merge("2026-0001", "2026-0002", reason="same")
    kit.merge("2026-0002", "2026-0003", reason="same")
    source = kit.incident("2026-0003").matter.provenance["nature.cause"].source
    assert source.startswith("xxx")
    assert source.endswith("x; stated by maria (claimed), 2026-11-22T01:30Z, in 2026-0001")
    assert len(source) == 200


def test_why_a_trigger_was_moved_is_still_said(kit: Breachkit) -> None:
    times = {"timeline": {"discovered_at": "2026-11-21T20:00Z"}}
    kit.open_incident({"title": "a", **times})
    moved = {"timeline": {"discovered_at": "2026-11-21T21:00Z"}}
    kit.amend("2026-0001", moved, reason="the wrong log was read")
    kit.open_incident({"title": "b"})
    kit.merge("2026-0001", "2026-0002", reason="same")
    matter = kit.incident("2026-0002").matter
    assert matter.reasons["timeline.discovered_at"] == "the wrong log was read"


def test_promises_carry_over_and_a_known_fact_needs_none(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "scopes": {"acme": {}}})
    kit.open_incident({"title": "b", "scopes": {"acme": {"records": 7}}})
    late, soon = "2026-11-25T12:00Z", "2026-11-24T12:00Z"

    def why(by: str) -> dict[str, str]:
        return {"reason": f"counted until {by}", "follows_by": by}

    kit.amend("2026-0001", unknown={"scopes.acme.people": why(soon), "people": why(late)})
    kit.amend("2026-0001", unknown={"scopes.acme.records": why(soon), "nature.cause": "unread"})
    kit.amend("2026-0002", unknown={"people": why(soon), "scopes.acme.people": why(late)})
    done = kit.merge("2026-0001", "2026-0002", reason="same")
    matter = kit.incident("2026-0002").matter
    assert {path: one["reason"] for path, one in matter.unknown.items()} == {
        "scopes.acme.people": f"counted until {soon}",
        "people": f"counted until {soon}",
        "nature.cause": "unread",
    }
    assert "in 2026-0001" in matter.provenance["nature.cause"].source
    assert done.entry is not None
    assert set(done.entry.unknown) == {"scopes.acme.people", "nature.cause"}
    due = {row.duty: row.due_at for row in kit.overview().rows if row.due_kind == "follow-up"}
    assert due["follow-up/scopes.acme.people"] == "2026-11-24T12:00:00Z"


def test_a_fact_of_the_duplicate_answers_what_the_other_did_not_know(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "scopes": {"acme": {"people": 40}}})
    kit.open_incident({"title": "b", "scopes": {"acme": {}}})
    kit.amend("2026-0002", unknown={"scopes.acme.people": "being counted"})
    kit.merge("2026-0001", "2026-0002", reason="same")
    assert kit.incident("2026-0002").matter.unknown == {}
    assert stated(kit, "scopes.acme.people.value") == 40


def test_scopes_of_both_have_their_duties(kit: Breachkit) -> None:
    merged(kit, {"scopes": {"acme": {}, "own": {}}}, {"scopes": {"zeta": {}}})
    picture = kit.incident("2026-0002")
    assert [view.scope for view in picture.views] == ["acme", "own", "zeta"]
    assert stated(kit, "scopes.own.capacity") == "controller"
    assert {"imou-dpa/6.3@acme", "eu-gdpr/33-1@own", "imou-dpa/6.3@zeta"} <= {
        duty.id for duty in picture.duties
    }


def test_earlier_instants_count_but_an_earlier_end_does_not(kit: Breachkit) -> None:
    early = {"discovered_at": "2026-11-20T08:00Z", "occurred_until": "2026-11-20T09:00Z"}
    late = {"discovered_at": "2026-11-20T12:00Z", "occurred_until": "2026-11-20T15:00Z"}
    merged(kit, {"timeline": early}, {"timeline": late})
    assert stated(kit, "timeline.discovered_at.at") == "2026-11-20T08:00:00Z"
    assert stated(kit, "timeline.occurred_until.at") == "2026-11-20T15:00:00Z"


def test_a_later_instant_moves_no_clock(kit: Breachkit) -> None:
    late, early = ({"discovered_at": f"2026-11-20T{hour}:00Z"} for hour in (12, 10))
    merged(kit, {"timeline": late}, {"timeline": early})
    assert stated(kit, "timeline.discovered_at.at") == "2026-11-20T10:00:00Z"


def test_a_reason_goes_with_the_discovery_that_it_explains(kit: Breachkit) -> None:
    reason = {"timeline_reasons": {"discovered_at": "taken for noise until then"}}
    signs = {"detected_at": "2026-11-20T02:00Z"}
    kit.open_incident({"title": "a", "timeline": {"discovered_at": "2026-11-20T10:00Z"}})
    late = {"timeline": {**signs, "discovered_at": "2026-11-20T20:00Z"}}
    kit.open_incident({"title": "b", **late, **reason})
    kit.open_incident({"title": "c"})
    kit.merge("2026-0001", "2026-0002", reason="same")
    assert stated(kit, "timeline_reasons") is None, "it explained a later discovery"
    duty = kit.incident("2026-0002").duty("imou-dpa/6.3@unnamed")
    assert duty is not None
    assert f"{duty.deadline.kind} {duty.due_at:%dT%H}" == "provisional 22T02"
    again = {"timeline_reasons": {"discovered_at": "the first report was unclear"}}
    kit.amend("2026-0002", again)
    kit.merge("2026-0002", "2026-0003", reason="same")
    facts = kit.incident("2026-0003").matter.facts
    assert facts["timeline_reasons"] == again["timeline_reasons"]


def test_two_things_under_one_key_stay_two(kit: Breachkit) -> None:
    taken = {"m1": {"text": "keys were rotated", "state": "taken"}}
    merged(
        kit,
        {"measures": taken, "data": {"d": {"category": "video", "records": 5}}},
        {
            "measures": {"m1": {"text": "customers will be warned"}},
            "data": {"d": {"category": "video"}},
        },
    )
    assert stated(kit, "measures") == {
        "m1": {"text": "customers will be warned"},
        "m1-2026-0001": {"text": "keys were rotated", "state": "taken"},
    }
    assert stated(kit, "data.d.records.value") == 5, "the same category is the same data"


def test_a_new_key_holds_for_scopes_and_for_what_is_not_known(kit: Breachkit) -> None:
    unlike = ({"d": {"category": category}} for category in ("video", "email"))
    first, second = unlike
    kit.open_incident(
        {"title": "a", "data": first, "scopes": {"acme": {"data": {"d": {"records": 3}}}}}
    )
    kit.amend("2026-0001", unknown={"data.d.protection.key_state": "asked"})
    kit.open_incident({"title": "b", "data": second})
    kit.merge("2026-0001", "2026-0002", reason="same")
    assert stated(kit, "scopes.acme.data.d-2026-0001.records.value") == 3
    unknown = kit.incident("2026-0002").matter.unknown
    assert list(unknown) == ["data.d-2026-0001.protection.key_state"]
    source = kit.incident("2026-0002").matter.provenance["data.d-2026-0001.category"].source
    assert "in 2026-0001" in source


def test_a_contact_is_never_made_of_two_people(kit: Breachkit) -> None:
    kit.open_incident(
        {"title": "a", "contact": {"name": "Bo", "phone": "+49 30 1000"}, "people": 80}
    )
    kit.open_incident({"title": "b", "contact": {"name": "Jo"}, "people": "about 50"})
    said = flags(kit)
    assert stated(kit, "contact") == {"name": "Jo"}
    assert said["contact.phone"] == "2026-0001 says +49 30 1000; that was not taken over"
    assert said["people"] == "2026-0001 says 80; that was not taken over"
    assert "title" not in said


def test_a_contact_that_says_less_is_filled(kit: Breachkit) -> None:
    one = {"contact": {"name": "Jo", "phone": "+49 30 1000"}}
    merged(kit, one, {"contact": {"name": "Jo"}})
    assert stated(kit, "contact") == one["contact"]


def test_an_origin_of_another_kind_gives_only_its_instants(kit: Breachkit) -> None:
    origin = {"kind": "subprocessor", "name": "Host", "told_us_at": "2026-11-20T08:00Z"}
    merged(kit, {"origin": origin}, {"origin": {"kind": "own"}})
    assert stated(kit, "origin.kind") == "own"
    assert stated(kit, "origin.name") is None
    assert stated(kit, "origin.told_us_at.at") == "2026-11-20T08:00:00Z"


def test_calls_are_recorded_with_who_how_and_what_was_promised(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "scopes": {"acme": {}}})
    kit.open_incident({"title": "b", "scopes": {"acme": {}}})
    call = Call(
        "acme",
        "2026-11-22T01:00Z",
        person="Ms Roe",
        said="understood",
        told=True,
        acknowledged=True,
        next_update="2026-11-22T09:00Z",
    )
    kit.record_contact("2026-0001", call)
    kit.merge("2026-0001", "2026-0002", reason="same")
    picture = kit.incident("2026-0002")
    (recorded,) = picture.matter.contacts
    entry: Any = recorded.entry
    assert (entry.person, entry.caller, entry.acknowledged) == ("Ms Roe", "maria", True)
    assert entry.channel == "telephone, under 2026-0001"
    assert kit.store.kept(bytes.fromhex(entry.said_kept)).text == b"understood"  # type: ignore[union-attr]
    assert [at for at, _ in picture.matter.told["acme"]] == ["2026-11-22T01:00:00Z"]
    assert picture.duty("imou-dpa/6.3@acme").told is Told.IN_TIME  # type: ignore[union-attr]
    assert kit.partner_table("2026-0002")[0].cells["told by"] == "maria"
    rows = [row for row in kit.overview().rows if row.duty == "follow-up/call-acme"]
    assert [(row.matter, row.due_at) for row in rows] == [("2026-0002", "2026-11-22T09:00:00Z")]
    assert kit.verify().faults == ()


def test_an_earlier_call_ends_no_later_promise(kit: Breachkit) -> None:
    for title in "ab":
        kit.open_incident({"title": title, "scopes": {"acme": {}}})
    kit.record_contact("2026-0001", Call("acme", "2026-11-22T00:30Z", told=True))
    promise = Call("acme", "2026-11-22T01:00Z", next_update="2026-11-22T09:00Z")
    kit.record_contact("2026-0002", promise)
    kit.merge("2026-0001", "2026-0002", reason="same")
    rows = [row.due_at for row in kit.overview().rows if row.duty == "follow-up/call-acme"]
    assert rows == ["2026-11-22T09:00:00Z"]
    assert kit.partner_table("2026-0002")[0].cells["next update"] == "2026-11-22 09:00 UTC"


def test_a_call_that_both_know_is_recorded_once(kit: Breachkit) -> None:
    for incident in ("2026-0001", "2026-0002"):
        kit.open_incident({"title": "a", "scopes": {"acme": {}}})
        kit.record_contact(incident, Call("acme", "2026-11-22T01:00Z", told=True))
    kit.merge("2026-0001", "2026-0002", reason="same")
    assert len(kit.incident("2026-0002").matter.contacts) == 1


def test_what_left_to_a_partner_or_an_authority_counts_and_is_said(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "scopes": {"acme": {}, "own": {}}})
    names = {one.drafted.addressee: one.drafted.notice for one in kit.draft("2026-0001")}
    for addressee in ("partner", "authority"):
        kit.record_delivery(names[addressee], channel="portal", at="now", reference="AZ-1")
    kit.open_incident({"title": "b"})
    said = flags(kit)
    picture = kit.incident("2026-0002")
    assert picture.duty("imou-dpa/6.3@acme").told is Told.IN_TIME  # type: ignore[union-attr]
    (call,) = picture.matter.contacts
    assert call.entry.channel == f"portal, as {names['partner']}"  # type: ignore[attr-defined]
    assert said[f"{names['authority']}.1"] == (
        "was filed with the authority (own) and counts here for Article 33(1) eu-gdpr"
    )
    assert picture.duty("eu-gdpr/33-1@own").told is Told.IN_TIME  # type: ignore[union-attr]
    (again,) = kit.draft("2026-0002", to=["authority"], scopes=["own"])
    assert again.drafted.phase == "supplementary", "the authority knows of it already"
    assert again.drafted.notice == "2026-0002-n1"
    assert kit.verify().faults == ()


@pytest.mark.parametrize(("outcome", "owed"), [("high", True), ("not_high", None)])
def test_a_decision_carries_over_unless_it_ends_a_clock(
    kit: Breachkit, outcome: str, owed: bool | None
) -> None:
    kit.open_incident({"title": "a", "scopes": {"own": {}}})
    ruling = Ruling("risk-people", outcome, "live video", "anna", scope="own")
    kit.record_decision("2026-0001", ruling)
    kit.open_incident({"title": "b"})
    said = flags(kit)
    picture = kit.incident("2026-0002")
    assert picture.duty("eu-gdpr/34-1@own").owed is owed  # type: ignore[union-attr]
    assert ("risk-people own" in said) is (owed is None)
    for recorded in picture.matter.decisions:
        entry: Any = recorded.entry
        assert (entry.decided_by, entry.reasons) == ("anna", "live video")
        assert entry.evidence == "recorded in 2026-0001 by maria, 2026-11-22T01:30Z"


def test_a_later_decision_of_the_survivor_stands(kit: Breachkit, clock: SetClock) -> None:
    for incident, outcome in (("2026-0001", "high"), ("2026-0002", "not_high")):
        kit.open_incident({"title": "a", "scopes": {"own": {}}})
        kit.record_decision(
            incident, Ruling("risk-people", outcome, "because", "anna", scope="own")
        )
        clock.pass_(hours=1)
    kit.merge("2026-0001", "2026-0002", reason="same")
    duty = kit.incident("2026-0002").duty("eu-gdpr/34-1@own")
    assert duty is not None
    assert duty.owed is False


def test_what_is_merged_into_a_closed_incident_opens_it_again(kit: Breachkit) -> None:
    kit.open_incident({"title": "a"})
    kit.open_incident({"title": "b"})
    kit.close_incident("2026-0002", reason="a test", despite_duties=True)
    kit.merge("2026-0001", "2026-0002", reason="same")
    assert [row.matter for row in kit.incidents()] == ["2026-0002"]
    assert kit.overview().rows


def test_a_confirmed_limb_carries_over_and_a_ruling_out_never(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "status": {"personal_data": "confirmed"}})
    ruling = Ruling(
        "rule-out", "security_measures", "a test", "maria", second="otto", evidence="PD-1"
    )
    kit.record_decision("2026-0001", ruling)
    kit.open_incident({"title": "b", "status": {"personal_data": "suspected"}})
    said = flags(kit)
    assert stated(kit, "status") == {"personal_data": "confirmed"}
    assert "ruled_out" in said["status.security_measures"]


def test_nothing_more_is_drafted_in_the_incident_that_was_joined(kit: Breachkit) -> None:
    merged(kit, {"scopes": {"acme": {}}}, {})
    with pytest.raises(RefusedError, match="2026-0001 was merged into 2026-0002") as refused:
        kit.draft("2026-0001", to=["partner"])
    assert refused.value.hint == "breachkit notice draft 2026-0002"
    assert kit.incident("2026-0001").matter.notices == {}
    assert len(kit.draft("2026-0002", to=["partner"])) == 1
