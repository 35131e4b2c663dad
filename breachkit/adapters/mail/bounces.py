"""Delivery reports (RFC 3464) read from an mbox or a maildir, which stays as it is.

Everything in a mailbox was written by strangers: each message is read up to a limit, whatever cannot
be understood is counted and passed over, and a report counts only when it names a Message-ID that
carries the proof of this workspace.
"""

import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path
from typing import IO, Final

from breachkit.domain.bounce import Action, Bounce
from breachkit.domain.message_id import MessageId, message_ids
from breachkit.domain.text import cleaned
from breachkit.errors import BadInputError

MAX_OCTETS: Final = 512 * 1024
"""Of one message. The report stands before what it returns, so a longer one is read as far as this."""
MAX_RECIPIENTS: Final = 100
"""In one report: an alias that was expanded can have many."""
MAX_DIAGNOSTIC: Final = 500
"""Characters of what a server said."""

_REPORTS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED: Final = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}
)
_STATUS: Final = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)")


@dataclass(slots=True)
class Seen:
    """What was found in a mailbox, in numbers."""

    messages: int = 0
    bounces: int = 0
    """Recipients' parts of reports that are about messages of ours."""
    other: int = 0
    """Messages that are no delivery report."""
    strange: int = 0
    """Reports that name no message of ours, or nothing that happened to one."""
    broken: int = 0
    """Messages that could not be read at all."""
    forged: list[str] = field(default_factory=list)
    """Message-IDs of our shape with a wrong proof; the first hundred."""
    forgeries: int = 0
    """How many reports named only such."""


class BounceReader:
    """Reads a mailbox once, one message after another; `seen` counts on while it is read.

    `path` is an mbox file or a maildir folder, `key` the workspace's own (`Store.key`). BadInputError
    where there is no mailbox.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self.seen = Seen()

    def __iter__(self) -> Iterator[Bounce]:
        try:
            yield from self._bounces()
        except (OSError, mailbox.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise BadInputError(f"cannot read {self._path} as a mailbox: {reason}") from error

    def _bounces(self) -> Iterator[Bounce]:
        for raw in _messages(self._path):
            self.seen.messages += 1
            try:
                # The older policy reads no field before it is asked for, and fails less on bad ones.
                found = self._read(BytesParser().parsebytes(raw))
            except (ValueError, LookupError, RecursionError, AttributeError, TypeError):
                # Python's parser fails in ways of its own on what nobody ever meant as mail.
                self.seen.broken += 1
                continue
            self.seen.bounces += len(found)
            yield from found

    def _read(self, message: Message) -> list[Bounce]:
        report = _report(message)
        if report is None:
            self.seen.other += 1
            return []
        origin = self._origin(message, report[0])
        if origin is None:
            return []
        sent_at = _time(_text(message, "Date"))
        found = [_bounce(origin, group, sent_at) for group in report[1 : MAX_RECIPIENTS + 1]]
        known = [one for one in found if one is not None]
        self.seen.strange += not known
        return known

    def _origin(self, message: Message, report: Message) -> MessageId | None:
        """Return the first Message-ID that is proven to be ours; count where there is none."""
        claims = [one for text in _references(message, report) for one in message_ids(text)]
        for claim in claims:
            if claim.is_genuine(self._key):
                return claim
        if claims:
            self.seen.forgeries += 1
            self.seen.forged += [str(claims[0])][: 100 - len(self.seen.forged)]
        else:
            self.seen.strange += 1
        return None


def _messages(path: Path) -> Iterator[bytes]:
    if not path.is_dir():
        with path.open("rb") as file:
            if file.read(5) not in {b"", b"From "}:
                raise BadInputError(f"{path} is no mbox: it does not start with `From `")
        yield from _start_of_each(mailbox.mbox(path, create=False))
        return
    if not (path / "cur").is_dir() or not (path / "new").is_dir():
        raise BadInputError(f"{path} is no maildir: it has no folders `cur` and `new`")
    yield from _start_of_each(mailbox.Maildir(path, create=False))


def _start_of_each(box: mailbox.mbox | mailbox.Maildir) -> Iterator[bytes]:
    try:
        for key in sorted(box.iterkeys()):  # by their time, as a maildir names them
            try:
                file: IO[bytes] = box.get_file(key)  # type: ignore[assignment]
            except (KeyError, FileNotFoundError):
                continue  # somebody has moved or deleted it meanwhile
            with file:
                yield file.read(MAX_OCTETS)
    finally:
        box.close()


def _report(message: Message) -> list[Message] | None:
    """Return the fields of a report, first those of the message, then of each recipient."""
    parts = message.get_payload()
    if message.get_content_type() != "multipart/report" or not isinstance(parts, list):
        return None
    for part in islice(parts, 10):
        if isinstance(part, Message) and part.get_content_type() in _REPORTS:
            return _groups(part)
    return None


def _groups(part: Message) -> list[Message]:
    payload = part.get_payload()
    groups = (
        [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    )
    if len(groups) > 1:
        return groups
    # Python takes a report of RFC 6533 for a message whose body holds the other groups; and some
    # servers write either kind in a transfer encoding.
    text = _decoded(groups[0] if groups else part, part)
    start = [one for one in groups if one.keys()]
    parts = islice(re.split(r"\n[ \t]*\n\s*", text.replace("\r", "").strip()), MAX_RECIPIENTS + 1)
    return [*start, *(HeaderParser().parsestr(one) for one in parts)]


def _decoded(part: Message, outer: Message) -> str:
    """Return the text of a part in the transfer encoding that stands at it or around it."""
    inner = Message()
    inner["Content-Transfer-Encoding"] = str(outer.get("Content-Transfer-Encoding", "8bit"))
    inner.set_payload(part.get_payload())
    raw = inner.get_payload(decode=True)
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _references(message: Message, report: Message) -> Iterator[str]:
    """Yield where the message that was sent can be named, the surest first."""
    parts = message.get_payload()
    for part in islice(parts if isinstance(parts, list) else [], 10):
        if isinstance(part, Message) and part.get_content_type() in _RETURNED:
            inside = part.get_payload()
            if isinstance(inside, list) and inside and isinstance(inside[0], Message):
                yield _text(inside[0], "Message-ID")
            else:
                yield _text(HeaderParser().parsestr(_decoded(part, part).lstrip()), "Message-ID")
    yield _text(report, "Original-Envelope-Id")
    yield _text(message, "In-Reply-To")
    yield _text(message, "References")


def _bounce(origin: MessageId, group: Message, sent_at: datetime | None) -> Bounce | None:
    word = re.match(r"[a-z]+", _text(group, "Action").lower())
    if word is None or word[0] not in set(Action):
        return None
    status = _STATUS.match(_text(group, "Status"))
    diagnostic = cleaned(_text(group, "Diagnostic-Code"), MAX_DIAGNOSTIC)
    return Bounce(
        origin.batch,
        origin.position,
        Action(word[0]),
        status[1] if status else "",
        diagnostic,
        _time(_text(group, "Last-Attempt-Date")) or sent_at,
    )


def _text(message: Message, name: str) -> str:
    """Return a field on one line, its octets outside ASCII read as UTF-8; empty when missing."""
    # `get` would put U+FFFD in the place of every such octet.
    found = (value for key, value in message.raw_items() if key.lower() == name.lower())
    raw = str(next(found, "")).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(raw[:20_000].split())


def _time(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
