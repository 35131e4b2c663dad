"""What is said over a connection that stands: commands, several at once, and their answers in order.

The library connects, secures and logs in; its own protocol takes one answer at a time and drops what
comes with it, so that commands cannot be sent together (RFC 2920).
"""

import asyncio
from collections import deque
from contextlib import suppress

from breachkit.domain.delivery import Reply

_LONGEST = 32_768
"""Bytes of one answer; a server that says more without an end is cut off."""


class NoAnswerError(Exception):
    """The connection ended, or the time passed, before an answer had come."""


class Talk(asyncio.Protocol):
    """The client's side of a conversation, from where the library leaves it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._rest = b""
        self._lines: list[str] = []
        self._code = 0
        self._answers: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._ended = ""
        transport.set_protocol(self)

    @property
    def open(self) -> bool:
        """Whether something can be said still."""
        return not self._ended and not self._transport.is_closing()

    def say(self, data: bytes) -> None:
        """Write; NoAnswerError when the connection is known to have ended, and nothing was written."""
        if not self.open:
            raise NoAnswerError(self._ended or "connection lost")
        self._answers.clear()
        self._transport.write(data)

    async def answer(self, seconds: float) -> Reply:
        """Return the next answer; the connection is of no use after a NoAnswerError."""
        if not self._answers:
            if self._ended:
                raise NoAnswerError(self._ended)
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait_for(self._waiter, seconds)
            except TimeoutError:
                self.close("no answer in time")
            finally:
                self._waiter = None
        if not self._answers:
            raise NoAnswerError(self._ended or "connection lost")
        return self._answers.popleft()

    def close(self, why: str = "closed") -> None:
        """End the connection."""
        self._end(why)
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take what the server says, line by line."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            self._take(line)
        if len(self._rest) + sum(map(len, self._lines)) > _LONGEST:
            self.close("an answer without an end")
        self._wake()

    def eof_received(self) -> bool:
        """Note that the server will say no more."""
        self._end("connection lost")
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Note that the connection is gone."""
        self._end(str(error) if error else "connection lost")

    def _take(self, line: bytes) -> None:
        code, mark = line[:3], line[3:4]
        if not code.isdigit() or mark not in (b" ", b"-", b"", b"\r"):
            self.close("an answer without a code")
            return
        self._lines.append(line[4:].decode(errors="surrogateescape").strip())
        if mark != b"-":
            self._answers.append(Reply(int(code), "\n".join(self._lines)))
            self._lines.clear()

    def _end(self, why: str) -> None:
        self._ended = self._ended or why
        self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done() and (self._answers or self._ended):
            with suppress(asyncio.InvalidStateError):
                waiter.set_result(None)
