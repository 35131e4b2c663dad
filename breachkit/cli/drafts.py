"""`notice draft`, `list`, `review` and `approve`: what was done, who has to act now, and the command."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from breachkit.cli import filing
from breachkit.cli import version as shown
from breachkit.cli.base import Session, command, receipt
from breachkit.cli.facts import item, paragraph
from breachkit.cli.output import Answer, harmless, table

if TYPE_CHECKING:
    from breachkit.casework.drafting import Draft
    from breachkit.casework.gate import Passed
    from breachkit.casework.picture import Picture
    from breachkit.domain.matter import Matter, Version


def answer(session: Session, incident: str, done: "Sequence[Draft]") -> Answer:
    """Return one line a notice, what waits for whom, and the command that comes next."""
    picture = session.kit.incident(incident)
    versions = [_version(picture, one) for one in done]
    told = [shown.data(session, picture.matter, version) for version in versions]
    for each, one in zip(told, done, strict=True):
        each |= {"new": one.new, "remarks": list(one.remarks)}
    lines = _lines(done)
    if not any(one.new for one in done):
        lines.append("Nothing has changed since: no version was added.")
    filed = [one.drafted.scope for one in versions if one.drafted.addressee == "authority"]
    where = [line for scope in filed for line in filing.summary(session, incident, scope)]
    notes = [*where, *_waiting(session, picture, versions), *_next(session, picture, versions)]
    data = {"incident": incident, "notices": told, "head": str(session.kit.head())}
    return Answer(data, lines, notes)


def listed(session: Session, picture: "Picture", everything: bool) -> Answer:
    """Return the notices of an incident; an earlier version only where it left, or all are asked for."""
    matter = picture.matter
    every = [(one, history[-1]) for history in matter.notices.values() for one in history]
    versions = [one for one, last in every if everything or one is last or one.deliveries]
    data = {"incident": picture.id, "notices": [shown.data(session, matter, v) for v in versions]}
    if not versions:
        draft = command("notice", "draft", picture.id)
        return Answer(data, [], ["No notices yet.", f"next: {draft}"])
    live = [one for one in matter.current() if not one.deliveries]
    steps = list(_commands(session, picture, live)) or [command("status", picture.id)]
    notes = [*_waiting(session, picture, live), *(f"next: {step}" for step in steps)]
    return Answer(data, list(_table(session, matter, versions)), notes)


def _table(session: Session, matter: "Matter", versions: "Sequence[Version]") -> Iterator[str]:
    from breachkit.casework.papers import marks

    head, *rows = table([shown.cells(session, matter, one) for one in versions], shown.HEAD)
    yield head
    for row, one in zip(rows, versions, strict=True):
        yield row
        yield from (harmless(f"    {mark}") for mark in marks(matter, one))


def reviewed(session: Session, name: str, passed: "Passed", result: str) -> Answer:
    """Return what a review changed."""
    reviewer = passed.versions[0].reviews[-1][0].reviewer
    ids = ", ".join(one.id for one in passed.versions)
    first = f"{result}: {ids}, by {reviewer}"
    if not passed.new:
        first = f"{ids}: {reviewer} said so already; nothing was written"
    return _answer(session, name, passed, first)


def approved(session: Session, name: str, passed: "Passed") -> Answer:
    """Return what a release changed."""
    approval = passed.versions[0].approval
    assert approval is not None
    ids = ", ".join(one.id for one in passed.versions)
    first = f"approved: {ids}, by {approval.by.name}"
    if not passed.new:
        first = f"{ids}: approved already by {approval.by.name}; nothing was written"
    done = _answer(session, name, passed, first)
    if approval.without_review:
        review = command("notice", "review", name, "--as")
        done.lines += item("owed", "the review: it stays in `breachkit status` until legal gave it")
        done.notes.append(f"then: {review} LAWYER")
    return done


def _answer(session: Session, name: str, passed: "Passed", first: str) -> Answer:
    data = shown.passed_data(session, name, passed)
    versions = [one for one in passed.versions if not one.deliveries]
    notes = _waiting(session, passed, versions)
    return Answer(data, [first], [*notes, *_next(session, passed, versions)])


def _version(picture: "Picture", one: "Draft") -> "Version":
    found = picture.matter.find_version(one.drafted.notice, one.drafted.version)
    assert found is not None
    return found


def _lines(done: "Sequence[Draft]") -> list[str]:
    rows = table([_cells(one) for one in done])
    lines = []
    for row, one in zip(rows, done, strict=True):
        lines.append(harmless(row))
        lines += [harmless(f"    flagged: {flag}") for flag in one.drafted.flags]
        lines += [line for text in one.remarks for line in paragraph(harmless(f"note: {text}"), 4)]
    return lines


def _cells(one: "Draft") -> list[str]:
    drafted = one.drafted
    gaps = len(drafted.gaps)
    return [
        f"{drafted.notice}.{drafted.version}",
        shown.reader_of(drafted),
        drafted.scope,
        drafted.digest[:8],
        (one.set_id or "-").rpartition("-")[2] or "-",
        f"{gaps} gap{'' if gaps == 1 else 's'} stated" if gaps else "complete",
        drafted.subject,
    ]


def _waiting(session: Session, picture: "Picture", versions: "Sequence[Version]") -> list[str]:
    """Return what waits for whom, once where several notices wait for the same."""
    found = (shown.waiting(session, picture, one)[0] for one in versions)
    return [line for waits in dict.fromkeys(found) for line in item("waits", f"for {waits}")]


def _next(session: Session, picture: "Picture", versions: "Sequence[Version]") -> list[str]:
    commands = list(_commands(session, picture, versions))
    return receipt(session, *(commands or [command("status", picture.id)]))


def _commands(session: Session, picture: "Picture", versions: "Sequence[Version]") -> Iterator[str]:
    """Yield the command for the first notice that waits; to read it comes before a review of it."""
    from breachkit.casework.waiting import named

    for version in versions[:1]:
        name, _ = named(picture, version)
        _, step = shown.waiting(session, picture, version)
        if " notice review " in step:
            yield command("notice", "show", name)
        yield step
