"""What the outbox makes of the world: kills, two processes, a full disk, a million rows, erasure."""

import random
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.delivery import State
from breachkit.domain.line import Change, NewLine
from breachkit.domain.outbound import Batch, Outcome, Queued
from breachkit.errors import ChangedMeanwhileError, StoreError, StoreFullError
from breachkit.register import verify
from tests.adapters.outbox_contract import LATER, NOW, batch_of, list_of, people


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore.create(path) as opened:
        yield opened


def change_of(store: SqliteStore, *batches: Batch) -> Change:
    version = len(store.read("2026-0001")) + 1
    line = NewLine("2026-0001", version, "NoticeQueued/1", b"{}")
    return Change(NOW, (line,), queued=tuple(map(Queued, batches)))


def bind(store: SqliteStore, name: str, count: int, host: str = "x.example") -> Batch:
    bound = list_of(store.key(), f"list of {name}", people(count, host))
    store.outbox.bind(bound, people(count, host))
    return batch_of(name, bound)


def queue(store: SqliteStore, name: str, count: int, host: str = "x.example") -> Batch:
    batch = bind(store, name, count, host)
    store.commit(change_of(store, batch))
    return batch


def raw(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        return database.execute(statement).fetchall()


class TestWithTheEntry:
    def test_the_messages_and_their_entry_come_together(self, store: SqliteStore) -> None:
        first, second = bind(store, "b", 3), bind(store, "c", 2)
        receipt = store.commit(change_of(store, first, second))
        assert store.head() == receipt.head
        assert [one.batch for one in store.outbox.batches()] == ["b", "c"]
        assert {one.changed_at for one in store.outbox.messages("b")} == {receipt.at}

    def test_an_entry_that_is_refused_queues_nothing(self, store: SqliteStore) -> None:
        batch = bind(store, "b", 3)
        late = NewLine("2026-0001", 7, "NoticeQueued/1", b"{}")
        with pytest.raises(ChangedMeanwhileError):
            store.commit(Change(NOW, (late,), queued=(Queued(batch),)))
        assert store.outbox.batches() == []

    def test_a_batch_that_is_refused_writes_no_entry(self, store: SqliteStore) -> None:
        first, second = bind(store, "b", 3), bind(store, "c", 2)
        before = store.head()
        with pytest.raises(ChangedMeanwhileError):
            store.commit(change_of(store, first, second._replace(size=7)))
        assert store.head() == before
        assert store.outbox.batches() == []
        assert store.outbox.tally() == {}


RUN = """
import sys
from pathlib import Path
from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.delivery import State
from breachkit.domain.outbound import Outcome

now = "2026-11-22T02:00:00.000000Z"
with SqliteStore.open(Path(sys.argv[1])) as store:
    outbox = store.outbox
    outbox.recover(now)
    print("started", flush=True)
    while claimed := outbox.claim(now, 8):
        for one in claimed:
            print("claimed", one.id, flush=True)
        for one in claimed:
            assert not outbox.mark([one.id], now)
            print("marked", one.id, flush=True)
            # Here the body would be sent, and the server would answer.
            print("accepted", one.id, flush=True)
            outbox.settle([Outcome(one.id, State.SENT, "250 ok", f"Q{one.id}")], now)
            print("settled", one.id, flush=True)
"""


def test_killed_at_any_instant_nothing_is_lost_and_nothing_is_claimed_that_is_not_so(
    path: Path,
) -> None:
    with SqliteStore.create(path) as store:
        queue(store, "b", 3000)
    marked, accepted, settled = set[str](), set[str](), set[str]()
    for _ in range(25):
        command = [sys.executable, "-c", RUN, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "started\n"
            time.sleep(random.uniform(0, 0.06))
            process.kill()
            lines = process.stdout.read().rpartition("\n")[0].splitlines()
        for word, number in map(str.split, lines):
            # Nothing is handed over twice that nobody has moved.
            assert word != "marked" or number not in marked
            {"marked": marked, "accepted": accepted, "settled": settled}.get(word, set()).add(
                number
            )

    with SqliteStore.open(path) as store:
        store.outbox.recover(LATER)
        found = {str(one.id): one for one in store.outbox.messages("b")}
        assert len(found) == 3000
        assert set(store.outbox.tally()) <= {State.SENT, State.DOUBTFUL, State.WAITING}
        assert len(settled) > 25
        for number, one in found.items():
            if number in settled:
                assert (one.state, one.queue_id) == (State.SENT, f"Q{number}")
            if one.state is State.SENT:
                assert number in accepted
            elif number in accepted or number in marked:
                assert one.state is State.DOUBTFUL
        # At most what was under way is in doubt: one message for each kill.
        assert store.outbox.tally().get(State.DOUBTFUL, 0) <= 25
        assert verify(store).faults == ()


BIND_AND_QUEUE = """
import sys
from pathlib import Path
from breachkit.adapters.sqlite import SqliteStore
from tests.adapters.test_outbox_file import bind, change_of

with SqliteStore.open(Path(sys.argv[1])) as store:
    name, count = sys.argv[2], int(sys.argv[3])
    print("started", flush=True)
    batch = bind(store, name, count)
    print("bound", flush=True)
    store.commit(change_of(store, batch))
    print("queued", flush=True)
"""


def test_a_list_or_batch_that_a_kill_cut_short_is_whole_or_not_there(path: Path) -> None:
    SqliteStore.create(path).close()
    count, said = 4000, dict[str, list[str]]()
    for turn in range(10):
        command = [sys.executable, "-c", BIND_AND_QUEUE, str(path), f"b{turn}", str(count)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "started\n"
            time.sleep(random.uniform(0, 0.5))
            process.kill()
            said[f"b{turn}"] = process.stdout.read().split()
    with SqliteStore.open(path) as store:
        for name, words in said.items():
            bound, batch = store.outbox.bound(f"list of {name}"), store.outbox.batch(name)
            assert bound is not None or "bound" not in words
            assert batch is not None or "queued" not in words
            kept = sum(1 for _ in store.outbox.recipients(f"list of {name}"))
            assert kept == (count if bound else 0)
            assert sum(store.outbox.tally(name).values()) == (count if batch else 0)
        entries = len(store.read("2026-0001"))
        assert entries == len(store.outbox.batches())
        assert raw(path, "SELECT count(*) FROM messages") == [(count * entries,)]


CLAIMER = """
import sys
from pathlib import Path
from breachkit.adapters.sqlite import SqliteStore

with SqliteStore.open(Path(sys.argv[1])) as store:
    while claimed := store.outbox.claim("2026-11-22T02:00:00.000000Z", 7):
        print(*(one.id for one in claimed), sep="\\n")
    print(*(f"k{n}" for n in range(200) if store.outbox.reminded(f"k{n}", "now")), sep="\\n")
"""


def test_two_processes_claim_each_message_and_remind_each_key_once(path: Path) -> None:
    with SqliteStore.create(path) as store:
        queue(store, "b", 1500)
    command = [sys.executable, "-c", CLAIMER, str(path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in "ab"]
    outputs = [process.communicate(timeout=60)[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0]
    everything = [word for output in outputs for word in output]
    assert len(everything) == len(set(everything)) == 1700


def test_two_connections_see_each_other(path: Path, store: SqliteStore) -> None:
    queue(store, "b", 2)
    with SqliteStore.open(path) as other:
        one, two = store.outbox.claim(NOW, 2)
        other.outbox.set_batch("b", "stopped")
        assert store.outbox.mark([one.id, two.id], NOW) == [one.id, two.id]
        assert store.outbox.tally() == other.outbox.tally() == {State.CANCELLED: 2}


def test_what_is_marked_is_on_the_disk_before_it_is_acknowledged(
    path: Path, store: SqliteStore
) -> None:
    queue(store, "b", 1)
    (one,) = store.outbox.claim(NOW, 1)
    store.outbox.mark([one.id], NOW)
    assert not store._db.in_transaction
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert raw(path, "SELECT state FROM messages") == [("handed over",)]


class TestNoRoom:
    def fill_up(self, store: SqliteStore, spare: int) -> None:
        (pages,) = store._db.execute("PRAGMA page_count").fetchone()
        store._db.execute(f"PRAGMA max_page_count = {pages + spare}")

    def test_states_stay_as_they_were(self, store: SqliteStore) -> None:
        queue(store, "b", 400)
        claimed = store.outbox.claim(NOW, 300)
        store.outbox.mark([one.id for one in claimed[:200]], NOW)
        before = list(store.outbox.messages("b"))
        self.fill_up(store, 1)
        long = "250 " + "x" * 2000
        with pytest.raises(StoreFullError, match="no room left; nothing was recorded"):
            store.outbox.settle([Outcome(one.id, State.SENT, long) for one in claimed], LATER)
        assert list(store.outbox.messages("b")) == before
        store._db.execute("PRAGMA max_page_count = 1000000")
        assert store.outbox.settle([Outcome(claimed[0].id, State.SENT, long)], LATER) == []

    def test_no_list_and_no_batch(self, store: SqliteStore) -> None:
        batch = bind(store, "b", 400)
        head = store.head()
        self.fill_up(store, 3)
        with pytest.raises(StoreFullError):
            bind(store, "c", 5000)
        with pytest.raises(StoreFullError):
            store.commit(change_of(store, batch))
        assert store.outbox.bound("list of c") is None
        assert store.outbox.batches() == []
        assert store.outbox.tally() == {}
        assert store.head() == head
        store._db.execute("PRAGMA max_page_count = 1000000")
        store.commit(change_of(store, batch))
        assert store.outbox.tally() == {State.WAITING: 400}

    def test_a_file_that_may_not_grow(self, path: Path) -> None:
        with SqliteStore.create(path) as store:
            queue(store, "b", 100)
        program = (
            "import resource, sys; from pathlib import Path\n"
            "from breachkit.adapters.sqlite import SqliteStore\n"
            "from breachkit.errors import StoreError\n"
            "store = SqliteStore.open(Path(sys.argv[1]))\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))\n"
            "now = '2026-11-22T02:00:00.000000Z'\n"
            "while True:\n"
            "    try: claimed = store.outbox.claim(now, 10); store.outbox.recover(now)\n"
            "    except StoreError as error: sys.exit(error.message)\n"
        )
        # Somebody who reads keeps the log from being used again from its start.
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM messages").fetchall()
            done = subprocess.run(
                [sys.executable, "-c", program, str(path)],
                capture_output=True,
                text=True,
                timeout=60,
            )
        assert "the disk does not take or give data" in done.stderr
        with SqliteStore.open(path) as store:
            store.outbox.recover(LATER)
            assert store.outbox.tally() == {State.WAITING: 100}
            assert raw(path, "PRAGMA integrity_check") == [("ok",)]


class TestErasing:
    @pytest.mark.parametrize("together", [False, True])
    def test_nothing_of_an_address_stays_on_the_disk(
        self, path: Path, store: SqliteStore, together: bool
    ) -> None:
        queue(store, "b", 300, "gone.example")
        queue(store, "c", 1, "stays.example")
        claimed = store.outbox.claim(NOW, 200)
        store.outbox.settle(
            [Outcome(m.id, State.REFUSED, f"550 <{m.address}> unknown") for m in claimed], NOW
        )
        outbox = store.outbox
        with outbox.together() if together else nullcontext():
            outbox.erase("b", LATER)
        content = b"".join(name.read_bytes() for name in path.parent.iterdir())
        assert b"gone.example" not in content
        assert b"stays.example" in content
        assert raw(path, "PRAGMA integrity_check") == [("ok",)]

    def test_proof_can_neither_be_changed_nor_deleted(self, path: Path, store: SqliteStore) -> None:
        queue(store, "b", 1)
        for statement in (
            "UPDATE messages SET proof = x'00'",
            "UPDATE messages SET position = 7",
            "UPDATE messages SET batch = 7",
            "UPDATE messages SET id = 7",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="can never be changed"):
                raw(path, statement)
        with pytest.raises(sqlite3.IntegrityError, match="can never be deleted"):
            raw(path, "DELETE FROM messages")


class TestTheFile:
    def test_addresses_are_as_closed_as_the_register(self, path: Path) -> None:
        with SqliteStore.create(path) as store:
            queue(store, "b", 100)
            modes = {stat.S_IMODE(name.stat().st_mode) for name in path.parent.iterdir()}
        assert modes == {0o600}

    def test_a_register_from_before_the_outbox_gets_one(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from breachkit.adapters.sqlite import file

        with monkeypatch.context() as before:
            before.setattr(file, "MIGRATIONS", file.MIGRATIONS[:1])
            with SqliteStore.create(path) as store:
                line = NewLine("2026-0001", 1, "FactsAmended/1", b"{}")
                head = store.commit(Change(NOW, (line,))).head
        with SqliteStore.open(path) as store:
            assert store.head() == head
            queue(store, "b", 2)
            assert store.outbox.tally() == {State.WAITING: 2}

    def test_a_closed_store(self, store: SqliteStore) -> None:
        outbox = store.outbox
        store.close()
        with pytest.raises(StoreError, match="closed database"):
            outbox.claim(NOW, 1)


class TestCost:
    @pytest.mark.parametrize(
        ("ask", "index"),
        [
            (lambda outbox: outbox.tally("b"), "COVERING INDEX messages_by_state (batch=?)"),
            (lambda outbox: outbox.tally(), "COVERING INDEX messages_by_state"),
            (lambda outbox: outbox.claim(NOW, 5), "INDEX messages_due (batch=? AND next_at<?)"),
            (lambda outbox: outbox.next_due(), "INDEX messages_due (batch=?)"),
            (lambda outbox: outbox.recover(NOW), "messages_by_state (batch=? AND state=?)"),
            (
                lambda outbox: list(outbox.messages("b", [State.SENT])),
                "messages_by_state (batch=? AND state=? AND position>?)",
            ),
            (
                lambda outbox: list(outbox.messages("b")),
                "sqlite_autoindex_messages_1 (batch=? AND position>?)",
            ),
            (
                lambda outbox: outbox.set_batch("b", "stopped"),
                "messages_by_state (batch=? AND state=?)",
            ),
        ],
    )
    def test_each_question_has_its_index(self, store: SqliteStore, ask: object, index: str) -> None:
        queue(store, "b", 10)
        asked: list[str] = []
        store._db.set_trace_callback(asked.append)
        ask(store.outbox)  # type: ignore[operator]
        store._db.set_trace_callback(None)
        plans = [
            row[3]
            for query in asked
            if query.lstrip().startswith(("SELECT", "WITH", "UPDATE"))
            for row in store._db.execute("EXPLAIN QUERY PLAN " + query)
        ]
        assert any(index in plan for plan in plans), plans
        scans = [plan for plan in plans if plan.startswith("SCAN m")]
        assert not [plan for plan in scans if "INDEX" not in plan], plans

    def test_a_batch_that_is_held_costs_the_others_nothing(self, store: SqliteStore) -> None:
        queue(store, "held", 20_000)
        queue(store, "b", 1)
        store.outbox.set_batch("held", "held")
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        store._db.set_progress_handler(count, 100)
        assert len(store.outbox.claim(NOW, 5)) == 1
        assert store.outbox.next_due() == ""
        store._db.set_progress_handler(None, 0)
        assert steps < 20

    def test_memory_stays_flat(self, tmp_path: Path) -> None:
        program = (
            "import resource, sys; from pathlib import Path\n"
            "from breachkit.adapters.sqlite import SqliteStore\n"
            "from breachkit.domain.outbound import BoundList, Outcome\n"
            "from breachkit.domain.recipient import Recipient, digest_of_list\n"
            "from tests.adapters.outbox_contract import EARLIER, NOW, batch_of\n"
            "from tests.adapters.test_outbox_file import change_of\n"
            "count = int(sys.argv[2])\n"
            "people = lambda: (Recipient(f'p{n}@x.example', 'de', f'P {n}') for n in range(count))\n"
            "with SqliteStore.create(Path(sys.argv[1])) as store:\n"
            "    bound = BoundList('l', 'n', *digest_of_list(store.key(), people()), '[]', EARLIER)\n"
            "    store.outbox.bind(bound, people())\n"
            "    store.commit(change_of(store, batch_of('b', bound)))\n"
            "    for _ in range(50): store.outbox.claim(NOW, 64)\n"
            "    store.outbox.recover(NOW)\n"
            "    assert sum(1 for _ in store.outbox.messages('b')) == count\n"
            "    store.outbox.erase('b', NOW)\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        )
        used = []
        for count in (2_000, 40_000):
            command = [sys.executable, "-c", program, str(tmp_path / f"{count}.db"), str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            used.append(int(done.stdout) / 1024)
        # A row of each of the 38,000 more would take some 15 MiB.
        assert used[1] - used[0] < 5
