"""What the tests of the gate do over and over: draft for one partner, read the digest, release."""

from collections.abc import Callable, Sequence

from breachkit.app import Breachkit
from breachkit.domain.approval import Release
from breachkit.domain.entry import Addressee
from breachkit.domain.matter import Version

Acting = Callable[[str], Breachkit]

ALERT = {
    "title": "Footage shown to strangers",
    "timeline": {"discovered_at": "2026-11-22 02:10 Europe/Berlin"},
    "people": "about 1000",
    "scopes": {"acme": {"people": 200}},
}


def drafted(kit: Breachkit, to: Addressee = "partner", scopes: Sequence[str] = ()) -> str:
    """Open the usual incident, draft for one addressee and return the notice's or the set's name."""
    incident = kit.open_incident(ALERT).id
    done = kit.draft(incident, to=[to], scopes=scopes)
    return done[0].set_id or done[0].drafted.notice


def version(kit: Breachkit, name: str) -> Version:
    return kit.notice(name).version


def release(kit: Breachkit, name: str, **said: str) -> Release:
    return Release(kit.notice(name).digest[:8], **said)


def released(acting: Acting, name: str) -> None:
    """Let legal clear and an approver release a notice."""
    acting("anna").review(name)
    acting("otto").approve(name, release(acting("otto"), name))


def seq(kit: Breachkit) -> int:
    """Return the number of the register's last entry."""
    return kit.head().seq
