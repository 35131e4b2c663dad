"""What every outbox keeps to: the real one on SQLite, and any fake that stands in for it.

A test module makes a class from `OutboxContract` with two fixtures: `outbox`, and `queue`, which puts
a `Queued` into it as a store's commit does.
"""

from collections.abc import Callable, Iterable, Iterator

import pytest

from breachkit.domain.delivery import State
from breachkit.domain.outbound import Batch, BoundList, Message, Outcome, Queued
from breachkit.domain.recipient import Recipient, digest_of_address, digest_of_list
from breachkit.errors import (
    BadInputError,
    ChangedMeanwhileError,
    RefusedError,
    UnknownNameError,
)
from breachkit.ports import Outbox

EARLIER = "2026-11-22T01:00:00.000000Z"
NOW = "2026-11-22T02:00:00.000000Z"
LATER = "2026-11-22T02:03:00.000000Z"
MUCH_LATER = "2026-11-22T09:00:00.000000Z"
LEFT_ALONE = (State.SENT, State.REFUSED, State.RETURNED, State.DOUBTFUL, State.CANCELLED)

Queue = Callable[[Queued], None]


def people(count: int, host: str = "people.example") -> list[Recipient]:
    return [
        Recipient(f"p{number}@{host}", "de", f"Person {number}", {"code": f"C-{number}"})
        for number in range(1, count + 1)
    ]


def list_of(key: bytes, name: str, recipients: Iterable[Recipient]) -> BoundList:
    size, digest = digest_of_list(key, recipients)
    return BoundList(name, "2026-0001-n1", size, digest, '["code"]', EARLIER)


def batch_of(name: str, bound: BoundList, addressee: str = "data_subjects") -> Batch:
    return Batch(
        batch=name,
        matter="2026-0001",
        notice="2026-0001-n1",
        version=1,
        scope="acme",
        addressee=addressee,
        letter_kept="00" * 32,
        list_id=bound.list_id,
        size=bound.size,
        doubt="ask",
        until="",
        queued_at=NOW,
        domain="vendor.example",
    )


class OutboxContract:
    """The contract of `ports.Outbox`."""

    @pytest.fixture
    def key(self) -> bytes:
        """The store's key, with which lists and addresses are digested."""
        raise NotImplementedError

    @pytest.fixture
    def fill(self, outbox: Outbox, queue: Queue, key: bytes) -> Callable[..., Batch]:
        def fill(
            name: str = "b",
            count: int = 3,
            addressee: str = "data_subjects",
            host: str = "x.example",
        ) -> Batch:
            recipients = people(count, host)
            bound = list_of(key, f"list of {name}", recipients)
            outbox.bind(bound, recipients)
            batch = batch_of(name, bound, addressee)
            queue(Queued(batch))
            return batch

        return fill

    def bring(self, outbox: Outbox, message: Message, state: State) -> None:
        """Bring a waiting message into a state as a run would."""
        if state is State.WAITING:
            return
        if state is State.CANCELLED:
            pytest.skip("only a whole batch is cancelled")
        others = [one.id for one in outbox.claim(NOW, 1000) if one.id != message.id]
        outbox.settle([Outcome(other, State.WAITING) for other in others], NOW)
        if state is State.CLAIMED:
            return
        outbox.mark([message.id], NOW)
        if state is State.HANDED_OVER:
            return
        first = State.SENT if state is State.RETURNED else state
        next_at = LATER if state is State.DEFERRED else ""
        outbox.settle([Outcome(message.id, first, "250 ok", "Q1", next_at)], NOW)
        if state is State.RETURNED:
            outbox.settle([Outcome(message.id, State.RETURNED, "550 5.1.1 gone")], NOW)

    def all_of(self, outbox: Outbox, batch: str = "b") -> list[Message]:
        return list(outbox.messages(batch))

    def states(self, outbox: Outbox, batch: str = "b") -> list[State]:
        return [message.state for message in outbox.messages(batch)]

    # Lists

    def test_a_list_comes_back_as_it_was_bound(self, outbox: Outbox, key: bytes) -> None:
        recipients = [*people(1201), Recipient("ö@xn--bcher-kva.example", "", "Ö", {})]
        bound = list_of(key, "l", recipients)
        outbox.bind(bound, iter(recipients))
        assert outbox.bound("l") == bound
        assert list(outbox.recipients("l")) == recipients
        assert outbox.bound("other") is None
        assert list(outbox.recipients("other")) == []

    def test_the_same_list_again_is_harmless(self, outbox: Outbox, key: bytes) -> None:
        bound = list_of(key, "l", people(3))
        outbox.bind(bound, people(3))
        outbox.bind(bound._replace(bound_at=NOW), people(3))
        assert outbox.bound("l") == bound
        assert list(outbox.recipients("l")) == people(3)

    def test_another_list_under_the_same_id(self, outbox: Outbox, key: bytes) -> None:
        bound = list_of(key, "l", people(3))
        outbox.bind(bound, people(3))
        with pytest.raises(RefusedError, match="l: is the id of another list, of 3 recipients"):
            outbox.bind(list_of(key, "l", people(4)), people(4))
        assert list(outbox.recipients("l")) == people(3)

    def test_a_source_that_fails_midway_leaves_nothing(self, outbox: Outbox, key: bytes) -> None:
        def source() -> Iterator[Recipient]:
            yield from people(700)
            raise OSError("the stick was pulled out")

        with pytest.raises(OSError, match="pulled out"):
            outbox.bind(list_of(key, "l", people(1000)), source())
        assert outbox.bound("l") is None
        assert list(outbox.recipients("l")) == []
        outbox.bind(list_of(key, "l", people(1000)), people(1000))
        assert list(outbox.recipients("l")) == people(1000)

    @pytest.mark.parametrize("came", [people(2), people(4), people(3, "other.example"), []])
    def test_a_source_that_is_not_what_was_announced(
        self, outbox: Outbox, key: bytes, came: list[Recipient]
    ) -> None:
        with pytest.raises(ChangedMeanwhileError, match=f"{len(came)} recipients came"):
            outbox.bind(list_of(key, "l", people(3)), came)
        assert outbox.bound("l") is None

    # Queueing

    def test_queueing_makes_one_message_for_each_recipient(
        self, outbox: Outbox, fill: Callable[..., Batch], key: bytes
    ) -> None:
        batch = fill("b", 3)
        assert outbox.batches() == outbox.batches("2026-0001") == [batch]
        assert outbox.batches("2026-0002") == []
        assert outbox.batch("b") == batch
        assert outbox.batch("c") is None
        messages = self.all_of(outbox)
        assert [message.position for message in messages] == [1, 2, 3]
        assert {message.state for message in messages} == {State.WAITING}
        first = messages[0]
        assert (first.batch, first.address, first.name) == ("b", "p1@x.example", "Person 1")
        assert (first.language, first.fields) == ("de", '{"code": "C-1"}')
        assert first.proof == digest_of_address(key, "p1@x.example")
        assert (first.attempts, first.copies, first.reply, first.sent_at) == (0, 0, "", "")
        assert outbox.tally("b") == outbox.tally() == {State.WAITING: 3}
        assert outbox.tally("c") == {}

    def test_a_batch_is_queued_once(
        self, outbox: Outbox, queue: Queue, fill: Callable[..., Batch]
    ) -> None:
        batch = fill("b", 3)
        with pytest.raises(RefusedError, match="b: is in the outbox already"):
            queue(Queued(batch))
        assert outbox.tally() == {State.WAITING: 3}

    def test_a_limit_and_then_the_rest(self, outbox: Outbox, queue: Queue, key: bytes) -> None:
        bound = list_of(key, "l", people(5))
        outbox.bind(bound, people(5))
        queue(Queued(batch_of("b", bound)._replace(size=2), limit=2))
        queue(Queued(batch_of("b-2", bound)._replace(size=3), after=2))
        assert [message.position for message in outbox.messages("b")] == [1, 2]
        assert [message.position for message in outbox.messages("b-2")] == [3, 4, 5]

    def test_a_number_that_is_not_true_is_refused(
        self, outbox: Outbox, queue: Queue, key: bytes
    ) -> None:
        bound = list_of(key, "l", people(5))
        outbox.bind(bound, people(5))
        with pytest.raises(ChangedMeanwhileError, match="would go to 2 recipients, not to 5"):
            queue(Queued(batch_of("b", bound), limit=2))
        assert outbox.batches() == []
        assert outbox.tally() == {}

    def test_a_list_or_batch_that_is_not_there(
        self, outbox: Outbox, queue: Queue, key: bytes
    ) -> None:
        bound = list_of(key, "l", people(1))
        with pytest.raises(UnknownNameError, match="l: no such list of recipients"):
            queue(Queued(batch_of("b", bound)))
        outbox.bind(bound, people(1))
        with pytest.raises(UnknownNameError, match="a: no such batch"):
            queue(Queued(batch_of("b", bound), of_batch="a"))
        assert outbox.batches() == []

    def test_a_correction_goes_to_those_who_were_or_may_have_been_reached(
        self, outbox: Outbox, queue: Queue, fill: Callable[..., Batch], key: bytes
    ) -> None:
        batch = fill("b", 8)
        claimed = outbox.claim(NOW, 8)
        ids = [message.id for message in claimed]
        outbox.mark(ids[:7], NOW)
        wanted = [
            State.SENT,
            State.REFUSED,
            State.DOUBTFUL,
            State.DEFERRED,
            State.SENT,
            State.DOUBTFUL,
        ]
        outbox.settle([Outcome(*pair) for pair in zip(ids, wanted, strict=False)], NOW)
        outbox.settle([Outcome(ids[4], State.RETURNED)], NOW)
        outbox.move([ids[5]], State.WAITING, NOW, copy=True)
        outbox.set_batch("b", "stopped")
        assert self.states(outbox)[4:] == [
            State.RETURNED,
            State.CANCELLED,
            State.HANDED_OVER,
            State.CANCELLED,
        ]

        queue(Queued(batch._replace(batch="c", size=4), of_batch="b"))
        assert [message.position for message in outbox.messages("c")] == [1, 3, 6, 7]

        # A list in another order, with somebody who was never in the first.
        other = [*people(1, "y.example"), *reversed(people(8, "x.example"))]
        bound = list_of(key, "other", other)
        outbox.bind(bound, other)
        queue(Queued(batch_of("d", bound)._replace(size=4), of_batch="b"))
        found = [message.address.partition("@")[0] for message in outbox.messages("d")]
        assert found == ["p7", "p6", "p3", "p1"]

    # Claiming

    def test_claimed_once(self, outbox: Outbox, fill: Callable[..., Batch]) -> None:
        fill("b", 5)
        first = outbox.claim(LATER, 3)
        assert [message.position for message in first] == [1, 2, 3]
        assert {(message.state, message.changed_at) for message in first} == {
            (State.CLAIMED, LATER)
        }
        assert [message.position for message in outbox.claim(LATER, 3)] == [4, 5]
        assert outbox.claim(LATER, 3) == []
        assert outbox.tally("b") == {State.CLAIMED: 5}
        assert first == self.all_of(outbox)[:3]

    def test_partners_and_authorities_go_before_people(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("people", 3)
        fill("users", 1, "users")
        fill("partner", 1, "partner")
        fill("authority", 1, "authority")
        claimed = outbox.claim(NOW, 4)
        assert [one.batch for one in claimed] == ["partner", "authority", "people", "people"]
        assert [one.batch for one in outbox.claim(NOW, 9)] == ["people", "users"]

    def test_then_whatever_was_due_first(self, outbox: Outbox, fill: Callable[..., Batch]) -> None:
        fill("b", 3)
        fill("c", 2)
        claimed = outbox.claim(EARLIER, 5)
        times = [LATER, EARLIER, MUCH_LATER, NOW, EARLIER]
        outbox.settle(
            [
                Outcome(m.id, State.DEFERRED, next_at=at)
                for m, at in zip(claimed, times, strict=True)
            ],
            EARLIER,
        )
        assert outbox.next_due() == EARLIER
        due = [(one.batch, one.position) for one in outbox.claim(LATER, 9)]
        assert due == [("b", 2), ("c", 2), ("c", 1), ("b", 1)]
        assert outbox.next_due() == MUCH_LATER
        assert outbox.claim(LATER, 9) == []
        assert [one.position for one in outbox.claim(MUCH_LATER, 9)] == [3]
        assert outbox.next_due() == ""

    def test_what_waits_is_due_even_when_the_clock_was_set_back(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 1)
        assert outbox.next_due() != ""
        assert len(outbox.claim(EARLIER, 1)) == 1

    def test_only_open_batches(self, outbox: Outbox, fill: Callable[..., Batch]) -> None:
        fill("held", 2)
        fill("open", 1)
        fill("stopped", 2)
        outbox.set_batch("held", "held")
        outbox.set_batch("stopped", "stopped")
        assert [one.batch for one in outbox.claim(NOW, 9)] == ["open"]
        assert outbox.next_due() == ""
        outbox.set_batch("held", "open")
        assert outbox.next_due() != ""
        assert [one.batch for one in outbox.claim(NOW, 9)] == ["held", "held"]

    # Marking and settling

    def test_handed_over_only_from_claimed(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 3)
        one, two = outbox.claim(NOW, 2)
        waiting = self.all_of(outbox)[2]
        assert list(outbox.mark([one.id, waiting.id, 999], LATER)) == [waiting.id, 999]
        assert self.states(outbox) == [State.HANDED_OVER, State.CLAIMED, State.WAITING]
        assert list(outbox.mark([one.id, two.id], LATER)) == [one.id]
        assert self.all_of(outbox)[0].changed_at == LATER

    @pytest.mark.parametrize("before", [State.CLAIMED, State.HANDED_OVER])
    @pytest.mark.parametrize("after", [State.SENT, State.DEFERRED, State.REFUSED, State.DOUBTFUL])
    def test_settled(
        self, outbox: Outbox, fill: Callable[..., Batch], before: State, after: State
    ) -> None:
        fill("b", 1)
        (message,) = self.all_of(outbox)
        self.bring(outbox, message, before)
        next_at = LATER if after is State.DEFERRED else ""
        outcome = Outcome(message.id, after, "250 2.0.0 ok: queued as 4F", "4F", next_at)
        assert list(outbox.settle([outcome], LATER)) == []
        (found,) = self.all_of(outbox)
        assert (found.state, found.reply, found.queue_id) == (after, outcome.reply, "4F")
        assert (found.attempts, found.next_at, found.changed_at) == (1, next_at, LATER)
        assert found.sent_at == (LATER if after is State.SENT else "")

    @pytest.mark.parametrize("before", [State.WAITING, *LEFT_ALONE, State.DEFERRED])
    @pytest.mark.parametrize("after", [State.SENT, State.DEFERRED, State.REFUSED, State.DOUBTFUL])
    def test_an_outcome_for_what_is_not_under_way_changes_nothing(
        self, outbox: Outbox, fill: Callable[..., Batch], before: State, after: State
    ) -> None:
        fill("b", 2)
        self.bring(outbox, self.all_of(outbox)[0], before)
        messages = self.all_of(outbox)
        outcomes = [Outcome(messages[0].id, after, "late"), Outcome(999, after, "late")]
        assert list(outbox.settle(outcomes, MUCH_LATER)) == [messages[0].id, 999]
        assert self.all_of(outbox) == messages

    def test_a_message_can_be_given_back_untried(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 2)
        one, two = outbox.claim(NOW, 2)
        outbox.mark([two.id], NOW)
        back = [Outcome(one.id, State.WAITING), Outcome(two.id, State.WAITING)]
        assert list(outbox.settle(back, NOW)) == [two.id]
        assert self.states(outbox) == [State.WAITING, State.HANDED_OVER]
        assert self.all_of(outbox)[0].attempts == 0

    @pytest.mark.parametrize("state", [State.CLAIMED, State.HANDED_OVER, State.CANCELLED])
    def test_no_attempt_ends_so(
        self, outbox: Outbox, fill: Callable[..., Batch], state: State
    ) -> None:
        fill("b", 2)
        one, two = outbox.claim(NOW, 2)
        with pytest.raises(
            BadInputError, match=f"{state}: is nothing that an attempt can end with"
        ):
            outbox.settle([Outcome(one.id, State.SENT), Outcome(two.id, state)], NOW)
        assert self.states(outbox) == [State.CLAIMED, State.CLAIMED]

    @pytest.mark.parametrize("before", list(State))
    def test_a_bounce(self, outbox: Outbox, fill: Callable[..., Batch], before: State) -> None:
        fill("b", 1)
        self.bring(outbox, self.all_of(outbox)[0], before)
        (message,) = self.all_of(outbox)
        left = outbox.settle([Outcome(message.id, State.RETURNED, "550 5.1.1 gone")], LATER)
        (found,) = self.all_of(outbox)
        if before in (State.SENT, State.DOUBTFUL, State.HANDED_OVER):
            assert list(left) == []
            assert (found.state, found.reply) == (State.RETURNED, "550 5.1.1 gone")
            assert (found.attempts, found.sent_at) == (message.attempts, message.sent_at)
        else:
            assert list(left) == [message.id]
            assert found == message

    def test_recover(self, outbox: Outbox, fill: Callable[..., Batch]) -> None:
        fill("b", 4)
        claimed = outbox.claim(NOW, 3)
        outbox.mark([one.id for one in claimed[:2]], NOW)
        outbox.settle([Outcome(claimed[0].id, State.SENT)], NOW)
        assert outbox.recover(LATER) == {State.WAITING: 1, State.DOUBTFUL: 1}
        found = self.all_of(outbox)
        assert [one.state for one in found] == [
            State.SENT,
            State.DOUBTFUL,
            State.WAITING,
            State.WAITING,
        ]
        assert [one.attempts for one in found] == [1, 1, 0, 0]
        assert "no answer" in found[1].reply
        assert outbox.recover(LATER) == {}

    def test_changes_made_together_or_not_at_all(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 3)
        one, two, three = outbox.claim(NOW, 3)
        with outbox.together():
            assert list(outbox.mark([one.id, 999], NOW)) == [999]
            assert list(outbox.settle([Outcome(one.id, State.SENT)], NOW)) == []
            assert list(outbox.mark([two.id], NOW)) == []
        expected = [State.SENT, State.HANDED_OVER, State.CLAIMED]
        assert self.states(outbox) == expected

        def half_of_it_is_wrong() -> None:
            with outbox.together():
                outbox.mark([three.id], NOW)
                outbox.settle([Outcome(two.id, State.CANCELLED)], NOW)

        with pytest.raises(BadInputError):
            half_of_it_is_wrong()
        assert self.states(outbox) == expected
        outbox.mark([three.id], NOW)
        assert self.states(outbox) == [State.SENT, State.HANDED_OVER, State.HANDED_OVER]

    # Holding and stopping

    def test_stopping_cancels_what_has_not_left(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 8)
        ids = [one.id for one in outbox.claim(NOW, 7)]
        outbox.mark(ids[:6], NOW)
        ends = (State.SENT, State.REFUSED, State.DOUBTFUL, State.DEFERRED, State.SENT)
        outbox.settle([Outcome(*pair) for pair in zip(ids, ends, strict=False)], NOW)
        outbox.settle([Outcome(ids[4], State.RETURNED)], NOW)
        before = self.all_of(outbox)

        outbox.set_batch("b", "stopped")

        after = self.all_of(outbox)
        cancelled = [State.DEFERRED, State.CLAIMED, State.WAITING]
        for was, now in zip(before, after, strict=True):
            assert now.state == (State.CANCELLED if was.state in cancelled else was.state)
            assert now == was or was.state in cancelled
        assert outbox.tally("b")[State.CANCELLED] == 3
        batch = outbox.batch("b")
        assert batch is not None
        assert batch.state == "stopped"
        # The run that had claimed it is told, and what was under way comes to its end.
        assert list(outbox.mark([ids[6]], NOW)) == [ids[6]]
        assert list(outbox.settle([Outcome(ids[5], State.SENT)], NOW)) == []

    def test_what_comes_back_to_a_stopped_batch_is_cancelled(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 1)
        (one,) = outbox.claim(NOW, 1)
        outbox.mark([one.id], NOW)
        outbox.set_batch("b", "stopped")
        outbox.settle([Outcome(one.id, State.DEFERRED, "451 later", next_at=LATER)], NOW)
        (found,) = self.all_of(outbox)
        assert (found.state, found.reply, found.next_at) == (State.CANCELLED, "451 later", "")

    def test_holding_takes_claimed_messages_from_the_run(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 3)
        one, two = outbox.claim(NOW, 2)
        outbox.mark([one.id], NOW)
        outbox.set_batch("b", "held")
        assert self.states(outbox) == [State.HANDED_OVER, State.WAITING, State.WAITING]
        assert list(outbox.mark([two.id], NOW)) == [two.id]

    def test_stopped_is_for_good(self, outbox: Outbox, fill: Callable[..., Batch]) -> None:
        fill("b", 1)
        outbox.set_batch("b", "stopped")
        outbox.set_batch("b", "stopped")
        for state in ("open", "held"):
            with pytest.raises(RefusedError, match="b: was stopped"):
                outbox.set_batch("b", state)
        assert self.states(outbox) == [State.CANCELLED]
        assert outbox.move([self.all_of(outbox)[0].id], State.WAITING, NOW, copy=True) == 0

    @pytest.mark.parametrize("state", [State.REFUSED, State.DOUBTFUL])
    def test_nothing_of_a_stopped_batch_waits_again(
        self, outbox: Outbox, fill: Callable[..., Batch], state: State
    ) -> None:
        fill("b", 1)
        (one,) = outbox.claim(NOW, 1)
        outbox.settle([Outcome(one.id, state)], NOW)
        outbox.set_batch("b", "stopped")
        assert outbox.move([one.id], State.WAITING, NOW, copy=True) == 0
        assert self.states(outbox) == [state]

    def test_a_batch_or_state_that_is_none(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        with pytest.raises(UnknownNameError, match="b: no such batch"):
            outbox.set_batch("b", "held")
        fill("b", 1)
        with pytest.raises(BadInputError, match="paused: a batch is open, held or stopped"):
            outbox.set_batch("b", "paused")

    # At a person's word

    @pytest.mark.parametrize("copy", [False, True])
    @pytest.mark.parametrize("after", list(State))
    @pytest.mark.parametrize("before", list(State))
    def test_moved_only_along_what_is_allowed(
        self,
        outbox: Outbox,
        fill: Callable[..., Batch],
        before: State,
        after: State,
        copy: bool,
    ) -> None:
        allowed = {
            (State.DEFERRED, State.WAITING),
            (State.REFUSED, State.WAITING),
            (State.RETURNED, State.WAITING),
            (State.DOUBTFUL, State.SENT),
            (State.DOUBTFUL, State.REFUSED),
            (State.DOUBTFUL, State.RETURNED),
            (State.SENT, State.RETURNED),
        }
        if copy:
            allowed.add((State.DOUBTFUL, State.WAITING))
        fill("b", 2)
        self.bring(outbox, self.all_of(outbox)[0], before)
        message, other = self.all_of(outbox)
        moved = outbox.move([message.id, 999], after, LATER, copy=copy)
        found, same = self.all_of(outbox)
        assert same == other
        if (before, after) not in allowed:
            assert moved == 0
            assert found == message
            return
        assert moved == 1
        assert (found.state, found.changed_at) == (after, LATER)
        assert found.copies == (before is State.DOUBTFUL and after is State.WAITING)
        assert found.reply == message.reply
        if after is State.WAITING:
            assert (found.next_at, found.sent_at) == ("", "")
            assert found.id in [one.id for one in outbox.claim(EARLIER, 9)]
        elif after is State.SENT:
            assert found.sent_at == message.changed_at

    def test_what_was_cancelled_stays(self, outbox: Outbox, fill: Callable[..., Batch]) -> None:
        fill("b", 1)
        (message,) = self.all_of(outbox)
        outbox.set_batch("b", "stopped")
        assert [outbox.move([message.id], state, NOW, copy=True) for state in State] == [0] * 9
        assert self.states(outbox) == [State.CANCELLED]
        assert outbox.move([], State.WAITING, NOW) == 0

    # Reading

    def test_messages_of_some_states_in_their_order(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 1300)
        fill("c", 1)
        ids = [one.id for one in outbox.claim(NOW, 1200)]
        outbox.settle([Outcome(one, State.SENT) for one in ids[::2]], NOW)
        outbox.settle([Outcome(one, State.REFUSED) for one in ids[1::4]], NOW)
        everything = self.all_of(outbox)
        assert [one.position for one in everything] == list(range(1, 1301))
        for states in ([State.SENT], (State.REFUSED, State.SENT), {State.CLAIMED, State.WAITING}):
            found = list(outbox.messages("b", states))
            assert found == [one for one in everything if one.state in states]
        assert list(outbox.messages("none")) == []
        assert outbox.tally("b") == {
            State.SENT: 600,
            State.REFUSED: 300,
            State.CLAIMED: 300,
            State.WAITING: 100,
        }
        assert outbox.tally()[State.WAITING] == 101

    def test_messages_can_be_changed_while_they_are_streamed(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 1100)
        outbox.settle([Outcome(m.id, State.DOUBTFUL) for m in outbox.claim(NOW, 1100)], NOW)
        for message in outbox.messages("b", [State.DOUBTFUL]):
            assert outbox.move([message.id], State.SENT, NOW) == 1
        assert outbox.tally("b") == {State.SENT: 1100}

    # Erasing

    def test_erasing_leaves_the_proof(
        self, outbox: Outbox, fill: Callable[..., Batch], queue: Queue
    ) -> None:
        batch = fill("b", 4)
        fill("c", 1, host="y.example")
        ids = [one.id for one in outbox.claim(NOW, 4)]
        outbox.mark(ids, NOW)
        replies = ["250 ok", "550 5.1.1 <P2@x.example>: no such user", "", "450 later"]
        ends = [State.SENT, State.REFUSED, State.DOUBTFUL, State.SENT]
        outbox.settle(map(Outcome, ids, ends, replies), LATER)
        before = self.all_of(outbox)

        assert outbox.erase("b", MUCH_LATER) == 4

        for was, now in zip(before, self.all_of(outbox), strict=True):
            gone = {"address": "", "name": "", "fields": "{}", "reply": now.reply}
            assert now == was._replace(**gone)
        assert self.all_of(outbox)[1].reply == "550 5.1.1 <(erased)>: no such user"
        assert outbox.batch("b") == batch
        assert [(one.address, one.name, one.fields) for one in outbox.recipients("list of b")] == [
            ("", "", {})
        ] * 4
        bound = outbox.bound("list of b")
        assert bound is not None
        assert (bound.erased_at, bound.size) == (MUCH_LATER, 4)
        assert self.all_of(outbox, "c")[0].address == "p1@y.example"
        assert outbox.erase("b", MUCH_LATER) == 0
        with pytest.raises(UnknownNameError, match="d: no such batch"):
            outbox.erase("d", NOW)
        with pytest.raises(RefusedError, match="list of b: its addresses were erased"):
            queue(Queued(batch._replace(batch="again")))

    def test_what_was_erased_before_it_left_never_leaves(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 4)
        one, two, three = outbox.claim(NOW, 3)
        outbox.mark([one.id, two.id], NOW)
        outbox.settle([Outcome(two.id, State.DOUBTFUL)], NOW)
        outbox.erase("b", NOW)
        assert list(outbox.mark([three.id], NOW)) == [three.id]
        outbox.settle([Outcome(one.id, State.DEFERRED)], NOW)
        assert outbox.move([two.id], State.WAITING, NOW, copy=True) == 0
        assert outbox.claim(MUCH_LATER, 9) == []
        assert outbox.tally("b") == {State.CANCELLED: 3, State.DOUBTFUL: 1}

    def test_the_erased_of_a_finished_batch_are_not_sent_again(
        self, outbox: Outbox, fill: Callable[..., Batch]
    ) -> None:
        fill("b", 1)
        (one,) = outbox.claim(NOW, 1)
        outbox.settle([Outcome(one.id, State.REFUSED)], NOW)
        outbox.erase("b", NOW)
        assert outbox.move([one.id], State.WAITING, NOW) == 0

    def test_an_erased_list_can_be_bound_anew(
        self, outbox: Outbox, fill: Callable[..., Batch], key: bytes
    ) -> None:
        fill("b", 3)
        outbox.erase("b", NOW)
        again = list_of(key, "list of b", people(3, "x.example"))._replace(bound_at=LATER)
        outbox.bind(again, people(3, "x.example"))
        assert outbox.bound("list of b") == again
        assert list(outbox.recipients("list of b")) == people(3, "x.example")

    # Reminders

    def test_reminded_once(self, outbox: Outbox) -> None:
        assert outbox.reminded("2026-0001 48h", NOW)
        assert not outbox.reminded("2026-0001 48h", LATER)
        assert outbox.reminded("2026-0001 24h", LATER)
