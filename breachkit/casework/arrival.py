"""After each run: what became of each batch in numbers, and whether its addressee has been told.

Our relay's acceptance is a handing over and no more. Somebody was told when nothing came back within
the workspace's time, or when it says so itself; what comes back opens the duty again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from breachkit.casework.desk import Desk, attempt, read_matter
from breachkit.casework.incidents import changed_by
from breachkit.casework.reach import Count, count_of, shown
from breachkit.casework.survivor import tell_survivor
from breachkit.domain.delivery import State
from breachkit.domain.dispatch import PEOPLE, is_closed, queued_of
from breachkit.domain.entry import ContactRecorded, DeliveryRecorded
from breachkit.domain.happening import Entry
from breachkit.domain.instant import Instant, Precision, moment, stamp
from breachkit.domain.line import Change
from breachkit.domain.matter import Matter, Version
from breachkit.domain.outbound import Batch
from breachkit.domain.people import Actor
from breachkit.domain.sending import DeliveriesRecorded

CHANNEL = "email"


@dataclass(frozen=True)
class Arrival:
    """What one batch came to, as the register has it now."""

    batch: Batch
    counts: dict[str, int]
    changed: bool
    """Whether something was recorded."""
    left: bool = False
    """Recorded as delivered just now: handed to the relay, and nobody else's word yet."""
    told: bool = False
    """Established just now that it arrived."""
    returned: bool = False
    """Came back just now: the duty is open again."""


def settle(desk: Desk, actor: Actor, batches: Sequence[Batch] | None = None) -> list[Arrival]:
    """Record what became of the batches since the last time, in numbers; all of them where none is named.

    Safe at every moment and as often as wanted: where nothing changed, nothing is written.
    """
    every = desk.store.outbox.batches() if batches is None else batches
    return [_settle(desk, actor, batch) for batch in every]


def _settle(desk: Desk, actor: Actor, batch: Batch) -> Arrival:
    def decide() -> tuple[Change | None, Arrival]:
        matter = read_matter(desk, batch.matter)
        version = matter.find_version(batch.notice, batch.version)
        assert version is not None
        case = _Case(desk, actor, matter, version, batch)
        entries = list(case.entries())
        counts = shown(case.count.counts)
        if not entries:
            return None, Arrival(batch, counts, changed=False)
        _, change = changed_by(desk, matter, entries)
        left = [one for one in entries if isinstance(one, DeliveryRecorded)]
        told = any(isinstance(one, DeliveriesRecorded) and one.told_at for one in entries)
        if told:
            # The incident that goes on counts it once it is sure, as it cannot take it back.
            change = tell_survivor(desk, actor, matter, case.deliveries(), change)
        return change, Arrival(
            batch,
            counts,
            changed=True,
            left=bool(left),
            told=told,
            returned=any(isinstance(one, DeliveriesRecorded) and one.returned for one in entries),
        )

    return attempt(desk, decide)


class _Case:
    """One batch, its version, and what its messages say."""

    def __init__(
        self, desk: Desk, actor: Actor, matter: Matter, version: Version, batch: Batch
    ) -> None:
        self.desk, self.actor = desk, actor
        self.matter, self.version, self.batch = matter, version, batch
        last = self._last_recorded()
        self.count = self._counted(last)
        self.last = last

    def entries(self) -> Iterator[Entry]:
        """Yield what has to be recorded: numbers, a delivery, an arrival, a return."""
        stands, left = self._stands(), bool(self.deliveries())
        arrived = self.batch.batch in self.version.arrived
        told_at, how = self._told() if stands and not arrived else (None, None)
        returned = left and not stands
        if stands and not left:
            yield self._delivery()
        if told_at or returned or self._differs():
            yield self._numbers(told_at, how, returned)

    def _last_recorded(self) -> DeliveriesRecorded | None:
        found = [
            one.entry
            for one in self.version.sendings
            if isinstance(one.entry, DeliveriesRecorded) and one.entry.batch == self.batch.batch
        ]
        return found[-1] if found else None

    def _counted(self, last: DeliveriesRecorded | None) -> Count:
        """Return what the messages say; where nothing moved, what was recorded of them."""
        outbox, name = self.desk.store.outbox, self.batch.batch
        tally = outbox.tally(name)
        if last is None or shown(tally) != last.counts:
            return count_of(outbox, name)
        first, final = last.first_at, last.last_at
        return Count(
            Counter(tally), first.at if first else "", final.at if final else "", last.proofs
        )

    def _differs(self) -> bool:
        """Tell whether there is news; that all of them wait says the entry of the queueing."""
        counts = shown(self.count.counts)
        if self.last is None:
            return bool(counts.keys() - {State.WAITING})
        return counts != self.last.counts

    def _stands(self) -> bool:
        """Tell whether as it is now the addressee counts as handed the notice.

        A partner when one of its prescribed addressees is accepted; people when all of them are
        accepted or closed by a recorded decision, in all batches of the version.
        """
        if self.batch.addressee not in PEOPLE:
            return bool(self.count.counts.get(State.SENT))
        return self._whole() and all(self._is_done(one.batch) for one in self._mine())

    def _mine(self) -> list[Batch]:
        outbox = self.desk.store.outbox
        names = [entry.batch for entry in queued_of(self.version) if not entry.reached_by]
        return [batch for name in names if (batch := outbox.batch(name)) is not None] or [
            self.batch
        ]

    def _whole(self) -> bool:
        """Tell whether the batches of the version cover all of its list."""
        bound = self.desk.store.outbox.bound(self.batch.list_id)
        reached_by = [one for one in queued_of(self.version) if one.reached_by]
        covered = sum(one.size for one in self._mine())
        return bool(reached_by) or bound is None or covered >= bound.size

    def _is_done(self, batch: str) -> bool:
        mine = batch == self.batch.batch
        tally = self.count.counts if mine else self.desk.store.outbox.tally(batch)
        whole, sent = sum(tally.values()), tally.get(State.SENT, 0)
        if whole == sent:
            return True
        open_ = sum(tally.get(state, 0) for state in _MOVING)
        return not open_ and is_closed(self.matter, batch)

    def deliveries(self) -> list[DeliveryRecorded]:
        """Return what is recorded as delivered by this batch."""
        entries = (one.entry for one in self.version.deliveries)
        left = [one for one in entries if isinstance(one, DeliveryRecorded)]
        return [one for one in left if one.batch == self.batch.batch]

    def _told(self) -> tuple[Instant | None, str | None]:
        """Return since when the addressee has been told, and by what that is established."""
        at = self._accepted_at()
        acknowledged = self._acknowledged()
        if acknowledged is not None:
            return at, f"acknowledged {acknowledged.at.at}"
        post = self.desk.rules.post
        wait = post.told_after if post else timedelta(hours=4)
        if self.desk.now() < self._settled_at() + wait:
            return None, None
        words = post.told_words if post else "4h"
        closed = self.count.counts.get(State.SENT) != sum(self.count.counts.values())
        if closed and self.batch.addressee in PEOPLE:
            return at, f"no bounce within {words}; the rest closed by decision"
        return at, f"no bounce within {words}"

    def _accepted_at(self) -> Instant:
        """Return when the addressee was handed it: a partner the first time, people the last."""
        count = self.count
        text = count.last_at if self.batch.addressee in PEOPLE else count.first_at
        return _instant(moment(text) if text else self.desk.now())

    def _settled_at(self) -> datetime:
        last = self.count.last_at if self.batch.addressee in PEOPLE else self.count.first_at
        return moment(last) if last else self.desk.now()

    def _acknowledged(self) -> ContactRecorded | None:
        if self.batch.addressee in PEOPLE:
            return None
        queued = self.batch.queued_at
        for recorded in self.matter.contacts:
            entry = recorded.entry
            assert isinstance(entry, ContactRecorded)
            if entry.acknowledged and entry.scope == self.batch.scope and recorded.at >= queued:
                return entry
        return None

    def _delivery(self) -> DeliveryRecorded:
        return DeliveryRecorded(
            by=self.actor,
            notice=self.batch.notice,
            version=self.batch.version,
            scope=self.batch.scope,
            channel=CHANNEL,
            at=self._accepted_at(),
            batch=self.batch.batch,
        )

    def _numbers(
        self, told_at: Instant | None, how: str | None, returned: bool
    ) -> DeliveriesRecorded:
        count = self.count
        return DeliveriesRecorded(
            by=self.actor,
            notice=self.batch.notice,
            version=self.batch.version,
            scope=self.batch.scope,
            batch=self.batch.batch,
            counts=shown(count.counts),
            first_at=_instant(moment(count.first_at)) if count.first_at else None,
            last_at=_instant(moment(count.last_at)) if count.last_at else None,
            proofs=count.proofs,
            told_at=told_at,
            how=how,
            returned=returned,
        )


_MOVING = (
    State.WAITING,
    State.CLAIMED,
    State.HANDED_OVER,
    State.DEFERRED,
    State.DOUBTFUL,
)


def _instant(at: datetime) -> Instant:
    return Instant(at=stamp(at), zone="UTC", precision=Precision.SECOND)
