"""What comes back to us, and what we tell ourselves: bounces read, responders reminded."""

from collections import defaultdict
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from breachkit.adapters.lock import claim_run
from breachkit.adapters.settings import read_settings
from breachkit.app.posting import send_reminders
from breachkit.casework.desk import stamp_now
from breachkit.casework.handling import Handled
from breachkit.casework.handling import take_bounces as record_bounces
from breachkit.casework.reminding import Reminding
from breachkit.casework.reminding import remind as what_is_due
from breachkit.domain.bounce import Action, Bounce
from breachkit.domain.delivery import State
from breachkit.domain.instant import moment
from breachkit.domain.outbound import Outcome
from breachkit.errors import RefusedError

if TYPE_CHECKING:
    from breachkit.app.workplace import Workplace

LOCK = "remind.lock"
"""Held while reminders go out, so that two runs of cron do not say the same."""


class Returned(NamedTuple):
    """What a mailbox said of our messages."""

    handled: tuple[Handled, ...]
    """The batches to which something came back."""
    messages: int
    reports: int
    """About messages of ours, whatever they say."""
    delayed: int
    """Not delivered yet, and still tried further on: nothing changes by that."""
    forged: int
    """That name a message of ours without its proof."""
    unread: int


def take_bounces(kit: "Workplace", source: Path) -> Returned:
    """Record what an mbox file or a maildir says of our messages; what failed opens duties again.

    Read as often as wanted: what was returned once is not returned again.
    """
    from breachkit.adapters.mail.bounces import BounceReader

    reader = BounceReader(source, kit.store.key())
    failed: dict[str, dict[int, Bounce]] = defaultdict(dict)
    delayed = 0
    for bounce in reader:
        delayed += bounce.action is Action.DELAYED
        if bounce.action is Action.FAILED:
            failed[bounce.batch][bounce.position] = bounce
    outbox, returned = kit.store.outbox, {}
    for name, by_position in failed.items():
        sent = outbox.messages(name, (State.SENT, State.DOUBTFUL))
        found = [
            Outcome(one.id, State.RETURNED, f"{back.status} {back.diagnostic}".strip())
            for one in sent
            if (back := by_position.get(one.position)) is not None
        ]
        if found:
            returned[name] = found
    done = record_bounces(kit.desk, kit.actor, returned)
    seen = reader.seen
    return Returned(tuple(done), seen.messages, seen.bounces, delayed, seen.forgeries, seen.broken)


def remind(kit: "Workplace", *, dry_run: bool = False) -> Reminding:
    """Mail the responders what has not been said yet, then note that it was said.

    Noted only once the relay has taken it: a reminder twice is better than none.
    """
    mail = read_settings(kit.folder).mail
    steps = mail.reminders if mail else ("24h", "6h", "1h")
    with claim_run(kit.folder.root / LOCK, kit.desk.now()):
        found = what_is_due(kit.desk, steps, lambda at: _shown(at, kit.zone))
        if dry_run or not found.reminders:
            return found
        if not found.to:
            raise RefusedError(
                "nobody can be reminded: no responder has an address",
                hint='add email = "NAME@DOMAIN" to a person with the role responder in people.toml',
            )
        send_reminders(kit, found.subject, found.text, found.to)
        now = stamp_now(kit.desk.now())
        for one in found.reminders:
            kit.store.outbox.reminded(one.key, now)
    return found


def _shown(at: str, zone: str) -> str:
    local = moment(at).astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
    return f"{local:%a %d %b %Y %H:%M} {zone} ({at[:16]}Z)"
