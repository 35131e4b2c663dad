"""Stages and phases: what a text says of the ones before it, what differs, and what is still to come."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from breachkit.app import Breachkit
from breachkit.casework.earlier import course_of
from breachkit.errors import RefusedError
from tests.conftest import SetClock, partner
from tests.gate.steps import Acting, release

ALERT: dict[str, Any] = {
    "title": "Cameras answer without a password",
    "timeline": {
        "discovered_at": "2026-11-21 18:10 Europe/Berlin",
        "aware_exploited_vulnerability_at": "2026-11-21 19:00 Europe/Berlin",
        "aware_significant_incident_at": "2026-11-21 19:30 Europe/Berlin",
        "aware_major_incident_at": "2026-11-21 19:40 Europe/Berlin",
    },
    "findings": {"nis2_significant": True, "dora_major": True},
    "scopes": {"acme": {"people": 214, "controller": {"name": "Acme Home GmbH"}}},
    "product": {"name": "Indoor camera C4", "vulnerability": {"exploited": True}},
}


@pytest.fixture
def kit(acting: Acting, workspace: Path) -> Breachkit:
    """A manufacturer, entity and financial entity in the Union, with one partner."""
    settings = workspace / "breachkit.toml"
    text = settings.read_text("utf-8").replace("manufacturer = false", "manufacturer = true")
    text = text.replace('nis2 = "none"', 'nis2 = "essential"')
    text = text.replace('financial = "none"', 'financial = "other_financial"')
    settings.write_text(text, encoding="utf-8")
    partner(workspace, "acme", "Acme Home GmbH")
    return acting("maria")


def text(kit: Breachkit, incident: str, reader: str, **how: Any) -> str:
    (draft,) = kit.draft(incident, to=[reader], **how)
    return " ".join(draft.text.split())


def left(kit: Breachkit, incident: str, reader: str, number: str | None = None) -> str:
    """Record that the text to a reader left now, and return its name."""
    (draft,) = kit.draft(incident, to=[reader])
    name = draft.drafted.notice
    kit.record_delivery(name, channel="portal", at="now", reference=number)
    return name


def citations(kit: Breachkit, incident: str) -> list[str]:
    return [row.citation for row in kit.store.duties(incident)]


def test_a_stage_names_the_one_before_and_the_one_after(kit: Breachkit, clock: SetClock) -> None:
    incident = kit.open_incident(ALERT).id
    warning = text(kit, incident, "eu-cra-14-2-a")
    assert "This is an early warning." in warning
    assert "Submitted before" not in warning
    aware = "our awareness of an actively exploited vulnerability in a product"
    assert f"The time counts from {aware}: Saturday, 21 November 2026, 19:00" in warning
    follows = "- the notification (Article 14(2)(b)): by Tuesday, 24 November 2026, 19:00"
    assert follows in warning
    first = text(kit, incident, "eu-cra-14-2-b")
    assert "Submitted before: no earlier stage is recorded on the date of this text." in first
    left(kit, incident, "eu-cra-14-2-a", "SRP-7")
    clock.pass_(hours=5)
    kit.amend(incident, {"product": {"name": "Indoor cameras C4, C5", "made_available_in": ["FR"]}})
    said = text(kit, incident, "eu-cra-14-2-b")
    assert "the early warning of Sunday, 22 November 2026, 02:30" in said
    assert "file number SRP-7" in said
    assert "before: Indoor camera C4; now: Indoor cameras C4, C5" in said
    assert "left open before; now: FR" in said
    assert f"The time counts from {aware}" in said
    assert "the final report (Article 14(2)(c)): within 14 days of availability" in said


@pytest.mark.parametrize(
    ("readers", "words"),
    [
        (
            ["eu-nis2-23-4-a", "eu-nis2-23-4-b", "eu-nis2-23-4-d"],
            ["an early warning", "the notification", "the final report"],
        ),
        (
            ["eu-dora-initial", "eu-dora-intermediate", "eu-dora-final"],
            ["the initial notification", "an intermediate report", "the final report"],
        ),
    ],
)
def test_each_stage_opens_in_its_own_words(
    kit: Breachkit, clock: SetClock, readers: list[str], words: list[str]
) -> None:
    incident = kit.open_incident(ALERT).id
    for count, (reader, word) in enumerate(zip(readers, words, strict=True)):
        said = text(kit, incident, reader)
        assert f"This is {word}." in said
        assert said.count("file number N-") == count, "each stage before it, with its number"
        left(kit, incident, reader, f"N-{count}")
        clock.pass_(hours=1)


def test_a_final_report_says_that_something_is_open(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    left(kit, incident, "eu-nis2-23-4-b", "N-1")
    assert "What could not be established yet is named below, and follows." in text(
        kit, incident, "eu-nis2-23-4-d"
    )


def test_an_incident_that_goes_on_has_a_report_on_progress(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    kit.amend(incident, {"findings": {"nis2_ongoing": True}})
    left(kit, incident, "eu-nis2-23-4-b", "N-1")
    said = text(kit, incident, "eu-nis2-23-4-d")
    assert "Progress report (Article 23(4)(d))" in said
    assert "This is a report on progress." in said
    assert "the final report (Article 23(4)(e)): within 1 month of the end of our handling" in said


def test_the_phases_of_a_filing(kit: Breachkit, clock: SetClock) -> None:
    incident = kit.open_incident(ALERT).id
    left(kit, incident, "eu-cra-14-2-a")
    clock.pass_(hours=1)
    kit.amend(incident, {"product": {"made_available_in": ["FR"]}})
    more = text(kit, incident, "eu-cra-14-2-a", reason="We know the states now")
    assert "This is a follow-up to the early warning" in more
    assert "What is new: We know the states now." in more
    assert "for which we were told no file number yet" in more
    left(kit, incident, "eu-cra-14-2-a", "SRP-7")
    clock.pass_(hours=1)
    kit.amend(incident, {"product": {"name": "Indoor camera C5"}})
    assert any(one.startswith("correction due") for one in citations(kit, incident))
    mended = text(kit, incident, "eu-cra-14-2-a")
    assert "This corrects the early warning" in mended
    assert "before: Indoor camera C4; now: Indoor camera C5" in mended
    assert "left open before" not in mended, "the follow-up has said that already"
    left(kit, incident, "eu-cra-14-2-a", "SRP-7")
    assert not any(one.startswith("correction due") for one in citations(kit, incident))
    final = text(kit, incident, "eu-cra-14-2-a", phase="final")
    assert "This is the last text under this reference as early warning." in final


def test_what_no_longer_applies_is_withdrawn(kit: Breachkit, clock: SetClock) -> None:
    incident = kit.open_incident(ALERT).id
    left(kit, incident, "eu-dora-initial", "D-1")
    clock.pass_(hours=1)
    kit.amend(
        incident,
        {
            "findings": {"dora_major": False},
            "timeline": {"aware_major_incident_at": None},
            "reason": "it was below the thresholds",
        },
    )
    assert any(one.startswith("withdrawal due") for one in citations(kit, incident))
    said = text(kit, incident, "eu-dora-initial", reason="It was below the thresholds")
    assert (
        "Withdrawal: Initial notification" in kit.draft(incident, to=["eu-dora-initial"])[0].subject
    )
    assert "To: the competent financial authority" in said
    assert "We withdraw the initial notification" in said
    assert "The reasons: It was below the thresholds." in said
    assert "file number D-1" in said
    left(kit, incident, "eu-dora-initial", "D-1")
    assert not any(one.startswith("withdrawal due") for one in citations(kit, incident))


def test_each_promise_in_a_filing_has_a_clock_of_ours(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    unknown = {"reason": "it is being tested", "follows_by": "2026-11-25 12:00 Europe/Berlin"}
    kit.amend(incident, {"unknown": {"product.user_measures": unknown}})
    said = text(kit, incident, "eu-cra-14-2-b")
    assert "This is not known yet: it is being tested. It will follow by Wednesday, 25" in said
    due = {row.citation: row.due_at for row in kit.store.duties(incident)}
    assert due["promised: product.user_measures"] == "2026-11-25T11:00:00Z"
    warning = text(kit, incident, "eu-cra-14-2-a")
    assert "by Tuesday, 24 November 2026, 19:00" in warning
    assert due["Article 14(2)(b) eu-cra"] == "2026-11-24T18:00:00Z", "the next stage is a duty"


def test_what_is_kept_back_is_no_change_that_is_told(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    left(kit, incident, "eu-cra-14-2-a", "SRP-7")
    kit.amend(incident, {"product": {"name": "Indoor camera C5"}})
    picture, law = kit.incident(incident), kit.rules.obligations
    reader = "eu-cra-14-2-b"
    assert course_of(picture, "own", reader, law).changes
    assert not course_of(picture, "own", reader, law, withheld=["product"]).changes


def test_a_filing_on_a_product_never_leaves_with_a_customers_name(
    kit: Breachkit, acting: Acting
) -> None:
    hostile = {
        "name": "Indoor camera C4 at Acme Home GmbH",
        "mitigation": "Acme switched the service off in its 214 installations.",
        "vulnerability": {"exploited": True, "description": "See [acme](https://evil.test)."},
    }
    incident = kit.open_incident(
        {**ALERT, "product": hostile, "nature": {"description": "Acme's shop was hit."}}
    ).id
    filings = [
        one for one in kit.draft(incident) if (one.drafted.letter or "").startswith("eu-cra")
    ]
    assert filings
    for one in filings:
        assert one.drafted.flags == ["names Acme Home GmbH, which is not this notice's addressee"]
        assert "Acme's shop" not in one.text, "what is said of customers is no fact of the product"
        acting("anna").review(one.drafted.notice)
        with pytest.raises(RefusedError, match="is flagged: names Acme Home GmbH"):
            acting("otto").approve(one.drafted.notice, release(kit, one.drafted.notice))


@pytest.fixture
def controller(kit: Breachkit, clock: SetClock) -> Callable[[int], str]:
    """Notify our own authority some hours after we were aware, and return the incident."""

    def notified(hours: int) -> str:
        clock.at = clock.at.replace(hour=0, minute=0)
        aware = "2026-11-22 00:30 UTC"
        facts = {
            "title": "Our own accounts",
            "nature": {"description": "A list was copied."},
            "scopes": {"own": {"timeline": {"controller_aware_at": aware}}},
        }
        incident = kit.open_incident({**facts, "timeline": {"discovered_at": aware}}).id
        clock.pass_(hours=hours)
        left(kit, incident, "authority", "DPA-12")
        return incident

    return notified


def test_the_phases_of_a_notification(
    kit: Breachkit, clock: SetClock, controller: Callable[[int], str]
) -> None:
    incident = controller(20)
    clock.pass_(hours=60)
    kit.amend(incident, {"scopes": {"own": {"people": 40}}})
    more = text(kit, incident, "authority")
    assert "This is a follow-up to our earlier notification" in more
    assert "file number DPA-12" in more
    assert "approximate number of data subjects: left open before; now: 40" in more
    assert "later than 72 hours" not in more, "the first one was in time"
    left(kit, incident, "authority", "DPA-12")
    clock.pass_(hours=1)
    kit.amend(incident, {"scopes": {"own": {"people": 55}}})
    mended = text(kit, incident, "authority")
    assert "This corrects our earlier notification" in mended
    assert "before: 40; now: 55" in mended
    assert "What exactly has changed has not been set out" not in mended


def test_a_notification_that_was_late_stays_so(
    kit: Breachkit, clock: SetClock, controller: Callable[[int], str]
) -> None:
    incident = controller(80)
    clock.pass_(hours=1)
    kit.amend(incident, {"scopes": {"own": {"people": 40}}})
    assert "later than 72 hours" in text(kit, incident, "authority")


def test_what_we_owe_ourselves_names_no_processor(kit: Breachkit, workspace: Path) -> None:
    settings = workspace / "breachkit.toml"
    text_ = settings.read_text("utf-8").replace("telecom = false", "telecom = true")
    settings.write_text(text_, encoding="utf-8")
    incident = kit.open_incident({**ALERT, "timeline": {"detected_at": "2026-11-21 18:10 UTC"}}).id
    said = text(kit, incident, "eu-eprivacy-3")
    assert "processes data for us" not in said
