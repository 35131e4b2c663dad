"""The entries of what leaves through the outbox: queued, counted, stopped."""

from typing import Literal

from breachkit.domain.happening import Entry
from breachkit.domain.instant import Instant
from breachkit.domain.text import Key, Line, Text


class NoticeQueued(Entry):
    """A released notice handed to the outbox, one message for each recipient."""

    kind = "NoticeQueued/1"
    notice: str
    version: int
    scope: Key
    digest: str
    """Of the version that was released, as it was released."""
    batch: Line
    recipients: int
    addressees_digest: str
    """Keyed digest of the recipients in their order; the addresses themselves stay in the outbox."""
    doubt: Literal["ask", "resend", "hold"]
    until: Instant | None = None
    """The deadline up to which a deferred message is tried again."""
    channel: Line = "email"
    despite: Text | None = None
    """Why it goes out though facts contradict it, or in a language that is not the reader's."""
    reached_by: Line | None = None
    """The earlier batch whose recipients are addressed again, for a correction."""


class DeliveriesRecorded(Entry):
    """What became of the messages of a batch, in numbers; the proofs stay in the outbox."""

    kind = "DeliveriesRecorded/1"
    notice: str
    version: int
    scope: Key
    batch: Line
    counts: dict[str, int]
    """How many messages stand in each state now."""
    first_at: Instant | None = None
    """When our relay accepted the first and the last of them."""
    last_at: Instant | None = None
    proofs: str = ""
    """Digest over each recipient's state, answer and time, in the order of the list."""
    told_at: Instant | None = None
    """When the addressee was told, once that is established: accepted, and not returned in time."""
    how: Line | None = None
    """By what it is established, such as `no bounce within 4 hours` or `closed by decision`."""
    returned: bool = False
    """What had been accepted came back: the batch counts for nothing any more, the duty is open."""


class SendingStopped(Entry):
    """A batch that was held or stopped before all of it left."""

    kind = "SendingStopped/1"
    notice: str
    version: int
    batch: Line
    cancelled: int
    reason: Text
