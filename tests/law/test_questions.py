"""Questions on which duties hang: sentences for every fact that the laws ask about, never a bare path."""

import pytest

from breachkit.adapters import lawbook
from breachkit.app import Breachkit
from breachkit.domain.people import PROFILE_QUESTIONS
from breachkit.domain.predicate import facts_of
from breachkit.domain.question import PARTNER_QUESTIONS, ask_for

LAW = lawbook.load([lawbook.packaged()])
PATHS = sorted({path for law in LAW.obligations() for path in facts_of(law.when)})
ASKED = [one for one in PATHS if one.partition(".")[0] not in {"profile", "findings", "timeline"}]


@pytest.mark.parametrize("path", ASKED)
def test_every_fact_on_which_a_duty_hangs_has_a_question(path: str) -> None:
    asked = ask_for(path)
    assert asked.endswith("?")
    assert path not in asked or "." not in path
    assert not asked.startswith("what is to be said")


def test_a_scope_and_a_key_ask_the_same() -> None:
    assert ask_for("scopes.acme.capacity") == ask_for("capacity")
    assert ask_for("data.video.protection.state") == ask_for("data.*.protection.state")
    assert ask_for("custom.fact") == "what is to be said of custom.fact?"


def test_a_partner_is_asked_what_we_are_asked() -> None:
    ours = PROFILE_QUESTIONS.keys() - {"sells_in"}
    assert PARTNER_QUESTIONS.keys() == ours, "where products are sold is asked of us alone"


def test_the_origin_is_asked_in_a_sentence(kit: Breachkit) -> None:
    kit.open_incident({"title": "x", "scopes": {"acme": {}}})
    rows = kit.overview().rows
    asked = {row.question: row.question_command for row in rows}
    sentence = (
        "where does the breach come from: from us, or from somebody else?"
        " (own, insider, affiliate, subprocessor, partner, researcher)"
    )
    assert asked[sentence] == "breachkit incident amend 2026-0001 --set origin.kind=VALUE"
