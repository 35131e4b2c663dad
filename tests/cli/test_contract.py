"""A partner's own contract as a file of the workspace: its clock, its content, its way, its language."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run, opened
from tests.conftest import SetClock, partner

DUTY = "acme-contract/9.2@acme"
CLAUSES = ("product and firmware versions concerned", "who secures the evidence")


@pytest.fixture
def signed(workspace: Path) -> Path:
    """The example that every workspace comes with, put to use, beside a partner without a contract."""
    partner(workspace, "acme", "Acme Cameras")
    partner(workspace, "bolt", "Bolt Homes")
    example = workspace / "law" / "contract.toml.example"
    (workspace / "law" / "acme.toml").write_text(example.read_text("utf-8"), encoding="utf-8")
    return workspace


def night(run: Run, *words: str) -> str:
    return opened(
        run,
        *("--partner", "acme", "--partner", "bolt"),
        *("--set", "timeline.detected_at=01:00 Europe/Berlin", *words),
    )


def flat(text: str) -> str:
    return " ".join(text.split())


def text_of(run: Run, scope: str) -> str:
    notices = run("notice", "list", "2026-0001", "--json").data["notices"]
    (name,) = [one["notice"] for one in notices if one["scope"] == scope]
    said = run("notice", "show", name)
    assert said.status == 0, said.err
    return flat(said.out)


def test_the_example_is_no_law_until_it_is_named_so(run: Run) -> None:
    assert "acme-contract" not in run("law", "list").out


def test_its_clock(run: Run, signed: Path, transcript: Callable[..., None]) -> None:
    night(run)
    lines = [f"deadline explain {DUTY}", "law show acme-contract/9.2", "status 2026-0001"]
    transcript("contract", *((f"breachkit {line}", run(*line.split())) for line in lines))
    rows = run("deadline", "list", "--json").data["deadlines"]
    # Sunday night: two working days of eight hours, from nine on Monday.
    due = {row["duty"]: row["due_at"] for row in rows}
    assert due[DUTY] == "2026-11-24T16:00:00Z"
    assert not [duty for duty in due if duty.startswith("acme-contract") and duty != DUTY]


def test_the_contract_with_one_partner_says_its_own_limit(run: Run, signed: Path) -> None:
    partner(signed, "acme", "Acme Cameras", "limit_hours = 24")
    night(run)
    due = {r["duty"]: r["due_at"] for r in run("deadline", "list", "--json").data["deadlines"]}
    assert due["imou-dpa/6.3@acme"] == "2026-11-23T00:00:00Z"  # 24 hours from the detection
    assert due[DUTY] == "2026-11-24T16:00:00Z"


def test_its_alarm_runs_before_the_detection_is_stated(run: Run, signed: Path) -> None:
    opened(run, "--partner", "acme")
    (row,) = [
        row
        for row in run("deadline", "list", "--json").data["deadlines"]
        if row["duty"].startswith("acme-contract")
    ]
    assert row["due_kind"] == "provisional"


def test_check_asks_for_its_content_in_that_scope_alone(run: Run, signed: Path) -> None:
    night(run)
    duties = {
        one["duty"]: one for one in run("incident", "check", "2026-0001", "--json").data["duties"]
    }
    asked = {one["title"]: one["answer"] for one in duties[DUTY]["requirements"]}
    assert asked == dict.fromkeys(CLAUSES, "missing")
    assert not [name for name in duties if name.startswith("acme-contract") and "@bolt" in name]
    state = ("incident", "amend", "2026-0001", "--set")
    assert run(*state, "extra.forensics=nobody").status != 0  # it belongs to the scope
    assert run(*state, "scopes.acme.extra.forensics=Forensics Ltd").status == 0
    duties = {
        one["duty"]: one for one in run("incident", "check", "2026-0001", "--json").data["duties"]
    }
    asked = {one["title"]: one["answer"] for one in duties[DUTY]["requirements"]}
    assert asked["who secures the evidence"] == "met"


def test_one_notice_meets_both_and_says_what_the_contract_wants(run: Run, signed: Path) -> None:
    night(run, "--set", "scopes.acme.extra.forensics=Forensics [Ltd](https://evil.test)")
    for words in (
        ("--set", "product.name=Cam 4"),
        ("--unknown", "product.versions=being listed", "--by", "2026-11-23 12:00 Europe/Berlin"),
    ):
        assert run("incident", "amend", "2026-0001", *words).status == 0
    drafted = run("notice", "draft", "2026-0001", "--to", "partner", "--json").data["notices"]
    notes = {one["scope"]: one["remarks"] for one in drafted}
    way = "the security desk, by the partner's security portal"
    assert notes == {"acme": [f"Clause 9.2 acme-contract prescribes: {way}"], "bolt": []}
    text = text_of(run, "acme")
    assert "Clause 9.2 of the service contract with Acme" in text
    assert "Clause 9.3(b), who secures the evidence: Forensics [Ltd](https://evil.test)" in text
    versions = "Cam 4 – not complete yet: being listed; will follow by Monday 23 November 2026"
    assert versions.replace(" 23", ", 23") in text or versions in text
    other = text_of(run, "bolt")
    assert not [word for word in ("contract", "Forensics", "Cam 4", "evidence") if word in other]
    meets = {
        one["scope"]: one["discharges"]
        for one in run("notice", "list", "2026-0001", "--json").data["notices"]
    }
    assert {DUTY, "imou-dpa/6.3@acme"} <= set(meets["acme"])
    assert DUTY not in meets["bolt"]


def test_what_the_contract_wants_is_a_gap_in_words(run: Run, signed: Path) -> None:
    night(run)
    run("notice", "draft", "2026-0001", "--to", "partner")
    text = text_of(run, "acme")
    assert "Clause 9.3(b), who secures the evidence: not established yet" in text
    assert "What our contract with you asks for in addition" not in text_of(run, "bolt")


def test_delivery_asks_for_the_channel_that_is_prescribed(
    run: Run, signed: Path, clock: SetClock
) -> None:
    night(run)
    run("notice", "draft", "2026-0001", "--to", "partner", "--scope", "acme")
    digest = run("notice", "show", "2026-0001-n1", "--digest").out.strip()[:8]
    assert run("notice", "review", "2026-0001-n1", "--digest", digest, "--as", "anna").status == 0
    released = run("notice", "approve", "2026-0001-n1", "--confirm", digest, "--as", "otto")
    assert released.status == 0, released.err
    acts = run("status", "2026-0001", "--json").data["acts"]
    (act,) = [one for one in acts if DUTY in {duty["duty"] for duty in one["duties"]}]
    assert act["waits_for"].endswith("(the security desk, by the partner's security portal)")
    channel = """'the partner'"'"'s security portal'"""
    assert act["command"].endswith(f"2026-0001-n1 --channel {channel} --at TIME")
    delivered = ("notice", "record-delivery", "2026-0001-n1", "--channel", "portal", "--at", "now")
    assert run(*delivered).status == 0
    told = {
        row["duty"]: row["told"]
        for row in run("deadline", "list", "--all", "--json").data["deadlines"]
    }
    assert (told[DUTY], told["imou-dpa/6.3@acme"]) == ("in time", "in time")


def test_a_set_has_no_channel_of_one_partner(run: Run, signed: Path) -> None:
    night(run)
    drafted = run("notice", "draft", "2026-0001", "--to", "partner", "--json").data["notices"]
    assert len(drafted) == 2
    digest = run("notice", "show", "2026-0001-s1", "--digest").out.strip()[:8]
    assert run("notice", "review", "2026-0001-s1", "--digest", digest, "--as", "anna").status == 0
    released = run("notice", "approve", "2026-0001-s1", "--confirm", digest, "--as", "otto")
    assert released.status == 0, released.err
    commands = [act["command"] for act in run("status", "2026-0001", "--json").data["acts"]]
    assert "breachkit notice record-delivery 2026-0001-s1 --channel CHANNEL --at TIME" in commands


def test_the_language_of_the_partner(run: Run, signed: Path) -> None:
    partner(signed, "acme", "Acme Cameras", 'language = "de"')
    night(run)
    said = run("notice", "draft", "2026-0001", "--to", "partner")
    assert "written in en: acme has agreed on de; a template partner/de.md.j2" in flat(said.out)
    sentence = "Another language is agreed for notices to you."
    assert sentence in text_of(run, "acme")
    assert sentence not in text_of(run, "bolt")
    folder = signed / "templates" / "partner"
    folder.mkdir()
    german = "Subject: Meldung {{ incident }}\n\n# Meldung\n\nAn: {{ recipient }}\n"
    (folder / "de.md.j2").write_text(german, encoding="utf-8")
    again = run("notice", "draft", "2026-0001", "--to", "partner", "--json").data["notices"]
    assert {one["scope"]: one["language"] for one in again} == {"acme": "de", "bolt": "en"}
    assert not [text for one in again for text in one["remarks"] if "written in" in text]
    forced = run("notice", "draft", "2026-0001", "--to", "partner", "--language", "en", "--json")
    assert {one["language"] for one in forced.data["notices"]} == {"en"}


@pytest.mark.parametrize("language", ["German", "../partner/en", "de-AT"])
def test_a_language_without_a_template_never_stops_a_draft(
    run: Run, signed: Path, language: str
) -> None:
    partner(signed, "acme", "Acme Cameras", f'language = "{language}"')
    night(run)
    (one, _) = run("notice", "draft", "2026-0001", "--to", "partner", "--json").data["notices"]
    assert one["language"] == "en"
    assert f"acme has agreed on {language}" in one["remarks"][0]


def test_an_incident_without_the_partner_knows_nothing_of_it(run: Run, signed: Path) -> None:
    opened(run, "--partner", "bolt")
    assert "acme" not in run("status", "2026-0001").out
    assert "acme-contract" not in run("deadline", "list", "--all").out


def test_a_broken_contract_is_refused_with_its_line(run: Run, signed: Path) -> None:
    path = signed / "law" / "acme.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('limit = "16 working hours"', 'limit = "soon"'), encoding="utf-8")
    said = run("law", "list")
    line = 1 + text.splitlines().index("[[obligation]]")
    assert said.status != 0
    assert f"acme.toml:{line}: obligation 9.2: limit: 'soon' is no limit" in said.error
