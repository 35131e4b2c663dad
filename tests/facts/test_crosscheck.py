"""Contradictions are flagged, with the fact they are about; consistent facts raise nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from breachkit.domain.crosscheck import find_flags
from breachkit.domain.people import Organisation
from breachkit.domain.statement import settle

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def flags(given: dict[str, Any], **names: str) -> dict[str, str]:
    """Return what is flagged, by path."""
    facts, _ = settle({}, given, now=NOW)
    found = find_flags(
        facts,
        opened_at="2026-11-22T11:00:00.000000Z",
        now=NOW,
        organisation=Organisation(affiliates=("Sister Co",)),
        names={key: [name] for key, name in names.items()},
    )
    told: dict[str, str] = {}
    for flag in found:
        told[flag.path] = told.get(flag.path, "") + str(flag)
    return told


@pytest.mark.parametrize(
    ("given", "path", "told"),
    [
        (
            {"timeline": {"occurred_from": "2026-11-02 UTC", "occurred_until": "2026-11-01 UTC"}},
            "timeline.occurred_until",
            "ended before it began",
        ),
        ({"timeline": {"discovered_at": "2026-11-23 UTC"}}, "timeline.discovered_at", "future"),
        (
            {
                "timeline": {
                    "occurred_from": "2026-11-20T10:00Z",
                    "detected_at": "2026-11-19T09:00Z",
                }
            },
            "timeline.detected_at",
            "before the breach occurred",
        ),
        (
            {
                "timeline": {
                    "detected_at": "2026-11-20T10:00Z",
                    "discovered_at": "2026-11-21T10:00Z",
                }
            },
            "timeline.discovered_at",
            "no reason is stated",
        ),
        (
            {"people": 10, "groups": {"users": {"category": "users", "people": 11}}},
            "groups.users.people",
            "more than the total of 10",
        ),
        (
            {"people": "about 100", "scopes": {"a": {"people": 111}}},
            "scopes.a.people",
            "more than the total",
        ),
        (
            {
                "scopes": {
                    "a": {"people": 5, "countries": {"DE": {"people": 3}, "FR": {"people": 3}}}
                }
            },
            "scopes.a.countries",
            "6 in all is more",
        ),
        ({"origin": {"kind": "subprocessor", "name": "Cheap Cloud"}}, "origin.name", "Appendix 3"),
        ({"origin": {"kind": "affiliate", "name": "Cousin Co"}}, "origin.name", "Article 5.1"),
        (
            {"data": {"p": {"category": "password", "protection": {"state": "none"}}}},
            "data.p.protection.state",
            "Appendix 2",
        ),
        (
            {"data": {"v": {"category": "cloud_record", "protection": {"state": "none"}}}},
            "data.v.protection.state",
            "Appendix 2",
        ),
        (
            {"data": {"v": {"category": "email", "protection": {"state": "anonymised"}}}},
            "data.v.protection.state",
            "which is it",
        ),
        ({"scopes": {"stranger": {}}}, "scopes.stranger", "whom do we call"),
    ],
)
def test_what_does_not_fit_is_flagged(given: dict[str, Any], path: str, told: str) -> None:
    assert told in flags(given, a="Acme Cameras").get(path, "")


def test_a_shared_text_that_names_one_partner_would_reach_the_others() -> None:
    given = {
        "nature": {"description": "Pictures of ACME CAMERAS were shown."},
        "scopes": {"a": {}, "b": {}},
    }
    assert "names the partner a" in flags(given, a="Acme Cameras", b="Bravo")["nature.description"]
    own = {"scopes": {"a": {"nature": {"description": "Pictures of Acme Cameras"}}, "b": {}}}
    assert flags(own, a="Acme Cameras", b="Bravo") == {}


def test_facts_that_fit_raise_no_flag() -> None:
    given = {
        "timeline": {
            "occurred_from": "2026-11-20 UTC",
            "detected_at": "2026-11-20T16:40Z",
            "discovered_at": "2026-11-20T16:40Z",
        },
        "people": "about 100",
        "origin": {"kind": "subprocessor", "name": "azure"},
        "data": {"p": {"category": "password", "protection": {"state": "hashed"}}},
        "scopes": {"a": {"people": 60}, "b": {"people": 50}},
    }
    assert flags(given, a="Acme Cameras", b="Bravo") == {}


@pytest.mark.parametrize(
    "name", ["Hangzhou Huacheng", "HANGZHOU HUACHENG Network Technology Co., Ltd."]
)
def test_the_affiliate_that_the_agreement_names_needs_no_listing(name: str) -> None:
    facts, _ = settle({}, {"origin": {"kind": "affiliate", "name": name}}, now=NOW)
    at = {"opened_at": "2026-11-22T11:00:00.000000Z", "now": NOW, "names": {}}
    assert not find_flags(facts, organisation=Organisation(), **at)  # type: ignore[arg-type]
    other = Organisation(affiliates=("Sister Co",))
    assert find_flags(facts, organisation=other, **at)  # type: ignore[arg-type]
    assert not Organisation().has_affiliate("Hangzhou Huachengs")
