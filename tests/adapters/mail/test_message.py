import json
import re
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachkit.adapters.mail.body import isolated
from breachkit.adapters.mail.header import one_line
from breachkit.adapters.mail.message import COPY_REMARKS, Attachment, Builder
from breachkit.domain.delivery import State
from breachkit.domain.letter import Letter, place
from breachkit.domain.message_id import message_ids
from breachkit.domain.outbound import Batch, Message
from breachkit.domain.recipient import Recipient, check_address
from breachkit.errors import BadInputError

KEY = bytes(range(32))
AT = datetime(2026, 11, 20, 16, 40, tzinfo=UTC)
LETTER = Letter(
    language="en",
    sender="psirt@cameras.test",
    sender_name="Cameras & Co, PSIRT",
    reply_to="privacy@cameras.test",
    subject="Notice of a personal data breach",
    text="Dear reader,\n\nwe write about your camera.\n",
    html="<!DOCTYPE html>\n<html><body>\n<main>\n<p>Dear reader,</p>\n</main></body></html>\n",
    reference="2026-0007-n3.2",
)
BATCH = Batch(
    "2026-0007-n3.2", "2026-0007", "2026-0007-n3", 2, "acme", "data_subjects", "", "", 1, "hold",
    "", "2026-11-20T16:40:00Z", domain="cameras.test",
)  # fmt: skip
READER = Recipient("ada@example.org", "en", "Ada Lovelace")

hostile = st.text(st.characters(codec=None), max_size=80) | st.lists(
    st.sampled_from(
        ["\r\n", "\n", "\r", "Bcc: eve@evil.test", "=?utf-8?B?", "?=", "=?utf-8?q?a?=", "\\", '"', ",",
         "<eve@evil.test>", ";", ":", " ", "  ", "\u202e", "\u2028", "\x00", "é", "東京", "شركة", "😀",
         "a" * 70, "--=_", "From ", ".", "=", "\ud800", "<script>", "&amp;", "\ue010", "(x)"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


def builder(letter: Letter = LETTER, **more) -> Builder:
    return Builder(letter, key=KEY, batch=BATCH, date=AT, **more)


def parsed(raw: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    assert not [defect for part in message.walk() for defect in part.defects]
    return message


def texts(message: EmailMessage) -> tuple[str, str]:
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert page is not None
    found = plain.get_content(), page.get_content()
    assert all(text.count("\n") == text.count("\r\n") for text in found)
    return found[0].replace("\r\n", "\n"), found[1].replace("\r\n", "\n")


def check_lines(raw: bytes) -> None:
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\r\nFrom " not in raw


def only_address(raw: bytes, header: str) -> tuple[str, str]:
    [one] = parsed(raw)[header].addresses
    # Python's newer parser keeps the space between two encoded words of a name (RFC 2047, 6.2 says
    # that it goes), so the name is read by the older one.
    phrase, address = parseaddr(message_from_bytes(raw)[header])
    assert address == one.addr_spec
    name = str(make_header(decode_header(phrase))) if "=?" in phrase else phrase
    assert name.replace(" ", "") == one.display_name.replace(" ", "")
    return name, address


def row(**more) -> Message:
    values = {
        "id": 9, "batch": BATCH.batch, "position": 17, "address": "ada@example.org", "proof": "",
        "language": "en", "name": "Ada Lovelace", "fields": "{}", "state": State.CLAIMED,
        "attempts": 0, "copies": 0, "next_at": "", "reply": "", "queue_id": "", "sent_at": "",
        "changed_at": "",
    }  # fmt: skip
    return Message(**values | more)


def test_a_message_says_all_that_a_transactional_notice_says_and_nothing_else():
    message = parsed(builder().build(row()))
    assert message.keys() == [
        "From", "Reply-To", "To", "Subject", "Message-ID", "Date", "Auto-Submitted",
        "Content-Language", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert message["From"].addresses[0].addr_spec == "psirt@cameras.test"
    assert message["From"].addresses[0].display_name == "Cameras & Co, PSIRT"
    assert message["Reply-To"] == "privacy@cameras.test"
    assert message["To"] == "Ada Lovelace <ada@example.org>"
    assert message["Subject"] == LETTER.subject
    assert message["Date"].datetime == AT
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/alternative"
    assert texts(message) == (LETTER.text, LETTER.html)
    [one] = message_ids(message["Message-ID"])
    assert (one.batch, one.position, one.is_genuine(KEY)) == (BATCH.batch, 17, True)
    assert not one.is_genuine(bytes(32))


def test_the_same_message_has_the_same_bytes_and_no_other_has_its_boundary():
    assert builder().build(row()) == builder().build(row())
    first, second = (parsed(builder().build(row(position=place))) for place in (1, 2))
    assert first.get_boundary() != second.get_boundary()
    assert first["Message-ID"] != second["Message-ID"]


@given(hostile, hostile, hostile, hostile)
def test_no_name_field_or_subject_adds_a_header_a_part_or_a_recipient(name, product, subject, text):
    written = text.replace("\ue010", "")
    letter = replace(
        LETTER,
        subject=subject.replace("\ue010", "") + place("product"),
        sender_name=name,
        text=f"{written}\n{place('name')}: {place('product')}, {place('product')}\n{written}",
        html=f"<p>{place('name')}</p>\n<p title='{place('product')}'>{place('product')}</p>",
    )
    reader = Recipient("ada@example.org", "en", name, {"product": product})
    raw = builder(letter).build_for(reader, 1)
    check_lines(raw)
    message = parsed(raw)
    assert message.keys() == parsed(builder().build(row())).keys()
    assert only_address(raw, "To") == (one_line(name), "ada@example.org")
    assert only_address(raw, "From") == (one_line(name), "psirt@cameras.test")
    assert message["Subject"] == one_line(
        letter.subject.replace(place("product"), one_line(product))
    )
    person, thing = one_line(name), one_line(product)
    plain, page = texts(message)
    filled = f"{isolated(person)}: {isolated(thing)}, {isolated(thing)}"
    expected = f"{written}\n{filled}\n{written}".replace("\r\n", "\n").replace("\r", "\n")
    expected = expected.encode("utf-8", "replace").decode()
    assert plain == (expected if expected.endswith("\n") else f"{expected}\n")
    assert page == f"<p>{escape(person)}</p>\n<p title='{escape(thing)}'>{escape(thing)}</p>\n"
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


@given(hostile)
def test_an_address_is_one_address_or_refused(text):
    for address in (text, f"{text}@example.org", f"ada@{text}", f"ada@example.org{text}"):
        try:
            raw = builder().build_for(Recipient(address), 1)
        except BadInputError:
            continue
        [one] = parsed(raw.decode().encode("ascii", "replace"))["To"].addresses
        assert raw.count(b"\r\nTo: <" + address.encode() + b">\r\n") == 1
        assert one.domain == address.rpartition("@")[2]


@pytest.mark.parametrize(
    "address",
    ["a@x.test,b@x.test", "a@x.test>, <b@x.test", "a b@x.test", "=?utf-8?q?b=40y.test?=@x.test", "",
     "a@x.test\r\nBcc: b@x.test", '"a,b"@x.test', "a@x", "a.@x.test", "a@b@x.test", "g:a@x.test;"],
)  # fmt: skip
def test_an_address_that_could_be_another_is_refused(address):
    with pytest.raises(BadInputError, match="is not one address that a message can be sent to"):
        builder().build(row(address=address))


def test_an_address_outside_ascii_stays_as_it_is():
    address = check_address("δοκιμή@παράδειγμα.test")
    raw = builder().build(row(address=address, name="Ζωή"))
    [line] = [line for line in raw.split(b"\r\n") if line.startswith(b"To: ")]
    assert line.endswith(" <δοκιμή@xn--hxajbheg2az3al.test>".encode())
    assert parsed(raw)["To"].addresses[0].display_name == "Ζωή"


@pytest.mark.parametrize(
    ("language", "text", "encoding"),
    [
        ("de", "Sehr geehrte Frau Müßiggang,\n\nes geht um Ihre Kamera.\n", "quoted-printable"),
        ("el", "Αγαπητή κυρία,\n\nαφορά την κάμερά σας.\n", "base64"),
        ("ja", "お客様各位\n\nお使いのカメラについて。\n", "base64"),
        ("ar", "عزيزي العميل،\n\nبخصوص الكاميرا.\n", "base64"),
        ("hi", "प्रिय ग्राहक,\n", "base64"),
        ("en", "x" * 5000 + "\n" + "trailing \nFrom here\n.\n--\n😀\n", "quoted-printable"),
        ("en", "no break at the end", "quoted-printable"),
        ("en", "", "quoted-printable"),
    ],
)
def test_every_script_arrives_as_it_was_written(language, text, encoding):
    html = f"<html><body><p>{escape(text)}</p></body></html>"
    letter = replace(LETTER, language=language, subject=text[:70], text=text, html=html)
    raw = builder(letter).build(row(name=text[:20]))
    check_lines(raw)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    message = parsed(raw)
    assert message.get_body(("plain",))["Content-Transfer-Encoding"] == encoding
    assert texts(message) == (ended(text), f"{html}\n")
    assert message["Subject"] == one_line(text[:70])


def ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def test_each_person_reads_their_own_fields_and_right_to_left_stays_in_its_place():
    letter = replace(
        LETTER,
        subject=f"About {place('device')}",
        text=f"Dear {place('name')},\n\nyour {place('device')} is safe.\n",
        html=f"<body><p>Dear {place('name')},</p><p>{place('device')}</p></body>\n",
    )
    fields = json.dumps({"device": "Cam <2> & more"})
    message = parsed(builder(letter).build(row(name="שרה", fields=fields)))
    assert message["Subject"] == "About Cam <2> & more"
    assert texts(message) == (
        "Dear \u2068שרה\u2069,\n\nyour Cam <2> & more is safe.\n",
        "<body><p>Dear שרה,</p><p>Cam &lt;2&gt; &amp; more</p></body>\n",
    )
    with pytest.raises(BadInputError, match="recipient 17 has no field 'device'"):
        builder(letter).build(row())


@pytest.mark.parametrize("length", range(8))
def test_words_of_any_length_stand_between_the_lines_of_another_script(length):
    line = f"{place('name')} και {place('name')}\n"
    text = f"{line}\nΑφορά την κάμερά σας.\n{line}{line}Ευχαριστούμε πολύ\n\n\n{line}"
    for name in ("x" * length, "Ζωή"[:length]):
        raw = builder(replace(LETTER, text=text)).build(row(name=name))
        check_lines(raw)
        plain = parsed(raw).get_body(("plain",))
        assert plain["Content-Transfer-Encoding"] == "base64"
        assert plain.get_content().replace("\r\n", "\n") == text.replace(place("name"), name)
        assert "=" not in plain.get_payload().strip()[:-2]


@pytest.mark.parametrize("language", [*COPY_REMARKS, "fi", "pt-BR", "de-AT"])
def test_a_copy_says_so_first_and_keeps_its_message_id(language):
    letter = replace(LETTER, language=language)
    first, copy = (parsed(builder(letter).build(row(), again)) for again in (False, True))
    known = language[:2] if language[:2] in COPY_REMARKS else "en"
    assert copy["Message-ID"] == first["Message-ID"]
    assert "possible copy" in copy["Comments"]
    assert "Comments" not in first
    plain, page = texts(copy)
    assert plain == f"{COPY_REMARKS[known]}\n\n{LETTER.text}"
    remark = f'<main>\n<p lang="{known}">{escape(COPY_REMARKS[known])}</p>\n<p>Dear reader'
    assert remark in page
    assert {name: value for name, value in copy.items() if name != "Comments"} == dict(
        first.items()
    )


def test_a_row_that_was_sent_before_is_a_copy_by_itself():
    assert builder().build(row(copies=1)) == builder().build(row(), copy=True)


def test_a_workspace_can_say_in_its_own_words_that_it_is_a_copy():
    letter = replace(LETTER, language="fi", html="<p>Hei</p>\n")
    raw = builder(letter, copy_remark="Mahdollinen <kopio>").build(row(), copy=True)
    plain, page = texts(parsed(raw))
    assert plain.startswith("Mahdollinen <kopio>\n\n")
    assert page == '<p lang="fi">Mahdollinen &lt;kopio&gt;</p>\n<p>Hei</p>\n'


def test_attachments_go_along_whole_under_their_own_names():
    names = ["sheet.pdf", "Übersicht – 東京.pdf", 'a";b\r\nBcc: x.pdf', "../up.pdf"]
    files = [Attachment(name, "application/pdf", bytes(range(256)) * 9) for name in names]
    raw = builder(attachments=files).build(row())
    check_lines(raw)
    message = parsed(raw)
    assert message.get_content_type() == "multipart/mixed"
    assert texts(message) == (LETTER.text, LETTER.html)
    found = list(message.iter_attachments())
    assert [one.get_filename() for one in found] == [
        "sheet.pdf", "Übersicht – 東京.pdf", 'a";b Bcc: x.pdf', ".._up.pdf"
    ]  # fmt: skip
    assert {one.get_content() for one in found} == {files[0].content}
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("a.pdf", "application/pdf\r\nBcc: x"), ("a.eml", "message/rfc822"), ("a", "x"), ("", "a/b"),
     ("ü" * 128, "a/b")],
)  # fmt: skip
def test_a_file_that_cannot_be_attached_is_refused(name, media_type):
    with pytest.raises(BadInputError, match="can be attached"):
        builder(attachments=[Attachment(name, media_type, b"")])


@pytest.mark.parametrize(
    "wrong", [{"sender": "x"}, {"reply_to": "a@x.test, b@x.test"}, {"language": "en\r\nBcc: x"}]
)
def test_a_letter_that_would_break_its_header_is_refused(wrong):
    with pytest.raises(BadInputError):
        builder(replace(LETTER, **wrong))


@pytest.mark.parametrize(
    "words",
    ["=?utf-8?q?Eve=3Ceve=40evil.test=3E?=", "=?utf-8?B?RXZl?= and more", "a" + "東京の空é" * 30],
)
def test_what_looks_like_an_encoded_word_is_not_decoded(words):
    raw = builder(replace(LETTER, subject=words)).build(row(name=words))
    assert parsed(raw)["Subject"] == words
    assert only_address(raw, "To") == (words, "ada@example.org")
    for word in re.findall(rb"=\?utf-8\?B\?([^?]*)\?=", raw):
        assert b64decode(word).decode()


def test_long_subjects_are_folded_and_read_as_written():
    subject = "An unusually long subject about a personal data breach " * 9
    raw = builder(replace(LETTER, subject=subject)).build(row(name="x" * 300))
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert parsed(raw)["Subject"] == subject.strip()
    assert only_address(raw, "To") == ("x" * 300, "ada@example.org")
