"""Which deadlines the responders are reminded of now, and whether the outbox itself is behind."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from breachkit.casework.desk import Desk, stamp_now
from breachkit.domain.delivery import State
from breachkit.domain.instant import moment
from breachkit.domain.line import DutyRow
from breachkit.domain.people import Role
from breachkit.domain.recipient import check_address
from breachkit.domain.within import parse_span

PENDING = ("waiting", "unconfirmed")
"""What a duty says as long as its addressee has still to be told."""

BEHIND_AFTER = timedelta(minutes=15)
"""How long an open message may wait past its time before somebody is told that nothing sends."""


@dataclass(frozen=True)
class Reminder:
    """One thing to be reminded of, once."""

    key: str
    """Names it for ever, so that it goes out once, and again when its deadline moves."""
    text: str


@dataclass(frozen=True)
class Reminding:
    """What the responders are told in one mail, and who they are."""

    reminders: tuple[Reminder, ...]
    to: tuple[str, ...]
    """Addresses of the people with the role responder."""
    subject: str = ""
    text: str = ""


def remind(desk: Desk, steps: Sequence[str], shown: Callable[[str], str]) -> Reminding:
    """Return what has to be said now that was not said before; nothing is noted by this.

    `steps` are spans before a deadline, such as `24h`; the last one that was passed counts, so that a
    missed run says it once. `shown` puts a UTC stamp into words.
    """
    now = desk.now()
    rows = [row for row in desk.store.overview(None, told=PENDING) if row.side == "ours"]
    found = [one for row in rows if (one := _of(row, now, steps, shown)) is not None]
    found += _behind(desk, now, shown)
    found = [one for one in found if not desk.store.outbox.has_reminded(one.key)]
    to = tuple(responders(desk))
    count = len(found)
    subject = f"breachkit: {count} reminder{'' if count == 1 else 's'}"
    return Reminding(tuple(found), to, subject, _text(found))


def responders(desk: Desk) -> Iterable[str]:
    """Yield the addresses of the people who respond, each once."""
    found = dict.fromkeys(
        person.email
        for person in desk.rules.people.values()
        if Role.RESPONDER in person.roles and person.email
    )
    return (check_address(one) for one in found if one)


def _of(
    row: DutyRow, now: datetime, steps: Sequence[str], shown: Callable[[str], str]
) -> Reminder | None:
    if not row.due_at:
        return None
    due = moment(row.due_at)
    passed = [step for step in (*steps, "0m") if due - parse_span(step) <= now]
    if not passed:
        return None
    step = min(passed, key=parse_span)
    ahead = "OVERDUE" if due <= now else f"within {step}"
    lines = [
        f"{row.matter}, {row.scope or 'the incident'}: {row.citation}",
        f"  {ahead}: {shown(row.due_at)}",
        *([f"  still needed: {row.waits_for}"] if row.waits_for else []),
        *([f"  {row.gaps} gap{'' if row.gaps == 1 else 's'} open"] if row.gaps else []),
        *([f"  next: {row.command}"] if row.command else []),
    ]
    return Reminder(f"{row.matter} {row.duty} {row.due_at} {step}", "\n".join(lines))


def _behind(desk: Desk, now: datetime, shown: Callable[[str], str]) -> list[Reminder]:
    """Return that messages wait though their time has come, or that some may not have arrived."""
    outbox, found = desk.store.outbox, []
    due = outbox.next_due()
    if due and due < stamp_now(now - BEHIND_AFTER):
        text = (
            f"the outbox is behind: a message waits since {shown(due)}\n"
            "  next: breachkit outbox drain"
        )
        found.append(Reminder(f"behind {due}", text))
    for batch in outbox.batches():
        if count := outbox.tally(batch.batch).get(State.DOUBTFUL, 0):
            text = (
                f"{batch.batch}: {count} doubtful, nobody knows whether they arrived\n"
                f"  next: breachkit outbox retry {batch.batch}"
            )
            found.append(Reminder(f"doubtful {batch.batch} {count}", text))
    return found


def _text(found: Sequence[Reminder]) -> str:
    return "\n\n".join(one.text for one in found) + "\n"
