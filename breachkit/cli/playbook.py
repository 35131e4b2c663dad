"""`breachkit playbook`: the steps by which a breach is worked, and how far an incident has come."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, noun, verb
from breachkit.cli.facts import item, paragraph
from breachkit.cli.output import Answer, harmless, table

if TYPE_CHECKING:
    from breachkit.domain.playbook import Marked, Playbook, Step

playbook_command = noun("playbook", "Show how a breach is worked, step by step.")


@verb(playbook_command, "list", example="breachkit playbook list")
def list_(session: Session) -> Answer:
    """List the playbooks: the shipped ones, and those in the workspace's own folder playbooks."""
    found = session.kit.playbooks()
    rows = [[one.id, str(len(one.steps)), where, one.title] for one, where in found.values()]
    data = [
        {"playbook": one.id, "title": one.title, "steps": len(one.steps), "from": where}
        for one, where in found.values()
    ]
    lines = [harmless(line) for line in table(rows, ["playbook", "steps", "from", "title"])]
    return Answer(data, lines, [f"next: {command('playbook', 'show')} PLAYBOOK"])


@verb(
    playbook_command,
    "show",
    example="breachkit playbook show processor-breach\n"
    "  breachkit playbook show processor-breach --incident 2026-0007",
)
@click.argument("name")
@click.option("--incident", metavar="ID", help="How each step stands in this incident.")
def show(session: Session, name: str, incident: str | None) -> Answer:
    """Show a playbook's steps in order: who does what, why, on what ground, with which commands."""
    if incident is None:
        playbook = session.kit.playbook(name)
        lines = _lines(playbook, [None] * len(playbook.steps), "ID")
        again = command("playbook", "show", name, "--incident")
        return Answer(_data(playbook), list(lines), [f"next: {again} ID"])
    playbook, marked = session.kit.progress(name, incident)
    data = {**_data(playbook, incident), "incident": incident}
    for step, one in zip(data["steps"], marked, strict=True):
        step |= _progress_data(one)
    lines = _lines(playbook, marked, incident)
    return Answer(data, list(lines), [f"next: {command('status', incident)}"])


def _lines(playbook: "Playbook", marked: "Sequence[Marked | None]", incident: str) -> Iterator[str]:
    yield harmless(f"{playbook.id}: {playbook.title}")
    for place, (step, one) in enumerate(zip(playbook.steps, marked, strict=True), 1):
        mark = f"  [{one.progress.value}]" if one else ""
        yield ""
        yield harmless(f"{place:2}. {step.id}: {step.title}{mark}")
        yield from map(harmless, _step_lines(step, one, incident))


def _step_lines(step: "Step", one: "Marked | None", incident: str) -> Iterator[str]:
    yield from item("who", step.who)
    yield from paragraph(step.do, 11)
    yield from item("why", step.why)
    standing = "" if step.standing.value == "text" else f" [{step.standing.value}]"
    yield from item("ground", f"{'; '.join(step.citation)}{standing}")
    if one and one.questions:
        yield from item("open", f"whether it is to be taken depends on {', '.join(one.questions)}")
    for line in step.command:
        yield f"           {_filled(line, incident)}"
    if step.next:
        yield from item("then", ", ".join(step.next))


def _filled(line: str, incident: str) -> str:
    """Return a command with the incident in the place of ID."""
    return re.sub(r"\bID\b", incident, line)


def _data(playbook: "Playbook", incident: str = "ID") -> dict[str, Any]:
    data = playbook.model_dump(mode="json", by_alias=True)
    for step in data["steps"]:
        step["command"] = [_filled(line, incident) for line in step["command"]]
    return data


def _progress_data(one: "Marked") -> dict[str, Any]:
    return {
        "progress": one.progress.value,
        "holds": one.holds,
        "questions": list(one.questions),
    }
