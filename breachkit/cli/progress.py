"""How far long work is: a bar on a terminal, lines of JSON elsewhere, nothing where it is quick."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

_EVERY_SECONDS = 5.0
"""How often a line of JSON says how far it is."""


@contextmanager
def following(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give what is told how much is done, and of how much, and shows it on stderr."""
    if not sys.stderr.isatty():
        yield _lines(what)
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _lines(what: str) -> Callable[[int, int], None]:
    said = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said >= _EVERY_SECONDS:
            said = time.monotonic()
            click.echo(json.dumps({"progress": what, "done": done, "of": total}), err=True)

    return tell
