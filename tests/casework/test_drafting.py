"""Drafting: each scope's own text, gaps in words, hostile names harmless, phases as the facts ask."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from breachkit.app import Breachkit
from breachkit.errors import FactError, RefusedError
from tests.conftest import partner

HOSTILE = [
    "[log in](https://evil.test)",
    "# Heading\n- item",
    "**bold** _it_ `code`",
    "</p><script>alert(1)</script>",
    "{{ 7*7 }} {% include 'x' %}",
    "<img src=x onerror=alert(1)>",
    "شركة الكاميرات",
    "a&b <c> \"d\" 'e'",
    "x" * 190,
    "=cmd|'/C calc'!A0",
    "Robert'); DROP TABLE entries;--",
    "̷̨́Z͑ä̷l̴g̵o",
]


def delivered(kit: Breachkit, name: str) -> None:
    kit.record_delivery(name, channel="portal", at="now", reference="AZ-1")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text_in_every_output(
    kit: Breachkit, workspace: Path, name: str
) -> None:
    line = name.replace("\n", " ")
    incident = kit.open_incident(
        {
            "title": line,
            "nature": {"description": name, "plain": name},
            "consequences": {"c": {"text": name}},
            "measures": {"m": {"text": name, "state": "taken"}},
            "contact": {"name": line, "email": "desk@x.example"},
            "data": {"d": {"label": line}},
            "scopes": {"acme": {"controller": {"name": line, "contact": {"name": line}}}},
        }
    ).id
    drafts = kit.draft(incident)
    assert [one.drafted.addressee for one in drafts] == ["partner", "authority", "data_subjects"]
    for one in drafts:
        assert "<script" not in one.html
        assert "<img" not in one.html
        assert "<a " not in one.html
        assert "\n" not in one.subject
        flat = " ".join(re.sub("[\u2068\u2069]", "", one.text).split())
        assert " ".join(name.split()) in flat, "the words are there, and nothing was evaluated"
        shown = html.unescape(re.sub("<[^>]*>", "", one.html))
        assert " ".join(name.split()) in " ".join(shown.split())
    pack = kit.pack(drafts[0].drafted.notice)
    assert not [mark for mark in ("<script", "<a ", "<img") if mark in pack]
    assert kit.callsheet(incident, "acme")
    assert kit.verify().faults == ()


def test_no_scope_reads_another_ones_name_or_figures(kit: Breachkit, workspace: Path) -> None:
    scopes, marks = {}, {}
    for number in range(1, 6):
        key, figure = f"p{number}", 91_000 + number * 111
        partner(workspace, key, f"Company Nr{number} GmbH", 'country = "DE"')
        scopes[key] = {
            "people": figure,
            "records": figure + 50_000,
            "nature": {"systems": f"rack-{number}-only"},
            "groups": {"u": {"category": "end_users", "people": figure}},
        }
        marks[key] = (f"Nr{number}", f"{figure:,}", f"{figure + 50_000:,}", f"rack-{number}-only")
    incident = kit.open_incident(
        {
            "title": "x",
            "people": 987_654,
            "nature": {"description": "what happened"},
            "groups": {"u": {"category": "end_users", "people": 987_654}},
            "data": {"v": {"category": "video", "protection": {"state": "none"}}},
            "scopes": scopes,
        }
    ).id
    drafts = kit.draft(incident)
    assert len(drafts) == 15
    for one in drafts:
        both = one.text + one.html
        assert "987,654" not in both, "the total is nobody's figure"
        for key, words in marks.items():
            if key != one.drafted.scope:
                assert not [word for word in words if word in both]
        if one.drafted.addressee == "partner":
            assert all(word in both for word in marks[one.drafted.scope])
        assert not [flag for flag in one.drafted.flags if flag.startswith("names ")]


def test_a_text_that_names_another_partner_is_flagged(kit: Breachkit, workspace: Path) -> None:
    for key, name in (("acme", "Acme Cameras"), ("bravo", "Bravo Vision")):
        partner(workspace, key, name)
    incident = kit.open_incident(
        {
            "title": "x",
            "nature": {"description": "Pictures of Acme Cameras were shown at Bravo Vision."},
            "scopes": {"acme": {}, "bravo": {}},
        }
    ).id
    flags = {one.drafted.scope: one.drafted.flags for one in kit.draft(incident, to=("partner",))}
    assert flags == {
        "acme": ["names Bravo Vision, which is not this notice's addressee"],
        "bravo": ["names Acme Cameras, which is not this notice's addressee"],
    }


def test_drafting_again_changes_nothing_until_a_fact_changes(kit: Breachkit) -> None:
    incident = kit.open_incident({"title": "x", "scopes": {"acme": {}}}).id
    first = kit.draft(incident, to=("partner",))
    head = kit.head()
    again = kit.draft(incident, to=("partner",))
    assert (again[0].new, again[0].digest, kit.head()) == (False, first[0].digest, head)
    kit.amend(incident, {"nature": {"description": "now we know"}})
    third = kit.draft(incident, to=("partner",))[0].drafted
    assert (third.notice, third.version) == (first[0].drafted.notice, 2)


def test_after_delivery_new_facts_ask_for_a_supplement_and_other_facts_for_a_correction(
    kit: Breachkit,
) -> None:
    facts = {"title": "x", "scopes": {"acme": {"people": "about 100"}}}
    incident = kit.open_incident(facts).id
    delivered(kit, kit.draft(incident, to=("partner",))[0].drafted.notice)
    kit.amend(incident, {"scopes": {"acme": {"people": 104, "records": 5}}})
    second = kit.draft(incident, to=("partner",))[0].drafted
    assert (second.notice, second.phase) == ("2026-0001-n2", "supplementary")
    delivered(kit, second.notice)
    kit.amend(incident, {"scopes": {"acme": {"people": 4000}}})
    third = kit.draft(incident, to=("partner",))[0].drafted
    assert third.phase == "correction"


def test_a_final_notice_may_not_leave_a_gap(kit: Breachkit) -> None:
    incident = kit.open_incident({"title": "x", "scopes": {"acme": {}}}).id
    with pytest.raises(RefusedError, match=r"Article 6\.4\(a\)"):
        kit.draft(incident, to=("partner",), phase="final")


def test_a_withdrawal_says_what_was_found(kit: Breachkit) -> None:
    from breachkit.casework.records import Ruling

    incident = kit.open_incident({"title": "x", "scopes": {"acme": {}}}).id
    delivered(kit, kit.draft(incident, to=("partner",))[0].drafted.notice)
    for limb in ("personal_data", "security_measures"):
        said = "Only test pictures were shown"
        ruling = Ruling("rule-out", limb, said, "maria", second="otto", evidence="PD-1")
        kit.record_decision(incident, ruling)
    draft = kit.draft(incident, to=("partner",), phase="withdrawal")[0]
    assert "Only test pictures were shown" in draft.text
    assert "withdraw" in draft.text.lower()


def test_every_requirement_of_a_discharged_duty_has_a_paragraph(kit: Breachkit) -> None:
    incident = kit.open_incident({"title": "x", "scopes": {"acme": {}, "own": {}}}).id
    picture = kit.incident(incident)
    drafts = kit.draft(incident)
    for one in drafts:
        answered = {citation for block in one.document.blocks for citation in block.answers}
        for duty_id in one.drafted.discharges:
            duty = picture.duty(duty_id)
            assert duty is not None
            missing = {held.requirement.citation for held in duty.held} - answered
            assert not missing, (one.drafted.notice, duty_id)
    assert {one.drafted.addressee for one in drafts if one.drafted.scope == "own"} == {
        "authority",
        "data_subjects",
    }


def test_notices_are_drafted_with_nobody_and_nothing_configured(
    tmp_path: Path, acting: Callable[[str], Breachkit]
) -> None:
    from breachkit.app import create_workspace

    with create_workspace(tmp_path / "bare") as bare:
        incident = bare.open_incident({"title": "Something is wrong"}).id
        drafts = bare.draft(incident)
        assert len(drafts) == 3
        for one in drafts:
            assert "None" not in one.text
            assert "unnamed" not in one.text


def test_the_register_holds_no_address_and_no_text_of_a_notice(
    kit: Breachkit, workspace: Path
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    incident = kit.open_incident({"title": "x", "scopes": {"acme": {}}}).id
    draft = kit.draft(incident, to=("partner",))[0]
    assert draft.drafted.manifest["addressees"]["count"] == 1
    bodies = b"".join(line.body or b"" for line in kit.store.lines())
    assert b"desk@acme.example" not in bodies
    assert b"Dear" not in bodies
    assert draft.text.split("\n")[0].encode() not in bodies.replace(draft.subject.encode(), b"")


def test_a_text_that_is_gone_or_changed_is_named_by_verify(kit: Breachkit, workspace: Path) -> None:
    import sqlite3
    from contextlib import closing

    incident = kit.open_incident({"title": "x", "scopes": {"acme": {}}}).id
    kept = kit.draft(incident, to=("partner",))[0].drafted.tree_kept
    assert kit.verify().faults == ()
    with closing(sqlite3.connect(workspace / "register.sqlite3")) as database, database:
        database.execute("DELETE FROM kept WHERE digest = ?", (bytes.fromhex(kept),))
    faults = kit.verify().faults
    assert len(faults) == 1
    assert faults[0].matter == incident


def test_a_correction_says_what_was_wrong(kit: Breachkit) -> None:
    incident = kit.open_incident({"title": "x", "scopes": {"acme": {}}}).id
    delivered(kit, kit.draft(incident, to=("partner",))[0].drafted.notice)
    reason = "the footage was **seen**, not copied"
    (one,) = kit.draft(incident, to=("partner",), phase="correction", reason=reason)
    assert f"What was wrong, and what is right: {reason}" in " ".join(one.text.split())
    plain = kit.draft(incident, to=("partner",), phase="correction")[0]
    assert "What was wrong" not in plain.text


def test_a_reason_that_no_notice_can_show_is_refused(kit: Breachkit) -> None:
    incident = kit.open_incident({"title": "x", "scopes": {"acme": {}}}).id
    delivered(kit, kit.draft(incident, to=("partner",))[0].drafted.notice)
    for reason in ("a\ue000b", "a\u202eb", "\x1b[31m", "x" * 8001):
        with pytest.raises(FactError, match=r"^reason: "):
            kit.draft(incident, to=("partner",), phase="correction", reason=reason)


def test_no_two_notices_share_a_number(kit: Breachkit) -> None:
    incident = kit.open_incident({"title": "x", "scopes": {"acme": {}}}).id
    kit.draft(incident, to=("partner",))
    kit.amend(incident, {"title": "y", "scopes": {"zeta": {}}})
    kit.draft(incident, to=("partner",))
    kit.amend(incident, {"scopes": {"own": {}, "late": {}}})
    kit.draft(incident)
    matter = kit.incident(incident).matter
    numbers = range(1, len(matter.notices) + 1)
    assert list(matter.notices) == [f"{incident}-n{number}" for number in numbers]
    for versions in matter.notices.values():
        assert len({one.drafted.scope for one in versions}) == 1
        assert [one.drafted.version for one in versions] == list(range(1, len(versions) + 1))
