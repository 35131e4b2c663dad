"""The relay over SMTP, one recipient a message: how far it came is known whatever breaks."""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

import aiosmtplib

from breachkit.adapters.mail.secret import read_secret
from breachkit.adapters.mail.talk import NoAnswerError, Talk
from breachkit.domain.delivery import Reply, Stage
from breachkit.domain.recipient import is_ascii
from breachkit.domain.relay import RelaySettings, Timeouts
from breachkit.ports import Mark, Refusal

_ONE_ADDRESS = re.compile(r"[^\x00-\x20\x7f<>()\[\],;:\\\"@]+@[^\x00-\x20\x7f<>()\[\],;:\\\"@]+")
_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*<([!-;=?-~]{1,100})>", re.IGNORECASE | re.MULTILINE)
_HEAD: Final = 8192
"""Bytes in which a Message-ID is looked for."""
_LOGINS: Final = ("plain", "login", "cram-md5")
"""One alone is tried, the first that is offered: a wrong secret tried thrice locks accounts."""
_QUIT_SECONDS: Final = 5.0

_Answer = TypeVar("_Answer")


class SmtpRelay:
    """A mail server that takes our messages for everybody."""

    def __init__(self, settings: RelaySettings) -> None:
        self._settings = settings
        self._tls: ssl.SSLContext | None = None
        if settings.security != "plain":
            self._tls = ssl.create_default_context()
            if settings.ca_file is not None:
                self._tls.load_verify_locations(settings.ca_file)

    async def connect(self) -> "SmtpSession":
        """Return a new session, secured and logged in; raises Refusal.

        Raises WorkspaceError when the secret's file cannot be used.
        """
        settings = self._settings
        secret = read_secret(settings.secret_file) if settings.secret_file else ""
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.security == "tls",
            start_tls=False,
            tls_context=self._tls,
            local_hostname=settings.helo or None,
            timeout=settings.timeouts.connect,
        )
        try:
            await _said(Stage.CONNECT, client.connect())
            client.timeout = settings.timeouts.command
            await _said(Stage.GREETING, client.ehlo())
            if settings.security == "starttls":
                await _secure(client, settings.timeouts.connect)
            if settings.user:
                await _log_in(client, settings.user, secret)
        except BaseException:
            client.close()
            raise
        return SmtpSession(client, settings.timeouts)


class SmtpSession:
    """One connection, used for many messages in turn."""

    def __init__(self, client: aiosmtplib.SMTP, timeouts: Timeouts) -> None:
        transport = client.transport
        if not isinstance(transport, asyncio.Transport):
            raise Refusal(Stage.CONNECT, Reply(0, "connection lost"))
        self._client = client
        self._seconds = timeouts
        offered = client.esmtp_extensions
        size = offered.get("size", "")
        self.size_limit = int(size) if size.isdigit() else 0
        self.smtputf8 = "smtputf8" in offered
        self._offers_size = "size" in offered
        self._offers_dsn = "dsn" in offered
        self._offers_8bit = "8bitmime" in offered
        self._together = "pipelining" in offered
        self._talk = Talk(transport)

    @property
    def alive(self) -> bool:
        """Whether another message can be sent over it."""
        return self._talk.open

    async def send(self, sender: str, recipient: str, message: bytes, mark: Mark) -> Reply:
        """Send one message to one recipient; return the answer to the body, whatever it is.

        The mark is awaited when nothing of the body has been sent, and the relay has said that it
        may be. Raises Refusal for anything before the body; what the mark raises passes through, and
        ends the session without the message.
        """
        message = _with_line_ends(message)
        try:
            await self._announce(sender, recipient, message)
            await mark()
            return await self._hand_over(message)
        except Refusal as refusal:
            await self._after(refusal)
            raise
        except BaseException:
            self._end()
            raise

    async def close(self) -> None:
        """End the conversation; never raises."""
        with suppress(NoAnswerError):
            self._talk.say(b"QUIT\r\n")
            await self._talk.answer(_QUIT_SECONDS)
        self._end()

    def _end(self) -> None:
        self._talk.close()
        self._client.close()

    async def _announce(self, sender: str, recipient: str, message: bytes) -> None:
        """Say from whom, to whom, and that the body comes next; the answer to that was 354.

        All at once where the relay takes that. Then it may ask for the body although it refused the
        recipient (RFC 2920, 3.1): the session ends without one.
        """
        _check_address(Stage.SENDER, sender)
        _check_address(Stage.RECIPIENT, recipient)
        international = not (is_ascii(sender) and is_ascii(recipient))
        if international and not self.smtputf8:
            raise Refusal(Stage.RECIPIENT, Reply(553, "5.6.7 the relay does not know SMTPUTF8"))
        options = self._mail_options(message, international=international)
        mail = b" ".join((b"MAIL", _path("FROM", sender), *options, b"\r\n"))
        rcpt = b" ".join((b"RCPT", _path("TO", recipient), *self._rcpt_options(recipient), b"\r\n"))
        commands = [
            (Stage.SENDER, 250, mail.replace(b" \r\n", b"\r\n")),
            (Stage.RECIPIENT, 250, rcpt.replace(b" \r\n", b"\r\n")),
            (Stage.DATA, 354, b"DATA\r\n"),
        ]
        for asked in [commands] if self._together else [[one] for one in commands]:
            await self._ask(asked)

    async def _ask(self, commands: list[tuple[Stage, int, bytes]]) -> None:
        """Give commands and take the answers; the first that is not as wanted is the Refusal."""
        refusal: Refusal | None = None
        stage = commands[0][0]
        try:
            self._talk.say(b"".join(command for _, _, command in commands))
            for stage, wanted, _ in commands:
                answer = await self._talk.answer(self._seconds.command)
                right = answer.code == wanted if wanted == 354 else 200 <= answer.code < 300
                if refusal is None and not right:
                    refusal = Refusal(stage, _reply(answer))
                elif refusal is not None and answer.code == 354:
                    self._end()
        except NoAnswerError as error:
            refusal = refusal or Refusal(stage, _without_answer(error))
            self._end()
        if refusal is not None:
            raise refusal

    async def _hand_over(self, message: bytes) -> Reply:
        """Write the body and return the answer; without one, the message may have been accepted."""
        try:
            self._talk.say(_stuffed(message))
        except NoAnswerError as error:
            raise Refusal(Stage.DATA, _without_answer(error)) from error
        try:
            reply = _reply(await self._talk.answer(self._seconds.body))
        except NoAnswerError as error:
            self._end()
            return _without_answer(error)
        if reply.code == 421:
            self._end()
        if reply.code // 100 not in (2, 4, 5):
            self._end()
            return Reply(0, f"the answer to the body was {reply.code} {reply.text}")
        return reply

    async def _after(self, refusal: Refusal) -> None:
        """Make the session ready for the next message, or close it."""
        reply = refusal.reply
        if reply.code == 421 or reply.code // 100 not in (4, 5):
            self._end()
        elif self.alive and refusal.stage in (Stage.RECIPIENT, Stage.DATA):
            try:
                self._talk.say(b"RSET\r\n")
                if (await self._talk.answer(self._seconds.command)).code // 100 != 2:
                    self._end()
            except NoAnswerError:
                self._end()

    def _mail_options(self, message: bytes, *, international: bool) -> Iterator[bytes]:
        if self._offers_size:
            yield b"SIZE=%d" % len(message)
        if self._offers_8bit and not message.isascii():
            yield b"BODY=8BITMIME"
        if international:
            yield b"SMTPUTF8"
        if self._offers_dsn:
            yield b"RET=HDRS"
            name = _MESSAGE_ID.search(message[:_HEAD])
            envelope = _xtext(name[1]) if name else b""
            if 0 < len(envelope) <= 100:
                yield b"ENVID=" + envelope

    def _rcpt_options(self, recipient: str) -> Iterator[bytes]:
        if self._offers_dsn:
            yield b"NOTIFY=FAILURE,DELAY"
            if is_ascii(recipient):
                yield b"ORCPT=rfc822;" + _xtext(recipient.encode())


async def _secure(client: aiosmtplib.SMTP, seconds: float) -> None:
    if not client.supports_extension("starttls"):
        raise Refusal(Stage.TLS, Reply(0, "the relay offers no STARTTLS"))
    await _said(Stage.TLS, client.starttls(timeout=seconds))
    await _said(Stage.TLS, client.ehlo())


async def _log_in(client: aiosmtplib.SMTP, user: str, secret: str) -> None:
    for name in _LOGINS:
        if name in client.server_auth_methods:
            method = getattr(client, f"auth_{name.replace('-', '')}")
            await _said(Stage.LOGIN, method(user, secret))
            return
    offered = ", ".join(client.server_auth_methods) or "none"
    raise Refusal(Stage.LOGIN, Reply(0, f"no login that we know is offered: {offered}"))


async def _said(stage: Stage, asked: Awaitable[_Answer]) -> _Answer:
    """Return what was answered; any trouble is a Refusal at that stage, or at the one it shows."""
    with _refusing(stage):
        return await asked


@contextmanager
def _refusing(stage: Stage) -> Iterator[None]:
    try:
        yield
    except aiosmtplib.SMTPConnectResponseError as error:
        raise Refusal(Stage.GREETING, _reply(error)) from error
    except aiosmtplib.SMTPResponseException as error:
        # A code below 200 is the library's own word for an answer that is none.
        reply = _reply(error) if error.code >= 200 else _without_answer(error)
        raise Refusal(stage, reply) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise Refusal(_stage_of(stage, error), _without_answer(error)) from error


def _stage_of(stage: Stage, error: BaseException) -> Stage:
    """Return where a connection failed: the library's first step does three of ours at once."""
    if stage is not Stage.CONNECT:
        return stage
    if isinstance(error.__cause__, ssl.SSLError):
        return Stage.TLS
    met = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPReadTimeoutError)
    return Stage.GREETING if isinstance(error.__cause__, met) else Stage.CONNECT


def _reply(answer: Reply | aiosmtplib.SMTPResponseException) -> Reply:
    text = answer.text if isinstance(answer, Reply) else answer.message
    return Reply(answer.code, _one_line(text))


def _without_answer(error: Exception) -> Reply:
    return Reply(0, _one_line(str(error) or type(error).__name__))


def _one_line(text: str) -> str:
    whole = text.encode(errors="surrogateescape").decode(errors="replace")
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", whole).split())[:500]


def _check_address(stage: Stage, address: str) -> None:
    """Refuse what a server, or the library, would take for something else than this one address."""
    if not _ONE_ADDRESS.fullmatch(address):
        raise Refusal(stage, Reply(553, f"5.1.3 not one address: {_one_line(address)}"))


def _path(word: str, address: str) -> bytes:
    return f"{word}:<{address}>".encode()


def _xtext(raw: bytes) -> bytes:
    """Write what stands behind an ESMTP keyword as RFC 3461, 4 asks."""
    return re.sub(rb"[^!-*,-<>-~]", lambda found: b"+%02X" % found[0][0], raw)


def _with_line_ends(message: bytes) -> bytes:
    """Return a message as it is sent: each line ends in CRLF (RFC 5321, 2.3.8)."""
    whole = message.count(b"\r\n")
    if message.count(b"\n") != whole or message.count(b"\r") != whole:
        message = re.sub(rb"\r\n|\n|\r", b"\r\n", message)
    return message if message.endswith(b"\r\n") else message + b"\r\n"


def _stuffed(message: bytes) -> bytes:
    """Return the body with its end; a dot that begins a line is doubled (RFC 5321, 4.5.2)."""
    doubled = message.replace(b"\r\n.", b"\r\n..")
    return (b"." if message.startswith(b".") else b"") + doubled + b".\r\n"
