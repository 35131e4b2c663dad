"""Mail to people: confirmed by number and digest, in their language, told when nobody is left out."""

from pathlib import Path

import pytest

from breachkit.app import Breachkit
from breachkit.casework.reach import safe_cell
from breachkit.errors import BadInputError, RefusedError
from tests.conftest import SetClock
from tests.gate.steps import Acting, released
from tests.sending.conftest import Server

LIST = "address,language,name\nann@a.example,en,Ann\nbo@b.example,en,Bo\ncy@c.example,en,=Cy\n"
CONTROLLER = {"name": "Acme", "contact": {"name": "DPO", "email": "dpo@acme.example"}}
BATCH = "2026-0001-n1.2"


def bound(acting: Acting, folder: Path, rows: str, scope: str = "own") -> str:
    """Bind a list to a notice to the people of a scope, and release it."""
    maria = acting("maria")
    alert = {
        "title": "Footage shown to strangers",
        "timeline": {"discovered_at": "2026-11-22 02:10 Europe/Berlin"},
        "scopes": {scope: {"people": 3, "controller": CONTROLLER}},
    }
    incident = maria.open_incident(alert).id
    name = maria.draft(incident, to=["data_subjects"])[0].drafted.notice
    file = folder / "people.csv"
    file.write_text(rows, encoding="utf-8")
    maria.bind_recipients(name, str(file))
    released(acting, name)
    return name


def sent(maria: Breachkit, name: str, **order: object) -> None:
    confirmation = maria.send(name, dry_run=True, **order).plans[0].confirmation
    maria.send(name, confirm=confirmation, on_doubt="hold", **order)
    maria.drain()


@pytest.fixture
def name(relay: Server, acting: Acting, tmp_path: Path) -> str:
    return bound(acting, tmp_path, LIST.replace("=Cy", "Cy"))


def test_number_and_digest_are_typed(relay: Server, acting: Acting, name: str) -> None:
    maria = acting("maria")
    planned = maria.send(name, dry_run=True)
    assert not planned.new
    assert maria.outbox() == []
    confirmation = planned.plans[0].confirmation
    assert confirmation.startswith("3:")
    with pytest.raises(RefusedError, match="nobody confirmed the number"):
        maria.send(name, on_doubt="hold")
    with pytest.raises(RefusedError, match="is not the number and digest"):
        maria.send(name, on_doubt="hold", confirm="3:00000000")
    with pytest.raises(BadInputError, match="may have arrived"):
        maria.send(name, confirm=confirmation)
    maria.send(name, on_doubt="hold", confirm=confirmation)
    maria.drain()
    assert sorted(relay.addresses) == ["ann@a.example", "bo@b.example", "cy@c.example"]


def test_told_when_everybody_is_accepted_or_closed(
    relay: Server, acting: Acting, name: str, clock: SetClock
) -> None:
    maria = acting("maria")
    relay.refuse.add("bo@b.example")
    sent(maria, name)
    version = maria.notice(name).version
    assert version.deliveries == []
    (reach,) = maria.delivery_report(name)
    assert (reach.reached, reach.unreached, reach.recipients) == (2, 1, 3)
    unreached = list(maria.delivery_proof(name, unreached=True))
    assert len(unreached) == 2
    assert "bo@b.example" in unreached[1]
    assert "550 5.1.1" in unreached[1]

    maria.close_unreached(BATCH, reason="a letter went to them on Monday")
    assert len(maria.notice(name).version.deliveries) == 1
    assert maria.notice(name).version.arrived == set()
    clock.pass_(hours=5)
    maria.settle()
    assert maria.notice(name).version.arrived == {BATCH}


def test_a_first_few_and_then_the_rest(relay: Server, acting: Acting, name: str) -> None:
    maria = acting("maria")
    sent(maria, name, limit=1)
    assert relay.addresses == ["ann@a.example"]
    assert maria.notice(name).version.deliveries == []
    planned = maria.send(name, dry_run=True)
    assert planned.plans[0].batch.batch == f"{BATCH}-2"
    sent(maria, name)
    assert relay.addresses == ["ann@a.example", "bo@b.example", "cy@c.example"]
    assert len(maria.notice(name).version.deliveries) >= 1
    with pytest.raises(RefusedError, match="nothing is sent twice"):
        maria.send(name, dry_run=True)


def test_in_their_own_language_or_for_a_reason(
    relay: Server, acting: Acting, tmp_path: Path
) -> None:
    name = bound(
        acting, tmp_path, LIST.replace("=Cy", "Cy").replace("bo@b.example,en", "bo@b.example,")
    )
    with pytest.raises(RefusedError, match="of 1 nobody said which they read"):
        acting("maria").send(name, dry_run=True)
    assert acting("maria").send(name, dry_run=True, despite="all bought it in English").plans


def test_the_people_of_a_partner_only_at_its_request(
    relay: Server, acting: Acting, tmp_path: Path
) -> None:
    name = bound(acting, tmp_path, LIST.replace("=Cy", "Cy"), scope="acme")
    with pytest.raises(RefusedError, match="has not asked us to tell its people"):
        acting("maria").send(name, dry_run=True)


def test_no_cell_is_a_formula() -> None:
    assert safe_cell("=1+1") == "'=1+1"
    assert safe_cell("550 5.1.1") == "550 5.1.1"
