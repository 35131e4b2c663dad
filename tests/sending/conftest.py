"""Fixtures of sending: a workspace with a relay on loopback that takes, refuses, or loses its answers."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from breachkit.app import Breachkit
from tests.conftest import partner
from tests.gate.steps import drafted, released

Acting = Callable[[str], Breachkit]

MAIL = """
[mail]
host = "127.0.0.1"
port = {port}
security = "plain-loopback"
sender = "privacy@vendor.example"
sender_name = "Vendor, Data Protection"
sessions = 2
"""


@dataclass
class Server:
    """What a real server on loopback was given, and how it answers."""

    taken: list[tuple[str, bytes]] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    defer: set[str] = field(default_factory=set)
    lose: set[str] = field(default_factory=set)
    """Recipients whose message is taken, and the connection dropped instead of the answer."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return "550 5.1.1 no such user"
        if address in self.defer:
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        (address,) = envelope.rcpt_tos
        with self.lock:
            self.taken.append((address, envelope.content))
        if address in self.lose:
            server.transport.abort()
            return "250 OK"
        return f"250 2.0.0 OK: queued as Q{len(self.taken)}"

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.taken]

    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for _, raw in self.taken]  # type: ignore[misc]


@pytest.fixture
def server() -> Iterator[tuple[Server, int]]:
    handler = Server()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, server_hostname="relay.test")
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def relay(server: tuple[Server, int], workspace: Path) -> Server:
    """Return the server, named in the settings of the workspace."""
    handler, port = server
    settings = workspace / "breachkit.toml"
    settings.write_text(settings.read_text("utf-8") + MAIL.format(port=port), encoding="utf-8")
    partner(workspace, "acme", "Acme Cameras")
    partner(workspace, "zeta", "Zeta Homes")
    return handler


@pytest.fixture
def notice(relay: Server, acting: Acting) -> str:
    """Return a notice to one partner that was released."""
    name = drafted(acting("maria"))
    released(acting, name)
    return name
