"""`breachkit authority`, and what `notice` says of where a text is filed."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Run, opened

SCOPE = "scopes.acme"


def placed(run: Run, *facts: str) -> str:
    """Open the usual incident with facts of its partner's scope, and return its id."""
    incident = opened(run, "--partner", "acme")
    words = [word for fact in facts for word in ("--set", f"{SCOPE}.{fact}")]
    if words:
        assert run("incident", "amend", incident, *words).status == 0
    return incident


def test_the_whole_of_it(run: Run, transcript: Callable[..., None]) -> None:
    incident = placed(run)
    asked = f"authority for {incident}"
    first = run(*asked.split())
    run(
        *("incident", "amend", incident, "--set", f"{SCOPE}.controller.country=FR"),
        *("--set", f"{SCOPE}.countries.FR.people=10", "--set", f"{SCOPE}.countries.ES.people=2"),
    )
    run("incident", "amend", incident, "--set", "nature.description=A list was copied.")
    drafted = run("notice", "draft", incident, "--to", "authority")
    for said in (drafted, run("notice", "show", f"{incident}-n1")):
        assert "file with FR Commission nationale" in said.err
        assert "the partner files as controller; we prepare the file at its request" in said.err
        assert f"where and how: breachkit {asked} --scope acme" in said.err
    record = f"notice record-delivery {incident}-n1 --channel web-form --at now --authority FR"
    number = f"{record} --reference V-81"
    transcript(
        "authority",
        (f"breachkit {asked}", first),
        (f"breachkit {asked}", run(*asked.split())),
        (f"breachkit {record}", run(*record.split())),
        (f"breachkit {number}", run(*number.split())),
        ("breachkit authority show BE", run("authority", "show", "BE")),
        ("breachkit authority list --country EL", run("authority", "list", "--country", "EL")),
    )


def test_machines_are_told_the_same(run: Run) -> None:
    incident = placed(
        run, "controller.country=US", "countries.FR.people=1", "countries.DE.people=1"
    )
    (found,) = run("authority", "for", incident, "--json").data
    assert (found["scope"], found["filer"], found["reach"]) == (
        *("acme", "theirs"),
        "a controller outside the EEA",
    )
    filings = {one["place"]: one for one in found["filings"]}
    assert filings["FR"]["settled"]
    assert not filings["DE"]["settled"]
    assert filings["FR"]["authorities"][0]["file_in"] == ["fr"]
    assert filings["FR"]["standing"] == "secondary"
    assert found["questions"][0]["command"] == (
        f"breachkit incident amend {incident} --set {SCOPE}.countries.DE-LAND.people=NUMBER"
    )


def test_the_command_of_a_question_answers_it(run: Run) -> None:
    incident = placed(run)
    (found,) = run("authority", "for", incident, "--json").data
    for question, value in zip(found["questions"], ("FR", "7"), strict=True):
        words = question["command"].removeprefix("breachkit ").split()
        path = words[-1].partition("=")[0].replace("CC", "FR")
        assert run(*words[:-1], f"{path}={value}").status == 0
    (found,) = run("authority", "for", incident, "--json").data
    assert found["questions"] == []
    assert [one["place"] for one in found["filings"]] == ["FR"]


def test_several_are_open_until_each_confirmed(run: Run) -> None:
    incident = placed(
        run, "controller.country=US", "countries.FR.people=1", "countries.NL.people=1"
    )
    run("incident", "amend", incident, "--set", "nature.description=A list was copied.")
    run("notice", "draft", incident, "--to", "authority")
    record = ("notice", "record-delivery", f"{incident}-n1", "--channel", "form", "--at", "now")
    said = run(*record, "--authority", "FR", "--reference", "V-1")
    assert "acme, unconfirmed; open: NL" in said.out
    assert f"next: breachkit notice record-delivery {incident}-n1.1" in said.err
    assert "--authority NL --reference FILE-NUMBER" in said.err
    done = run(*record, "--authority", "NL", "--reference", "N-1")
    assert "open:" not in done.out
    shown = run("notice", "show", f"{incident}-n1")
    assert "by form, to FR, reference V-1" in shown.err


def test_filing_is_decided_for_a_scope(run: Run) -> None:
    incident = placed(run, "controller.country=FR")
    said = run("decision", "record", incident, "--filing", "processor", "--reason", "their mail")
    assert said.status == 0, said.err
    assert "filing processor" in said.out


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        (("show", "XX"), "no authority 'XX'", "breachkit authority "),
        (("show", "US"), "no authority 'US' in United States", "breachkit authority "),
        (("list", "--country", "XY"), "'XY' is no country code of ISO 3166-1", "breachkit authority list"),
        (("list", "--country", "US"), "no authority of United States is listed", "add it in "),
        (("for", "2026-0009"), "no incident 2026-0009", ""),
    ],
)  # fmt: skip
def test_what_does_not_exist(run: Run, words: tuple[str, ...], error: str, hint: str) -> None:
    said = run("authority", *words)
    assert said.status == 2
    assert said.error.startswith(error)
    assert said.hint.startswith(hint)


def test_a_scope_that_does_not_exist(run: Run) -> None:
    incident = placed(run)
    said = run("authority", "for", incident, "--scope", "other")
    assert said.error == f"{incident} has no scope other"


def test_every_authority_is_listed_with_how_well_it_is_known(run: Run) -> None:
    said = run("authority", "list")
    assert len(said.out.splitlines()) == 52
    assert len(run("authority", "list", "--json").data) == 51
    assert "check before you file" in said.err
    for one in run("authority", "list", "--json").data:
        shown = run("authority", "show", one["code"]).out
        assert f"[{one['standing']}]" in shown.splitlines()[0]
        assert " ".join(one["checked"].split()) in " ".join(shown.split())


def test_the_day_is_that_of_the_data(run: Run) -> None:
    import tomllib
    from importlib import resources

    data = resources.files("breachkit") / "reference" / "authorities.toml"
    day = tomllib.loads(data.read_text("utf-8"))["meta"]["as_of"]
    assert f"As of {day.day} {day:%b %Y};" in run("authority", "list").err


def test_a_call_starts_the_clock_of_another_countrys_law(run: Run) -> None:
    incident = opened(run, "--partner", "acme", "--set", f"{SCOPE}.controller.country=GB")
    run("incident", "amend", incident, "--set", f"{SCOPE}.countries.GB.people=3")
    said = run("contact", "record", incident, "--scope", "acme", "--told", "--at", "now")
    assert "acme's own 72 hours (UK GDPR Article 33(1) uk-gdpr)" in " ".join(said.out.split())
    assert "eu-gdpr" not in said.out
