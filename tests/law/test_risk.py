"""The risk decision: unknown never lowers, the stricter wins, a *no* rests on facts that can break it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachkit.app import Breachkit
from breachkit.casework.records import Ruling
from breachkit.domain.enisa import band_of
from breachkit.domain.factor import Weight
from breachkit.domain.patch import Tree, fact_at, merged, patch_of
from breachkit.domain.protection import is_weak
from breachkit.domain.risk import Assessment, Authority, People, assess
from breachkit.domain.scope import view_of
from breachkit.errors import FactError, RefusedError
from tests.conftest import SetClock, partner

SAFE: dict[str, Any] = {
    "state": "encrypted",
    "method": "AES-256-GCM",
    "key_state": "safe",
    "coverage": "all",
    "backup": "intact",
}

LOST: dict[str, Any] = {
    "title": "A laptop",
    "groups": {"g1": {"category": "customers"}},
    "nature": {"kinds": ["confidentiality"], "disclosure": "lost", "malicious": False},
    "data": {"x": {"category": "health", "protection": SAFE}},
    "scopes": {"own": {"people": 40}},
}


def seen(facts: Tree, unknown: tuple[str, ...] = ()) -> Assessment:
    """Return the assessment of facts in a scope of our own."""
    marks = {path: {"kind": "unknown", "reason": "looked for"} for path in unknown}
    return assess(view_of(facts, marks, "own", {}, {}))


# Properties

CHOICES: dict[str, tuple[Any, ...]] = {
    "nature.disclosure": ("exposed", "lost", "consulted", "sent", "taken", "published"),
    "nature.exfiltration": ("confirmed", "likely", "no_evidence", "ruled_out"),
    "nature.traces": ("complete", "erasable", "erased", "none"),
    "nature.malicious": (True, False),
    "nature.recipient.who": ("trusted", "known", "unknown"),
    "nature.recipient.deletion": ("confirmed", "asserted", "none"),
    "nature.recipient.count": (1, 100, 101, 5000),
    "nature.alteration": ("restored", "used", "unrecoverable"),
    "nature.outage.effect": ("none", "inconvenience", "serious", "danger"),
    "nature.outage.began_at": ("2026-11-19T10:00:00Z", "2026-11-20T10:00:00Z"),
    "nature.outage.restored_at": ("2026-11-20T12:00:00Z", "2026-11-22T10:00:00Z"),
    "timeline.occurred_from": ("2026-01-01T00:00:00Z", "2026-11-20T00:00:00Z"),
    "timeline.occurred_until": ("2026-11-20T10:00:00Z",),
    "scopes.own.people": (1, 100, 101, 90_000),
    "groups.g1.category": ("customers", "patients", "minors", "employees", "students", "other"),
    "scopes.own.groups.g1.people": (3, 200),
}
for _key in ("a", "b"):
    CHOICES |= {
        f"data.{_key}.category": (
            "name",
            "basic",
            "email",
            "orders",
            "profile",
            "health",
            "password",
            "other",
        ),
        f"data.{_key}.public": (True, False),
        f"data.{_key}.insight": ("little", "substantial"),
        f"data.{_key}.identifiability": ("negligible", "limited", "significant", "maximum"),
        f"data.{_key}.protection.state": (
            "encrypted",
            "hashed",
            "pseudonymised",
            "anonymised",
            "none",
        ),
        f"data.{_key}.protection.method": ("AES-256", "bcrypt", "MD5"),
        f"data.{_key}.protection.key_state": ("safe", "exposed", "bypassed"),
        f"data.{_key}.protection.coverage": ("all", "part"),
        f"data.{_key}.protection.backup": ("intact", "lost", "none"),
    }

KINDS = (
    ["confidentiality"],
    ["integrity"],
    ["availability"],
    ["confidentiality", "availability"],
    ["confidentiality", "integrity", "availability"],
)


def stored(path: str, value: Any) -> Any:
    """Return a value as the facts store it."""
    if isinstance(value, str) and path.endswith(("_at", "_from", "_until")):
        return {"kind": "instant", "at": value, "zone": "UTC", "precision": "minute"}
    if isinstance(value, int) and not isinstance(value, bool):
        return {"kind": "count", "form": "exact", "value": value}
    return value


@st.composite
def breaches(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the facts of a breach, by path: complete, or with any of them unsaid."""
    full = draw(st.booleans())
    found: dict[str, Any] = {}
    for path, values in CHOICES.items():
        if full or draw(st.booleans()):
            found[path] = stored(path, draw(st.sampled_from(values)))
    if draw(st.booleans()):
        found["nature.kinds"] = draw(st.sampled_from(KINDS))
    return found


def tree_of(found: dict[str, Any]) -> Tree:
    """Return facts by path as a tree; each kind of data and group stays named without any fact."""
    tree: Tree = {
        "data": {"a": {"label": "a"}, "b": {"label": "b"}},
        "groups": {"g1": {"label": "g"}},
    }
    for path, value in found.items():
        tree = merged(tree, patch_of(path, value))
    return tree


def check_not_lowered(before: Assessment, after: Assessment) -> None:
    """Fail where less knowledge led to less: to no notice, or to a high risk denied."""
    for one, other in ((before.by_law, after.by_law), (proposed(before), proposed(after))):
        assert not (one[0] is Authority.RISK and other[0] is Authority.UNLIKELY)
        assert not (one[1] is not People.NOT_HIGH and other[1] is People.NOT_HIGH)
    assert after.score.se.high >= before.score.se.high


def proposed(found: Assessment) -> tuple[Authority, People]:
    return found.authority, found.people


SIGNS = {
    "nature.disclosure": "confidentiality",
    "nature.exfiltration": "confidentiality",
    "nature.alteration": "integrity",
    "nature.outage.effect": "availability",
}


@settings(max_examples=400, deadline=None)
@given(breaches(), st.data())
def test_a_fact_marked_as_not_yet_known_never_lowers_a_result(
    found: dict[str, Any], data: st.DataObject
) -> None:
    if not found:
        return
    path = data.draw(st.sampled_from(sorted(found)))
    view_path = path.removeprefix("scopes.own.")
    rest = {name: value for name, value in found.items() if name != path}
    check_not_lowered(seen(tree_of(found)), seen(tree_of(rest), (view_path,)))


@settings(max_examples=400, deadline=None)
@given(breaches(), st.data())
def test_a_withdrawn_fact_never_lowers_a_result(found: dict[str, Any], data: st.DataObject) -> None:
    if not found:
        return
    path = data.draw(st.sampled_from(sorted(found)))
    kinds = found.get("nature.kinds")
    if kinds and path in SIGNS and SIGNS[path] not in kinds:
        return  # whoever states the types and takes the contradiction back has said that it is not so
    rest = {name: value for name, value in found.items() if name != path}
    check_not_lowered(seen(tree_of(found)), seen(tree_of(rest)))


GRAVER: dict[str, tuple[Any, ...]] = {
    "nature.exfiltration": ("ruled_out", "no_evidence", "likely", "confirmed"),
    "nature.traces": ("complete", "erasable", "erased"),
    "nature.malicious": (False, True),
    "nature.recipient.who": ("trusted", "known", "unknown"),
    "nature.recipient.deletion": ("confirmed", "asserted", "none"),
    "nature.recipient.count": (1, 101, 5000),
    "nature.disclosure": ("exposed", "taken"),
    "nature.alteration": ("restored", "used", "unrecoverable"),
    "nature.outage.effect": ("none", "inconvenience", "serious", "danger"),
    "nature.outage.restored_at": ("2026-11-20T12:00:00Z", "2026-11-22T10:00:00Z"),
    "timeline.occurred_from": ("2026-11-20T00:00:00Z", "2026-01-01T00:00:00Z"),
    "scopes.own.people": (1, 101, 90_000),
    "groups.g1.category": ("customers", "patients"),
    "data.a.public": (True, False),
    "data.a.insight": ("little", "substantial"),
    "data.a.identifiability": ("negligible", "limited", "significant", "maximum"),
    "data.a.protection.state": ("encrypted", "none"),
    "data.a.protection.method": ("AES-256", "MD5"),
    "data.a.protection.key_state": ("safe", "exposed"),
    "data.a.protection.coverage": ("all", "part"),
    "data.a.protection.backup": ("intact", "none"),
}
"""Facts in the order in which they aggravate."""

PEOPLE = [People.NOT_HIGH, People.UNDECIDED, People.HIGH]


def check_not_less(before: Assessment, after: Assessment) -> None:
    """Fail where more aggravation led to less, in any end of any result."""
    assert after.level.low >= before.level.low
    assert after.level.high >= before.level.high
    assert after.score.se.low >= before.score.se.low
    assert after.score.se.high >= before.score.se.high
    assert not (before.authority is Authority.RISK and after.authority is Authority.UNLIKELY)
    assert PEOPLE.index(after.people) >= PEOPLE.index(before.people)


@settings(max_examples=400, deadline=None)
@given(breaches(), st.data())
def test_a_graver_fact_never_lowers_a_result(found: dict[str, Any], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(GRAVER)))
    at = data.draw(st.integers(0, len(GRAVER[path]) - 2))
    mild, grave = (stored(path, one) for one in GRAVER[path][at : at + 2])
    check_not_less(seen(tree_of({**found, path: mild})), seen(tree_of({**found, path: grave})))


@settings(max_examples=200, deadline=None)
@given(breaches(), st.sampled_from(["name", "orders", "health", "password"]))
def test_one_more_kind_of_data_that_can_be_read_never_lowers_a_result(
    found: dict[str, Any], category: str
) -> None:
    more = {"data.c.category": category, "data.c.protection.state": "none"}
    check_not_less(seen(tree_of(found)), seen(tree_of({**found, **more})))


@settings(max_examples=300, deadline=None)
@given(breaches())
def test_the_stricter_of_test_and_score_is_proposed(found: dict[str, Any]) -> None:
    one = seen(tree_of(found))
    authority, people = one.by_law
    if authority is Authority.RISK or one.score.se.high >= 2 or one.people is People.HIGH:
        assert one.authority is Authority.RISK
    if people is People.HIGH or one.score.se.low >= 3:
        assert one.people is People.HIGH
    if proposed(one) != one.by_law:
        assert one.disagreements
    assert (one.level.low, one.level.high) == tuple(sorted((one.level.low, one.level.high)))
    assert 0.25 <= one.score.se.low <= one.score.se.high <= 6
    assert one.score.se.low * 4 % 1 == 0


@settings(max_examples=200, deadline=None)
@given(breaches())
def test_a_factor_that_says_unknown_names_the_fact_that_would_settle_it(
    found: dict[str, Any],
) -> None:
    for factor in seen(tree_of(found)).factors:
        if factor.weight is Weight.UNKNOWN:
            assert factor.unknown, factor
        assert factor.paths
        assert factor.says


def test_what_is_marked_in_a_whole_area_opens_the_area() -> None:
    facts: Tree = {"scopes": LOST["scopes"], "nature": LOST["nature"]}
    assert seen(facts, ("data",)).authority is Authority.RISK
    known: Tree = merged(facts, {"data": LOST["data"], "groups": LOST["groups"]})
    known["scopes"] = {"own": {"people": stored("", 40)}}
    assert seen(known).authority is Authority.UNLIKELY
    assert seen(known, ("data.y",)).authority is Authority.RISK, (
        "another kind, of which nothing is known"
    )


# The score


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (0.25, "low"),
        (1.75, "low"),
        (2.0, "medium"),
        (3.0, "high"),
        (4.0, "very_high"),
        (6.0, "very_high"),
    ],
)
def test_bands(score: float, band: str) -> None:
    assert band_of(score) == band


def test_the_arithmetic_of_a_score_and_its_flags() -> None:
    found = {
        "nature.kinds": ["confidentiality"],
        "nature.disclosure": "published",
        "nature.malicious": True,
        "data.a.category": "health",
        "data.a.identifiability": "significant",
        "data.a.protection.state": "none",
        "data.b.category": "name",
        "groups.g1.category": "customers",
        "scopes.own.people": stored("", 101),
    }
    score = seen(tree_of(found)).score
    assert score.arithmetic == "SE = 3 + 1 = 4"
    assert (score.band, score.more_than_100_individuals) == ("very_high", True)
    assert [str(one.value) for one in score.circumstances] == ["0.5", "0", "0", "0.5"]
    fewer = merged(tree_of(found), {"scopes": {"own": {"people": stored("", 100)}}})
    assert seen(fewer).score.se == score.se, "the flags are not added"
    assert seen(fewer).score.more_than_100_individuals is False


@pytest.mark.parametrize(
    "method", ["MD5", "sha1", "3DES-CBC", "AES-ECB", "RC4", "SHA-256, unsalted"]
)
def test_methods_that_are_no_longer_state_of_the_art(method: str) -> None:
    assert is_weak(method)


@pytest.mark.parametrize(
    "method", ["AES-256", "bcrypt", "SHA-256", "HMAC-SHA-512", "ChaCha20", "LUKS"]
)
def test_methods_that_are(method: str) -> None:
    assert not is_weak(method)


# Decisions


def decide(kit: Breachkit, decision: str, outcome: str, scope: str = "own") -> Any:
    ruling = Ruling(decision, outcome, "the key never left the safe", scope=scope)  # type: ignore[arg-type]
    return kit.record_decision("2026-0001", ruling)


def owed(kit: Breachkit, scope: str = "own") -> tuple[bool | None, bool | None]:
    picture = kit.incident("2026-0001")
    duties = [picture.duty(f"eu-gdpr/{one}@{scope}") for one in ("33-1", "34-1")]
    return tuple(duty.owed if duty else None for duty in duties)  # type: ignore[return-value]


@pytest.fixture
def decided(kit: Breachkit) -> Breachkit:
    """An incident on which nobody has to be told, decided as proposed."""
    kit.open_incident(LOST)
    for decision, outcome in (("risk-authority", "unlikely"), ("risk-people", "not_high")):
        entry = decide(kit, decision, outcome).entry
        assert entry.proposed == outcome
    assert owed(kit) == (False, False)
    return kit


def test_a_decision_not_to_notify_keeps_what_it_rests_on(decided: Breachkit) -> None:
    entry = decided.incident("2026-0001").matter.decided("risk-authority", "own")
    assert entry is not None
    assert entry.rests_on["data.x.protection.key_state"] == '"safe"'
    assert entry.rests_on["data"] == '["x"]'
    assert fact_at({"a": entry.rests_on}, "a.groups") == '["g1"]'


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"data": {"x": {"protection": {"key_state": "exposed"}}}},
         "data.x.protection.key_state=safe, which is now exposed"),
        ({"data": {"x": {"protection": {"key_state": None}}}},
         "data.x.protection.key_state=safe, which is now not stated"),
        ({"data": {"y": {"category": "payment"}}}, "data=x, which is now x, y"),
        ({"scopes": {"own": {"people": 9000}}}, "scopes.own.people=40, which is now 9000"),
        ({"scopes": {"own": {"data": {"x": {"protection": {"key_state": "exposed"}}}}}},
         "scopes.own.data.x.protection.key_state=safe, which is now exposed"),
        ({"groups": {"g1": {"category": "patients"}}},
         "groups.g1.category=customers, which is now patients"),
        ({"nature": {"outage": {"effect": "danger"}}},
         "nature.outage.effect=not stated, which is now danger"),
        ({"nature": {"alteration": "unrecoverable"}},
         "nature.alteration=not stated, which is now unrecoverable"),
        ({"nature": {"exfiltration": "confirmed"}},
         "nature.exfiltration=not stated, which is now confirmed"),
    ],
)  # fmt: skip
def test_a_later_fact_against_an_assumption_reopens_the_decision(
    decided: Breachkit, facts: dict[str, Any], said: str
) -> None:
    decided.amend("2026-0001", facts)
    assert owed(decided) == (True, None)
    (weighed,) = decided.assess_risk("2026-0001").scopes
    assert [one.entry.decision for one in weighed.reopened] == ["risk-authority", "risk-people"]
    assert all(said in str(one) for one in weighed.reopened)
    rows = [row for row in decided.overview().rows if row.duty.startswith("eu-gdpr/3")]
    asked = {row.question_command for row in rows if said in row.question}
    assert asked == {"breachkit risk assess 2026-0001 --scope own"}


@pytest.mark.parametrize(
    "facts",
    [
        {"title": "A laptop in a taxi"},
        {"scopes": {"own": {"people": 30}}},
        {"nature": {"description": "A laptop was left in a taxi."}},
        {"data": {"x": {"protection": {"method": "AES-256-XTS"}}}},
        {"nature": {"recipient": {"who": "unknown"}}},
        {"nature": {"outage": {"effect": "none"}}},
    ],
)
def test_a_fact_that_does_not_speak_against_it_reopens_nothing(
    decided: Breachkit, facts: dict[str, Any]
) -> None:
    decided.amend("2026-0001", facts)
    assert owed(decided) == (False, False)


def test_a_copy_that_is_lost_later_reopens_a_decision_that_rested_on_encryption(
    decided: Breachkit,
) -> None:
    decided.amend("2026-0001", {"data": {"x": {"protection": {"backup": "lost"}}}})
    (weighed,) = decided.assess_risk("2026-0001").scopes
    assert "data.x.protection.backup=intact, which is now lost" in str(weighed.reopened[0])
    assert owed(decided)[0] is True


def test_a_reopened_decision_can_be_taken_again(decided: Breachkit) -> None:
    decided.amend("2026-0001", {"data": {"x": {"protection": {"key_state": "exposed"}}}})
    again = decide(decided, "risk-authority", "unlikely")
    assert again.new
    assert again.entry.proposed == "risk", "what was proposed is kept where the decision departs"
    assert owed(decided) == (False, None)


def test_a_decision_to_notify_rests_on_nothing_and_is_never_reopened(kit: Breachkit) -> None:
    kit.open_incident(LOST)
    assert decide(kit, "risk-people", "high").entry.rests_on == {}
    kit.amend("2026-0001", {"data": {"x": {"protection": {"key_state": "exposed"}}}})
    assert owed(kit) == (True, True)


def test_a_departure_needs_its_reason(kit: Breachkit) -> None:
    kit.open_incident({"title": "x", "scopes": {"own": {}}})
    with pytest.raises(FactError, match="reasons"):
        kit.record_decision("2026-0001", Ruling("risk-people", "not_high", "  ", scope="own"))


def test_a_public_communication_replaces_messages_and_waives_nothing(
    kit: Breachkit, workspace: Path
) -> None:
    partner(workspace, "acme", "Acme")
    kit.open_incident({"title": "x", "scopes": {"own": {}, "acme": {}}})
    with pytest.raises(RefusedError, match="does not waive") as error:
        decide(kit, "risk-people", "34-3-c")
    assert "--set public_communication.measure=TEXT" in error.value.hint
    said = {"why": "no addresses are kept", "measure": "advertisements in three newspapers"}
    kit.amend("2026-0001", {"public_communication": said})
    entry = decide(kit, "risk-people", "34-3-c").entry
    assert "public_communication.measure" in entry.rests_on
    kit.amend("2026-0001", {"public_communication": {"measure": None}})
    (weighed,) = kit.assess_risk("2026-0001", "own").scopes
    assert "public_communication.measure=advertisements" in str(weighed.reopened[0])
    assert decide(kit, "risk-people", "34-3-c", "acme").new, (
        "what a partner decided is recorded as told"
    )


def test_the_evidence_of_each_exemption(kit: Breachkit) -> None:
    kit.open_incident(LOST)

    def shown() -> list[str]:
        found = kit.assess_risk("2026-0001").scopes[0].found.exemptions
        return [one.key for one in found if one.is_shown]

    assert shown() == ["34-3-a"]
    measure = {"text": "The laptop was wiped from afar.", "state": "taken", "removes_risk": True}
    kit.amend("2026-0001", {"measures": {"m1": measure}})
    assert shown() == ["34-3-a"]
    more = {"at": "2026-11-21T10:00Z", "evidence": "the device had not been started, log L-3"}
    kit.amend("2026-0001", {"measures": {"m1": more}})
    assert shown() == ["34-3-a", "34-3-b"]
    kit.amend("2026-0001", {"measures": {"m1": {"state": "proposed"}}})
    assert shown() == ["34-3-a"]
    said = {"why": "no addresses", "measure": "newspapers", "reach": "read by nine in ten"}
    kit.amend("2026-0001", {"public_communication": said})
    assert shown() == ["34-3-a", "34-3-c"]


def test_a_partners_scope_is_weighed_by_its_own_facts_and_decided_by_the_partner(
    kit: Breachkit, workspace: Path, clock: SetClock
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    own = {"people": 40}
    theirs = {"people": 9000, "groups": {"g1": {"category": "minors"}}}
    kit.open_incident({**LOST, "scopes": {"own": own, "acme": theirs}})
    acme, ours = kit.assess_risk("2026-0001").scopes
    assert (acme.is_ours, acme.controller, ours.is_ours) == (False, "Acme Cameras", True)
    numbers = [
        next(one.says for one in weighed.found.factors if one.name == "number of people")
        for weighed in (acme, ours)
    ]
    assert ["more than" in one for one in numbers] == [True, False]
    clock.pass_(hours=1)
    assert decide(kit, "risk-people", "not_high", "acme").entry.decided_by == "Acme Cameras"


def test_every_fact_that_a_factor_names_exists(kit: Breachkit) -> None:
    from breachkit.domain.sheet import place_at

    found = seen({})
    for path in {path for factor in found.factors for path in (*factor.paths, *factor.unknown)}:
        place_at(path)
