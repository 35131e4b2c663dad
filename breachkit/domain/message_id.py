"""Message-IDs that follow from batch and position, so that a reply or a bounce finds its message.

`<2026-0007-n3.2.17.9f86d081884c7d65@example.com>`: the batch, the position in it, and a proof that
only the workspace's key makes. The same message has the same id for ever, however often it is sent.
"""

import hmac
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

PROOF: Final = 16
"""Hexadecimal digits of the proof: 64 bits, too many to be guessed by mail."""

_BATCH = r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+){0,15}"
_ID: Final = re.compile(
    rf"<(?P<batch>{_BATCH})\.(?P<position>[1-9]\d{{0,8}})\.(?P<proof>[0-9a-f]{{{PROOF}}})"
    r"@[A-Za-z0-9.-]{1,253}>"
)
_MOST: Final = 20_000


class MessageId(NamedTuple):
    """What a Message-ID of our shape claims; whoever wrote it may have made it up."""

    batch: str
    position: int
    proof: str

    def is_genuine(self, key: bytes) -> bool:
        """Tell whether the workspace with this key made it."""
        return hmac.compare_digest(self.proof, proof_of(key, self.batch, self.position))

    def __str__(self) -> str:
        return f"{self.batch}.{self.position}.{self.proof}"


def message_id(key: bytes, batch: str, position: int, domain: str) -> str:
    """Return the Message-ID of one message, in its angle brackets.

    `key` is the workspace's own (`Store.key`). ValueError for what could not be read back.
    """
    made = f"<{batch}.{position}.{proof_of(key, batch, position)}@{domain}>"
    if not _ID.fullmatch(made):
        raise ValueError(f"no Message-ID can be made of {batch!r}, {position} and {domain!r}")
    return made


def proof_of(key: bytes, batch: str, position: int) -> str:
    """Return the keyed proof in a Message-ID, without which anybody could report a bounce."""
    claim = f"breachkit message 1\n{batch}\n{position}"
    return hmac.digest(key, claim.encode(), "sha256").hex()[:PROOF]


def message_ids(text: str) -> Iterator[MessageId]:
    """Yield every Message-ID of our shape in a header, genuine or not, in its order.

    Only the start of a very long text is read: it comes from strangers.
    """
    for found in _ID.finditer(text[:_MOST]):
        yield MessageId(found["batch"], int(found["position"]), found["proof"])
