"""A run of the outbox against a server that fails as told; the server's own list is the witness."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.delivery import Stage, State
from breachkit.domain.outbound import Batch, Message, Tally
from breachkit.domain.pace import Pace
from breachkit.errors import StoreFullError
from breachkit.outbox import Builder, Run, drain
from tests.conftest import SetClock
from tests.outbox.letters import NOW, builder_of, create, queue, relay_at, stamp
from tests.servers import ACCEPT_DROP, DROP, MIDWAY, STALL, THEN_DROP, ScriptedServer

QUICK = Pace(first_wait=0.01, longest_wait=0.05, tries=3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with create(tmp_path) as opened:
        yield opened


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


async def run(
    store: SqliteStore,
    server: ScriptedServer,
    clock: SetClock,
    *,
    sessions: int = 4,
    pace: Pace = QUICK,
    seconds: float = 0.4,
    **more: object,
) -> Run:
    return await drain(
        store.outbox,
        relay_at(server.port, seconds),
        builder_of,
        sessions=sessions,
        clock=clock,
        pace=pace,
        **more,  # type: ignore[arg-type]
    )


def drained(store: SqliteStore, server: ScriptedServer, clock: SetClock, **more: object) -> Run:
    async def whole() -> Run:
        async with server:
            return await run(store, server, clock, **more)  # type: ignore[arg-type]

    return asyncio.run(whole())


def states(store: SqliteStore, batch: str = "2026-0001-n1.1") -> dict[State, int]:
    return {state: count for state, count in store.outbox.tally(batch).items() if count}


def only(store: SqliteStore) -> Message:
    (one,) = store.outbox.messages("2026-0001-n1.1")
    return one


def check_witness(store: SqliteStore, server: ScriptedServer, batch: Batch) -> None:
    """Nothing is marked sent that was not accepted, nothing accepted is open to be sent again."""
    for message in store.outbox.messages(batch.batch):
        reached = server.reached[message.address]
        if message.state is State.SENT:
            assert reached >= 1, message
        elif message.state is not State.DOUBTFUL:
            assert reached == 0, message


def test_each_recipient_gets_one_message_and_its_answer_is_kept(
    store: SqliteStore, clock: SetClock
) -> None:
    batch, server = queue(store, 50), ScriptedServer()
    done = drained(store, server, clock)
    assert (done.tally, done.trouble) == ({State.SENT: 50}, None)
    assert set(server.reached.values()) == {1}
    assert len(server.reached) == 50
    assert 1 < server.connections <= 4
    one = next(store.outbox.messages(batch.batch))
    assert one.reply.startswith("250 2.0.0 Ok: queued as")
    assert one.queue_id.startswith("Q")
    assert one.sent_at == stamp(NOW)


def test_few_messages_open_few_connections(store: SqliteStore, clock: SetClock) -> None:
    queue(store, 2)
    server = ScriptedServer()
    drained(store, server, clock, sessions=16)
    assert server.connections <= 2


@pytest.mark.parametrize("word", ["RCPT", "DATA", "BODY"])
def test_a_final_refusal_is_of_one_recipient(
    store: SqliteStore, clock: SetClock, word: str
) -> None:
    batch, server = queue(store, 10), ScriptedServer({word: ["550 5.1.1 no such person"]})
    done = drained(store, server, clock)
    assert done.tally == {State.SENT: 9, State.REFUSED: 1}
    (refused,) = store.outbox.messages(batch.batch, {State.REFUSED})
    assert refused.reply == "550 5.1.1 no such person"
    check_witness(store, server, batch)


@pytest.mark.parametrize("word", ["RCPT", "DATA", "BODY"])
def test_what_is_deferred_is_tried_again_at_its_time(
    store: SqliteStore, clock: SetClock, word: str
) -> None:
    queue(store, 1)
    server = ScriptedServer({word: ["451 4.3.0 later"]})
    assert drained(store, server, clock).tally == {State.DEFERRED: 1}
    assert only(store).next_at == stamp(NOW + timedelta(minutes=1))
    assert drained(store, server, clock).tally == {}
    clock.pass_(minutes=1)
    assert drained(store, server, clock).tally == {State.SENT: 1}
    assert only(store).attempts == 2
    assert set(server.reached.values()) == {1}


def test_at_the_deadline_it_is_given_up_with_the_last_answer(
    store: SqliteStore, clock: SetClock
) -> None:
    queue(store, 1, until=NOW + timedelta(seconds=90))
    server = ScriptedServer(always={"RCPT": "451 4.3.0 later"})
    drained(store, server, clock)
    clock.pass_(seconds=60)
    drained(store, server, clock)
    assert only(store).next_at == stamp(NOW + timedelta(seconds=90))
    clock.pass_(seconds=30)
    done = drained(store, server, clock)
    assert (done.tally, done.given_up) == ({State.REFUSED: 1}, 1)
    assert only(store).reply == "given up at the deadline: 451 4.3.0 later"


@pytest.mark.parametrize("act", [DROP, STALL, MIDWAY, ACCEPT_DROP])
def test_a_lost_answer_is_a_doubt_that_stays(store: SqliteStore, clock: SetClock, act: str) -> None:
    batch, server = queue(store, 6), ScriptedServer({"BODY": [act]})
    done = drained(store, server, clock)
    assert done.tally == {State.SENT: 5, State.DOUBTFUL: 1}
    check_witness(store, server, batch)
    assert drained(store, ScriptedServer(), clock).tally == {}
    assert states(store) == {State.SENT: 5, State.DOUBTFUL: 1}


@pytest.mark.parametrize("doubt", ["ask", "hold"])
def test_nothing_doubtful_is_sent_again_unasked(
    store: SqliteStore, clock: SetClock, doubt: str
) -> None:
    queue(store, 1, doubt=doubt)  # type: ignore[arg-type]
    drained(store, ScriptedServer({"BODY": [ACCEPT_DROP]}), clock)
    later = ScriptedServer()
    drained(store, later, clock)
    assert later.accepted == []


def test_where_it_was_chosen_a_doubtful_message_is_sent_again_once_as_a_copy(
    store: SqliteStore, clock: SetClock
) -> None:
    queue(store, 1, doubt="resend")
    server = ScriptedServer(always={"BODY": ACCEPT_DROP})
    done = drained(store, server, clock)
    assert done.tally == {State.DOUBTFUL: 2}
    first, second = (one.body for one in server.accepted)
    assert b"possible copy" not in first
    assert b"Comments: possible copy" in second
    assert [b"Message-ID: <2026-0001-n1.1.1@vendor.test>" in one for one in (first, second)] == [
        True,
        True,
    ]
    assert drained(store, server, clock).tally == {}


def test_what_a_killed_run_left_is_set_right_first(store: SqliteStore, clock: SetClock) -> None:
    queue(store, 3, doubt="resend")
    first, *_ = store.outbox.claim(stamp(NOW), 2)
    store.outbox.mark([first.id], stamp(NOW))
    server = ScriptedServer()
    done = drained(store, server, clock)
    assert done.recovered == {State.WAITING: 1, State.DOUBTFUL: 1}
    assert done.tally == {State.SENT: 3}
    copies = [one.recipient for one in server.accepted if b"possible copy" in one.body]
    assert copies == [first.address]


@pytest.mark.parametrize("word", ["GREETING", "EHLO", "MAIL"])
@pytest.mark.parametrize("act", ["450 4.7.1 not you", "554 5.7.1 not you", DROP])
def test_a_refusal_of_us_ends_the_run_and_burns_no_recipient(
    store: SqliteStore, clock: SetClock, word: str, act: str
) -> None:
    queue(store, 20)
    server = ScriptedServer(always={word: act})
    done = drained(store, server, clock)
    assert done.tally == {}
    assert done.trouble is not None
    assert done.trouble.stage in (Stage.GREETING, Stage.SENDER)
    assert states(store) == {State.WAITING: 20}
    assert {one.attempts for one in store.outbox.messages("2026-0001-n1.1")} == {0}
    assert drained(store, ScriptedServer(), clock).tally == {State.SENT: 20}


def test_no_relay_at_all_ends_the_run(store: SqliteStore, clock: SetClock) -> None:
    queue(store, 2)
    server = ScriptedServer()
    server.port = 1
    done = asyncio.run(run(store, server, clock))
    assert done.trouble is not None
    assert done.trouble.stage is Stage.CONNECT
    assert states(store) == {State.WAITING: 2}


def test_trouble_that_passes_does_not_end_the_run(store: SqliteStore, clock: SetClock) -> None:
    queue(store, 5)
    told: list[str] = []
    server = ScriptedServer({"GREETING": ["421 4.3.2 starting", DROP]})

    def progress(tally: Tally, trouble: str) -> None:
        told.append(trouble)

    done = drained(store, server, clock, sessions=1, progress=progress)
    assert (done.tally, done.trouble) == ({State.SENT: 5}, None)
    assert told[0] == "greeting: 421 4.3.2 starting"


def test_a_relay_that_takes_few_messages_a_connection_gets_them_all(
    store: SqliteStore, clock: SetClock
) -> None:
    batch, server = queue(store, 60), ScriptedServer(most_messages=3)
    assert drained(store, server, clock).tally == {State.SENT: 60}
    check_witness(store, server, batch)


def test_a_relay_that_takes_few_connections_gets_them_all(
    store: SqliteStore, clock: SetClock
) -> None:
    queue(store, 60)
    server = ScriptedServer(most_connections=2)
    assert drained(store, server, clock, sessions=8).tally == {State.SENT: 60}
    assert set(server.reached.values()) == {1}


def test_every_fault_at_once_loses_nothing(store: SqliteStore, clock: SetClock) -> None:
    batch = queue(store, 300)
    acts = {
        "GREETING": ["", DROP, "", "421 4.3.2 busy"],
        "MAIL": [""] * 20 + [DROP, "421 4.3.2 enough", "451 4.3.0 later"],
        "RCPT": [""] * 10 + [DROP, "550 5.1.1 no", "450 4.2.1 later", "250 ok" + THEN_DROP],
        "DATA": [""] * 15 + [DROP, "451 4.3.0 later", "354 go on" + THEN_DROP, "554 5.6.0 no"],
        "BODY": [""] * 12 + [DROP, ACCEPT_DROP, MIDWAY, "451 4.3.0 later", "554 5.7.1 spam", STALL],
        "RSET": ["", DROP],
    }
    server = ScriptedServer(acts)
    for _ in range(4):
        drained(store, server, clock, sessions=6)
        check_witness(store, server, batch)
        clock.pass_(minutes=10)
    left = states(store)
    assert sum(left.values()) == 300
    assert set(left) == {State.SENT, State.REFUSED, State.DOUBTFUL}
    assert max(server.reached.values()) == 1


class TestBeforeSending:
    def test_a_message_larger_than_the_relay_takes_is_refused(
        self, store: SqliteStore, clock: SetClock
    ) -> None:
        queue(store, 1)
        server = ScriptedServer(offers=("SIZE 50",))
        assert drained(store, server, clock).tally == {State.REFUSED: 1}
        assert only(store).reply.endswith("and the relay takes 50")
        assert "DATA" not in server.heard

    def test_an_international_address_is_refused_where_the_relay_is_not(
        self, store: SqliteStore, clock: SetClock
    ) -> None:
        queue(store, addresses=["jürgen@partner.test"])
        assert drained(store, ScriptedServer(offers=()), clock).tally == {State.REFUSED: 1}
        assert "needs SMTPUTF8" in only(store).reply

    def test_an_address_that_is_two_is_refused(self, store: SqliteStore, clock: SetClock) -> None:
        queue(store, addresses=["a@x.test,b@x.test"])
        server = ScriptedServer()
        assert drained(store, server, clock).tally == {State.REFUSED: 1}
        assert server.accepted == []

    def test_a_message_that_cannot_be_written_stops_no_other(
        self, store: SqliteStore, clock: SetClock
    ) -> None:
        queue(store, 3)

        def broken_of(batch: Batch) -> Builder:
            sender, build = builder_of(batch)

            def broken(message: Message) -> bytes:
                if message.position == 2:
                    raise KeyError("account")
                return build(message)

            return Builder(sender, broken)

        async def whole() -> Run:
            async with ScriptedServer() as server:
                relay = relay_at(server.port)
                return await drain(
                    store.outbox, relay, broken_of, sessions=1, clock=clock, pace=QUICK
                )

        assert asyncio.run(whole()).tally == {State.SENT: 2, State.REFUSED: 1}


class TestStopping:
    def test_messages_in_flight_finish_and_the_rest_wait(
        self, store: SqliteStore, clock: SetClock
    ) -> None:
        batch, server = queue(store, 100), ScriptedServer(slow=0.01)

        async def whole() -> Run:
            stop = asyncio.Event()
            async with server:
                asyncio.get_running_loop().call_later(0.15, stop.set)
                return await run(store, server, clock, stop=stop)

        done = asyncio.run(whole())
        assert 0 < done.tally[State.SENT] < 100
        assert set(states(store)) == {State.SENT, State.WAITING}
        assert states(store)[State.SENT] == len(server.accepted)
        check_witness(store, server, batch)

    def test_a_run_that_is_torn_down_leaves_doubts_and_no_lies(
        self, store: SqliteStore, clock: SetClock
    ) -> None:
        batch, server = queue(store, 100), ScriptedServer(slow=0.01)

        async def whole() -> None:
            async with server:
                task = asyncio.create_task(run(store, server, clock))
                await asyncio.sleep(0.2)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

        asyncio.run(whole())
        left = states(store)
        assert left.get(State.DOUBTFUL, 0) <= 4
        assert set(left) <= {State.SENT, State.WAITING, State.DOUBTFUL}
        check_witness(store, server, batch)

    @pytest.mark.parametrize(("how", "becomes"), [("stopped", "cancelled"), ("held", "waiting")])
    def test_what_is_stopped_by_somebody_else_is_not_sent(
        self, store: SqliteStore, clock: SetClock, how: str, becomes: str
    ) -> None:
        batch, server = queue(store, 60), ScriptedServer(slow=0.005)

        async def whole() -> Run:
            async with server:
                loop = asyncio.get_running_loop()
                loop.call_later(0.15, store.outbox.set_batch, batch.batch, how)
                return await run(store, server, clock)

        done = asyncio.run(whole())
        assert 0 < done.tally[State.SENT] < 60
        assert set(states(store)) == {State.SENT, State(becomes)}
        assert len(server.accepted) == states(store)[State.SENT]

    def test_a_service_sends_what_is_queued_while_it_runs(
        self, store: SqliteStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("breachkit.outbox.running.NEWS_SECONDS", 0.05)
        queue(store, 2)
        server = ScriptedServer()

        async def whole() -> Run:
            stop = asyncio.Event()
            async with server:
                service = asyncio.create_task(run(store, server, clock, until="stopped", stop=stop))
                while len(server.accepted) < 2:
                    await asyncio.sleep(0.01)
                queue(store, 3, name="later")
                while len(server.accepted) < 5:
                    await asyncio.sleep(0.01)
                stop.set()
                return await service

        done = asyncio.run(asyncio.wait_for(whole(), 20))
        assert done.tally == {State.SENT: 5}

    def test_a_service_outlives_trouble(
        self, store: SqliteStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queue(store, 2)
        server = ScriptedServer({"GREETING": ["554 5.7.1 no"] * 6})

        async def whole() -> Run:
            stop = asyncio.Event()
            async with server:
                service = asyncio.create_task(run(store, server, clock, until="stopped", stop=stop))
                while len(server.accepted) < 2:
                    await asyncio.sleep(0.01)
                stop.set()
                return await service

        assert asyncio.run(asyncio.wait_for(whole(), 20)).tally == {State.SENT: 2}


def test_a_clock_set_back_decides_nothing(store: SqliteStore, clock: SetClock) -> None:
    batch = queue(store, 20)
    claimed = store.outbox.claim(stamp(NOW), 5)
    store.outbox.mark([one.id for one in claimed[:2]], stamp(NOW))
    clock.at = NOW - timedelta(days=1)
    server = ScriptedServer()
    done = drained(store, server, clock)
    assert done.recovered == {State.WAITING: 3, State.DOUBTFUL: 2}
    assert done.tally == {State.SENT: 18}
    check_witness(store, server, batch)


def test_a_rate_is_kept_to(store: SqliteStore, clock: SetClock) -> None:
    queue(store, 6)
    server = ScriptedServer()
    times: list[float] = []

    def progress(tally: Tally, trouble: str) -> None:
        times.append(asyncio.get_running_loop().time())

    done = drained(store, server, clock, pace=Pace(per_minute=1200), progress=progress)
    assert done.tally == {State.SENT: 6}
    assert times[-1] - times[0] >= 5 * 0.05 - 0.03


def test_marks_and_outcomes_share_their_commits(store: SqliteStore, clock: SetClock) -> None:
    queue(store, 100)
    commits: Counter[str] = Counter()
    store.outbox._db.set_trace_callback(lambda text: commits.update([text.split()[0]]))  # type: ignore[attr-defined]
    drained(store, ScriptedServer(), clock, sessions=16)
    assert commits["COMMIT"] < 100


def test_a_full_disk_ends_the_run_and_nothing_is_sent_unmarked(
    store: SqliteStore, clock: SetClock
) -> None:
    batch, server = queue(store, 200), ScriptedServer()
    own = store._db
    (pages,) = own.execute("PRAGMA page_count").fetchone()
    own.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFullError):
        drained(store, server, clock)
    unsure = states(store).get(State.HANDED_OVER, 0)
    assert 0 < len(server.accepted) < 200
    assert unsure <= 4
    own.execute(f"PRAGMA max_page_count = {pages * 10}")
    assert drained(store, server, clock).recovered.get(State.DOUBTFUL, 0) == unsure
    check_witness(store, server, batch)
    assert max(server.reached.values()) == 1
    assert set(states(store)) <= {State.SENT, State.DOUBTFUL}
