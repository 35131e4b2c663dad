"""What a mail server further on reported of one of our messages (RFC 3464)."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Action(StrEnum):
    """What the reporting server did (RFC 3464, 2.3.3)."""

    FAILED = "failed"
    """It could not be delivered, and nobody tries any more."""
    DELAYED = "delayed"
    """Not delivered yet, and still tried."""
    DELIVERED = "delivered"
    RELAYED = "relayed"
    """Handed to a system that reports no further; it may arrive or not."""
    EXPANDED = "expanded"
    """Delivered to an alias that has several addresses behind it."""


class Bounce(NamedTuple):
    """One recipient's part of a delivery report that is proven to be about a message of ours."""

    batch: str
    position: int
    action: Action
    status: str
    """Enhanced status code such as `5.1.1` (RFC 3463); empty where none could be read."""
    diagnostic: str
    """What the server said, on one line; written by strangers."""
    at: datetime | None
    """When it happened by the report, UTC; None where the report does not say it readably."""
