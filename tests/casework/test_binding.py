"""A list bound to a notice: what review and approval cover, what is refused, and what stays the same."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from breachkit.app import Breachkit
from breachkit.casework.binding import asked_of, bind
from breachkit.casework.letters import letter_of
from breachkit.domain.approval import Release, candidate_of, is_released
from breachkit.domain.letter import fields_of, filler, place
from breachkit.domain.listing import Row
from breachkit.domain.recipient import Recipient
from breachkit.errors import (
    BadInputError,
    ChangedMeanwhileError,
    NotTrustedError,
    RefusedError,
)
from tests.gate.steps import ALERT

Acting = Callable[[str], Breachkit]

TEMPLATE = """\
{% recipient name, device %}
Subject: About your camera

Dear {{ recipient.name }},

your camera **{{ recipient.device }}** was seen by strangers, says {{ our_name }}.
"""
ANNA = "anna@example.test,en,Anna <b>,K-1\n"
BERT = "bert@example.test,de,Bert,K-2\n"
HEADER = "address,language,name,device\n"


@pytest.fixture
def own(workspace: Path, kit: Breachkit) -> str:
    """Draft a notice to our own people from a template that prints fields of their own."""
    path = workspace / "templates" / "data_subjects" / "en.md.j2"
    path.parent.mkdir(parents=True)
    path.write_text(TEMPLATE, encoding="utf-8")
    contact = {"name": "Privacy", "email": "privacy@vendor.example"}
    facts = {
        **ALERT,
        "scopes": {"own": {"capacity": "controller", "people": 2}},
        "contact": contact,
    }
    incident = kit.open_incident(facts).id
    (one,) = kit.draft(incident, to=["data_subjects"], scopes=["own"])
    return one.drafted.notice


def people(folder: Path, *lines: str) -> str:
    path = folder / "people.csv"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return str(path)


def test_a_list_becomes_a_version_with_the_same_text_and_other_addressees(
    acting: Acting, kit: Breachkit, own: str, tmp_path: Path
) -> None:
    before = kit.notice(own).version.drafted
    bound = kit.bind_recipients(own, people(tmp_path, ANNA, BERT))

    after = bound.version.drafted
    assert (bound.is_bound, bound.new, after.version) == (True, True, before.version + 1)
    assert after.text_digest == before.text_digest
    assert after.digest != before.digest
    assert after.addressees_digest == bound.digest != before.addressees_digest
    assert after.manifest["addressees"]["count"] == 2
    kept = kit.store.outbox.bound(after.manifest["addressees"]["list"])
    assert kept
    assert (kept.notice, kept.size, kept.digest, kept.fields) == (
        *(own, 2, bound.digest),
        '["name", "device"]',
    )
    assert list(kit.store.outbox.recipients(kept.list_id)) == [
        Recipient("anna@example.test", "en", "Anna <b>", {"device": "K-1"}),
        Recipient("bert@example.test", "de", "Bert", {"device": "K-2"}),
    ]
    assert kit.notice(own).faithful
    assert [one.sources for one in kit.notice(own).paragraphs[:1]] == [()]


def test_no_entry_holds_an_address_a_name_or_a_field(
    kit: Breachkit, own: str, tmp_path: Path
) -> None:
    kit.bind_recipients(
        own, people(tmp_path, ANNA, BERT, "bad@@example.test,,x,y\n"), skip_bad=True
    )

    said = b"".join(line.body or b"" for line in kit.store.lines())
    for word in (b"anna", b"Anna", b"bert@", b"K-1", b"bad@"):
        assert word not in said


def test_the_same_list_again_writes_nothing(kit: Breachkit, own: str, tmp_path: Path) -> None:
    first = kit.bind_recipients(own, people(tmp_path, ANNA, BERT))
    head = kit.head()
    again = kit.bind_recipients(own, people(tmp_path, ANNA, BERT))

    assert (again.is_bound, again.new, again.version.id) == (True, False, first.version.id)
    assert kit.head() == head


def test_a_corrected_list_needs_the_approver_and_not_counsel_again(
    acting: Acting, kit: Breachkit, own: str, tmp_path: Path
) -> None:
    first = kit.bind_recipients(own, people(tmp_path, ANNA)).version
    acting("anna").review(own)
    acting("otto").approve(own, Release(first.drafted.digest[:8]))
    second = kit.bind_recipients(own, people(tmp_path, ANNA, BERT)).version

    matter = kit.incident(own.rpartition("-")[0]).matter
    version = matter.find_version(own)
    assert version
    assert not is_released(candidate_of(matter, version))
    with pytest.raises(RefusedError, match="is not the digest"):
        acting("otto").approve(own, Release(first.drafted.digest[:8]))
    passed = acting("otto").approve(own, Release(second.drafted.digest[:8]))
    assert passed.new


def test_whoever_binds_the_list_does_not_release_it(
    acting: Acting, kit: Breachkit, own: str, tmp_path: Path
) -> None:
    bound = acting("otto").bind_recipients(own, people(tmp_path, ANNA))
    acting("anna").review(own)

    with pytest.raises(RefusedError, match="otto drafted"):
        acting("otto").approve(own, Release(bound.version.drafted.digest[:8]))
    with pytest.raises(RefusedError, match="automation"):
        acting("pager").bind_recipients(own, people(tmp_path, ANNA))


def test_bad_lines_keep_the_list_from_being_bound(kit: Breachkit, own: str, tmp_path: Path) -> None:
    head = kit.head()
    bound = kit.bind_recipients(own, people(tmp_path, ANNA, "bad,en,Bad,K\n"))

    assert (bound.is_bound, bound.new, bound.report.bad, bound.report.taken) == (False, False, 1, 1)
    assert kit.head() == head
    assert "list" not in kit.notice(own).version.drafted.manifest["addressees"]


def test_who_is_left_out_is_listed_recorded_and_needs_a_reason_at_the_release(
    acting: Acting, kit: Breachkit, own: str, tmp_path: Path
) -> None:
    rest = tmp_path / "rest.csv"
    lines = (ANNA, "bad,en,Bad,K\n", BERT, "carl@example.test,en,Carl,\n")
    bound = kit.bind_recipients(own, people(tmp_path, *lines), skip_bad=True, rest=rest)

    drafted = bound.version.drafted
    said = "2 lines of the list were left out: 1 bad address, 1 missing field"
    assert drafted.flags == [said]
    assert drafted.manifest["addressees"]["left_out"] == {"bad address": 1, "missing field": 1}
    assert [line.split(",")[0] for line in rest.read_text("utf-8-sig").splitlines()] == [
        *("line", "3", "5")
    ]
    acting("anna").review(own)
    digest = drafted.digest[:8]
    with pytest.raises(RefusedError, match="2 lines of the list were left out"):
        acting("otto").approve(own, Release(digest))
    assert acting("otto").approve(own, Release(digest, despite="told by letter")).new
    whole = kit.bind_recipients(own, people(tmp_path, ANNA, BERT)).version
    assert whole.drafted.flags == []


def test_an_address_counts_once(kit: Breachkit, own: str, tmp_path: Path) -> None:
    lines = (ANNA, ANNA, ANNA.replace("K-1", "K-9"), ANNA.replace("anna@", "Anna@"))
    bound = kit.bind_recipients(own, people(tmp_path, *lines), skip_bad=True)

    assert bound.report.taken == 1
    assert bound.report.as_data()["counts"] == {"same line again": 1, "address again": 2}
    assert bound.report.bad == 2


def test_people_in_another_language_are_named_and_not_left_out(
    workspace: Path, kit: Breachkit, own: str, tmp_path: Path
) -> None:
    (workspace / "templates" / "data_subjects" / "fr.md.j2").write_text("Subject: x\n", "utf-8")
    lines = (ANNA, BERT, "c@x.test,fr-CA,C,K\n", "d@x.test,,D,K\n", "e@x.test,en-GB,E,K\n")
    bound = kit.bind_recipients(own, people(tmp_path, *lines), language="it")

    assert bound.is_bound
    assert bound.report.as_data()["counts"] == {
        "no text in that language": 2,
        "another language than the text": 1,
    }
    assert dict(bound.report.languages) == {"en": 1, "de": 1, "fr-CA": 1, "it": 1, "en-GB": 1}
    with pytest.raises(BadInputError, match="'no language' is no language"):
        kit.bind_recipients(own, people(tmp_path, *lines), language="no language")


def test_a_dry_run_reads_and_writes_nothing(kit: Breachkit, own: str, tmp_path: Path) -> None:
    head = kit.head()
    bound = kit.bind_recipients(own, people(tmp_path, ANNA), dry_run=True)

    assert (bound.is_bound, bound.report.taken, kit.head()) == (False, 1, head)
    assert kit.store.outbox.bound(f"{own}-{bound.digest[:16]}") is None


def test_a_list_of_nobody_is_refused(kit: Breachkit, own: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="nobody in it can be written to"):
        kit.bind_recipients(own, people(tmp_path, "bad,en,Bad,K\n"), skip_bad=True)


def test_a_new_draft_keeps_the_list_while_it_has_what_the_text_prints(
    workspace: Path, kit: Breachkit, own: str, tmp_path: Path
) -> None:
    lines = (ANNA, "bad,en,Bad,K\n")
    bound = kit.bind_recipients(own, people(tmp_path, *lines), skip_bad=True).version.drafted
    incident = own.rpartition("-")[0]
    path = workspace / "templates" / "data_subjects" / "en.md.j2"

    path.write_text(TEMPLATE.replace("your camera", "the camera"), "utf-8")
    kit._looked = 0.0
    (same,) = kit.draft(incident, to=["data_subjects"], scopes=["own"])
    assert same.drafted.version == bound.version + 1
    assert same.drafted.manifest["addressees"] == bound.manifest["addressees"]
    assert same.drafted.flags == bound.flags
    (again,) = kit.draft(incident, to=["data_subjects"], scopes=["own"])
    assert not again.new

    more = TEMPLATE.replace("device %}", "device, plan %}") + "{{ recipient.plan }}\n"
    path.write_text(more, "utf-8")
    kit._looked = 0.0
    (other,) = kit.draft(incident, to=["data_subjects"], scopes=["own"])
    assert "list" not in other.drafted.manifest["addressees"]
    assert other.drafted.flags == []


def test_only_people_are_bound_by_a_list_and_only_before_it_leaves(
    kit: Breachkit, own: str, tmp_path: Path
) -> None:
    incident = kit.open_incident(ALERT).id
    (partner,) = kit.draft(incident, to=["partner"])
    with pytest.raises(RefusedError, match="whose addresses stand in"):
        kit.bind_recipients(partner.drafted.notice, people(tmp_path, ANNA))
    kit.record_delivery(own, channel="post", at="now")
    with pytest.raises(RefusedError, match="has left already"):
        kit.bind_recipients(own, people(tmp_path, ANNA))


class Changing:
    """A list that reads otherwise the second time."""

    source = "people.csv"

    def __init__(self) -> None:
        self.readings = 0

    def rows(self) -> Iterator[Row]:
        self.readings += 1
        person = Recipient(f"a{self.readings}@x.test", "en", "A", {"device": "K"})
        yield Row(2, person, (), ())


def test_a_file_that_changes_while_it_is_read_is_not_bound(kit: Breachkit, own: str) -> None:
    head = kit.head()
    with pytest.raises(ChangedMeanwhileError, match="not the 1 that were announced"):
        bind(kit.desk, kit.actor, asked_of(kit.desk, own), Changing())

    assert kit.head() == head


def test_a_letter_has_the_released_words_with_a_place_for_each_field(
    kit: Breachkit, own: str, tmp_path: Path
) -> None:
    version = kit.bind_recipients(own, people(tmp_path, ANNA, BERT)).version
    letter = letter_of(
        kit.desk,
        version,
        sender="psirt@vendor.example",
        sender_name="V",
        reply_to="r@vendor.example",
    )

    shown = kit.notice(own)
    assert (letter.subject, letter.language, letter.reference) == (
        *("About your camera", "en"),
        version.id,
    )
    assert (letter.sender, letter.sender_name, letter.reply_to) == (
        *("psirt@vendor.example", "V"),
        "r@vendor.example",
    )
    assert letter.fields == ("name", "device")
    for sent, read in ((letter.text, shown.text), (letter.html, shown.html)):
        for name in letter.fields:
            sent = sent.replace(place(name), f"⟦{name}⟧")
        assert sent == read
    (anna, _) = kit.store.outbox.recipients(version.drafted.manifest["addressees"]["list"])
    words = filler(letter.text, str)(fields_of(anna))
    assert words.startswith("Dear Anna <b>,\n\nyour camera K-1 was seen")


def test_a_letter_of_a_page_that_looks_different_by_now_is_refused(
    kit: Breachkit, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = kit.notice(own).version
    press = kit.desk.press
    monkeypatch.setattr(press, "html", lambda document: f"{document.subject} in another look")

    with pytest.raises(NotTrustedError, match="no longer looks as it did"):
        letter_of(kit.desk, version, sender="psirt@vendor.example")
