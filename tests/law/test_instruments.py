"""What the packaged instruments hold: every row of the table of clocks, and what all of them share."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from breachkit.adapters.lawbook import load, packaged
from breachkit.domain.duty import Duty, Terms, find_duties
from breachkit.domain.instrument import InstrumentStatus
from breachkit.domain.matter import Matter
from breachkit.domain.obligation import Addressee, Obligation, UnknownAllowed
from breachkit.domain.predicate import Answers
from breachkit.domain.requirement import hold_requirements
from breachkit.domain.scope import FIGURES, SCOPE_ONLY, SCOPE_TRIGGERS, ScopeView, view_of
from breachkit.domain.sheet import place_at
from breachkit.domain.statement import settle

BOOK = load([packaged()])
EVERY = (*BOOK.obligations(), *BOOK.proposals)
NOW = datetime(2027, 12, 31, tzinfo=UTC)

# The table of clocks, row by row: instrument, then the ids of its rows.
ROWS: dict[str, tuple[str, ...]] = {
    "eu-gdpr": ("33-2", "33-1", "34-1"),
    "imou-dpa": ("6.3",),
    "eu-cra": ("14-2-a", "14-2-b", "14-2-c", "14-4-a", "14-4-b", "14-4-c", "14-8"),
    "eu-nis2": ("23-4-a", "23-4-b", "23-4-c", "23-4-d", "23-4-e", "23-1", "23-2"),
    "eu-dora": ("initial", "intermediate", "final", "clients"),
    "eu-eidas": ("19a", "24-2-fb"),
    "eu-eprivacy": ("2-2", "2-3", "3"),
    "eu-ai-act": ("73",),
    "eu-digital-omnibus": ("33",),
    "uk-gdpr": ("33-1", "34-1"),
    "uk-pecr": ("5a-2013", "5a"),
    "ch-fadp": ("24-1", "24-3", "24-4"),
    "ch-isa": ("74a",),
    "us-ca": ("residents", "ag", "maintainer"),
    "us-states": ("ny", "co", "fl", "wa", "tx", "tx-ag"),
    "us-hipaa": ("404", "406", "408-500", "408-annual", "410"),
    "cn-pipl": ("57",),
    "cn-cac": ("4h", "ciio", "central", "summary", "vendor"),
    "cn-rmsv": ("7-miit", "7-chain", "7-logs"),
    "sg-pdpa": ("assess", "commission", "individuals", "intermediary"),
    "br-lgpd": ("anpd", "subjects", "complement", "public"),
    "in-dpdp": ("board", "board-72", "principals"),
    "in-certin": ("6h",),
    "au-ndb": ("assess", "oaic", "individuals"),
}
PROVISIONS = {"eu-gdpr": {"33-4", "33-5"}, "eu-digital-omnibus": {"sep", "edpb"}}
"""Rows on which no clock hangs."""

# Limit, standing and what it is counted from, as the table has them, for the figures that bind.
FIGURES_OF = {
    "eu-gdpr/33-1": ("72 hours", "text"),
    "imou-dpa/6.3": ("48 hours", "text"),
    "eu-cra/14-2-a": ("24 hours", "text"),
    "eu-cra/14-2-b": ("72 hours", "text"),
    "eu-cra/14-2-c": ("14 days", "text"),
    "eu-cra/14-4-a": ("24 hours", "text"),
    "eu-cra/14-4-b": ("72 hours", "text"),
    "eu-cra/14-4-c": ("1 month", "text"),
    "eu-nis2/23-4-a": ("24 hours", "secondary"),
    "eu-nis2/23-4-b": ("72 hours", "secondary"),
    "eu-nis2/23-4-d": ("1 month", "secondary"),
    "eu-nis2/23-4-e": ("1 month", "secondary"),
    "eu-dora/initial": ("24 hours", "secondary"),
    "eu-dora/intermediate": ("72 hours", "secondary"),
    "eu-dora/final": ("1 month", "secondary"),
    "eu-eidas/19a": ("24 hours", "text"),
    "eu-eidas/24-2-fb": ("24 hours", "unverified"),
    "eu-eprivacy/2-2": ("24 hours", "official"),
    "eu-eprivacy/2-3": ("3 days", "official"),
    "eu-ai-act/73": ("15 days", "unverified"),
    "eu-digital-omnibus/33": ("96 hours", "secondary"),
    "uk-gdpr/33-1": ("72 hours", "official"),
    "uk-pecr/5a-2013": ("24 hours", "secondary"),
    "uk-pecr/5a": ("72 hours", "secondary"),
    "ch-isa/74a": ("24 hours", "unverified"),
    "us-ca/residents": ("30 days", "text"),
    "us-ca/ag": ("15 days", "secondary"),
    "us-states/ny": ("30 days", "unverified"),
    "us-states/co": ("30 days", "unverified"),
    "us-states/fl": ("30 days", "unverified"),
    "us-states/wa": ("30 days", "unverified"),
    "us-states/wa-2015": ("45 days", "unverified"),
    "us-states/tx": ("60 days", "unverified"),
    "us-states/tx-ag": ("30 days", "unverified"),
    "us-hipaa/404": ("60 days", "unverified"),
    "us-hipaa/406": ("60 days", "unverified"),
    "us-hipaa/408-500": ("60 days", "unverified"),
    "us-hipaa/408-annual": ("60 days", "unverified"),
    "us-hipaa/410": ("60 days", "unverified"),
    "cn-cac/4h": ("4 hours", "secondary"),
    "cn-cac/ciio": ("1 hour", "secondary"),
    "cn-cac/central": ("2 hours", "secondary"),
    "cn-cac/summary": ("30 days", "secondary"),
    "cn-rmsv/7-miit": ("2 days", "secondary"),
    "sg-pdpa/assess": ("30 days", "secondary"),
    "sg-pdpa/commission": ("3 days", "secondary"),
    "br-lgpd/anpd": ("3 working days", "secondary"),
    "br-lgpd/anpd-small-scale": ("6 working days", "secondary"),
    "br-lgpd/subjects": ("3 working days", "secondary"),
    "br-lgpd/subjects-small-scale": ("6 working days", "secondary"),
    "br-lgpd/complement": ("20 working days", "secondary"),
    "in-dpdp/board-72": ("72 hours", "text"),
    "in-certin/6h": ("6 hours", "secondary"),
    "au-ndb/assess": ("30 days", "official"),
}


def found(qualified_id: str) -> Obligation:
    return next(one for one in EVERY if one.qualified_id == qualified_id)


@pytest.mark.parametrize("row", [f"{law}/{row}" for law, rows in ROWS.items() for row in rows])
def test_every_row_of_the_table_of_clocks_has_its_obligation(row: str) -> None:
    assert found(row).citation


def test_every_row_without_a_clock_has_its_provision() -> None:
    for law, rows in PROVISIONS.items():
        (instrument,) = [one for one in BOOK.instruments if one.id == law]
        assert rows <= {one.id for one in instrument.provisions}


def test_no_instrument_is_missing_in_the_table() -> None:
    assert {one.id for one in BOOK.instruments} == ROWS.keys()


def test_figures_and_standings_are_those_of_the_table() -> None:
    shown = {o.qualified_id: (str(o.limit), str(o.standing)) for o in EVERY if o.limit}
    assert shown == FIGURES_OF


def test_every_obligation_has_a_scenario() -> None:
    folder = Path(__file__).parent / "scenarios"
    told = {
        row["obligation"]
        for path in folder.glob("*.toml")
        for row in tomllib.loads(path.read_text("utf-8"))["scenario"]
    }
    missing = {o.qualified_id for o in BOOK.obligations()} - told
    assert not missing


@pytest.mark.parametrize("law", EVERY, ids=lambda law: law.qualified_id)
def test_whatever_a_law_says_is_cited_and_marked(law: Obligation) -> None:
    parts = (*law.requirements, *law.readings, *law.cautions, *law.bounds)
    assert all(part.citation and part.standing for part in (law, *parts))
    assert law.title[0].islower()


@pytest.mark.parametrize("law", EVERY, ids=lambda law: law.qualified_id)
def test_every_fact_that_a_notice_needs_can_be_stated(law: Obligation) -> None:
    for requirement in law.requirements:
        for path in (*requirement.facts, *requirement.any_of):
            own = path.partition(".")[0] in SCOPE_ONLY
            assert place_at(f"scopes.own.{path}" if own else path)


@pytest.mark.parametrize("law", EVERY, ids=lambda law: law.qualified_id)
def test_a_question_of_law_is_asked_in_words(law: Obligation) -> None:
    (instrument,) = [one for one in BOOK.instruments if one.id == law.instrument]
    asked = {name.removeprefix("findings.") for name in law.patterns if "findings." in name}
    assert asked <= {one.name for one in instrument.findings}


def test_a_question_has_one_name_and_ends_as_one() -> None:
    findings = [one for law in BOOK.instruments for one in law.findings]
    assert len({one.name for one in findings}) == len(findings)
    assert all(one.question.endswith("?") for one in findings)
    asked = {path for law in EVERY for path in law.patterns}
    assert all(f"findings.{one.name}" in asked for one in findings)


def test_stages_follow_each_other() -> None:
    ids = {law.qualified_id for law in EVERY}
    for law in EVERY:
        assert not law.continues or law.continues in ids
        assert law.stages <= ids
    chain = {law.qualified_id: law.continues for law in EVERY if law.instrument == "eu-cra"}
    assert chain["eu-cra/14-4-c"] == "eu-cra/14-4-b"
    assert chain["eu-cra/14-4-b"] == "eu-cra/14-4-a"
    assert [found(f"eu-cra/14-4-{stage}").stage for stage in "abc"] == [
        "early warning",
        "notification",
        "final report",
    ]


SHARED = {
    *("br-anpd", "br-subjects", "uk-pecr-5a", "us-wa"),
}
"""Letters of two obligations of which only one can be owed at a time."""


def test_every_filing_has_a_letter_of_its_own() -> None:
    letters: dict[str, list[str]] = {}
    for law in EVERY:
        plain = law.addressee in {Addressee.PARTNER, Addressee.OURSELVES}
        first = law.qualified_id in {"eu-gdpr/33-1", "eu-gdpr/34-1"}
        assert bool(law.letter) is not (plain or first or _unlettered(law)), law.qualified_id
        letters.setdefault(law.letter, []).append(law.qualified_id)
    del letters[""]
    assert {name for name, ids in letters.items() if len(ids) > 1} == SHARED


def _unlettered(law: Obligation) -> bool:
    return law.qualified_id in {"ch-fadp/24-4", "eu-digital-omnibus/33"} or not law.by_notice


@pytest.mark.parametrize("law", [o for o in EVERY if o.instrument == "eu-cra"], ids=lambda o: o.id)
def test_a_report_under_the_cyber_resilience_act_needs_no_fact_of_a_scope(law: Obligation) -> None:
    for path in law.patterns:
        area, _, rest = path.partition(".")
        assert area not in SCOPE_ONLY
        assert area not in {"contact", "groups", "data", "people", "records"}
        assert path.rpartition(".")[2] not in FIGURES
        assert not (area == "timeline" and rest in SCOPE_TRIGGERS)


def test_final_reports_leave_nothing_open_but_what_may_stay_unknown() -> None:
    for name in ("eu-cra/14-2-c", "eu-cra/14-4-c", "eu-nis2/23-4-d", "eu-dora/final"):
        asked = {one.unknown for one in found(name).requirements}
        assert UnknownAllowed.INITIAL not in asked


def test_the_proposal_is_no_law() -> None:
    (omnibus,) = [one for one in BOOK.instruments if one.status is InstrumentStatus.PROPOSAL]
    assert omnibus.id == "eu-digital-omnibus"
    assert omnibus.in_force is None
    assert [o.qualified_id for o in BOOK.proposals] == ["eu-digital-omnibus/33"]
    assert not [o for o in BOOK.obligations() if o.instrument == "eu-digital-omnibus"]


def test_what_does_not_apply_yet_says_from_when_on() -> None:
    later = [one for one in BOOK.instruments if one.status is InstrumentStatus.NOT_YET]
    assert [(one.id, one.in_force.since if one.in_force else None) for one in later] == [
        ("in-dpdp", date(2027, 5, 14))
    ]


def duties(given: dict[str, Any], scope: str = "own", **profile: Any) -> dict[str, Duty]:
    """Return the duties of a scope by id, on facts as somebody states them."""
    facts, unknown = settle({}, given, now=NOW)
    view = view_of(facts, unknown, scope, {}, {"profile": profile})
    opened = f"{facts['timeline']['discovered_at']['at'][:19]}.000000Z"
    matter = Matter("2026-0001", facts=facts, opened_at=opened)
    found = find_duties(matter, [view], BOOK.obligations(), Terms({}))
    return {duty.law.qualified_id: duty for duty in found}


def test_the_version_in_force_at_its_own_trigger_counts() -> None:
    """A breach of 2025 of which we are aware in October 2026 is reported under the new act."""
    given = {
        "timeline": {
            "occurred_from": "2025-03-01 UTC",
            "discovered_at": "2026-10-05T08:00Z",
            "aware_exploited_vulnerability_at": "2026-10-05T09:00Z",
        }
    }
    assert "eu-cra/14-2-a" in duties(given, manufacturer=True)
    given["timeline"]["aware_exploited_vulnerability_at"] = "2026-09-10T21:59Z"
    given["timeline"]["discovered_at"] = "2026-09-10T08:00Z"
    assert "eu-cra/14-2-a" not in duties(given, manufacturer=True)
    given["timeline"]["aware_exploited_vulnerability_at"] = "2026-09-11T00:00Z"
    assert "eu-cra/14-2-a" in duties(given, manufacturer=True)


@pytest.mark.parametrize(
    ("day", "version"), [("2025-08-19", "uk-pecr/5a-2013"), ("2025-08-20", "uk-pecr/5a")]
)
def test_one_of_two_versions_counts_on_each_day(day: str, version: str) -> None:
    at = f"{day}T12:00Z"
    given = {
        "timeline": {"discovered_at": at, "detected_at": at, "aware_service_breach_at": at},
    }
    found = duties(given, telecom=True, establishments=["GB"])
    assert [name for name in found if name.startswith("uk-pecr/")] == [version]


def test_rules_that_come_in_2027_are_not_owed_in_2026() -> None:
    def given(day: str) -> dict[str, Any]:
        aware = {"timeline": {"controller_aware_at": f"{day}T12:00Z"}}
        return {
            "timeline": {"discovered_at": f"{day}T12:00Z"},
            "scopes": {"own": {"capacity": "controller", "countries": {"IN": {}}, **aware}},
        }

    assert not [name for name in duties(given("2027-05-13")) if name.startswith("in-dpdp/")]
    owed = duties(given("2027-05-14"))
    assert [name for name in owed if name.startswith("in-dpdp/")] == [
        "in-dpdp/board",
        "in-dpdp/board-72",
        "in-dpdp/principals",
    ]


def test_a_cra_report_is_complete_without_any_scope() -> None:
    given = {
        "timeline": {
            "discovered_at": "2026-10-05T08:00Z",
            "aware_exploited_vulnerability_at": "2026-10-05T09:00Z",
        },
        "product": {
            "name": "Camera cloud",
            "versions": "before 4.2",
            "made_available_in": ["DE", "FR"],
            "vulnerability": {"exploit": "a forged token", "description": "tokens are guessed"},
            "mitigation": "tokens were renewed",
            "user_measures": "update to 4.2",
            "sensitivity": "not public before the update",
        },
    }
    facts, unknown = settle({}, given, now=NOW)
    house = ScopeView("own", facts, {}, facts, unknown, house=True)
    for name in ("eu-cra/14-2-a", "eu-cra/14-2-b"):
        held = hold_requirements(found(name), house, Answers(house.values))
        assert held
        assert not [gap for one in held for gap in one.gaps]
