"""Batches in a real register's outbox, and the plainest messages for them."""

from datetime import UTC, datetime
from pathlib import Path

from breachkit.adapters.mail.smtp import SmtpRelay
from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.line import Change
from breachkit.domain.outbound import Batch, BoundList, Doubt, Message, Queued
from breachkit.domain.recipient import Recipient, digest_of_list
from breachkit.domain.relay import RelaySettings, Timeouts
from breachkit.outbox import Builder

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SENDER = "notices@vendor.test"


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def queue(
    store: SqliteStore,
    count: int = 3,
    *,
    name: str = "2026-0001-n1.1",
    doubt: Doubt = "ask",
    until: datetime | None = None,
    addresses: list[str] | None = None,
) -> Batch:
    """Bind a list of recipients and queue one message for each."""
    chosen = addresses or [f"p{number}@{name}.test" for number in range(1, count + 1)]
    people = [Recipient(one, "en", "Kim") for one in chosen]
    size, digest = digest_of_list(store.key(), people)
    bound = BoundList(f"list of {name}", "2026-0001-n1", size, digest, "[]", stamp(NOW))
    store.outbox.bind(bound, people)
    batch = Batch(
        batch=name,
        matter="2026-0001",
        notice="2026-0001-n1",
        version=1,
        scope="acme",
        addressee="data_subjects",
        letter_kept="00" * 32,
        list_id=bound.list_id,
        size=size,
        doubt=doubt,
        until=stamp(until) if until else "",
        queued_at=stamp(NOW),
        domain="vendor.test",
    )
    store.commit(Change(stamp(NOW), (), queued=(Queued(batch),)))
    return batch


def builder_of(batch: Batch) -> Builder:
    def build(message: Message) -> bytes:
        copy = "Comments: possible copy\r\n" if message.copies else ""
        head = f"From: {SENDER}\r\nTo: {message.address}\r\n{copy}"
        return f"{head}Message-ID: <{batch.batch}.{message.position}@vendor.test>\r\n\r\nText.\r\n".encode()

    return Builder(SENDER, build)


def relay_at(port: int, seconds: float = 2.0) -> SmtpRelay:
    timeouts = Timeouts(seconds, seconds, seconds)
    settings = RelaySettings(
        "127.0.0.1", port, security="plain", helo="vendor.test", timeouts=timeouts
    )
    return SmtpRelay(settings)


def create(path: Path) -> SqliteStore:
    return SqliteStore.create(path / "register.sqlite3")
