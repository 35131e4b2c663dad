"""What there is to know of the server that takes our mail: where it is, how it is secured and used."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal, TypeAlias

Security: TypeAlias = Literal["tls", "starttls", "plain"]
"""TLS from the first byte, an upgrade that must succeed, or none: that for loopback hosts alone."""

PORTS: Final = {"tls": 465, "starttls": 587, "plain": 25}
"""Where each is offered usually (RFC 8314, 3.3; RFC 5321, 4.5.4.2)."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How many seconds each stage of a conversation may take; RFC 5321, 4.5.3.2 asks for patience."""

    connect: float = 30.0
    """Until the connection stands, and again until it is secured."""
    command: float = 300.0
    """For each answer before the body."""
    body: float = 600.0
    """From the first byte of the body to the answer: cut short, it makes doubts."""


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """The server that takes our mail. ValueError says what cannot be."""

    host: str
    port: int = 0
    """0: the usual one."""
    security: Security = "starttls"
    user: str = ""
    """Empty: no login."""
    secret_file: Path | None = None
    """Holds the password, alone on its first line."""
    ca_file: Path | None = None
    """Certificates to trust besides the system's."""
    helo: str = ""
    """The name that we give ourselves; empty: the machine's."""
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __post_init__(self) -> None:
        if self.security == "plain" and not is_loopback(self.host):
            raise ValueError(
                f"{self.host}: mail goes there in the clear, and it is another machine"
            )
        if self.user and self.secret_file is None:
            raise ValueError(f"{self.user}: a login needs the file that holds its secret")
        if not self.port:
            object.__setattr__(self, "port", PORTS[self.security])


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself, so that nobody listens on the way."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
