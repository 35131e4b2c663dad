"""One text of a message in its transfer encoding; what is the same for all is encoded once."""

import re
import unicodedata
from binascii import b2a_base64, b2a_qp
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from breachkit.domain.letter import OPENS, filler

Escape: TypeAlias = Callable[[str], str]
"""Makes a value of one person harmless where it is printed."""

_Run: TypeAlias = bytes | Callable[[Mapping[str, str]], bytes]

_BREAKS: Final = re.compile("\r\n?|\n")
_FROM: Final = re.compile(rb"(?m)^From ")
_ISOLATE, _RELEASE = "\u2068", "\u2069"


class Body:
    """A text with open places, as a part of a message.

    Quoted-printable where most of it is ASCII, so that it can be read as it is; base64 for other
    scripts, where it is shorter. Both keep lines at 76 octets whatever a text or a fact holds, and
    both are encoded in C.
    """

    def __init__(self, template: str, escape: Escape, media_type: str) -> None:
        text = _BREAKS.sub("\n", template)
        text += "" if text.endswith("\n") else "\n"
        raw = text.encode("utf-8", "replace")
        quoted = sum(octet > 126 or octet == 61 for octet in raw) * 6 <= len(raw)
        encoding = "quoted-printable" if quoted else "base64"
        self._head = (
            f'Content-Type: {media_type}; charset="utf-8"\r\n'
            f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
        ).encode()
        runs = [_run(lines, escape) for lines in _runs(text)]
        self._runs = _Quoted(runs) if quoted else _Base64(runs)

    def encoded(self, fields: Mapping[str, str]) -> list[bytes]:
        """Return the part with the fields of one person; KeyError names one that is missing."""
        return [self._head, *self._runs.encoded(fields)]


def isolated(value: str) -> str:
    """Return a value that its neighbours in a plain text cannot reorder, nor it them."""
    if value.isascii() or not any(unicodedata.bidirectional(one) in _RIGHT for one in value):
        return value
    return f"{_ISOLATE}{value}{_RELEASE}"


_RIGHT: Final = frozenset({"R", "AL", "AN"})


class _Quoted:
    """Runs of whole lines, each encoded by itself."""

    def __init__(self, runs: Sequence[_Run]) -> None:
        self._runs = [quoted_printable(run) if isinstance(run, bytes) else run for run in runs]

    def encoded(self, fields: Mapping[str, str]) -> Iterator[bytes]:
        """Yield the runs in their order."""
        for run in self._runs:
            yield run if isinstance(run, bytes) else quoted_printable(run(fields))


class _Base64:
    """Runs of octets in one stream of base64.

    Three octets make four characters, so a run that follows a person's own words starts at one of
    three places: all three are kept. A run ends with CRLF, so it is never too short for that. Lines
    may be shorter than 76 characters wherever that suits (RFC 2045, 6.8).
    """

    def __init__(self, runs: Sequence[_Run]) -> None:
        self._runs = [
            [_aligned(run, start) for start in range(3)] if isinstance(run, bytes) else run
            for run in runs
        ]

    def encoded(self, fields: Mapping[str, str]) -> Iterator[bytes]:
        """Yield the runs in their order."""
        waiting = b""
        for run in self._runs:
            if isinstance(run, list):
                start, middle, end = run[-len(waiting) % 3]
                yield wrapped(waiting + start)
                yield middle
                waiting = end
            else:
                waiting += run(fields)
        yield wrapped(waiting)


def _aligned(run: bytes, start: int) -> tuple[bytes, bytes, bytes]:
    end = start + max(0, len(run) - start) // 3 * 3
    return run[:start], wrapped(run[start:end]), run[end:]


def quoted_printable(raw: bytes) -> bytes:
    """Return whole lines in quoted-printable; they must end with CRLF."""
    # A line that starts with "From " would be changed by whoever keeps the message in an mbox.
    return _FROM.sub(b"=46rom ", b2a_qp(raw))


def wrapped(raw: bytes) -> bytes:
    """Return bytes in base64, on lines of at most 76 characters that end with CRLF."""
    whole = b2a_base64(raw, newline=False)
    lines = [whole[start : start + 76] for start in range(0, len(whole), 76)]
    return b"\r\n".join([*lines, b""])


def _runs(text: str) -> Iterator[str]:
    lines = re.findall(".*\n", text)  # splitlines would also part lines at other characters
    for _, group in groupby(lines, lambda line: OPENS in line):
        yield "".join(group)


def _run(template: str, escape: Escape) -> _Run:
    if OPENS not in template:
        return _octets(template)
    fill = filler(template, escape)
    return lambda fields: _octets(fill(fields))


def _octets(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("utf-8", "replace")
