"""Leave a register of this release behind: `python -m tests.registers.keep VERSION`.

Run once a release, never again for an old one. It writes every kind of entry through the public doors.
"""

import hashlib
import json
import shutil
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from breachkit.app import Breachkit, create_workspace, open_workspace
from breachkit.casework.records import Call, Ruling
from breachkit.domain.approval import Release
from breachkit.domain.entry import KINDS, canonical
from breachkit.domain.matter import replay
from tests.conftest import PEOPLE, partner

HERE = Path(__file__).parent


def state_of(kit: Breachkit) -> dict[str, str]:
    """Return a digest of what each incident replays to, facts and notices and all."""
    return {
        row.matter: hashlib.sha256(_told(kit, row.matter)).hexdigest()
        for row in kit.incidents(None)
    }


def _told(kit: Breachkit, matter_id: str) -> bytes:
    matter = replay(matter_id, kit.store.read(matter_id))
    told = {
        "facts": matter.facts,
        "unknown": matter.unknown,
        "state": [matter.state, matter.merged_into, matter.reference, matter.opened_at],
        "provenance": {
            path: [one.at, one.source, one.seq] for path, one in matter.provenance.items()
        },
        "notices": {
            name: [[one.id, one.state, one.drafted.digest] for one in versions]
            for name, versions in matter.notices.items()
        },
        "decisions": [[one.at, one.entry.kind] for one in matter.decisions],
        "contacts": [[one.at, one.entry.kind] for one in matter.contacts],
        "told": {scope: [at for at, _ in found] for scope, found in matter.told.items()},
    }
    return canonical(told)


def build(root: Path) -> None:
    """Write a workspace in which every kind of entry stands at least once."""
    times = iter(datetime(2026, 11, 22, 1, tzinfo=UTC) + timedelta(minutes=n) for n in range(5000))
    create_workspace(root, zone="Europe/Berlin", organisation="Vendor Ltd").close()
    (root / "people.toml").write_text(PEOPLE, encoding="utf-8")
    settings = root / "breachkit.toml"
    mail = '\n[mail]\nhost = "relay.vendor.example"\nsender = "privacy@vendor.example"\n'
    settings.write_text(settings.read_text("utf-8") + mail, encoding="utf-8")
    partner(root, "acme", "Acme Cameras", "limit_hours = 24")

    def as_(name: str) -> Breachkit:
        return open_workspace(root, clock=lambda: next(times), act_as=name)

    with as_("maria") as maria, as_("anna") as anna, as_("otto") as otto:
        facts = {
            "title": "Pictures shown to strangers",
            "timeline": {
                "discovered_at": "2026-11-21 17:40 Europe/Berlin",
                "detected_at": "2026-11-21 UTC",
            },
            "nature": {"description": "What happened.", "kinds": ["confidentiality"]},
            "contact": {"name": "Privacy Desk", "email": "privacy@vendor.example"},
            "scopes": {
                "acme": {"people": "about 100", "controller": {"name": "Acme"}},
                "own": {"people": "at least 3"},
            },
        }
        first = maria.open_incident(facts, reference="PD-1", reason="first taken for noise").id
        why = {"reason": "counting", "follows_by": "2026-11-25 Europe/Berlin"}
        maria.amend(first, {"title": "Renamed"}, unknown={"scopes.acme.records": why})
        drafts = maria.draft(first)
        notice = drafts[0].drafted.notice
        anna.review(notice)
        otto.approve(notice, Release(drafts[0].digest[:8]))
        maria.send(notice)
        maria.stop(f"{notice}.1", reason="the portal is quicker")
        maria.record_delivery(notice, channel="portal", at="now", reference="T-1", note="by hand")
        maria.record_contact(first, Call("acme", "now", said="understood", told=True))
        maria.record_decision(
            first, Ruling("risk-people", "high", "live video", "Acme DPO", scope="acme")
        )
        second = maria.open_incident({"title": "The same again", "scopes": {"own": {}}}).id
        (filing,) = maria.draft(second, to=["authority"])
        maria.record_delivery(filing.drafted.notice, channel="portal", at="now", reference="F-1")
        maria.merge(second, first, reason="one cause")
        third = maria.open_incident({"title": "A test"}).id
        maria.close_incident(third, reason="a test", despite_duties=True)
        written = {line.kind for line in maria.store.lines()}
    assert written == set(KINDS), sorted(set(KINDS) - written)


def main(version: str) -> None:
    """Build the register and keep it with what it replays to."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "w"
        build(root)
        with open_workspace(root) as kit:
            head, states = kit.head(), state_of(kit)
        target = HERE / f"{version}.sqlite3"
        with sqlite3.connect(root / "register.sqlite3") as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        shutil.copyfile(root / "register.sqlite3", target)
    expected = {"head": head._asdict() | {"chain": head.chain.hex()}, "states": states}
    (HERE / f"{version}.json").write_text(json.dumps(expected, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
