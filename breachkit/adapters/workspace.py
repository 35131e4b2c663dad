"""The workspace folder: where it is, what lies in it, and how a new one is laid out.

Standard library only, so that `status` can use it at once.
"""

import hashlib
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from breachkit.domain.toml import why_not_toml
from breachkit.domain.zone import named_zone
from breachkit.errors import MissingWorkspaceError, WorkspaceError

SETTINGS = "breachkit.toml"
REGISTER = "register.sqlite3"
PEOPLE = "people.toml"
PARTNERS = "partners"
LAW = "law"
AUTHORITIES = "authorities.toml"
TEMPLATES = "templates"
PLAYBOOKS = "playbooks"
LOG = "breachkit.log"
EXAMPLE = "contract.toml.example"
"""How a partner's own contract is written down; the ending keeps it from being read as law."""

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Folder:
    """The places in a workspace."""

    root: Path
    shipped_law: Path = _PACKAGE / "law"
    """Where the law files lie that breachkit ships; elsewhere when an earlier state is looked at."""
    shipped_reference: Path = _PACKAGE / "reference"
    """Where the list of authorities and their form lie that breachkit ships; elsewhere as well."""

    @property
    def register(self) -> Path:
        """The register's file."""
        return self.root / REGISTER

    @property
    def log(self) -> Path:
        """The log of steps: identifiers and counts only."""
        return self.root / LOG

    def template_folders(self) -> list[Path]:
        """Return the folders of templates, the workspace's own first."""
        return [self.root / TEMPLATES, data_folder(TEMPLATES)]

    def law_folders(self) -> list[Path]:
        """Return the folders of law files; a later one overrides an instrument of an earlier one."""
        return [self.shipped_law, self.root / LAW]

    def playbook_folders(self) -> list[Path]:
        """Return the folders of playbooks; a later one overrides a playbook of an earlier one."""
        return [data_folder(PLAYBOOKS), self.root / PLAYBOOKS]

    def authority_files(self) -> list[Path]:
        """Return the lists of authorities; what a later one states wins."""
        return [self.shipped_reference / AUTHORITIES, self.root / AUTHORITIES]

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of all that decides what is owed and what is written.

        Law, authorities and their form, settings, people, partners and templates, in a stable order: what
        `LawAdopted` keeps.
        """
        for name in (SETTINGS, PEOPLE, AUTHORITIES):
            if (self.root / name).exists():
                yield name, read_bytes(self.root / name)
        for label, folder, pattern in (
            ("partners", self.root / PARTNERS, "*.toml"),
            ("law", self.root / LAW, "*.toml"),
            ("breachkit/law", self.shipped_law, "*.toml"),
            ("breachkit/reference", self.shipped_reference, "*.toml"),
            ("templates", self.root / TEMPLATES, "**/*.j2"),
            ("breachkit/templates", data_folder(TEMPLATES), "**/*.j2"),
        ):
            for path in sorted(folder.glob(pattern)):
                yield f"{label}/{path.relative_to(folder).as_posix()}", read_bytes(path)

    def signature(self) -> tuple[tuple[str, int, int], ...]:
        """Return names, times and sizes of the workspace's own files: cheap to compare."""
        found = []
        for folder in (self.root, *(self.root / name for name in (PARTNERS, LAW, TEMPLATES))):
            for path in sorted(folder.glob("*.toml")) + sorted(folder.glob("**/*.j2")):
                state = path.stat()
                found.append((str(path), state.st_mtime_ns, state.st_size))
        return tuple(found)

    def digest(self) -> str:
        """Return one digest over all these texts."""
        total = hashlib.sha256()
        for name, text in self.texts():
            total.update(f"{len(name)}:{name}:{len(text)}:".encode() + text)
        return total.hexdigest()


def find(start: Path | None) -> Folder:
    """Return the workspace: the folder given, `BREACHKIT_WORKSPACE`, or the nearest one upwards."""
    given = start or (Path(named) if (named := os.environ.get("BREACHKIT_WORKSPACE")) else None)
    if given is not None:
        if not (given / SETTINGS).is_file():
            raise MissingWorkspaceError(
                f"{given} is not a workspace: it holds no {SETTINGS}",
                hint=f"breachkit init {given}",
            )
        return Folder(given)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SETTINGS).is_file():
            return Folder(folder)
    raise MissingWorkspaceError(
        f"no workspace in {here} or above it", hint="breachkit init, or name one with -C FOLDER"
    )


def lay_out(
    root: Path, *, zone: str, organisation: str, mode: int, group: str | None = None
) -> Folder:
    """Write the folder of a new workspace with settings to fill in; never overwrites anything."""
    import shutil  # here, because every command reads a workspace and only one lays it out

    _check_vacant(root)
    _check_group(group)
    try:
        root.mkdir(parents=True, exist_ok=True)
        for folder in (root, *(root / name for name in (PARTNERS, LAW, TEMPLATES))):
            folder.mkdir(exist_ok=True)
            if group:
                # The files that SQLite puts beside the register take the group from the folder.
                shutil.chown(folder, group=group)
                folder.chmod(0o2770)
        for name in (PEOPLE, SETTINGS):
            text = (_PACKAGE / "starter" / name).read_text("utf-8")
            text = text.replace("@ZONE@", zone).replace("@ORGANISATION@", _name(organisation))
            _write_new(root / name, text, mode)
            if group:
                shutil.chown(root / name, group=group)
        example = (_PACKAGE / "starter" / EXAMPLE).read_text("utf-8")
        _write_new(root / LAW / EXAMPLE, example, mode)
    except OSError as error:
        raise WorkspaceError(f"cannot write the workspace {root}: {error.strerror}") from error
    return Folder(root)


def read_toml(path: Path) -> dict[str, object]:
    """Return a TOML file as data; WorkspaceError names the file, the line and the reason."""
    raw = read_bytes(path)
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        why = f"no UTF-8 text at byte {error.start + 1:,}"
    except ValueError as error:
        why = why_not_toml(raw.decode("utf-8"), error)
    except RecursionError:
        why = "nested too deep"
    raise WorkspaceError(f"{path} cannot be read: {why}", hint=f"mend {path}")


def read_zone(folder: Folder) -> str:
    """Return the zone in which times are shown; WorkspaceError when there is no such zone."""
    path = folder.root / SETTINGS
    name = read_toml(path).get("zone", "UTC")
    try:
        named_zone(name)
    except ValueError as error:
        raise WorkspaceError(f"{path.name}: zone: {error}", hint=f"mend {path}") from None
    return str(name)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; WorkspaceError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read: {error.strerror}") from error


def data_folder(name: str) -> Path:
    """Return a folder of shipped data: in the package, or in the checkout of an editable install."""
    shipped = _PACKAGE / "_data" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name


def _check_vacant(root: Path) -> None:
    """Refuse a folder that holds a workspace, or what is left of one: a new register would hide it."""
    if not (root / SETTINGS).exists():
        if (root / REGISTER).exists():
            raise WorkspaceError(
                f"{root} holds a register without {SETTINGS}",
                hint=f"put {SETTINGS} back from a backup, or name another folder",
            )
        return
    if (root / REGISTER).exists():
        raise WorkspaceError(f"{root} is a workspace already", hint=f"breachkit -C {root} status")
    raise WorkspaceError(
        f"{root} is a workspace whose {REGISTER} is gone",
        hint=f"put {REGISTER} back from a backup; only where nothing was ever recorded in it:"
        f" remove {SETTINGS}, then breachkit init",
    )


def _check_group(group: str | None) -> None:
    """Refuse a group that this machine does not have, before anything is written for it."""
    import grp  # here, because only a workspace that is shared asks

    try:
        if group:
            grp.getgrnam(group)
    except KeyError:
        raise WorkspaceError(f"no group {group}", hint="getent group") from None


def _write_new(path: Path, text: str, mode: int) -> None:
    if path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    path.chmod(mode)


def _name(organisation: str) -> str:
    """Return the line of the settings that names us, or shows how to."""
    import json  # here as well

    # A JSON string is a TOML string.
    quoted = json.dumps(organisation, ensure_ascii=False)
    return f"name = {quoted}" if organisation else '# name = "Example Vision Ltd"'
