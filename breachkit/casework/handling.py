"""What people do about messages in the outbox: send again, hold, answer a doubt, close, stop."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from breachkit.casework.arrival import Arrival, settle
from breachkit.casework.desk import Desk, attempt, read_matter, stamp_now
from breachkit.casework.incidents import Opened, Statement, changed_by, open_incident
from breachkit.casework.records import Noted, Ruling, record_decision
from breachkit.domain.approval import check_may_change
from breachkit.domain.delivery import State
from breachkit.domain.dispatch import closing
from breachkit.domain.instant import stamp
from breachkit.domain.line import Change
from breachkit.domain.outbound import Batch, Message, Outcome
from breachkit.domain.people import Actor
from breachkit.domain.scope import OWN
from breachkit.domain.sending import SendingStopped
from breachkit.errors import BadInputError, RefusedError, UnknownNameError

AGAIN = frozenset({State.DOUBTFUL, State.REFUSED, State.RETURNED, State.DEFERRED})
"""What can be sent again at a person's word."""

Found = Literal["accepted", "lost"]
"""What somebody found out about a doubtful message, in the relay's log or by asking."""


@dataclass(frozen=True)
class Handled:
    """What a person's word moved in a batch."""

    batch: Batch
    moved: int
    arrival: Arrival | None = None


def batch_of(desk: Desk, name: str) -> Batch:
    """Return a batch by its name; UnknownNameError names those that there are."""
    outbox = desk.store.outbox
    found = outbox.batch(name)
    if found is not None:
        return found
    known = ", ".join(one.batch for one in outbox.batches()[-5:])
    raise UnknownNameError(
        f"no batch {name} in the outbox",
        hint=f"known: {known}" if known else "breachkit outbox list",
    )


def retry(desk: Desk, actor: Actor, name: str, positions: Collection[int] = ()) -> Handled:
    """Send again what was refused, returned or deferred, or what is doubtful.

    A doubtful one goes out under the same Message-ID and says that it may be a copy. Without
    positions, all that can be sent again; a held batch is opened.
    """
    check_may_change(desk.rules.roles(actor), "send")
    batch = batch_of(desk, name)
    if batch.state == "stopped":
        raise RefusedError(
            f"{name} was stopped: nothing of it leaves any more",
            hint=f"breachkit notice draft {batch.matter} --scope {batch.scope}",
        )
    states = AGAIN if positions else AGAIN - {State.RETURNED}
    chosen = _chosen(desk, batch, positions, states)
    now, moved = stamp_now(desk.now()), 0
    for copy in (True, False):
        ids = [one.id for one in chosen if (one.state is State.DOUBTFUL) is copy]
        moved += desk.store.outbox.move(ids, State.WAITING, now, copy=copy) if ids else 0
    if batch.state == "held":
        desk.store.outbox.set_batch(name, "open")
    return _handled(desk, actor, name, moved)


def hold(desk: Desk, actor: Actor, name: str, *, off: bool = False) -> Handled:
    """Let nothing more of a batch leave until it is opened again, with `off`."""
    check_may_change(desk.rules.roles(actor), "send")
    batch = batch_of(desk, name)
    if batch.state == "stopped":
        raise RefusedError(f"{name} was stopped", hint=f"breachkit outbox show {name}")
    desk.store.outbox.set_batch(name, "open" if off else "held")
    return _handled(desk, actor, name, 0)


def resolve(
    desk: Desk, actor: Actor, name: str, found: Found, positions: Collection[int] = ()
) -> Handled:
    """Settle doubtful messages by what somebody found out: accepted by the relay, or lost."""
    check_may_change(desk.rules.roles(actor), "send")
    batch = batch_of(desk, name)
    chosen = _chosen(desk, batch, positions, {State.DOUBTFUL})
    if not chosen:
        raise BadInputError(f"nothing of {name} is doubtful", hint=f"breachkit outbox show {name}")
    state = State.SENT if found == "accepted" else State.REFUSED
    moved = desk.store.outbox.move([one.id for one in chosen], state, stamp_now(desk.now()))
    return _handled(desk, actor, name, moved)


def close(desk: Desk, actor: Actor, name: str, reason: str) -> Noted:
    """Close the unreached recipients of a batch by a recorded decision; then nobody is waited for."""
    batch = batch_of(desk, name)
    ruling = Ruling("other", closing(name), reason)
    noted = record_decision(desk, actor, batch.matter, ruling)
    settle(desk, actor, [batch])
    return noted


def stop(desk: Desk, actor: Actor, name: str, reason: str) -> Handled:
    """Stop a batch for good: what has not left is cancelled, and the register says why."""
    check_may_change(desk.rules.roles(actor), "send")
    if not reason.strip():
        raise BadInputError(
            "stopping a batch takes a reason", hint=f"outbox stop {name} --reason TEXT"
        )
    batch = batch_of(desk, name)
    desk.store.outbox.set_batch(name, "stopped")
    cancelled = desk.store.outbox.tally(name).get(State.CANCELLED, 0)

    def decide() -> tuple[Change | None, None]:
        matter = read_matter(desk, batch.matter)
        entry = SendingStopped(
            by=actor,
            notice=batch.notice,
            version=batch.version,
            batch=name,
            cancelled=cancelled,
            reason=reason,
        )
        version = matter.find_version(batch.notice, batch.version)
        known = [one.entry for one in version.sendings] if version else []
        if any(isinstance(one, SendingStopped) and one.batch == name for one in known):
            return None, None
        return changed_by(desk, matter, [entry])[1], None

    attempt(desk, decide)
    return _handled(desk, actor, name, cancelled)


def open_wrong_recipient(desk: Desk, actor: Actor, name: str, position: int, reason: str) -> Opened:
    """Open an incident for a message that went to the wrong person; the same message opens one.

    Both registers name the other: the new incident by its reference, the old one by a decision.
    """
    batch = batch_of(desk, name)
    message = next(
        (one for one in desk.store.outbox.messages(name) if one.position == position), None
    )
    if message is None:
        raise UnknownNameError(
            f"{name} has no message {position}", hint=f"breachkit outbox show {name}"
        )
    if message.state in {State.WAITING, State.CLAIMED, State.DEFERRED, State.CANCELLED}:
        raise RefusedError(
            f"message {position} of {name} has not left", hint=f"breachkit outbox stop {name}"
        )
    scope = {
        "people": "at least 1",
        "capacity": "controller" if batch.scope == OWN else "processor",
    }
    facts = {
        "title": f"Notice {batch.notice} sent to a wrong recipient",
        "timeline": {"discovered_at": stamp(desk.now())},
        "nature": {
            "description": f"Message {position} of {name} went to a wrong recipient: {reason}",
            "kinds": ["confidentiality"],
        },
        "scopes": {batch.scope: scope},
    }
    statement = Statement(given=facts, source=f"outbox, {name}, message {position}")
    opened = open_incident(desk, actor, statement, reference=f"{name}:{position}")
    ruling = Ruling("other", f"{opened.id} opened because of {name}, message {position}", reason)
    record_decision(desk, actor, batch.matter, ruling)
    return opened


def take_bounces(
    desk: Desk, actor: Actor, returned: Mapping[str, Iterable[Outcome]]
) -> list[Handled]:
    """Record what came back, by batch, and open the duties again that it leaves open."""
    done = []
    for name, outcomes in returned.items():
        found = list(outcomes)
        desk.store.outbox.settle(found, stamp_now(desk.now()))
        done.append(_handled(desk, actor, name, len(found)))
    return done


def _chosen(
    desk: Desk, batch: Batch, positions: Collection[int], states: Collection[State]
) -> list[Message]:
    found = desk.store.outbox.messages(batch.batch, states)
    return [one for one in found if not positions or one.position in positions]


def _handled(desk: Desk, actor: Actor, name: str, moved: int) -> Handled:
    batch = batch_of(desk, name)
    (arrival,) = settle(desk, actor, [batch])
    return Handled(batch, moved, arrival)
