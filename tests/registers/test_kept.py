"""Every register that a release left behind replays to what it replayed to then."""

import json
import shutil
from pathlib import Path

import pytest

from breachkit import __version__
from breachkit.app import create_workspace, open_workspace
from breachkit.domain.act import acts_of
from tests.registers.keep import HERE, build, state_of

KEPT = sorted(path.stem for path in HERE.glob("*.sqlite3"))


def test_this_release_has_left_one() -> None:
    assert __version__ in KEPT


@pytest.mark.parametrize("version", KEPT)
def test_a_kept_register_verifies_and_replays_as_it_did(version: str, tmp_path: Path) -> None:
    root = tmp_path / "w"
    create_workspace(root).close()
    shutil.copyfile(HERE / f"{version}.sqlite3", root / "register.sqlite3")
    expected = json.loads((HERE / f"{version}.json").read_text("utf-8"))
    with open_workspace(root) as kit:
        note = f"{expected['head']['seq']}:{expected['head']['chain']}"
        assert kit.verify(note).faults == ()
        assert state_of(kit) == expected["states"]
        for row in kit.incidents():
            assert kit.incident(row.matter).duties
        made = [act.row._replace(position=0) for act in acts_of(kit.store.overview())]
        assert [row._replace(position=0) for row in kit.overview(acts=True).acts] == made
        assert made


def test_the_way_it_is_kept_still_writes_every_kind_of_entry(tmp_path: Path) -> None:
    build(tmp_path / "w")
