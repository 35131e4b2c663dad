"""Sending, from the queued row to its durable outcome, to a server that throws everything away."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from benchmarks.figure import Figure, Side, alternate, seconds
from benchmarks.outgoing import SIZE, letter, queue
from benchmarks.postfix import Postfix, find
from breachkit.domain.letter import place

SESSIONS = 16
FEW, MANY = 1_000, 100_000
AGAINST_SOURCE = 4_000
AGAINST_MAILMERGE = 500
MOST_LARGE_PAIRS = 3
"""A hundred thousand messages take a minute."""

_numbers = count()


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare with Postfix's source and with mailmerge, and many messages with few."""
    postfix = find(folder)
    with postfix.sink() as port:
        yield _beside_source(postfix, folder, port, pairs)
        yield _beside_mailmerge(folder, port, pairs)
        yield _growth(folder, port, min(pairs, MOST_LARGE_PAIRS))


def _beside_source(postfix: Postfix, folder: Path, port: int, pairs: int) -> Figure:
    def theirs() -> float:
        return seconds(lambda: postfix.source(port, AGAINST_SOURCE, SIZE, SESSIONS))

    # How much faster we are: their time by ours.
    paired = alternate(theirs, _sending(folder, port, AGAINST_SOURCE, []), pairs)
    note = f"{AGAINST_SOURCE:,} messages of {SIZE:,} bytes, {SESSIONS} sessions used again"
    what, peer = "sending, speed beside smtp-source (ours is the peer)", "Postfix's smtp-source -d"
    return Figure("send", what, peer, paired, paired.ratio, 0.25, at_least=True, notes=(note,))


def _beside_mailmerge(folder: Path, port: int, pairs: int) -> Figure:
    command = _mailmerge(folder, port)

    def theirs() -> float:
        return seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))

    paired = alternate(theirs, _sending(folder, port, AGAINST_MAILMERGE, []), pairs)
    what, peer = "sending, speed beside mailmerge (ours is the peer)", "mailmerge"
    return Figure("send", what, peer, paired, paired.ratio, 8, at_least=True)


def _growth(folder: Path, port: int, pairs: int) -> Figure:
    peaks: dict[int, list[int]] = {FEW: [], MANY: []}
    many = _sending(folder, port, MANY, peaks[MANY])
    few = _sending(folder, port, FEW, peaks[FEW])
    paired = alternate(lambda: many() / MANY, lambda: few() / FEW, pairs, warm=0)
    note = f"peak of memory {max(peaks[FEW]) // 1024} MB at {FEW:,}, {max(peaks[MANY]) // 1024} MB"
    notes = (f"{note} at {MANY:,}",)
    what, peer = f"a message of {MANY:,}", f"a message of {FEW:,}"
    return Figure("send", what, peer, paired, paired.ratio, 1.1, notes=notes)


def _sending(folder: Path, port: int, messages: int, peaks: list[int]) -> Side:
    """Return what drains a new register of so many messages, in a process of its own."""

    def run() -> float:
        path = folder / f"register-{next(_numbers)}.sqlite3"
        queue(path, messages)
        command = [sys.executable, "-m", "benchmarks.drained", str(path), str(port), str(SESSIONS)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        told = json.loads(done.stdout)
        if told["tally"] != {"sent": messages}:
            raise RuntimeError(f"not all were sent: {told['tally']}")
        peaks.append(told["peak"])
        for file in folder.glob(f"{path.name}*"):
            file.unlink()
        return float(told["seconds"])

    return run


def _mailmerge(folder: Path, port: int) -> list[str]:
    """Write what mailmerge needs for the same texts to as many people; return its command."""
    text = letter()
    plain, page = (part.replace(place("name"), "{{name}}") for part in (text.text, text.html))
    header = f"TO: {{{{email}}}}\nSUBJECT: {text.subject}\nFROM: {text.sender}\nMIME-Version: 1.0\n"
    parts = (
        'Content-Type: multipart/alternative; boundary="cut"\n\n'
        f"--cut\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n\n"
        f"--cut\nContent-Type: text/html; charset=utf-8\n\n{page}\n\n--cut--\n"
    )
    (folder / "template.txt").write_text(header + parts, encoding="utf-8")
    rows = (f"kim{number}@people.test,Kim Lee\n" for number in range(AGAINST_MAILMERGE))
    (folder / "people.csv").write_text("email,name\n" + "".join(rows), encoding="utf-8")
    server = f"[smtp_server]\nhost = 127.0.0.1\nport = {port}\n"
    (folder / "server.conf").write_text(server, encoding="utf-8")
    files = ("--template", "template.txt", "--database", "people.csv", "--config", "server.conf")
    named = [str(folder / one) if "." in one else one for one in files]
    return [str(Path(sys.executable).with_name("mailmerge")), "--no-dry-run", "--no-limit", *named]
