"""One HTML page for counsel: the notice, its gaps, its facts with sources, what changed, its digest."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from breachkit.casework.desk import Desk
from breachkit.casework.papers import Shown, describe_gap, marks, show
from breachkit.casework.sources import Source, describe_source
from breachkit.casework.spread import Spread, changed_lines
from breachkit.casework.versions import read_document
from breachkit.domain.document import Block, BlockKind, Document, Run


def pack(desk: Desk, name: str) -> str:
    """Return one HTML page for counsel: the notice, its gaps, facts, changes and digest."""
    shown = show(desk, name)
    blocks = [
        _heading(1, f"For legal review: {shown.document.subject}"),
        *_about(shown),
        _heading(2, "How to answer"),
        *_answering(shown),
        _heading(2, "What is still open"),
        *_gaps(shown),
        _heading(2, "What changed"),
        *_changes(desk, shown),
        *(_differences(shown.spread) if shown.spread else ()),
        _heading(2, "The notice, paragraph by paragraph"),
        *(_named(block) for block in shown.document.blocks),
        _heading(2, "Facts and who stated them"),
        *_sources(shown),
    ]
    numbered = tuple(replace(block, id=f"p{place}") for place, block in enumerate(blocks))
    return desk.press.html(Document("en", f"For legal review: {name}", numbered))


def _about(shown: Shown) -> Iterator[Block]:
    version, drafted = shown.version, shown.version.drafted
    others = len(shown.others)
    whose = f" and {others} more" if others else ""
    yield _paragraph(
        f"Incident {shown.picture.id}, {shown.name}: {drafted.phase} notice to"
        f" {drafted.addressee.replace('_', ' ')}, for {drafted.scope}{whose};"
        f" drafted by {version.by.name} at {version.at[:16]}Z from the template {drafted.template}."
    )
    yield _paragraph(f"Digest: {shown.digest}")
    for one in (version, *shown.others):
        for mark in marks(shown.picture.matter, one):
            yield _item(f"{one.id}: {mark}")


def _answering(shown: Shown) -> Iterator[Block]:
    short = shown.digest[:8]
    review = f"breachkit notice review {shown.name} --digest {short}"
    yield _paragraph(
        "Please read the notice below, and answer by mail, by telephone or with a command."
        " Write no legal advice into your answer: an authority may one day read this record."
    )
    yield _item(f"In words: “I have read {shown.name} with the digest {short}, and clear it.”")
    yield _item(
        f"In words: “I have read {shown.name} with the digest {short}, and return it because of"
        " paragraph s2.3.”"
    )
    yield _item(f"As a command: {review} --as YOUR-NAME")
    yield _item(f"To return it: {review} --return --paragraph s2.3 --as YOUR-NAME")
    yield _item(
        "Whoever records your answer on your behalf adds where it can be found:"
        f" {review} --reviewer YOUR-NAME --evidence TEXT"
    )


def _gaps(shown: Shown) -> Iterator[Block]:
    drafted = shown.version.drafted
    duties = shown.picture.duties_of(drafted.scope, drafted.reader)
    lines = [describe_gap(gap) for duty in duties if duty.owed is not False for gap in duty.gaps]
    for line in dict.fromkeys(lines):
        yield _item(line)
    if not lines:
        yield _paragraph("Nothing.")


def _changes(desk: Desk, shown: Shown) -> Iterator[Block]:
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
    changed = changed_lines(old, [block.text for block in shown.document.blocks])
    yield from _compared(changed, "Removed", "Added")
    if not changed:
        yield _paragraph(f"The words are those of {before.id}.")


def _differences(spread: Spread) -> Iterator[Block]:
    count = len(spread.texts)
    yield _heading(2, "What differs between the notices of the set")
    yield _paragraph(
        f"{len(spread.rows)} notices, {count} distinct text{'' if count == 1 else 's'};"
        " the one below is that of the first."
    )
    for texts in spread.texts:
        yield _item(f"One text: {', '.join(version.id for version in texts)}")
    for texts, differences in zip(spread.texts[1:], spread.differences, strict=True):
        yield _paragraph(f"The text of {texts[0].id}, held against the first:")
        yield from _compared(differences, "Not in it", "Only in it")
    for version, values in spread.rows:
        told = "; ".join(
            f"{column}: {value or 'not in this one'}"
            for column, value in zip(spread.columns, values, strict=True)
        )
        yield _item(f"{version.drafted.scope} ({version.id}): {told or 'the same'}")


def _compared(lines: Sequence[str], removed: str, added: str) -> Iterator[Block]:
    for line in lines:
        yield _item(f"{removed if line[0] == '-' else added}: {line[2:]}")


def _named(block: Block) -> Block:
    """Return a block of the notice with the name by which an answer can cite it."""
    return replace(block, runs=(Run(f"[{block.id}] ", emphasis=True), *block.runs))


def _sources(shown: Shown) -> Iterator[Block]:
    seen: dict[str, Source] = {}
    for paragraph in shown.paragraphs:
        for source in (*paragraph.sources, *(one for one in paragraph.asked if one.stated)):
            seen.setdefault(source.path, source)
    for source in seen.values():
        yield _item(f"{source.path}: {source.text} — {describe_source(source.provenance)}")
    if not seen:
        yield _paragraph("The notice rests on no facts yet.")


def _heading(level: int, text: str) -> Block:
    return Block("", BlockKind.HEADING, (Run(text),), level=level)


def _paragraph(text: str) -> Block:
    return Block("", BlockKind.PARAGRAPH, (Run(text),))


def _item(text: str) -> Block:
    return Block("", BlockKind.ITEM, (Run(text),), level=1, marker="•")
