"""Ruling out: two people and evidence; what was told is then taken back."""

import pytest

from breachkit.app import Breachkit
from breachkit.casework.records import Call, Ruling
from breachkit.errors import BadInputError, RefusedError, UnknownNameError
from tests.conftest import SetClock
from tests.gate.steps import Acting, drafted, released, seq

BOTH = ("personal_data", "security_measures")


def rule_out(kit: Breachkit, *limbs: str) -> None:
    for limb in limbs:
        kit.record_decision(
            "2026-0001",
            Ruling("rule-out", limb, "the disk held test data", second="anna", evidence="F-12"),
        )


def owed(kit: Breachkit) -> dict[str, str]:
    rows = kit.overview(None).rows
    return {row.duty: row.command for row in rows if row.duty.startswith("follow-up/")}


@pytest.mark.parametrize(
    ("second", "evidence", "message"),
    [
        (None, "F-12", "takes two people"),
        ("maria", "F-12", "takes two people, and maria is the one who decides"),
        ("Maria Response", "F-12", "takes two people"),
        ("MARIA", "F-12", "takes two people"),
        ("anna", None, "takes evidence"),
    ],
)
def test_it_takes_two_people_and_evidence(
    kit: Breachkit, second: str | None, evidence: str | None, message: str
) -> None:
    drafted(kit)
    ruling = Ruling("rule-out", "personal_data", "why", second=second, evidence=evidence)
    with pytest.raises(RefusedError, match=message):
        kit.record_decision("2026-0001", ruling)


def test_a_scribe_may_record_what_two_others_decided(acting: Acting, kit: Breachkit) -> None:
    drafted(kit)
    ruling = Ruling(
        "rule-out", "personal_data", "why", decided_by="Anna Counsel", second="otto", evidence="F"
    )
    entry = kit.record_decision("2026-0001", ruling).entry
    assert (entry.decided_by, entry.second, entry.by.name) == ("anna", "otto", "maria")  # type: ignore[union-attr]


def test_one_limb_makes_a_correction_due_and_both_a_withdrawal(
    acting: Acting, kit: Breachkit, clock: SetClock
) -> None:
    name = drafted(kit)
    released(acting, name)
    kit.record_delivery(name, channel="portal", at="now")
    clock.pass_(minutes=5)
    rule_out(kit, "personal_data")
    draft = "breachkit notice draft 2026-0001 --to partner --scope acme --phase"
    assert owed(kit) == {"follow-up/correction-acme-partner": f"{draft} correction"}
    rule_out(kit, "security_measures")
    assert owed(kit) == {"follow-up/withdrawal-acme-partner": f"{draft} withdrawal"}
    assert all(row.told == "stopped" for row in kit.overview(None).rows if "@" in row.duty)


def test_the_withdrawal_goes_its_own_way_through_the_gate(
    acting: Acting, kit: Breachkit, clock: SetClock
) -> None:
    name = drafted(kit)
    released(acting, name)
    kit.record_delivery(name, channel="portal", at="now")
    clock.pass_(minutes=5)
    rule_out(kit, *BOTH)
    (one,) = kit.draft("2026-0001", to=["partner"], scopes=["acme"], phase="withdrawal")
    again = one.drafted.notice
    key = "follow-up/withdrawal-acme-partner"
    assert owed(kit)[key].startswith(f"breachkit notice review {again} ")
    released(acting, again)
    assert owed(kit)[key].startswith(f"breachkit notice record-delivery {again} ")
    kit.record_delivery(again, channel="portal", at="now")
    assert owed(kit) == {}


def test_a_call_has_to_be_taken_back_too(kit: Breachkit) -> None:
    drafted(kit)
    kit.record_contact("2026-0001", Call("acme", "now", told=True))
    rule_out(kit, *BOTH)
    assert list(owed(kit)) == ["follow-up/withdrawal-acme-partner"]


def test_what_was_never_told_is_not_taken_back(kit: Breachkit) -> None:
    drafted(kit)
    rule_out(kit, *BOTH)
    assert owed(kit) == {}


def test_an_exemption_takes_nothing_back(acting: Acting, kit: Breachkit) -> None:
    kit.open_incident({"title": "Ours", "scopes": {"own": {}}})
    kit.record_decision("2026-0001", Ruling("risk-people", "high", "faces", scope="own"))
    (one,) = kit.draft("2026-0001", to=["data_subjects"])
    released(acting, one.drafted.notice)
    kit.record_delivery(one.drafted.notice, channel="mail", at="now")
    kit.record_decision("2026-0001", Ruling("risk-people", "34-3-a", "encrypted", scope="own"))
    rule_out(kit, "security_measures")
    assert owed(kit) == {}


def test_the_same_decision_again_writes_nothing(kit: Breachkit) -> None:
    drafted(kit)
    ruling = Ruling("risk-people", "high", "faces are shown", scope="acme")
    assert kit.record_decision("2026-0001", ruling).new
    before = seq(kit)
    assert not kit.record_decision("2026-0001", ruling).new
    assert seq(kit) == before
    assert kit.record_decision(
        "2026-0001", Ruling("risk-people", "not_high", "no", scope="acme")
    ).new
    assert kit.record_decision("2026-0001", ruling).new, "decided back"


def test_whose_decision_it_is(kit: Breachkit) -> None:
    kit.open_incident({"title": "Two", "scopes": {"acme": {}, "own": {}}})
    theirs = kit.record_decision("2026-0001", Ruling("risk-people", "high", "x", scope="acme"))
    ours = kit.record_decision("2026-0001", Ruling("risk-people", "high", "x", scope="own"))
    assert theirs.entry.decided_by == "Acme Cameras"  # type: ignore[union-attr]
    assert ours.entry.decided_by == "maria"  # type: ignore[union-attr]
    with pytest.raises(BadInputError, match="decided for one scope"):
        kit.record_decision("2026-0001", Ruling("risk-people", "high", "x"))
    with pytest.raises(UnknownNameError, match="has no scope zeta"):
        kit.record_decision("2026-0001", Ruling("risk-people", "high", "x", scope="zeta"))
    with pytest.raises(BadInputError, match="cannot be 'perhaps'"):
        kit.record_decision("2026-0001", Ruling("risk-people", "perhaps", "x", scope="own"))
    rule = Ruling("rule-out", "personal_data", "x", scope="own", second="anna", evidence="F")
    with pytest.raises(BadInputError, match="the whole incident"):
        kit.record_decision("2026-0001", rule)
