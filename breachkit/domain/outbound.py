"""What the outbox carries: batches of one text to many recipients, and one row for each message.

Plain records, as the store keeps them. Addresses stand in these rows alone, never in an entry.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, NamedTuple, TypeAlias

from breachkit.domain.delivery import State

Doubt: TypeAlias = Literal["ask", "resend", "hold"]
"""What becomes of a message whose answer was lost.

To people the approver chooses `resend` or `hold` beforehand; to a partner or an authority a person is
asked at once, because an omission is worse than a copy.
"""


class Post(NamedTuple):
    """From whom our mail comes, and how long a bounce is waited for."""

    sender: str
    """The address in From and in the envelope."""
    sender_name: str = ""
    reply_to: str = ""
    told_after: timedelta = timedelta(hours=4)
    told_words: str = "4h"
    """The same as somebody wrote it."""

    @property
    def domain(self) -> str:
        """The domain of the Message-IDs."""
        return self.sender.rpartition("@")[2]


class BoundList(NamedTuple):
    """Recipients bound to a notice, which its approval covers."""

    list_id: str
    notice: str
    size: int
    digest: str
    """Keyed digest over all of them in their order."""
    fields: str
    """JSON list of the fields of its own that each recipient has."""
    bound_at: str
    erased_at: str = ""


class Batch(NamedTuple):
    """One version of a notice on its way to its recipients."""

    batch: str
    """`2026-0007-n3.2`; a later one of the same version has `-2` behind it."""
    matter: str
    notice: str
    version: int
    scope: str
    addressee: str
    letter_kept: str
    """Digest of the letter, kept beside the register: subject and texts with their open places."""
    list_id: str
    size: int
    doubt: Doubt
    until: str
    """The deadline up to which a deferred message is tried again, UTC; empty: for ever."""
    queued_at: str
    state: Literal["open", "held", "stopped"] = "open"
    domain: str = ""
    """Of the Message-IDs, which follow from the batch and the position."""


class Message(NamedTuple):
    """One message to one recipient."""

    id: int
    batch: str
    position: int
    """From 1, in the order of the list."""
    address: str
    """Empty once erased."""
    proof: str
    """Keyed digest of the address, which remains."""
    language: str
    name: str
    fields: str
    """JSON object."""
    state: State
    attempts: int
    copies: int
    """How often it was sent again in spite of a doubt; then it says that it may be a copy."""
    next_at: str
    reply: str
    """The server's last answer."""
    queue_id: str
    sent_at: str
    """When the relay accepted it, UTC."""
    changed_at: str


class Outcome(NamedTuple):
    """What became of one message in one attempt."""

    id: int
    state: State
    reply: str = ""
    queue_id: str = ""
    next_at: str = ""
    sent_at: str = ""


class Queued(NamedTuple):
    """What one step puts into the outbox, in the same transaction as its entry."""

    batch: Batch
    limit: int | None = None
    """Only so many of the list, from its start."""
    of_batch: str = ""
    """Only whom this earlier batch reached, for a correction."""
    after: int = 0
    """Only those behind this position of the list: the rest, after a first batch with a limit."""


Tally: TypeAlias = Mapping[State, int]
"""How many messages stand in each state."""
