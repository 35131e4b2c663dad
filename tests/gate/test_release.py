"""Who may review and release: roles, people behind spellings, emergencies, templates that are cleared."""

from dataclasses import replace
from pathlib import Path

import pytest

from breachkit.app import Breachkit
from breachkit.casework.gate import approve, review
from breachkit.casework.papers import show
from breachkit.domain.approval import (
    Candidate,
    Release,
    authors_of,
    candidate_of,
    is_reviewed,
    person_of,
    same_person,
)
from breachkit.domain.document import Document
from breachkit.domain.people import Person
from breachkit.errors import NotTrustedError, RefusedError, UnknownNameError
from breachkit.opening import Workshop
from tests.conftest import SetClock
from tests.gate.steps import Acting, drafted, release, released, seq, version

TWINS = """
[people.otto2]
name = "Otto  RELEASE"
roles = ["approver"]

[people.bo]
name = "Someone Else"
roles = ["approver"]
login = "bo-login"
"""


def test_a_notice_is_reviewed_and_released(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    acting("anna").review(name)
    passed = acting("otto").approve(name, release(kit, name))
    assert (passed.new, [one.id for one in passed.versions]) == (True, [f"{name}.1"])
    found = version(kit, name)
    assert found.approval is not None
    assert (found.approval.by.name, found.state) == ("otto", "approved")
    assert found.approval.without_review is None


@pytest.mark.parametrize("who", ["maria", "anna", "pager", "nobody at all"])
def test_only_an_approver_releases(acting: Acting, kit: Breachkit, who: str) -> None:
    name = drafted(kit)
    acting("anna").review(name)
    with pytest.raises(RefusedError, match="does not hold the role approver") as refused:
        acting(who).approve(name, release(kit, name))
    assert "people.toml" in refused.value.hint


@pytest.mark.parametrize("who", ["maria", "otto", "nobody at all"])
def test_only_legal_reviews(acting: Acting, kit: Breachkit, who: str) -> None:
    name = drafted(kit)
    with pytest.raises(RefusedError, match=f"{who} does not hold the role legal"):
        acting(who).review(name)


@pytest.mark.parametrize("drafter", ["both", "BOTH", "Bo Both", "bo  both"])
@pytest.mark.parametrize("approver", ["both", "Bo Both", "BO BOTH"])
def test_whoever_drafted_never_releases_under_whatever_name(
    acting: Acting, drafter: str, approver: str
) -> None:
    name = drafted(acting(drafter))
    acting("both").review(name)  # several roles are fine
    with pytest.raises(RefusedError, match="and so cannot release it"):
        acting(approver).approve(name, release(acting("otto"), name))
    acting("otto").approve(name, release(acting("otto"), name))


@pytest.mark.parametrize(
    ("drafter", "approver"), [("otto", "otto2"), ("bo-login", "bo"), ("someone else", "bo")]
)
def test_a_second_listing_and_a_login_are_the_same_person(
    acting: Acting, workspace: Path, drafter: str, approver: str
) -> None:
    with (workspace / "people.toml").open("a") as file:
        file.write(TWINS)
    name = drafted(acting(drafter))
    acting("anna").review(name)
    with pytest.raises(RefusedError, match="drafted"):
        acting(approver).approve(name, release(acting("anna"), name))


def test_names_mean_people() -> None:
    people = {
        "ana": Person(name="Ana Lima", login="alima"),
        "ann": Person(name="Ann Other"),
        "alima": Person(name="Another Lima"),
    }
    assert person_of("ANA LIMA", people) == "ana"
    assert person_of("alima", people) == "alima", "a key comes before a login"
    assert person_of("stranger", people) == "stranger"
    assert same_person("Ana  Lima", "ana", people)
    assert same_person("ＡＮＡ", "ana", people), "a full-width spelling is the same name"
    assert not same_person("ana", "ann", people)
    assert not same_person("stranger", "ann", people)


def test_somebody_who_drafts_the_same_words_again_shields_nobody(acting: Acting) -> None:
    name = drafted(acting("both"))
    first = version(acting("maria"), name)
    again = replace(first, drafted=first.drafted.model_copy(update={"version": 2}))
    again.by = acting("maria").actor
    assert authors_of(Candidate(again, (first, again))) == {"both", "maria"}
    other = replace(again, drafted=again.drafted.model_copy(update={"text_digest": "f" * 64}))
    assert authors_of(Candidate(other, (first, other))) == {"maria"}
    edited = Candidate(other, (first, other), editors=frozenset({"anna"}))
    assert authors_of(edited) == {"both", "maria", "anna"}, "what it was edited from counts too"


@pytest.mark.parametrize("typed", ["", "1234567", "12345678", "notadigest", "None"])
def test_the_digest_is_typed(acting: Acting, kit: Breachkit, typed: str) -> None:
    name = drafted(kit)
    acting("anna").review(name)
    with pytest.raises(RefusedError, match="is not the digest of") as refused:
        acting("otto").approve(name, Release(typed))
    assert kit.notice(name).digest[:8] not in refused.value.hint, "it has to be read"


def test_more_of_the_digest_is_as_good(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    acting("anna").review(name)
    acting("otto").approve(name, Release(f" {kit.notice(name).digest.upper()} "))
    found = version(kit, name).approval
    assert found is not None
    assert found.confirmed == kit.notice(name).digest[:8]


def test_nothing_leaves_unread(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    with pytest.raises(RefusedError, match="has not been reviewed by legal") as refused:
        acting("otto").approve(name, release(kit, name))
    assert f"notice review {name} --as LAWYER" in refused.value.hint
    assert "--without-review" in refused.value.hint


def test_what_legal_returned_is_not_released(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    acting("anna").review(name, result="returned", paragraphs=["s2.1"])
    for said in ({}, {"without_review": "nobody answers"}):
        with pytest.raises(RefusedError, match=f"legal returned {name}.1"):
            acting("otto").approve(name, release(kit, name, **said))
    acting("anna").review(name)
    acting("otto").approve(name, release(kit, name))


def test_without_a_lawyer_the_first_notice_to_a_partner_can_leave(
    acting: Acting, kit: Breachkit
) -> None:
    name = drafted(kit)
    acting("otto").approve(
        name, release(kit, name, without_review="called anna at 02:40, no answer")
    )
    owed = [row for row in kit.overview(None).rows if row.duty.startswith("follow-up/review-")]
    assert [row.waits_for for row in owed] == [f"review owed: {name}.1 was released without one"]
    assert owed[0].command == f"breachkit notice review {name}.1 --as LAWYER"
    acting("anna").review(name)
    assert not [row for row in kit.overview(None).rows if "review-" in row.duty]


@pytest.mark.parametrize("to", ["authority", "data_subjects"])
def test_never_to_an_authority_or_to_people(acting: Acting, kit: Breachkit, to: str) -> None:
    kit.open_incident({"title": "Ours", "scopes": {"own": {}}})
    (one,) = kit.draft("2026-0001", to=[to], scopes=["own"])  # type: ignore[list-item]
    with pytest.raises(RefusedError, match="never leaves without a review"):
        acting("otto").approve(
            one.drafted.notice, Release(one.digest[:8], without_review="nobody answers")
        )


def test_nor_a_later_notice(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    released(acting, name)
    kit.record_delivery(name, channel="portal", at="now")
    (later,) = kit.draft("2026-0001", to=["partner"])
    assert later.drafted.phase == "supplementary"
    with pytest.raises(RefusedError, match="a supplementary notice to partners never leaves"):
        acting("otto").approve(
            later.drafted.notice, Release(later.digest[:8], without_review="nobody answers")
        )


def test_a_review_owed_is_not_claimed_where_one_was_given(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    acting("anna").review(name)
    acting("otto").approve(name, release(kit, name, without_review="just in case", despite="x"))
    found = version(kit, name).approval
    assert found is not None
    assert (found.without_review, found.despite) == (None, None)


def test_a_review_on_behalf_keeps_who_recorded_it(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    with pytest.raises(
        RefusedError, match="a review by anna, recorded by maria, needs its evidence"
    ):
        kit.review(name, on_behalf_of="anna")
    with pytest.raises(RefusedError, match="otto does not hold the role legal"):
        kit.review(name, on_behalf_of="otto", evidence="mail of 03:10")
    with pytest.raises(RefusedError, match="a stranger does not hold the role legal"):
        kit.review(name, on_behalf_of="a stranger", evidence="mail of 03:10")
    kit.review(name, on_behalf_of="Anna Counsel", evidence="mail of 03:10, ticket 81")
    ((entry, _),) = version(kit, name).reviews
    assert (entry.reviewer, entry.by.name, entry.evidence) == (
        "anna",
        "maria",
        "mail of 03:10, ticket 81",
    )
    acting("otto").approve(name, release(kit, name))


def test_the_digest_that_was_read_is_the_one_that_is_kept(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    read = kit.notice(name).digest
    with pytest.raises(RefusedError, match="is not the digest of"):
        acting("anna").review(name, digest="0" * 8)
    with pytest.raises(RefusedError, match="is not the digest of"):
        acting("anna").review(name, digest=read[:4])
    kit.amend("2026-0001", {"scopes": {"acme": {"people": 900}}})
    kit.draft("2026-0001", to=["partner"])
    with pytest.raises(RefusedError, match="is not the digest of"):
        acting("anna").review(name, digest=read)
    with pytest.raises(RefusedError, match=f"{name}.1 has been replaced by {name}.2"):
        acting("anna").review(f"{name}.1")
    with pytest.raises(UnknownNameError, match="has no paragraph"):
        acting("anna").review(name, result="returned", paragraphs=["s99.1"])


def test_a_kept_text_that_was_changed_is_not_released(
    acting: Acting, kit: Breachkit, workspace: Path
) -> None:
    import sqlite3

    name = drafted(kit)
    acting("anna").review(name)
    digest = bytes.fromhex(version(kit, name).drafted.tree_kept)
    with sqlite3.connect(workspace / "register.sqlite3") as database:
        ((text,),) = database.execute("SELECT text FROM kept WHERE digest = ?", (digest,))
        forged = bytes(text).replace(b"security breach", b"small matter")
        database.execute("UPDATE kept SET text = ? WHERE digest = ?", (forged, digest))
    with pytest.raises(NotTrustedError, match="is not the one that was drafted"):
        acting("otto").approve(name, Release("00000000"))
    with pytest.raises(NotTrustedError):
        acting("anna").review(name, result="returned")


class Louder(Workshop):
    """A press that sets texts otherwise than the one with which they were drafted."""

    def text(self, document: Document) -> str:
        """Return plain text in capitals."""
        return super().text(document).upper()


def test_a_text_that_is_set_otherwise_now_is_drafted_again(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    acting("anna").review(name)
    louder = replace(kit.desk, press=Louder(kit.folder, "Europe/Berlin"))
    assert not show(louder, name).faithful
    assert show(kit.desk, name).faithful
    for step in (
        lambda: review(louder, acting("anna").actor, name),
        lambda: approve(louder, acting("otto").actor, name, release(kit, name)),
    ):
        with pytest.raises(NotTrustedError, match="no longer reads as it did"):
            step()


class TestClearedTemplates:
    """A template that counsel has cleared beforehand."""

    @pytest.fixture
    def cleared(self, kit: Breachkit, workspace: Path) -> str:
        """Draft for the partner, and list its template as cleared."""
        name = drafted(kit)
        settings = workspace / "breachkit.toml"
        digest = version(kit, name).drafted.template_digest
        text = settings.read_text("utf-8")
        settings.write_text(f'{text}\n[counsel]\ncleared_templates = ["{digest}"]\n')
        return name

    def test_filled_with_facts_only_it_counts_as_reviewed(
        self, acting: Acting, cleared: str
    ) -> None:
        kit = acting("otto")
        assert kit.approve(cleared, release(kit, cleared)).new
        found = version(kit, cleared).approval
        assert found is not None
        assert found.without_review is None

    def test_status_says_that_release_comes_next(self, acting: Acting, cleared: str) -> None:
        acting("maria").amend("2026-0001", {"nature": {"cause": "a cache"}})
        rows = {row.duty: row for row in acting("maria").overview(None).rows}
        assert rows["imou-dpa/6.3@acme"].waits_for == f"release of {cleared}"

    def test_not_after_legal_returned_it(self, acting: Acting, cleared: str) -> None:
        acting("anna").review(cleared, result="returned")
        kit = acting("otto")
        with pytest.raises(RefusedError, match="legal returned"):
            kit.approve(cleared, release(kit, cleared))

    def test_nor_in_its_next_version(self, acting: Acting, clock: SetClock, cleared: str) -> None:
        acting("anna").review(cleared, result="returned")
        clock.pass_(minutes=5)
        maria, kit = acting("maria"), acting("otto")
        maria.amend("2026-0001", {"scopes": {"acme": {"people": 900}}})
        maria.draft("2026-0001", to=["partner"])
        assert version(kit, cleared).id == f"{cleared}.2"
        with pytest.raises(RefusedError, match=f"{cleared}.2 has not been reviewed by legal"):
            kit.approve(cleared, release(kit, cleared))
        acting("anna").review(cleared)
        assert kit.approve(cleared, release(kit, cleared)).new

    def test_not_where_a_person_wrote_in_it(self, acting: Acting, cleared: str) -> None:
        kit = acting("otto")
        shown = kit.notice(cleared)
        plain = candidate_of(shown.picture.matter, shown.version)
        assert is_reviewed(plain, kit.rules.counsel_cleared)
        edited = replace(plain, editors=frozenset({"anna"}))
        assert not is_reviewed(edited, kit.rules.counsel_cleared)

    def test_another_template_is_not_cleared(self, acting: Acting, cleared: str) -> None:
        kit = acting("maria")
        (one,) = kit.draft("2026-0001", to=["authority"])
        with pytest.raises(RefusedError, match="has not been reviewed by legal"):
            acting("otto").approve(one.drafted.notice, Release(one.digest[:8]))


class TestRetries:
    """The same step again writes nothing."""

    def test_the_same_release(self, acting: Acting, kit: Breachkit) -> None:
        name = drafted(kit)
        released(acting, name)
        before = seq(kit)
        passed = acting("otto").approve(name, release(kit, name))
        assert (passed.new, seq(kit)) == (False, before)
        assert not acting("otto").approve(f"{name}.1", release(kit, name)).new

    def test_the_same_release_without_review(self, acting: Acting, kit: Breachkit) -> None:
        name = drafted(kit)
        said = release(kit, name, without_review="nobody answers")
        assert acting("otto").approve(name, said).new
        before = seq(kit)
        assert not acting("otto").approve(name, said).new
        assert seq(kit) == before

    def test_a_repeated_release_is_asked_the_same_questions(
        self, acting: Acting, kit: Breachkit
    ) -> None:
        name = drafted(acting("both"))
        acting("anna").review(name)
        acting("otto").approve(name, release(kit, name))
        with pytest.raises(RefusedError, match="drafted"):
            acting("both").approve(name, release(kit, name))
        with pytest.raises(RefusedError, match="is not the digest"):
            acting("otto").approve(name, Release("00000000"))

    def test_the_same_review(self, acting: Acting, kit: Breachkit) -> None:
        name = drafted(kit)
        acting("anna").review(name)
        before = seq(kit)
        assert not acting("anna").review(name).new
        assert seq(kit) == before
        assert acting("both").review(name).new, "another lawyer's word is a word of its own"
        assert acting("both").review(name, result="returned").new


def test_automation_opens_and_amends_only(acting: Acting, workspace: Path) -> None:
    pager = acting("pager")
    name = drafted(acting("maria"))
    pager.open_incident({"title": "Another"})
    pager.amend("2026-0001", {"people": 12})
    from breachkit.casework.records import Call, Ruling

    for act in (
        lambda: pager.draft("2026-0001"),
        lambda: acting("PAGER").draft("2026-0001"),
        lambda: pager.review(name, on_behalf_of="anna", evidence="a mail"),
        lambda: pager.record_delivery(name, channel="portal", at="now"),
        lambda: pager.record_contact("2026-0001", Call("acme", "now", told=True)),
        lambda: pager.record_decision(
            "2026-0001", Ruling("risk-people", "high", "because", scope="acme")
        ),
        lambda: pager.merge("2026-0002", "2026-0001", reason="same"),
        lambda: pager.close_incident("2026-0001", reason="done", despite_duties=True),
    ):
        with pytest.raises(RefusedError, match="automation may open and amend incidents, not"):
            act()
    with pytest.raises(RefusedError, match="does not hold the role approver"):
        pager.approve(name, Release("00000000"))


def test_what_was_merged_away_is_not_released(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    acting("anna").review(name)
    kit.open_incident({"title": "The same, seen elsewhere"})
    kit.merge("2026-0001", "2026-0002", reason="one outage")
    with pytest.raises(RefusedError, match="2026-0001 was merged into 2026-0002"):
        acting("otto").approve(name, release(kit, name))


def test_names_that_mean_no_notice(kit: Breachkit) -> None:
    drafted(kit)
    for name, message in (
        ("2026-0001", "names no notice"),
        ("nonsense", "names no notice"),
        ("2026-0001-n7", "no notice 2026-0001-n7"),
        ("2026-0001-n1.9", "no notice 2026-0001-n1.9"),
        ("2026-0001-n1.x", "no notice 2026-0001-n1.x"),
        ("2026-0009-n1", "no incident 2026-0009"),
    ):
        with pytest.raises(UnknownNameError, match=message):
            kit.notice(name)
