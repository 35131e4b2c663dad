"""A partner that is known by its key alone: nothing is addressed to a key, and nobody can overlook it."""

from typing import Any

import pytest

from breachkit.app import Breachkit
from breachkit.errors import RefusedError
from tests.gate.steps import Acting, release

MISSING = (
    "To: the addressee's name is still missing here (listed by us as acme);"
    " it is to be filled in before this is sent"
)
FLAG = "to be filled in before it is sent: the name of acme"


def drafted(kit: Breachkit, to: str = "partner", **more: Any) -> Any:
    alert = {"title": "x", "timeline": {"discovered_at": "2026-11-22 02:10 Europe/Berlin"}}
    incident = kit.open_incident({**alert, "scopes": {"acme": more}}).id
    return kit.draft(incident, to=[to])[0]


def test_the_text_the_flag_and_the_remark_say_that_a_name_is_missing(kit: Breachkit) -> None:
    one = drafted(kit)
    assert MISSING in " ".join(one.text.split())
    assert one.drafted.flags == [FLAG]
    (remark,) = one.remarks
    assert remark == (
        "nobody has said what acme is called, and no partners/acme.toml does:\n"
        "breachkit incident amend 2026-0001 --set scopes.acme.controller.name=NAME"
    )


def test_an_approver_cannot_overlook_it(acting: Acting) -> None:
    one = drafted(acting("maria"))
    acting("anna").review(one.drafted.notice)
    otto = acting("otto")
    with pytest.raises(RefusedError, match="is flagged: to be filled in before"):
        otto.approve(one.drafted.notice, release(otto, one.drafted.notice))
    despite = release(otto, one.drafted.notice, despite="the name was written in by hand")
    otto.approve(one.drafted.notice, despite)


def test_a_name_that_is_stated_mends_it(kit: Breachkit) -> None:
    first = drafted(kit)
    kit.amend("2026-0001", {"scopes": {"acme": {"controller": {"name": "Acme Cameras"}}}})
    (one,) = kit.draft("2026-0001", to=["partner"])
    assert "To: Acme Cameras" in one.text
    assert (one.drafted.version, one.drafted.flags, one.remarks) == (2, [], ())
    assert first.drafted.digest != one.drafted.digest


def test_what_the_partner_would_file_is_flagged_as_well(kit: Breachkit) -> None:
    assert FLAG in drafted(kit, "authority").drafted.flags


def test_our_own_notices_need_no_partner(kit: Breachkit) -> None:
    aware = {"timeline": {"controller_aware_at": "2026-11-22 02:10 Europe/Berlin"}}
    incident = kit.open_incident({"title": "x", "scopes": {"own": aware}}).id
    (one,) = kit.draft(incident, to=["authority"])
    assert one.drafted.flags == []
    assert one.remarks == ()
