"""Markdown with tokens into the block tree; each token comes back as a run that knows its facts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from markdown_it import MarkdownIt
from markdown_it.token import Token

from breachkit.adapters.rendering.places import by_block
from breachkit.domain.asked import Asks
from breachkit.domain.document import Block, BlockKind, Document, Printed, Run
from breachkit.domain.personal import OWN_FIELD
from breachkit.errors import TemplateError

CLOSING = "\ue004"
"""Ends the innermost stretch that answers requirements."""

PRIVATE = re.compile("[\ue000-\ue004]")
"""The characters that only the renderer may write into Markdown."""


def token(number: int) -> str:
    """Return the token that stands for the printed value of this number."""
    return f"\ue000{number}\ue001"


def opening(requirements: Sequence[str]) -> str:
    """Return the mark that begins a stretch answering these requirements."""
    return f"\ue002{_BETWEEN.join(requirements)}\ue003"


def build(
    markdown: str,
    printed: Sequence[Printed],
    *,
    language: str,
    asked: Sequence[tuple[int, Sequence[Asks]]] = (),
) -> Document:
    """Return the document that the Markdown describes, with the printed values put back.

    What was `asked` has the offset of the words that came next, and belongs to the block of these.

    The Markdown is parsed once for all texts that differ in their values only. No value is
    ever searched for tokens, so one that looks like a token stays what it is.
    """
    skeleton = _skeleton(markdown)
    if skeleton.tokens != len(printed):
        raise TemplateError(
            f"{len(printed)} values are printed, and {skeleton.tokens} have a place in the text"
        )
    return Document(
        language=language,
        subject=_subject(skeleton.subject, printed),
        blocks=tuple(
            block if isinstance(block, Block) else _filled(block, printed)
            for block in skeleton.blocks
        ),
        asked=by_block(markdown, asked, skeleton.ids, skeleton.ends),
    )


@dataclass(frozen=True, slots=True)
class _Slot:
    number: int
    strong: bool
    emphasis: bool


@dataclass(frozen=True, slots=True)
class _OpenBlock:
    block: Block
    pieces: tuple[Run | _Slot, ...]


@dataclass(frozen=True, slots=True)
class _Skeleton:
    subject: tuple[str | int, ...]
    blocks: tuple[Block | _OpenBlock, ...]
    ids: tuple[str, ...]
    ends: tuple[int, ...]
    """Of each block the line behind its last one."""
    tokens: int


_TOKEN = re.compile("\ue000([0-9]+)\ue001")
_BETWEEN = "\ue005"
_MARK = re.compile("\ue002([^\ue003]*)\ue003|\ue004")
_SPACE = re.compile(r"[ \t]*(\\?)\n[ \t]*|[ \t]{2,}|\t")
_UNSAFE_IN_SUBJECT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_DEEPEST_LIST = 8

# "zero" knows paragraphs only: links, images, HTML, code, tables, entities, escapes and
# reference definitions stay plain words. Past its depth of 20 it drops text without a word.
_PARSER = MarkdownIt("zero", {"maxNesting": 1000}).enable(
    ["heading", "list", "blockquote", "emphasis"]
)


def _filled(block: _OpenBlock, printed: Sequence[Printed]) -> Block:
    runs = []
    for piece in block.pieces:
        if isinstance(piece, Run):
            runs.append(piece)
        else:
            value = printed[piece.number]
            runs.append(Run(value.text, value.paths, piece.strong, piece.emphasis))
    shell = block.block
    answers = tuple(_named(answer, printed) for answer in shell.answers)
    return Block(shell.id, shell.kind, tuple(runs), shell.level, shell.marker, answers)


def _named(answer: str, printed: Sequence[Printed]) -> str:
    """Return a requirement as it is called, where a printed value names it."""
    found = _TOKEN.fullmatch(answer)
    return printed[int(found[1])].text if found else answer


def _subject(pieces: tuple[str | int, ...], printed: Sequence[Printed]) -> str:
    for piece in pieces:
        if isinstance(piece, int) and _UNSAFE_IN_SUBJECT.search(printed[piece].text):
            value = printed[piece]
            source = f" ({', '.join(value.paths)})" if value.paths else ""
            raise TemplateError(
                f"the subject must be one line without control characters,"
                f" and prints {value.text!r}{source}",
                hint="print a short name in the subject, and the long text below it",
            )
        if isinstance(piece, int) and any(
            one.startswith(OWN_FIELD) for one in printed[piece].paths
        ):
            raise TemplateError(
                f"the subject prints {printed[piece].text}, a field of each person's own",
                hint="a subject is read by whoever sees the list of mails; print it in the text",
            )
    return "".join(printed[piece].text if isinstance(piece, int) else piece for piece in pieces)


@lru_cache(maxsize=256)
def _skeleton(markdown: str) -> _Skeleton:
    # 1. Take the marks of `answers` out, noting the lines that they cover.
    # 2. Take the subject off the top, leaving its line empty so that the numbers stay true.
    # 3. Parse, and walk the flat stream of parser tokens once.
    clean, answers = _without_marks(markdown)
    start = len(clean) - len(clean.lstrip("\n"))
    first, _, body = clean[start:].partition("\n")
    label, _, subject = first.partition(":")
    if label.strip() != "Subject" or not subject.strip():
        raise TemplateError(
            f"the text begins with {_plain(first)!r}, not with its subject",
            hint="the first line must be: Subject: what the text is about",
        )
    reader = _Reader(answers)
    reader.read(_PARSER.parse("\n" * (start + 1) + body))
    pieces = _subject_pieces(subject.strip())
    numbers = sum(isinstance(piece, int) for piece in pieces)
    marks = sum(len(_TOKEN.findall(mark[1] or "")) for mark in _MARK.finditer(markdown))
    tokens = numbers + marks + reader.tokens
    blocks = reader.blocks
    ids = tuple(one.id if isinstance(one, Block) else one.block.id for one in blocks)
    return _Skeleton(pieces, tuple(blocks), ids, tuple(reader.ends), tokens)


def _without_marks(markdown: str) -> tuple[str, dict[int, list[str]]]:
    answers: dict[int, list[str]] = {}
    if CLOSING not in markdown:
        return markdown, answers
    active: list[list[str]] = []
    clean: list[str] = []
    line = place = 0
    for mark in [*_MARK.finditer(markdown), None]:
        part = markdown[place : mark.start() if mark else None]
        for offset, words in enumerate(part.split("\n")):
            if active and words.strip():
                answers.setdefault(line + offset, []).extend(chain(*active))
        line += part.count("\n")
        clean.append(part)
        if mark is None:
            break
        place = mark.end()
        if mark[1] is None:
            active.pop()
        else:
            active.append(mark[1].split(_BETWEEN))
    return "".join(clean), answers


def _subject_pieces(subject: str) -> tuple[str | int, ...]:
    parts = _TOKEN.split(subject)
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts) if part != "")


def _plain(markdown: str) -> str:
    return _TOKEN.sub("…", markdown)[:60]


@dataclass(slots=True)
class _List:
    mark: str
    """The bullet, or what stands behind the number."""
    number: int | None

    def next_marker(self) -> str:
        if self.number is None:
            return self.mark
        self.number += 1
        return f"{self.number - 1}{self.mark}"


class _Reader:
    """Walks the parser's tokens and collects blocks."""

    def __init__(self, answers: dict[int, list[str]]) -> None:
        self.blocks: list[Block | _OpenBlock] = []
        self.ends: list[int] = []
        self.tokens = 0
        self._answers = answers
        self._section = self._ordinal = 0
        self._lists: list[_List] = []
        self._heading = 0
        self._quoting = False
        self._marker = ""

    def read(self, stream: list[Token]) -> None:
        """Collect the blocks of a whole text."""
        for place, each in enumerate(stream):
            match each.type:
                case "inline":
                    self._read_words(each)
                case "heading_open":
                    self._check_place(stream[place + 1], "a heading", bool(self._lists))
                    self._heading = int(each.tag[1:])
                case "heading_close":
                    self._heading = 0
                case "bullet_list_open" | "ordered_list_open":
                    self._open_list(each)
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "list_item_open":
                    self._open_item(stream[place + 1], each)
                case "blockquote_open":
                    self._check_place(each, "a quotation", inside_list=False)
                    self._quoting = True
                case "blockquote_close":
                    self._quoting = False

    def _check_place(self, each: Token, what: str, inside_list: bool) -> None:
        if self._quoting or inside_list:
            where = "a quotation" if self._quoting else "a list"
            words = f": {_plain(each.content)!r}" if each.content else ""
            raise TemplateError(
                f"{what} stands inside {where}{words}",
                hint="a quotation holds paragraphs, and a heading stands by itself",
            )

    def _open_list(self, each: Token) -> None:
        self._check_place(each, "a list", inside_list=False)
        if len(self._lists) == _DEEPEST_LIST:
            raise TemplateError(f"lists are nested deeper than {_DEEPEST_LIST}")
        if each.type == "bullet_list_open":
            self._lists.append(_List("-", None))
        else:
            self._lists.append(_List(each.markup, int(each.attrs.get("start", 1))))

    def _open_item(self, following: Token, item: Token) -> None:
        # An item that a condition left empty vanishes, and the numbers close up.
        if following.type == "list_item_close":
            return
        self._marker = self._lists[-1].next_marker()
        if following.type != "paragraph_open":
            self._add((), item)

    def _read_words(self, inline: Token) -> None:
        pieces = self._pieces(inline.children or [])
        if pieces:
            self._add(pieces, inline)

    def _add(self, pieces: tuple[Run | _Slot, ...], source: Token) -> None:
        kind, level = self._kind_and_level()
        if kind is BlockKind.HEADING and level <= 2:
            self._section, self._ordinal = self._section + 1, 0
        else:
            self._ordinal += 1
        first, last = source.map or (0, 0)
        block = Block(
            id=f"s{self._section}.{self._ordinal}",
            kind=kind,
            runs=tuple(piece for piece in pieces if isinstance(piece, Run)),
            level=level,
            marker=self._marker,
            answers=self._answered(first, last if pieces else first),
        )
        self._marker = ""
        whole = len(block.runs) == len(pieces) and not any(map(_TOKEN.match, block.answers))
        self.blocks.append(block if whole else _OpenBlock(block, pieces))
        self.ends.append(last if pieces else first + 1)

    def _kind_and_level(self) -> tuple[BlockKind, int]:
        if self._heading:
            return BlockKind.HEADING, self._heading
        depth = len(self._lists)
        if self._marker:
            return BlockKind.ITEM, depth
        return (BlockKind.QUOTE if self._quoting else BlockKind.PARAGRAPH), depth

    def _answered(self, first: int, last: int) -> tuple[str, ...]:
        if not self._answers:
            return ()
        lines = (self._answers.get(line, ()) for line in range(first, last))
        return tuple(dict.fromkeys(answer for line in lines for answer in line))

    def _pieces(self, children: list[Token]) -> tuple[Run | _Slot, ...]:
        pieces: list[Run | _Slot] = []
        strong = emphasis = 0
        for child in children:
            if child.type == "text":
                self._split(child.content, strong > 0, emphasis > 0, pieces)
            elif child.tag == "strong":
                strong += child.nesting
            else:
                emphasis += child.nesting
        return tuple(pieces)

    def _split(self, content: str, strong: bool, emphasis: bool, pieces: list[Run | _Slot]) -> None:
        for place, part in enumerate(_TOKEN.split(content)):
            if place % 2:
                self.tokens += 1
                pieces.append(_Slot(int(part), strong, emphasis))
            elif part:
                words = _SPACE.sub(_one_space, part)
                last = pieces[-1] if pieces else None
                if isinstance(last, Run) and (last.strong, last.emphasis) == (strong, emphasis):
                    words = last.text + words
                    pieces.pop()
                pieces.append(Run(words, (), strong, emphasis))


def _one_space(found: re.Match[str]) -> str:
    # A backslash at the end of a line keeps the line break, as in CommonMark.
    return "\n" if found[1] else " "
