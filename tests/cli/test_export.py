"""The common template at the command line: checked, stated field by field, exported."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, Said, opened, written
from tests.conftest import SetClock, partner

INCIDENTS = Path(__file__).parents[1] / "incidents"


def own(run: Run, *words: str) -> str:
    """Open an incident in which we are controller ourselves."""
    return opened(run, "--set", "scopes.own.capacity=controller", *words)


def exported(run: Run, name: str, *words: str) -> dict[int, dict[str, Any]]:
    """Return the fields of an exported document by row."""
    said = run("notice", "export", name, *words)
    assert said.status == 0, said.err
    return {one["row"]: one for one in said.data["fields"]}


def state(run: Run, incident: str, *pairs: str) -> Said:
    """State answers in the scope own: r57=no, ..."""
    sets = [word for pair in pairs for word in ("--set", f"scopes.own.form.{pair}")]
    return run("incident", "amend", incident, *sets)


# Transcripts


def test_check_and_sheet(run: Run, transcript: Callable[..., None]) -> None:
    path = INCIDENTS / "gladsaxe-2018-12.toml"
    incident = run("incident", "open", str(path), "--json").data["incident"]
    state(run, incident, "r23=dpo", "r4=complete", "r56=To be", "r61=Internal malicious", "r113=no")
    check = f"incident check {incident} --notice authority"
    sheet = f"notice export {incident} --format copy-sheet"
    transcript("template_check", (f"breachkit {check}", run(*check.split())))
    transcript("template_sheet", (f"breachkit {sheet}", run(*sheet.split())))


# Checking


def test_the_template_is_out_of_sight_until_it_is_asked_for(run: Run) -> None:
    incident = own(run)
    for words in ([], ["--form"], ["--form", "--notice", "authority"], ["--notice", "partner"]):
        said = run("incident", "check", incident, *words)
        assert "COMMON TEMPLATE" not in said.out
        assert "form.r" not in said.out
    assert "template" not in run("incident", "check", incident, "--json").data
    assert "COMMON TEMPLATE" in run("incident", "check", incident, "--notice", "authority").out


def test_check_credits_the_words_and_says_how_well_they_are_known(run: Run) -> None:
    said = run("incident", "check", own(run), "--notice", "authority")
    assert "[secondary]" in said.out
    assert "CC BY 4.0" in said.out


SAMPLES = {"TEXT": "a text", "NUMBER": "3", "TIME ZONE": "2026-11-22 01:00 UTC"}


def typed(one: dict[str, Any]) -> list[str]:
    """Return a command with its words in capitals filled in."""
    words = shlex.split(one["command"])[1:]
    for place, word in enumerate(words):
        path, equals, value = word.partition("=")
        if equals and not word.startswith("-"):
            choice = one["choices"][0] if one["choices"] else ""
            said = SAMPLES.get(value, value.replace("CHOICE", choice))
            said = {"email": "a@b.example", "country": "DE"}.get(path.split(".")[-1], said)
            words[place] = f"{path}={said}"
    return words


def test_every_command_for_the_template_can_be_typed_and_closes_its_field(run: Run) -> None:
    incident = own(run, "--set", 'nature.kinds=["confidentiality"]')
    asked = ("incident", "check", incident, "--notice", "authority", "--json")
    first = run(*asked).data["template"][0]
    for _ in range(2):
        found = run(*asked).data["template"][0]
        for one in [*found["open"], *found["questions"], *found["proposed"]]:
            words = typed(one)
            if words[0] != "decision":
                done = run(*words)
                assert done.status == 0, (words, done.err)
    after = run(*asked).data["template"][0]
    still = {one["row"] for one in after["open"]} & {one["row"] for one in first["open"]}
    assert not still
    assert {one["row"] for one in after["proposed"]} == {89, 90}


def test_scopes_that_lack_the_same_stand_together_and_apart_where_they_differ(run: Run) -> None:
    incident = opened(run, *(word for key in ("acme", "bolt") for word in ("--partner", key)))
    said = run("incident", "check", incident, "--notice", "authority")
    assert "  acme, bolt: initial, incomplete;" in said.out
    run("incident", "amend", incident, "--set", "scopes.bolt.form.r60=misconfiguration")
    said = run("incident", "check", incident, "--notice", "authority")
    assert "  acme: initial, incomplete;" in said.out
    assert "  bolt: initial, incomplete;" in said.out
    only = run("incident", "check", incident, "--notice", "authority", "--scope", "bolt", "--json")
    assert [one["scope"] for one in only.data["template"]] == ["bolt"]


def test_partners_nobody_has_named_have_no_form_yet(run: Run) -> None:
    said = run("incident", "check", opened(run), "--notice", "authority")
    assert said.status == 0
    assert "unnamed.form" not in said.out


# Stating


@pytest.mark.parametrize(
    ("pair", "stored"),
    [
        ("r57=Yes", "intact"),
        ("r57=No", "no"),
        ("r57=no", "no"),
        ("r38=true", "yes"),
        ('r55=["integrity","confidentiality"]', ["confidentiality", "integrity"]),
        ("r55=Integrity", ["integrity"]),
        ("r29=true", True),
        ("r29=No", False),
        ("r94=Change of processes", ["processes"]),
        ("r115=DE", ["DE"]),
        ("r40=Acme Ltd", ["Acme Ltd"]),
        ("r12=Vendor", "Vendor"),
    ],
)
def test_an_answer_is_stored_by_its_key(run: Run, pair: str, stored: object) -> None:
    incident = own(run)
    said = state(run, incident, pair)
    assert said.status == 0, said.err
    facts = run("incident", "show", incident, "--json").data["facts"]
    assert facts["scopes"]["own"]["form"][pair.partition("=")[0]] == stored


def test_numbers_and_times_are_stored_as_such(run: Run) -> None:
    incident = own(run)
    state(run, incident, "r68=about 900", "r99=2026-12-01 Europe/Berlin", "r117.DE=3", "r117.FR=4")
    form = run("incident", "show", incident, "--json").data["facts"]["scopes"]["own"]["form"]
    assert (form["r68"]["form"], form["r68"]["value"]) == ("approximate", 900)
    assert form["r99"]["precision"] == "day"
    assert {key: one["value"] for key, one in form["r117"].items()} == {"DE": 3, "FR": 4}
    state(run, incident, "r113=yes", "r97=no_date_set", "r67=approximate")
    found = exported(run, incident)
    assert found[68]["text"] == "about 900"
    assert found[99]["text"] == "2026-12-01"
    assert found[117]["text"] == "DE: 3\nFR: 4"


@pytest.mark.parametrize(
    ("pair", "error", "hint"),
    [
        ("r57=Maybe", "'Maybe' is none of its options", "intact (Yes and protection"),
        ("r56=Personal", "could be exfiltrated, likely, not_exfiltrated", "one of: exfiltrated"),
        ("r87=Huge", "row 87, 'Severity of the potential impacts'", "minor (Minor)"),
        ("r9=x", "has no field 'r9'", "near it: r7, r10, r11"),
        ("r500=x", "has no field 'r500'", "a row is written r57"),
        ("severity=x", "has no field 'severity'", "a row is written r57"),
        ("r29=perhaps", "row 29 takes yes or no, found 'perhaps'", ""),
        ("r68=many", "row 68", ""),
        ("r99=tomorrow", "row 99", ""),
        ("r99=2026-12-01", "has no zone", ""),
        ("r115=GB", "GB (United Kingdom) is no country of the EEA", "one of: AT, BE"),
        ("r115=XX", "'XX' is no country code of ISO 3166-1", ""),
        ("r118=Zeus", "'Zeus' is no authority of the EEA", "breachkit authority list"),
        ("r118=GB", "'GB' is no authority of the EEA", "breachkit authority list"),
        (
            "r123=Datatilsynet",
            "could be Datatilsynet, Denmark; Datatilsynet, Norway",
            "breachkit authority list",
        ),
        ("r117=300", "row 117 takes a number for each country", "r117.DE=300"),
        ("r117.GB=300", "is no country of the EEA", "one of: AT, BE"),
        ("r117.DE=many", "scopes.own.form.r117.DE", ""),
        ('r12=["a"]', "row 12 takes a text", ""),
        ('r57=["intact","no"]', "is none of its options", "one of: intact"),
        ('r57={"a":1}', "is none of its options", ""),
        ('r68={"a":1}', "row 68", ""),
        ("r12=a\u202eb", "U+202E", ""),
        ("r12= ", "takes a path and a value", ""),
    ],
)
def test_what_does_not_fit_its_field_is_refused(run: Run, pair: str, error: str, hint: str) -> None:
    incident = own(run)
    said = state(run, incident, pair)
    assert said.status == 2
    assert error in said.error
    assert hint in said.hint
    assert "form" not in run("incident", "show", incident, "--json").data["facts"]["scopes"]["own"]


def test_an_answer_is_taken_back_and_stated_as_not_yet_known(run: Run) -> None:
    incident = own(run)
    state(run, incident, "r60=misconfiguration")
    run("incident", "amend", incident, "--unset", "scopes.own.form.r60")
    assert exported(run, incident)[60]["state"] == "open"
    run("incident", "amend", incident, "--unknown", "scopes.own.form.r60=being looked into")
    found = exported(run, incident)[60]
    assert (found["state"], found["not_yet_known"]["reason"]) == ("open", "being looked into")
    said = run("incident", "amend", incident, "--unknown", "scopes.own.form.r61x=why")
    assert "has no field 'r61x'" in said.error


def test_a_file_states_answers_like_a_flag(run: Run, workspace: Path) -> None:
    incident = own(run)
    facts = {"scopes": {"own": {"form": {"r57": "No", "r40": ["A", "B"], "r29": True}}}}
    said = run("incident", "amend", incident, "--from", written(workspace, "more.json", facts))
    assert said.status == 0, said.err
    wrong = {"scopes": {"own": {"form": {"r57": 7}}}}
    said = run("incident", "amend", incident, "--from", written(workspace, "more.json", wrong))
    assert "'7' is none of its options" in said.error
    for shape in ({"form": "x"}, {"form": ["x"]}, "x"):
        bad = written(workspace, "more.json", {"scopes": {"own": shape}})
        assert run("incident", "amend", incident, "--from", bad).status == 2


# Exporting


def test_the_document_holds_all_fields_with_key_words_source_and_state(run: Run) -> None:
    path = INCIDENTS / "gladsaxe-2018-12.toml"
    incident = run("incident", "open", str(path), "--json").data["incident"]
    said = run("notice", "export", incident)
    document = json.loads(said.out)
    assert document == run("notice", "export", incident, "--json").data
    assert document["format"] == "breachkit/edpb-json/1"
    assert document["template"]["version"] == "1.0"
    assert "CC BY 4.0" in document["template"]["credit"]
    assert document["status"] == "incomplete"
    assert len(document["fields"]) == 100
    found = {one["row"]: one for one in document["fields"]}
    assert found[61]["key"] == "external_malicious"
    assert found[61]["value"] == found[61]["text"] == "External malicious"
    assert found[61]["sources"] == ["nature.origin", "nature.malicious"]
    assert found[68]["sources"] == ["scopes.own.people"]
    assert found[68]["text"] == "20620"
    assert found[60]["state"] == "open"
    assert 60 in document["open"]
    assert found[65]["value"] == [
        "Additional concerned data subjects (please specify in further description)"
    ]


def test_an_empty_incident_is_exported_all_the_same(run: Run) -> None:
    incident = own(run)
    for form in ("edpb-json", "copy-sheet"):
        said = run("notice", "export", incident, "--format", form)
        assert said.status == 0
    assert "**  OPEN" in said.out
    assert "( ) Misconfiguration" in said.out


def test_one_document_is_about_one_scope_and_names_nobody_else(run: Run, workspace: Path) -> None:
    for key, name in (("acme", "Acme Cameras"), ("bolt", "Bolt Systems")):
        partner(workspace, key, name)
    incident = opened(
        run, "--partner", "acme", "--partner", "bolt", "--set", "people=5000",
        *("--set", "scopes.acme.people=1234", "--set", "scopes.bolt.people=3766"),
        *("--set", "scopes.bolt.controller.authority=Authority of Bolt"),
    )  # fmt: skip
    said = run("notice", "export", incident)
    assert said.status == 2
    assert said.error == f"which scope? {incident} has acme, bolt"
    assert said.hint == f"breachkit notice export {incident} --scope acme"
    for form in ("edpb-json", "copy-sheet"):
        text = run("notice", "export", incident, "--scope", "acme", "--format", form).out
        assert "1234" in text
        assert "Acme Cameras" in text
        for other in ("3766", "5000", "Bolt", "bolt"):
            assert other not in text
    assert run("notice", "export", incident, "--scope", "nobody").status == 2


def test_a_shared_text_that_names_another_partner_is_marked(run: Run, workspace: Path) -> None:
    for key, name in (("acme", "Acme Cameras"), ("bolt", "Bolt Systems")):
        partner(workspace, key, name)
    words = ("--partner", "acme", "--partner", "bolt")
    told = "nature.description=Bolt Systems saw it first."
    incident = opened(run, *words, "--set", told)
    assert exported(run, incident, "--scope", "acme")[62]["warning"]
    assert exported(run, incident, "--scope", "bolt")[62]["warning"] is None
    sheet = run("notice", "export", incident, "--scope", "acme", "--format", "copy-sheet").out
    assert "**  names another controller concerned by the incident" in sheet


HOSTILE = [
    "x\n[ 87] M  Severity of the potential impacts\n       Severe",
    "x\n   **  ERROR: all is well",
    '"},{"row":87,"value":"Severe"}',
    "<script>alert(1)</script>",
    "[log in](https://evil.test)",
    "{{ incident }} {% raw %}",
    "$(reboot) `reboot` ; rm -rf /",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_values(run: Run, workspace: Path, text: str) -> None:
    incident = own(run)
    facts = {"scopes": {"own": {"controller": {"name": text.replace("\n", " ")}}}}
    facts["scopes"]["own"]["form"] = {"r90": text, "r40": [text]}
    said = run("incident", "amend", incident, "--from", written(workspace, "more.json", facts))
    assert said.status == 0, said.err
    found = exported(run, incident)
    assert len(found) == 100
    assert found[90]["text"] == text
    assert found[87]["state"] == "open"
    sheet = run("notice", "export", incident, "--format", "copy-sheet").out
    heads = re.findall(r"^\[ *(\d+)\] [MCO]  ", sheet, re.MULTILINE)
    assert len(heads) == len(set(heads))
    assert "ERROR" not in "".join(line for line in sheet.splitlines() if line.startswith("   **  "))
    for line in text.split("\n"):
        assert f"       {line}" in sheet


def test_a_notice_is_exported_as_it_was_drafted(run: Run, clock: SetClock) -> None:
    incident = own(run, "--set", "nature.description=First words.")
    drafted = run("notice", "draft", incident, "--to", "authority", "--json").data
    name = json.dumps(drafted)
    found = re.search(rf"{incident}-n\d+", name)
    assert found
    notice = found[0]
    clock.pass_(hours=1)
    run("incident", "amend", incident, "--set", "nature.description=Later words.")
    said = run("notice", "export", notice)
    assert said.data["notice"] == f"{notice}.1"
    assert {one["row"]: one["value"] for one in said.data["fields"]}[62] == "First words."
    assert exported(run, incident)[62]["value"] == "Later words."
    assert f"breachkit notice export {incident}" in said.err


def test_a_filing_after_the_first_is_a_follow_up_with_its_number(run: Run, clock: SetClock) -> None:
    incident = own(
        run,
        *("--set", "nature.description=Words.", "--set", "scopes.own.people=12"),
        *("--set", "scopes.own.timeline.controller_aware_at=02:10 Europe/Berlin"),
    )
    assert exported(run, incident)[3]["key"] == "new"
    run("notice", "draft", incident, "--to", "authority")
    notice = f"{incident}-n1"
    said = run(
        *("notice", "record-delivery", notice, "--channel", "portal", "--at", "now"),
        *("--reference", "DPA-77"),
    )
    assert said.status == 0, said.err
    later = exported(run, incident)
    assert (later[3]["key"], later[6]["text"]) == ("follow_up", "DPA-77")
    assert later[49]["state"] == "not asked"
    clock.pass_(hours=100)
    first = exported(run, notice)
    assert first[3]["key"] == "new"


def test_a_late_first_filing_asks_for_its_reasons(run: Run, clock: SetClock) -> None:
    aware = "scopes.own.timeline.controller_aware_at=02:10 Europe/Berlin"
    incident = own(run, "--set", aware)
    assert exported(run, incident)[49]["state"] == "not asked"
    clock.pass_(hours=73)
    assert exported(run, incident)[49]["state"] == "open"
    run("incident", "amend", incident, "--set", "scopes.own.delay.reason=The portal was down.")
    assert exported(run, incident)[49]["text"] == "The portal was down."


def test_a_decision_on_risk_reaches_rows_89_90_and_97(run: Run) -> None:
    incident = own(run)
    done = run(
        *("decision", "record", incident, "--scope", "own", "--risk-people", "high"),
        *("--reason", "Passwords in the clear."),
    )
    assert done.status == 0, done.err
    found = exported(run, incident)
    assert found[89]["key"] == "high_risk"
    assert found[90]["text"] == "Passwords in the clear."
    assert found[97]["state"] == "open"


BAND = (
    "nature.malicious=false",
    "data.d1.identifiability=maximum",
    "data.d1.protection.state=none",
)

MISTAKE = "data.d1.category=email", "nature.disclosure=sent", "nature.recipient.who=known"


def of_band(run: Run, *facts: str) -> str:
    """Return an incident of which the ENISA score is settled; MISTAKE: e-mail addresses sent."""
    sets = [word for one in (*BAND, *facts) for word in ("--set", one)]
    kinds = 'nature.kinds=["confidentiality"]'
    groups = ("--set", "groups.g1.category=customers", "--set", kinds)
    return own(run, *groups, *sets)


@pytest.mark.parametrize(
    ("facts", "band", "key"),
    [
        (MISTAKE, "low", "minor"),
        (("data.d1.category=orders", "nature.disclosure=taken"), "medium", "moderate"),
        (("data.d1.category=location", "nature.disclosure=taken"), "high", "severe"),
        (("data.d1.category=health", "nature.disclosure=taken"), "very high", "severe"),
    ],
)
def test_the_cross_check_proposes_the_severity(
    run: Run, facts: tuple[str, ...], band: str, key: str
) -> None:
    incident = of_band(run, *facts)
    one = exported(run, incident)[87]
    assert (one["key"], one["proposed"]) == (key, True)
    assert f"the ENISA cross-check gives {band} (SE = " in one["remark"]
    asked = ("incident", "check", incident, "--notice", "authority", "--json")
    assert 87 in {one["row"] for one in run(*asked).data["template"][0]["proposed"]}
    state(run, incident, "r87=moderate")
    stated = exported(run, incident)[87]
    assert (stated["key"], stated["proposed"], stated["facts_say"]) == ("moderate", False, None)


def test_a_severity_that_the_facts_leave_open_is_to_be_determined(run: Run) -> None:
    incident = own(run, "--set", "data.d1.category=orders")
    found = exported(run, incident)
    assert found[87]["key"] == "to_be_determined"
    assert "low to very high, as facts are missing" in found[87]["remark"]
    assert found[89]["key"] == "more_information_needed"
    assert "- intent: not known" in found[90]["text"]
    assert exported(run, own(run))[87]["state"] == "open"


def test_the_decision_recorded_comes_before_the_proposal(run: Run) -> None:
    incident = of_band(run, *MISTAKE)
    before = exported(run, incident)
    assert before[87]["key"] == "minor"
    assert [before[row]["proposed"] for row in (87, 89, 90)] == [True] * 3
    run(
        *("decision", "record", incident, "--scope", "own", "--risk-people", "high"),
        *("--reason", "They are refugees."),
    )
    after = exported(run, incident)
    assert [after[row]["key"] for row in (87, 89)] == ["severe", "high_risk"]
    assert [after[row]["proposed"] for row in (87, 89, 90)] == [False] * 3
    assert after[90]["text"] == "They are refugees."
    assert "the ENISA cross-check gives low" in after[87]["remark"]


def test_a_proposal_is_marked_on_the_sheet(run: Run) -> None:
    incident = of_band(run, *MISTAKE)
    sheet = run("notice", "export", incident, "--format", "copy-sheet").out
    assert "**  our proposal: the ENISA cross-check gives low" in sheet
    assert "has not decided; confirm or replace it" in sheet
    checked = run("incident", "check", incident, "--notice", "authority").out
    assert "3 proposed by us" in checked


def phase_of(run: Run, incident: str, *words: str) -> dict[str, Any]:
    asked = ("incident", "check", incident, "--notice", "authority", "--json", *words)
    return dict(run(*asked).data["template"][0])


def test_each_phase_asks_what_it_needs(run: Run, clock: SetClock) -> None:
    incident = own(run)
    first = phase_of(run, incident)
    assert (first["phase"], first["status"], first["problems"]) == ("initial", "incomplete", [])
    final = phase_of(run, incident, "--phase", "final")
    assert (final["phase"], final["status"]) == ("final", "complete")
    assert "are not settled" in final["problems"][0]["problem"]
    assert len(final["open"]) == len(first["open"])
    notice = run("notice", "draft", incident, "--to", "authority", "--json").data["notices"][0]
    left = ("--channel", "portal", "--at", "now", "--reference", "AZ-1")
    assert run("notice", "record-delivery", notice["notice"], *left).status == 0
    assert phase_of(run, incident)["phase"] == "supplementary"
    run(
        *("decision", "record", incident, "--scope", "own", "--risk-authority", "unlikely"),
        *("--reason", "Nobody could read it."),
    )
    taken_back = phase_of(run, incident)
    assert (taken_back["phase"], taken_back["status"]) == ("withdrawal", "withdraw")
    assert {one["row"] for one in taken_back["open"]} <= {12, 13, 21, 22, 23}
    assert not taken_back["problems"]
    found = exported(run, incident)
    assert found[5]["text"] == "Nobody could read it."
    assert (found[6]["text"], found[89]["state"]) == ("AZ-1", "not asked")


def placed(run: Run, country: str, *people: str) -> dict[int, dict[str, Any]]:
    sets = [word for one in people for word in ("--set", f"scopes.own.countries.{one}")]
    home = f"scopes.own.controller.country={country}"
    return exported(run, own(run, "--set", home, *sets))


def test_who_is_told_follows_from_where_the_controller_and_the_people_are(run: Run) -> None:
    across = placed(run, "FR", "FR.people=700", "RE.people=20", "LT.people=300", "US.people=9")
    lead = "Commission nationale de l'informatique et des libertés (CNIL), France"
    assert across[113]["key"] == "yes"
    assert (across[114]["text"], across[118]["value"]) == (lead, [lead])
    assert across[116]["value"] == ["FR", "LT"]
    assert across[117]["text"] == "FR: 720\nLT: 300"
    outside = placed(run, "CN", "DE-BY.people=5", "DE-HE.people=7", "LT.people=300")
    assert outside[120]["key"] == "yes"
    assert outside[122]["text"] == "DE: 12\nLT: 300"
    assert len(outside[123]["value"]) == 2, "in Bavaria two authorities are open"
    overseas = placed(run, "RE", "RE.people=5")
    assert (overseas[113]["state"], overseas[120]["state"]) == ("open", "not asked")
    greenland = placed(run, "GL", "DK.people=5")
    assert (greenland[120]["key"], greenland[123]["value"]) == ("yes", ["Datatilsynet, Denmark"])


@pytest.mark.parametrize(
    ("country", "mark"),
    [("FR", "French"), ("IE", None), ("BE", "French, Dutch or German"), ("CH", None)],
)
def test_an_export_for_an_authority_of_another_language_is_a_working_draft(
    run: Run, country: str, mark: str | None
) -> None:
    incident = own(run, "--set", f"scopes.own.controller.country={country}")
    assert run("notice", "export", incident).data["working_draft_file_in"] == mark
    sheet = run("notice", "export", incident, "--format", "copy-sheet").out
    assert (f"Working draft, file in: {mark}." in sheet) is bool(mark)


def test_the_authorities_are_offered_and_named_by_code_name_or_part_of_it(run: Run) -> None:
    incident = own(run, "--set", "scopes.own.controller.country=DE")
    state(run, incident, "r113=yes")
    sheet = run("notice", "export", incident, "--format", "copy-sheet").out
    offered = sheet.partition("[118]")[2].partition("[125]")[0]
    assert offered.count("( )") == 30 + 17 + 1
    assert "( ) Žurnalistų etikos inspektoriaus tarnyba, Lithuania" in offered
    asked = run("incident", "check", incident, "--notice", "authority", "--json").data
    one = next(one for one in asked["template"][0]["open"] if one["row"] == 118)
    assert {"FR", "DE-BY", "LT-ZEIT"} <= set(one["choices"])
    done = state(run, incident, 'r118=["fr","CNIL","LT-ZEIT","Datatilsynet, Norway"]')
    assert done.status == 0, done.err
    assert exported(run, incident)[118]["value"] == [
        "Commission nationale de l'informatique et des libertés (CNIL), France",
        "Žurnalistų etikos inspektoriaus tarnyba, Lithuania",
        "Datatilsynet, Norway",
    ]


def test_a_partners_notice_is_no_filing(run: Run) -> None:
    incident = opened(run, "--partner", "acme")
    run("notice", "draft", incident, "--to", "partner")
    notice = f"{incident}-n1"
    said = run("notice", "export", notice)
    assert said.status == 2
    assert said.error == f"{notice} is a notice to partner; the template is an authority's"


def test_the_file_is_for_its_owner_alone_and_says_where_it_is(run: Run, workspace: Path) -> None:
    incident = own(run)
    said = run("notice", "export", incident, "--format", "copy-sheet", "-o", "sheet.txt")
    assert said.out == "wrote sheet.txt\n"
    path = workspace / "sheet.txt"
    assert path.stat().st_mode & 0o777 == 0o600
    shown = run("notice", "export", incident, "--format", "copy-sheet", "-o", "-").out
    assert path.read_text("utf-8") == shown


def test_the_library_gives_the_same_document(run: Run, workspace: Path, clock: SetClock) -> None:
    from breachkit.app import open_workspace
    from breachkit.errors import BadInputError

    incident = own(run)
    with open_workspace(workspace, clock=clock) as kit:
        assert f"{kit.export(incident)}\n" == run("notice", "export", incident).out
        with pytest.raises(BadInputError, match="no format 'pdf'"):
            kit.export(incident, "pdf")  # type: ignore[arg-type]


def test_what_hides_in_a_text_is_written_out_on_the_sheet(run: Run) -> None:
    incident = own(run)
    state(run, incident, "r90=a\u200bb")
    sheet = run("notice", "export", incident, "--format", "copy-sheet").out
    assert "       a\\u200bb" in sheet
    assert "\u200b" not in sheet


def test_where_nothing_is_owed_nothing_is_withdrawn_that_never_left(run: Run) -> None:
    incident = own(run)
    done = run(
        *("decision", "record", incident, "--scope", "own", "--risk-authority", "unlikely"),
        *("--reason", "Nobody could read it."),
    )
    assert done.status == 0, done.err
    said = run("notice", "export", incident).data
    assert (said["phase"], said["status"]) == ("initial", "incomplete")
    assert said["fields"][0]["key"] == "new"
