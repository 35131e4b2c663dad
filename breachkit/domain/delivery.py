"""What a mail server answered, what became of a message by that, and when to try again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where one message to one recipient stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    """Taken by a run that sends, which has not begun to hand it over."""
    HANDED_OVER = "handed over"
    """Marked on the disk before its body was sent: from here on the server may have it."""
    SENT = "sent"
    """Accepted by our relay, with its reply."""
    DEFERRED = "deferred"
    """Not accepted yet; tried again at a time of its own."""
    REFUSED = "refused"
    """Refused for good, or given up at the deadline that mattered."""
    RETURNED = "returned"
    """Accepted, and later returned by a server further on."""
    DOUBTFUL = "doubtful"
    """The server's answer to the body was lost: it may have been accepted."""
    CANCELLED = "cancelled"
    """Stopped before it left."""


OPEN: Final = frozenset({State.WAITING, State.CLAIMED, State.HANDED_OVER, State.DEFERRED})
"""States in which a run of the outbox has still to do something."""


class Stage(StrEnum):
    """How far a conversation with the relay had come when it ended."""

    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "tls"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    """The request to send the body; nothing of it was sent."""
    BODY = "body"
    """The body was sent, or part of it."""


RELAY_STAGES: Final = frozenset(
    {Stage.CONNECT, Stage.GREETING, Stage.TLS, Stage.LOGIN, Stage.SENDER}
)
"""Where a refusal is about us or the relay, and says nothing of the recipient."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered; `code` 0 when the connection or the answer was lost."""

    code: int
    text: str = ""

    @property
    def lost(self) -> bool:
        """Whether there was no answer."""
        return self.code == 0

    @property
    def enhanced(self) -> str:
        """The enhanced status code, such as `5.1.1` (RFC 3463); empty where none was given."""
        found = re.match(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)", self.text)
        return found[1] if found else ""

    @property
    def queue_id(self) -> str:
        """The id under which the relay queued the message, where its answer names one."""
        found = re.search(r"queued as ([\w.-]{1,64})|id=([\w.-]{1,64})", self.text)
        return (found[1] or found[2]) if found else ""

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip() if self.code else self.text or "no answer"


LOST: Final = Reply(0)
"""No answer came."""


def outcome_of(stage: Stage, reply: Reply) -> State:
    """Return what became of a message by the last answer and the stage it came at.

    2yz to the body is acceptance (RFC 5321, 6.1). An answer lost before the body was sent leaves the
    message with us; one lost after it leaves a doubt. A refusal that is about us or the relay is no
    word on the recipient, and is tried again.
    """
    if stage is Stage.BODY:
        if reply.lost:
            return State.DOUBTFUL
        if 200 <= reply.code < 300:
            return State.SENT
    final = 500 <= reply.code < 600 and stage not in RELAY_STAGES
    return State.REFUSED if final else State.DEFERRED


RETRY_AFTER: Final[Sequence[timedelta]] = tuple(
    timedelta(minutes=minutes) for minutes in (1, 3, 10, 20, 30, 60, 120)
)
"""How long to wait after each attempt; the last one repeats. Grows as RFC 5321, 4.5.4.1 advises,
from shorter spans, because a notice has a deadline."""


def next_attempt(attempts: int, now: datetime, until: datetime | None) -> datetime | None:
    """Return when to try a deferred message again; None when that would miss the last attempt.

    `attempts` counts those made, from 1. There is always one attempt at `until` itself, the deadline
    that matters; with None it is tried for ever.
    """
    after = now + RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1]
    if until is None or after <= until:
        return after
    return until if now < until else None
