"""What the benchmarks of sending send: a letter of 20 KB, and registers with batches of it queued."""

from datetime import UTC, datetime
from pathlib import Path

from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.letter import Letter, place
from breachkit.domain.line import Change
from breachkit.domain.outbound import Batch, BoundList, Queued
from breachkit.domain.recipient import Recipient, digest_of_list

SIZE = 20_000
"""Bytes of a message, as it is sent."""

_LINE = "On 22 November 2026 pictures of one camera were shown in another account for a while."


def letter() -> Letter:
    """Return a letter whose messages have about `SIZE` bytes, with each person's name in both texts."""
    lines = SIZE // 2 // (len(_LINE) + 9)
    text = "\n".join([f"Dear {place('name')},", *[_LINE] * lines])
    html = "\n".join([f"<p>Dear {place('name')},</p>", *[f"<p>{_LINE}</p>"] * lines])
    return Letter(
        language="en",
        sender="notices@vendor.test",
        sender_name="Vendor Cloud Services",
        reply_to="",
        subject="Notice of a personal data breach – reference 2026-0001",
        text=text,
        html=html,
        reference="2026-0001-n1.1",
    )


def queue(path: Path, count: int) -> None:
    """Create a register with one batch of so many messages in its outbox."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    with SqliteStore.create(path) as store:
        people = [Recipient(f"kim{number}@people.test", "en", "Kim Lee") for number in range(count)]
        size, digest = digest_of_list(store.key(), people)
        bound = BoundList("list", "2026-0001-n1", size, digest, "[]", now)
        store.outbox.bind(bound, people)
        batch = Batch(
            batch="2026-0001-n1.1",
            matter="2026-0001",
            notice="2026-0001-n1",
            version=1,
            scope="acme",
            addressee="data_subjects",
            letter_kept="00" * 32,
            list_id="list",
            size=size,
            doubt="hold",
            until="",
            queued_at=now,
            domain="vendor.test",
        )
        store.commit(Change(now, (), queued=(Queued(batch),)))
