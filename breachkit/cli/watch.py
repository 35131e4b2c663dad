"""`breachkit status --watch`: the same page, drawn again and again, with every clock running."""

import gc
import os
import re
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from breachkit.cli.base import Session, command
from breachkit.cli.output import Answer
from breachkit.cli.status import page_of
from breachkit.errors import BadInputError, StoreBusyError

if TYPE_CHECKING:
    from rich.console import Console, ConsoleDimensions, ConsoleOptions, RenderResult
    from rich.live import Live

    from breachkit.overview import Overview

_SECONDS = re.compile(r"[0-9]{1,4}(\.[0-9])?")
_LOOK = 0.2
"""Seconds between two looks at the size of the window."""


def watched(session: Session, incident: str | None, *, everything: bool, every: str) -> Answer:
    """Draw the page until Ctrl-C; print it once, and say why, where nothing can be drawn."""
    if incident is None and not _SECONDS.fullmatch(every):
        incident, every = every, "1"  # `--watch 2026-0007`: the word behind it was the incident
    pause = _pause(incident, every)
    view = _View(session, incident, everything)
    if why := _why_not(session):
        page = view.page(seconds=False)
        return Answer(lines=page.lines, notes=[*page.notes, f"not watching: {why}"])
    # A watch lives for hours; `main` has switched the collection of cycles off for short commands.
    gc.enable()
    _draw(view, pause)
    return Answer(notes=["no longer watching"])


class _View:
    """The page as it stands: the register is read again only when somebody has written to it."""

    def __init__(self, session: Session, incident: str | None, everything: bool) -> None:
        self._kit, self._clock = session.kit, session.clock or (lambda: datetime.now(UTC))
        self._incident, self._everything = incident, everything
        self._overview = self._read()
        self._signature: object = self._kit.folder.signature()
        self.late = ""
        """Why the page may be behind the register; empty while it is not."""

    def page(self, *, seconds: bool) -> Answer:
        """Return the page at this moment."""
        self._refresh()
        now = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        overview = self._overview._replace(seen_at=now)
        return page_of(overview, everything=self._everything, seconds=seconds)

    def _refresh(self) -> None:
        """Read again where the register, or the workspace's own files, changed since."""
        try:
            signature = self._kit.folder.signature()
            if (self._kit.head(), signature) != (self._overview.head, self._signature):
                self._overview = self._read()
                self._signature = signature
            self.late = ""
        except StoreBusyError as error:
            self.late = error.message

    def _read(self) -> "Overview":
        return self._kit.overview(None, incident=self._incident, acts=True)


class _Screen:
    """One drawing of the page: as much as the window holds, the most urgent first."""

    def __init__(self, page: Answer, foot: str) -> None:
        self._page, self._foot = page, foot

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """Yield the lines that fit, and below them how many do not."""
        from rich.segment import Segment
        from rich.text import Text

        # The lines come with their colours; nothing in them is markup to rich.
        text = Text.from_ansi("\n".join([*self._page.lines, *self._page.notes]))
        lines = console.render_lines(text, options.update(height=None), pad=False)
        room = max(options.max_height - 1, 1)
        if len(lines) > room:
            self._foot = f"{len(lines) - room} more lines: a higher window shows them. {self._foot}"
        for line in lines[:room]:
            yield from line
            yield Segment.line()
        yield Text(self._foot, style="dim", no_wrap=True, overflow="ellipsis", end="")


def _draw(view: _View, pause: float) -> None:
    """Draw until Ctrl-C, which is the way out and no failure."""
    from rich.console import Console
    from rich.live import Live

    console = Console(highlight=False)
    try:
        with Live(console=console, screen=True, auto_refresh=False) as live:
            while True:
                size = _size()
                _draw_once(live, view, size)
                _wait(pause, size)
    except KeyboardInterrupt:
        return


def _draw_once(live: "Live", view: _View, size: "ConsoleDimensions") -> None:
    page = view.page(seconds=True)
    # rich would take LINES and COLUMNS for the size for ever, where a shell exports them.
    live.console.size = size
    foot = f"{view.late}; trying again" if view.late else "Ctrl-C ends"
    live.update(_Screen(page, foot), refresh=True)


def _wait(pause: float, size: "ConsoleDimensions") -> None:
    """Wait for the next drawing; a window of another size than was drawn in does not wait."""
    until = time.monotonic() + pause
    while (rest := until - time.monotonic()) > 0 and _size() == size:
        time.sleep(min(rest, _LOOK))


def _size() -> "ConsoleDimensions":
    """Return the size of the window; that of an old terminal where it has none."""
    from rich.console import ConsoleDimensions

    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    return ConsoleDimensions(columns or 80, rows or 24)


def _pause(incident: str | None, every: str) -> float:
    if not _SECONDS.fullmatch(every) or not float(every):
        same = ["status", *([incident] if incident else []), "--watch", "5"]
        raise BadInputError(f"{every!r} is no number of seconds", hint=command(*same))
    return float(every)


def _why_not(session: Session) -> str:
    """Return why nothing can be drawn; empty on a terminal that can."""
    if session.context.params.get("as_json"):
        raise BadInputError("--watch draws on a terminal, and --json is one document")
    if not sys.stdout.isatty():
        return "the output is no terminal"
    if os.environ.get("NO_COLOR"):
        return "NO_COLOR asks for plain text"
    return "this terminal cannot redraw" if os.environ.get("TERM", "dumb") == "dumb" else ""
