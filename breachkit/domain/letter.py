"""A text on its way into messages: subject and bodies with open places for each person's own fields."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from breachkit.domain.recipient import Recipient

OPENS: Final = "\ue010"
CLOSES: Final = "\ue011"
"""Around the name of a field. No fact can hold them (`check_text`), so no fact can open a place."""

_PLACE: Final = re.compile(f"{OPENS}([a-z][a-z0-9_]*){CLOSES}")


@dataclass(frozen=True, slots=True)
class Letter:
    """One approved text for many recipients, as it is kept beside the register."""

    language: str
    """BCP 47 tag."""
    sender: str
    """The address in From and in the envelope."""
    sender_name: str
    reply_to: str
    subject: str
    text: str
    html: str
    reference: str
    """Incident and notice, for whoever answers: `2026-0007-n3.2`."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of its own that each recipient needs, in the order in which they are printed."""
        places = _PLACE.findall(f"{self.subject}\n{self.text}\n{self.html}")
        return tuple(dict.fromkeys(places))

    def to_bytes(self) -> bytes:
        """Return the letter as it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Letter":
        """Return a letter that was kept."""
        return cls(**json.loads(raw))


def place(name: str) -> str:
    """Return the open place of a field, as it stands in a letter."""
    return f"{OPENS}{name}{CLOSES}"


def filler(template: str, escape: Callable[[str], str]) -> Callable[[Mapping[str, str]], str]:
    """Return what fills a text's open places with the fields of one person, each through `escape`.

    The text is taken apart once; KeyError names a field that a person does not have.
    """
    pieces = _PLACE.split(template)
    words, names = pieces[::2], pieces[1::2]
    if not names:
        return lambda fields: template

    def fill(fields: Mapping[str, str]) -> str:
        found = [words[0]]
        for name, word in zip(names, words[1:], strict=True):
            found += (escape(fields[name]), word)
        return "".join(found)

    return fill


def fields_of(recipient: Recipient) -> Mapping[str, str]:
    """Return what the open places of a letter can print for a recipient: its fields, and its name."""
    return {"name": recipient.name, **recipient.fields}
