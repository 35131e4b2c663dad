"""Building a message: one of many to 20 KB of text and HTML, against `EmailMessage.as_bytes()`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from itertools import count
from pathlib import Path

from benchmarks.figure import Figure, alternate, seconds
from breachkit.adapters.mail.message import Builder
from breachkit.domain.letter import Letter, place
from breachkit.domain.outbound import Batch
from breachkit.domain.recipient import Recipient

SIZE = 20_000
"""Octets of the text and of the HTML together."""
MANY = 20
"""Messages in one round, so that a round is long enough to be measured."""

AT = datetime(2026, 11, 20, 16, 40, tzinfo=UTC)
BATCH = Batch(
    "2026-0007-n3.2", "2026-0007", "2026-0007-n3", 2, "own", "data_subjects", "", "", 1, "hold", "", ""
)  # fmt: skip
SENTENCES = {
    "German": (
        "de",
        "Wir schreiben Ihnen, weil Aufzeichnungen Ihrer Kamera für Fremde lesbar waren.",
    ),
    "Greek": ("el", "Σας γράφουμε επειδή οι εγγραφές της κάμεράς σας ήταν προσιτές σε τρίτους."),
}


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare building with the writing alone of a message that `EmailMessage` holds already."""
    for name, (language, sentence) in SENTENCES.items():
        letter = _letter(language, sentence)
        builder = Builder(letter, key=bytes(32), batch=BATCH, date=AT)
        positions = count(1)

        def ours(builder: Builder = builder, positions: Iterator[int] = positions) -> float:
            readers = [(_reader(place), place) for place in (next(positions) for _ in range(MANY))]
            return seconds(lambda: [builder.build_for(one, place) for one, place in readers])

        def peer(letter: Letter = letter) -> float:
            messages = [_peer(letter, _reader(number)) for number in range(MANY)]
            return seconds(lambda: [one.as_bytes() for one in messages])

        _check(builder.build_for(_reader(1), 1), _peer(letter, _reader(1)))
        paired = alternate(ours, peer, pairs)
        yield Figure(
            "message",
            f"building {MANY} messages of {SIZE // 1000} KB, {name}",
            "EmailMessage.as_bytes() of the same, already put together",
            paired,
            paired.ratio,
            goal=0.1,
        )


def _letter(language: str, sentence: str) -> Letter:
    """Return a letter of the size that is measured, with open places in all three of its texts."""
    lines: list[str] = []
    first = f"{place('name')}, {place('device')}"
    while True:
        lines.append(sentence)
        text = "\n\n".join([first, *lines]) + "\n"
        paragraphs = "\n".join(f"<p><bdi>{escape(line)}</bdi></p>" for line in (first, *lines))
        html = f'<!DOCTYPE html>\n<html lang="{language}"><body>\n{paragraphs}\n</body></html>\n'
        if len(text.encode()) + len(html.encode()) >= SIZE:
            break
    sender = ("psirt@cameras.test", "PSIRT, Cameras")
    return Letter(language, *sender, sender[0], f"Kamera {place('device')}", text, html, "")


def _reader(number: int) -> Recipient:
    fields = {"device": f"CAM-{number:08}"}
    return Recipient(f"reader{number}@example.org", "", f"Zoë Müller {number}", fields)


def _peer(letter: Letter, reader: Recipient) -> EmailMessage:
    """Return the same message as the standard library holds it."""
    message = EmailMessage()
    message["From"] = f'"{letter.sender_name}" <{letter.sender}>'
    message["Reply-To"] = letter.reply_to
    message["To"] = f"{reader.name} <{reader.address}>"
    message["Subject"] = _filled(letter.subject, reader)
    message["Date"] = format_datetime(AT)
    message["Message-ID"] = f"<{reader.address}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.language
    message.set_content(_filled(letter.text, reader))
    message.add_alternative(_filled(letter.html, reader), subtype="html")
    return message


def _filled(text: str, reader: Recipient) -> str:
    for name, value in {"name": reader.name, **reader.fields}.items():
        text = text.replace(place(name), value)
    return text


def _check(ours: bytes, peer: EmailMessage) -> None:
    """Make sure that both say the same."""
    from email import message_from_bytes, policy

    read = message_from_bytes(ours, policy=policy.default)
    for kind in ("plain", "html"):
        mine, theirs = read.get_body((kind,)), peer.get_body((kind,))
        assert mine is not None
        assert theirs is not None
        assert mine.get_content().replace("\r\n", "\n") == theirs.get_content()
    assert read["To"] == peer["To"]
    assert read["Subject"] == peer["Subject"]
