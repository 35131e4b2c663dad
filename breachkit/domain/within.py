"""A span of time as people write it in a command or a setting: `90m`, `6h`, `2d`."""

import re
from datetime import timedelta

_WORDED = re.compile(r"(\d{1,4})\s*([mhd])")
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}


def parse_span(text: str) -> timedelta:
    """Return the time that a text such as `90m`, `6h` or `2d` means; a day is 24 hours.

    Raises ValueError for anything else.
    """
    found = _WORDED.fullmatch(text.strip().lower())
    if not found or not found[1].isascii():
        raise ValueError(f"{text[:40]!r} is not a span of time such as 90m, 6h or 2d")
    return timedelta(minutes=int(found[1]) * _MINUTES[found[2]])
