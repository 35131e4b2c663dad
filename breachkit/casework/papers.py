"""What people read: a notice as it was drafted, a call sheet, and one page for counsel."""

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from breachkit.casework.desk import Desk
from breachkit.casework.drafting import heading_of
from breachkit.casework.gate import find_versions, matter_of
from breachkit.casework.picture import Picture, look, picture_of
from breachkit.domain.document import Block, BlockKind, Document, Printed, Run, from_data
from breachkit.domain.duty import Duty
from breachkit.domain.freshness import Freshness, freshness
from breachkit.domain.matter import Matter, Provenance, Version
from breachkit.domain.notice import notice_view
from breachkit.domain.requirement import Gap
from breachkit.errors import NotTrustedError, UnknownNameError


@dataclass(frozen=True)
class Source:
    """A fact that a paragraph prints, and who stated it."""

    path: str
    text: str
    provenance: Provenance | None
    """None for what the workspace's own files say."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with the requirements it meets and the facts it prints."""

    block: Block
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Shown:
    """A notice, or the first of a set, as it was drafted."""

    name: str
    version: Version
    document: Document
    text: str
    html: str
    digest: str
    """The digest to confirm: the notice's own, or the set's."""
    others: tuple[Version, ...]
    """The other notices of the set."""
    freshness: Freshness
    picture: Picture
    paragraphs: tuple[Paragraph, ...]


def show(desk: Desk, name: str) -> Shown:
    """Return a notice, a version or a set as it was drafted; nothing is rendered from facts again."""
    matter, versions, digest = find_versions(desk, name)
    document = read_document(desk, versions[0])
    picture = picture_of(matter, desk.rules, desk.now())
    return Shown(
        name=name,
        version=versions[0],
        document=document,
        text=desk.press.text(document),
        html=desk.press.html(document),
        digest=digest,
        others=tuple(versions[1:]),
        freshness=freshness(versions[0].drafted, matter.facts, matter.unknown),
        picture=picture,
        paragraphs=tuple(_paragraphs(matter, document)),
    )


def read_document(desk: Desk, version: Version) -> Document:
    """Return the block tree kept with a version; NotTrustedError when it does not fit its digest."""
    kept = desk.store.kept(bytes.fromhex(version.drafted.tree_kept))
    if kept is None:
        raise NotTrustedError(
            f"the text of {version.id} is not kept any more", hint="breachkit register verify"
        )
    document = from_data(json.loads(kept.text))
    manifest = version.drafted.manifest
    if manifest["subject"] != document.subject:
        raise NotTrustedError(f"the text of {version.id} is not the one that was drafted")
    return document


def variables(
    desk: Desk, versions: Sequence[Version]
) -> tuple[list[list[str]], list[list[Version]]]:
    """Return what differs between the notices of a set: a table by scope, and the distinct texts.

    Notices whose words are the same but for printed facts count as one text.
    """
    texts: dict[tuple[Any, ...], list[Version]] = {}
    table: list[list[str]] = []
    for version in versions:
        document = read_document(desk, version)
        shape = tuple(
            (block.id, tuple("" if run.paths else run.text for run in block.runs))
            for block in document.blocks
        )
        texts.setdefault(shape, []).append(version)
        printed = {
            path.removeprefix(f"scopes.{version.drafted.scope}."): run.text
            for block in document.blocks
            for run in block.runs
            for path in run.paths
            if path.startswith(("scopes.", "workspace.controller"))
        }
        table.append([version.drafted.scope, version.drafted.notice, json.dumps(printed)])
    return table, list(texts.values())


def callsheet(desk: Desk, matter_id: str, scope: str) -> str:
    """Return what to say to one partner on the telephone, with boxes for time and name."""
    picture = look(desk, matter_id)
    view = picture.view(scope)
    if view is None:
        known = ", ".join(view.scope for view in picture.views)
        raise UnknownNameError(f"{matter_id} has no scope {scope}", hint=f"its scopes: {known}")
    heading = heading_of(desk, picture, scope, "partner", "initial")
    partner = desk.rules.partners.get(scope)
    phones = [
        {
            "name": Printed(point.name or key),
            "role": Printed(point.role or ""),
            "phone": Printed(point.phone),
        }
        for key, point in (partner.contacts.items() if partner else ())
        if point.phone
    ]
    words = desk.press.words("en")
    document = desk.press.render(
        "callsheet/en.md.j2",
        {**notice_view(view, heading, words), "phones": phones},
        language="en",
    )
    return desk.press.text(document)


def find_duty(desk: Desk, duty_id: str, incident: str | None) -> tuple[Picture, Duty]:
    """Return a duty by its id, in the incident named or in the only one that has it."""
    named = [incident] if incident else _incidents_with(desk, duty_id)
    if len(named) > 1:
        raise UnknownNameError(
            f"{duty_id} stands in {len(named)} incidents: {', '.join(named[:5])}",
            hint=f"breachkit deadline explain {duty_id} --incident {named[0]}",
        )
    for matter_id in named:
        picture = look(desk, matter_id)
        if (duty := picture.duty(duty_id)) is not None:
            return picture, duty
    raise UnknownNameError(f"no duty {duty_id}", hint="breachkit deadline list")


def pack(desk: Desk, name: str) -> str:
    """Return one HTML page for counsel: the notice, its gaps, facts, changes and digest."""
    shown = show(desk, name)
    words = f"breachkit notice review {name} --digest {shown.digest[:16]} --as LAWYER"
    blocks = [
        _heading(1, f"For legal review: {shown.document.subject}"),
        _paragraph(
            f"Incident {shown.picture.id}, {shown.version.id}, for {shown.version.drafted.scope};"
            f" drafted by {shown.version.by.name} on {shown.version.at[:16]}Z."
            f" Digest {shown.digest}."
        ),
        *_answering(words),
        _heading(2, "What is still open"),
        *_gap_blocks(shown.picture, shown.version),
        _heading(2, "What changed"),
        *_change_blocks(desk, shown),
        _heading(2, "Facts and who stated them"),
        *_source_blocks(shown),
        _heading(2, "The notice"),
        *shown.document.blocks,
    ]
    numbered = tuple(
        Block(
            id=f"p{place}",
            kind=block.kind,
            runs=block.runs,
            level=block.level,
            marker=block.marker,
        )
        for place, block in enumerate(blocks)
    )
    return desk.press.html(Document("en", f"For legal review: {name}", numbered))


def _answering(words: str) -> Iterator[Block]:
    yield _paragraph(
        "Please read the text below and answer with one of these commands, or in these words by mail"
        " or telephone; whoever records your answer has to add where it can be found."
        " Write no legal advice into them: an authority may one day read this record."
    )
    yield _item(f"Cleared: {words}")
    yield _item(f"Returned: {words} --return --paragraph s2.3")
    yield _item(f"On your behalf: {words.partition(' --as')[0]} --reviewer NAME --evidence TEXT")


def _gap_blocks(picture: Picture, version: Version) -> Iterator[Block]:
    gaps = [
        gap
        for duty in picture.duties_of(version.drafted.scope, version.drafted.addressee)
        for gap in duty.gaps
    ]
    for gap in gaps:
        yield _item(describe_gap(gap))
    if not gaps:
        yield _paragraph("Nothing.")


def describe_gap(gap: Gap) -> str:
    """Return a gap in one line: its citation, what it asks, and how far it may follow."""
    follow = {
        "never": "has to be in the notice",
        "initial": "may follow after the first notice",
        "always": "a stated unknown answers it",
    }[gap.allowed.value]
    reason = f" ({gap.reason})" if gap.reason else ""
    return f"{gap.citation}: {gap.title}, {gap.path} is {gap.answer.value}{reason}; {follow}"


def _change_blocks(desk: Desk, shown: Shown) -> Iterator[Block]:
    """Yield how the text differs from the version before, and what the facts say since."""
    drafted = shown.version.drafted
    for path in shown.freshness.contradicted:
        yield _item(f"Contradicted since it was drafted: {path}")
    for path in shown.freshness.supplement:
        yield _item(f"Known since it was drafted: {path}")
    before = shown.picture.matter.find_version(drafted.notice, drafted.version - 1)
    if before is None:
        yield _paragraph("This is the first version.")
        return
    old = [block.text for block in read_document(desk, before).blocks]
    new = [block.text for block in shown.document.blocks]
    for line in difflib.ndiff(old, new):
        if line[:2] in {"- ", "+ "}:
            yield _item(("Removed: " if line[0] == "-" else "Added: ") + line[2:])


def _source_blocks(shown: Shown) -> Iterator[Block]:
    seen: dict[str, Source] = {}
    for paragraph in shown.paragraphs:
        for source in paragraph.sources:
            seen.setdefault(source.path, source)
    for source in seen.values():
        yield _item(f"{source.path}: {source.text} — {describe_source(source.provenance)}")


def describe_source(provenance: Provenance | None) -> str:
    """Return who stated a fact, when, from what source, how certain, and how we know who it was."""
    if provenance is None:
        return "from the workspace's own files"
    by = provenance.by
    return (
        f"{by.name} ({by.identity.value}), {provenance.at[:16]}Z,"
        f" {provenance.source}, {provenance.certainty}"
    )


def _paragraphs(matter: Matter, document: Document) -> Iterator[Paragraph]:
    for block in document.blocks:
        found: dict[str, Source] = {}
        for run in block.runs:
            for path in run.paths:
                found[path] = Source(path, run.text, _provenance(matter, path))
        yield Paragraph(block, tuple(found.values()))


def _provenance(matter: Matter, path: str) -> Provenance | None:
    """Return who stated a fact, or the branch above it."""
    while path:
        if path in matter.provenance:
            return matter.provenance[path]
        path = path.rpartition(".")[0]
    return None


def _incidents_with(desk: Desk, duty_id: str) -> list[str]:
    return list(dict.fromkeys(row.matter for row in desk.store.overview() if row.duty == duty_id))


def _heading(level: int, text: str) -> Block:
    return Block("", BlockKind.HEADING, (Run(text),), level=level)


def _paragraph(text: str) -> Block:
    return Block("", BlockKind.PARAGRAPH, (Run(text),))


def _item(text: str) -> Block:
    return Block("", BlockKind.ITEM, (Run(text),), level=1, marker="•")


__all__ = [
    "Paragraph",
    "Shown",
    "Source",
    "callsheet",
    "describe_gap",
    "describe_source",
    "find_duty",
    "matter_of",
    "pack",
    "read_document",
    "show",
    "variables",
]
