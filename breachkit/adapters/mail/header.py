"""Header fields of a message, each on its own, from values that may be hostile (RFC 5322, RFC 2047)."""

import re
from binascii import b2a_base64
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from breachkit.domain.text import cleaned
from breachkit.errors import BadInputError

_LINE: Final = 76
"""Of a line that has an encoded word in it (RFC 2047, 2)."""
_WORD: Final = 75
_FRAME: Final = len("=?utf-8?B??=")

_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ADDRESS: Final = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
)


def one_line(text: str) -> str:
    """Return a text without line breaks, controls, runs of spaces or marks that reorder what is read."""
    if not (text.isascii() and text.isprintable()):
        text = cleaned(text).replace("\n", " ")
    return " ".join(filter(None, text.split(" "))) if "  " in text else text.strip()


def unstructured(name: str, text: str) -> str:
    """Return a header field of free text, such as Subject, with its line break; folded where long."""
    value = one_line(text)
    if not _is_plain(value):
        return f"{name}: {_encoded(value, len(name) + 2)}\r\n"
    return "\r\n".join(_folded(f"{name}: {value}")) + "\r\n"


def mailbox(name: str, display: str, address: str) -> str:
    """Return a header field of one address with a name before it, such as To, with its line break.

    BadInputError for an address that could be read as another one or as several. An address outside
    ASCII stays as it is: the message then needs SMTPUTF8 (RFC 6532).
    """
    if not _ADDRESS.fullmatch(address) or "=?" in address:
        raise BadInputError(f"{address!r} is not one address that a message can be sent to")
    value = one_line(display)
    if not value:
        return f"{name}: <{address}>\r\n"
    start = f"{name}: {_phrase(value, len(name) + 2)}"
    last = len(start) - start.rfind("\n") - 1
    fold = "\r\n" if last + len(address) + 3 > _LINE else ""
    return f"{start}{fold} <{address}>\r\n"


def file_name(name: str) -> str:
    """Return the parameter of Content-Disposition that names a file, in any script (RFC 2231)."""
    value = one_line(name).replace("/", "_").replace("\\", "_")
    if not value or len(value.encode()) > 255:
        raise BadInputError(f"{name[:80]!r} is not the name of a file that can be attached")
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._ -]*", value):
        return f'filename="{value}"'
    return f"filename*=utf-8''{quote(value.encode('utf-8', 'replace'), safe='')}"


def _is_plain(value: str) -> bool:
    if not value.isascii() or "=?" in value:  # that would be decoded as an encoded word
        return False
    return len(value) <= 60 or max(map(len, value.split(" "))) <= 60


def _folded(field: str) -> Iterator[str]:
    while len(field) > _LINE and (cut := field.rfind(" ", field.index(" ") + 1, _LINE)) > 0:
        yield field[:cut]
        field = field[cut:]
    yield field


def _phrase(value: str, used: int) -> str:
    if len(value) > 60 or not _is_plain(value):
        return _encoded(value, used)
    if _ATOMS.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded(value: str, used: int) -> str:
    raw = value.encode("utf-8", "replace")
    words = []
    room = (min(_LINE - used, _WORD) - _FRAME) // 4 * 3
    while raw:
        cut = room
        while cut < len(raw) and raw[cut] & 0xC0 == 0x80:  # never inside a character
            cut -= 1
        words.append(f"=?utf-8?B?{b2a_base64(raw[:cut], newline=False).decode()}?=")
        raw = raw[cut:]
        room = (_WORD - _FRAME) // 4 * 3
    return "\r\n ".join(words)
