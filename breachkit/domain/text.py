"""Texts that people give us: which characters they may hold, and how long they may be."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# Controls (but not the line feed), private use (the renderer brackets its tokens with it),
# surrogates, non-characters, line separators, and the marks that reorder or hide what is read.
_REFUSED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)


def check_text(value: str) -> str:
    """Return the text unchanged, or raise ValueError naming the character that may not stand in it."""
    # Nearly every line is plain ASCII, and settled so at a tenth of the price of the search.
    if value.isascii() and value.isprintable():
        return value
    if found := _REFUSED.search(value):
        raise ValueError(
            f"holds the character U+{ord(found[0]):04X} at position {found.start() + 1},"
            " which a notice cannot show safely"
        )
    return value


def check_line(value: str) -> str:
    """Return the text unchanged, or raise ValueError when it is unsafe or has more than one line."""
    if "\n" in check_text(value):
        raise ValueError("has a line break where one line is expected")
    return value


def cleaned(value: str, limit: int = 8000) -> str:
    """Return what somebody said in a form that can be recorded, so that nothing has to be refused.

    Tabs become spaces; a character that may not stand in a text becomes U+FFFD.
    """
    plain = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _REFUSED.sub("\ufffd", plain).strip()[:limit]


def is_key(value: str) -> bool:
    """Tell whether a text can be a key in a mapping of facts."""
    return bool(re.fullmatch(_KEY, value))


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(check_line),
]
"""One line: a name, a title, a reference."""

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=8000),
    AfterValidator(check_text),
]
"""Free text. An authority may one day read it."""

_KEY = r"[a-z0-9][a-z0-9_-]{0,39}"

Key = Annotated[str, StringConstraints(pattern=f"^{_KEY}$")]
"""A stable key in a mapping of facts; part of a path."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""

Place = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""A country, or a part of one by ISO 3166-2, such as `US-CA`."""

Land = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""A German Land: the second part of its ISO 3166-2 code, such as `BY`."""
