"""A list of recipients as it is read: what is wrong with a line, and what is found in all of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from breachkit.domain.recipient import Recipient

SHOWN: Final = 20
"""How many lines of each kind a report names; the others are counted."""


class Fault(StrEnum):
    """What a line of a list can have, in the words of the report."""

    MALFORMED = "not readable"
    ADDRESS = "bad address"
    MISSING = "missing field"
    UNKNOWN = "unknown field"
    UNSAFE = "unsafe text"
    LANGUAGE = "no language"
    """What stands for a language is none."""
    REPEATED = "address again"
    """The address has come before, with something else said of its owner."""
    AGAIN = "same line again"
    UNTRANSLATED = "no text in that language"
    OTHER_LANGUAGE = "another language than the text"


REMARKS: Final = frozenset({Fault.AGAIN, Fault.UNTRANSLATED, Fault.OTHER_LANGUAGE})
"""What is reported and leaves nobody out; every other fault keeps its line from being bound."""


class Finding(NamedTuple):
    """One thing about one line; it holds no whole address."""

    line: int
    """From 1, as an editor counts."""
    fault: Fault
    reason: str
    column: str = ""
    value: str = ""
    """As `masked` shows it."""

    @property
    def is_bad(self) -> bool:
        """Whether the line cannot be bound."""
        return self.fault not in REMARKS


class Row(NamedTuple):
    """One line of a list."""

    line: int
    recipient: Recipient | None
    """None where the line is bad."""
    findings: tuple[Finding, ...]
    cells: Sequence[str]
    """The line as it was given, for the file of those who need another channel."""


@dataclass
class Report:
    """What was found in a list, by kind."""

    lines: int = 0
    taken: int = 0
    """How many recipients can be bound."""
    bad: int = 0
    """How many lines cannot."""
    counts: Counter[Fault] = field(default_factory=Counter)
    shown: list[Finding] = field(default_factory=list)
    """The first of each kind, in the order of their lines."""
    languages: Counter[str] = field(default_factory=Counter)
    """How many recipients read which language; empty where nobody said."""

    def add(self, findings: Sequence[Finding]) -> None:
        """Take what was found in one more line."""
        self.lines += 1
        self.bad += any(one.is_bad for one in findings)
        for one in findings:
            self.counts[one.fault] += 1
            if self.counts[one.fault] <= SHOWN:
                self.shown.append(one)

    @property
    def left_out(self) -> dict[str, int]:
        """How often each fault stands that kept a line out."""
        return {fault.value: n for fault, n in self.counts.items() if fault not in REMARKS}

    def as_data(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {
            "lines": self.lines,
            "recipients": self.taken,
            "bad_lines": self.bad,
            "counts": {fault.value: number for fault, number in self.counts.items()},
            "languages": dict(sorted(self.languages.items())),
            "findings": [{**one._asdict(), "fault": one.fault.value} for one in self.shown],
        }


class Seen:
    """Which addresses have come before, in some hundred bytes each: keyed digests, no addresses."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[int, int] = {}

    def fault(self, recipient: Recipient) -> Fault | None:
        """Note a recipient; tell whether the address has come before, and with the same data.

        Two spellings of one address are the same address, and not the same data.
        """
        address = self._digest([recipient.address.casefold()])
        whole = self._digest(_said(recipient))
        known = self._known.get(address)
        if known is None:
            self._known[address] = whole
            return None
        return Fault.AGAIN if known == whole else Fault.REPEATED

    def _digest(self, parts: Sequence[str]) -> int:
        raw = "\0".join(parts).encode()
        return int.from_bytes(blake2b(raw, key=self._key, digest_size=8).digest(), "big")


def masked(value: str) -> str:
    """Return the beginning of a value, by which it can be found again and nobody can be reached."""
    local, at, domain = value.partition("@")
    if at:
        return f"{local[:1]}…@{domain[:1]}…"
    return value if len(value) <= 3 else f"{value[:2]}… ({len(value)} characters)"


def left_out_in_words(left_out: Mapping[str, int]) -> str:
    """Return how many faults kept lines out, such as `9 bad address, 3 missing field`."""
    return ", ".join(f"{number:,} {fault}" for fault, number in left_out.items())


def _said(recipient: Recipient) -> list[str]:
    fields = (part for name in sorted(recipient.fields) for part in (name, recipient.fields[name]))
    return [recipient.address, recipient.language, recipient.name, *fields]
