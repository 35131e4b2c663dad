"""Whether facts that a text prints hold a link: no text may then say that it contains none."""

import re
from collections.abc import Iterator
from typing import Any, Final

from breachkit.domain.document import Printed

_LINK: Final = re.compile(
    r"://|mailto:|(?<![@\w.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![\w@-])",
    re.IGNORECASE,
)
"""An address of a page, with or without its scheme: readers' programs turn both into links.

The host of an e-mail address is none.
"""


def has_link(value: Any) -> bool:
    """Tell whether anything that a part of a view may print holds a link."""
    return any("." in text and _LINK.search(text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Printed):
        yield value.text
    elif isinstance(value, dict):
        for below in value.values():
            yield from _texts(below)
    elif isinstance(value, list):
        for below in value:
            yield from _texts(below)
