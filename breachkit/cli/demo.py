"""`breachkit demo`: a real incident under invented names, opened, checked, drafted and verified."""

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote
from typing import Any

import click

from breachkit.cli.base import Session, command, verb
from breachkit.cli.output import Answer
from breachkit.errors import WorkspaceError

EXAMPLE = "camera-mixup.toml"
PARTNERS = ("lumen", "nordcam")
ALERT = "alert.json"
SINCE = timedelta(hours=8)
"""How long ago the breach was discovered, at most: long enough that all measures taken lie behind."""

PEOPLE = """\
[people.dana]
name = "Dana Duty"
roles = ["responder"]

[people.lena]
name = "Lena Law"
roles = ["legal"]

[people.otto]
name = "Otto Office"
roles = ["approver"]
"""

ORGANISATION = """
[organisation.contact]
name = "Data Protection Desk"
email = "privacy-desk@vendor.example"
phone = "+49 30 23125 110"

[organisation.profile]                  # what decides which laws apply to us
establishments = ["DE"]
manufacturer = true                     # of cameras: the Cyber Resilience Act may ask for reports
nis2 = "none"
financial = "none"
hipaa = "none"
china = "none"
small_scale = false
telecom = false
high_risk_ai = false
sells_in = ["DE", "NO"]
"""

HEAD = "SEQ:HASH"
"""Stands for the head that the last step printed."""

TOUR: tuple[tuple[str, tuple[str, ...], int | None], ...] = (
    ("An alert comes in.", ("incident", "open", ALERT, "--as", "dana"), None),
    ("What is due, and whose is it?", ("status",), None),
    (
        "What does the notice to one partner still lack?",
        ("incident", "check", "2026-0001", "--scope", "nordcam", "--notice", "partner"),
        None,
    ),
    ("Draft everything that is owed.", ("notice", "draft", "2026-0001", "--as", "dana"), None),
    ("Read the notice to one partner.", ("notice", "show", "2026-0001-n1"), 44),
    ("The draft for that partner's authority.", ("notice", "show", "2026-0001-n3"), 18),
    ("The draft for the people concerned.", ("notice", "show", "2026-0001-n5"), 18),
    ("Was anything changed since that head?", ("register", "verify", "--head", HEAD), None),
)
"""What is said, the command that is typed, and how many of its lines are shown; None shows all."""

AHEAD = (
    "breachkit status",
    "breachkit deadline explain imou-dpa/6.3@nordcam --incident 2026-0001",
    "breachkit contact record 2026-0001 --scope nordcam --told --person 'Duty Officer'",
    "breachkit incident amend 2026-0001 --set scopes.nordcam.people='about 4800' --as dana",
    "breachkit notice review 2026-0001-s1 --as lena",
    "breachkit notice pack 2026-0001-n1",
)
"""What to try next."""


@verb(None, "demo", example="breachkit demo /tmp/demo")
@click.argument("folder", required=False, default="demo")
def demo_command(session: Session, folder: str) -> Answer:
    """Open a real incident for two partners in FOLDER, and leave a workspace to play in."""
    root = Path(folder)
    incident = _prepare(session, root)
    lines = [*_opening(root)]
    for said, words, shown in TOUR:
        named = _named(session, root, words, incident)
        lines += ["", f"# {said}", f"$ {command(*named)}", *_run(session, root, named, shown)]
    data = {"workspace": str(root.resolve()), "incident": incident}
    return Answer(data, [*lines, *_closing(root, incident)])


def _prepare(session: Session, root: Path) -> str:
    """Lay out the workspace with partners, people and the alert; return the incident's id to be."""
    from breachkit.app import create_workspace, open_workspace

    if root.exists() and any(root.iterdir()):
        other = command("demo", f"{root}-2")
        raise WorkspaceError(f"{root} exists already, and nothing in it is touched", hint=other)
    create_workspace(root, zone="Europe/Berlin", organisation="Fernlicht Camera Cloud").close()
    with open_workspace(root, clock=session.clock) as kit:
        now = kit.desk.now()
    _furnish(root, now)
    return f"{now.year}-0001"


def _furnish(root: Path, now: datetime) -> None:
    from importlib import resources

    examples = Path(str(resources.files("breachkit") / "examples"))
    for key in PARTNERS:
        shutil.copy(examples / "partners" / f"{key}.toml", root / "partners" / f"{key}.toml")
    (root / "people.toml").write_text(PEOPLE, "utf-8")
    with (root / "breachkit.toml").open("a", encoding="utf-8") as settings:
        settings.write(ORGANISATION)
    alert = _moved(examples / EXAMPLE, now)
    (root / ALERT).write_text(json.dumps(alert, ensure_ascii=False, indent=2), "utf-8")


def _moved(example: Path, now: datetime) -> dict[str, Any]:
    """Return an alert with all its times moved by whole hours, so that its clocks run today."""
    from breachkit.adapters.intake import read_document
    from breachkit.domain.instant import Instant

    alert = read_document(example)
    discovered = Instant.model_validate(alert["timeline"]["discovered_at"]).earliest
    hours = (now - SINCE - discovered) // timedelta(hours=1) + 1
    moved: dict[str, Any] = _shift(alert, timedelta(hours=hours))
    return moved


def _shift(value: Any, span: timedelta) -> Any:
    """Return a statement with every time in it moved."""
    from breachkit.domain.instant import Instant, read_instant, stamp
    from breachkit.domain.matrix import written_instant

    if isinstance(value, dict):
        return {name: _shift(below, span) for name, below in value.items()}
    try:
        read = read_instant(value) if isinstance(value, str) else {}
    except ValueError:
        read = {}
    if not read:
        return value
    instant = Instant.model_validate(read)
    return written_instant(instant.model_copy(update={"at": stamp(instant.earliest + span)}))


def _run(session: Session, root: Path, words: tuple[str, ...], shown: int | None) -> Iterator[str]:
    """Yield what a command answers, cut to its beginning where it is long."""
    from breachkit.cli import run

    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        run(["-C", str(root), *_placed(root, words)], clock=session.clock)
    lines = said.getvalue().rstrip("\n").splitlines()
    yield from lines[:shown]
    if shown is not None and len(lines) > shown:
        yield f"... {len(lines) - shown} more lines: {command(*words)}"


def _named(session: Session, root: Path, words: tuple[str, ...], incident: str) -> tuple[str, ...]:
    """Return a command with the incident's id and the head as they are."""
    from breachkit.app import open_workspace

    with open_workspace(root, clock=session.clock) as kit:
        head = str(kit.head())
    return tuple(word.replace("2026-0001", incident).replace(HEAD, head) for word in words)


def _placed(root: Path, words: tuple[str, ...]) -> list[str]:
    """Return a command for whoever stands outside the workspace."""
    return [str(root / word) if word == ALERT else word for word in words]


def _opening(root: Path) -> list[str]:
    return [
        "A real incident of February 2024 under invented names: camera pictures of one household",
        "shown in the app of another. Its operator's own words are listed in the example's file.",
        "Two partners are affected; all times are moved, so that the clocks run now.",
        "",
        f"$ cd {quote(str(root))}",
    ]


def _closing(root: Path, incident: str) -> list[str]:
    where = f"A workspace to play in lies in {root.resolve()}. Nothing in it can be sent anywhere."
    ahead = [line.replace("2026-0001", incident) for line in AHEAD]
    return ["", where, "dana drafts, lena reviews, otto releases. Try:"] + [
        f"  {line}" for line in (f"cd {quote(str(root))}", *ahead)
    ]
