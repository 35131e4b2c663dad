"""Playbooks read from files; what is not understood is refused with its file and step."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from breachkit.domain.playbook import Playbook
from breachkit.errors import WorkspaceError


def load(folders: Iterable[Path]) -> dict[str, tuple[Playbook, Path]]:
    """Return the playbooks of several folders by id, each with its file; a later folder's wins.

    A folder that does not exist is empty. Raises WorkspaceError for a file that is not understood.
    """
    found: dict[str, tuple[Playbook, Path]] = {}
    for folder in folders:
        mine: dict[str, Path] = {}
        for path in sorted(folder.glob("*.toml")):
            playbook = read(path)
            if playbook.id in mine:
                raise WorkspaceError(
                    f"{path}: {mine[playbook.id].name} is playbook {playbook.id} already",
                    hint=f"give the one in {path.name} an id of its own",
                )
            mine[playbook.id] = path
            found[playbook.id] = (playbook, path)
    return found


def read(path: Path) -> Playbook:
    """Return the playbook of one file; WorkspaceError names the file, the step and the reason."""
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{path} cannot be read: {error}", hint=f"mend {path.name}") from error
    head, steps = data.pop("playbook", None), data.pop("step", [])
    if data or not isinstance(head, Mapping) or not isinstance(steps, list):
        unknown = f"unknown key {sorted(data)[0]}" if data else "it needs [playbook] and [[step]]"
        raise WorkspaceError(f"{path}: {unknown}", hint=f"mend {path.name}")
    try:
        return Playbook.model_validate({**head, "steps": steps})
    except ValidationError as error:
        raise _refusal(path, steps, error) from error


def _refusal(path: Path, steps: list[Any], error: ValidationError) -> WorkspaceError:
    first = error.errors()[0]
    place = list(first["loc"])
    if len(place) > 1 and place[0] == "steps" and isinstance(place[1], int):
        step = steps[place[1]]
        name = step.get("id") if isinstance(step, Mapping) else None
        place[:2] = [f"step {name or place[1] + 1}"]
    where = ": ".join([str(path), *([".".join(map(str, place))] if place else [])])
    why = first["msg"].removeprefix("Value error, ")
    return WorkspaceError(f"{where}: {why[:1].lower()}{why[1:]}", hint=f"mend {path.name}")
