"""Proof that notices left by other channels, taken in for many notices or recipients at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from breachkit.casework.arrival import settle
from breachkit.casework.desk import Desk
from breachkit.casework.gate import Passed, record_delivery
from breachkit.casework.handling import batch_of
from breachkit.casework.reach import count_of
from breachkit.casework.records import Ruling, read_time, record_decision
from breachkit.casework.versions import choose
from breachkit.domain.dispatch import UNREACHED, closing
from breachkit.domain.people import Actor
from breachkit.errors import BadInputError

COLUMNS = ("notice", "channel", "at", "reference", "authority", "note", "batch", "position")
"""What a line may say: the first three about a whole notice, or batch and position of one recipient."""


@dataclass(frozen=True)
class ProofRow:
    """One line of a file of proof."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, name: str) -> str:
        """Return a cell, empty where it has none."""
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Imported:
    """What a file of proof changed."""

    passed: tuple[Passed, ...]
    """One for each line about a whole notice."""
    reached: dict[str, int]
    """By batch: how many of its recipients were reached otherwise."""
    closed: tuple[str, ...]
    """The batches of which nobody is left unreached by that."""


def record_rows(desk: Desk, actor: Actor, rows: Sequence[ProofRow], proof: str) -> Imported:
    """Record each line: a delivery of a whole notice, or a recipient reached another way.

    All lines are checked before the first is recorded. The same file again changes nothing. `proof`
    names the file by its digest.
    """
    for row in rows:
        _check(desk, row)
    whole = [row for row in rows if not row["batch"]]
    passed = [
        record_delivery(
            desk,
            actor,
            row["notice"],
            channel=row["channel"],
            at=row["at"],
            reference=row["reference"] or None,
            authority=row["authority"] or None,
            note=row["note"] or None,
        )
        for row in whole
    ]
    by_batch: dict[str, list[ProofRow]] = defaultdict(list)
    for row in rows:
        if row["batch"]:
            by_batch[row["batch"]].append(row)
    closed = [name for name, found in by_batch.items() if _reach(desk, actor, name, found, proof)]
    reached = {name: len({row["position"] for row in found}) for name, found in by_batch.items()}
    return Imported(tuple(passed), reached, tuple(closed))


def _check(desk: Desk, row: ProofRow) -> None:
    """Refuse a line that names no notice or recipient, or whose time cannot be read."""
    try:
        if row["batch"]:
            batch = batch_of(desk, row["batch"])
            if not row["position"].isdigit():
                raise BadInputError(f"{row['position']!r} is no position in {batch.batch}")
        else:
            choose(desk, row["notice"])
        if not row["channel"] or not row["at"]:
            raise BadInputError("channel and at have to be stated")
        read_time("at", row["at"], desk.now(), desk.rules.zone)
    except BadInputError as error:
        raise BadInputError(f"line {row.line}: {error.message}", hint=error.hint) from error


def _reach(desk: Desk, actor: Actor, name: str, rows: Sequence[ProofRow], proof: str) -> bool:
    """Record whom of a batch another channel reached; return whether nobody is left.

    The register gets numbers and the digest of the file; which persons they are stays in the file.
    """
    batch = batch_of(desk, name)
    lost = {one.position for one in desk.store.outbox.messages(name, UNREACHED)}
    reached = {int(row["position"]) for row in rows}
    channels = ", ".join(sorted({row["channel"] for row in rows}))
    left = lost - reached
    still = count_of(desk.store.outbox, name).counts.total() - len(lost)
    said = f"{len(lost & reached)} of {len(lost)} unreached of {name} reached by {channels}"
    outcome = closing(name) if not left else said[:200]
    scope = batch.scope
    reasons = f"{said}; {still} reached by mail; proof: {proof}"
    ruling = Ruling("other", outcome, reasons, evidence=proof, scope=scope)
    record_decision(desk, actor, batch.matter, ruling)
    settle(desk, actor, [batch])
    return not left
