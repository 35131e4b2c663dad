"""What may never follow: a contact point is filled in before a notice is sent, and nothing promises it."""

from pathlib import Path
from typing import Any

import pytest

from breachkit.app import Breachkit, open_workspace
from breachkit.casework.drafting import Draft
from breachkit.errors import RefusedError
from tests.conftest import SetClock
from tests.gate.steps import Acting, release

BLANK = "Our contact point is still missing here; it is to be filled in before this is sent."
TITLE = "contact point with name and a way to reach it"


@pytest.fixture
def nobody(workspace: Path) -> Path:
    """Leave the workspace without a contact point of ours."""
    settings = workspace / "breachkit.toml"
    text = settings.read_text("utf-8")
    contact = '[organisation.contact]\nname = "Privacy Desk"\nemail = "privacy@vendor.example"\n'
    assert contact in text
    settings.write_text(text.replace(contact, ""), encoding="utf-8")
    return workspace


def drafted(kit: Breachkit, **more: Any) -> Draft:
    alert = {"title": "x", "nature": {"description": "A switch mixed users up."}}
    scope = {"controller": {"name": "Acme Cameras"}, **more}
    incident = kit.open_incident({**alert, "scopes": {"acme": scope}}).id
    return kit.draft(incident, to=["partner"])[0]


def section(one: Draft, title: str) -> str:
    return " ".join(one.text.partition(f"\n{title}\n")[2].split())


@pytest.mark.usefixtures("nobody")
def test_a_missing_contact_is_demanded_and_never_promised(acting: Acting) -> None:
    one = drafted(acting("maria"))
    assert section(one, "(c) Whom to ask").removeprefix("----------------- ").find(BLANK) >= 0
    assert TITLE not in one.text, "it stands in its own section, and not among what follows"
    assert "All points that our agreement asks for are stated" not in one.text


@pytest.mark.usefixtures("nobody")
def test_a_reason_does_not_answer_it(acting: Acting) -> None:
    kit = acting("maria")
    drafted(kit)
    why = {"reason": "the desk is being staffed", "follows_by": "2026-11-25 Europe/Berlin"}
    kit.amend("2026-0001", unknown={"contact": why})
    (one,) = kit.draft("2026-0001", to=["partner"])
    assert BLANK in " ".join(one.text.split())
    assert "the desk is being staffed" not in one.text
    assert TITLE not in one.text


@pytest.mark.usefixtures("nobody")
def test_an_approver_cannot_overlook_it(acting: Acting) -> None:
    one = drafted(acting("maria"))
    flag = f"to be filled in before it is sent: {TITLE} (Article 6.4(c))"
    assert one.drafted.flags == [flag]
    acting("anna").review(one.drafted.notice)
    otto = acting("otto")
    with pytest.raises(RefusedError, match="is flagged: to be filled in before it is sent"):
        otto.approve(one.drafted.notice, release(otto, one.drafted.notice))
    despite = release(otto, one.drafted.notice, despite="the desk is named on the telephone")
    otto.approve(one.drafted.notice, despite)


def test_what_is_named_is_neither_flagged_nor_missing(kit: Breachkit) -> None:
    one = drafted(kit)
    assert one.drafted.flags == []
    assert "Still missing here" not in one.text


@pytest.mark.usefixtures("nobody")
def test_a_name_without_a_way_to_reach_it_is_not_enough(workspace: Path, clock: SetClock) -> None:
    with open_workspace(workspace, clock=clock, act_as="maria") as kit:
        one = drafted(kit, contact={"name": "Jo Desk"})
    assert "How to reach this contact is still missing here" in one.text
    assert len(one.drafted.flags) == 1


def test_what_else_may_not_follow_is_owed_with_the_notice(kit: Breachkit) -> None:
    scope = {"controller": {"name": "Acme Cameras"}}
    incident = kit.open_incident({"title": "x", "scopes": {"acme": scope}}).id
    (one,) = kit.draft(incident, to=["partner"])
    _, _, owed = one.text.partition("Belongs in this notice and could not be stated in it;")
    owed, _, later = owed.partition("Not established yet, to follow as soon as it is:")
    assert "nature of the breach" in owed
    assert "nature of the breach" not in later
    assert "approximate number of data subjects" in later
    assert one.drafted.flags == []
