"""Where the words of a notice come from: for each paragraph its facts, and who stated them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from breachkit.domain.content import value_in_words
from breachkit.domain.document import Block, Document
from breachkit.domain.entry import DecisionRecorded
from breachkit.domain.matter import Matter, Provenance, Version
from breachkit.domain.patch import covers, fact_at
from breachkit.domain.personal import OWN_FIELD
from breachkit.domain.words import Words


@dataclass(frozen=True)
class Source:
    """A fact on which a paragraph rests, and who stated it."""

    path: str
    text: str
    """The fact in words; of one that is not known yet why, and by when it will follow."""
    provenance: Provenance | None
    """None for what the workspace's own files say, and for what nobody has stated."""
    stated: bool = True
    """Whether anybody has said anything of it, be it that it is not known yet."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with the requirements it meets and the facts it rests on."""

    block: Block
    sources: tuple[Source, ...]
    """The facts that it prints."""
    asked: tuple[Source, ...] = ()
    """The facts that chose its words, or that something was left out before it; not those printed."""


def paragraphs_of(
    matter: Matter, version: Version, document: Document, words: Words
) -> Iterator[Paragraph]:
    """Yield each paragraph with its facts; `matter` is the incident as it was when it was drafted."""
    desk = _Sources(matter, version, words)
    for block in document.blocks:
        printed = {
            path: run.text
            for run in block.runs
            for path in run.paths
            if not path.startswith(OWN_FIELD)
        }
        sources = {path: desk.source(path, text) for path, text in printed.items()}
        asked = [path for path, _ in document.asked.get(block.id, ())]
        rest = {path: None for one in asked for path in desk.paths(one) if path not in sources}
        yield Paragraph(
            block, tuple(sources.values()), tuple(desk.source(path, None) for path in rest)
        )


def describe_source(provenance: Provenance | None) -> str:
    """Return who stated a fact, when, from what source, how certain, and how we know who it was."""
    if provenance is None:
        return "from the workspace's own files"
    by = provenance.by
    return (
        f"{by.name} ({by.identity.value}), {provenance.at[:16]}Z,"
        f" {provenance.source}, {provenance.certainty}"
    )


def describe_asked(source: Source) -> str:
    """Return what a fact that chose words said, and who stated it."""
    if not source.stated:
        return "nobody had stated it"
    return f"{source.text}; {describe_source(source.provenance)}"


class _Sources:
    def __init__(self, matter: Matter, version: Version, words: Words) -> None:
        self._matter, self._words = matter, words
        self._scope = version.drafted.scope
        self._used = {path: json.loads(used) for path, used in version.drafted.uses.items()}

    def paths(self, asked: str) -> Iterator[str]:
        """Yield where the facts are stated that were asked under a path of the scope's view."""
        path = next((one for one in self._known_as(asked) if one in self._used), asked)
        head, star, tail = path.partition(".*")
        if not star:
            yield path
        elif tail:
            yield from (f"{head}.{key}{tail}" for key in self._used.get(path) or ())
        elif not self._used.get(path):
            yield head  # things that are there have facts of their own

    def source(self, path: str, text: str | None) -> Source:
        """Return a fact with who stated it; `text` is how it is printed."""
        value = self._used.get(path)
        if value is None:
            value = fact_at(self._matter.facts, path)
        workspace = path.startswith("workspace.")
        if value is None and not workspace:
            return self._open(path)
        said = text if text is not None else value_in_words(self._words, value)
        return Source(path, said, self._decided(path) if workspace else self._provenance(path))

    def _open(self, path: str) -> Source:
        """Return a fact that is not there as what was said of it: why, and by when it will follow."""
        unknown = self._matter.unknown
        known = next((known for known in unknown if covers(known, path)), None)
        if known is None:
            return Source(path, "", None, stated=False)
        return Source(path, self._why(unknown[known]), self._provenance(known))

    def _why(self, why: Mapping[str, Any]) -> str:
        reason = str(why.get("reason", "")).rstrip(" .;,")
        by = why.get("follows_by")
        return f"not yet known: {reason}" + (f"; by {self._words.day(by)}" if by else "")

    def _known_as(self, path: str) -> tuple[str, ...]:
        return f"scopes.{self._scope}.{path}", path, f"workspace.{path}"

    def _provenance(self, path: str) -> Provenance | None:
        """Return who stated a fact, or the branch above it."""
        found = self._matter.provenance
        while path and path not in found:
            path = path.rpartition(".")[0]
        return found.get(path)

    def _decided(self, path: str) -> Provenance | None:
        """Return who decided on a risk; None for what the workspace's own files say."""
        if not path.startswith("workspace.risk."):
            return None
        name = "risk-authority" if path.endswith(".authority") else "risk-people"
        recorded = self._matter.recorded_decision(name, self._scope)
        if recorded is None or not isinstance(recorded.entry, DecisionRecorded):
            return None
        entry = recorded.entry
        said = f"decision of {entry.decided_by}"
        return Provenance(recorded.at, entry.by, said, "confirmed", recorded.seq)
