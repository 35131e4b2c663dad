"""Messages as files, for the day when the mail system is what was breached."""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from errno import EMLINK, ENOSYS, ENOTSUP, EOPNOTSUPP, EPERM
from pathlib import Path
from typing import Final

from breachkit.errors import BadInputError, BreachkitError

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NO_LINKS: Final = frozenset({EMLINK, ENOSYS, ENOTSUP, EOPNOTSUPP, EPERM})


def write_messages(
    folder: Path,
    name: str,
    messages: Iterable[tuple[int, bytes]],
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write each message as `NAME-POSITION.eml`, one after another; return how many there are now.

    Each file appears whole or not at all, and only its owner can read it. One that is there already
    with the same bytes is counted and left alone, so that a run that was cut off can be repeated; one
    with other bytes ends the run. `progress` gets the number so far. Raises BreachkitError.
    """
    if not _NAME.fullmatch(name):
        raise BadInputError(f"{name!r} cannot be the start of a file's name")
    count = 0
    place = folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for position, message in messages:
            place = folder / f"{name}-{position}.eml"
            _write(place, message)
            count += 1
            if progress is not None:
                progress(count)
        _settle(folder)
    except OSError as error:
        raise BreachkitError(
            f"cannot write {place} after {count} messages: {error.strerror}",
            hint="make room or choose another folder; what is written stays good",
        ) from error
    return count


def _write(path: Path, message: bytes) -> None:
    if _is_there(path, message):
        return
    part = path.with_name(f".{path.name}.part")
    # What a run that was killed left behind; with O_EXCL a link in its place is never followed.
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        _name(part, path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _is_there(path: Path, message: bytes) -> bool:
    try:
        size = path.lstat().st_size
    except FileNotFoundError:
        return False
    if (
        path.is_symlink()
        or not path.is_file()
        or size != len(message)
        or path.read_bytes() != message
    ):
        raise _taken(path)
    return True


def _name(part: Path, path: Path) -> None:
    # A link fails where the name is taken; a rename would replace what is there.
    try:
        os.link(part, path)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A memory stick (FAT) has no links. Only another program could come between these two lines.
        if os.path.lexists(path):
            raise _taken(path) from error
        part.rename(path)


def _taken(path: Path) -> BreachkitError:
    return BreachkitError(
        f"{path} is there already and is not this message", hint="choose an empty folder"
    )


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
