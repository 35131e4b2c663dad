"""Which block of a text what was asked belongs to: the one whose words came next."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain

from breachkit.domain.asked import Ask, Asks


def by_block(
    markdown: str,
    asked: Sequence[tuple[int, Sequence[Asks]]],
    ids: Sequence[str],
    ends: Sequence[int],
) -> dict[str, Asks]:
    """Return what was asked by the block whose words came next, or the last one.

    `asked` holds places in the Markdown, in rising order; `ends` the last line of each block in `ids`.
    """
    found: dict[str, dict[Ask, None]] = {}
    line = place = 0
    for offset, questions in asked if ids else ():
        line += markdown.count("\n", place, offset)
        place = offset
        at = min(bisect_right(ends, line), len(ids) - 1)
        found.setdefault(ids[at], {}).update(dict.fromkeys(chain(*questions)))
    return {block: tuple(questions) for block, questions in found.items()}
