"""`breachkit notice export`: a filing as one JSON document, or as a sheet to copy into a portal."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from breachkit.cli.base import Session, command, verb
from breachkit.cli.output import Answer

if TYPE_CHECKING:
    from breachkit.casework.export import Format

FORMATS = ("edpb-json", "copy-sheet")


def attach(noun: click.Group) -> None:
    """Give a noun the verb `export`."""
    noun.add_command(export)


@verb(
    None,
    "export",
    example="breachkit notice export 2026-0007 --scope own --format copy-sheet\n"
    "  breachkit notice export 2026-0007-n2 -o filing.json",
)
@click.argument("name")
@click.option("--scope", metavar="KEY", help="Whose; needed where there are several.")
@click.option("--format", "form", type=click.Choice(FORMATS), default=FORMATS[0], help="Else JSON.")
@click.option("-o", "--output", metavar="FILE", help="Else standard output, as with -.")
def export(
    session: Session, name: str, scope: str | None, form: "Format", output: str | None
) -> Answer:
    """Write an incident, or a notice to an authority, in the authorities' common template.

    An INCIDENT is written as it stands now, a notice as it was when drafted. What is still open is
    marked so, and never keeps anything back. The template is no filing: that is the portal's.
    """
    text = session.kit.export(name, form, scope=scope)
    if output in {None, "-"}:
        return Answer(_data(text, form), [text.rstrip("\n")], _notes(name, scope))
    path = Path(str(output))
    _write(path, text)
    data = {"file": str(path), "format": form}
    return Answer(data, [f"wrote {path}"], _notes(name, scope))


def _data(text: str, form: str) -> object:
    if form != "edpb-json":
        return {"sheet": text}
    import json

    return json.loads(text)


def _notes(name: str, scope: str | None) -> list[str]:
    if name.rpartition("-")[2].isdigit():
        scopes = ("--scope", scope) if scope else ()
        check = command("incident", "check", name, "--notice", "authority", *scopes)
        return [f"what is open: {check}"]
    incident = name.rpartition("-")[0]
    now = command("notice", "export", incident, *(("--scope", scope) if scope else ()))
    return [f"as it was when {name} was drafted; as it stands now: {now}"]


def _write(path: Path, text: str) -> None:
    """Write a file that its owner alone can read."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
