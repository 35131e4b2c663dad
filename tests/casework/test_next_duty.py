"""What the library names as the next duty, and what its answers look like when they are printed."""

from pathlib import Path

from breachkit.app import create_workspace, open_workspace
from breachkit.domain.duty import Side
from tests.conftest import SetClock, partner

ALERT = {
    "title": "Footage shown to strangers",
    "timeline": {"discovered_at": "2026-11-22 02:10 Europe/Berlin"},
    "scopes": {"acme": {}},
}


def test_the_next_duty_is_ours_and_owed_before_any_that_is_only_possible(
    tmp_path: Path, clock: SetClock
) -> None:
    create_workspace(tmp_path / "w").close()

    with open_workspace(tmp_path / "w", clock=clock, act_as="maria") as kit:
        incident = kit.open_incident(ALERT).id
        status = kit.status(incident)
        assert status.duties[0].side is Side.POSSIBLE, "one that is only possible is due earlier"
        first = status.next_duty
        assert first is not None
        assert (first.id, f"{first.due_at:%Y-%m-%dT%H:%MZ}") == (
            "imou-dpa/6.3@acme",
            "2026-11-24T01:10Z",
        )
        kit.record_delivery(
            kit.draft(incident, to=["partner"])[0].drafted.notice, channel="post", at="now"
        )
        following = kit.status(incident).next_duty
        assert following is None or following.side is Side.OURS


def test_an_answer_is_printed_in_a_line(workspace: Path, clock: SetClock) -> None:
    with open_workspace(workspace, clock=clock, act_as="maria") as kit:
        partner(workspace, "acme", "Acme GmbH")
        opened = kit.open_incident(ALERT)
        (draft,) = kit.draft(opened.id, to=["partner"])
        passed = kit.record_delivery(draft.drafted.notice, channel="post", at="now")
        for answer in (opened, opened.picture, kit.status(opened.id).next_duty, passed):
            assert len(repr(answer)) < 2000
        assert repr(opened.picture).startswith("Picture(2026-0001, open, 1 scopes, ")
        assert "<html" not in repr(draft)
        for known in (opened, opened.picture, kit.status(opened.id).next_duty):
            assert len(repr(known)) < 200
