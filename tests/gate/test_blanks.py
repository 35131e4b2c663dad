"""A text that holds a place open for a name or a time: asked for, refused when final, never overlooked."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from breachkit.app import Breachkit
from breachkit.domain.approval import Release
from breachkit.errors import RefusedError
from tests.gate.steps import Acting

HELD_OPEN = "is to be filled in before this is sent"
CONTACT = {"name": "Data protection officer", "email": "dpo@nemo.example"}
NAMED = {"controller": {"name": "Nemo GmbH", "contact": CONTACT}}
AWARE = {"timeline": {"controller_aware_at": "2026-11-22 02:10 Europe/Berlin"}}


def blanks(flags: Iterable[str]) -> list[str]:
    return [flag for flag in flags if flag.startswith("to be filled in before it is sent: ")]


def opened(kit: Breachkit, scope: str = "nemo", **facts: object) -> str:
    alert = {"title": "Footage shown to strangers", "scopes": {scope: facts}}
    return kit.open_incident(alert).id


def unnamed(workspace: Path) -> None:
    """Take our own name out of the settings."""
    settings = workspace / "breachkit.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('name = "Vendor Ltd"', ""), encoding="utf-8")


@pytest.mark.parametrize("whose", ["nemo", "own"])
@pytest.mark.parametrize("facts", [{}, NAMED, AWARE, {**NAMED, **AWARE}])
@pytest.mark.parametrize("nameless", [True, False])
def test_a_text_is_flagged_exactly_where_it_says_that_something_is_missing(
    kit: Breachkit, workspace: Path, whose: str, facts: dict[str, object], nameless: bool
) -> None:
    if nameless:
        unnamed(workspace)
    readers = ["authority", "data_subjects", *(["partner"] if whose == "nemo" else [])]
    for one in kit.draft(opened(kit, whose, **facts), to=readers):
        assert bool(blanks(one.drafted.flags)) is (HELD_OPEN in " ".join(one.text.split())), (
            one.text
        )


def test_the_controllers_name_and_its_awareness_are_asked_for(kit: Breachkit) -> None:
    picture = kit.incident(opened(kit))
    asked = {(gap.path, gap.citation) for duty in picture.duties_of("nemo") for gap in duty.gaps}
    assert ("scopes.nemo.controller.name", "Article 33(3)(b)") in asked
    assert ("scopes.nemo.controller.name", "Article 34(2), 33(3)(b)") in asked
    assert ("scopes.nemo.timeline.controller_aware_at", "Article 33(1)") in asked
    law = next(one for one in kit.rules.obligations if one.qualified_id == "eu-gdpr/33-1")
    ours = [one for one in law.requirements if "controller" in one.title and not one.any_of]
    assert [one.standing.value for one in ours] == ["derived", "derived"]


def test_a_final_notice_without_them_is_refused(kit: Breachkit) -> None:
    incident = opened(kit)
    for to in ("authority", "data_subjects"):
        with pytest.raises(RefusedError, match=r"33\(3\)\(b\)"):
            kit.draft(incident, to=[to], phase="final")
    kit.amend(incident, {"scopes": {"nemo": NAMED}})
    with pytest.raises(RefusedError, match=r"33\(1\)"):
        kit.draft(incident, to=["authority"], phase="final")


def test_nobody_releases_such_a_text_without_a_reason(acting: Acting, kit: Breachkit) -> None:
    (one,) = kit.draft(opened(kit), to=["authority"])
    name, digest = one.drafted.notice, one.digest[:8]
    acting("anna").review(name)
    with pytest.raises(RefusedError, match=r"before it is sent: .*the controller's name"):
        acting("otto").approve(name, Release(digest))
    acting("otto").approve(name, Release(digest, despite="the portal adds name and time"))
    assert kit.notice(name).version.approval
