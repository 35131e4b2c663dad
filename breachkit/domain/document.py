"""A rendered text as a tree of blocks: what outputs, comparisons and counsel's edits work on."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


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
    """Of a heading 1 to 6; of an item its depth of nesting, from 1."""
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

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text
