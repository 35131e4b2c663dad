"""The bytes of one e-mail to one recipient, made from a letter whose header is prepared once.

The same batch, position and date give the same bytes (a signature alone differs: it says when it was
made). What the header says, and what it leaves out:

* `Auto-Submitted: auto-generated` (RFC 3834, 5): no automatic responder that follows it answers.
* No `X-Auto-Response-Suppress`: it is no standard, RFC 3834 does not know it, its widest value also
  stops the delivery reports that we need as proof, and that a partner is out of office is something
  the responder wants to know. No loop can come of it, because nothing of ours answers mail.
* No `Precedence: bulk` (RFC 3834 discourages it, and filters take it for advertising) and no
  `List-Unsubscribe`: nobody can unsubscribe from a notice that the law demands.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from html import escape as escape_html
from typing import Final, NamedTuple, Protocol

from breachkit.adapters.mail.body import Body, isolated, wrapped
from breachkit.adapters.mail.header import file_name, mailbox, one_line, unstructured
from breachkit.domain.letter import OPENS, Letter, fields_of, filler
from breachkit.domain.message_id import message_id, proof_of
from breachkit.domain.outbound import Batch, Message
from breachkit.domain.recipient import Recipient, check_address
from breachkit.errors import BadInputError

COPY_REMARKS: Final[Mapping[str, str]] = {
    "de": "Mögliche Kopie: Sie haben diese Nachricht vielleicht schon (gleiche Message-ID).",
    "en": "Possible copy: you may already have this message (same Message-ID).",
    "es": "Posible copia: quizá ya haya recibido este mensaje (mismo Message-ID).",
    "fr": "Copie possible : vous avez peut-être déjà reçu ce message (même Message-ID).",
    "it": "Possibile copia: forse ha già ricevuto questo messaggio (stesso Message-ID).",
    "nl": "Mogelijke kopie: u hebt dit bericht misschien al ontvangen (zelfde Message-ID).",
}
"""The first line of a message that is sent again in spite of a doubt; English for other languages."""

COPY_HEADER: Final = (
    "Comments: possible copy; a message with this Message-ID may have arrived before"
)
"""Comments is the field that RFC 5322, 3.6.5 has for a remark on a message."""

_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_BODY: Final = re.compile(r"<body[^>]*>\s*(?:<main[^>]*>)?\s*", re.IGNORECASE)


class Attachment(NamedTuple):
    """A file that goes with every message of a batch."""

    name: str
    media_type: str
    content: bytes


class Signer(Protocol):
    """What signs a message."""

    def sign(self, entity: bytes) -> bytes:
        """Return the detached signature of a MIME entity: CMS in DER, with SHA-256."""
        ...


class Builder:
    """Makes the messages of one batch, each to exactly one recipient.

    `key` is the workspace's own (`Store.key`), `date` what the header says, with a zone. Names, fields
    and addresses are taken as hostile: whatever they hold, each stays the one value that it is.
    """

    def __init__(
        self,
        letter: Letter,
        *,
        key: bytes,
        batch: Batch,
        date: datetime,
        attachments: Sequence[Attachment] = (),
        signer: Signer | None = None,
        copy_remark: str = "",
    ) -> None:
        self._letter = letter
        self._key = key
        self._batch = batch.batch
        self._domain = batch.domain or letter.sender.rpartition("@")[2]
        self._sender = _sender(letter)
        self._rest = _rest(letter, date)
        self._subject = filler(letter.subject, one_line)
        self._fixed = None if OPENS in letter.subject else unstructured("Subject", letter.subject)
        self._attached = [_attached(one) for one in attachments]
        self._signer = signer
        self._remark = one_line(copy_remark)

    def build(self, message: Message, copy: bool = False) -> bytes:
        """Return the message to the recipient of a row of the outbox.

        A copy (asked for, or by the row) says so in its header and in the first line of its texts.
        BadInputError for an address that is erased or not safe, or a field that is missing.
        """
        fields = json.loads(message.fields or "{}") if self._letter.fields else {}
        recipient = Recipient(message.address, message.language, message.name, fields)
        return self.build_for(recipient, message.position, copy or message.copies > 0)

    def build_for(self, recipient: Recipient, position: int, copy: bool = False) -> bytes:
        """Return the message to a recipient at a position in the batch, from 1; as `build`."""
        mark = f"=_{proof_of(self._key, self._batch, position)}"
        try:
            entity = self._entity(fields_of(recipient), mark, copy)
            header = self._header(recipient, position, copy)
        except KeyError as error:
            raise BadInputError(f"recipient {position} has no field {error.args[0]!r}") from error
        whole = entity if self._signer is None else _signed(entity, self._signer, mark)
        return b"".join([header.encode("utf-8", "replace"), *whole])

    def _header(self, recipient: Recipient, position: int, copy: bool) -> str:
        subject = self._fixed
        if subject is None:
            subject = unstructured("Subject", self._subject(fields_of(recipient)))
        made = message_id(self._key, self._batch, position, self._domain)
        remark = f"{COPY_HEADER}\r\n" if copy else ""
        receiver = mailbox("To", recipient.name, recipient.address)
        return f"{self._sender}{receiver}{subject}Message-ID: {made}\r\n{remark}{self._rest}"

    def _entity(self, fields: Mapping[str, str], mark: str, copy: bool) -> list[bytes]:
        plain, page = self._copies if copy else self._bodies
        texts = _multipart(
            "alternative", f"{mark}_a", [plain.encoded(fields), page.encoded(fields)]
        )
        if not self._attached:
            return texts
        return _multipart("mixed", f"{mark}_m", [texts, *self._attached])

    @cached_property
    def _bodies(self) -> tuple[Body, Body]:
        return _bodies(self._letter.text, self._letter.html)

    @cached_property
    def _copies(self) -> tuple[Body, Body]:
        # Only a batch with a doubt needs them.
        language = self._letter.language.partition("-")[0].lower()
        known = language if self._remark or language in COPY_REMARKS else "en"
        remark = self._remark or COPY_REMARKS[known]
        page, letter = f'<p lang="{known}">{escape_html(remark)}</p>\n', self._letter
        at = found.end() if (found := _BODY.search(letter.html)) else 0
        return _bodies(f"{remark}\n\n{letter.text}", letter.html[:at] + page + letter.html[at:])


def _bodies(text: str, html: str) -> tuple[Body, Body]:
    plain = Body(text, lambda value: isolated(one_line(value)), "text/plain")
    return plain, Body(html, lambda value: escape_html(one_line(value)), "text/html")


def _sender(letter: Letter) -> str:
    try:
        sender = mailbox("From", letter.sender_name, check_address(letter.sender))
        answers = mailbox("Reply-To", "", check_address(letter.reply_to)) if letter.reply_to else ""
    except ValueError as error:
        raise BadInputError(
            f"{letter.sender!r}, {letter.reply_to!r}: an address {error}"
        ) from error
    return sender + answers


def _rest(letter: Letter, date: datetime) -> str:
    if date.tzinfo is None:
        raise ValueError("the date of a message needs its zone")
    if not _LANGUAGE.fullmatch(letter.language):
        raise BadInputError(f"{letter.language!r} is not the tag of a language")
    return (
        f"Date: {format_datetime(date)}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        f"Content-Language: {letter.language}\r\n"
        "MIME-Version: 1.0\r\n"
    )


def _attached(one: Attachment) -> list[bytes]:
    if not _TYPE.fullmatch(one.media_type) or one.media_type.startswith(("multipart/", "message/")):
        raise BadInputError(f"{one.media_type!r} is not a type of file that can be attached")
    head = (
        f"Content-Type: {one.media_type}\r\n"
        f"Content-Disposition: attachment; {file_name(one.name)}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return [head.encode(), wrapped(one.content)]


def _multipart(
    kind: str, boundary: str, parts: Sequence[Sequence[bytes]], more: str = ""
) -> list[bytes]:
    # "=_" stands in no line of quoted-printable or base64, so no text can end its part.
    pieces = [f'Content-Type: multipart/{kind};{more} boundary="{boundary}"\r\n\r\n'.encode()]
    line = f"--{boundary}\r\n".encode()
    for part in parts:
        pieces += (line, *part, b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode())
    return pieces


def _signed(entity: Sequence[bytes], signer: Signer, mark: str) -> list[bytes]:
    content = b"".join(entity)
    head = (
        b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
        b'Content-Disposition: attachment; filename="smime.p7s"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    more = ' protocol="application/pkcs7-signature";\r\n micalg="sha-256";'
    proof = [head, wrapped(signer.sign(content))]
    return _multipart("signed", f"{mark}_s", [[content], proof], more)
