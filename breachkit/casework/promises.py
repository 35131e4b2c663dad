"""The clocks of our own beside the law's: what was promised, reviews owed, withdrawals due."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from breachkit.casework.alarms import alarms
from breachkit.casework.conflicts import clashes, clear_command
from breachkit.casework.phases import undelivered
from breachkit.casework.picture import Picture
from breachkit.casework.waiting import left_outside, named, version_step
from breachkit.domain.approval import candidate_of, last_review, owes_review
from breachkit.domain.duty import Duty
from breachkit.domain.entry import ContactRecorded, Phase
from breachkit.domain.freshness import freshness
from breachkit.domain.instant import latest_of, moment, stamp
from breachkit.domain.line import DutyRow
from breachkit.domain.matter import Matter, Version
from breachkit.domain.predicate import holds
from breachkit.domain.scope import OWN
from breachkit.domain.telling import Content, Told

FOLLOW_UP = "follow-up"
"""Before the name of each, where a duty has its instrument."""

IF_AFFECTED = "if-affected-"
"""How the name of a limit begins that counts if its partner turns out to be affected."""


def promised(picture: Picture, cleared: Collection[str] = ()) -> Iterator[DutyRow]:
    """Yield what we have to do though no provision says when."""
    yield from _alarms(picture)
    yield from _promised_facts(picture)
    yield from _promised_calls(picture)
    yield from _clearances(picture)
    yield from _if_affected(picture)
    back = list(taken_back(picture))
    taken = {(scope, reader) for scope, reader, _ in back}
    yield from _reviews(picture, taken)
    yield from _corrections(picture, taken, cleared)
    for scope, reader, phase in back:
        yield _taking_back(picture, scope, reader, phase, cleared)


def taken_back(picture: Picture) -> Iterator[tuple[str, str, Phase]]:
    """Yield scope and reader where what was told has been ruled out, and how to take it back.

    A withdrawal where nothing of it is left, a correction where one limb of Article 6.3 still stands.
    """
    matter = picture.matter
    if not any(one.entry.model_dump().get("decision") == "rule-out" for one in matter.decisions):
        return
    for scope, reader in _told(matter):
        duties = [one for one in picture.duties_of(scope, reader) if one.law.by_notice]
        gone = [duty for duty in duties if _is_ruled_out(picture, duty)]
        if not gone:
            continue
        phase: Phase = "withdrawal" if len(gone) == len(duties) else "correction"
        if not any(one.deliveries for one in _versions(matter, scope, reader, phase)):
            yield scope, reader, phase


def draft_command(matter: str, scope: str, reader: str, phase: str) -> str:
    """Return the command that drafts a notice of a phase."""
    to = reader.replace("_", "-")
    return f"breachkit notice draft {matter} --to {to} --scope {scope} --phase {phase}"


def _alarms(picture: Picture) -> Iterator[DutyRow]:
    """Yield what presses about messages: doubtful ones and those that came back alarm at once."""
    for one in alarms(picture.matter):
        due = moment(one.at) if one.at else None
        yield _row(picture, one.name, one.what, one.command, scope=one.scope, due=due)


def _promised_facts(picture: Picture) -> Iterator[DutyRow]:
    """Yield what was promised to follow, while anything that it belongs to is still owed."""
    if not any(duty.owed is not False for duty in picture.duties if duty.law.by_notice):
        return
    for path, why in picture.matter.unknown.items():
        if follows := why.get("follows_by"):
            parts = path.split(".")
            due = latest_of(follows["at"], follows["zone"], follows["precision"])
            command = f"breachkit incident amend {picture.id} --set {path}=VALUE"
            scope = parts[1] if parts[0] == "scopes" and len(parts) > 1 else ""
            yield _row(picture, path, f"promised: {path}", command, scope=scope, due=due)


def _promised_calls(picture: Picture) -> Iterator[DutyRow]:
    """Yield the next update promised in the last contact of each scope: earlier promises lapse."""
    entries = (recorded.entry for recorded in picture.matter.contacts)
    contacts = (entry for entry in entries if isinstance(entry, ContactRecorded))
    # By when they took place: a merger, or somebody late, records an earlier call after a later one.
    last = {entry.scope: entry for entry in sorted(contacts, key=lambda entry: entry.at.at)}
    for scope, entry in last.items():
        if entry.next_update:
            command = f"breachkit contact record {picture.id} --scope {scope}"
            due = entry.next_update.latest
            what = "promised: next update"
            yield _row(picture, f"call-{scope}", what, command, scope=scope, due=due)


def _if_affected(picture: Picture) -> Iterator[DutyRow]:
    """Yield the partner's limit that would end first if it were among those that nobody has named yet."""
    one = picture.shortest
    if one is None or one.deadline.due_at is None:
        return
    law = one.deadline.law
    name_it = f"breachkit incident amend {picture.id} --set scopes.{one.key}.capacity=processor"
    row = _row(picture, f"{IF_AFFECTED}{one.key}", one.words, name_it)
    yield row._replace(
        scope=one.key,
        side="possible",
        addressee=str(law.addressee),
        due_at=stamp(one.deadline.due_at),
        due_kind=str(one.deadline.kind),
        soon_at=stamp(one.deadline.due_at - timedelta(hours=6)),
        waits_for=f"and {one.more} more" if one.more else "",
        question="which partners are affected?",
        question_command=f"breachkit incident amend {picture.id} --set scopes.KEY.capacity=processor",
        standing=str(law.standing),
    )


def _clearances(picture: Picture) -> Iterator[DutyRow]:
    """Yield the conflicts of laws that keep a part of a text back until a person decides."""
    owed = [duty for duty in picture.duties if duty.owed and duty.running]
    for clash in clashes(picture, owed):
        if clash.keeps_back:
            what = f"clearance of {clash.conflict.name}: a part of a text is kept back"
            command = clear_command(picture.id, clash.conflict)
            yield _row(picture, f"clearance-{clash.conflict.name}", what, command, scope=OWN)


def _reviews(picture: Picture, back: Collection[tuple[str, str]]) -> Iterator[DutyRow]:
    """Yield what legal still has to say of texts that were released or left without it.

    Where a text has to be taken back (`back`), nothing in it is corrected any more.
    """
    found: dict[str, DutyRow] = {}
    for versions in picture.matter.notices.values():
        for version in versions:
            if version.taken:
                continue  # legal answers where it was drafted
            row = _review(picture, version)
            key = (version.drafted.scope, version.drafted.reader)
            if row is not None and not (key in back and "returned-" in row.duty):
                found.setdefault(row.duty, row)
    yield from found.values()


def _review(picture: Picture, version: Version) -> DutyRow | None:
    one = candidate_of(picture.matter, version)
    scope, read = version.drafted.scope, last_review(version, one.history)
    if version.deliveries and read and read.result == "returned":
        if _corrected(picture.matter, version):
            return None
        correct = draft_command(picture.id, scope, version.drafted.reader, "correction")
        what = f"correction due: legal returned {version.id} after it left"
        return _row(picture, f"returned-{version.id}", what, correct, scope=scope)
    if read is None and left_outside(version):
        what = f"review owed: {version.id} left outside the gate"
        review = f"breachkit notice review {version.id} --as LAWYER"
        return _row(picture, f"outside-{version.id}", what, review, scope=scope)
    if not owes_review(one):
        return None
    name, _ = named(picture, version)
    name = version.id if name == version.drafted.notice else name
    review = f"breachkit notice review {name} --as LAWYER"
    what = f"review owed: {name} was released without one"
    return _row(picture, f"review-{name}", what, review, scope=scope if name == version.id else "")


def _corrections(
    picture: Picture, back: Collection[tuple[str, str]], cleared: Collection[str]
) -> Iterator[DutyRow]:
    """Yield the texts that left and print what no longer holds: their readers rely on them.

    Where a text has to be taken back (`back`), nothing in it is corrected any more, and where legal
    returned it, its correction is due already.
    """
    for version in _last_sent(picture.matter):
        drafted, read = version.drafted, version.reviews[-1][0] if version.reviews else None
        if (drafted.scope, drafted.reader) in back or (read and read.result == "returned"):
            continue
        if _fell_away(picture, version):
            what = f"withdrawal due: what {version.id} was given under does not apply"
            yield _mending(picture, version, "withdrawal", what, cleared)
            continue
        found = freshness(drafted, picture.matter.facts, picture.matter.unknown).contradicted
        if found:
            more = f" +{len(found) - 1}" if len(found) > 1 else ""
            what = f"correction due: {version.id} is contradicted by {found[0]}{more}"
            yield _mending(picture, version, "correction", what, cleared)


def _fell_away(picture: Picture, version: Version) -> bool:
    """Tell whether a single filing left under a law that does not apply to the incident any more."""
    drafted = version.drafted
    if drafted.letter is None or drafted.phase == "withdrawal":
        return False
    return not any(picture.duty(name) for name in drafted.discharges)


def _mending(
    picture: Picture, version: Version, phase: Phase, what: str, cleared: Collection[str]
) -> DutyRow:
    scope, reader = version.drafted.scope, version.drafted.reader
    waits, command = what, draft_command(picture.id, scope, reader, phase)
    if draft := undelivered(picture.matter, scope, reader):
        waits, command = version_step(picture, draft, cleared)
    name = f"contradicted-{version.id}"
    return _row(picture, name, what, command, scope=scope, waits=waits)


def _last_sent(matter: Matter) -> list[Version]:
    """Return for each reader of each scope the text that it was sent last."""
    found: dict[tuple[str, str], Version] = {}
    for versions in matter.notices.values():
        for version in versions:
            if version.deliveries:
                key = (version.drafted.scope, version.drafted.reader)
                found[key] = max(found.get(key, version), version, key=lambda one: one.at)
    return list(found.values())


def _taking_back(
    picture: Picture, scope: str, reader: str, phase: Phase, cleared: Collection[str]
) -> DutyRow:
    command = draft_command(picture.id, scope, reader, phase)
    what = f"{phase} due to {reader.replace('_', ' ')}"
    waits = what
    for version in _versions(picture.matter, scope, reader, phase):
        waits, command = version_step(picture, version, cleared)
    name = f"{phase}-{scope}-{reader.replace('_', '-')}"
    return _row(picture, name, what, command, scope=scope, waits=waits)


def _versions(matter: Matter, scope: str, reader: str, phase: str) -> list[Version]:
    """Return the last versions of the notices of a phase that were drafted since the last ruling out."""
    ruled = max(
        one.at for one in matter.decisions if one.entry.model_dump().get("decision") == "rule-out"
    )
    wanted = (scope, reader, phase)
    return [
        one
        for one in matter.current()
        if (one.drafted.scope, one.drafted.reader, one.drafted.phase) == wanted and one.at >= ruled
    ]


def _told(matter: Matter) -> list[tuple[str, str]]:
    """Return scope and reader of all that anybody was told, by notice or by telephone."""
    written = [
        (version.drafted.scope, version.drafted.reader)
        for versions in matter.notices.values()
        for version in versions
        if version.deliveries
    ]
    return list(dict.fromkeys([*((scope, "partner") for scope in matter.told), *written]))


def _is_ruled_out(picture: Picture, duty: Duty) -> bool:
    """Tell whether a duty would stand if no limb had been ruled out."""
    view = picture.view(duty.scope)
    if view is None or holds(duty.law.when, view.values) is not False:
        return False
    limbs = dict.fromkeys(view.values.get("status") or {}, "suspected")
    return holds(duty.law.when, {**view.values, "status": limbs}) is not False


def _corrected(matter: Matter, version: Version) -> bool:
    """Tell whether a notice that was drafted later has reached the same reader."""
    drafted = version.drafted
    return any(
        other.deliveries and other.at > version.at
        for versions in matter.notices.values()
        for other in versions
        if (other.drafted.scope, other.drafted.reader) == (drafted.scope, drafted.reader)
    )


def _row(
    picture: Picture,
    name: str,
    what: str,
    command: str,
    *,
    scope: str = "",
    due: datetime | None = None,
    waits: str = "",
) -> DutyRow:
    return DutyRow(
        matter=picture.id,
        duty=f"{FOLLOW_UP}/{name}",
        scope=scope,
        side="ours",
        addressee="",
        citation=what,
        due_at=stamp(due) if due else "",
        due_kind=FOLLOW_UP,
        soon_at=stamp(due - timedelta(hours=6)) if due else "",
        told=str(Told.WAITING),
        content=str(Content.OPEN),
        gaps=0,
        waits_for=waits or what,
        command=command,
        question="",
        question_command="",
        moved_from="",
        standing="derived",
    )
