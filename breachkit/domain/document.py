"""A rendered text as a tree of blocks: what outputs, comparisons and counsel's edits work on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from breachkit.domain.asked import Ask, Asks
from breachkit.errors import BadInputError


class BlockKind(StrEnum):
    """What a block is on the page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text of one origin and one style."""

    text: str
    paths: tuple[str, ...] = ()
    """The facts that the text prints; empty for the template's own words."""
    strong: bool = False
    emphasis: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item or quotation."""

    id: str
    """Section and ordinal, such as `s2.3`: the third block under the second heading."""
    kind: BlockKind
    runs: tuple[Run, ...]
    level: int = 0
    """Of a heading 1 to 6; of an item its depth of nesting, from 1.

    Of a paragraph or quotation the depth of the item that it continues; 0 outside of lists.
    """
    marker: str = ""
    """What stands before an item: a bullet, or its number as in `2.`."""
    answers: tuple[str, ...] = ()
    """The requirements that the block discharges, such as `6.4(b)`."""
    origin: str = "template"
    """`template`, or the name of the person who edited the block."""

    @property
    def text(self) -> str:
        """The block's words, without style."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole text: its language, its subject and its blocks in reading order."""

    language: str
    """BCP 47 tag, such as `en`."""
    subject: str
    blocks: tuple[Block, ...]
    asked: Mapping[str, Asks] = field(default_factory=dict)
    """By block what the template asked to choose its words, or to leave out what would stand before it."""

    def answering(self, requirement: str) -> Iterator[Block]:
        """Yield the blocks that discharge a requirement."""
        return (block for block in self.blocks if requirement in block.answers)


@dataclass(frozen=True, slots=True)
class Printed:
    """A value ready to be printed in a template, with the facts it comes from.

    Templates see nothing else than these, truth values, and lists and mappings of them.
    """

    text: str
    paths: tuple[str, ...] = ()
    asks: Asks = ()
    """What chose the text, beside the facts that it shows: that nobody has stated a better one."""

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


def as_data(document: Document) -> dict[str, object]:
    """Return a document as plain data for JSON, leaving out whatever has its default."""
    data: dict[str, object] = {
        "language": document.language,
        "subject": document.subject,
        "blocks": [_block_as_data(block) for block in document.blocks],
    }
    if document.asked:
        data["asked"] = {
            block: [[path, *question] for path, question in asks]
            for block, asks in document.asked.items()
        }
    return data


def from_data(data: object) -> Document:
    """Read a document back from what `as_data` returned.

    Anything unknown is refused, so that a text written by a newer breachkit never loses a part.
    """
    fields = _fields(data, {"language", "subject", "blocks", "asked"}, "document")
    return Document(
        language=_text(fields.get("language"), "language"),
        subject=_text(fields.get("subject"), "subject"),
        blocks=tuple(
            _block_from_data(block, f"blocks.{place}")
            for place, block in enumerate(_list(fields.get("blocks"), "blocks"))
        ),
        asked=_asked_from_data(fields.get("asked", {})),
    )


def _block_as_data(block: Block) -> dict[str, object]:
    data: dict[str, object] = {
        "id": block.id,
        "kind": block.kind.value,
        "runs": [_run_as_data(run) for run in block.runs],
    }
    if block.level:
        data["level"] = block.level
    if block.marker:
        data["marker"] = block.marker
    if block.answers:
        data["answers"] = list(block.answers)
    if block.origin != "template":
        data["origin"] = block.origin
    return data


def _run_as_data(run: Run) -> object:
    # Most runs are the template's own plain words: a bare string.
    if not (run.paths or run.strong or run.emphasis):
        return run.text
    data: dict[str, object] = {"text": run.text}
    if run.paths:
        data["paths"] = list(run.paths)
    if run.strong:
        data["strong"] = True
    if run.emphasis:
        data["emphasis"] = True
    return data


def _asked_from_data(data: object) -> dict[str, Asks]:
    if not isinstance(data, Mapping):
        raise _misread("asked", data)
    return {
        str(block): tuple(_ask_from_data(ask, f"asked.{block}") for ask in _list(asks, "asked"))
        for block, asks in data.items()
    }


def _ask_from_data(data: object, where: str) -> Ask:
    path, *words = _list(data, where) or [None]
    if not all(isinstance(word, str | bool) for word in words):
        raise _misread(where, words)
    return _text(path, where), tuple(word for word in words if isinstance(word, str | bool))


_BLOCK_FIELDS = {"id", "kind", "runs", "level", "marker", "answers", "origin"}
_KINDS = {kind.value: kind for kind in BlockKind}


def _block_from_data(data: object, where: str) -> Block:
    fields = _fields(data, _BLOCK_FIELDS, where)
    kind = _KINDS.get(_text(fields.get("kind"), f"{where}.kind"))
    level = fields.get("level", 0)
    if kind is None or type(level) is not int:
        raise _misread(where, fields.get("kind") if kind is None else level)
    return Block(
        id=_text(fields.get("id"), f"{where}.id"),
        kind=kind,
        runs=tuple(
            _run_from_data(run, f"{where}.runs") for run in _list(fields.get("runs"), where)
        ),
        level=level,
        marker=_text(fields.get("marker", ""), f"{where}.marker"),
        answers=_texts(fields.get("answers", []), f"{where}.answers"),
        origin=_text(fields.get("origin", "template"), f"{where}.origin"),
    )


def _run_from_data(data: object, where: str) -> Run:
    if isinstance(data, str):
        return Run(data)
    fields = _fields(data, {"text", "paths", "strong", "emphasis"}, where)
    return Run(
        text=_text(fields.get("text"), where),
        paths=_texts(fields.get("paths", []), where),
        strong=_flag(fields.get("strong", False), where),
        emphasis=_flag(fields.get("emphasis", False), where),
    )


def _fields(data: object, known: set[str], where: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise _misread(where, data)
    if unknown := sorted(str(key) for key in data if key not in known):
        raise _misread(where, unknown)
    return data


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise _misread(where, value)
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    return tuple(_text(each, where) for each in _list(value, where))


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _misread(where, value)
    return value


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise _misread(where, value)
    return value


def _misread(where: str, value: object) -> BadInputError:
    return BadInputError(f"not a document of breachkit: {where} holds {value!r}")
