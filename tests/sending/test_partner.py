"""A partner's notice on its way: queued once, sent, told when nothing came back, open when it did."""

from pathlib import Path

import pytest

from breachkit.casework.records import Call
from breachkit.domain.line import DutyRow
from breachkit.errors import RefusedError
from tests.conftest import SetClock
from tests.gate.steps import Acting, drafted, release, released, seq
from tests.sending.conftest import Server

DUTY = "imou-dpa/6.3@acme"


def row(kit: object, name: str) -> DutyRow | None:
    rows = kit.store.duties("2026-0001")  # type: ignore[attr-defined]
    return next((one for one in rows if one.duty == name), None)


def told(acting: Acting) -> str:
    found = row(acting("maria"), DUTY)
    assert found is not None
    return found.told


def test_sent_and_told_when_nothing_came_back(
    relay: Server, acting: Acting, notice: str, clock: SetClock
) -> None:
    maria = acting("maria")
    queueing = maria.send(notice)
    assert [plan.addressed.first for plan in queueing.plans] == [("desk@acme.example",)]
    assert queueing.plans[0].addressed.fallback[0].phone == "+49 30 100 200"
    assert relay.taken == []
    assert told(acting) == "waiting"

    done = maria.drain()
    assert done.tally == {"sent": 1}
    assert relay.addresses == ["desk@acme.example"]
    assert told(acting) == "unconfirmed"

    clock.pass_(hours=3, minutes=59)
    assert [one.changed for one in maria.settle()] == [False]
    assert told(acting) == "unconfirmed"

    clock.pass_(minutes=2)
    assert [one.told for one in maria.settle()] == [True]
    assert told(acting) == "in time"
    before = seq(maria)
    maria.settle()
    maria.drain()
    assert seq(maria) == before
    assert relay.addresses == ["desk@acme.example"]


def test_an_acknowledgement_tells_at_once(relay: Server, acting: Acting, notice: str) -> None:
    maria = acting("maria")
    maria.send(notice)
    maria.drain()
    maria.record_contact("2026-0001", Call("acme", "now", direction="in", acknowledged=True))
    maria.settle()
    assert told(acting) == "in time"


def test_a_bounce_opens_the_duty_again_and_shows_whom_to_call(
    relay: Server, acting: Acting, notice: str, clock: SetClock, tmp_path: Path
) -> None:
    maria = acting("maria")
    maria.send(notice)
    maria.drain()
    clock.pass_(hours=5)
    maria.settle()
    assert told(acting) == "in time"

    (message,) = relay.messages()
    box = tmp_path / "bounces.mbox"
    box.write_text(bounce(str(message["Message-ID"])), encoding="utf-8")
    done = maria.take_bounces(box)
    assert [(one.batch.batch, one.moved) for one in done.handled] == [(f"{notice}.1", 1)]
    assert told(acting) == "waiting"
    duty = row(acting("maria"), DUTY)
    assert duty is not None
    assert duty.command == "breachkit notice callsheet 2026-0001 --scope acme"
    alarm = row(acting("maria"), f"follow-up/unreached-{notice}.1")
    assert alarm is not None
    assert alarm.due_at
    assert maria.take_bounces(box).handled == ()

    maria.retry(f"{notice}.1", [1])
    maria.drain()
    assert told(acting) == "unconfirmed"


def test_a_lost_answer_alarms_at_once_and_one_command_sends_it_again(
    relay: Server, acting: Acting, notice: str
) -> None:
    maria = acting("maria")
    relay.lose.add("desk@acme.example")
    maria.send(notice)
    done = maria.drain()
    assert done.tally == {"doubtful": 1}
    assert told(acting) == "waiting"
    alarm = row(acting("maria"), f"follow-up/doubtful-{notice}.1")
    assert alarm is not None
    assert alarm.due_at
    assert alarm.command == f"breachkit outbox retry {notice}.1"

    relay.lose.clear()
    maria.retry(f"{notice}.1")
    maria.drain()
    first, second = relay.messages()
    assert first["Message-ID"] == second["Message-ID"]
    assert told(acting) == "unconfirmed"
    assert row(acting("maria"), f"follow-up/doubtful-{notice}.1") is None


def test_what_the_log_of_the_relay_says_settles_a_doubt(
    relay: Server, acting: Acting, notice: str
) -> None:
    maria = acting("maria")
    relay.lose.add("desk@acme.example")
    maria.send(notice)
    maria.drain()
    maria.resolve(f"{notice}.1", "accepted")
    assert told(acting) == "unconfirmed"
    assert len(relay.taken) == 1


def test_nothing_is_queued_twice(relay: Server, acting: Acting, notice: str) -> None:
    maria = acting("maria")
    maria.send(notice)
    before = seq(maria)
    with pytest.raises(RefusedError, match="nothing is sent twice"):
        maria.send(notice)
    maria.drain()
    with pytest.raises(RefusedError, match="nothing is sent twice"):
        maria.send(notice, despite="to be sure")
    assert len(relay.taken) == 1
    assert before <= seq(maria)


def test_a_set_goes_out_as_one_and_each_partner_gets_its_own(relay: Server, acting: Acting) -> None:
    maria = acting("maria")
    alert = {
        "title": "Footage shown to strangers",
        "timeline": {"discovered_at": "2026-11-22 02:10 Europe/Berlin"},
        "scopes": {"acme": {}, "zeta": {}},
    }
    incident = maria.open_incident(alert).id
    name = str(maria.draft(incident, to=["partner"])[0].set_id)
    released(acting, name)
    before = seq(maria)
    maria.send(name)
    assert seq(maria) == before + 2
    maria.drain()
    assert sorted(relay.addresses) == ["desk@acme.example", "desk@zeta.example"]
    assert all(len(message["To"].addresses) == 1 for message in relay.messages())


def test_stopped_before_it_left(relay: Server, acting: Acting, notice: str) -> None:
    maria = acting("maria")
    maria.send(notice)
    assert maria.stop(f"{notice}.1", reason="the wrong text").moved == 1
    before = seq(maria)
    maria.stop(f"{notice}.1", reason="the wrong text")
    assert seq(maria) == before
    maria.drain()
    assert relay.taken == []
    with pytest.raises(RefusedError, match="was stopped"):
        maria.retry(f"{notice}.1")


def test_held_until_it_is_opened_again(relay: Server, acting: Acting, notice: str) -> None:
    maria = acting("maria")
    maria.send(notice)
    maria.hold(f"{notice}.1")
    maria.drain()
    assert relay.taken == []
    maria.hold(f"{notice}.1", off=True)
    maria.drain()
    assert len(relay.taken) == 1


class TestGate:
    """What is not let out, each for its own reason."""

    def test_not_released(self, relay: Server, acting: Acting) -> None:
        name = drafted(acting("maria"))
        with pytest.raises(RefusedError, match="has not been released"):
            acting("maria").send(name)

    def test_replaced(self, relay: Server, acting: Acting, notice: str) -> None:
        maria = acting("maria")
        maria.amend("2026-0001", {"title": "Footage shown to many strangers"})
        maria.amend("2026-0001", {"scopes": {"acme": {"people": 201}}})
        maria.draft("2026-0001", to=["partner"])
        with pytest.raises(RefusedError, match="has been replaced"):
            maria.send(f"{notice}.1")

    def test_contradicted(self, relay: Server, acting: Acting, notice: str) -> None:
        maria = acting("maria")
        maria.amend("2026-0001", {"scopes": {"acme": {"people": 900}}})
        with pytest.raises(RefusedError, match="is contradicted by"):
            maria.send(notice)
        queueing = maria.send(notice, despite="the number follows by telephone")
        assert queueing.plans[0].batch.size == 1

    def test_returned_after_the_release(self, relay: Server, acting: Acting, notice: str) -> None:
        acting("anna").review(notice, result="returned")
        with pytest.raises(RefusedError, match="legal returned"):
            acting("maria").send(notice, despite="in a hurry")

    def test_another_address(
        self, relay: Server, acting: Acting, notice: str, workspace: Path
    ) -> None:
        file = workspace / "partners" / "acme.toml"
        file.write_text(file.read_text("utf-8").replace("desk@", "night@"), encoding="utf-8")
        with pytest.raises(RefusedError, match="are not those that"):
            acting("maria").send(notice)
        # A corrected address needs the approver, and not counsel again.
        acting("maria").draft("2026-0001", to=["partner"])
        acting("otto").approve(notice, release(acting("otto"), notice))
        acting("maria").send(notice)
        acting("maria").drain()
        assert relay.addresses == ["night@acme.example"]

    def test_a_compromised_channel(
        self, relay: Server, acting: Acting, notice: str, tmp_path: Path
    ) -> None:
        maria = acting("maria")
        maria.amend("2026-0001", {"channels_compromised": {"mail": {"channel": "email"}}})
        with pytest.raises(RefusedError, match="names e-mail as compromised"):
            maria.send(notice, despite="in a hurry")
        _, count = maria.write_files(notice, tmp_path / "out", despite="x")
        assert count == 1
        assert len(list((tmp_path / "out").glob("*.eml"))) == 1

    def test_automation(self, relay: Server, acting: Acting, notice: str) -> None:
        with pytest.raises(RefusedError, match="automation"):
            acting("pager").send(notice)

    def test_it_has_left_another_way(self, relay: Server, acting: Acting, notice: str) -> None:
        maria = acting("maria")
        maria.record_delivery(notice, channel="fax", at="now")
        with pytest.raises(RefusedError, match="has left already, by fax"):
            maria.send(notice)

    def test_no_relay(self, acting: Acting, workspace: Path) -> None:
        name = drafted(acting("maria"))
        with pytest.raises(RefusedError, match="from whom its mail comes"):
            acting("maria").send(name)


def bounce(message_id: str) -> str:
    return (
        "From MAILER-DAEMON Sun Nov 22 06:00:00 2026\n"
        "From: MAILER-DAEMON@far.example\nTo: privacy@vendor.example\n"
        "Subject: Undelivered\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nIt could not be delivered.\n\n"
        "--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; far.example\n\n"
        "Final-Recipient: rfc822; desk@acme.example\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\n\n"
        "--b\nContent-Type: message/rfc822\n\n"
        f"Message-ID: {message_id}\nSubject: Notice\n\ntext\n\n--b--\n\n"
    )
