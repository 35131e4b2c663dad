"""A trigger corrected after a notice has left: clocks, what was told, and what has to be corrected."""

import shlex
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run, Said, opened
from tests.conftest import SetClock, partner

DUTY = "imou-dpa/6.3@acme"


def sent(run: Run, workspace: Path, clock: SetClock) -> None:
    """Send a partner its notice ten minutes before the 48 hours end."""
    partner(workspace, "acme", "Acme Cameras")
    opened(run, "--partner", "acme")
    done(run, "notice draft 2026-0001 --to partner")
    done(run, "notice review 2026-0001-n1 --as anna")
    digest = run("notice", "show", "2026-0001-n1", "--json").data["digest"][:8]
    done(run, f"notice approve 2026-0001-n1 --confirm {digest} --as otto")
    clock.pass_(hours=47, minutes=30)
    done(run, "notice record-delivery 2026-0001-n1 --channel email --at now")
    clock.pass_(hours=1)


def done(run: Run, line: str) -> Said:
    said = run(*shlex.split(line))
    assert said.status == 0, said.err
    return said


def told(run: Run, duty: str = DUTY) -> tuple[str, str]:
    rows = run("deadline", "list", "--all", "--json").data["deadlines"]
    (row,) = [one for one in rows if one["duty"] == duty]
    return row["told"], row["due_at"]


def corrections(run: Run) -> list[str]:
    rows = run("deadline", "list", "--all", "--json").data["deadlines"]
    return [one["citation"] for one in rows if one["citation"].startswith("correction due")]


EARLIER = 'incident amend 2026-0001 --set "timeline.discovered_at=2026-11-21 23:40 Europe/Berlin"'
CORRECTION = (
    "notice draft 2026-0001 --to partner --scope acme --phase correction"
    ' --reason "We discovered it earlier than we wrote."'
)
LATER = (
    'incident amend 2026-0001 --set "timeline.discovered_at=2026-11-22 03:00 Europe/Berlin"'
    ' --correct "the first alert was for another camera"'
)


def test_the_whole_way(
    run: Run, workspace: Path, clock: SetClock, transcript: Callable[..., None]
) -> None:
    sent(run, workspace, clock)
    lines = (
        EARLIER,
        "status 2026-0001",
        "notice list 2026-0001",
        f"deadline explain {DUTY}",
        CORRECTION,
        "status 2026-0001",
        LATER.partition(" --correct")[0],
        LATER,
        f"deadline explain {DUTY}",
    )
    transcript("corrected", *[(f"breachkit {one}", run(*shlex.split(one))) for one in lines])


def test_in_time_becomes_late_and_back(run: Run, workspace: Path, clock: SetClock) -> None:
    sent(run, workspace, clock)
    assert told(run) == ("in time", "2026-11-24T01:10:00Z")
    assert corrections(run) == []
    assert "told, now late" in " ".join(done(run, EARLIER).out.split())
    assert told(run) == ("late", "2026-11-23T22:40:00Z")
    assert corrections(run) == [
        "correction due: 2026-0001-n1.1 is contradicted by timeline.discovered_at"
    ]
    assert "told, now in time" in " ".join(done(run, LATER).out.split())
    assert told(run) == ("in time", "2026-11-24T02:00:00Z")
    assert len(corrections(run)) == 1, "the text still says another time"
    partners = ("eu-gdpr/33-1@acme", ("waiting", "2026-11-27T01:00:00Z"))
    assert told(run, partners[0]) == partners[1], "the partner's clock counts from what it was told"


def test_a_correction_that_left_ends_it(run: Run, workspace: Path, clock: SetClock) -> None:
    sent(run, workspace, clock)
    done(run, EARLIER)
    done(run, "notice draft 2026-0001 --to partner --scope acme --phase correction")
    (act,) = [
        one
        for one in run("status", "2026-0001", "--json").data["acts"]
        if one["duties"][0]["citation"].startswith("correction due")
    ]
    assert act["waits_for"] == "legal review of 2026-0001-n2"
    done(run, "notice record-delivery 2026-0001-n2 --channel email --at now --as maria")
    assert corrections(run) == []
    assert told(run)[0] == "late", "a correction does not make the first notice earlier"


def test_what_is_told_more_exactly_is_no_correction(
    run: Run, workspace: Path, clock: SetClock
) -> None:
    partner(workspace, "acme", "Acme Cameras")
    run(
        *("incident", "open", "--title", "Footage", "--partner", "acme"),
        *("--discovered-at", "2026-11-22T02 Europe/Berlin"),
    )
    done(run, "notice draft 2026-0001 --to partner")
    done(run, "notice record-delivery 2026-0001-n1 --channel email --at now")
    done(run, 'incident amend 2026-0001 --set "timeline.discovered_at=02:20 Europe/Berlin"')
    assert corrections(run) == []
