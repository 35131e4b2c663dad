"""Filings under several laws: a notice for each, stages that start the next, laws that conflict."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from breachkit.app import Breachkit
from breachkit.domain.entry import Addressee, Phase
from breachkit.errors import BadInputError, UnknownNameError
from tests.conftest import SetClock, partner
from tests.gate.steps import Acting, released

SECRET = "The local web service answers without a password."

ALERT: dict[str, Any] = {
    "title": "Cameras answer without a password",
    "timeline": {
        "discovered_at": "2026-11-21 18:10 Europe/Berlin",
        "aware_exploited_vulnerability_at": "2026-11-21 19:00 Europe/Berlin",
        "aware_severe_incident_at": "2026-11-21 19:00 Europe/Berlin",
        "learned_of_vulnerability_at": "2026-11-21 18:10 Europe/Berlin",
    },
    "findings": {"cra_severe_incident": True},
    "scopes": {"acme": {"people": 200, "controller": {"name": "Acme Home GmbH"}}},
    "nature": {"description": "Anybody in the same network could read the pictures of a camera."},
    "product": {
        "name": "Indoor camera C4",
        "versions": "2.1 to 2.4",
        "mitigation": "The remote service was switched off for these versions.",
        "vulnerability": {"exploited": True, "description": SECRET},
    },
}


@pytest.fixture
def manufacturer(workspace: Path) -> Callable[..., None]:
    """Say in the settings that we make the product, and where we are established."""

    def make(*, china: bool = False) -> None:
        settings = workspace / "breachkit.toml"
        text = settings.read_text("utf-8").replace("manufacturer = false", "manufacturer = true")
        if china:
            text = text.replace('establishments = ["DE"]', 'establishments = ["CN"]')
            text = text.replace('china = "none"', 'china = "vendor"')
        settings.write_text(text, encoding="utf-8")

    partner(workspace, "acme", "Acme Home GmbH")
    return make


def texts(kit: Breachkit, incident: str, *readers: str) -> dict[str, str]:
    return {one.drafted.reader: one.text for one in kit.draft(incident, to=readers)}


def due(kit: Breachkit, incident: str, duty: str) -> str:
    found = next(one for one in kit.incident(incident).duties if one.id == duty)
    return found.due_at.isoformat() if found.due_at else found.deadline.waits_for


def test_each_stage_has_a_notice_of_its_own(acting: Acting, manufacturer: Any) -> None:
    manufacturer()
    kit = acting("maria")
    incident = kit.open_incident(ALERT).id
    drafts = {one.drafted.reader: one for one in kit.draft(incident)}
    assert {"partner", "eu-cra-14-2-a", "eu-cra-14-2-b", "eu-cra-14-4-a"} <= drafts.keys()
    assert "eu-cra-14-4-c" not in drafts, "its clock starts with the notification before it"
    warning = drafts["eu-cra-14-2-a"].drafted
    assert (warning.scope, warning.addressee, warning.discharges) == (
        "own", "regulator", ["eu-cra/14-2-a@own"],
    )  # fmt: skip
    assert kit.draft(incident, to=["eu-cra-14-2-a"])[0].new is False


def test_a_text_on_a_product_names_no_customer(acting: Acting, manufacturer: Any) -> None:
    manufacturer()
    kit = acting("maria")
    incident = kit.open_incident(ALERT).id
    for one in kit.draft(incident):
        if one.drafted.letter and one.drafted.letter.startswith("eu-cra"):
            assert "Acme" not in one.text
            assert "acme" not in one.text
            assert "200" not in one.text


def test_every_point_that_a_filing_has_to_make_has_its_paragraph(
    acting: Acting, manufacturer: Any
) -> None:
    manufacturer()
    kit = acting("maria")
    incident = kit.open_incident(ALERT).id
    picture = kit.incident(incident)
    filings = [one for one in kit.draft(incident) if one.drafted.letter]
    assert len(filings) > 4
    for one in filings:
        answered = {name for block in one.document.blocks for name in block.answers}
        for duty in picture.duties_of(one.drafted.scope, one.drafted.reader):
            assert {held.requirement.citation for held in duty.held} <= answered
        assert "None" not in one.text


def test_a_submitted_stage_starts_the_next(
    acting: Acting, manufacturer: Any, clock: SetClock
) -> None:
    manufacturer()
    kit = acting("maria")
    incident = kit.open_incident(ALERT).id
    assert due(kit, incident, "eu-cra/14-4-c@own").startswith("submission of the notification")
    (draft,) = kit.draft(incident, to=["eu-cra-14-4-b"])
    released(acting, draft.drafted.notice)
    kit.record_delivery(
        draft.drafted.notice,
        channel="portal",
        at="2026-11-22 02:20 Europe/Berlin",
        reference="SRP-1",
    )
    assert due(kit, incident, "eu-cra/14-4-c@own") == "2026-12-22T01:20:00+00:00"
    told = {one.id: str(one.told) for one in kit.incident(incident).duties}
    assert told["eu-cra/14-4-b@own"] == "in time"
    assert told["eu-cra/14-2-b@own"] == "waiting", "another filing, though to the same reader"


@pytest.mark.parametrize("phase", ["supplementary", "final", "correction"])
def test_a_later_filing_prints_its_reason(acting: Acting, manufacturer: Any, phase: Phase) -> None:
    manufacturer()
    kit = acting("maria")
    incident = kit.open_incident(ALERT).id
    kit.amend(incident, {"product": {"made_available_in": ["DE"]}})
    (draft,) = kit.draft(incident, to=["eu-cra-14-2-a"])
    kit.record_delivery(draft.drafted.notice, channel="portal", at="now", reference="SRP-1")
    (one,) = kit.draft(incident, to=["eu-cra-14-2-a"], phase=phase, reason="a log was read")
    assert "a log was read" in one.text


def test_a_filing_is_confirmed_only_by_its_number(acting: Acting, manufacturer: Any) -> None:
    manufacturer()
    kit = acting("maria")
    incident = kit.open_incident(ALERT).id
    (draft,) = kit.draft(incident, to=["eu-cra-14-4-a"])
    released(acting, draft.drafted.notice)
    kit.record_delivery(draft.drafted.notice, channel="portal", at="now")
    told = {one.id: str(one.told) for one in kit.incident(incident).duties}
    assert told["eu-cra/14-4-a@own"] == "unconfirmed"


def test_laws_that_conflict_hold_one_part_until_a_person_clears_it(
    acting: Acting, manufacturer: Any
) -> None:
    manufacturer(china=True)
    kit = acting("maria")
    incident = kit.open_incident(ALERT).id
    clocks = {one.id: one.due_at for one in kit.incident(incident).duties}
    assert clocks["eu-cra/14-2-b@own"], "the clock runs"
    assert clocks["cn-rmsv/7-miit@own"], "and so does the other law's"

    drafts = {one.drafted.reader: one for one in kit.draft(incident)}
    held = drafts["eu-cra-14-2-b"]
    assert SECRET not in held.text
    assert "kept back for the moment" in held.text
    assert "switched off for these versions" in held.text, "the rest is given at once"
    assert any("--clearance vulnerability-abroad" in remark for remark in held.remarks)
    assert "kept back" not in drafts["partner"].text
    assert SECRET in drafts["cn-rmsv-7-chain"].text
    waiting = [row.citation for row in kit.store.duties(incident)]
    assert any(row.startswith("clearance of vulnerability-abroad") for row in waiting)

    from breachkit.casework.records import Ruling

    acting("anna").record_decision(
        incident, Ruling("clearance", "vulnerability-abroad", "it was published this morning")
    )
    (cleared,) = kit.draft(incident, to=["eu-cra-14-2-b"])
    assert SECRET in cleared.text
    assert cleared.drafted.version == 2
    rows = [row.citation for row in kit.store.duties(incident)]
    assert not any(row.startswith("clearance") for row in rows)


@pytest.mark.parametrize("china", [True, False])
def test_what_is_published_or_made_elsewhere_is_not_held(
    acting: Acting, manufacturer: Any, china: bool
) -> None:
    manufacturer(china=china)
    kit = acting("maria")
    incident = kit.open_incident(ALERT).id
    if china:
        kit.amend(incident, {"product": {"vulnerability": {"published": True}}})
    assert SECRET in texts(kit, incident, "eu-cra-14-2-b")["eu-cra-14-2-b"]


def test_bad_names_are_told(acting: Acting, manufacturer: Any) -> None:
    from breachkit.casework.records import Ruling

    manufacturer()
    kit = acting("maria")
    incident = kit.open_incident(ALERT).id
    with pytest.raises(UnknownNameError, match="no notice to eu-cra-14") as refused:
        kit.draft(incident, to=["eu-cra-14"])
    assert "eu-cra-14-2-a" in refused.value.hint
    with pytest.raises(BadInputError, match="clearance cannot be 'abroad'"):
        acting("anna").record_decision(incident, Ruling("clearance", "abroad", "why"))


def test_the_kinds_of_addressee_are_those_of_the_law() -> None:
    from typing import get_args

    from breachkit.domain.obligation import Addressee as Known

    assert {*get_args(Addressee), "ourselves"} == {one.value for one in Known}
