"""The relay's secret, from a file that not everybody can read."""

import os
from pathlib import Path

from breachkit.errors import WorkspaceError


def read_secret(path: Path) -> str:
    """Return the first line of a file; WorkspaceError when others can read it, or it says nothing."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            line = file.readline().rstrip("\r\n")
    except (OSError, UnicodeError) as error:
        raise WorkspaceError(
            f"{path}: the relay's secret cannot be read: {error}",
            hint=f"install -m 600 /dev/stdin {path}",
        ) from error
    if mode & 0o007:
        raise WorkspaceError(
            f"{path}: holds a secret that everybody can read (mode {mode:04o})",
            hint=f"chmod 600 {path}",
        )
    if not line:
        raise WorkspaceError(f"{path}: holds no secret", hint=f"install -m 600 /dev/stdin {path}")
    return line
