"""A document as one HTML page that needs nothing else, or as the fragment inside it."""

from dataclasses import dataclass
from html import escape
from itertools import groupby

from breachkit.adapters.rendering.text import RIGHT_TO_LEFT
from breachkit.domain.document import Block, BlockKind, Document, Run

CSS = """\
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: #1a1a1a;
  font: 12pt/1.5 Georgia, "Times New Roman", "Noto Serif", serif; }
main { max-width: 42em; margin: 0 auto; padding: 3em 1.5em; overflow-wrap: break-word; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.6em 0 .5em; break-after: avoid;
  font-weight: bold; }
h1 { font-size: 1.5em; margin-top: 0; }
h2 { font-size: 1.2em; }
h3, h4, h5, h6 { font-size: 1em; }
p, ul, ol, blockquote { margin: 0 0 .9em; }
p, li { orphans: 3; widows: 3; }
ul, ol { padding-left: 1.6em; }
li { margin: 0 0 .3em; }
li > ul, li > ol, li > p, li > blockquote { margin: .3em 0; }
blockquote { margin-left: 1em; padding-left: 1em; border-left: 2px solid #999; }
blockquote p { margin: 0; }
@media (max-width: 40em) { main { padding: 1.5em 1em; } }
@media print {
  @page { margin: 25mm 20mm; }
  body { font-size: 11pt; color: #000; }
  main { max-width: none; padding: 0; }
}
"""
"""The look of a letter, on paper as on a telephone."""


def to_html(document: Document, *, annotated: bool = False) -> str:
    """Return a document as one complete HTML page, with no script, link or outside resource.

    The annotated page gives each block its id and, in `data-answers`, what it discharges.
    """
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="{escape(document.language)}">\n'
        '<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(document.subject, quote=False)}</title>\n"
        f"<style>\n{CSS}</style>\n"
        "</head>\n<body>\n<main>\n"
        f"{fragment(document, annotated=annotated)}"
        "</main>\n</body>\n</html>\n"
    )


def fragment(document: Document, *, annotated: bool = False) -> str:
    """Return the blocks of a document as HTML, for a page that has a frame of its own."""
    page = _Page(annotated)
    for block in document.blocks:
        page.add(block)
    return page.finished()


@dataclass(slots=True)
class _OpenList:
    """A list that goes on; its latest item is still open too."""

    depth: int
    tag: str
    number: int = 0


class _Page:
    """Writes blocks one after another, and keeps lists open as long as they go on."""

    def __init__(self, annotated: bool) -> None:
        self._annotated = annotated
        self._parts: list[str] = []
        self._lists: list[_OpenList] = []

    def add(self, block: Block) -> None:
        """Write a block."""
        inside = _inside(block.runs)
        marks = self._marks(block) if self._annotated else ""
        if block.kind is BlockKind.ITEM:
            self._add_item(block, inside, marks)
            return
        self._close_lists(0 if block.kind is BlockKind.HEADING else block.level)
        if block.kind is BlockKind.HEADING:
            level = min(max(block.level, 1), 6)
            self._parts.append(f"<h{level}{marks}>{inside}</h{level}>\n")
        elif block.kind is BlockKind.QUOTE:
            self._parts.append(f"<blockquote{marks}><p>{inside}</p></blockquote>\n")
        else:
            self._parts.append(f"<p{marks}>{inside}</p>\n")

    def finished(self) -> str:
        """Return all that was written, with every list closed."""
        self._close_lists(0)
        return "".join(self._parts)

    def _add_item(self, block: Block, inside: str, marks: str) -> None:
        digits = block.marker[:-1]
        number = int(digits) if digits.isdecimal() else None
        tag = "ul" if number is None else "ol"
        depth = max(block.level, 1)
        self._close_lists(depth)
        value = ""
        current = self._lists[-1] if self._lists else None
        if current and current.depth == depth and current.tag == tag:
            self._parts.append("</li>\n")
            if number is not None and number != current.number + 1:
                value = f' value="{number}"'
        else:
            self._close_lists(depth - 1)
            current = _OpenList(depth, tag)
            self._lists.append(current)
            start = f' start="{number}"' if number not in (None, 1) else ""
            self._parts.append(f"<{tag}{start}>\n")
        current.number = number or 0
        self._parts.append(f"<li{marks}{value}>{inside}")

    def _close_lists(self, depth: int) -> None:
        while self._lists and self._lists[-1].depth > depth:
            self._parts.append(f"</li>\n</{self._lists.pop().tag}>\n")

    def _marks(self, block: Block) -> str:
        answers = f' data-answers="{escape(" ".join(block.answers))}"' if block.answers else ""
        return f' id="{escape(block.id)}"{answers}'


def _inside(runs: tuple[Run, ...]) -> str:
    parts = []
    for (strong, emphasis), group in groupby(runs, lambda run: (run.strong, run.emphasis)):
        words = "".join(map(_words, group))
        if emphasis:
            words = f"<em>{words}</em>"
        parts.append(f"<strong>{words}</strong>" if strong else words)
    return "".join(parts)


def _words(run: Run) -> str:
    words = escape(run.text, quote=False)
    if "\n" in words:
        words = words.replace("\n", "<br>")
    if run.paths or not (words.isascii() or not RIGHT_TO_LEFT.search(words)):
        return f"<bdi>{words}</bdi>"
    return words
