"""Sets of notices to many partners: reviewed once, released by one digest, any scope pulled out."""

import json
from pathlib import Path

import pytest

from breachkit.app import Breachkit
from breachkit.domain.approval import Release
from breachkit.errors import BadInputError, RefusedError, UnknownNameError
from tests.conftest import SetClock, partner
from tests.gate.steps import Acting, seq

KEYS = [f"p{number:02d}" for number in range(1, 13)]


@pytest.fixture
def name(workspace: Path, acting: Acting) -> str:
    """Draft for twelve partners with figures of their own, and return the set's name."""
    for key in KEYS:
        partner(workspace, key, f"Company {key.upper()} GmbH")
    kit = acting("maria")
    kit.open_incident(
        {
            "title": "Footage shown to strangers",
            "timeline": {"discovered_at": "2026-11-22 02:10 Europe/Berlin"},
            "scopes": {key: {"people": 100 + place} for place, key in enumerate(KEYS)},
        }
    )
    done = kit.draft("2026-0001", to=["partner"])
    assert len(done) == 12
    assert len({one.set_id for one in done}) == 1
    return done[0].set_id or ""


def approved(kit: Breachkit) -> list[str]:
    matter = kit.incident("2026-0001").matter
    return [one.drafted.scope for one in matter.current() if one.approval]


@pytest.mark.parametrize("by", ["the whole set's digest", "the digest of the rest"])
def test_twelve_are_released_by_one_digest_with_one_pulled_out(
    acting: Acting, name: str, by: str
) -> None:
    kit = acting("otto")
    whole = kit.notice(name).digest
    acting("anna").review(name, digest=whole[:8])
    from breachkit.casework.versions import choose

    rest = choose(kit.desk, name, ["p07"]).digests[0]
    assert rest != whole
    typed = whole if by.startswith("the whole") else rest
    passed = kit.approve(name, Release(typed[:8]), excepting=["p07"])
    assert len(passed.versions) == 11
    assert approved(kit) == [key for key in KEYS if key != "p07"]
    row = {row.duty: row.waits_for for row in kit.overview(None).rows}
    assert row["imou-dpa/6.3@p07"] == "release of 2026-0001-n7"
    assert row["imou-dpa/6.3@p01"] == "delivery of 2026-0001-n1"


def test_one_release_is_one_entry(acting: Acting, name: str) -> None:
    kit = acting("otto")
    acting("anna").review(name)
    before = seq(kit)
    kit.approve(name, Release(kit.notice(name).digest[:8]))
    assert seq(kit) == before + 1
    assert approved(kit) == KEYS
    assert not kit.approve(name, Release(kit.notice(name).digest[:8])).new
    assert seq(kit) == before + 1


def test_the_rest_can_follow_later(acting: Acting, name: str) -> None:
    kit = acting("otto")
    acting("anna").review(name)
    digest = kit.notice(name).digest[:8]
    kit.approve(name, Release(digest), excepting=["p01", "p02"])
    passed = kit.approve(name, Release(digest))
    assert passed.new
    entry = kit.incident("2026-0001").matter.notices["2026-0001-n1"][-1].approval
    assert entry is not None
    assert [target.notice for target in entry.targets] == ["2026-0001-n1", "2026-0001-n2"]


def test_one_contradicted_text_holds_back_the_set_until_it_is_pulled_out(
    acting: Acting, clock: SetClock, name: str
) -> None:
    kit = acting("otto")
    acting("anna").review(name)
    clock.pass_(minutes=5)
    acting("maria").amend("2026-0001", {"scopes": {"p03": {"people": 900}}})
    digest = kit.notice(name).digest[:8]
    with pytest.raises(RefusedError, match=r"2026-0001-n3\.1 is contradicted"):
        kit.approve(name, Release(digest))
    kit.approve(name, Release(digest), excepting=["p03"])
    assert "p03" not in approved(kit)


def test_a_set_drafted_again_is_a_set_of_its_own(
    acting: Acting, clock: SetClock, name: str
) -> None:
    kit = acting("otto")
    acting("anna").review(name)
    clock.pass_(minutes=5)
    maria = acting("maria")
    maria.amend("2026-0001", {"scopes": {"p03": {"people": 900}}})
    again = maria.draft("2026-0001", to=["partner"])
    assert {one.drafted.version for one in again} == {2}
    assert again[0].set_id == "2026-0001-s2"
    with pytest.raises(RefusedError, match="has been replaced") as refused:
        kit.approve(name, Release(kit.notice(name).digest[:8]))
    assert refused.value.hint.startswith("breachkit notice show 2026-0001-s2")
    digest = again[0].set_digest or ""
    with pytest.raises(RefusedError, match=r"2026-0001-n3\.2 has not been reviewed"):
        kit.approve("2026-0001-s2", Release(digest[:8]))
    acting("anna").review("2026-0001-n3")
    assert kit.approve("2026-0001-s2", Release(digest[:8])).new, "the others' words were read"


def test_the_table_shows_what_differs(acting: Acting, name: str) -> None:
    spread = acting("otto").notice(name).spread
    assert spread is not None
    assert spread.columns == ("recipient", "people")
    assert len(spread.texts) == 1
    assert [(version.drafted.scope, values) for version, values in spread.rows][:2] == [
        ("p01", ("Company P01 GmbH", "100")),
        ("p02", ("Company P02 GmbH", "101")),
    ]


def test_words_that_differ_are_told_apart(acting: Acting, workspace: Path, name: str) -> None:
    path = workspace / "partners" / "p05.toml"
    path.write_text('standard_clauses = "2021/914"\n' + path.read_text("utf-8"))
    kit = acting("maria")
    kit.draft("2026-0001", to=["partner"])
    shown = kit.notice("2026-0001-s2")
    assert shown.spread is not None
    assert [len(texts) for texts in shown.spread.texts] == [11, 1]
    ((line,),) = shown.spread.differences
    assert line.startswith("- Appendix 4, Clause 5(d)(ii)")
    page = kit.pack("2026-0001-s2")
    assert "2 distinct texts" in page
    assert "The text of 2026-0001-n5.2, held against the first:" in page


def test_no_table_and_no_pack_names_an_address(acting: Acting, name: str) -> None:
    kit = acting("otto")
    entry = kit.incident("2026-0001").matter.notices["2026-0001-n1"][-1].drafted
    assert "@p01.example" not in json.dumps(entry.model_dump(mode="json"))
    assert "desk@p01.example" not in kit.pack(name)


def test_what_may_be_pulled_out(acting: Acting, name: str) -> None:
    kit = acting("otto")
    acting("anna").review(name, excepting=["p01"])
    with pytest.raises(UnknownNameError, match="has no notice for nobody"):
        kit.approve(name, Release("00000000"), excepting=["nobody"])
    with pytest.raises(BadInputError, match="nothing is left"):
        kit.approve(name, Release("00000000"), excepting=KEYS)
    with pytest.raises(RefusedError, match=r"2026-0001-n1\.1 has not been reviewed"):
        kit.approve(name, Release(kit.notice(name).digest[:8]))


def test_a_set_leaves_as_one_and_again_only_for_the_rest(acting: Acting, name: str) -> None:
    kit = acting("otto")
    acting("anna").review(name)
    kit.approve(name, Release(kit.notice(name).digest[:8]))
    said = {"channel": "portal", "at": "now"}
    kit.record_delivery(name, **said, excepting=["p01"])
    before = seq(kit)
    kit.record_delivery(name, **said)
    assert seq(kit) == before + 1, "the one that was missing"
    assert all(one.deliveries for one in kit.incident("2026-0001").matter.current())
