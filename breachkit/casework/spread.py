"""What differs between the notices of a set: one text, and a table of what each scope prints in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import ndiff

from breachkit.casework.desk import Desk
from breachkit.casework.picture import Picture, names_by_scope, recipient_of
from breachkit.casework.versions import read_document
from breachkit.domain.document import Document
from breachkit.domain.matter import Version

RECIPIENT = "recipient"
"""Column of the name to which a notice is addressed."""


@dataclass(frozen=True)
class Spread:
    """The notices of a set side by side."""

    columns: tuple[str, ...]
    """What differs: the recipient, and facts by their path in the scope."""
    rows: tuple[tuple[Version, tuple[str, ...]], ...]
    """Each notice with what it prints for each column; empty where it prints nothing."""
    texts: tuple[tuple[Version, ...], ...]
    """The notices by their words: those whose words are the same but for printed facts stand together."""
    differences: tuple[tuple[str, ...], ...]
    """For each text after the first how it differs from it, line by line: `- …` left out, `+ …` added."""


def spread_of(desk: Desk, picture: Picture, versions: Sequence[Version]) -> Spread:
    """Return how many texts a set has, and what differs from scope to scope."""
    texts: dict[tuple[str, ...], list[Version]] = {}
    printed: list[dict[str, str]] = []
    for version in versions:
        document = read_document(desk, version)
        names = _names(desk, picture, version.drafted.scope)
        texts.setdefault(_words(document, names), []).append(version)
        printed.append(_printed(document, version.drafted.scope, names))
    paths = dict.fromkeys(path for one in printed for path in one)
    differing = [path for path in paths if len({one.get(path, "") for one in printed}) > 1]
    rows = (
        (version, tuple(one.get(path, "") for path in differing))
        for version, one in zip(versions, printed, strict=True)
    )
    first, *others = texts
    return Spread(
        columns=tuple(differing),
        rows=tuple(rows),
        texts=tuple(map(tuple, texts.values())),
        differences=tuple(changed_lines(first, other) for other in others),
    )


def changed_lines(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """Return what one text has and the other has not: `- …` only the old, `+ …` only the new."""
    return tuple(line for line in ndiff(old, new) if line[:2] in {"- ", "+ "})


def _names(desk: Desk, picture: Picture, scope: str) -> set[str]:
    """Return by which names a notice may address its reader: they are not part of the words."""
    known = names_by_scope(picture.matter, desk.rules).get(scope, [])
    return {*known, recipient_of(picture, desk.rules, scope), scope}


def _words(document: Document, names: set[str]) -> tuple[str, ...]:
    """Return the words of a text, block by block, with an ellipsis for each fact and for the reader."""
    return (
        document.subject,
        *(
            "".join("…" if run.paths or run.text in names else run.text for run in block.runs)
            for block in document.blocks
        ),
    )


def _printed(document: Document, scope: str, names: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in document.blocks:
        for run in block.runs:
            if not run.paths and run.text in names:
                found.setdefault(RECIPIENT, run.text)
            for path in run.paths:
                short = path.removeprefix("workspace.").removeprefix(f"scopes.{scope}.")
                found.setdefault(short, run.text)
    return found
