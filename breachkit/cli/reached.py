"""`breachkit delivery`: proof of each recipient, and how far a notice got."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, noun, verb
from breachkit.cli.facts import item
from breachkit.cli.output import Answer, both
from breachkit.errors import BadInputError

if TYPE_CHECKING:
    from breachkit.casework.reach import Reach

delivery_command = noun("delivery", "Prove whom a notice reached.")


@verb(
    delivery_command,
    "report",
    example="breachkit delivery report 2026-0007-n3\n"
    "  breachkit delivery report 2026-0007-n3 --unreached --csv letters.csv",
)
@click.argument("name")
@click.option("--csv", "file", metavar="FILE", help="Proof per recipient; - is stdout.")
@click.option("--unreached", is_flag=True, help="Only whom another channel has to reach.")
def report(session: Session, name: str, file: str | None, unreached: bool) -> Answer:
    """Say how far a notice or set got: first, last, share reached, and proof per recipient as CSV."""
    found = session.kit.delivery_report(name)
    data: dict[str, Any] = {"notices": [_data(one) for one in found]}
    if not found:
        return Answer(data, [f"{name} was not handed to the outbox"])
    lines = [line for one in found for line in _lines(session, one)]
    if file is None:
        return Answer(data, lines, list(_next(found)))
    written = session.kit.delivery_proof(name, unreached=unreached)
    if file == "-":
        sys.stdout.writelines(written)
        return Answer(data, [], lines)
    count = _save(Path(file), written)
    return Answer({**data, "rows": count, "file": file}, lines, [f"written: {file}, {count} rows"])


def _save(path: Path, lines: Iterator[str]) -> int:
    """Write lines to a new file, readable by its owner alone; return how many rows there are."""
    import os

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadInputError(f"{path} exists", hint="give another name; - prints it") from error
    count = -1
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        for line in lines:
            file.write(line)
            count += 1
    return count


def _lines(session: Session, one: "Reach") -> Iterator[str]:
    zone = session.kit.zone
    yield f"{one.version.id}: {one.reached} of {one.recipients} reached, {one.share:.1%}"
    yield from item("first", both(one.first_at, zone))
    yield from item("last", both(one.last_at, zone))
    for name, count in (("open", one.under_way), ("unreached", one.unreached)):
        if count:
            yield from item(name, f"{count}")
    for batch in one.closed:
        yield from item("closed", f"the unreached of {batch}, by decision")
    yield from item("proofs", one.proofs)


def _next(found: "tuple[Reach, ...]") -> Iterator[str]:
    for one in found:
        notice = one.version.drafted.notice
        if one.unreached and len(one.closed) < len(one.batches):
            yield f"next: {command('delivery', 'report', notice, '--unreached', '--csv', 'FILE')}"
            return
        if one.under_way:
            yield f"next: {command('outbox', 'drain')}"
            return


def _data(one: "Reach") -> dict[str, Any]:
    return {
        "notice": one.version.id,
        "batches": [batch.batch for batch in one.batches],
        "recipients": one.recipients,
        "counts": {str(state): count for state, count in one.counts.items()},
        "reached": one.reached,
        "share": round(one.share, 6),
        "unreached": one.unreached,
        "first_at": one.first_at or None,
        "last_at": one.last_at or None,
        "proofs": one.proofs,
        "closed": list(one.closed),
    }
