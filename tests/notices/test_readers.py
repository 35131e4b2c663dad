"""The notices as a partner's lawyer, an authority and a frightened customer read them."""

import re

import pytest

from breachkit.domain.alike import told_once
from breachkit.domain.document import Printed
from tests.notices.cases import CASES, NOTICES, TELLING, body, case_of, draw

MISSING = "still missing here; it is to be filled in before this is sent"


@pytest.mark.parametrize("phase", [*TELLING, "withdrawal"])
@pytest.mark.parametrize("notice", ["authority", "data_subjects"])
def test_a_controller_without_a_name_is_asked_for_in_words(notice: str, phase: str) -> None:
    case = case_of("empty", capacity="controller")
    nameless = re.compile(r"name( of the (controller|sender))? is " + re.escape(MISSING))
    assert len(nameless.findall(body(case, notice, phase, our_name=""))) >= 1
    assert not nameless.search(body(case, notice, phase))


@pytest.mark.parametrize("phase", [*TELLING, "withdrawal"])
def test_a_processor_without_a_name_is_asked_for_in_words(phase: str) -> None:
    text = body(case_of("rich"), "partner", phase, our_name="")
    assert f"From: our name is {MISSING} Date" in text
    assert text.endswith(f"Our name is {MISSING}.")
    if phase != "withdrawal":
        assert f"Processor: the name is {MISSING}" in body(
            case_of("rich"), "authority", phase, our_name=""
        )


def test_a_partner_nobody_has_named_is_not_signed_for_by_its_key() -> None:
    case = case_of("empty")
    for notice in ("authority", "data_subjects"):
        text = body(case, notice)
        assert MISSING in text
        assert "Acme" not in text  # the recipient of the envelope may be a key of ours


def test_what_was_out_of_reach_gets_advice_of_its_own() -> None:
    people = body(case_of("outage"), "data_subjects")
    for told in (
        "As long as the service or your data are out of reach, do not rely on them.",
        "tell the people who treat you about your illnesses, medicines and allergies",
        "Once everything works again, check whether anything is missing or wrong",
        "Data were out of reach. They are not lost: an intact copy exists.",
        "Should we find that somebody else has read them, we will tell you.",
    ):
        assert told in people
    for wrong in ("Change your password", "replace their AppSecret", "very private", "readable"):
        assert wrong not in people
    partner = body(case_of("outage"), "partner")
    assert "keep your work going without them" in partner
    for wrong in ("the AppSecret", "an AppSecret", "Revoke all", "access that you cannot explain"):
        assert wrong not in partner
    assert "replace your AppSecret" not in body(case_of("outage"), "callsheet")


def test_what_was_altered_gets_advice_of_its_own() -> None:
    people = body(case_of("overwritten"), "data_subjects")
    assert "Data may have been changed when they should not have been" in people
    assert "Check what is stored about you" in people
    assert "Secure your devices" not in people
    assert "mention this breach or your devices, even if they know your name." in people
    partner = body(case_of("overwritten"), "partner")
    assert "Do not rely on the data concerned before you have checked them" in partner
    assert "keep your work going" not in partner


def test_a_breach_of_unknown_kind_is_taken_for_one_of_confidentiality() -> None:
    assert "change the password of your account" in body(case_of("empty"), "data_subjects")
    assert "Prepare to replace the AppSecret" in body(case_of("empty"), "partner")


def test_what_is_said_of_lost_data_follows_from_the_copies() -> None:
    assert "were out of reach. An intact copy of them exists." in body(
        case_of("outage"), "authority"
    )
    text = body(case_of("laptop"), "authority")
    assert "Whether any of them were lost for good has not been established yet." in text
    lost = {"records": {"category": "health", "protection": {"state": "none", "backup": "lost"}}}
    gone = case_of("outage", data=lost)
    assert "were lost or destroyed, at least in part." in body(gone, "authority")
    assert "Data were lost or destroyed." in body(gone, "data_subjects")


@pytest.mark.parametrize("notice", [*NOTICES, "callsheet"])
@pytest.mark.parametrize("name", ["laptop", "measures_only", "outage"])
def test_nobody_reads_of_cameras_where_there_are_none(name: str, notice: str) -> None:
    assert "camera" not in body(case_of(name), notice).casefold()


def test_an_app_secret_is_spoken_of_where_one_is_concerned() -> None:
    for name in ("laptop", "measures_only", "outage", "overwritten"):
        assert "AppSecret" not in body(case_of(name), "partner").replace(
            "application secrets (AppSecret)", ""
        )
    assert "never ask you for an AppSecret, a password" in body(case_of("rich"), "partner")


def test_advice_speaks_of_accounts_codes_and_money_only_where_they_are_concerned() -> None:
    staff = case_of(
        "laptop", data={"pay": {"category": "financial"}, "at": {"category": "location"}}
    )
    text = body(staff, "data_subjects")
    assert "Watch for letters and offers about money" in text
    assert "Call your bank" not in text
    assert "where you are or live may be known" in text
    assert "or your account" not in text
    doors = body(case_of("laptop", data={"badge": {"category": "credentials"}}), "data_subjects")
    assert "Change the passwords and access codes named above" in doors
    assert "Change your password now" not in doors
    signed_in = body(case_of("laptop", data={"t": {"category": "access_token"}}), "data_subjects")
    assert "Sign out on all telephones and computers" in signed_in
    assert "Secure your" not in signed_in


def test_a_camera_is_unplugged_until_it_is_safe_unless_the_breach_is_contained() -> None:
    assert "until we tell you that they are safe" in body(case_of("subprocessor"), "data_subjects")
    assert "To be sure, unplug or cover cameras" in body(case_of("rich"), "data_subjects")


def test_nothing_is_called_complete_while_a_figure_is_promised() -> None:
    partner = body(case_of("partly_counted"), "partner")
    assert "All points that our agreement asks for are stated above." not in partner
    assert "Each point that our agreement asks for is addressed above." in partner
    promise = (
        "number of people – people who can be seen in pictures or video:"
        " by Tuesday, 24 November 2026"
    )
    assert promise in partner
    authority = body(case_of("partly_counted"), "authority")
    assert "Nothing that Article 33(3) asks for is open" not in authority
    assert promise in authority
    assert "All points that our agreement asks for" in body(case_of("rich"), "partner")


def test_a_promise_stands_in_the_last_section_once() -> None:
    follows = body(case_of("laptop"), "partner").partition("What will follow, and when")[2]
    assert follows.count("Tuesday, 24 November 2026") == 1
    assert "its cause: as soon as it is known" in follows


def test_in_a_controllers_letter_the_processors_words_are_marked_as_its_own() -> None:
    first_person = re.compile(r"\b(we|our|us)\b", re.IGNORECASE)
    stated = {"We lost power", "Our batteries were", "We expect that", "Call us before"}
    for notice in ("authority", "data_subjects"):
        blocks = [
            block for block in draw(case_of("outage"), notice).blocks if block.kind != "heading"
        ]
        for place, block in enumerate(blocks):
            printed = "".join(run.text for run in block.runs if run.paths)
            if first_person.search(printed) and any(start in printed for start in stated):
                before = " ".join(one.text for one in blocks[max(0, place - 1) : place + 1])
                assert re.search(r"words( of|,|:)", before), block.text
    own = case_of("outage", capacity="controller")
    for notice in ("authority", "data_subjects"):
        assert not re.search(r"\bwords\b", body(own, notice))
    assert "in the words of" not in body(case_of("outage"), "partner")


def test_an_authority_is_not_asked_to_treat_data_as_readable() -> None:
    for name in CASES:
        assert "lease treat them as readable" not in body(case_of(name), "authority")
    assert "Until that is settled we treat them as readable." in body(
        case_of("subprocessor"), "authority"
    )
    assert "Please treat them as readable until" in body(case_of("subprocessor"), "partner")


def test_an_authority_reads_the_figure_of_each_country_by_name() -> None:
    text = body(case_of("outage"), "authority").partition("Countries")[2]
    assert (
        "Austria: the number is not yet known: the lists are being compared. It will follow by"
        " Wednesday, 25 November 2026. - Germany: 10 - Switzerland: the number has not been"
        " established yet" in text
    )
    assert "number of people by country – Austria: by Wednesday, 25 November 2026" in text


@pytest.mark.parametrize(
    ("risk", "sentence"),
    [
        ({}, "has not been decided yet"),
        ({"people": "not_high"}, "do not consider a high risk"),
        ({"people": "high"}, "communicate it to those concerned (Article 34(1))"),
        ({"people": "high", "exemption": "34-3-a"}, "(Article 34(3)(a))"),
        ({"people": "high", "exemption": "34-3-b"}, "(Article 34(3)(b))"),
        ({"people": "high", "exemption": "34-3-c"}, "(Article 34(3)(c))"),
    ],
)
def test_an_authority_reads_what_was_decided_on_telling_people(
    risk: dict[str, str], sentence: str
) -> None:
    text = body(case_of("rich", risk=risk), "authority")
    assert sentence in text.partition("Article 34 ")[2].partition("Information that")[0]


def test_a_caller_says_nothing_to_a_partner_that_is_meant_for_its_customers() -> None:
    text = body(case_of("rich"), "callsheet")
    assert "E-mail addresses can be used for phishing." in text
    assert "Strangers may write to you" not in text


def test_kinds_of_data_that_read_alike_are_told_once_and_counted_apart() -> None:
    text = body(case_of("outage"), "partner")
    names = "health data; account passwords; application secrets (AppSecret)"
    assert f"{names}: in readable form" in text
    assert text.count("in readable form") == 1
    assert f"{names}: the number has not been established yet" in text
    rich = body(case_of("rich"), "partner")
    assert rich.count(": 800") == 6  # each number has its own name
    divided = "controls and settings of devices; first and last names: not counted apart"
    assert divided in body(case_of("overwritten"), "partner")


def test_what_is_told_once_knows_the_facts_of_all_its_parts() -> None:
    items = [
        {"name": Printed("a"), "why": {"reason": Printed("r", ("data.a",))}, "figure": Printed("")},
        {"name": Printed("b"), "why": {"reason": Printed("r", ("data.b",))}, "figure": Printed("")},
    ]
    (joined,) = told_once(items, "name", apart="figure")
    assert [one.text for one in joined["names"]] == ["a", "b"]
    assert joined["why"]["reason"].paths == ("data.a", "data.b")


def test_a_period_is_written_as_one() -> None:
    for notice in NOTICES:
        text = body(case_of("rich"), notice)
        assert "from Tuesday, 17 November 2026, 22:10 (CET, UTC+01:00) until Thursday" in text


def test_the_agreement_is_cited_first_and_what_is_uncertain_last() -> None:
    text = body(case_of("empty"), "partner")
    places = [
        text.index(words)
        for words in (
            "Article 6.3 of the Imou",
            "Clause 5(d)(ii)",
            "Article 33(2)",
            "as a precaution",
        )
    ]
    assert places == sorted(places)


def test_people_read_at_once_who_writes() -> None:
    text = body(case_of("rich"), "data_subjects")
    assert "From: Acme Home GmbH Date: 21 November 2026 What happened" in text
