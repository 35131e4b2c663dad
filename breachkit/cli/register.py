"""`breachkit register`: the head of the chain, and its verification."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, noun, verb
from breachkit.cli.output import Answer

if TYPE_CHECKING:
    from breachkit.register import Verification

register_command = noun("register", "Show the head of the register and verify its chain.")


@verb(register_command, "head", example="breachkit register head >> ~/heads.txt")
def head(session: Session) -> Answer:
    """Print the last link of the chain, to be noted somewhere else.

    A register that was rewritten or cut short can only be told from a true one by a head that
    somebody wrote down: on paper, in a ticket, in a mail to counsel.
    """
    found = session.kit.head()
    return Answer({"seq": found.seq, "at": found.at, "head": str(found)}, [str(found)])


@verb(register_command, "verify", example="breachkit register verify --head 41:9f2c...")
@click.option("--head", "noted", metavar="SEQ:HASH", help="A head noted elsewhere.")
def verify(session: Session, noted: str | None) -> Answer:
    """Recompute the chain and every kept text; exit status 4 when something does not fit."""
    with _progress(session.kit.head().seq) as tick:
        found = session.kit.verify(noted, progress=tick)
    data = _data(found, noted)
    if found.faults:
        lines = [f"entry {one.seq} {one.matter}: {one.what}" for one in found.faults]
        notes = [f"NOT TRUSTED: {len(found.faults)} faults in {found.entries} entries"]
        return Answer(data, lines, notes, exit_status=4)
    lines = [f"{found.entries} entries and {found.kept} kept texts fit; head {found.head}"]
    return Answer(data, lines, _warning(noted))


def _data(found: "Verification", noted: str | None) -> dict[str, object]:
    return {
        "entries": found.entries,
        "kept_texts": found.kept,
        "erased": found.erased,
        "head": str(found.head),
        "faults": [asdict(one) for one in found.faults],
        "compared_with_noted_head": bool(noted),
    }


def _warning(noted: str | None) -> list[str]:
    if noted:
        return ["The register continues the head that was noted."]
    return [
        "A register rewritten or cut short cannot be told from a true one without a noted head:",
        "next: breachkit register verify --head SEQ:HASH",
    ]


def _progress(total: int) -> Any:
    """Return a progress bar on a terminal, and nothing that shows elsewhere."""
    from contextlib import contextmanager

    @contextmanager
    def bar() -> Any:
        if not sys.stderr.isatty() or total < 20_000:
            yield None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("verifying", total=total)
            yield lambda done: progress.update(task, completed=done)

    return bar()
