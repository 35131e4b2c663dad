"""One version of a notice: its line in a list, what became of it in words, and all of it as data."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from breachkit.cli.base import Session
from breachkit.cli.facts import item, stated
from breachkit.cli.output import both, harmless

if TYPE_CHECKING:
    from breachkit.casework.gate import Passed
    from breachkit.casework.picture import Picture
    from breachkit.domain.entry import Drafted, NoticeReviewed
    from breachkit.domain.happening import Entry
    from breachkit.domain.matter import Matter, Version

HEAD = ["notice", "to", "scope", "phase", "state", "digest", "set"]
"""Above the lines of a list."""

_DATA = (
    *("notice", "version", "scope", "addressee", "phase", "language", "subject", "digest"),
    *("text_digest", "template", "template_digest", "discharges", "gaps", "flags"),
)
"""What machines are told of a draft."""

READERS = {"partner": "partner", "authority": "authority", "data_subjects": "data subjects"}


def reader_of(drafted: "Drafted") -> str:
    """Return whom a notice is for, in words, or the letter of a single filing."""
    return READERS.get(drafted.reader, drafted.reader)


def cells(session: Session, matter: "Matter", version: "Version") -> list[str]:
    """Return a version as the cells of a list's line."""
    drafted = version.drafted
    return [
        version.id,
        reader_of(drafted),
        drafted.scope,
        drafted.phase,
        state(session, matter, version),
        drafted.digest[:8],
        (version.set_id or "-").rpartition("-")[2] or "-",
    ]


def state(session: Session, matter: "Matter", version: "Version") -> str:
    """Return where a version stands."""
    from breachkit.domain.approval import candidate_of, state_of

    return state_of(candidate_of(matter, version), session.kit.rules.counsel_cleared)


def became(version: "Version", zone: str) -> Iterator[str]:
    """Yield what became of a version, in the order in which it was recorded."""
    steps = [*_gate_steps(version, zone), *_left(version, zone)]
    yield from item("drafted", f"{both(version.at, zone)} by {version.by.name}")
    yield from _listed(version)
    for _, label, text in sorted(steps, key=lambda step: step[0]):
        yield from item(label, harmless(text))


def _listed(version: "Version") -> Iterator[str]:
    """Yield how many people a bound list has, and by which digest."""
    bound = version.drafted.manifest["addressees"]
    if "list" in bound:
        left = bound.get("lines_left_out")
        less = f"; {left:,} lines of it LEFT OUT" if left else ""
        yield from item("list", f"{bound['count']:,} people, digest {bound['digest'][:8]}{less}")


def _gate_steps(version: "Version", zone: str) -> Iterator[tuple[str, str, str]]:
    """Yield when each review and the release was recorded, with its label and words."""
    for entry, at in version.reviews:
        yield at, "review", f"{both(at, zone)} {_reviewed(entry)}"
    if (approval := version.approval) is not None:
        text = f"{both(version.approved_at, zone)} by {approval.by.name}"
        without = f"; without review: {approval.without_review}" if approval.without_review else ""
        despite = f"; despite: {approval.despite}" if approval.despite else ""
        yield version.approved_at, "approved", text + without + despite


def _left(version: "Version", zone: str) -> Iterator[tuple[str, str, str]]:
    for recorded in version.deliveries:
        entry: Any = recorded.entry
        mark = "; LEFT OUTSIDE THE GATE" if entry.outside_gate else ""
        reference = f", reference {entry.reference}" if entry.reference else ""
        to = f", to {entry.authority}" if entry.authority else ""
        way = f"by {entry.channel}{to}{reference}{mark}"
        yield recorded.at, "left", f"{stated(entry.at, zone)} {way}"


def _reviewed(entry: "NoticeReviewed") -> str:
    behalf = "" if entry.by.name == entry.reviewer else f", recorded by {entry.by.name}"
    where = f" ({entry.evidence})" if entry.evidence else ""
    parts = f", paragraphs {', '.join(entry.paragraphs)}" if entry.paragraphs else ""
    return f"{entry.result} by {entry.reviewer}{behalf}{where}{parts}"


def data(session: Session, matter: "Matter", version: "Version") -> dict[str, Any]:
    """Return a version with all that became of it, for machines."""
    from breachkit.casework.papers import marks

    return {
        "id": version.id,
        **{name: getattr(version.drafted, name) for name in _DATA},
        "addressees": version.drafted.manifest["addressees"],
        "state": state(session, matter, version),
        "set": version.set_id,
        "set_digest": version.set_digest,
        "drafted": {"at": version.at, "by": version.by.model_dump(mode="json")},
        **_became(version),
        "marks": marks(matter, version),
    }


def passed_data(session: Session, name: str, passed: "Passed") -> dict[str, Any]:
    """Return what every step of the gate answers for machines."""
    return {
        "name": name,
        "new": passed.new,
        "notices": [data(session, passed.matter, one) for one in passed.versions],
        "head": str(session.kit.head()),
    }


def waiting(session: Session, picture: "Picture", version: "Version") -> tuple[str, str]:
    """Return what a version waits for, and the command, with the people who can give it."""
    from breachkit.casework.waiting import version_step

    waits, command = version_step(picture, version, session.kit.rules.counsel_cleared)
    for word, role, but in (("LAWYER", "legal", ""), ("APPROVER", "approver", version.by.name)):
        if f"--as {word}" not in command:
            continue
        able = holders(session, role, but)
        waits = f"{waits}, by {' or '.join(able)}" if able else f"{waits}: nobody listed can"
        command = command.replace(word, able[0]) if len(able) == 1 else command
    return waits, command


def holders(session: Session, role: str, but: str = "") -> list[str]:
    """Return who is listed with a role, except one person."""
    from breachkit.domain.approval import same_person

    people = session.kit.rules.people
    return [
        key
        for key, person in people.items()
        if role in person.roles and not (but and same_person(key, but, people))
    ]


def _became(version: "Version") -> dict[str, Any]:
    deliveries = list(_deliveries(version))
    return {
        "reviews": [_body(at, entry) for entry, at in version.reviews],
        "approval": _body(version.approved_at, version.approval) if version.approval else None,
        "deliveries": deliveries,
        "outside_gate": any(one["outside_gate"] for one in deliveries),
    }


def _body(at: str, entry: "Entry") -> dict[str, Any]:
    return {"at": at, **entry.model_dump(mode="json", exclude={"targets"})}


def _deliveries(version: "Version") -> Iterator[dict[str, Any]]:
    for recorded in version.deliveries:
        entry: Any = recorded.entry
        yield {
            "at": entry.at.at,
            "recorded_at": recorded.at,
            "by": entry.by.name,
            "channel": entry.channel,
            "reference": entry.reference,
            "authority": entry.authority,
            "outside_gate": entry.outside_gate,
        }
