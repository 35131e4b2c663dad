"""A document as plain text for mail: 76 columns, no marks of style."""

import functools
import re
import unicodedata

from breachkit.domain.document import Block, BlockKind, Document, Run

COLUMNS = 76
"""The longest line, unless a single word is longer."""

ISOLATE, RELEASE = "\u2068", "\u2069"
"""The Unicode marks around text whose direction must not reach its neighbours."""

RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Finds a character that is read from right to left."""


def to_text(document: Document) -> str:
    """Return the blocks of a document as plain text, ending with one line break."""
    lines: list[str] = []
    items: list[tuple[int, int]] = []
    in_list = False
    for block in document.blocks:
        is_item = block.kind is BlockKind.ITEM
        if lines and not (in_list and is_item):
            lines.append("")
        lines += _block_lines(block, items)
        in_list = is_item
    return "\n".join(lines) + "\n"


_QUOTE_INDENT = 4


def _block_lines(block: Block, items: list[tuple[int, int]]) -> list[str]:
    # `items` holds, for each open item, its depth and how far its words are indented.
    if block.kind is BlockKind.HEADING:
        items.clear()
        lines = _wrapped(_words(block.runs), COLUMNS)
        if block.level > 2:
            return lines
        rule = "=" if block.level == 1 else "-"
        return [*lines, rule * max(map(_width, lines), default=0)]
    is_item = block.kind is BlockKind.ITEM
    while items and items[-1][0] >= block.level + (not is_item):
        items.pop()
    outer = items[-1][1] if items else 0
    if is_item:
        items.append((block.level, outer + len(block.marker) + 1))
        first = " " * outer + block.marker + " "
    else:
        first = " " * (outer + _QUOTE_INDENT * (block.kind is BlockKind.QUOTE))
    lines = _wrapped(_words(block.runs), COLUMNS - len(first)) or [""]
    return [(first + lines[0]).rstrip(" "), *(" " * len(first) + line for line in lines[1:])]


def _words(runs: tuple[Run, ...]) -> str:
    if len(runs) == 1 and runs[0].text.isascii():
        return runs[0].text
    return "".join(
        run.text if run.text.isascii() or not RIGHT_TO_LEFT.search(run.text) else _isolated(run)
        for run in runs
    )


def _isolated(run: Run) -> str:
    # An isolate ends with its line, so each line has its own.
    return "\n".join(
        f"{ISOLATE}{line}{RELEASE}" if line.strip() else line for line in run.text.split("\n")
    )


def _wrapped(text: str, columns: int) -> list[str]:
    # Only the plain space parts words; a no-break space is there to hold them together.
    # Empty lines in a fact are dropped: an empty line always stands between two blocks of ours.
    lines: list[str] = []
    measure = len if text.isascii() else _width
    for paragraph in text.split("\n"):
        current: list[str] = []
        used = 0
        for word in paragraph.split(" "):
            if not word:
                continue
            width = measure(word)
            if current and used + 1 + width > columns:
                lines.append(" ".join(current))
                current, used = [word], width
            else:
                used += width + bool(current)
                current.append(word)
        if current:
            lines.append(" ".join(current))
    return _closed(lines) if ISOLATE in text else lines


def _closed(lines: list[str]) -> list[str]:
    closed = []
    still_open = 0
    for line in lines:
        depth = max(0, still_open + line.count(ISOLATE) - line.count(RELEASE))
        closed.append(ISOLATE * still_open + line + RELEASE * depth)
        still_open = depth
    return closed


@functools.lru_cache(maxsize=4096)
def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
