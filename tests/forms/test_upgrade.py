"""An upgrade that brings another form or other authorities: recorded like changed law, never looking back."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import breachkit as package
from breachkit.adapters.workspace import Folder
from breachkit.app import Breachkit
from tests.conftest import SetClock

SHIPPED = Path(package.__file__).parent / "reference"
FORM = "edpb-breach-template.toml"
OLD, NEW = "Name of the organisation", "Name of the body"
CNIL, OTHER = "(CNIL)", "(CNIL 2)"

Installed = Callable[[], Breachkit]


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """Return a copy of what is shipped, which an upgrade can change."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "reference"))


@pytest.fixture
def installed(workspace: Path, reference: Path, clock: SetClock) -> Installed:
    folder = Folder(workspace, shipped_reference=reference)
    return lambda: Breachkit(folder, clock=clock, act_as="maria")


def upgrade(reference: Path, name: str, old: str, new: str) -> None:
    path = reference / name
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")


def opened(kit: Breachkit) -> str:
    place = {"country": "FR", "name": "Vendor Ltd"}
    scope = {"capacity": "controller", "controller": place, "countries": {"FR": {}, "IT": {}}}
    return kit.open_incident({"title": "Copied", "scopes": {"own": scope}}).id


@pytest.mark.parametrize(
    ("name", "old", "new"), [(FORM, OLD, NEW), ("authorities.toml", CNIL, OTHER)]
)
def test_another_form_is_recorded_with_the_next_step(
    installed: Installed, reference: Path, name: str, old: str, new: str
) -> None:
    with installed() as kit:
        incident = opened(kit)
        assert not kit.overview().law_changed
    upgrade(reference, name, old, new)
    with installed() as kit:
        assert kit.overview().law_changed
        kit.amend(incident, {"nature": {"description": "A list."}})
        assert not kit.overview().law_changed
        last = json.loads(kit.store.read("workspace")[-1].body or b"")
        assert last["changed"] == [f"breachkit/reference/{name}"]


def test_a_notice_stays_in_the_form_in_which_it_was_drafted(
    installed: Installed, reference: Path, clock: SetClock
) -> None:
    with installed() as kit:
        incident = opened(kit)
        notice = kit.draft(incident, to=["authority"])[0].drafted.notice
    upgrade(reference, FORM, OLD, NEW)
    upgrade(reference, "authorities.toml", CNIL, OTHER)
    clock.pass_(hours=1)
    with installed() as kit:
        kit.amend(incident, {"nature": {"description": "A list."}})
        then = json.loads(kit.export(notice))
        now = json.loads(kit.export(incident))
        found = [(_row(one, 12)["label"], _row(one, 114)["text"]) for one in (then, now)]
        lead = "Commission nationale de l'informatique et des libertés {}, France"
        assert found == [(OLD, lead.format(CNIL)), (NEW, lead.format(OTHER))]


def _row(document: dict[str, list[dict[str, str]]], row: int) -> dict[str, str]:
    return next(one for one in document["fields"] if one["row"] == row)


def test_status_reads_no_form(installed: Installed, reference: Path) -> None:
    with installed() as kit:
        opened(kit)
    upgrade(reference, FORM, "[template]", "[broken")
    with installed() as kit:
        assert kit.overview().law_changed
