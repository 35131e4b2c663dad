"""The rows that `status` reads, projected from an incident in the same transaction as its entries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from breachkit.casework.desk import Desk
from breachkit.casework.picture import Picture, look, picture_of
from breachkit.domain.duty import Content, Duty, Told
from breachkit.domain.entry import ContactRecorded
from breachkit.domain.instant import latest_of, stamp
from breachkit.domain.line import DutyRow, MatterRow
from breachkit.domain.matter import Matter, Version

FOLLOW_UP = "follow-up"


def rows_of(picture: Picture) -> tuple[MatterRow, tuple[DutyRow, ...]]:
    """Return the rows of an incident: one for itself, one for each duty and each promise."""
    matter = picture.matter
    count = len(matter.facts.get("scopes") or {})
    facts = f"{count} scope{'' if count == 1 else 's'}, {len(matter.notices)} notices"
    row = MatterRow(
        matter=matter.id,
        title=picture.title,
        state=matter.state,
        reference=matter.reference,
        opened_at=matter.opened_at,
        facts=facts,
    )
    return row, (*(_duty_row(picture, duty) for duty in picture.duties), *_promises(picture))


def carry_moves(rows: tuple[DutyRow, ...], before: list[DutyRow]) -> tuple[DutyRow, ...]:
    """Return rows that still say what moved when the law or the settings changed."""
    moved = {row.duty: row for row in before if row.moved_from}
    if not moved:
        return rows
    return tuple(
        replace(row, moved_from=moved[row.duty].moved_from)
        if row.duty in moved and row.due_at == moved[row.duty].due_at
        else row
        for row in rows
    )


def refresh_all(desk: Desk) -> None:
    """Recompute what every matter shows under changed law or settings, marking what moved."""
    matters, duties = [], {}
    for row in desk.store.matters():
        if row.state == "workspace":
            matters.append(row)
            continue
        old = desk.store.duties(row.matter)
        shown = {one.duty: one.due_at for one in old}
        fresh, rows = rows_of(look(desk, row.matter))
        matters.append(fresh)
        duties[row.matter] = tuple(
            replace(one, moved_from=shown[one.duty])
            if shown.get(one.duty, one.due_at) != one.due_at
            else one
            for one in carry_moves(rows, old)
        )
    desk.store.rebuild(matters, duties)


def after(desk: Desk, matter: Matter) -> tuple[MatterRow, tuple[DutyRow, ...], Picture]:
    """Return the rows of a matter that a step has just changed, and the picture behind them."""
    picture = picture_of(matter, desk.rules, desk.now())
    row, rows = rows_of(picture)
    return row, carry_moves(rows, desk.store.duties(matter.id)), picture


def last_version(picture: Picture, duty: Duty) -> Version | None:
    """Return the newest notice that would meet a duty and has not been delivered."""
    found = [
        version
        for version in picture.matter.current()
        if duty.id in version.drafted.discharges and not version.deliveries
    ]
    return found[-1] if found else None


def next_step(picture: Picture, duty: Duty) -> tuple[str, str]:
    """Return what a duty waits for, and the command that comes next."""
    if duty.side.value == "theirs" and duty.told is Told.WAITING:
        return "the partner's own filing", ""
    if not duty.running and duty.content is not Content.SUPPLEMENT:
        return "", ""
    version = last_version(picture, duty)
    addressee = duty.law.addressee.value.replace("_", "-")
    if version is None:
        draft = f"breachkit notice draft {picture.id} --to {addressee} --scope {duty.scope}"
        return "a draft", draft
    notice, digest = version.drafted.notice, version.drafted.digest[:8]
    match version.state:
        case "drafted":
            return f"legal review of {notice}", f"breachkit notice review {notice} --as LAWYER"
        case "returned":
            return f"a new draft of {notice}", f"breachkit notice draft {picture.id}"
        case "reviewed":
            approve = f"breachkit notice approve {notice} --confirm {digest} --as APPROVER"
            return f"release of {notice}", approve
        case _:
            record = f"breachkit notice record-delivery {notice} --channel CHANNEL --at TIME"
            return f"delivery of {notice}", record


def _duty_row(picture: Picture, duty: Duty) -> DutyRow:
    waits, command = next_step(picture, duty)
    question, answer = _question(picture, duty)
    deadline = duty.deadline
    return DutyRow(
        matter=picture.id,
        duty=duty.id,
        scope=duty.scope,
        side=duty.side.value,
        addressee=duty.law.addressee.value,
        citation=f"{duty.law.citation} {duty.law.instrument}",
        due_at=stamp(deadline.due_at) if deadline.due_at else "",
        due_kind=deadline.kind.value,
        soon_at=stamp(duty.soon_at) if duty.soon_at else "",
        told=duty.told.value,
        content=duty.content.value,
        gaps=len(duty.gaps),
        waits_for=waits,
        command=command,
        question=question,
        question_command=answer,
        moved_from="",
        standing=duty.law.standing.value,
    )


def _question(picture: Picture, duty: Duty) -> tuple[str, str]:
    """Return the question that would settle a duty, and the command that answers it."""
    amend = f"breachkit incident amend {picture.id} --set"
    if duty.told is not Told.WAITING:
        return "", ""
    if duty.questions:
        path = duty.questions[0]
        if path == "risk.people":
            decide = (
                f"breachkit decision record {picture.id} --scope {duty.scope} --risk-people high"
            )
            return f"is a high risk to people likely? ({duty.scope})", f"{decide} --reason TEXT"
        return f"what is {path}?", f"{amend} {path}=VALUE"
    if duty.deadline.kind.value == "provisional" and "discovered_at" not in duty.deadline.trigger:
        stated = picture.matter.facts.get("timeline", {}).get("discovered_at")
        if stated:
            return (
                f"why does the discovery count only from {stated['at']}?",
                f"{amend} timeline_reasons.discovered_at=REASON",
            )
        return "when was the breach discovered?", f'{amend} timeline.discovered_at="TIME ZONE"'
    return "", ""


def _promises(picture: Picture) -> Iterator[DutyRow]:
    """Yield the clocks of our own: what was promised to follow, and reviews still owed."""
    matter = picture.matter
    for path, why in matter.unknown.items():
        if follows := why.get("follows_by"):
            due = latest_of(follows["at"], follows["zone"], follows["precision"])
            command = f"breachkit incident amend {matter.id} --set {path}=VALUE"
            yield _promise(picture, path, f"promised: {path}", due, command)
    for scope, entry in _last_contacts(matter).items():
        if entry.next_update:
            command = f"breachkit contact record {matter.id} --scope {scope}"
            due = entry.next_update.latest
            yield _promise(picture, f"call-{scope}", "promised: next update", due, command)
    for version in matter.current():
        if version.approval and version.approval.without_review and not version.reviews:
            notice = version.drafted.notice
            command = f"breachkit notice review {notice} --as LAWYER"
            yield _promise(picture, f"review-{notice}", f"review owed of {notice}", None, command)


def _last_contacts(matter: Matter) -> dict[str, ContactRecorded]:
    """Return the last contact of each scope: only its promise of a next update still counts."""
    entries = (recorded.entry for recorded in matter.contacts)
    return {entry.scope: entry for entry in entries if isinstance(entry, ContactRecorded)}


def _promise(picture: Picture, name: str, what: str, due: datetime | None, command: str) -> DutyRow:
    parts = name.split(".")
    soon = stamp(due - timedelta(hours=6)) if due else ""
    return DutyRow(
        matter=picture.id,
        duty=f"{FOLLOW_UP}/{name}",
        scope=parts[1] if parts[0] == "scopes" and len(parts) > 1 else "",
        side="ours",
        addressee="",
        citation=what,
        due_at=stamp(due) if due else "",
        due_kind=FOLLOW_UP,
        soon_at=soon,
        told=Told.WAITING.value,
        content=Content.OPEN.value,
        gaps=0,
        waits_for=what,
        command=command,
        question="",
        question_command="",
        moved_from="",
        standing="derived",
    )
