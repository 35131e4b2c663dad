"""Workspaces with incidents in them: the examples that breachkit ships, many times."""

import shutil
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import breachkit
from breachkit.app import Breachkit, create_workspace, open_workspace
from breachkit.casework.desk import line_of, stamp_now
from breachkit.casework.picture import picture_of
from breachkit.casework.projection import rows_of
from breachkit.domain.entry import FactsAmended, IncidentOpened
from breachkit.domain.line import Change, DutyRow, MatterRow, NewLine
from breachkit.domain.matter import Matter, Recorded, apply
from breachkit.domain.patch import Tree
from breachkit.domain.statement import settle, settle_unknown

Alert = dict[str, Any]

EXAMPLES = Path(breachkit.__file__).parent / "examples"
CAMERAS = EXAMPLES / "camera-mixup.toml"
RANSOMWARE = EXAMPLES / "ransomware-processor.toml"

OPENED = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""When the examples are opened: some of their duties are due by then, and some are not."""

_AT_ONCE = 50
"""Incidents that one change commits."""


PROFILE = """
[organisation.profile]
establishments = ["DE"]
manufacturer = false
nis2 = "none"
financial = "none"
hipaa = "none"
china = "none"
small_scale = false
telecom = false
high_risk_ai = false
sells_in = ["DE", "IE", "NL", "NO"]
"""
"""Says what decides on other laws, as somebody who uses breachkit would have said."""


def prepare(root: Path, partners: tuple[str, ...] = (), *, profile: bool = True) -> Breachkit:
    """Lay out a workspace with the examples' partners, and some more of the same kind; open it.

    Without a profile every law that may apply shows its duties.

    The first step has been written, so that law and settings are adopted and nothing is cold.
    """
    create_workspace(root, zone="Europe/Berlin", organisation="Vendor Cloud Services").close()
    for path in (EXAMPLES / "partners").glob("*.toml"):
        shutil.copyfile(path, root / "partners" / path.name)
    for key in partners:
        like = key.partition("-")[0]
        shutil.copyfile(EXAMPLES / "partners" / f"{like}.toml", root / "partners" / f"{key}.toml")
    with (root / "breachkit.toml").open("a", encoding="utf-8") as settings:
        settings.write(PROFILE if profile else "")
    kit = open_workspace(root, clock=lambda: OPENED, act_as="maria")
    kit.open_incident(alert(CAMERAS), reference="the first one")
    return kit


def alert(path: Path) -> Alert:
    """Return an example as automation hands it in, without the reference that it can have once."""
    read = tomllib.loads(path.read_text("utf-8"))
    del read["reference"]
    return read


def multiplied(example: Alert, count: int) -> Alert:
    """Return an example with so many scopes: its own, and more like them under names of their own.

    What is not yet known stays as much as in the example.
    """
    wide = deepcopy(example)
    own = list(example["scopes"])
    for number in range(len(own), count):
        like = own[number % len(own)]
        wide["scopes"][f"{like}-{number}"] = deepcopy(example["scopes"][like])
    return wide


def alone(example: Alert, scope: str) -> Alert:
    """Return an example with one of its scopes, and what is not yet known of that one or of none."""
    narrow = deepcopy(example)
    gone = narrow["scopes"].keys() - {scope}
    narrow["scopes"] = {scope: narrow["scopes"][scope]}
    narrow["unknown"] = {
        path: why
        for path, why in narrow["unknown"].items()
        if not any(f".{one}." in path for one in gone)
    }
    return narrow


def fill(kit: Breachkit, *, incidents: int, entries: int, like: Alert | None = None) -> None:
    """Bring a workspace to so many incidents, and to so many entries by amending.

    Without an example that they are like, each is of one partner. The entries and the rows are what
    the steps of breachkit write, committed many at once.
    """
    given = like or alone(alert(CAMERAS), "lumen")
    missing = incidents - kit.store.count_open()
    amendments = max(0, entries - kit.store.head().seq - missing)
    shares = [amendments // missing + (place < amendments % missing) for place in range(missing)]
    for start in range(0, missing, _AT_ONCE):
        batch = range(start, min(start + _AT_ONCE, missing))
        _commit(kit, [_incident(kit, given, place, shares[place]) for place in batch])


def _commit(
    kit: Breachkit, made: list[tuple[MatterRow, tuple[DutyRow, ...], list[NewLine]]]
) -> None:
    """Commit incidents with their amendments, which take turns as they do in a register."""
    longest = max(len(lines) for _, _, lines in made)
    turns = (lines[turn] for turn in range(longest) for _, _, lines in made if turn < len(lines))
    kit.store.commit(
        Change(
            now=stamp_now(OPENED),
            lines=tuple(turns),
            matters=tuple(row for row, _, _ in made),
            duties={row.matter: rows for row, rows, _ in made},
        )
    )


def _incident(
    kit: Breachkit, like: Alert, place: int, amendments: int
) -> tuple[MatterRow, tuple[DutyRow, ...], list[NewLine]]:
    """Return the rows of one incident, and its entries."""
    opened = _opening(kit, like, place)
    matter = Matter(f"2026-{place + 2:04d}", version=1)
    apply(matter, Recorded(opened, stamp_now(OPENED), 0))
    row, rows = rows_of(picture_of(matter, kit.rules, OPENED))
    amended = enumerate(_amendments(kit, amendments), 2)
    lines = [line_of(matter.id, 1, opened)]
    lines += [line_of(matter.id, version, entry) for version, entry in amended]
    return row, rows, lines


def _opening(kit: Breachkit, like: Alert, place: int) -> IncidentOpened:
    """Return an incident like another, with a name and a discovery of its own."""
    given = deepcopy(like)
    given["title"] += f", case {place}"
    discovered = datetime(2026, 11, 20, 16, 40, tzinfo=UTC) + timedelta(minutes=place % 600)
    given["timeline"]["discovered_at"] = discovered.isoformat()
    said = {name: given.pop(name) for name in ("source", "certainty", "unknown")}
    patch, _ = settle({}, given, now=OPENED)
    unknown: dict[str, Tree | None] = {
        path: settle_unknown(path, why, OPENED) for path, why in said["unknown"].items()
    }
    return IncidentOpened(
        by=kit.actor,
        patch=patch,
        unknown=unknown,
        source=said["source"],
        certainty=said["certainty"],
    )


def _amendments(kit: Breachkit, count: int) -> Iterator[FactsAmended]:
    for number in range(count):
        text = f"Another library is to be chosen; candidate {number} was tested under load."
        patch = {"measures": {"m6": {"text": text, "state": "proposed"}}}
        yield FactsAmended(by=kit.actor, patch=patch, source="service team")
