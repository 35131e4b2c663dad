"""`breachkit partners`: the matrix that responders keep in a spreadsheet, out and in again."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, noun, receipt, verb
from breachkit.cli.clock import partner_clock
from breachkit.cli.facts import item
from breachkit.cli.outcome import changed_lines
from breachkit.cli.output import Answer, both

if TYPE_CHECKING:
    from breachkit.exchange import Exchanged

partners_command = noun("partners", "Exchange the partner matrix as CSV.")

_INCIDENT = re.compile(r"\d{4}-\d{4,}")


@verb(partners_command, "export", example="breachkit partners export 2026-0007 matrix.csv")
@click.argument("incident", required=False)
@click.argument("file", required=False)
def export(session: Session, incident: str | None, file: str | None) -> Answer:
    """Write the partner list, or the partners of an INCIDENT, as CSV to FILE or to the terminal.

    One line a contact: partner, contact, figures, told when, by whom and how, acknowledged, next
    update. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    from breachkit.adapters.matrix import save_table, write_table

    if incident and file is None and not _INCIDENT.fullmatch(incident):
        incident, file = None, incident
    rows = session.kit.partner_table(incident)
    data = [dict(row.cells) for row in rows]
    if file in {None, "-"}:
        return Answer(data, [write_table(rows).rstrip("\n")])
    save_table(Path(str(file)), rows)
    back = command("partners", "import", str(file), *([incident] if incident else []))
    return Answer(data, [f"wrote {len(rows)} lines to {file}"], [f"next: {back}"])


@verb(
    partners_command,
    "import",
    act=True,
    example="breachkit partners import matrix.csv 2026-0007",
)
@click.argument("file")
@click.argument("incident", required=False)
def import_(session: Session, file: str, incident: str | None) -> Answer:
    """Read the matrix from FILE (or -): partners into their files, the rest into an INCIDENT.

    With an incident, every partner in the table is one that it concerns. All lines are checked
    before anything is written; an empty cell says nothing, and importing again changes nothing.
    """
    done = session.kit.import_partners(file, incident)
    lines = [f"wrote {path}" for path in done.files]
    lines += _recorded(session, done)
    data = {
        "files": [str(path) for path in done.files],
        "incident": incident,
        "changed": [path for path, _, _ in done.amended.changed] if done.amended else [],
        "contacts": [one.entry.model_dump(mode="json") for one in done.contacts if one.entry],
        "head": str(session.kit.head()),
    }
    if not lines:
        return Answer(data, ["nothing new in the table; nothing was written"])
    follow = command("status", incident) if incident else command("workspace", "check")
    return Answer(data, lines, receipt(session, follow))


def _recorded(session: Session, done: "Exchanged") -> list[str]:
    """Return what was recorded in the incident: scopes and figures, then who was told."""
    lines: list[str] = []
    if done.amended and done.amended.entry:
        lines = [f"amended {done.amended.picture.id}: {done.amended.picture.title}"]
        lines += changed_lines(done.amended, session.kit.zone)
    for one in done.contacts:
        entry: Any = one.entry
        said = [entry.channel] if entry.told else []
        said += ["acknowledged"] if entry.acknowledged else []
        said += ["next update promised"] if entry.next_update else []
        at = both(entry.at.at, session.kit.zone)
        what = "told" if entry.told else "contact"
        lines += item(what, f"{entry.scope}, {at}: {', '.join(said)}")
        lines += partner_clock(session, one, entry.scope) if entry.told else []
    return lines
