"""Fields of each person's own in a text: how they read until it is sent, and the places they open then."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from breachkit.domain.document import Block, Document, Printed, Run
from breachkit.domain.letter import CLOSES, OPENS, place
from breachkit.errors import NotTrustedError

OWN_FIELD: Final = "recipient."
"""Begins the path of a run that stands for a field of each person's own; no fact has such a path."""

FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What a field may be called; a letter's open places know no other names."""

RESERVED: Final = frozenset({"address", "language"})
"""Columns of a list that no text prints: they say where and how a message goes."""


def printed_field(name: str) -> Printed:
    """Return a field as a text shows it to whoever reviews it, such as ⟦name⟧."""
    return Printed(f"⟦{name}⟧", (f"{OWN_FIELD}{name}",))


def fields_in(document: Document) -> tuple[str, ...]:
    """Return the fields that a text prints for each person, in the order in which they stand."""
    found = (_field(run) for block in document.blocks for run in block.runs)
    return tuple(dict.fromkeys(name for name in found if name))


def opened(document: Document) -> Document:
    """Return a text with an open place where a field of each person's own stands.

    Whether a run is such a field is told by its path: a fact that reads ⟦name⟧ stays what it says.
    NotTrustedError for a text that holds an open place already.
    """
    if any(mark in document.subject for mark in (OPENS, CLOSES)):
        raise NotTrustedError("the subject holds a character that marks an open place")
    return replace(document, blocks=tuple(_opened(block) for block in document.blocks))


def _opened(block: Block) -> Block:
    return replace(block, runs=tuple(_runs(block)))


def _runs(block: Block) -> Iterator[Run]:
    for run in block.runs:
        if any(mark in run.text for mark in (OPENS, CLOSES)):
            raise NotTrustedError(f"{block.id} holds a character that marks an open place")
        name = _field(run)
        yield replace(run, text=place(name)) if name else run


def _field(run: Run) -> str:
    """Return the field that a run stands for; empty for the words of a template or a fact."""
    first = run.paths[0] if len(run.paths) == 1 else ""
    return first.removeprefix(OWN_FIELD) if first.startswith(OWN_FIELD) else ""
