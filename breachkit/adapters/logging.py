"""One event a step, as JSON or for the console: identifiers and counts only, never personal data."""

import os
import stat
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

Record = Callable[..., None]
"""Takes the event's name and its fields."""

FIELDS = frozenset(
    {"matter", "entry", "seq", "version", "notice", "scopes", "duties", "notices", "tries", "ms"}
)
"""The only fields that may reach a log."""


def silent(event: str, **fields: object) -> None:
    """Log nothing."""


def open_log(path: Path, form: str, on_trouble: Callable[[str], None]) -> Record:
    """Return the recorder of a workspace; it opens the file with the first event.

    `form` is `json`, `console` (to standard error) or `none`. What is logged has been committed, so
    a log that cannot be written fails no step: `on_trouble` is told why, and that is all.
    """
    if form == "none":
        return silent
    started: list[Any] = []

    def record(event: str, **fields: object) -> None:
        try:
            if not started:
                started.append(_start(path, form))
            started[0].info(event, **fields)
        except OSError as error:
            on_trouble(f"{path} cannot be written: {error.strerror or error}")

    return record


class _Appending:
    """A logger that appends a line and lets go of the file, so that it can be rotated."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def info(self, line: str) -> None:
        descriptor = self._opened()
        try:
            os.write(descriptor, line.encode() + b"\n")
        finally:
            os.close(descriptor)

    def _opened(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND
        try:
            return os.open(self._path, flags)
        except FileNotFoundError:
            pass
        try:
            descriptor = os.open(self._path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # somebody else was quicker
            return os.open(self._path, flags)
        folder = self._path.parent.stat()
        if folder.st_mode & stat.S_ISGID:
            os.fchown(descriptor, -1, folder.st_gid)
            # The umask took bits away; only a change of mode gives them back.
            os.fchmod(descriptor, 0o660)
        return descriptor


def _start(path: Path, form: str) -> Any:
    import structlog

    if form == "console":
        import sys

        renderer: Any = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        logger: Any = structlog.PrintLogger(sys.stderr)
    else:
        renderer = structlog.processors.JSONRenderer(sort_keys=True)
        logger = _Appending(path)
    return structlog.wrap_logger(
        logger,
        processors=[
            _only_known_fields,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.BoundLogger,
    )


def _only_known_fields(_: Any, __: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Drop every field that was not meant for a log, so that no slip can leak a name."""
    return {name: value for name, value in event.items() if name in FIELDS or name == "event"}
