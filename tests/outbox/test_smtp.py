"""One conversation with a relay, broken at every place: how far it came is always known."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from breachkit.adapters.mail.smtp import SmtpRelay, SmtpSession
from breachkit.domain.delivery import Reply, Stage, State, outcome_of
from breachkit.domain.relay import RelaySettings, Timeouts
from breachkit.errors import WorkspaceError
from breachkit.ports import Refusal
from tests.servers import (
    ACCEPT_DROP,
    ACCEPT_STALL,
    DROP,
    MIDWAY,
    STALL,
    THEN_DROP,
    ScriptedServer,
    server_context,
)

Result = TypeVar("Result")
FROM, TO = "notices@vendor.test", "kim@partner.test"
MESSAGE = b"From: notices@vendor.test\r\nMessage-ID: <b.1.ab@vendor.test>\r\n\r\nWe tell you.\r\n"
QUICK = Timeouts(connect=2, command=0.4, body=0.4)


def settings(server: ScriptedServer, **more: object) -> RelaySettings:
    values = {"security": "plain", "timeouts": QUICK, "helo": "vendor.test", **more}
    return RelaySettings("localhost", server.port, **values)  # type: ignore[arg-type]


async def nothing() -> None:
    """Mark nothing."""


def with_server(
    server: ScriptedServer, act: Callable[[SmtpRelay], Awaitable[Result]], **more: object
) -> Result:
    async def whole() -> Result:
        async with server:
            return await act(SmtpRelay(settings(server, **more)))

    return asyncio.run(whole())


def send(server: ScriptedServer, recipient: str = TO, **more: object) -> Reply:
    async def act(relay: SmtpRelay) -> Reply:
        session = await relay.connect()
        try:
            return await session.send(FROM, recipient, MESSAGE, nothing)
        finally:
            await session.close()

    return with_server(server, act, **more)


def refused(server: ScriptedServer, **more: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        send(server, **more)
    return caught.value


def reached(server: ScriptedServer) -> tuple[Stage, Reply]:
    try:
        return Stage.BODY, send(server)
    except Refusal as refusal:
        return refusal.stage, refusal.reply


def test_an_accepted_message_is_what_was_sent() -> None:
    server = ScriptedServer()
    assert send(server).queue_id == "Q000000"
    (one,) = server.accepted
    assert (one.sender, one.recipient, one.body) == (FROM, TO, MESSAGE)


def test_what_the_relay_offers_is_used() -> None:
    server = ScriptedServer()
    send(server)
    mail, rcpt = server.accepted[0].said
    assert mail == f"MAIL FROM:<{FROM}> SIZE={len(MESSAGE)} RET=HDRS ENVID=b.1.ab@vendor.test"
    assert rcpt == f"RCPT TO:<{TO}> NOTIFY=FAILURE,DELAY ORCPT=rfc822;{TO}"
    plain = ScriptedServer(offers=())
    send(plain)
    assert plain.accepted[0].said == (f"MAIL FROM:<{FROM}>", f"RCPT TO:<{TO}>")


def test_an_original_recipient_is_written_as_dsn_asks() -> None:
    server = ScriptedServer()
    send(server, "a+b=c@partner.test")
    assert server.accepted[0].said[1].endswith("ORCPT=rfc822;a+2Bb+3Dc@partner.test")


def test_an_international_address_needs_an_international_relay() -> None:
    server = ScriptedServer()
    assert send(server, "jürgen@partner.test").code == 250
    assert " SMTPUTF8" in server.accepted[0].said[0]
    with pytest.raises(Refusal, match="SMTPUTF8") as caught:
        send(ScriptedServer(offers=()), "jürgen@partner.test")
    assert outcome_of(caught.value.stage, caught.value.reply) is State.REFUSED


def test_lines_that_begin_with_a_dot_and_bare_line_ends_arrive_as_they_are_meant() -> None:
    server = ScriptedServer()

    async def act(relay: SmtpRelay) -> Reply:
        session = await relay.connect()
        return await session.send(FROM, TO, b".a\n\n..b\r\n.\r\nc\rd", nothing)

    assert with_server(server, act).code == 250
    assert server.accepted[0].body == b".a\r\n\r\n..b\r\n.\r\nc\r\nd\r\n"


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("GREETING", Stage.GREETING),
        ("EHLO", Stage.GREETING),
        ("MAIL", Stage.SENDER),
        ("RCPT", Stage.RECIPIENT),
        ("DATA", Stage.DATA),
    ],
)
@pytest.mark.parametrize("act", [DROP, STALL, "450 4.2.0 later", "550 5.1.1 no", "421 4.3.2 bye"])
@pytest.mark.parametrize("pipelining", [True, False])
def test_trouble_before_the_body_is_a_refusal_at_its_stage(
    word: str, stage: Stage, act: str, pipelining: bool
) -> None:
    server = ScriptedServer({word: [act]}, pipelining=pipelining)
    refusal = refused(server, timeouts=Timeouts(0.4, 0.4, 0.4))
    code = 0 if act in (DROP, STALL) else int(act[:3])
    assert (refusal.stage, refusal.reply.code) == (stage, code)
    assert outcome_of(refusal.stage, refusal.reply) in (State.DEFERRED, State.REFUSED)
    assert server.accepted == []


@pytest.mark.parametrize("act", [DROP, STALL, MIDWAY, ACCEPT_DROP, ACCEPT_STALL, "no code at all"])
def test_an_answer_lost_after_the_body_is_a_doubt(act: str) -> None:
    reply = send(ScriptedServer({"BODY": [act]}))
    assert outcome_of(Stage.BODY, reply) is State.DOUBTFUL


@pytest.mark.parametrize(
    ("act", "state"),
    [
        ("250 2.0.0 ok" + THEN_DROP, State.SENT),
        ("452 4.3.1 full", State.DEFERRED),
        ("552 5.3.4 too big", State.REFUSED),
        ("421 4.3.2 going down", State.DEFERRED),
        ("354 what", State.DOUBTFUL),
    ],
)
def test_an_answer_to_the_body_decides(act: str, state: State) -> None:
    assert outcome_of(Stage.BODY, send(ScriptedServer({"BODY": [act]}))) is state


@pytest.mark.parametrize("after", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_connection_dropped_after_an_answer_shows_at_the_next_stage(after: str) -> None:
    good = {"GREETING": "220 hello", "EHLO": "250 hello", "DATA": "354 go on"}
    server = ScriptedServer({after: [good.get(after, "250 ok") + THEN_DROP]})
    if after == "DATA":
        # The body may have left before the end of the connection was seen: a doubt, or none.
        stage, reply = reached(server)
        assert (stage in (Stage.DATA, Stage.BODY), reply.lost) == (True, True)
    else:
        refusal = refused(server)
        follows = {
            "GREETING": Stage.GREETING,
            "EHLO": Stage.SENDER,
            "MAIL": Stage.RECIPIENT,
            "RCPT": Stage.DATA,
        }
        assert (refusal.stage, refusal.reply.lost) == (follows[after], True)
    assert server.accepted == []


def test_nothing_of_a_body_leaves_before_the_mark() -> None:
    server = ScriptedServer()
    seen: list[int] = []

    async def act(relay: SmtpRelay) -> Reply:
        session = await relay.connect()

        async def mark() -> None:
            await asyncio.sleep(0.05)
            seen.append(len(server.accepted))
            assert server.heard[-1] == "DATA"

        return await session.send(FROM, TO, MESSAGE, mark)

    with_server(server, act)
    assert seen == [0]


def test_a_mark_that_fails_ends_the_session_and_the_server_has_nothing() -> None:
    server = ScriptedServer()

    async def act(relay: SmtpRelay) -> bool:
        session = await relay.connect()

        async def mark() -> None:
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            await session.send(FROM, TO, MESSAGE, mark)
        await asyncio.sleep(0.05)
        return session.alive

    assert with_server(server, act) is False
    assert server.accepted == []


def test_a_connection_lost_while_the_mark_is_made_is_no_doubt() -> None:
    server = ScriptedServer({"DATA": ["354 go on" + THEN_DROP]})

    async def act(relay: SmtpRelay) -> Refusal:
        session = await relay.connect()
        with pytest.raises(Refusal) as caught:
            await session.send(FROM, TO, MESSAGE, lambda: asyncio.sleep(0.1))
        return caught.value

    refusal = with_server(server, act)
    assert (refusal.stage, refusal.reply.lost) == (Stage.DATA, True)


@pytest.mark.parametrize("word", ["RCPT", "DATA", "MAIL", "BODY"])
def test_a_session_serves_on_after_a_refusal(word: str) -> None:
    server = ScriptedServer({word: ["550 5.7.1 not this one"]})

    async def act(relay: SmtpRelay) -> tuple[bool, Reply]:
        session = await relay.connect()
        with suppress(Refusal):
            assert (await session.send(FROM, "bad@partner.test", MESSAGE, nothing)).code == 550
        usable = session.alive
        return usable, await session.send(FROM, TO, MESSAGE, nothing)

    usable, reply = with_server(server, act)
    assert usable
    assert reply.code == 250
    assert ("RSET" in server.heard) is (word in ("RCPT", "DATA"))
    assert server.connections == 1


def test_a_body_asked_for_without_a_recipient_is_not_sent() -> None:
    acts = {"RCPT": ["550 5.1.1 no"], "DATA": ["354 go on all the same"]}
    server = ScriptedServer(acts)

    async def act(relay: SmtpRelay) -> tuple[Stage, bool]:
        session = await relay.connect()
        with pytest.raises(Refusal) as caught:
            await session.send(FROM, TO, MESSAGE, nothing)
        await asyncio.sleep(0.05)
        return caught.value.stage, session.alive

    assert with_server(server, act) == (Stage.RECIPIENT, False)
    assert server.accepted == []


def test_a_relay_that_takes_one_command_at_a_time_gets_them_so() -> None:
    server = ScriptedServer(pipelining=False)
    assert send(server).code == 250
    assert server.accepted[0].body == MESSAGE


def test_an_answer_without_an_end_is_cut_off() -> None:
    refusal = refused(ScriptedServer({"MAIL": ["250-and so on\r\n" * 5000]}))
    assert (refusal.stage, refusal.reply.lost) == (Stage.SENDER, True)


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "BODY"])
def test_421_ends_the_session(word: str) -> None:
    server = ScriptedServer({word: ["421 4.3.2 going down"]})

    async def act(relay: SmtpRelay) -> bool:
        session = await relay.connect()
        with suppress(Refusal):
            await session.send(FROM, TO, MESSAGE, nothing)
        return session.alive

    assert with_server(server, act) is False


def test_two_addresses_in_one_are_refused_where_the_library_sends_to_the_first() -> None:
    both = "a@x.test,b@x.test"
    server = ScriptedServer()
    with pytest.raises(Refusal, match="not one address") as caught:
        send(server, both)
    assert outcome_of(caught.value.stage, caught.value.reply) is State.REFUSED
    assert server.accepted == []

    async def theirs() -> None:
        async with server:
            client = aiosmtplib.SMTP(hostname="localhost", port=server.port, start_tls=False)
            async with client:
                await client.sendmail(FROM, [both], MESSAGE)

    asyncio.run(theirs())
    assert list(server.reached) == ["a@x.test"]


def test_the_library_alone_cannot_tell_acceptance_from_loss() -> None:
    async def theirs(act: dict[str, list[str]]) -> tuple[str, int]:
        async with ScriptedServer(act) as server:
            client = aiosmtplib.SMTP(hostname="localhost", port=server.port, start_tls=False)
            await client.connect()
            try:
                await client.sendmail(FROM, [TO], MESSAGE)
            except aiosmtplib.SMTPException as error:
                return repr(error), len(server.accepted)
            finally:
                client.close()
        raise AssertionError("the answer was to be lost")

    before, had_before = asyncio.run(theirs({"DATA": [DROP]}))
    after, had_after = asyncio.run(theirs({"BODY": [ACCEPT_DROP]}))
    assert before == after
    assert (had_before, had_after) == (0, 1)
    assert outcome_of(Stage.BODY, send(ScriptedServer({"BODY": [ACCEPT_DROP]}))) is State.DOUBTFUL
    refusal = refused(ScriptedServer({"DATA": [DROP]}))
    assert outcome_of(refusal.stage, refusal.reply) is State.DEFERRED


class TestSecurity:
    def test_mail_in_the_clear_goes_to_this_machine_alone(self) -> None:
        with pytest.raises(ValueError, match="in the clear"):
            RelaySettings("mail.example.test", security="plain")
        assert RelaySettings("127.0.0.1", security="plain").port == 25

    @pytest.mark.parametrize("security", ["tls", "starttls"])
    def test_a_certificate_that_fits_is_taken(self, tmp_path: Path, security: str) -> None:
        context, trusted = server_context(tmp_path)
        server = ScriptedServer(
            context=context, implicit_tls=security == "tls", offers=("STARTTLS", "SIZE 100")
        )
        assert send(server, security=security, ca_file=trusted).code == 250

    @pytest.mark.parametrize("security", ["tls", "starttls"])
    @pytest.mark.parametrize("wrong", ["unknown", "another host"])
    def test_a_wrong_certificate_is_not(self, tmp_path: Path, security: str, wrong: str) -> None:
        host = "localhost" if wrong == "unknown" else "other.test"
        context, shown = server_context(tmp_path, host)
        server = ScriptedServer(
            context=context, implicit_tls=security == "tls", offers=("STARTTLS",)
        )
        trusted = None if wrong == "unknown" else shown
        refusal = refused(server, security=security, ca_file=trusted)
        assert refusal.stage is Stage.TLS
        assert "certificate verify failed" in refusal.reply.text
        assert not any(line.startswith("MAIL") for line in server.heard)

    @pytest.mark.parametrize(
        "act", ["454 4.7.0 not now", "220 garbage", "220 drop", STALL, DROP, "none"]
    )
    def test_an_upgrade_that_fails_is_never_done_without(self, tmp_path: Path, act: str) -> None:
        context, trusted = server_context(tmp_path)
        offers = () if act == "none" else ("STARTTLS",)
        server = ScriptedServer({"STARTTLS": [act]}, context=context, offers=offers)
        refusal = refused(
            server, security="starttls", ca_file=trusted, timeouts=Timeouts(0.5, 0.5, 0.5)
        )
        assert refusal.stage is Stage.TLS
        assert not any(line.startswith(("MAIL", "AUTH")) for line in server.heard)

    def test_a_login_uses_the_secret_of_the_file_and_one_method(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("open sesame\n", encoding="utf-8")
        secret.chmod(0o600)
        server = ScriptedServer(offers=("AUTH PLAIN LOGIN",))
        assert send(server, user="kit", secret_file=secret).code == 250
        assert "AUTH PLAIN AGtpdABvcGVuIHNlc2FtZQ==" in server.heard
        wrong = ScriptedServer({"AUTH": ["535 5.7.8 no"]}, offers=("AUTH PLAIN LOGIN",))
        refusal = refused(wrong, user="kit", secret_file=secret)
        assert (refusal.stage, refusal.reply.code) == (Stage.LOGIN, 535)
        assert sum(line.startswith("AUTH") for line in wrong.heard) == 1
        none = refused(ScriptedServer(offers=()), user="kit", secret_file=secret)
        assert none.stage is Stage.LOGIN

    def test_a_secret_that_everybody_can_read_is_refused(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("open sesame\n", encoding="utf-8")
        secret.chmod(0o644)
        with pytest.raises(WorkspaceError, match=r"everybody can read \(mode 0644\)") as caught:
            send(ScriptedServer(offers=("AUTH PLAIN",)), user="kit", secret_file=secret)
        assert caught.value.hint == f"chmod 600 {secret}"

    def test_an_empty_or_missing_secret_is_refused(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        with pytest.raises(WorkspaceError, match="cannot be read"):
            send(ScriptedServer(), user="kit", secret_file=secret)
        secret.touch(0o600)
        with pytest.raises(WorkspaceError, match="holds no secret"):
            send(ScriptedServer(), user="kit", secret_file=secret)


def test_no_server_at_all_is_a_refusal() -> None:
    async def act(relay: SmtpRelay) -> SmtpSession:
        return await relay.connect()

    relay = SmtpRelay(RelaySettings("localhost", 1, security="plain", timeouts=QUICK))
    with pytest.raises(Refusal) as caught:
        asyncio.run(act(relay))
    assert caught.value.stage is Stage.CONNECT


def test_an_answer_is_kept_as_one_line_of_text() -> None:
    act = "550-5.1.1 no\x07such\r\n550 5.1.1 \udcffman"
    reply = refused(ScriptedServer({"RCPT": [act]})).reply
    assert reply.enhanced == "5.1.1"
    assert reply.text.encode()
    assert "\n" not in reply.text
    assert "\x07" not in reply.text


class _Keeps:
    def __init__(self) -> None:
        self.kept: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.kept.append(envelope)
        return "250 OK id=abc123"


def test_a_real_server_takes_it() -> None:
    keeps = _Keeps()

    async def act() -> list[Reply]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(keeps, loop=loop), "127.0.0.1")
        async with server:
            port = server.sockets[0].getsockname()[1]
            relay = SmtpRelay(RelaySettings("127.0.0.1", port, security="plain", timeouts=QUICK))
            session = await relay.connect()
            replies = [await session.send(FROM, TO, MESSAGE, nothing) for _ in range(3)]
            await session.close()
            return replies

    assert [reply.queue_id for reply in asyncio.run(act())] == ["abc123"] * 3
    assert [one.content for one in keeps.kept] == [MESSAGE] * 3
    assert {tuple(one.rcpt_tos) for one in keeps.kept} == {(TO,)}
