"""Replaying an incident: the first part of every step."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from benchmarks.figure import Figure, alternate, seconds
from benchmarks.workspace import CAMERAS, alert, prepare
from breachkit.app import Breachkit
from breachkit.casework.records import Call, Ruling
from breachkit.domain.entry import KINDS
from breachkit.domain.happening import Entry
from breachkit.domain.line import Line
from breachkit.domain.matter import replay

ENTRIES = 200


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare the replay of one incident with reading its entries by pydantic."""
    with prepare(folder / "psirt") as kit:
        lines = _lines(kit)
    bodies = [(KINDS[line.kind], line.body or b"") for line in lines]

    def parse() -> list[Entry]:
        return [kind.model_validate_json(body) for kind, body in bodies]

    paired = alternate(
        lambda: seconds(lambda: replay(lines[0].matter, lines)), lambda: seconds(parse), pairs, 3
    )
    what = f"replay of {len(lines)} entries"
    yield Figure("replay", what, "parsing them with pydantic", paired, paired.ratio, goal=2)


def _lines(kit: Breachkit) -> list[Line]:
    """Return the entries of a long incident: facts that change, calls, and notices now and then."""
    incident = kit.open_incident(alert(CAMERAS)).id
    for turn in count():
        match turn % 10:
            case 0:
                kit.draft(incident, scopes=["lumen"], to=["partner"])
            case 2 | 5 | 8:
                kit.record_contact(incident, _call(turn))
            case 6:
                kit.record_decision(incident, _ruling(turn))
            case _:
                kit.amend(incident, _news(turn), source="forensic team")
        lines = kit.store.read(incident)
        if len(lines) >= ENTRIES:
            return lines
    raise AssertionError("unreachable")


def _call(turn: int) -> Call:
    at = f"2026-11-21 {turn % 12:02d}:{turn % 60:02d} Europe/Berlin"
    said = f"Call {turn}: they ask how many of their users are concerned."
    return Call("nordcam", at, direction="in", person="Duty Officer", said=said)


def _ruling(turn: int) -> Ruling:
    reasons = f"The evaluation of run {turn} needs the logs of the cache for longer."
    return Ruling("other", "the logs of the cache are kept", reasons, decided_by="maria")


def _news(turn: int) -> dict[str, object]:
    figures = {"people": f"about {8000 + turn}", "groups": {"viewers": {"people": 900 + turn}}}
    text = f"The accounts concerned were matched once more; run {turn} of the evaluation."
    measure = {"text": text, "state": "taken", "at": "2026-11-21 09:00 Europe/Berlin"}
    return {"scopes": {"lumen": figures}, "measures": {f"m{7 + turn % 20}": measure}}
