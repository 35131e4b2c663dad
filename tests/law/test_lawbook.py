"""Law files: what the packaged ones hold, and that nothing half understood is taken."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from breachkit.adapters.lawbook import Lawbook, load, packaged
from breachkit.domain.obligation import Obligation, Requirement
from breachkit.domain.predicate import holds
from breachkit.errors import LawError, UnknownNameError

BOOK = load([packaged()])

INSTRUMENT = """
[instrument]
id = "acme"
title = "Acme agreement"
short = "Acme"
kind = "contract"
citation = "Acme agreement"
in_force = { from = 2024-01-01 }
standing = "text"
source = "the signed copy"
"""

OBLIGATION = """
[[obligation]]
id = "1"
citation = "Article 1"
title = "notify Acme"
owed_by = "processor"
addressee = "partner"
owed = "always"
event = "discovery"
trigger = "timeline.discovered_at"
limit = "24 hours"
standing = "text"
"""

REQUIRES = """
[[obligation.requires]]
citation = "Article 2"
title = "what happened"
facts = ["nature.description"]
unknown = "never"
"""


def written(folder: Path, text: str, name: str = "acme.toml") -> Lawbook:
    """Return the law of a folder with one file."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return load([folder])


def requirements(qualified_id: str, citation: str) -> list[Requirement]:
    """Return what an obligation requires under one citation."""
    found = BOOK.obligation(qualified_id).requirements
    return [each for each in found if each.citation == citation]


FIRST = [o for o in BOOK.obligations() if o.instrument in {"eu-gdpr", "imou-dpa"}]
"""The obligations of the two instruments that every partner's incident starts from."""


def test_the_obligations_of_the_agreement_and_the_gdpr() -> None:
    assert [o.qualified_id for o in FIRST] == [
        "eu-gdpr/33-2",
        "eu-gdpr/33-1",
        "eu-gdpr/34-1",
        "imou-dpa/6.3",
        "imou-dpa/6.5",
        "imou-dpa/4.6-iii",
        "imou-dpa/scc-5-d-ii",
    ]
    shown = {
        o.qualified_id: (str(o.owed_by), str(o.addressee), str(o.owed), str(o.standing), o.limit)
        for o in FIRST
    }
    figures = {name: str(row[4]) for name, row in shown.items() if row[4]}
    assert figures == {"eu-gdpr/33-1": "72 hours", "imou-dpa/6.3": "48 hours"}
    assert shown["eu-gdpr/33-1"][:4] == ("controller", "authority", "unless_risk_unlikely", "text")
    assert shown["eu-gdpr/34-1"][:4] == ("controller", "data_subjects", "if_high_risk", "text")
    assert shown["imou-dpa/6.3"][:4] == ("processor", "partner", "always", "text")
    assert shown["imou-dpa/scc-5-d-ii"][3] == "secondary"
    assert "repealed" in " ".join(BOOK.obligation("imou-dpa/scc-5-d-ii").notes)


def test_every_row_has_citation_and_standing() -> None:
    for o in BOOK.obligations():
        parts = (*o.requirements, *o.readings, *o.cautions)
        assert all(part.citation and part.standing for part in (o, *parts))
    for instrument in BOOK.instruments:
        assert instrument.citation
        assert all(each.citation and each.standing for each in instrument.provisions)


def test_article_6_4_is_required_in_all_its_letters() -> None:
    found = BOOK.obligation("imou-dpa/6.3").requirements
    letters = [(r.citation.removeprefix("Article 6.4"), str(r.unknown)) for r in found]
    assert letters == [
        ("(a)", "never"),
        ("(a)", "never"),  # which people
        ("(a)", "initial"),  # how many
        ("(a)", "never"),  # which data
        ("(a)", "initial"),  # how many records
        ("(b)", "never"),
        ("(b)", "initial"),
        ("(c)", "never"),
        ("(d)", "always"),
        ("(e)", "always"),
    ]
    contact = requirements("imou-dpa/6.3", "Article 6.4(c)")[0]
    assert (contact.facts, contact.any_of) == (
        ("contact.name",),
        ("contact.email", "contact.phone"),
    )
    assert [str(r.standing) for r in found] == [*["text"] * 6, "derived", *["text"] * 3]


def test_article_33_3_is_required_in_all_its_letters() -> None:
    cited = [r.citation for r in BOOK.obligation("eu-gdpr/33-1").requirements]
    assert sorted(set(cited)) == [
        "Article 33(1)",
        "Article 33(3)(a)",
        "Article 33(3)(b)",
        "Article 33(3)(c)",
        "Article 33(3)(d)",
    ]
    aware, late = requirements("eu-gdpr/33-1", "Article 33(1)")
    assert (aware.facts, aware.standing) == (("timeline.controller_aware_at",), "derived")
    assert holds(late.when, {}) is False
    assert holds(late.when, {"late": False}) is False
    assert holds(late.when, {"late": True}) is True


def applies(qualified_id: str, **view: Any) -> bool | None:
    """Tell whether an obligation applies on some facts."""
    return holds(BOOK.obligation(qualified_id).when, view)


@pytest.mark.parametrize("duty", [o.qualified_id for o in FIRST])
def test_a_duty_stands_until_all_that_could_ground_it_is_ruled_out(duty: str) -> None:
    facts: dict[str, Any] = {"capacity": "processor", "origin": {"kind": "insider"}}
    ruled_out = {"personal_data": "ruled_out", "security_measures": "ruled_out"}
    assert applies(duty, **facts) is True
    assert applies(duty, **facts, status={"personal_data": "suspected"}) is True
    assert applies(duty, **facts, status=ruled_out) is False
    one_limb = applies(duty, **facts, status={"personal_data": "ruled_out"})
    assert one_limb is duty.startswith("imou-dpa/")


def test_what_a_processor_owes_is_not_owed_where_we_are_controller() -> None:
    owed = {
        o.qualified_id: (applies(o.qualified_id, capacity="controller"), o.owed_by)
        for o in BOOK.obligations()
    }
    assert {name for name, (answer, _) in owed.items() if answer} == {
        "eu-gdpr/33-1",
        "eu-gdpr/34-1",
    }
    assert applies("imou-dpa/6.3") is None


def test_a_duty_of_its_own_for_insiders_affiliates_and_subprocessors() -> None:
    duty = "imou-dpa/4.6-iii"
    for kind in ("insider", "affiliate", "subprocessor"):
        assert applies(duty, capacity="processor", origin={"kind": kind}) is True
    assert applies(duty, capacity="processor", origin={"kind": "own"}) is False
    assert applies(duty, capacity="processor") is None


def test_only_two_of_the_three_exemptions_end_the_communication() -> None:
    answers = [applies("eu-gdpr/34-1", risk={"exemption": f"34-3-{letter}"}) for letter in "abc"]
    assert answers == [False, False, True]
    (caution,) = BOOK.obligation("eu-gdpr/34-1").cautions
    assert holds(caution.when, {"risk": {"exemption": "34-3-c"}}) is True


def test_anonymised_raises_a_caution() -> None:
    (caution,) = BOOK.obligation("imou-dpa/6.3").cautions
    view = {"data": {"video": {"protection": {"state": "anonymised"}}}}
    assert holds(caution.when, view) is True
    assert str(caution.standing) == "secondary"


def test_instruments_know_when_they_are_in_force() -> None:
    agreement = next(i for i in BOOK.instruments if i.id == "imou-dpa")
    assert not agreement.in_force.covers(date(2021, 11, 22))
    assert agreement.in_force.covers(date(2021, 11, 23))


def test_an_instrument_ends_with_its_last_day(tmp_path: Path) -> None:
    text = INSTRUMENT.replace("2024-01-01 }", "2024-01-01, until = 2025-12-31 }")
    in_force = written(tmp_path, text).instruments[0].in_force
    assert in_force.covers(date(2025, 12, 31))
    assert not in_force.covers(date(2026, 1, 1))


def test_an_unknown_obligation_is_named_with_those_that_exist() -> None:
    with pytest.raises(UnknownNameError, match=r"no obligation '6\.3'") as refused:
        BOOK.obligation("6.3")
    assert "imou-dpa/6.3" in refused.value.hint


def test_a_workspace_adds_and_replaces_instruments(tmp_path: Path) -> None:
    other = INSTRUMENT.replace('"acme"', '"imou-dpa"') + OBLIGATION
    (tmp_path / "acme.toml").write_text(INSTRUMENT + OBLIGATION)
    (tmp_path / "ours.toml").write_text(other)
    book = load([packaged(), tmp_path, tmp_path / "not-there"])
    assert [i.id for i in book.instruments] == [*(i.id for i in BOOK.instruments), "acme"]
    ids = [o.qualified_id for o in book.obligations()]
    assert [name for name in ids if name.startswith("imou-dpa/")] == ["imou-dpa/1"]
    assert ids[-1] == "acme/1"
    assert "imou-dpa/6.3" not in ids
    assert dict(book.texts)["imou-dpa.toml"] == other.encode()


def test_the_digest_moves_with_any_byte_and_with_nothing_else(tmp_path: Path) -> None:
    copy = shutil.copytree(packaged(), tmp_path / "law")
    assert load([copy]).digest == BOOK.digest
    assert [name for name, _ in BOOK.texts] == sorted(p.name for p in packaged().glob("*.toml"))
    with (copy / "imou-dpa.toml").open("a") as file:
        file.write("# checked\n")
    assert load([copy]).digest != BOOK.digest
    assert load([copy]).obligations() == BOOK.obligations()


def change(old: str, new: str, text: str = INSTRUMENT + OBLIGATION + REQUIRES) -> str:
    """Return a sound file with one thing made wrong."""
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (change('short = "Acme"', "short = Acme"), ":5: Invalid value"),
        (change('kind = "contract"', 'kind = "treaty"'),
         ":2: instrument: kind: input should be 'contract' or 'law'"),
        (OBLIGATION, (": instrument: id: is missing; title: is missing; short: is missing; "
         "kind: is missing; citation: is missing; standing: is missing; "
         "source: is missing")),
        (change("[[obligation]]", "[[duty]]", INSTRUMENT + OBLIGATION), ":12: unknown key duty"),
        (change("[[obligation]]", "[obligation]", INSTRUMENT + OBLIGATION),
         ":12: obligations are written as [[obligation]]"),
        (change('owed = "always"', 'owed = "always"\ncounted = 1'),
         ":12: obligation 1: counted: unknown key"),
        (change('id = "1"\n', ""), ":12: obligation number 1: id: is missing"),
        (change('id = "1"', 'id = "1"\ninstrument = "x"'),
         ":12: obligation 1: instrument: is said once, for the whole instrument"),
        (INSTRUMENT + OBLIGATION + OBLIGATION, ":24: obligation 1 stands there twice"),
        (change("24 hours", "2 days"),
         ":12: obligation 1: 2 days are counted as calendar, not elapsed"),
        (change("24 hours", "0 hours"), "'0 hours' is no limit such as"),
        (change('limit = "24 hours"\n', ""),
         ":12: obligation 1: an obligation without a limit says in `also` how soon"),
        (change('limit = "24 hours"', 'also = "promptly"') + """
[[obligation.reading]]
citation = "x"
standing = "derived"
note = "x"
rounding = "reg1182"
""", ":12: obligation 1: without a limit there is nothing to round"),
        (change('"timeline.discovered_at"', '"nature.description"'),
         (":12: obligation 1: trigger.earliest.0.fact: a clock starts at a fact below timeline or "
         "origin, not at 'nature.description'")),
        (change('"timeline.discovered_at"', '"timeline.*"'), "not at 'timeline.*'"),
        (change('"timeline.discovered_at"', "{ earliest = [] }"),
         ":12: obligation 1: trigger.earliest: tuple should have at least 1 item"),
        (change('event = "discovery"',
                'event = "discovery"\nprovisional = { facts = ["status.personal_data"] }'),
         ":12: obligation 1: provisional.facts.0: a clock starts at a fact below timeline"),
        (change("nature.description", "weather.cloudy"),
         ":12: obligation 1: 'weather.cloudy' is in no area of facts that exists"),
        (change('owed = "always"', 'owed = "always"\nwhen = [{ fact = "mood", in = ["good"] }]'),
         ":12: obligation 1: 'mood' is in no area of facts that exists"),
        (change('owed = "always"', 'owed = "always"\nwhen = [{ fact = "capacity", is = 1 }]'),
         ":12: obligation 1: when.0: a condition needs one of the keys keys, later_than"),
        (change('owed = "always"',
                'owed = "always"\nwhen = [{ any = [[{ fact = "late", in = [true], x = 1 }]] }]'),
         ":12: obligation 1: when.0.any.0.0.x: unknown key"),
        (change('owed = "always"', 'owed = "always"\nwhen = [{ duty = "acme/2" }]'),
         ":12: obligation 1: no obligation 'acme/2'"),
        (change('owed = "always"', 'owed = "always"\nwhen = [{ duty = "acme/1" }]'),
         ":12: obligation 1: asks in a circle: acme/1 - acme/1"),
        (change('unknown = "never"\n', ""),
         ":12: obligation 1: requires.0.unknown: is missing"),
        (change('unknown = "never"', 'unknown = "sometimes"'),
         ":12: obligation 1: requires.0.unknown: input should be 'never', 'initial' or 'always'"),
        (change('facts = ["nature.description"]\n', ""),
         ":12: obligation 1: requires.0: a requirement needs facts or any_of"),
        (change('["nature.description"]', '["data.*.category", "groups.*.people"]'),
         (":12: obligation 1: requires.0: all facts stand in one collection, "
         "not in ['data', 'groups']")),
        (change('["nature.description"]',
                '["data.*.records"]\nwhen = [{ fact = "groups.*.people", stated = true }]'),
         ":12: obligation 1: requires.0: conditions with '*' belong to ['data'], not ['groups']"),
        (change('standing = "text"\n\n[[', 'standing = "certain"\n\n[['),
         ":12: obligation 1: standing: input should be 'text', 'official'"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LawError) as refused:
        written(tmp_path, text)
    assert str(refused.value).startswith(f"{tmp_path / 'acme.toml'}:")
    assert message in str(refused.value)
    assert refused.value.hint == f"correct acme.toml, or remove it from {tmp_path}"


def test_a_sound_file_is_taken(tmp_path: Path) -> None:
    book = written(tmp_path, INSTRUMENT + OBLIGATION + REQUIRES)
    (obligation,) = book.obligations()
    assert isinstance(obligation, Obligation)
    assert obligation.patterns == {"timeline.discovered_at", "nature.description"}


def test_one_folder_may_not_hold_an_instrument_twice(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(INSTRUMENT)
    with pytest.raises(LawError, match=r"instrument acme stands in a\.toml too"):
        written(tmp_path, INSTRUMENT, "b.toml")


def test_a_circle_over_two_files_is_refused(tmp_path: Path) -> None:
    one = change('owed = "always"', 'owed = "always"\nwhen = [{ duty = "other/1" }]')
    two = change('"other/1"', '"acme/1"', one).replace('id = "acme"', 'id = "other"')
    (tmp_path / "a.toml").write_text(one)
    with pytest.raises(LawError, match="asks in a circle"):
        written(tmp_path, two, "b.toml")


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(LawError, match=r"a\.toml: cannot be read: 'utf-8' codec"):
        load([tmp_path])


def test_no_law_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawError, match="no law files found"):
        load([tmp_path])
