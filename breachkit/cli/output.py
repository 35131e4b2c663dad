"""What a command says: data to stdout, words to stderr, text or JSON from the same object."""

import os
import sys
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TextIO

import click

from breachkit.errors import BreachkitError


class Answer:
    """What a command answers.

    No dataclass: what makes those would be imported for it alone, at each `--help` and `status`.
    """

    def __init__(
        self,
        data: Any = None,
        lines: list[str] | None = None,
        notes: list[str] | None = None,
        exit_status: int = 0,
        raw: bytes = b"",
    ) -> None:
        self.data = data
        """For machines: one JSON document."""
        self.lines = lines or []
        """For people, on stdout."""
        self.notes = notes or []
        """For people, on stderr: what changed, and the next command."""
        self.exit_status = exit_status
        self.raw = raw
        """A file on stdout as it is, such as a calendar; the lines stay empty then."""


def emit(answer: Answer, *, as_json: bool) -> int:
    """Print an answer and return its exit status."""
    if as_json:
        import json  # here, because what people read needs none

        click.echo(json.dumps(answer.data, ensure_ascii=False, indent=2, sort_keys=False))
    elif answer.raw:
        click.echo(answer.raw, nl=False)
    elif answer.lines:
        click.echo("\n".join(answer.lines))
    sys.stdout.flush()
    if not as_json:
        for note in answer.notes:
            click.echo(note, err=True)
    return answer.exit_status


def fail(error: BaseException) -> int:
    """Tell what went wrong in the tool's one voice, and return the exit status.

    What nobody foresaw is raised again, because a traceback is then what helps.
    """
    message, hint, status = _foreseen(error)
    say_error(message, hint)
    return status


def _foreseen(error: BaseException) -> tuple[str, str, int]:
    """Return message, hint and exit status of an error; one that nobody foresaw is raised again."""
    match error:
        case BreachkitError():
            return error.message, error.hint, error.exit_status
        case click.UsageError():
            where = error.ctx.command_path if error.ctx else "breachkit"
            return error.format_message(), f"{where} --help", 2
        case click.ClickException():
            return error.format_message(), "", error.exit_code
        case click.Abort():
            return "stopped", "", 130
        case OSError():
            name = f" {error.filename}" if error.filename else ""
            return f"{error.strerror or error}{name}", "", 1
        case _:
            raise error


def say_error(message: str, hint: str = "") -> None:
    """Print an error and, below it, the corrected command or what to do."""
    shown = " ".join(message.rstrip(".").splitlines())
    click.echo(f"{paint('breachkit: error:', 'red', err=True)} {harmless(shown)}", err=True)
    if hint:
        click.echo(f"breachkit: hint: {harmless(hint)}", err=True)


def harmless(text: str) -> str:
    """Return text in which nothing steers a terminal or hides: such characters are written out."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char == "\n" else f"\\u{ord(char):04x}" for char in text
    )


def paint(text: str, colour: str, *, err: bool = False, bold: bool = False) -> str:
    """Return coloured text on a terminal; plain text in a pipe or where NO_COLOR is set."""
    if not _takes_colour(sys.stderr if err else sys.stdout):
        return text
    return click.style(text, fg=colour, bold=bold)


@lru_cache(maxsize=2)
def _takes_colour(stream: TextIO) -> bool:
    # Asked once for all lines: `status` may have thousands.
    return stream.isatty() and not os.environ.get("NO_COLOR")


def moment_of(stamp: str) -> datetime:
    """Return the UTC datetime of a stamp of the register or of a fact."""
    return datetime.fromisoformat(stamp).astimezone(UTC)


def local(stamp: str, zone: str) -> str:
    """Return a UTC stamp in a zone, `Tue 24 Nov 2026 02:10 Europe/Berlin`."""
    from zoneinfo import ZoneInfo

    at = moment_of(stamp).astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
    return f"{at:%a %d %b %Y %H:%M} {zone}"


def both(stamp: str, zone: str) -> str:
    """Return a time in the workspace's zone and as ISO 8601 UTC; `-` for none."""
    return f"{local(stamp, zone)} ({stamp[:16]}Z)" if stamp else "-"


@lru_cache(maxsize=4096)
def left(stamp: str, now: str, *, seconds: bool = False) -> str:
    """Return the time left as people count it: `in 5 h 10 min`, `2 d 3 h overdue`.

    With `seconds` as a clock shows it: `in 05:10:23`, `2d 03:12:00 overdue`.
    """
    if not stamp:
        return ""
    span = moment_of(stamp) - moment_of(now)
    late = span < timedelta(0)
    shown = (_ticking if seconds else _span)(-span if late else span)
    return f"{shown} overdue" if late else f"in {shown}"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def _ticking(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02d}:{minutes:02d}:{seconds:02d}"
    return f"{days}d {clock}" if days else clock


def table(rows: list[list[str]], head: list[str] | None = None) -> list[str]:
    """Return rows as aligned columns, the last one unpadded."""
    every = [head, *rows] if head else rows
    if not every:
        return []
    widths = [max(len(row[place]) for row in every) for place in range(len(every[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in every
    ]
