import base64
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachkit.adapters.mail.bounces import MAX_OCTETS, MAX_RECIPIENTS, BounceReader
from breachkit.domain.bounce import Action, Bounce
from breachkit.domain.message_id import message_id
from breachkit.errors import BadInputError

KEY = bytes(range(32))
BATCH = "2026-0007-n3.2"
OURS = message_id(KEY, BATCH, 17, "cameras.test")
FORGED = message_id(bytes(32), BATCH, 17, "cameras.test")

GROUP = """\
Final-Recipient: rfc822; ada@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ada@example.org>: unknown
    user
Last-Attempt-Date: Sat, 21 Nov 2026 10:00:00 +0100
"""


def report(
    groups: Sequence[str] = (GROUP,),
    *,
    returned: str = f"Message-ID: {OURS}\n",
    back: str = "text/rfc822-headers",
    kind: str = "message/delivery-status",
    encoding: str = "7bit",
    fields: str = "Reporting-MTA: dns; relay.test\n",
    head: str = "",
) -> bytes:
    status = "\n".join([fields, *groups])
    if encoding == "base64":
        status = base64.encodebytes(status.encode()).decode()
    part = f"--b\nContent-Type: {back}\n\n{returned}\n" if returned else ""
    return f"""\
From: MAILER-DAEMON@relay.test
To: psirt@cameras.test
Subject: Undelivered
Date: Sat, 21 Nov 2026 09:30:00 +0000
Auto-Submitted: auto-replied
{head}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Could not be delivered.

--b
Content-Type: {kind}
Content-Transfer-Encoding: {encoding}

{status}
{part}--b--
""".encode()


def mbox(folder: Path, *messages: bytes) -> Path:
    path = folder / "mbox"
    raw = b"".join(
        b"From MAILER-DAEMON Sat Nov 21 10:00:00 2026\n" + one + b"\n" for one in messages
    )
    path.write_bytes(raw)
    return path


def read(path: Path) -> tuple[list[Bounce], BounceReader]:
    reader = BounceReader(path, KEY)
    return list(reader), reader


def test_a_report_says_what_became_of_which_message(tmp_path):
    path = mbox(tmp_path, report())
    before = path.read_bytes(), path.stat().st_mtime_ns
    found, reader = read(path)
    assert found == [
        Bounce(
            BATCH, 17, Action.FAILED, "5.1.1", "smtp; 550 5.1.1 <ada@example.org>: unknown user",
            datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
        )
    ]  # fmt: skip
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert (reader.seen.messages, reader.seen.bounces) == (1, 1)


@pytest.mark.parametrize("action", [*Action, "Failed (bad mailbox)", "DELAYED"])
def test_every_action_is_read(tmp_path, action):
    [one], _ = read(mbox(tmp_path, report([GROUP.replace("failed", action)])))
    assert one.action == action.split()[0].lower()


@pytest.mark.parametrize(
    ("way", "given"),
    [
        ("headers", {}),
        ("message", {"back": "message/rfc822", "returned": f"Subject: x\nMessage-ID:\n {OURS}\n\nbody"}),
        ("global headers", {"back": "message/global-headers", "returned": f"Message-Id: {OURS}\n"}),
        ("In-Reply-To", {"returned": "", "head": f"In-Reply-To: {OURS}\n"}),
        ("References", {"returned": "", "head": f"References: <a@b.test>\n {OURS}\n"}),
        ("envelope", {"returned": "", "fields": f"Original-Envelope-Id: {OURS}\n"}),
        ("another id returned", {"returned": "Message-ID: <x@y.test>\n", "head": f"References: {OURS}\n"}),
        ("a forged one beside it", {"returned": f"Message-ID: {FORGED}\n", "head": f"References: {OURS}\n"}),
        ("RFC 6533", {"kind": "message/global-delivery-status"}),
        ("RFC 6533, base64", {"kind": "message/global-delivery-status", "encoding": "base64"}),
        ("base64", {"encoding": "base64"}),
    ],
)  # fmt: skip
def test_the_message_is_found_wherever_it_is_named(tmp_path, way, given):
    [one], reader = read(mbox(tmp_path, report(**given)))
    assert (one.batch, one.position, one.action, one.status) == (BATCH, 17, "failed", "5.1.1"), way
    assert reader.seen.forgeries == 0


def test_carriage_returns_and_other_scripts_are_read(tmp_path):
    raw = report([GROUP.replace("unknown", "неизвестен")]).replace(b"\n", b"\r\n")
    [one], _ = read(mbox(tmp_path, raw))
    assert one.diagnostic == "smtp; 550 5.1.1 <ada@example.org>: неизвестен user"


def test_a_forged_message_id_changes_nothing_and_is_told(tmp_path):
    found, reader = read(mbox(tmp_path, *[report(returned=f"Message-ID: {FORGED}\n")] * 120))
    assert found == []
    assert reader.seen.forgeries == 120
    assert len(reader.seen.forged) == 100
    assert reader.seen.forged[0] in FORGED


def test_what_is_no_report_is_counted_and_passed_over(tmp_path):
    reply = f"From: a@b.test\nSubject: Re\nIn-Reply-To: {OURS}\n\nthank you\n".encode()
    forward = b"Content-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: message/rfc822\n\n"
    receipt = report().replace(b"delivery-status", b"disposition-notification")
    mixed = report().replace(b"multipart/report", b"multipart/mixed")
    others = reply, forward + report() + b"\n--c--\n", receipt, mixed
    found, reader = read(mbox(tmp_path, *others, report()))
    assert len(found) == 1
    assert (reader.seen.messages, reader.seen.other) == (5, 4)


def test_a_report_on_somebody_elses_message_is_strange(tmp_path):
    strangers = report(returned="Message-ID: <x@y.test>\n"), report(returned="")
    nothing = report([]), report([GROUP.replace("failed", "exploded")])
    found, reader = read(mbox(tmp_path, *strangers, *nothing))
    assert found == []
    assert reader.seen.strange == 4


def test_each_recipient_of_an_alias_is_told_but_not_without_end(tmp_path):
    [first, second], _ = read(mbox(tmp_path, report([GROUP, GROUP.replace("failed", "delivered")])))
    assert (first.action, second.action) == (Action.FAILED, Action.DELIVERED)
    found, _ = read(mbox(tmp_path, report([GROUP] * 500)))
    assert len(found) == MAX_RECIPIENTS
    kind = "message/global-delivery-status"
    found, _ = read(mbox(tmp_path, report([GROUP] * 500, kind=kind)))
    assert len(found) == MAX_RECIPIENTS


@pytest.mark.parametrize(
    ("old", "new", "status", "at"),
    [
        ("Status: 5.1.1\n", "", "", 9),
        ("Status: 5.1.1", "Status: 5.1.1 (unknown)", "5.1.1", 9),
        ("Status: 5.1.1", "Status: bad", "", 9),
        ("Status: 5.1.1", "Status: 5.1.1234", "", 9),
        ("Last-Attempt-Date: Sat, 21 Nov 2026 10:00:00 +0100", "Last-Attempt-Date: never", "5.1.1", 9.5),
        ("Last-Attempt-Date: Sat, 21 Nov 2026 10:00:00 +0100\n", "", "5.1.1", 9.5),
    ],
)  # fmt: skip
def test_what_a_report_leaves_out_stays_open(tmp_path, old, new, status, at):
    [one], _ = read(mbox(tmp_path, report([GROUP.replace(old, new)])))
    assert one.status == status
    assert one.at == datetime(2026, 11, 21, 9, 30 if at == 9.5 else 0, tzinfo=UTC)


def test_a_report_without_any_time_has_none(tmp_path):
    raw = report([GROUP.replace("Last-Attempt-Date", "X")]).replace(
        b"Date: Sat", b"Date: 99999 Sat"
    )
    [one], _ = read(mbox(tmp_path, raw))
    assert one.at is None


def test_what_a_server_says_is_cut_and_cleaned(tmp_path):
    said = GROUP.replace("unknown", "\u202eevil\x1b[31m " + "x" * 5000)
    [one], _ = read(mbox(tmp_path, report([said])))
    assert one.diagnostic.startswith("smtp; 550 5.1.1 <ada@example.org>: \ufffdevil\ufffd[31m xxx")
    assert len(one.diagnostic) == 500


def test_a_huge_message_is_read_as_far_as_the_limit(tmp_path):
    filling = ("x" * 69 + "\n") * (MAX_OCTETS // 70 + 1)
    after = report(returned=f"Message-ID: {OURS}\n\n{filling}", back="message/rfc822")
    before = report().replace(b"Could not be delivered.\n", filling.encode())
    found, reader = read(mbox(tmp_path, after, before))
    assert [one.action for one in found] == [Action.FAILED]
    assert (reader.seen.messages, reader.seen.other) == (2, 1)


def test_what_breaks_the_parser_stops_nobody(tmp_path):
    deep = b"".join(
        f"Content-Type: multipart/report; boundary=b{level}\n\n--b{level}\n".encode()
        for level in range(3000)
    )
    found, reader = read(mbox(tmp_path, deep, report()))
    assert len(found) == 1
    assert (reader.seen.messages, reader.seen.broken) == (2, 1)


def test_a_maildir_is_read_whole_and_left_as_it_is(tmp_path):
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "2.b.host").write_bytes(report([GROUP.replace("failed", "delivered")]))
    (tmp_path / "cur" / "1.a.host:2,S").write_bytes(report([GROUP.replace("failed", "delayed")]))
    (tmp_path / "tmp" / "3.c.host").write_bytes(report())
    before = sorted(tmp_path.rglob("*"))
    found, reader = read(tmp_path)
    assert [one.action for one in found] == ["delayed", "delivered"]
    assert reader.seen.messages == 2
    assert sorted(tmp_path.rglob("*")) == before


def test_a_mailbox_is_streamed(tmp_path):
    reader = BounceReader(mbox(tmp_path, report(), b"Subject: x\n\n"), KEY)
    bounces = iter(reader)
    next(bounces)
    assert reader.seen.messages == 1
    assert list(bounces) == []
    assert reader.seen.messages == 2


def test_where_no_mailbox_is_the_error_says_so(tmp_path):
    with pytest.raises(BadInputError, match=r"cannot read .*none as a mailbox: No such file"):
        read(tmp_path / "none")
    with pytest.raises(BadInputError, match="is no maildir: it has no folders `cur` and `new`"):
        read(tmp_path)
    (tmp_path / "one.eml").write_bytes(report())
    with pytest.raises(BadInputError, match=r"one\.eml is no mbox: it does not start with `From `"):
        read(tmp_path / "one.eml")
    (tmp_path / "empty").write_bytes(b"")
    assert read(tmp_path / "empty")[0] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_mailbox_that_may_not_be_read_is_told(tmp_path):
    path = mbox(tmp_path, report())
    path.chmod(0)
    with pytest.raises(BadInputError, match="Permission denied"):
        read(path)


@given(st.binary(max_size=300), st.integers(0, 1200), st.integers(0, 400))
def test_no_bytes_stop_the_reading(tmp_path_factory, junk, start, length):
    whole = report(back="message/rfc822")
    damaged = whole[:start] + junk + whole[start + length :]
    found, reader = read(mbox(tmp_path_factory.mktemp("m"), damaged, report()))
    assert found[-1].position == 17
    assert reader.seen.messages >= 1
