"""The shipped notices as their readers get them: complete, in words, and without what is not theirs."""

import re

import pytest

from breachkit.adapters.rendering import to_html, to_text
from breachkit.domain.scope import ScopeView
from tests.notices.cases import (
    CASES,
    NOTICES,
    TELLING,
    Case,
    body,
    book,
    case_of,
    draw,
    every,
)


@every((*NOTICES, "callsheet"))
def test_every_text_is_clean(name: str, notice: str, phase: str) -> None:
    document = draw(case_of(name), notice, phase, phones=[])
    text = to_text(document)
    assert document.subject.strip() == document.subject
    assert "\n" not in document.subject
    for block in document.blocks:
        assert block.text.strip() == block.text, block
        assert block.text, block
        assert "  " not in block.text, block.text
        assert not re.search(r"\bNone\b|undefined|\(\s*\)|\{[{%]|[%}]\}", block.text), block.text
        assert not re.search(r"[\ue000-\uf8ff]", block.text), block.text
        assert not re.search(r"\s[.,;:]|\.\.|,\.|;\.|:\.|\*", block.text), block.text
    assert not re.search(r"^\s*(-|\d{1,2}\.)\s*$", text, re.MULTILINE)
    assert "<" not in re.sub(r"<[^<>]*>", "", to_html(document))


@every()
def test_every_requirement_of_every_duty_has_its_block(name: str, notice: str, phase: str) -> None:
    if phase == "withdrawal":
        return
    case = case_of(name)
    document = draw(case, notice, phase)
    # Not only those that apply to these facts: whatever comes to light, the text has its place.
    wanted = {
        requirement.citation
        for law in book().obligations()
        if law.addressee == notice and law.by_notice and not law.letter
        for requirement in law.requirements
    }
    assert wanted
    for citation in wanted:
        blocks = [block for block in document.answering(citation) if block.kind != "heading"]
        assert blocks, citation
    for block in document.blocks:
        assert set(block.answers) <= wanted


@pytest.mark.parametrize("phase", [*TELLING, "withdrawal"])
@pytest.mark.parametrize("name", CASES)
def test_a_partner_never_reads_about_money(name: str, phase: str) -> None:
    case = case_of(name)
    assert not MONEY.search(body(case, "partner", phase).replace("payment card or bank data", ""))


MONEY = re.compile(
    r"\b(costs?|fees?|charges?|charged|pay(s|ing|able|ment)?|expenses?|invoices?|bear(s|ing)?"
    r"|reimburs\w*|price|free of)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", CASES)
def test_a_caller_is_told_to_keep_quiet_about_money_and_says_nothing_of_it(name: str) -> None:
    said, _, kept = body(case_of(name), "callsheet").partition("Do not say")
    assert not MONEY.search(said.replace("payment card or bank data", ""))
    assert "money" in kept


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize(
    ("phase", "word"),
    [
        ("withdrawal", "Withdrawal"),
        ("correction", "Correction"),
        ("supplementary", "Supplement"),
        ("initial", "Notice of a security breach – reference 2026-0007"),
    ],
)
def test_a_subject_says_which_phase_it_is_and_nothing_of_the_breach(
    notice: str, phase: str, word: str
) -> None:
    subject = draw(case_of("rich"), notice, phase).subject
    if notice == "partner":
        assert word in subject
    assert "2026-0007" in subject
    assert "Acme" not in subject
    assert "AppSecret" not in subject
    assert len(subject) < 90


def test_the_first_hour_is_stated_in_words() -> None:
    text = body(case_of("empty"), "partner")
    for sentence in (
        "We suspect a security breach that may concern personal data we process on your behalf.",
        "What exactly happened has not been established yet.",
        "When it occurred: not established yet",
        "The cause has not been established yet.",
        "Which groups of people are concerned has not been established yet.",
        "The number of people concerned has not been established yet.",
        "The number of records concerned has not been established yet.",
        "It has not been established yet which data are concerned",
        "Please treat them as readable until we tell you otherwise.",
        "Our contact point is still missing here; it is to be filled in before this is sent.",
        "The likely consequences have not been assessed yet.",
        "No measure taken or proposed can be named yet.",
        "Prepare to replace the AppSecret",
        "We will agree that with you by telephone",
    ):
        assert sentence in text
    assert "Strange sign-ins" not in text  # the title is ours


def test_gaps_of_the_first_hour_are_stated_to_people_and_to_the_authority() -> None:
    people = body(case_of("empty"), "data_subjects")
    assert "When it happened: we do not know yet." in people
    assert "We do not know yet which of your information is involved." in people
    assert "change the password of your account" in people
    authority = body(case_of("empty"), "authority")
    assert "We became aware of the breach: the time is still missing here" in authority
    assert "The categories of data subjects have not been established yet." in authority
    assert "other contact point is still missing here" in authority


def test_the_partner_is_told_all_that_is_known() -> None:
    text = body(case_of("rich"), "partner")
    for part in (
        "A security breach is confirmed.",
        "Article 6.3 of the Imou Data Processing Agreement",
        "Article 33(2) GDPR",
        "Tuesday, 17 November 2026, 22:10 (CET, UTC+01:00)",
        "It is confirmed that data were copied out",
        "somebody from outside acted on purpose",
        "your customers: about 1,190",
        "customers under 18: 10",
        "People concerned in all: about 1,200.",
        "Records concerned in all: about 4,800.",
        "encrypted (AES-256). Only part of these data was protected in this way; the rest was not.",
        "The key was exposed as well, so the encryption does not protect these data any more.",
        "kept as hash values (argon2id)",
        "An intact copy of these data exists.",
        "Data Protection Office, data protection officer",
        "Replace the AppSecret",
        "Revoke all access and session tokens",
        "through the transfer folder of our agreement.",
        "Germany: about 1,000",
        "within 72 hours after you became aware",
        "All points that our agreement asks for are stated above.",
        "Service accounts may not be kept in scripts.",
    ):
        assert part in text, part
    assert "not established" not in text
    assert "not been" not in text


def test_advice_fits_the_data_and_the_urgent_comes_first() -> None:
    blocks = [one.text for one in draw(case_of("rich"), "data_subjects").answering("Recital 86")]
    order = [
        "Check whether your alarm zones",
        "Call your bank",
        "Tell the office that issued",
        "Change your password",
        "replace their AppSecret",
        "unplug or cover cameras",
        "If you feel in danger",
        "If a child is concerned",
        "Be careful with messages",
        "we will never ask you",
    ]
    places = [next(i for i, one in enumerate(blocks) if words in one) for words in order]
    assert places == sorted(places)
    whole = " ".join(blocks)
    for wrong in ("door codes", "threatens to publish", "password of each device", "To be safe"):
        assert wrong not in whole


def test_wrong_advice_is_absent() -> None:
    people = body(case_of("laptop"), "data_subjects")
    for wrong in (
        "Call your bank",
        "passport",
        "Change your password",
        "cameras in bedrooms",
        "child",
    ):
        assert wrong not in people
    partner = body(case_of("laptop"), "partner")
    for wrong in ("Replace the AppSecret", "Revoke all", "cameras", "new password"):
        assert wrong not in partner


def test_an_unknown_key_is_stated_with_its_reason_and_day() -> None:
    text = body(case_of("laptop"), "partner")
    assert (
        "Whether the key was exposed is not yet known: it is not clear whether the laptop was"
        " locked. That will follow by Monday, 23 November 2026." in text
    )
    assert (
        "Whether all of these data were protected in this way has not been established yet." in text
    )
    assert "Whether an intact copy of these data exists has not been established yet." in text
    assert (
        "The number of people concerned in all is not yet known: the list on the laptop is being"
        " rebuilt. It will follow by Tuesday, 24 November 2026." in text
    )
    assert "The cause is not yet known: The police report is not there yet." in text
    assert "That alone does not exclude it." in text
    follows = text.partition("What will follow, and when")[2]
    assert "will follow by Monday, 23 November 2026" in follows
    people = body(case_of("laptop"), "data_subjects")
    assert "encrypted, but we do not know yet whether that still protects it" in people


def test_a_key_that_nobody_spoke_of_is_not_called_safe() -> None:
    case = case_of("laptop")
    values = dict(case.view.values)
    silent = Case(ScopeView("acme", values, case.view.own, case.view.shared, {}), case.duties)
    assert (
        "Whether the key was exposed has not been established yet; until it is, the encryption"
        " should not be relied on." in body(silent, "partner")
    )


def test_a_subprocessor_is_named_and_its_telling_dated() -> None:
    text = body(case_of("subprocessor"), "partner")
    assert "The breach took place at our subprocessor Cloud Nine Ltd." in text
    assert "When the subprocessor told us: Friday, 20 November 2026" in text
    assert "Article 4.6(iii) of the Imou Data Processing Agreement" in text
    assert "Whether that is so here is being examined." in text
    assert "do not discuss this breach with us by e-mail" in text
    assert "Revoke all access and session tokens" in text
    assert "Replace the AppSecret" not in text
    assert "pictures that your cameras saved" in body(case_of("subprocessor"), "data_subjects")
    assert "a subprocessor of the processor: Cloud Nine Ltd." in body(
        case_of("subprocessor"), "authority"
    )


def test_a_breach_of_measures_alone_counts_nobody() -> None:
    text = body(case_of("measures_only"), "partner")
    assert "were breached. That personal data themselves were affected has been ruled out." in text
    assert "Sign-in with a second step." in text
    assert "there is nobody to be counted" in text
    assert "no personal data were affected, so there is nothing to report" in text
    assert "Who exactly is concerned" not in text
    assert "within 72 hours" not in text
    assert "Article 33(2) GDPR" not in text
    assert "All points that our agreement asks for" not in text  # contact and (d), (e) are open


def test_a_late_notification_gives_its_reasons_or_says_that_they_are_missing() -> None:
    late = case_of("rich", late=True)
    text = body(late, "authority")
    assert "later than 72 hours" in text
    assert "reasons for the delay have not been set out in this text yet" in text
    given = case_of("rich", late=True, delay={"reason": "The office was closed by a fire"})
    assert "The reasons for the delay: The office was closed by a fire." in body(given, "authority")
    assert "later than 72 hours" not in body(case_of("rich"), "authority")


def test_where_we_are_controller_nobody_is_called_our_processor() -> None:
    text = body(case_of("rich", capacity="controller"), "authority")
    assert "Processor:" not in text
    assert "processed on our behalf" not in text
    assert "The data are processed on our behalf by Vendor GmbH" in body(
        case_of("rich"), "authority"
    )
    people = body(case_of("rich", capacity="controller"), "data_subjects")
    assert "We learned of it from" not in people


def test_people_are_told_in_the_first_two_sentences_and_without_numbers() -> None:
    text = body(case_of("rich"), "data_subjects")
    first = text.partition("What happened")[2][:200]
    assert "There has been a security breach, and it affects your personal data." in first
    for number in ("1,200", "4,800", "1,190"):
        assert number not in text
    for phrase in ("seriously", "http", "log in", "AES-256", "argon2id", "no evidence"):
        assert phrase not in text
    headings = [one.text for one in draw(case_of("rich"), "data_subjects").blocks if one.level == 2]
    assert headings == [
        "What happened",
        "What information was involved",
        "What this could mean for you",
        "What we are doing",
        "What you can do",
        "For more information",
    ]
    assert "Berlin Commissioner for Data Protection" in text


@pytest.mark.parametrize("notice", NOTICES)
def test_a_withdrawal_gives_its_finding_and_takes_nothing_over(notice: str) -> None:
    text = body(case_of("rich"), notice, "withdrawal", reason="The export was our own backup")
    assert "The export was our own backup." in text
    assert "stolen service account" not in text
    assert "not been set out in this text yet" in body(case_of("rich"), notice, "withdrawal")


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("phase", ["correction", "supplementary", "final"])
def test_a_later_notice_says_that_it_takes_the_place_of_an_earlier_one(
    notice: str, phase: str
) -> None:
    text = body(case_of("rich"), notice, phase, reason="The number rose from 1,000 to 1,200")
    assert "The number rose from 1,000 to 1,200." in text
    assert "before" in text or "earlier" in text


def test_a_call_sheet_has_exactly_five_sentences_to_say() -> None:
    phones = [{"name": "Night desk", "role": "", "phone": "+49 30 1111 1111"}]
    for name in CASES:
        document = draw(case_of(name), "callsheet", phones=phones)
        items = [block for block in document.blocks if block.marker[:-1].isdecimal()]
        assert [block.marker for block in items] == ["1.", "2.", "3.", "4.", "5."]
        for letter, item in zip("abcde", items, strict=True):
            assert item.answers == (f"Article 6.4({letter})",)
    text = " ".join(to_text(document).split())
    assert "Night desk: +49 30 1111 1111" in text
    for box in ("Called at", "Person reached", "Acknowledged: ☐", "Questions: ____"):
        assert box in text
    assert "No other customer" in text
