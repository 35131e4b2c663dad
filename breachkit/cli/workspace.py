"""`breachkit init` and `breachkit workspace`: a new workspace, and what would fail in it at night."""

import os
from pathlib import Path
from shlex import quote

import click

from breachkit.cli.base import Session, command, noun, verb
from breachkit.cli.output import Answer

workspace_command = noun("workspace", "Check what would fail at night.")


@verb(None, "init", example='breachkit init psirt --organisation "Vendor Ltd"')
@click.argument("folder", required=False)
@click.option("--zone", metavar="ZONE", help="How times are shown; else the zone of this machine.")
@click.option("--organisation", metavar="NAME", default="", help="Our name, as notices state it.")
@click.option("--group", metavar="NAME", help="Share the workspace with a group; else owner only.")
def init_command(
    session: Session, folder: str | None, zone: str | None, organisation: str, group: str | None
) -> Answer:
    """Lay out a new workspace in FOLDER, or here: settings, people, an empty register."""
    from breachkit.app import create_workspace

    root = Path(folder) if folder else session.workspace or Path()
    zone = zone or system_zone()
    create_workspace(root, zone=zone, organisation=organisation, group=group).close()
    data = {"workspace": str(root.resolve()), "zone": zone, "group": group}
    shared = f"for the group {group}" if group else "for you alone"
    lines = [f"laid out {root.resolve()}, {shared}; times are shown in {zone}"]
    return Answer(data, lines, _next(root))


@verb(workspace_command, "check", example="breachkit workspace check")
def check(session: Session) -> Answer:
    """Find what would fail at night; exit status 1 when there is something to mend."""
    findings = session.kit.check_workspace()
    data = [{"where": one.where, "what": one.what, "mend": one.mend} for one in findings]
    if not findings:
        return Answer(data, ["nothing found that would fail at night"])
    lines = [line for one in findings for line in (f"{one.where}: {one.what}", f"    {one.mend}")]
    return Answer(data, lines, [f"{len(findings)} to mend"], exit_status=1)


def system_zone() -> str:
    """Return the machine's time zone where it names one, else UTC."""
    from breachkit.domain.instant import zone_of

    for name in (os.environ.get("TZ", "").lstrip(":"), _linked(), _written()):
        if "/" in name and not name.startswith(("/", "Etc/")):
            try:
                zone_of(name)
            except ValueError:
                continue
            return name
    return "UTC"


def _linked() -> str:
    """Return the zone that /etc/localtime points to."""
    return str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2]


def _written() -> str:
    try:
        return Path("/etc/timezone").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _next(root: Path) -> list[str]:
    """Return the first commands; nothing else is needed to draft."""
    opening = command("incident", "open", "--title", "What is seen", "--discovered-at")
    enter = [] if root.resolve() == Path.cwd() else [f"next: cd {quote(str(root))}"]
    check = command("workspace", "check")
    return [
        *enter,
        f"next: {opening} '02:10 Europe/Berlin'",
        f"in quiet: fill in breachkit.toml and people.toml, add partners, then {check}",
    ]
