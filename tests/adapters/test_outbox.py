"""The outbox on SQLite keeps the contract of `ports.Outbox`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.line import Change, NewLine
from breachkit.domain.outbound import Queued
from breachkit.ports import Outbox
from tests.adapters.outbox_contract import NOW, OutboxContract


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore.create(path) as opened:
        yield opened


class TestContract(OutboxContract):
    @pytest.fixture
    def key(self, store: SqliteStore) -> bytes:
        return store.key()

    @pytest.fixture
    def outbox(self, store: SqliteStore) -> Outbox:
        return store.outbox

    @pytest.fixture
    def queue(self, store: SqliteStore) -> Callable[[Queued], None]:
        def queue(queued: Queued) -> None:
            version = len(store.read("2026-0001")) + 1
            line = NewLine("2026-0001", version, "NoticeQueued/1", b"{}")
            store.commit(Change(NOW, (line,), queued=(queued,)))

        return queue
