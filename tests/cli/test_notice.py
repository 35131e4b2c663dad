"""`breachkit notice`: the way from draft to delivery, what is refused, what is shown on the way."""

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Said, opened
from tests.conftest import SetClock, partner

NAME = "2026-0001-n1"
Steps = list[tuple[str, Said]]


def drafted(run: Run, *words: str, to: str = "partner") -> str:
    """Open the usual incident, draft for one addressee, and return the digest's first eight."""
    opened(run, *(words or ("--partner", "acme")))
    said = run("notice", "draft", "2026-0001", "--to", to, "--json")
    assert said.status == 0, said.err
    found: str = said.data["notices"][0]["digest"][:8]
    return found


def cut(said: Said, lines: int) -> Said:
    """Return what a command said without the middle of a notice, whose wording is its drafters'."""
    every = said.out.splitlines(keepends=True)
    return replace(said, out="".join([*every[:lines], "[…]\n", *every[-1:]]))


def do(run: Run, steps: Steps, line: str) -> Said:
    """Call a command as it is typed, and keep what it said."""
    said = run(*shlex.split(line))
    steps.append((f"breachkit {line}", said))
    return said


# Whole transcripts


def test_the_way_of_a_notice(
    run: Run, workspace: Path, clock: SetClock, transcript: Callable[..., None]
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    steps: Steps = []
    opened(run, "--partner", "acme")
    do(run, steps, "notice draft 2026-0001 --to partner --as both")
    shown = do(run, steps, f"notice show {NAME}")
    steps[-1] = (steps[-1][0], cut(shown, 8))
    digest = run("notice", "show", NAME, "--digest").out[:8]
    clock.pass_(minutes=5)
    do(run, steps, f"notice approve {NAME} --confirm {digest} --as otto")
    do(run, steps, f"notice review {NAME} --digest {digest}")
    do(run, steps, f"notice review {NAME} --digest 00000000 --as anna")
    do(run, steps, f"notice review {NAME} --digest {digest} --as anna")
    clock.pass_(minutes=5)
    do(run, steps, f"notice approve {NAME} --as otto")
    do(run, steps, f"notice approve {NAME} --confirm 00000000 --as otto")
    do(run, steps, f"notice approve {NAME} --confirm {digest} --as maria")
    do(run, steps, f"notice approve {NAME} --confirm {digest} --as both")
    do(run, steps, f"notice approve {NAME} --confirm {digest} --as otto")
    do(run, steps, f"notice approve {NAME} --confirm {digest} --as otto")
    clock.pass_(minutes=20)
    leave = f'notice record-delivery {NAME} --channel portal --at "03:00 Europe/Berlin"'
    do(run, steps, leave)
    do(run, steps, leave)
    do(run, steps, "notice list 2026-0001")
    do(run, steps, "status 2026-0001")
    transcript("notice", *steps)


def test_no_lawyer_answers(
    run: Run, workspace: Path, clock: SetClock, transcript: Callable[..., None]
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    digest = drafted(run)
    steps: Steps = []
    approve = f"notice approve {NAME} --confirm {digest} --as otto"
    do(run, steps, approve)
    do(run, steps, f'{approve} --without-review "rang Anna and Bo at 02:40; Acme is exposed now"')
    clock.pass_(minutes=10)
    do(run, steps, f'notice record-delivery {NAME} --channel portal --at "02:35 Europe/Berlin"')
    do(run, steps, "status")
    clock.pass_(hours=5)
    mail = f"notice review {NAME}.1 --digest {digest} --reviewer"
    do(run, steps, f"{mail} anna")
    do(run, steps, f'{mail} otto --evidence "mail of 07:30, ticket 81"')
    do(run, steps, f'{mail} anna --evidence "mail of 07:30, ticket 81"')
    shown = do(run, steps, f"notice show {NAME}")
    steps[-1] = (steps[-1][0], cut(shown, 1))
    do(run, steps, "status")
    transcript("notice-no-lawyer", *steps)


def test_versions_in_a_list(
    run: Run, workspace: Path, clock: SetClock, transcript: Callable[..., None]
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    partner(workspace, "bolt", "Bolt Homes")
    steps: Steps = []
    opened(run, "--partner", "acme", "--partner", "bolt")
    do(run, steps, "notice list 2026-0001")
    do(run, steps, "notice draft 2026-0001")
    clock.pass_(minutes=10)
    do(run, steps, f"notice record-delivery {NAME} --channel 'old mail system' --at now")
    run("incident", "amend", "2026-0001", "--set", "scopes.bolt.people=300")
    do(run, steps, "notice draft 2026-0001 --to partner --scope bolt")
    do(run, steps, "notice list 2026-0001")
    do(run, steps, "notice list 2026-0001 --all")
    transcript("notice-list", *steps)


# Reviewing and releasing


@pytest.mark.parametrize("to", ["authority", "data-subjects"])
def test_only_a_partner_is_told_without_a_review(run: Run, to: str) -> None:
    digest = drafted(run, "--set", "scopes.own={}", to=to)
    said = run(
        *("notice", "approve", NAME, "--confirm", digest, "--as", "otto"),
        *("--without-review", "nobody answers"),
    )
    assert said.status == 3
    assert "never leaves without a review" in said.error
    assert said.hint == f"breachkit notice review {NAME} --as LAWYER"


def test_a_returned_text_is_drafted_again(run: Run) -> None:
    digest = drafted(run)
    said = run("notice", "review", NAME, "--return", "--paragraph", "s2.1", "--as", "anna")
    assert said.out == f"returned: {NAME}.1, by anna\n"
    assert "breachkit notice draft 2026-0001 --to partner --scope acme" in said.err
    refused = run("notice", "approve", NAME, "--confirm", digest, "--as", "otto")
    assert (refused.status, refused.error) == (3, f"legal returned {NAME}.1")
    assert shlex.split(refused.hint)[1:3] == ["notice", "draft"]
    assert "paragraphs s2.1" in run("notice", "show", NAME).err


def test_automation_only_opens_and_amends(run: Run) -> None:
    digest = drafted(run)
    for words in (
        ("notice", "draft", "2026-0001"),
        ("notice", "review", NAME),
        ("notice", "approve", NAME, "--confirm", digest),
    ):
        assert run(*words, "--as", "pager").status == 3


def test_gates_answer_machines_alike(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    digest = drafted(run)
    review = run("notice", "review", NAME, "--as", "anna", "--json").data
    release = run("notice", "approve", NAME, "--confirm", digest, "--as", "otto", "--json").data
    left = run("notice", "record-delivery", NAME, "--channel", "post", "--at", "now", "--json").data
    assert set(review) == set(release) == {"name", "new", "notices", "head"}
    assert set(left) == set(review) | {"outside_gate"}
    states = [one["notices"][0]["state"] for one in (review, release, left)]
    assert states == ["reviewed", "approved", "delivered"]
    assert left["outside_gate"] == []
    assert not run("notice", "review", NAME, "--as", "anna", "--json").data["new"]


def test_a_delivery_says_what_it_means(run: Run, clock: SetClock) -> None:
    drafted(run)
    clock.pass_(hours=60)
    said = run("notice", "record-delivery", NAME, "--channel", "fax", "--at", "now")
    assert f"OUTSIDE  the gate: {NAME}.1 had not been released when it left" in said.out
    assert "acme, late" in said.out
    assert "acme's own 72 hours (Article 33(1) eu-gdpr) run from Tue 24 Nov 2026 14:30" in said.out
    assert f"next: breachkit notice review {NAME}.1 --as LAWYER" in said.err
    early = run("notice", "record-delivery", NAME, "--channel", "fax", "--at", "2026-11-20 UTC")
    assert "Fri 20 Nov 2026 UTC lies before the text was drafted" in " ".join(early.out.split())
    later = run("notice", "record-delivery", NAME, "--channel", "fax", "--at", "2026-12-01 UTC")
    assert "lies in the future" in later.out


def test_a_filing_waits_for_its_file_number(run: Run) -> None:
    drafted(run, "--set", "scopes.own={}", to="authority")
    said = run("notice", "record-delivery", NAME, "--channel", "authority portal", "--at", "now")
    assert "own, unconfirmed; supplement owed: Article 33(1) eu-gdpr" in said.out
    line = next(one for one in said.err.splitlines() if "FILE-NUMBER" in one)
    again = run(*shlex.split(line.removeprefix("next: ").replace("FILE-NUMBER", "LDA-77"))[1:])
    assert "own, in time" in again.out
    assert "unconfirmed" not in again.out


# Reading


def test_sources_of_each_paragraph(run: Run, workspace: Path, clock: SetClock) -> None:
    partner(workspace, "acme", "Acme Cameras")
    opened(run, "--partner", "acme", "--source", "pager", "--as", "pager")
    clock.pass_(minutes=20)
    run(
        *("incident", "amend", "2026-0001", "--source", "cloud team", "--certainty", "estimated"),
        *("--set", "scopes.acme.people=about 900"),
    )
    run("notice", "draft", "2026-0001", "--to", "partner")
    said = run("notice", "show", NAME, "--sources")
    told = " ".join(said.out.split())
    discovered = "pager (claimed), 2026-11-22T01:30Z, pager, confirmed"
    assert f"timeline.discovered_at: {discovered}" in told
    counted = "maria (claimed), 2026-11-22T01:50Z, cloud team, estimated"
    assert f"scopes.acme.people: {counted}" in told
    assert "workspace.contact.email: from the workspace's own files" in told
    for point in "abcde":
        assert f"[Article 6.4({point})]" in told
    assert "digest: " in said.err
    paragraphs = run("notice", "show", NAME, "--json").data["paragraphs"]
    facts = {fact["path"]: fact for one in paragraphs for fact in one["facts"]}
    assert set(facts["scopes.acme.people"]) == {
        *("path", "text", "by", "identity", "at", "source", "certainty")
    }
    assert facts["scopes.acme.people"]["by"] == "maria"
    assert facts["workspace.contact.email"]["by"] is None


def test_text_page_and_digest_are_one_notice(run: Run) -> None:
    digest = drafted(run)
    text = run("notice", "show", NAME)
    assert text.out.startswith("Notice of a security breach\n===")
    assert "None" not in text.out
    page = run("notice", "show", NAME, "--html")
    assert page.out.startswith("<!DOCTYPE html>")
    whole = run("notice", "show", NAME, "--digest").out.strip()
    assert (len(whole), whole[:8]) == (64, digest)
    assert f"digest: {whole}" in text.err
    data = run("notice", "show", NAME, "--json").data
    assert set(data) == {
        *("name", "digest", "notices", "contradicted", "supplement", "text", "html"),
        *("distinct_texts", "differs", "paragraphs"),
    }
    assert (data["text"].rstrip("\n"), data["digest"]) == (text.out.rstrip("\n"), whole)


def test_an_earlier_version_and_a_set_are_shown(run: Run) -> None:
    drafted(run, "--partner", "acme", "--partner", "bolt")
    run("incident", "amend", "2026-0001", "--set", "scopes.acme.people=3")
    run("notice", "draft", "2026-0001", "--to", "partner")
    assert f"state: {NAME}.1 is drafted" in run("notice", "show", f"{NAME}.1").err
    said = run("notice", "show", "2026-0001-s2")
    assert "state: 2 drafted; of 2026-0001-n1.2:" in said.err
    assert "2 notices, " in said.out
    data = run("notice", "show", "2026-0001-s2", "--json").data
    assert [one["scope"] for one in data["differs"]] == ["acme", "bolt"]


def test_list_answers_machines(run: Run) -> None:
    drafted(run)
    data = run("notice", "list", "2026-0001", "--json").data
    assert set(data) == {"incident", "notices"}
    assert set(data["notices"][0]) == {
        *("id", "notice", "version", "scope", "addressee", "phase", "language", "subject"),
        *("digest", "text_digest", "template", "template_digest", "discharges", "gaps", "flags"),
        *("state", "set", "set_digest", "drafted", "reviews", "approval", "deliveries"),
        *("outside_gate", "marks", "addressees"),
    }


# Slips


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (
            "show 2026-0001-n9",
            "no notice 2026-0001-n9",
            "notices of 2026-0001: 2026-0001-n1",
        ),
        ("show 2026-0001-n1.7", "no notice 2026-0001-n1.7", ""),
        ("show 2026-0001-s9", "no notice 2026-0001-s9", "2026-0001-n1"),
        ("show nonsense", "nonsense", ""),
        ("show", "Missing argument 'NAME'", "breachkit notice show --help"),
        ("review 2026-0001-n9 --as anna", "no notice 2026-0001-n9", "2026-0001-n1"),
        ("approve 2026-0001-n9 --confirm 00000000 --as otto", "no notice 2026-0001-n9", ""),
        (f"approve {NAME} --as otto", "to release a text, type its digest", f"notice show {NAME}"),
        ("pack 2026-0001-n9", "no notice 2026-0001-n9", "2026-0001-n1"),
        ("callsheet 2026-0009", "no incident 2026-0009", "2026-0001"),
        ("callsheet 2026-0001 --scope zeta", "2026-0001 has no scope zeta", "its scopes: acme"),
        ("list 2026-0009", "no incident 2026-0009", "2026-0001"),
        ("draft 2026-0009", "no incident 2026-0009", "2026-0001"),
        ("draft 2026-0001 --scope zeta", "2026-0001 has no scope zeta", "its scopes: acme"),
        (
            "draft 2026-0001 --to everybody",
            "2026-0001 has no notice to everybody",
            "one of: partner, authority, data-subjects",
        ),
        (
            f"record-delivery {NAME} --channel post --at 02:10",
            "at: '02:10' has no zone",
            'in the zone of the workspace: "02:10 Europe/Berlin"',
        ),
        (f"record-delivery {NAME} --channel post --at '25:00 Europe/Berlin'", "at: ", ""),
        (
            f"record-delivery {NAME} --channel post --at 1700000000",
            "at: '1700000000' is not a time; write 2026-",
            "",
        ),
        (f"record-delivery {NAME} --at now", "Missing option '--channel'", "--help"),
        (f"aprove {NAME}", "no command 'aprove'; did you mean approve?", "breachkit notice --help"),
    ],
)
def test_a_slip_is_told(run: Run, line: str, message: str, hint: str) -> None:
    drafted(run)
    before = run("register", "head").out
    said = run("notice", *shlex.split(line))
    assert said.status == 2, said.err
    assert message in said.error
    assert hint in said.hint
    assert said.out == ""
    assert run("register", "head").out == before


def test_a_refusal_is_one_error_to_machines_as_well(run: Run) -> None:
    digest = drafted(run)
    said = run("notice", "approve", NAME, "--confirm", digest, "--as", "otto", "--json")
    assert said.status == 3
    assert said.out == ""
    assert said.error == f"{NAME}.1 has not been reviewed by legal"
    with pytest.raises(json.JSONDecodeError):
        _ = said.data
