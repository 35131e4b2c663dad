"""Every order of steps: nothing passes the gate unread or unreleased, and the record bears it out.

The machine only takes steps. What has to hold is read from the register's entries alone, with none of
the code that decides.
"""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from breachkit.app import Breachkit, create_workspace, open_workspace
from breachkit.casework.picture import look
from breachkit.casework.projection import rows_of
from breachkit.casework.records import Call, Ruling
from breachkit.domain.act import acts_of
from breachkit.domain.approval import Release
from breachkit.domain.entry import (
    DeliveryRecorded,
    Drafted,
    NoticeApproved,
    NoticeDrafted,
    NoticeReviewed,
    Target,
    decode,
)
from breachkit.domain.happening import Entry
from breachkit.domain.telling import Told
from breachkit.errors import BadInputError, RefusedError
from tests.conftest import PEOPLE, SetClock

PERSON = {
    **dict.fromkeys(("maria", "MARIA", "Maria Response"), "maria"),
    **dict.fromkeys(("anna", "Anna Counsel"), "anna"),
    **dict.fromkeys(("otto", "OTTO RELEASE"), "otto"),
    **dict.fromkeys(("both", "Bo Both", "bo both"), "both"),
    "stranger": "stranger",
    "pager": "pager",
}
"""Who stands behind a spelling."""

LEGAL, APPROVERS = {"anna", "both"}, {"otto", "both"}
START = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)

anybody = st.sampled_from(sorted(PERSON))
lawyers = st.sampled_from(["anna", "anna", "Anna Counsel", "both", "otto", "stranger", "pager"])
releasers = st.sampled_from(["otto", "otto", "OTTO RELEASE", "both", "bo both", "maria", "anna"])
drafters = st.sampled_from(["maria", "maria", "both", "Bo Both", "otto"])
scopes = st.sampled_from(["acme", "own", "zeta"])
place = st.integers(0, 30)
maybe = st.sampled_from([None, "because it cannot wait"])


class World:
    """A workspace with everybody at work in it: the law is read once, the incidents are new each time."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock(START)
        self._root = folder / "psirt"
        create_workspace(self._root, zone="Europe/Berlin", organisation="Vendor Ltd").close()
        (self._root / "people.toml").write_text(PEOPLE, encoding="utf-8")
        self._kits: dict[str, Breachkit] = {}

    def kit(self, name: str) -> Breachkit:
        if name not in self._kits:
            self._kits[name] = open_workspace(self._root, clock=self.clock, act_as=name)
        return self._kits[name]

    def close(self) -> None:
        for kit in self._kits.values():
            kit.close()


@cache
def world() -> World:
    """Return the one workspace of all examples, which goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="breachkit-gate-"))
    made = World(folder)
    atexit.register(lambda: (made.close(), shutil.rmtree(folder)))
    return made


class Gate(RuleBasedStateMachine):
    """A workspace in which people, and a pager, do things in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = world()
        self.clock = self.world.clock
        self.clock.at = max(START, self.clock.at)
        self.mine: list[str] = []

    def kit(self, name: str) -> Breachkit:
        return self.world.kit(name)

    def attempt(self, step: Callable[[], object]) -> None:
        """Take a step; a rule may refuse it, and nothing else may go wrong."""
        self.clock.pass_(seconds=7)
        before = self.kit("maria").head().seq
        try:
            step()
        except (RefusedError, BadInputError):
            assert self.kit("maria").head().seq == before, "what is refused writes nothing"

    def incidents(self) -> list[str]:
        return self.mine

    def open(self, who: str, alert: dict[str, object]) -> None:
        self.mine.append(self.kit(who).open_incident(alert).id)

    def names(self) -> list[str]:
        found: list[str] = []
        for matter_id in self.incidents():
            matter = self.kit("maria").incident(matter_id).matter
            found += [*matter.sets, *matter.notices]
            found += [one.id for versions in matter.notices.values() for one in versions]
        return found

    def picked(self, at: int) -> str:
        """Return a name: mostly a notice or set that is still in the works, sometimes any at all."""
        live = [
            name
            for matter_id in self.incidents()
            for one in self.kit("maria").incident(matter_id).matter.current()
            if not one.deliveries
            for name in (one.drafted.notice, one.set_id or one.drafted.notice)
        ]
        names = self.names() if at % 4 == 0 or not live else live
        return names[at % len(names)]

    # Steps

    @initialize(other=scopes)
    def opens(self, other: str) -> None:
        alert = {
            "title": "Footage shown",
            "people": 500,
            "scopes": {"acme": {"people": 200}, other: {}},
        }
        self.open("pager", alert)
        self.kit("maria").draft(self.mine[0], to=["partner"])

    @precondition(lambda self: len(self.incidents()) < 2)
    @rule(who=st.sampled_from(["maria", "pager"]), scope=scopes)
    def opens_another(self, who: str, scope: str) -> None:
        self.open(who, {"title": "Again", "scopes": {scope: {}}})

    @rule(at=place, who=st.sampled_from(["maria", "pager"]), scope=scopes, figure=st.integers(1, 4))
    def amends(self, at: int, who: str, scope: str, figure: int) -> None:
        facts = {"scopes": {scope: {"people": figure * 100}}}
        self.attempt(lambda: self.kit(who).amend(self._incident(at), facts))

    @rule(at=place, who=drafters, to=st.sampled_from(["partner", "partner", "authority", None]))
    def drafts(self, at: int, who: str, to: str | None) -> None:
        wanted = [to] if to else []
        self.attempt(lambda: self.kit(who).draft(self._incident(at), to=wanted))  # type: ignore[arg-type]

    @precondition(lambda self: self.names())
    @rule(at=place, away=st.sampled_from([None, "now", "later"]))
    def goes_the_right_way(self, at: int, away: str | None) -> None:
        name = self.picked(at)
        self.attempt(lambda: self.kit("anna").review(name))
        digest = self.kit("otto").notice(name).digest
        self.attempt(lambda: self.kit("otto").approve(name, Release(digest[:8])))
        if away:
            self.clock.pass_(minutes=0 if away == "now" else 30)
            self.kit("maria").record_delivery(name, channel="mail", at="now")

    @precondition(lambda self: self.names())
    @rule(at=place, who=lawyers, returned=st.sampled_from([False, False, True]))
    def reviews(self, at: int, who: str, returned: bool) -> None:
        result = "returned" if returned else "cleared"
        self.attempt(lambda: self.kit(who).review(self.picked(at), result=result))

    @precondition(lambda self: self.names())
    @rule(at=place, reviewer=anybody, evidence=st.sampled_from([None, "mail of 03:10"]))
    def reviews_by_mail(self, at: int, reviewer: str, evidence: str | None) -> None:
        kit = self.kit("maria")
        self.attempt(lambda: kit.review(self.picked(at), on_behalf_of=reviewer, evidence=evidence))

    @precondition(lambda self: self.names())
    @rule(
        at=place,
        who=releasers,
        right=st.sampled_from([True, True, True, False]),
        why=maybe,
        tried=maybe,
    )
    def releases(self, at: int, who: str, right: bool, why: str | None, tried: str | None) -> None:
        name, kit = self.picked(at), self.kit(who)
        digest = kit.notice(name).digest[:8] if right else "0badf00d"
        self.attempt(lambda: kit.approve(name, Release(digest, tried, why)))

    @precondition(lambda self: self.names())
    @rule(at=place, ago=st.integers(0, 90), number=st.sampled_from([None, "AZ-1"]))
    def leaves(self, at: int, ago: int, number: str | None) -> None:
        left = (self.clock.at - timedelta(minutes=ago)).strftime("%Y-%m-%dT%H:%MZ")
        name, kit = self.picked(at), self.kit("maria")
        self.clock.pass_(seconds=7)
        kit.record_delivery(name, channel="portal", at=left, reference=number)

    @rule(at=place, scope=scopes, told=st.booleans())
    def calls(self, at: int, scope: str, told: bool) -> None:
        self.clock.pass_(seconds=7)
        self.kit("maria").record_contact(self._incident(at), Call(scope, "now", told=told))

    @rule(at=place, scope=scopes, outcome=st.sampled_from(["high", "not_high", "34-3-a"]))
    def decides(self, at: int, scope: str, outcome: str) -> None:
        ruling = Ruling("risk-people", outcome, "because", scope=scope)
        self.attempt(lambda: self.kit("maria").record_decision(self._incident(at), ruling))

    @rule(at=place, second=anybody, limb=st.sampled_from(["personal_data", "security_measures"]))
    def rules_out(self, at: int, second: str, limb: str) -> None:
        ruling = Ruling("rule-out", limb, "test data", second=second, evidence="F-12")
        self.attempt(lambda: self.kit("maria").record_decision(self._incident(at), ruling))

    @rule(one=place, two=place)
    def merges(self, one: int, two: int) -> None:
        ids = self._incident(one), self._incident(two)
        self.attempt(lambda: self.kit("maria").merge(*ids, reason="the same"))

    @rule(at=place, despite=st.booleans())
    def closes(self, at: int, despite: bool) -> None:
        kit = self.kit("maria")
        self.attempt(
            lambda: kit.close_incident(self._incident(at), reason="done", despite_duties=despite)
        )

    @rule(minutes=st.integers(1, 240))
    def time_passes(self, minutes: int) -> None:
        self.clock.pass_(minutes=minutes)

    def _incident(self, at: int) -> str:
        ids = self.incidents()
        return ids[at % len(ids)]

    # What has to hold

    @invariant()
    def the_record_bears_it_out(self) -> None:
        for matter_id in self.incidents():
            lines = self.kit("maria").store.read(matter_id)
            Reading([(decode(line.kind, line.body or b""), line.at) for line in lines]).check()

    @invariant()
    def what_was_told_has_its_evidence(self) -> None:
        for matter_id in self.incidents():
            picture = self.kit("maria").incident(matter_id)
            for duty in picture.duties:
                if duty.told not in {Told.IN_TIME, Told.LATE, Told.TOLD}:
                    continue
                left = [
                    recorded.entry
                    for versions in picture.matter.notices.values()
                    for version in versions
                    if duty.id in version.drafted.discharges
                    for recorded in version.deliveries
                ]
                said = [recorded.entry for _, recorded in picture.matter.told.get(duty.scope, ())]
                spoken = [entry for entry in said if not isinstance(entry, DeliveryRecorded)]
                assert left or spoken, duty.id
                if duty.law.addressee.value == "authority":
                    assert any(entry.reference for entry in left)  # type: ignore[attr-defined]

    @invariant()
    def reading_again_gives_the_same(self) -> None:
        kit = self.kit("maria")
        for matter_id in self.incidents():
            stored = kit.store.duties(matter_id)
            _, fresh = rows_of(look(kit.desk, matter_id), kit.rules.counsel_cleared)
            assert [
                (row.duty, row.told, row.due_at, row.waits_for, row.command) for row in stored
            ] == [(row.duty, row.told, row.due_at, row.waits_for, row.command) for row in fresh]
        made = [act.row._replace(position=0) for act in acts_of(kit.store.overview())]
        assert [row._replace(position=0) for row in kit.store.acts()] == made

    def teardown(self) -> None:
        assert self.kit("maria").verify().faults == ()


class Reading:
    """The entries of one incident read from the top, by somebody who trusts no other code."""

    def __init__(self, entries: list[tuple[Entry, str]]) -> None:
        self.entries = entries
        self.drafted: dict[tuple[str, int], tuple[Drafted, str]] = {}
        self.last: dict[str, int] = {}
        self.reviews: list[tuple[str, NoticeReviewed]] = []
        self.released: dict[tuple[str, int], list[str]] = {}
        self.left: set[tuple[str, int]] = set()

    def check(self) -> None:
        for entry, at in self.entries:
            match entry:
                case NoticeDrafted():
                    for one in entry.notices:
                        self.drafted[one.notice, one.version] = one, PERSON[entry.by.name]
                        self.last[one.notice] = one.version
                case NoticeReviewed():
                    self._check_review(entry)
                    self.reviews.append((at, entry))
                case NoticeApproved():
                    for target in entry.targets:
                        self._check_release(entry, target)
                        self.released.setdefault((target.notice, target.version), []).append(at)
                case DeliveryRecorded():
                    if not entry.outside_gate:
                        self._check_leaving(entry)
                    self.left.add((entry.notice, entry.version))
                case _:
                    pass

    def _check_review(self, entry: NoticeReviewed) -> None:
        assert PERSON[entry.reviewer] in LEGAL
        assert PERSON[entry.by.name] == PERSON[entry.reviewer] or entry.evidence
        for target in entry.targets:
            one, _ = self.drafted[target.notice, target.version]
            assert one.digest == target.digest
            key = (target.notice, target.version)
            assert self.last[target.notice] == target.version or key in self.left

    def _check_release(self, entry: NoticeApproved, target: Target) -> None:
        one, drafter = self.drafted[target.notice, target.version]
        approver = PERSON[entry.by.name]
        assert approver in APPROVERS
        authors = {
            who
            for (notice, _), (other, who) in self.drafted.items()
            if notice == target.notice and other.text_digest == one.text_digest
        }
        assert approver != drafter
        assert approver not in authors
        assert target.digest == one.digest
        assert self.last[target.notice] == target.version
        assert len(entry.confirmed) == 8
        word = self._last_word(target.notice, one.text_digest, "9999")
        if word != "cleared":
            assert word is None, "what legal returned is not released"
            assert entry.without_review
            assert (one.addressee, one.phase) == ("partner", "initial")

    def _check_leaving(self, entry: DeliveryRecorded) -> None:
        one, _ = self.drafted[entry.notice, entry.version]
        moment = entry.at.at[:16] + ":59.999999Z"  # told to the minute
        releases = [
            at for at in self.released.get((entry.notice, entry.version), []) if at <= moment
        ]
        assert releases, "nothing unreleased is inside the gate"
        assert self._last_word(entry.notice, one.text_digest, moment) != "returned"

    def _last_word(self, notice: str, text: str, until: str) -> str | None:
        words = [
            entry.result
            for at, entry in self.reviews
            if at <= until
            and any(
                target.notice == notice
                and self.drafted[notice, target.version][0].text_digest == text
                for target in entry.targets
            )
        ]
        return words[-1] if words else None


Gate.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=24,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestGate = Gate.TestCase
