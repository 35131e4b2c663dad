"""`notice show` and `pack`: a text as it was drafted, its digest and state, and the file for counsel."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachkit.cli import filing
from breachkit.cli import version as shown
from breachkit.cli.base import Session, command
from breachkit.cli.facts import item, paragraph
from breachkit.cli.output import Answer, harmless, table
from breachkit.errors import BadInputError

if TYPE_CHECKING:
    from breachkit.casework.papers import Shown
    from breachkit.casework.sources import Paragraph, Source
    from breachkit.casework.spread import Spread


def answer(
    session: Session, notice: "Shown", *, as_html: bool, sources: bool, only_digest: bool
) -> Answer:
    """Return a notice or a set: one text, then what differs by scope, then digest and state."""
    data = _data(session, notice)
    if only_digest:
        return Answer({"name": notice.name, "digest": notice.digest}, [notice.digest])
    if as_html:
        return Answer(data, [notice.html.rstrip("\n")], _notes(session, notice))
    if sources:
        lines = [line for one in notice.paragraphs for line in _sources(one)]
    else:
        lines = [notice.text.rstrip("\n")]
    spread = _spread(notice.spread) if notice.spread else []
    return Answer(data, [*lines, *spread], _notes(session, notice))


def packed(session: Session, name: str, html: str, output: str | None) -> Answer:
    """Return the page for counsel, or where it was written: readable by its owner alone."""
    if output == "-":
        return Answer({"html": html}, [html.rstrip("\n")])
    path = Path(output or f"{name}-for-counsel.html")
    if not output and path.exists():
        hint = command("notice", "pack", name, "-o", str(path))
        raise BadInputError(f"{path} is there already", hint=f"to write over it: {hint}")
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(html)
    digest = session.kit.notice(name).digest[:8]
    review = command("notice", "review", name, "--digest", digest)
    notes = ["next: send it to counsel", f"then: {review} --reviewer LAWYER --evidence TEXT"]
    return Answer({"file": str(path), "digest": digest}, [f"wrote {path}"], notes)


def _sources(one: "Paragraph") -> Iterator[str]:
    from breachkit.casework.sources import describe_asked, describe_source

    block = one.block
    meets = f"  [{', '.join(block.answers)}]" if block.answers else ""
    written = "" if block.origin == "template" else f"  written by {block.origin}"
    yield f"{block.id}{meets}{harmless(written)}"
    yield from (harmless(line) for line in paragraph(block.text, 4))
    for source in one.sources:
        said = harmless(describe_source(source.provenance))
        yield from paragraph(f"{source.path}: {said}", 8)
    for source in one.asked:
        yield from paragraph(f"asked: {source.path}: {harmless(describe_asked(source))}", 8)


def _spread(spread: "Spread") -> Iterator[str]:
    count = len(spread.texts)
    yield ""
    yield f"{len(spread.rows)} notices, {count} distinct text{'' if count == 1 else 's'}"
    for texts in spread.texts if count > 1 else ():
        yield f"  one text: {', '.join(version.id for version in texts)}"
    for texts, differences in zip(spread.texts[1:], spread.differences, strict=True):
        yield f"  {texts[0].id} against the first:"
        yield from (line for one in differences for line in paragraph(harmless(one), 4))
    rows = [
        [version.id, version.drafted.scope, *(" ".join(one.split()) or "-" for one in values)]
        for version, values in spread.rows
    ]
    yield ""
    yield from (harmless(row) for row in table(rows, ["notice", "scope", *spread.columns]))


def _notes(session: Session, notice: "Shown") -> list[str]:
    """Return digest, template and state: what a reader has to know before acting on a text."""
    version, every = notice.version, (notice.version, *notice.others)
    template = f"{version.drafted.template} {version.drafted.template_digest}"
    lines = [f"digest: {notice.digest}", f"template: {template}"]
    if notice.others:
        lines.append(f"each on its own: {', '.join(one.id for one in every)}")
    lines += [_state(session, notice), *shown.became(version, session.kit.zone)]
    lines += _marks(notice)
    if version.drafted.addressee == "authority":
        for one in every:
            lines += filing.summary(session, notice.picture.id, one.drafted.scope)
    if not version.deliveries:
        waits, step = shown.waiting(session, notice.picture, version)
        lines += [*item("waits", f"for {waits}"), f"next: {step}"]
    return lines


def _state(session: Session, notice: "Shown") -> str:
    """Return where a notice stands; for a set how many stand where, and what became of the first."""
    matter, every = notice.picture.matter, (notice.version, *notice.others)
    if not notice.others:
        return f"state: {notice.version.id} is {shown.state(session, matter, notice.version)}"
    states = Counter(shown.state(session, matter, one) for one in every)
    counted = ", ".join(f"{count} {state}" for state, count in states.items())
    return f"state: {counted}; of {notice.version.id}:"


def _marks(notice: "Shown") -> Iterator[str]:
    from breachkit.casework.papers import marks

    for one in (notice.version, *notice.others):
        yield from (harmless(f"{one.id}: {mark}") for mark in marks(notice.picture.matter, one))
    if not notice.faithful:
        yield "This breachkit sets the text otherwise than it was drafted: draft it again."


def _data(session: Session, notice: "Shown") -> dict[str, Any]:
    matter = notice.picture.matter
    return {
        "name": notice.name,
        "digest": notice.digest,
        "notices": [shown.data(session, matter, one) for one in (notice.version, *notice.others)],
        "contradicted": list(notice.freshness.contradicted),
        "supplement": list(notice.freshness.supplement),
        "text": notice.text,
        "html": notice.html,
        "distinct_texts": [[one.id for one in texts] for texts in notice.spread.texts]
        if notice.spread
        else [[notice.version.id]],
        "differs": _differs(notice.spread) if notice.spread else [],
        "paragraphs": [_paragraph(one) for one in notice.paragraphs],
    }


def _differs(spread: "Spread") -> list[dict[str, Any]]:
    return [
        {
            "notice": version.id,
            "scope": version.drafted.scope,
            **dict(zip(spread.columns, values, strict=True)),
        }
        for version, values in spread.rows
    ]


def _paragraph(one: "Paragraph") -> dict[str, Any]:
    block = one.block
    facts = [_source(source) for source in one.sources]
    asked = [{**_source(source), "stated": source.stated} for source in one.asked]
    answers = list(block.answers)
    known = {"id": block.id, "answers": answers, "origin": block.origin, "text": block.text}
    return {**known, "facts": facts, "asked": asked}


def _source(source: "Source") -> dict[str, Any]:
    """Return a fact with who stated it; what the workspace's own files say has no author."""
    said, known = source.provenance, {"path": source.path, "text": source.text}
    if said is None:
        origin = "workspace" if source.stated else None
        nobody = {"by": None, "identity": None, "at": None, "source": origin, "certainty": None}
        return {**known, **nobody}
    return {
        **known,
        "by": said.by.name,
        "identity": said.by.identity.value,
        "at": said.at,
        "source": said.source,
        "certainty": said.certainty,
    }
