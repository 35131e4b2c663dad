"""The shipped notices as their readers get them: complete, in words, and without what is not theirs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from breachkit.adapters import lawbook
from breachkit.adapters.rendering import Renderer, to_html, to_text
from breachkit.adapters.wording import Wording
from breachkit.adapters.workspace import data_folder
from breachkit.domain.document import Document
from breachkit.domain.duty import Duty, Terms, find_duties
from breachkit.domain.matter import Matter
from breachkit.domain.notice import Heading, notice_view
from breachkit.domain.patch import merged
from breachkit.domain.scope import ScopeView, view_of
from breachkit.domain.statement import settle

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TELLING = ("initial", "supplementary", "final", "correction")
NOTICES = ("partner", "authority", "data_subjects")

EMPTY: dict[str, Any] = {"title": "Strange sign-ins at the device cloud", "scopes": {"acme": {}}}

RICH: dict[str, Any] = {
    "title": "AppSecrets taken from the build server",
    "status": {"personal_data": "confirmed", "security_measures": "confirmed"},
    "timeline": {
        "occurred_from": "2026-11-17 22:10 Europe/Berlin",
        "occurred_until": "2026-11-19 06:00 Europe/Berlin",
        "detected_at": "2026-11-19 05:40 Europe/Berlin",
        "discovered_at": "2026-11-19 08:15 Europe/Berlin",
        "contained_at": "2026-11-19 11:30 Europe/Berlin",
    },
    "nature": {
        "description": "Somebody used a stolen service account to read the account database of the"
        " device cloud",
        "plain": "Somebody got into the computer systems of the camera cloud and read account data.",
        "kinds": ["confidentiality"],
        "cause": "The password of a service account had been stored in a build script",
        "origin": "external",
        "malicious": True,
        "exfiltration": "confirmed",
        "systems": "Account database of the device cloud, region Frankfurt",
        "discovery": "Our monitoring reported an unusual export",
    },
    "security_measures_breached": {"keys": {"text": "Service accounts may not be kept in scripts"}},
    "groups": {
        "customers": {"category": "partner_customers"},
        "children": {"category": "minors", "label": "customers under 18"},
    },
    "data": {
        "email": {"category": "email", "protection": {"state": "none"}},
        "password": {
            "category": "password",
            "protection": {
                "state": "hashed",
                "method": "argon2id",
                "key_state": "safe",
                "coverage": "all",
                "backup": "intact",
            },
        },
        "app_secret": {"category": "app_secret", "protection": {"state": "none"}},
        "video": {
            "category": "cloud_record",
            "protection": {
                "state": "encrypted",
                "method": "AES-256",
                "key_state": "exposed",
                "coverage": "part",
            },
        },
        "card": {"category": "payment", "protection": {"state": "none"}},
        "passport": {"category": "passport_copy", "protection": {"state": "none"}},
    },
    "contact": {
        "name": "Data Protection Office",
        "role": "data protection officer",
        "email": "privacy@vendor.example",
        "phone": "+49 30 0000 0000",
    },
    "consequences": {
        "phishing": {
            "text": "E-mail addresses can be used for phishing",
            "plain": "Strangers may write to you and pretend to be us.",
        },
    },
    "measures": {
        "locked": {
            "text": "The service account was locked and its sessions ended",
            "state": "taken",
            "at": "2026-11-19 11:30 Europe/Berlin",
        },
        "rotate": {"text": "All service passwords are being replaced", "state": "proposed"},
    },
    "advice": {"alarm": {"text": "Check whether your alarm zones are still switched on"}},
    "scopes": {
        "acme": {
            "people": "about 1200",
            "records": "about 4800",
            "groups": {
                "customers": {"people": "about 1190"},
                "children": {"people": 10},
            },
            "data": {
                key: {"records": 800}
                for key in ("email", "password", "app_secret", "video", "card", "passport")
            },
            "countries": {"DE": {"people": "about 1000"}, "AT": {"people": 200}},
            "timeline": {"controller_aware_at": "2026-11-19 17:00 Europe/Berlin"},
            "controller": {
                "name": "Acme Home GmbH",
                "authority": "Berlin Commissioner for Data Protection",
                "contact": {"name": "Ada Acme", "role": "DPO", "email": "dpo@acme.example"},
            },
            "accounts_list": {
                "how": "through the transfer folder of our agreement",
                "ready_at": "2026-11-22 12:00 Europe/Berlin",
            },
        },
    },
}

LAPTOP: dict[str, Any] = {
    "status": {"personal_data": "confirmed"},
    "timeline": {"discovered_at": "2026-11-20 09:00 Europe/Berlin"},
    "nature": {
        "description": "A laptop of our support team was stolen from a train.",
        "kinds": ["confidentiality", "availability"],
        "exfiltration": "no_evidence",
        "cause": {"kind": "unknown", "reason": "The police report is not there yet."},
    },
    "groups": {"staff": {"category": "partner_employees"}},
    "data": {
        "names": {
            "category": "name",
            "protection": {
                "state": "encrypted",
                "method": "BitLocker, XTS-AES 128",
                "key_state": {
                    "kind": "unknown",
                    "reason": "it is not clear whether the laptop was locked",
                    "follows_by": "2026-11-23 Europe/Berlin",
                },
            },
        },
    },
    "scopes": {
        "acme": {
            "people": {
                "kind": "unknown",
                "reason": "the list on the laptop is being rebuilt",
                "follows_by": "2026-11-24 Europe/Berlin",
            },
        },
    },
}

SUBPROCESSOR: dict[str, Any] = {
    "origin": {
        "kind": "subprocessor",
        "name": "Cloud Nine Ltd",
        "told_us_at": "2026-11-20 14:00 Europe/Berlin",
    },
    "nature": {"description": "Storage of our subprocessor was open to the public."},
    "data": {"clips": {"category": "cloud_picture"}, "tokens": {"category": "access_token"}},
    "channels_compromised": {"mail": {"channel": "email"}},
    "scopes": {"acme": {}},
}

MEASURES_ONLY: dict[str, Any] = {
    "status": {"security_measures": "confirmed"},
    "nature": {"description": "Sign-in without a second step was possible for two hours."},
    "security_measures_breached": {"mfa": {"text": "Sign-in with a second step"}},
    "scopes": {"acme": {}},
}

CASES: dict[str, Mapping[str, Any]] = {
    "empty": EMPTY,
    "rich": RICH,
    "laptop": LAPTOP,
    "subprocessor": SUBPROCESSOR,
    "measures_only": MEASURES_ONLY,
}


@dataclass(frozen=True)
class Case:
    """An incident of one scope, with the duties that arise in it."""

    view: ScopeView
    duties: tuple[Duty, ...]
    added: Mapping[str, Any] = field(default_factory=dict)


@cache
def renderer() -> Renderer:
    return Renderer([data_folder("templates")])


@cache
def book() -> lawbook.Lawbook:
    return lawbook.load([lawbook.packaged()])


def case_of(name: str, **more: Any) -> Case:
    """Return an incident as it would be replayed: settled facts, a view, its duties."""
    facts, unknown = settle({}, CASES[name], now=NOW)
    if name == "measures_only":
        # What a decision of two people leaves behind; a statement may not say it.
        facts = merged(facts, {"status": {"personal_data": "ruled_out"}})
    added = {"risk": {"authority": "likely", "people": "high"}, **more}
    view = view_of(facts, unknown, "acme", added, {})
    matter = Matter("2026-0007", facts=facts, opened_at="2026-11-20T08:00:00.000000Z")
    duties = find_duties(matter, [view], book().obligations(), Terms({}))
    return Case(view, duties)


def draw(
    case: Case, notice: str, phase: str = "initial", *, reason: str = "", **more: Any
) -> Document:
    """Render one notice of a case."""
    addressee = "partner" if notice == "callsheet" else notice
    duties = discharged(case, addressee)
    heading = Heading(
        incident="2026-0007",
        our_name="Vendor GmbH",
        recipient="Acme Home GmbH",
        addressee=addressee,
        phase=phase,
        drafted_at=NOW,
        duties=duties,
        instruments={one.id: one for one in book().instruments},
        missing=tuple(gap for duty in duties for gap in duty.gaps),
        reason=reason,
    )
    words = Wording("en", "Europe/Berlin")
    view = notice_view(case.view, heading, words) | more
    return renderer().render(f"{notice}/en.md.j2", view, language="en")


def discharged(case: Case, addressee: str) -> tuple[Duty, ...]:
    return tuple(
        duty
        for duty in case.duties
        if duty.law.addressee == addressee and duty.owed is not False and duty.law.by_notice
    )


def body(case: Case, notice: str, phase: str = "initial", **more: Any) -> str:
    """Return a notice as one line of text, so that a sentence can be looked for."""
    if notice == "callsheet":
        more.setdefault("phones", [])
    return " ".join(to_text(draw(case, notice, phase, **more)).split())


def every(notices: Sequence[str] = NOTICES) -> pytest.MarkDecorator:
    pairs = [
        (name, notice, phase)
        for name in CASES
        for notice in notices
        for phase in (*TELLING, "withdrawal")
    ]
    return pytest.mark.parametrize(("name", "notice", "phase"), pairs)


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
    assert not re.search(r"^\s*(-|\d+\.)\s*$", text, re.MULTILINE)
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
        if law.addressee == notice and law.by_notice
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
        "A contact point has not been named in this text yet.",
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
    assert (
        "We became aware of the breach: the time has not been stated in this text yet" in authority
    )
    assert "The categories of data subjects have not been established yet." in authority
    assert "contact point has not been named in this text yet" in authority


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
        "Unplug or cover cameras",
        "If you feel in danger",
        "If a child uses the account",
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
    assert "The accounts concerned" not in text
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
