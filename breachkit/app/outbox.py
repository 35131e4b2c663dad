"""Sending through the library: handed to the outbox, sent, followed up, and proven."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from breachkit.app.workplace import Workplace
from breachkit.domain.delivery import State
from breachkit.domain.outbound import Batch, Message, Tally

if TYPE_CHECKING:
    from breachkit.app.posting import Drained, Progress
    from breachkit.app.returns import Returned
    from breachkit.casework.arrival import Arrival
    from breachkit.casework.handling import Found, Handled
    from breachkit.casework.incidents import Opened
    from breachkit.casework.proof import Imported
    from breachkit.casework.reach import Reach
    from breachkit.casework.records import Noted
    from breachkit.casework.reminding import Reminding
    from breachkit.casework.sending import Queueing


class Posted(NamedTuple):
    """A batch of the outbox, and how many of its messages stand in each state."""

    batch: Batch
    tally: Tally


class Outgoing(Workplace):
    """The steps from a released notice to the proof that it reached whom it was for."""

    def send(self, name: str, **order: Any) -> "Queueing":
        """Hand a released notice or set to the outbox; see `casework.sending.Order`.

        Nothing leaves by this: `drain` sends.

            kit.send("2026-0007-n1")
            kit.drain()
        """
        from breachkit.casework.sending import Order, queue

        return queue(self.desk, self.actor, name, Order(**order))

    def write_files(self, name: str, folder: str | Path, **order: Any) -> "tuple[Queueing, int]":
        """Write the messages of a released notice or set as files, for another system to send.

        Nothing is recorded: how they left is said by `record_delivery` or `import_deliveries`.
        """
        from breachkit.app.posting import write_files

        planned = self.send(name, by_file=True, **order)
        return planned, sum(write_files(self, one, Path(folder)) for one in planned.plans)

    def drain(self, *, forever: bool = False, progress: "Progress | None" = None) -> "Drained":
        """Send what is due, once or as a service, and record what became of it.

        Raises StoreBusyError while another run sends.
        """
        from breachkit.app.posting import send_due

        return send_due(self, progress or (lambda tally, trouble: None), forever=forever)

    def outbox(self, incident: str | None = None) -> list[Posted]:
        """Return the batches with how many of their messages stand in each state."""
        outbox = self.store.outbox
        return [Posted(one, outbox.tally(one.batch)) for one in outbox.batches(incident)]

    def posted(self, batch: str) -> Posted:
        """Return one batch; UnknownNameError where there is none such."""
        from breachkit.casework.handling import batch_of

        return Posted(batch_of(self.desk, batch), self.store.outbox.tally(batch))

    def messages(self, batch: str, states: Collection[State] = ()) -> Iterator[Message]:
        """Stream the messages of a batch in their order, all or those in some states."""
        return self.store.outbox.messages(self.posted(batch).batch.batch, states)

    def settle(self) -> "list[Arrival]":
        """Record what became of all batches; safe at every moment, and done after each run."""
        from breachkit.casework.arrival import settle

        return settle(self.desk, self.actor)

    def retry(self, batch: str, positions: Collection[int] = ()) -> "Handled":
        """Let messages of a batch be sent again: what was refused or deferred, or is doubtful."""
        from breachkit.casework.handling import retry

        return retry(self.desk, self.actor, batch, positions)

    def hold(self, batch: str, *, off: bool = False) -> "Handled":
        """Let nothing more of a batch leave until it is opened again."""
        from breachkit.casework.handling import hold

        return hold(self.desk, self.actor, batch, off=off)

    def resolve(self, batch: str, found: "Found", positions: Collection[int] = ()) -> "Handled":
        """Settle doubtful messages by what somebody found out: accepted, or lost."""
        from breachkit.casework.handling import resolve

        return resolve(self.desk, self.actor, batch, found, positions)

    def close_unreached(self, batch: str, *, reason: str) -> "Noted":
        """Close the unreached recipients of a batch by a recorded decision."""
        from breachkit.casework.handling import close

        return close(self.desk, self.actor, batch, reason)

    def stop(self, batch: str, *, reason: str) -> "Handled":
        """Stop a batch for good; what has not left is cancelled."""
        from breachkit.casework.handling import stop

        return stop(self.desk, self.actor, batch, reason)

    def take_bounces(self, source: str | Path) -> "Returned":
        """Read delivery reports from an mbox file or a maildir, and record what came back."""
        from breachkit.app.returns import take_bounces

        return take_bounces(self, Path(source))

    def remind(self, *, dry_run: bool = False) -> "Reminding":
        """Mail the responders what is due at the workspace's steps, each once; return what was said."""
        from breachkit.app.returns import remind

        return remind(self, dry_run=dry_run)

    def delivery_report(self, name: str) -> "tuple[Reach, ...]":
        """Return how far each version of a notice or set got that was handed to the outbox."""
        from breachkit.casework.reach import reach_of

        return reach_of(self.desk, name)

    def delivery_proof(self, name: str, *, unreached: bool = False) -> Iterator[str]:
        """Stream the proof of each recipient as lines of CSV, the head first."""
        from breachkit.casework.reach import csv_lines, rows
        from breachkit.domain.dispatch import UNREACHED

        states = UNREACHED if unreached else frozenset()
        return csv_lines(rows(self.desk, self.delivery_report(name), states))

    def open_wrong_recipient(self, batch: str, position: int, *, reason: str) -> "Opened":
        """Open an incident for a message that went to the wrong person, once for each message."""
        from breachkit.casework.handling import open_wrong_recipient

        return open_wrong_recipient(self.desk, self.actor, batch, position, reason)

    def import_deliveries(self, source: str | Path) -> "Imported":
        """Take in proof of any channel for many notices at once, from a CSV file; done once a row."""
        from breachkit.casework.proof import record_rows
        from breachkit.exchange import read_proof

        return record_rows(self.desk, self.actor, *read_proof(source))
