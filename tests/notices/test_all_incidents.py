"""Every real and invented incident, opened, drafted and read whole through the library."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import breachkit
from breachkit.app import Breachkit, create_workspace, open_workspace
from breachkit.casework.records import Call, Ruling

TESTS = Path(__file__).parent.parent
EXAMPLES = Path(breachkit.__file__).parent / "examples"
FILES = [
    *sorted((TESTS / "incidents").glob("*.toml")),
    EXAMPLES / "camera-mixup.toml",
    EXAMPLES / "ransomware-processor.toml",
]
CAMERAS = {"camera-mixup", "eufy-2021-05", "ubiquiti-2023-12", "verkada-2021-03", "wyze-2024-02"}
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(params=["Vendor Ltd", None], ids=["named", "unnamed"])
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Breachkit]:
    """A workspace with the partners of the examples, with and without a name of our own."""
    root = tmp_path / "w"
    create_workspace(root, zone="Europe/Berlin", organisation=request.param).close()
    for partner in (EXAMPLES / "partners").glob("*.toml"):
        (root / "partners" / partner.name).write_bytes(partner.read_bytes())
    (root / "people.toml").write_text(
        '[people.maria]\nname = "Maria Response"\nroles = ["responder", "legal"]\n'
    )
    with open_workspace(root, clock=lambda: NOW, act_as="maria") as opened:
        yield opened


def drafted(kit: Breachkit, path: Path) -> dict[tuple[str, str], str]:
    """Return the texts of an incident on one line each, by scope and addressee."""
    incident = kit.open_incident(path).id
    stated = kit.incident(incident).matter.facts.get("scopes") or {}
    kit.amend(incident, {"scopes": {"own": {}} if stated else {"own": {}, "lumen": {}}})
    for view in kit.incident(incident).views:
        high = Ruling("risk-people", "high", "as a precaution", scope=view.scope)
        kit.record_decision(incident, high)
    return {
        (one.drafted.scope, one.drafted.addressee): " ".join(one.text.split())
        for one in kit.draft(incident)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_incident_reads_as_a_letter(kit: Breachkit, path: Path) -> None:
    texts = drafted(kit, path)
    named = kit.rules.organisation.name
    assert {("own", "authority"), ("own", "data_subjects")} <= texts.keys()
    for (scope, addressee), text in texts.items():
        assert not re.search(r"\bNone\b|\.\.|,\.|:\.|\( ?\)| [.,;:]", text), (scope, text)
        assert "as a precaution." not in text  # a decision's reasons are ours
        assert named or scope != "own" or "Gladsaxe" in text or "name of the" in text, text
        if path.stem not in CAMERAS:
            assert "camera" not in text.casefold(), (scope, addressee)
            assert "AppSecret" not in text
        if "will follow by" in text or "yet known" in text:
            assert "All points that our agreement" not in text
            assert "Nothing that Article 33(3) asks for is open" not in text
        if addressee != "partner":
            assert "lease treat them as readable" not in text
            assert bool(re.search(r"\bwords\b", text)) == (scope != "own")


def test_an_authority_reads_when_a_call_made_its_controller_aware(kit: Breachkit) -> None:
    incident = kit.open_incident(EXAMPLES / "ransomware-processor.toml").id
    call = Call("alderwick", "2026-11-21 10:05 Europe/Berlin", person="Manager on Call", told=True)
    kit.record_contact(incident, call)
    (draft,) = kit.draft(incident, to=("authority",), scopes=("alderwick",))
    text = " ".join(draft.text.split())
    assert "We became aware of the breach: Saturday, 21 November 2026, 10:05" in text
    assert "People concerned by country of residence: - Ireland: 28,916" in text
    for other in ("Hallbr", "Meerwaude", "Brannagh", "19,377", "79,404"):
        assert other not in text
