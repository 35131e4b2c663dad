"""Which laws apply to an incident: applies, may apply, does not, each with its reason in words."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from breachkit.app import Breachkit, open_workspace
from breachkit.domain.applicability import Applicability
from breachkit.errors import FactError, LawError, UnknownNameError
from tests.conftest import PROFILE, SetClock, partner

Acting = Callable[[str], Breachkit]


@pytest.fixture
def bare(workspace: Path, clock: SetClock) -> Breachkit:
    """The workspace before anybody has said what we are."""
    settings = workspace / "breachkit.toml"
    settings.write_text(settings.read_text("utf-8").replace(PROFILE, ""), "utf-8")
    return open_workspace(workspace, clock=clock, act_as="maria")


def opened(kit: Breachkit, **facts: Any) -> str:
    said = {"title": "x", "timeline": {"discovered_at": "2026-11-22 02:10 Europe/Berlin"}, **facts}
    return kit.open_incident(said).id


def settled(kit: Breachkit, incident: str, scope: str = "") -> dict[str, Applicability]:
    found = kit.applicable(incident, [scope] if scope else [])
    return {f"{one.law.qualified_id}@{one.scope}".removesuffix("@"): one for one in found}


def profile(root: Path, old: str, new: str) -> None:
    settings = root / "breachkit.toml"
    text = settings.read_text("utf-8")
    assert old in text
    settings.write_text(text.replace(old, new), "utf-8")


def test_each_verdict_has_its_reason(kit: Breachkit, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Home", 'country = "GB"')
    partner(workspace, "bolt", "Bolt", 'country = "DE"')
    incident = opened(kit, scopes={"acme": {}, "bolt": {"countries": {"DE": {}}}})
    found = settled(kit, incident)

    applies = found["uk-gdpr/33-1@acme"]
    assert applies.verdict == "applies"
    assert "controller.country is GB" in applies.reasons
    assert "owed unless a risk is unlikely, and risk.authority is not decided" in applies.reasons

    assert found["uk-gdpr/33-1@bolt"].verdict == "does not apply"
    assert found["uk-gdpr/33-1@bolt"].reasons == ("controller.country is DE", "countries is DE")

    possible = found["eu-gdpr/34-1@acme"]
    assert possible.verdict == "possible"
    assert possible.reasons == ("owed if a high risk is likely, and risk.people is not decided",)
    assert possible.questions == ("risk.people",)

    assert found["eu-cra/14-2-a@own"].verdict == "does not apply"
    assert found["eu-cra/14-2-a@own"].reasons == ("profile.manufacturer is no",)
    assert found["eu-digital-omnibus/33"].proposed
    assert found["eu-digital-omnibus/33"].reasons == (
        "a proposal and no law: it never yields a deadline",
    )


def test_what_is_not_in_force_says_from_when_on(kit: Breachkit, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Home", 'country = "IN"')
    found = settled(kit, opened(kit, scopes={"acme": {}}))
    assert found["in-dpdp/board@acme"].verdict == "does not apply"
    assert found["in-dpdp/board@acme"].reasons == (
        "in force from 2027-05-14, not on 2026-11-22 (timeline.opened_at)",
    )


def test_a_day_before_an_act_applies_is_told_with_its_instant(
    acting: Acting, workspace: Path
) -> None:
    profile(workspace, "manufacturer = false", "manufacturer = true")
    kit = acting("maria")
    aware = {"aware_severe_incident_at": "2026-09-10 12:00 Europe/Berlin"}
    found = settled(kit, kit.open_incident({"title": "x", "timeline": aware}).id)
    assert found["eu-cra/14-4-a@own"].reasons == (
        "in force from 2026-09-11, not on 2026-09-10 (timeline.aware_severe_incident_at)",
    )


def test_until_something_is_said_everything_is_a_question(bare: Breachkit) -> None:
    found = settled(bare, opened(bare, scopes={"acme": {}}))
    possible = {name for name, one in found.items() if one.verdict == "possible"}
    assert {"eu-cra/14-2-a@own", "eu-nis2/23-4-a@own", "eu-dora/initial@own"} <= possible
    assert {"uk-gdpr/33-1@acme", "br-lgpd/anpd@acme", "us-ca/residents@acme"} <= possible
    assert found["eu-gdpr/33-1@acme"].verdict == "applies"
    assert found["uk-gdpr/33-1@acme"].questions == (
        "profile.sells_in",
        "scopes.acme.countries",
    )
    # Each of them would fall due at a time of its own, which is shown.
    duty = bare.incident("2026-0001").duty("eu-cra/14-2-a@own")
    assert duty is not None
    assert (duty.side, str(duty.deadline.kind)) == ("possible", "provisional")


def test_where_our_products_are_sold_closes_questions_also_for_partners(
    kit: Breachkit, workspace: Path, clock: SetClock
) -> None:
    incident = opened(kit, scopes={"acme": {}})
    assert settled(kit, incident)["br-lgpd/anpd@acme"].verdict == "does not apply"
    profile(workspace, 'sells_in = ["DE"]', 'sells_in = ["DE", "BR"]')
    with open_workspace(workspace, clock=clock, act_as="maria") as again:
        found = settled(again, incident)
        assert found["br-lgpd/anpd@acme"].verdict == "possible"
        again.amend(incident, {"scopes": {"acme": {"countries": {"BR": {}}}}})
        again.amend(incident, {"findings": {"br_relevant_risk": True}})
        owed = settled(again, incident)["br-lgpd/anpd@acme"]
        assert owed.verdict == "applies"
        assert "countries is BR" in owed.reasons
        assert "findings.br_relevant_risk is yes" in owed.reasons


def test_a_finding_of_one_scope_is_no_other_scopes(kit: Breachkit, workspace: Path) -> None:
    for key in ("acme", "bolt"):
        partner(workspace, key, key.title(), 'country = "BR"')
    scopes = {"acme": {"findings": {"br_relevant_risk": True}}, "bolt": {}}
    found = settled(kit, opened(kit, scopes=scopes))
    assert found["br-lgpd/anpd@acme"].verdict == "applies"
    assert found["br-lgpd/anpd@bolt"].verdict == "possible"


def test_what_a_partner_is_comes_from_its_own_file(kit: Breachkit, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Bank")
    with (workspace / "partners" / "acme.toml").open("a") as file:
        file.write('\n[profile]\nfinancial = "credit_institution"\n')
    partner(workspace, "bolt", "Bolt")
    given = {"findings": {"dora_major": True}, "scopes": {"acme": {}, "bolt": {}}}
    incident = opened(kit, **given)
    duty = kit.incident(incident).duty("eu-dora/initial@acme")
    assert duty is not None
    assert duty.side == "theirs"
    found = settled(kit, incident)
    assert found["eu-dora/initial@own"].verdict == "does not apply"
    assert "eu-dora/initial@bolt" not in found


def test_countries_without_rules_are_named(kit: Breachkit) -> None:
    from breachkit.casework.lawful import unruled

    incident = opened(kit, scopes={"acme": {"countries": {"JP": {}, "CH": {}, "DE": {}, "KR": {}}}})
    assert unruled(kit.desk, incident) == ("JP", "KR")


def test_a_scope_that_does_not_exist_is_named_with_those_that_do(kit: Breachkit) -> None:
    with pytest.raises(UnknownNameError, match=r"2026-0001 has no scope bolt") as refused:
        kit.applicable(opened(kit, scopes={"acme": {}}), ["bolt"])
    assert refused.value.hint == "its scopes: acme, own"


def test_a_proposal_never_becomes_a_duty(bare: Breachkit) -> None:
    incident = opened(bare, scopes={"own": {}, "acme": {}})
    bare.amend(incident, {"scopes": {"own": {"timeline": {"controller_aware_at": "02:15 UTC"}}}})
    assert not [one for one in bare.incident(incident).duties if "omnibus" in one.id]
    assert not [row for row in bare.store.duties(incident) if "omnibus" in row.duty]


def test_a_contract_with_one_partner_binds_no_other(kit: Breachkit, workspace: Path) -> None:
    text = """
[instrument]
id = "acme-dpa"
title = "Acme's own agreement"
short = "Acme"
kind = "contract"
citation = "Acme agreement"
in_force = { from = 2024-01-01 }
standing = "text"
source = "the signed copy"
scopes = ["acme"]

[[obligation]]
id = "9"
citation = "Clause 9"
title = "notify Acme within its working hours"
owed_by = "processor"
addressee = "partner"
owed = "always"
event = "discovery"
trigger = "timeline.discovered_at"
limit = "16 working hours"
counting = "working"
calendar = "DE-BY"
working = { zone = "Europe/Berlin", from = 09:00:00, until = 17:00:00 }
standing = "text"
"""
    (workspace / "law" / "acme-dpa.toml").write_text(text, "utf-8")
    found = settled(kit, opened(kit, scopes={"acme": {}, "bolt": {}}))
    assert found["acme-dpa/9@acme"].verdict == "applies"
    assert found["acme-dpa/9@bolt"].verdict == "does not apply"
    assert found["acme-dpa/9@bolt"].reasons == ("it binds acme only",)
    duty = kit.incident("2026-0001").duty("acme-dpa/9@acme")
    assert duty is not None
    assert duty.due_at is not None
    # A Sunday: Monday and Tuesday from nine to five in Berlin.
    assert duty.due_at.isoformat() == "2026-11-24T16:00:00+00:00"


@pytest.mark.parametrize(
    ("given", "path", "hint"),
    [
        ({"findings": {"cra_severe": True}}, "findings.cra_severe",
         "did you mean cra_severe_incident?"),
        ({"scopes": {"acme": {"findings": {"br_relevant_risks": True}}}},
         "scopes.acme.findings.br_relevant_risks", "did you mean br_relevant_risk?"),
        ({"timeline": {"aware_severe_incident": "02:10 UTC"}}, "timeline.aware_severe_incident",
         "did you mean aware_severe_incident_at?"),
    ],
)  # fmt: skip
def test_a_question_that_no_law_asks_is_refused(
    kit: Breachkit, given: dict[str, Any], path: str, hint: str
) -> None:
    incident = opened(kit)
    with pytest.raises(FactError) as refused:
        kit.amend(incident, given)
    assert str(refused.value).startswith(f"{path}: no ")
    assert refused.value.hint == hint


def test_an_unknown_key_of_a_law_is_refused_with_file_and_line(
    kit: Breachkit, workspace: Path
) -> None:
    source = Path(str(workspace / "law" / "eu-nis2.toml"))
    text = (Path(__file__).parents[2] / "breachkit" / "law" / "eu-nis2.toml").read_text("utf-8")
    source.write_text(text.replace('limit = "24 hours"', 'limmit = "24 hours"', 1), "utf-8")
    line = text[: text.index('id = "23-4-a"')].count("\n")
    with pytest.raises(LawError) as refused:
        kit.applicable("2026-0001")
    assert str(refused.value).startswith(f"{source}:{line}: obligation 23-4-a: ")
    assert "limmit: unknown key" in str(refused.value)


@pytest.mark.parametrize(
    ("timeline", "path", "told"),
    [
        ({"aware_major_incident_at": "2026-11-20T10:00Z", "classified_major_at": "2026-11-20T09:00Z"},
         "timeline.classified_major_at", "classified before we were aware of it"),
        ({"classified_major_at": "2026-11-20T09:00Z"},
         "timeline.classified_major_at", "its 24 hours cannot be counted"),
        ({"discovered_at": "2026-11-20T09:00Z", "incident_handled_at": "2026-11-19T09:00Z"},
         "timeline.incident_handled_at", "handled before it was discovered"),
        ({"learned_of_vulnerability_at": "2026-11-20T10:00Z",
          "aware_exploited_vulnerability_at": "2026-11-19T10:00Z"},
         "timeline.aware_exploited_vulnerability_at", "before the vulnerability was known"),
        ({"occurred_from": "2026-11-20 UTC", "aware_severe_incident_at": "2026-11-19 UTC"},
         "timeline.aware_severe_incident_at", "aware before the breach occurred"),
    ],
)  # fmt: skip
def test_triggers_that_contradict_each_other_are_flagged_and_recorded(
    kit: Breachkit, timeline: dict[str, str], path: str, told: str
) -> None:
    flags = kit.open_incident({"title": "x", "timeline": timeline}).picture.flags
    assert [flag for flag in flags if flag.path == path and told in flag.what]


def test_triggers_of_a_scope_are_held_against_each_other_too(kit: Breachkit) -> None:
    own = {
        "credible_grounds_at": "2026-11-20T10:00Z",
        "assessed_notifiable_at": "2026-11-19T10:00Z",
    }
    picture = kit.open_incident({"title": "x", "scopes": {"own": {"timeline": own}}}).picture
    flags = {flag.path: flag.what for flag in picture.flags}
    assert flags["scopes.own.timeline.assessed_notifiable_at"] == (
        "assessed before there were grounds to"
    )
    fine = {**own, "assessed_notifiable_at": "2026-11-21T10:00Z"}
    picture = kit.open_incident({"title": "y", "scopes": {"own": {"timeline": fine}}}).picture
    assert not [flag for flag in picture.flags if "grounds" in flag.what]


def test_a_trigger_stated_later_than_discovery_needs_no_reason_where_its_event_comes_later(
    acting: Acting, workspace: Path, clock: SetClock
) -> None:
    profile(workspace, "manufacturer = false", "manufacturer = true")
    kit = acting("maria")
    incident = opened(kit)
    before = kit.incident(incident).duty("eu-cra/14-4-a@own")
    clock.pass_(hours=20)
    kit.amend(incident, {"timeline": {"aware_severe_incident_at": "2026-11-22T12:00Z"}})
    after = kit.incident(incident).duty("eu-cra/14-4-a@own")
    assert before is not None
    assert after is not None
    assert (before.owed, str(before.deadline.kind)) == (None, "provisional")
    assert (after.owed, str(after.deadline.kind)) == (True, "deadline")
    assert before.due_at is not None
    assert after.due_at == before.due_at + timedelta(hours=10, minutes=50)
