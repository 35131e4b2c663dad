"""The reason given for a notice: printed by every notice that takes one, refused by a first one."""

import pytest

from breachkit.app import Breachkit
from breachkit.errors import BadInputError

ALERT = {"title": "x", "scopes": {"acme": {}, "own": {}}}
REASON = "the logs of Friday were read"


def left(kit: Breachkit, incident: str, *readers: str) -> None:
    for one in kit.draft(incident, to=readers):
        kit.record_delivery(one.drafted.notice, channel="portal", at="now", reference="T-1")


@pytest.mark.parametrize("reader", ["partner", "authority"])
@pytest.mark.parametrize("phase", ["supplementary", "correction"])
def test_a_later_notice_prints_its_reason(kit: Breachkit, reader: str, phase: str) -> None:
    incident = kit.open_incident(ALERT).id
    left(kit, incident, reader)
    for one in kit.draft(incident, to=[reader], phase=phase, reason=REASON):  # type: ignore[arg-type]
        assert REASON in " ".join(one.text.split())


def test_a_first_notice_takes_no_reason_and_says_who_does(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    head = kit.head()
    with pytest.raises(BadInputError) as refused:
        kit.draft(incident, to=["partner"], reason=REASON)
    assert str(refused.value) == (
        "--reason is printed by a supplementary, final, correction or withdrawal notice; the one to"
        " partner (acme) is an initial notice, which takes none"
    )
    assert refused.value.hint.startswith(f"breachkit notice draft {incident} --to partner; ")
    assert "--set delay.reason=TEXT" in refused.value.hint
    assert kit.head() == head


def test_one_first_notice_among_others_is_named(kit: Breachkit) -> None:
    incident = kit.open_incident(ALERT).id
    left(kit, incident, "partner")
    with pytest.raises(BadInputError, match=r"the one to authority \(acme\) and \d more is"):
        kit.draft(incident, reason=REASON)
