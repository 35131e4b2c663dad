"""Mail servers for tests: a scripted one that fails as told, and certificates that fit or do not.

What a server accepted stands in `accepted`: the witness against what the outbox says.
"""

import asyncio
import ssl
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

DROP = "drop"
"""Close the connection instead of answering."""
STALL = "stall"
"""Say nothing more."""
THEN_DROP = " & drop"
"""Behind an answer: give it, and close the connection."""
ACCEPT_DROP = "accept & drop"
"""To the body: accept it, and close the connection instead of saying so."""
ACCEPT_STALL = "accept & stall"
MIDWAY = "midway"
"""To the body: close the connection when some of it has come."""


class Accepted(NamedTuple):
    """One message that the server took upon itself."""

    sender: str
    recipient: str
    body: bytes
    said: tuple[str, ...]
    """The commands of its envelope, as they came."""


@dataclass
class ScriptedServer:
    """An SMTP server that answers by a script: for each word, what it does each time in turn.

    The last of a word's acts is followed by what a good server does, unless `always` has the word.
    """

    script: dict[str, list[str]] = field(default_factory=dict)
    always: dict[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = (
        "SIZE 10000000",
        "8BITMIME",
        "SMTPUTF8",
        "DSN",
        "ENHANCEDSTATUSCODES",
    )
    context: ssl.SSLContext | None = None
    implicit_tls: bool = False
    pipelining: bool = True
    slow: float = 0.0
    most_messages: int = 0
    """Messages on one connection, after which it answers 421."""
    most_connections: int = 0
    accepted: list[Accepted] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0

    def __post_init__(self) -> None:
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: Counter[str] = Counter()
        self._by_recipient: defaultdict[str, Counter[str]] = defaultdict(Counter)

    async def __aenter__(self) -> "ScriptedServer":
        context = self.context if self.implicit_tls else None
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=context, backlog=200
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def reached(self) -> Counter[str]:
        """How often each recipient was accepted."""
        return Counter(one.recipient for one in self.accepted)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await _Talk(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            self.open_now -= 1
            self._tasks.discard(task)
            with suppress(Exception):
                writer.transport.abort()

    def act(self, word: str) -> str:
        """Return what the script says for this occurrence of a word; empty: as a good server."""
        acts = self.script.get(word, [])
        turn = self._turns[word]
        self._turns[word] += 1
        return acts[turn] if turn < len(acts) else self.always.get(word, "")


class _GoneError(ConnectionError):
    """The server ended the conversation."""


class _Talk:
    """One conversation."""

    def __init__(
        self, server: ScriptedServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender = self.recipient = ""
        self.said: list[str] = []
        self.has_sender = self.may_send = self.good_last = False
        self.messages = 0

    async def run(self) -> None:
        server = self.server
        if server.most_connections and server.open_now > server.most_connections:
            await self.answer("GREETING", "421 4.7.0 too many connections" + THEN_DROP)
        await self.answer("GREETING", "220 scripted.test ESMTP")
        while line := await self.reader.readline():
            text = line.decode(errors="replace").strip()
            server.heard.append(text)
            word = text.partition(" ")[0].partition(":")[0].upper()
            if word == "DATA":
                await self.data()
            elif word == "STARTTLS":
                await self.starttls()
            else:
                await self.answer(word, self.good(word, text))
                self.envelope(word)

    def envelope(self, word: str) -> None:
        """Note how far the envelope is, so that what comes too early is refused."""
        if word in ("MAIL", "RSET"):
            self.has_sender, self.may_send = word == "MAIL" and self.good_last, False
        elif word == "RCPT":
            self.may_send = self.good_last

    def good(self, word: str, text: str) -> str:
        limit = self.server.most_messages
        if word == "RCPT" and not self.has_sender:
            return "503 5.5.1 no sender"
        if word == "MAIL" and limit and self.messages >= limit:
            return "421 4.7.0 enough on this connection" + THEN_DROP
        if word == "EHLO":
            return "250-scripted.test\r\n" + "\r\n".join(
                f"250{' ' if last else '-'}{one}"
                for one, last in self._marked(
                    (*["PIPELINING"] * self.server.pipelining, *self.server.offers, "HELP")
                )
            )
        if word == "MAIL":
            self.sender, self.said = text[text.index("<") + 1 : text.index(">")], [text]
        elif word == "RCPT":
            self.recipient = text[text.index("<") + 1 : text.index(">")]
            self.said.append(text)
        return {"QUIT": "221 2.0.0 bye" + THEN_DROP, "AUTH": "235 2.7.0 welcome"}.get(
            word, "250 2.0.0 ok"
        )

    @staticmethod
    def _marked(offers: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
        for place, one in enumerate(offers, 1):
            yield one, place == len(offers)

    async def data(self) -> None:
        reached = "354 go on" if self.may_send else "554 5.5.1 no valid recipients"
        await self.answer("DATA", reached)
        if not self.open_for_body:
            return
        act = self.server.act("BODY")
        if act == MIDWAY:
            await self.reader.read(10)
            raise _GoneError
        raw = await self.reader.readuntil(b"\r\n.\r\n")
        body = (b"\r\n" + raw[:-3]).replace(b"\r\n..", b"\r\n.")[2:]
        if self.server.slow:
            await asyncio.sleep(self.server.slow)
        answer = act or f"250 2.0.0 Ok: queued as Q{len(self.server.accepted):06X}"
        if answer.startswith(("2", "accept")):
            said = tuple(self.said)
            self.server.accepted.append(Accepted(self.sender, self.recipient, body, said))
            self.messages += 1
        self.has_sender = self.may_send = False
        await self.tell(answer)

    async def starttls(self) -> None:
        act = self.server.act("STARTTLS")
        if act and not act.startswith("220"):
            await self.tell(act)
            return
        self.writer.write(b"220 2.0.0 go on\r\n")
        await self.writer.drain()
        if act.endswith("garbage"):
            self.writer.write(b"this is no handshake\r\n" * 10)
            await self.writer.drain()
            raise _GoneError
        if act.endswith("drop"):
            raise _GoneError
        assert self.server.context is not None
        await self.writer.start_tls(self.server.context)

    async def answer(self, word: str, good: str) -> None:
        if self.server.slow:
            await asyncio.sleep(self.server.slow)
        self.open_for_body = False
        await self.tell(self.server.act(word) or good)

    async def tell(self, answer: str) -> None:
        if answer.removeprefix("accept & ") == STALL:
            await asyncio.sleep(3600)
        if answer in (DROP, ACCEPT_DROP):
            raise _GoneError
        text = answer.removesuffix(THEN_DROP)
        self.writer.write(text.encode(errors="surrogateescape") + b"\r\n")
        await self.writer.drain()
        self.open_for_body = text.startswith("354")
        self.good_last = text.startswith("25")
        if text is not answer:
            raise _GoneError


@contextmanager
def in_thread(server: ScriptedServer) -> Iterator[ScriptedServer]:
    """Run a server beside the test, for programs of their own that talk to it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def server_context(folder: Path, host: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """Return what a server shows for a host, and the file of the certificate to trust."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        names.append(x509.IPAddress(ip_address("127.0.0.1")))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown = folder / f"{host}.pem"
    shown.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = folder / f"{host}.key"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, secret)
    return context, shown
