"""How notices leave: never refused, recorded once, and marked where no release covered them."""

import pytest

from breachkit.app import Breachkit
from breachkit.casework.papers import marks
from breachkit.domain.line import DutyRow
from breachkit.domain.telling import Told
from breachkit.errors import BadInputError, FactError, RefusedError
from tests.conftest import SetClock
from tests.gate.steps import Acting, drafted, release, released, seq, version


def left_outside(kit: Breachkit, name: str) -> list[bool]:
    return [one.entry.outside_gate for one in version(kit, name).deliveries]  # type: ignore[attr-defined]


def row(kit: Breachkit, duty: str) -> DutyRow:
    return next(row for row in kit.overview(None).rows if row.duty == duty)


def test_what_was_released_leaves_inside_the_gate(
    acting: Acting, kit: Breachkit, clock: SetClock
) -> None:
    name = drafted(kit)
    released(acting, name)
    clock.pass_(minutes=5)
    passed = kit.record_delivery(name, channel="partner portal", at="now", note="uploaded by hand")
    assert (passed.outside, left_outside(kit, name)) == ((), [False])
    duty = passed.duty("imou-dpa/6.3@acme")
    theirs = passed.duty("eu-gdpr/33-1@acme")
    assert duty is not None
    assert theirs is not None
    assert duty.told is Told.IN_TIME
    assert theirs.due_at == clock.at.replace(day=25), "the partner's own 72 hours run"


@pytest.mark.parametrize("state", ["drafted", "reviewed", "returned", "replaced", "closed"])
def test_what_was_not_is_recorded_and_marked(acting: Acting, kit: Breachkit, state: str) -> None:
    name = drafted(kit)
    if state == "reviewed":
        acting("anna").review(name)
    elif state == "returned":
        acting("anna").review(name, result="returned")
    elif state == "replaced":
        released(acting, name)
        kit.amend("2026-0001", {"scopes": {"acme": {"people": 900}}})
        kit.draft("2026-0001", to=["partner"])
    elif state == "closed":
        kit.close_incident("2026-0001", reason="thought to be over", despite_duties=True)
    passed = kit.record_delivery(name, channel="old mail system", at="now")
    assert len(passed.outside) == 1
    assert left_outside(kit, name) == [True]
    shown = version(kit, name)
    assert "LEFT OUTSIDE THE GATE" in marks(passed.matter, shown)
    assert passed.matter.told["acme"], "it starts the clocks that it starts"
    if state != "closed":
        n = shown.drafted.notice
        assert row(kit, "imou-dpa/6.3@acme").waits_for.endswith(f"{n} left outside the gate")


def test_an_unread_text_that_left_stays_owed_its_review(acting: Acting, kit: Breachkit) -> None:
    name = drafted(kit)
    kit.record_delivery(name, channel="mail", at="now")
    owed = row(kit, f"follow-up/outside-{name}.1")
    assert owed.command == f"breachkit notice review {name}.1 --as LAWYER"
    acting("anna").review(f"{name}.1")
    assert not [one for one in kit.overview(None).rows if "/outside-" in one.duty]
    assert left_outside(kit, name) == [True], "a later review opens no gate"


def test_a_release_after_it_left_does_not_cover_it(
    acting: Acting, kit: Breachkit, clock: SetClock
) -> None:
    name = drafted(kit)
    acting("anna").review(name)
    clock.pass_(minutes=30)
    acting("otto").approve(name, release(kit, name))
    clock.pass_(minutes=30)
    passed = kit.record_delivery(name, channel="mail", at="2026-11-22 02:45 Europe/Berlin")
    assert passed.outside == (f"{name}.1 had not been released when it left",)


def test_a_text_that_left_in_the_minute_of_its_release_is_covered(
    acting: Acting, kit: Breachkit, clock: SetClock
) -> None:
    name = drafted(kit)
    clock.pass_(seconds=20)
    released(acting, name)
    clock.pass_(minutes=5)
    assert not kit.record_delivery(name, channel="x", at="2026-11-22 02:30 Europe/Berlin").outside


def test_a_return_after_the_release_closes_the_gate(
    acting: Acting, kit: Breachkit, clock: SetClock
) -> None:
    name = drafted(kit)
    released(acting, name)
    clock.pass_(minutes=5)
    acting("anna").review(name, result="returned")
    clock.pass_(minutes=5)
    assert row(kit, "imou-dpa/6.3@acme").waits_for == f"a new draft of {name}: legal returned it"
    passed = kit.record_delivery(name, channel="mail", at="now")
    assert passed.outside == (f"legal had returned {name}.1",)
    (due,) = [one for one in kit.overview(None).rows if "/returned-" in one.duty]
    assert due.command == (
        "breachkit notice draft 2026-0001 --to partner --scope acme --phase correction"
    )


class TestContradicted:
    """Facts that change between release and leaving."""

    @pytest.fixture
    def name(self, acting: Acting, kit: Breachkit, clock: SetClock) -> str:
        name = drafted(kit)
        released(acting, name)
        clock.pass_(minutes=5)
        kit.amend("2026-0001", {"scopes": {"acme": {"people": 900}}})
        clock.pass_(minutes=5)
        return name

    def test_a_release_without_a_reason_lapses(
        self, acting: Acting, kit: Breachkit, name: str
    ) -> None:
        assert "the facts contradict it" in row(kit, "imou-dpa/6.3@acme").waits_for
        with pytest.raises(RefusedError, match=r"is contradicted by scopes\.acme\.people"):
            acting("otto").approve(name, release(kit, name))
        passed = kit.record_delivery(name, channel="mail", at="now")
        assert passed.outside == (f"{name}.1 was contradicted by scopes.acme.people",)

    def test_a_reason_releases_it(self, acting: Acting, kit: Breachkit, name: str) -> None:
        said = release(kit, name, despite="the 48 hours end; a correction follows")
        assert acting("otto").approve(name, said).new
        assert not acting("otto").approve(name, said).new, "once"
        assert row(kit, "imou-dpa/6.3@acme").waits_for == f"delivery of {name}"
        assert not kit.record_delivery(name, channel="mail", at="now").outside

    def test_but_only_for_what_was_known_then(
        self, acting: Acting, kit: Breachkit, clock: SetClock, name: str
    ) -> None:
        acting("otto").approve(name, release(kit, name, despite="a correction follows"))
        clock.pass_(minutes=5)
        kit.amend(
            "2026-0001",
            {"timeline": {"discovered_at": "2026-11-22 01:10 Europe/Berlin"}},
        )
        clock.pass_(minutes=5)
        passed = kit.record_delivery(name, channel="mail", at="now")
        assert "timeline.discovered_at" in passed.outside[0]

    def test_facts_put_back_release_it_again(
        self, kit: Breachkit, clock: SetClock, name: str
    ) -> None:
        kit.amend("2026-0001", {"scopes": {"acme": {"people": 200}}})
        clock.pass_(minutes=1)
        assert not kit.record_delivery(name, channel="mail", at="now").outside

    def test_what_left_before_the_facts_changed_left_inside(
        self, kit: Breachkit, name: str
    ) -> None:
        passed = kit.record_delivery(name, channel="mail", at="2026-11-22 02:32 Europe/Berlin")
        assert passed.outside == ()


def test_a_new_version_carries_no_release_over(
    acting: Acting, kit: Breachkit, clock: SetClock
) -> None:
    name = drafted(kit)
    released(acting, name)
    clock.pass_(minutes=5)
    kit.amend("2026-0001", {"scopes": {"acme": {"people": 900}}})
    (again,) = kit.draft("2026-0001", to=["partner"])
    assert (again.drafted.version, version(kit, name).approval) == (2, None)
    assert version(kit, f"{name}.1").approval is not None
    with pytest.raises(RefusedError, match=f"{name}.2 has not been reviewed"):
        acting("otto").approve(name, release(kit, name))
    with pytest.raises(RefusedError, match=f"{name}.1 has been replaced by {name}.2"):
        acting("otto").approve(f"{name}.1", release(kit, f"{name}.1"))


def test_the_same_words_again_need_a_release_but_no_review(
    acting: Acting, kit: Breachkit, clock: SetClock
) -> None:
    # In a set, a notice whose words stay the same is drafted again with those that change.
    kit.open_incident({"title": "Two", "scopes": {"acme": {}, "zeta": {}}})
    (one, two) = kit.draft("2026-0001", to=["partner"])
    released(acting, one.set_id or "")
    clock.pass_(minutes=5)
    kit.amend("2026-0001", {"scopes": {"acme": {"people": 900}}})
    kit.draft("2026-0001", to=["partner"])
    same = two.drafted.notice
    assert version(kit, same).id == f"{same}.2"
    assert version(kit, same).approval is None
    assert acting("otto").approve(same, release(kit, same)).new, "legal has read these words"


class TestOnce:
    """The same delivery again."""

    def test_is_recorded_once(self, acting: Acting, kit: Breachkit) -> None:
        name = drafted(kit)
        released(acting, name)
        said = {"channel": "portal", "at": "2026-11-22 02:30 Europe/Berlin", "note": "by hand"}
        assert kit.record_delivery(name, **said).new
        before = seq(kit)
        assert not kit.record_delivery(name, **said).new
        assert not acting("otto").record_delivery(name, **said).new, "whoever tells it"
        assert seq(kit) == before

    @pytest.mark.parametrize(
        "other",
        [{"channel": "post"}, {"at": "2026-11-22 02:31 Europe/Berlin"}, {"note": "twice indeed"}],
    )
    def test_another_one_is_another(
        self, acting: Acting, kit: Breachkit, other: dict[str, str]
    ) -> None:
        name = drafted(kit)
        said = {"channel": "portal", "at": "2026-11-22 02:30 Europe/Berlin", "note": "by hand"}
        kit.record_delivery(name, **said)
        assert kit.record_delivery(name, **{**said, **other}).new

    def test_a_file_number_confirms_a_filing(self, acting: Acting, kit: Breachkit) -> None:
        aware = {"timeline": {"controller_aware_at": "2026-11-22 02:10 Europe/Berlin"}}
        kit.open_incident({"title": "Our own staff", "scopes": {"own": aware}})
        (one,) = kit.draft("2026-0001", to=["authority"])
        name = one.drafted.notice
        released(acting, name)
        said = {"channel": "authority portal", "at": "2026-11-22 02:30 Europe/Berlin"}
        filed = kit.record_delivery(name, **said).duty("eu-gdpr/33-1@own")
        assert filed is not None
        assert filed.told is Told.UNCONFIRMED
        waits = row(kit, "eu-gdpr/33-1@own")
        assert waits.waits_for == f"the file number of {name}"
        assert waits.command == (
            f"breachkit notice record-delivery {name}.1 --channel 'authority portal'"
            " --at 2026-11-22T01:30:00Z --reference FILE-NUMBER"
        )
        confirmed = kit.record_delivery(name, **said, reference="LDA-2026-77")
        found = confirmed.duty("eu-gdpr/33-1@own")
        assert found is not None
        assert (confirmed.new, found.told) == (True, Told.IN_TIME)
        before = seq(kit)
        assert not kit.record_delivery(name, **said).new, "the first telling, repeated"
        assert not kit.record_delivery(name, **said, reference="LDA-2026-77").new
        assert seq(kit) == before


def test_a_delivery_of_what_was_merged_tells_the_incident_that_goes_on(kit: Breachkit) -> None:
    name = drafted(kit)
    kit.open_incident({"title": "The same, seen elsewhere"})
    kit.merge("2026-0001", "2026-0002", reason="one outage")
    kit.record_delivery(name, channel="mail", at="now")
    going_on = kit.incident("2026-0002")
    duty = going_on.duty("imou-dpa/6.3@acme")
    assert duty is not None
    assert duty.told is Told.IN_TIME
    assert kit.verify().faults == ()


def test_an_unreadable_time_and_a_pulled_out_scope_are_named(kit: Breachkit) -> None:
    name = drafted(kit)
    with pytest.raises(FactError, match="at: '02:30' has no zone") as refused:
        kit.record_delivery(name, channel="mail", at="02:30")
    assert refused.value.hint == 'in the zone of the workspace: "02:30 Europe/Berlin"'
    with pytest.raises(FactError, match="looks like a clock that was never set"):
        kit.record_delivery(name, channel="mail", at="1970-01-01T00:00Z")
    with pytest.raises(BadInputError, match="is no set"):
        kit.record_delivery(name, channel="mail", at="now", excepting=["acme"])


@pytest.mark.parametrize(
    "text", ["tab\there", "\x00\x1b[31m", "x" * 9000, "\ue000", "a\u202eb", "  "]
)
def test_no_wording_is_refused(kit: Breachkit, text: str) -> None:
    name = drafted(kit)
    kit.record_delivery(name, channel=text, at="now", reference=text, note=text)
    (recorded,) = version(kit, name).deliveries
    entry = recorded.entry
    assert "\x1b" not in entry.channel  # type: ignore[attr-defined]
    assert kit.verify().faults == ()
