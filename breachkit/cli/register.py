"""`breachkit register`: the head of the chain, and its verification."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, noun, verb
from breachkit.cli.output import Answer

if TYPE_CHECKING:
    from breachkit.casework.shown import Differs
    from breachkit.register import Fault, Verification

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
    """Recompute the chain, every kept text and what status shows; exit status 4 for any difference."""
    with _progress("verifying", session.kit.head().seq, 20_000) as tick:
        found = session.kit.verify(noted, progress=tick)
    if found.faults:
        lines = [_place(one) + one.what for one in found.faults]
        notes = [f"NOT TRUSTED: {_counted(len(found.faults), 'fault')} in {found.entries} entries"]
        return Answer(_data(found, noted, ()), lines, notes, exit_status=4)
    with _progress("comparing", len(session.kit.incidents(None)), 200) as tick:
        differs = session.kit.verify_shown(tick)
    lines = [f"{found.entries} entries and {found.kept} kept texts fit; head {found.head}"]
    lines += [f"{one.matter}: {one.what}" for one in differs]
    notes = _untrusted(len(differs)) if differs else _warning(noted)
    return Answer(_data(found, noted, differs), lines, notes, exit_status=4 if differs else 0)


@verb(register_command, "rebuild", example="breachkit register rebuild")
def rebuild(session: Session) -> Answer:
    """Make what status shows anew from the register, whose entries stay as they are."""
    with _progress("rebuilding", len(session.kit.incidents(None)), 200) as tick:
        count = session.kit.rebuild_shown(tick)
    lines = [f"what status shows of {_counted(count, 'incident')} was made anew from the register"]
    return Answer({"incidents": count}, lines, [f"next: {command('status')}"])


def _place(fault: "Fault") -> str:
    """Return where a fault lies; a kept text stands in no entry."""
    if not fault.seq:
        return ""
    return f"entry {fault.seq} {fault.matter}: " if fault.matter else f"entry {fault.seq}: "


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _data(
    found: "Verification", noted: str | None, differs: "tuple[Differs, ...]"
) -> dict[str, object]:
    return {
        "entries": found.entries,
        "kept_texts": found.kept,
        "erased": found.erased,
        "head": str(found.head),
        "faults": [asdict(one) for one in found.faults],
        "shown_differs": [asdict(one) for one in differs],
        "compared_with_noted_head": bool(noted),
    }


def _untrusted(count: int) -> list[str]:
    return [
        f"NOT TRUSTED: what status shows differs from the register in {_counted(count, 'place')}",
        f"next: {command('register', 'rebuild')}",
    ]


def _warning(noted: str | None) -> list[str]:
    if noted:
        return ["The register continues the head that was noted."]
    return [
        "A register rewritten or cut short cannot be told from a true one without a noted head:",
        "next: breachkit register verify --head SEQ:HASH",
    ]


def _progress(doing: str, total: int, least: int) -> Any:
    """Return a progress bar on a terminal, and nothing that shows elsewhere."""
    from contextlib import contextmanager

    @contextmanager
    def bar() -> Any:
        if not sys.stderr.isatty() or total < least:
            yield None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(doing, total=total)
            yield lambda done: progress.update(task, completed=done)

    return bar()
