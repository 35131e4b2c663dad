"""What was filed or told under a merged incident: it counts in the one that goes on, and is said."""

from typing import Any

from breachkit.app import Breachkit
from breachkit.casework.records import Ruling
from breachkit.domain.telling import Told


def flags(kit: Breachkit) -> dict[str, str]:
    done = kit.merge("2026-0001", "2026-0002", reason="one cause")
    return {flag.path: flag.what for flag in done.flags}


def duty_of(kit: Breachkit, incident: str, duty: str) -> Any:
    found = kit.incident(incident).duty(duty)
    assert found is not None
    return found


def filed(kit: Breachkit, incident: str, addressee: str, reference: str | None = None) -> str:
    """Record that a notice of ours to an addressee has left."""
    (one,) = kit.draft(incident, to=[addressee], scopes=["own"])
    kit.record_delivery(one.drafted.notice, channel="portal", at="now", reference=reference)
    return one.drafted.notice


def test_a_filing_without_its_number_is_unconfirmed_in_both_until_the_number_comes(
    kit: Breachkit,
) -> None:
    kit.open_incident({"title": "a", "scopes": {"own": {}}})
    notice = filed(kit, "2026-0001", "authority")
    kit.open_incident({"title": "b"})
    assert "its file number is still missing" in flags(kit)[f"{notice}.1"]
    assert duty_of(kit, "2026-0002", "eu-gdpr/33-1@own").told is Told.UNCONFIRMED
    (row,) = (row for row in kit.overview().rows if row.duty == "eu-gdpr/33-1@own")
    assert row.waits_for.startswith(f"the file number of {notice}")
    assert f"record-delivery {notice}.1 --channel portal" in row.command
    kit.record_delivery(notice, channel="portal", at="now", reference="AZ-1")
    assert duty_of(kit, "2026-0002", "eu-gdpr/33-1@own").told is Told.IN_TIME


def test_a_filing_counts_in_its_own_scope_only(kit: Breachkit) -> None:
    controllers = {"acme": {"capacity": "controller"}, "own": {}}
    kit.open_incident({"title": "a", "scopes": {"own": {}}})
    filed(kit, "2026-0001", "authority", "AZ-1")
    kit.open_incident({"title": "b", "scopes": controllers})
    kit.merge("2026-0001", "2026-0002", reason="same")
    assert duty_of(kit, "2026-0002", "eu-gdpr/33-1@own").told is Told.IN_TIME
    assert duty_of(kit, "2026-0002", "eu-gdpr/33-1@acme").told is Told.WAITING


def test_whom_a_communication_reached_is_asked_anew(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "scopes": {"own": {}}})
    high = Ruling("risk-people", "high", "live video", "anna", scope="own")
    kit.record_decision("2026-0001", high)
    notice = filed(kit, "2026-0001", "data_subjects")
    kit.open_incident({"title": "b"})
    assert flags(kit)[f"{notice}.1"].startswith("went to the data subjects (own)")
    assert duty_of(kit, "2026-0002", "eu-gdpr/34-1@own").told is Told.WAITING


def test_a_filing_says_what_it_lacks_of_the_facts_of_both(kit: Breachkit) -> None:
    unlike = ({"d": {"category": category}} for category in ("video", "email"))
    first, second = unlike
    kit.open_incident({"title": "a", "people": 5, "data": first, "scopes": {"own": {}}})
    kit.amend("2026-0001", {"scopes": {"own": {"people": 5}}})
    filed(kit, "2026-0001", "authority", "AZ-1")
    kit.open_incident({"title": "b", "data": second, "scopes": {"own": {"people": 9}}})
    kit.merge("2026-0001", "2026-0002", reason="same")
    (one,) = kit.draft("2026-0002", to=["authority"])
    assert one.drafted.phase == "correction"
    (version,) = (v for v in kit.incident("2026-0002").matter.current() if v.taken)
    assert "data.d-2026-0001.category" in version.drafted.uses, "the paths that facts have here"
    assert "data.d.category" not in version.drafted.uses


def test_mergers_are_followed_to_the_incident_that_goes_on(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "scopes": {"acme": {}, "own": {}}})
    done = {one.drafted.addressee: one.drafted.notice for one in kit.draft("2026-0001")}
    for title in "bc":
        kit.open_incident({"title": title})
    kit.merge("2026-0001", "2026-0002", reason="same")
    kit.merge("2026-0002", "2026-0003", reason="same")
    for addressee in ("partner", "authority"):
        kit.record_delivery(done[addressee], channel="portal", at="now", reference="AZ-1")
    assert duty_of(kit, "2026-0003", "imou-dpa/6.3@acme").told is Told.IN_TIME
    assert duty_of(kit, "2026-0003", "eu-gdpr/33-1@own").told is Told.IN_TIME
    (call,) = kit.incident("2026-0003").matter.contacts
    assert call.entry.channel == f"portal, as {done['partner']}"  # type: ignore[attr-defined]
    assert kit.incident("2026-0002").matter.contacts == []
    assert kit.verify().faults == ()


def test_a_filing_goes_through_two_mergers(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "scopes": {"own": {}}})
    notice = filed(kit, "2026-0001", "authority", "AZ-1")
    for title in "bc":
        kit.open_incident({"title": title})
    kit.merge("2026-0001", "2026-0002", reason="same")
    done = kit.merge("2026-0002", "2026-0003", reason="same")
    assert any(flag.path == f"{notice}.1" for flag in done.flags)
    assert duty_of(kit, "2026-0003", "eu-gdpr/33-1@own").told is Told.IN_TIME


def test_a_draft_in_the_works_becomes_what_still_has_to_be_said(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "scopes": {"own": {}}})
    filed(kit, "2026-0001", "authority", "AZ-1")
    kit.open_incident({"title": "b", "scopes": {"own": {}}})
    (first,) = kit.draft("2026-0002", to=["authority"])
    kit.merge("2026-0001", "2026-0002", reason="same")
    (second,) = kit.draft("2026-0002", to=["authority"])
    assert first.drafted.phase == "initial"
    assert (second.drafted.notice, second.drafted.version, second.drafted.phase) == (
        first.drafted.notice, 2, "supplementary",
    )  # fmt: skip


def test_a_review_is_not_asked_for_where_it_could_not_be_given(kit: Breachkit) -> None:
    kit.open_incident({"title": "a", "scopes": {"own": {}}})
    filed(kit, "2026-0001", "authority", "AZ-1")
    assert any("/outside-" in row.duty for row in kit.overview().rows)
    kit.open_incident({"title": "b"})
    kit.merge("2026-0001", "2026-0002", reason="same")
    assert not any("/outside-" in row.duty for row in kit.overview().rows)
