"""`breachkit deadline`: every clock in the order in which it ends, and how each came about."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run, opened
from tests.conftest import SetClock, partner


@pytest.fixture
def night(run: Run, workspace: Path, clock: SetClock) -> Run:
    """Two incidents: one with a partner's own shorter limit, one whose discovery nobody stated."""
    partner(workspace, "acme", "Acme Cameras")
    partner(workspace, "bolt", "Bolt Homes", "limit_hours = 24")
    opened(run, "--partner", "acme", "--partner", "bolt")
    run("incident", "open", "--title", "Odd logins", "--partner", "acme")
    clock.pass_(minutes=10)
    return run


def told(run: Run, *words: str) -> None:
    assert run("contact", "record", "2026-0001", "--told", *words).status == 0


# Whole transcripts


def test_list(night: Run, transcript: Callable[..., None]) -> None:
    told(night, "--scope", "acme", "--at", "02:35 Europe/Berlin")
    lines = ["deadline list", "deadline list 2026-0001 --all", "deadline list --due-within 6h"]
    transcript("deadline-list", *((f"breachkit {one}", night(*one.split())) for one in lines))


def test_explain(night: Run, clock: SetClock, transcript: Callable[..., None]) -> None:
    lines = [
        "deadline explain imou-dpa/6.3@acme --incident 2026-0001",
        "deadline explain imou-dpa/6.3@acme --incident 2026-0002",
        "deadline explain imou-dpa/6.3@bolt",
        "deadline explain eu-gdpr/33-1@acme --incident 2026-0001",
    ]
    steps = [(f"breachkit {one}", night(*shlex.split(one))) for one in lines]
    told(night, "--scope", "acme", "--at", "02:35 Europe/Berlin")
    clock.pass_(hours=30)
    told(night, "--scope", "bolt", "--at", "now")
    lines = [
        "deadline explain imou-dpa/6.3@acme --incident 2026-0001",
        "deadline explain imou-dpa/6.3@bolt",
        'deadline explain imou-dpa/6.3@bolt --at "2026-11-22 02:35 Europe/Berlin"',
        "deadline explain eu-gdpr/33-1@acme --incident 2026-0001",
    ]
    steps += [(f"breachkit {one}", night(*shlex.split(one))) for one in lines]
    transcript("deadline-explain", *steps)


# Listing


def test_the_soonest_first_in_one_incident_too(night: Run) -> None:
    def listed(*words: str) -> list[tuple[str, str]]:
        found = night("deadline", "list", "2026-0001", *words, "--json").data["deadlines"]
        return [(one["duty"], one["told"]) for one in found]

    ours = [("imou-dpa/6.3@bolt", "waiting"), ("imou-dpa/6.3@acme", "waiting")]
    assert listed() == ours
    told(night, "--scope", "bolt", "--at", "now")
    every = listed("--all")
    assert every[:2] == [ours[1], ("eu-gdpr/33-1@bolt", "waiting")]
    states = [one != "waiting" for _, one in every]
    assert states == sorted(states), "what is open comes before what is met"


@pytest.mark.parametrize(
    ("within", "status", "duties"),
    [
        ("90m", 0, []),
        ("23h", 0, []),
        ("24h", 5, ["imou-dpa/6.3@bolt"]),
        ("1d", 5, ["imou-dpa/6.3@bolt"]),
        ("2d", 5, ["imou-dpa/6.3@bolt", "imou-dpa/6.3@acme", "imou-dpa/6.3@acme"]),
    ],
)
def test_due_within(night: Run, within: str, status: int, duties: list[str]) -> None:
    words = ("deadline", "list", "--due-within", within)
    assert night(*words).status == 0, "only --exit-code exits with 5"
    said = night(*words, "--exit-code", "--json")
    assert said.status == status
    assert [one["duty"] for one in said.data["deadlines"]] == duties
    assert night(*words, "--exit-code").status == status


def test_exit_code_alone_asks_for_six_hours_and_counts_what_is_overdue(
    night: Run, clock: SetClock
) -> None:
    words = ("deadline", "list", "--exit-code")
    said = night(*words)
    assert (said.status, said.out) == (0, "")
    assert said.err == "Nothing is due before Sun 22 Nov 08:40 CET  2026-11-22T07:40Z.\n"
    clock.pass_(hours=18)
    assert night(*words).status == 5
    clock.pass_(hours=10)
    late = night(*words)
    assert late.status == 5
    assert "4 h 30 min overdue" in late.out
    told(night, "--scope", "bolt", "--at", "now")
    assert night(*words).status == 0, "whoever was told rings no more"


def test_only_ours_ring(night: Run, clock: SetClock) -> None:
    told(night, "--scope", "acme", "--at", "now")
    told(night, "--scope", "bolt", "--at", "now")
    clock.pass_(hours=70)
    within = ("deadline", "list", "2026-0001", "--due-within", "6h")
    said = night(*within, "--exit-code")
    assert (said.status, said.out) == (0, "")
    every = night(*within, "--side", "all")
    assert "eu-gdpr/33-1@acme" in every.out
    assert "theirs" in every.out
    assert "ours" not in every.out


def test_nothing_is_due(run: Run) -> None:
    said = run("deadline", "list")
    assert (said.status, said.out, said.err) == (0, "", "Nothing is due.\n")
    assert run("deadline", "list", "--json").data["deadlines"] == []


def test_list_answers_machines(night: Run) -> None:
    data = night("deadline", "list", "--json").data
    assert set(data) == {"seen_at", "due_until", "side", "deadlines"}
    assert data["due_until"] is None
    due = [one["due_at"] for one in data["deadlines"]]
    assert due == sorted(due)
    assert set(data["deadlines"][0]) == {
        *("matter", "duty", "scope", "side", "addressee", "citation", "due_at", "due_kind"),
        *("soon_at", "told", "content", "gaps", "waits_for", "command", "question"),
        *("question_command", "moved_from", "standing", "not_computable"),
    }
    within = night("deadline", "list", "--due-within", "6h", "--json").data
    assert within["due_until"] == "2026-11-22T07:40:00Z"


# Explaining


def test_explain_answers_machines(night: Run, clock: SetClock) -> None:
    words = ("deadline", "explain", "imou-dpa/6.3@bolt", "--json")
    data = night(*words).data
    assert set(data) == {
        *("incident", "duty", "side", "owed", "due_at", "due_kind", "told", "told_at", "steps"),
        *("standing", "not_computable"),
    }
    assert (data["due_at"], data["due_kind"]) == ("2026-11-23T01:10:00Z", "deadline")
    assert (data["side"], data["told"], data["told_at"]) == ("ours", "waiting", None)
    assert [set(step) for step in data["steps"]] == [{"label", "text"}] * len(data["steps"])
    clock.pass_(hours=30)
    told(night, "--scope", "bolt", "--at", "now")
    data = night(*words).data
    assert (data["told"], data["told_at"]) == ("late", "2026-11-23T07:40:00Z")


def state(run: Run, duty: str) -> str:
    said = run("deadline", "explain", duty, "--incident", "2026-0001", "--json")
    found: dict[str, str] = {one["label"]: one["text"] for one in said.data["steps"]}
    return found["state"]


def test_a_stopped_clock_says_so(night: Run) -> None:
    assert state(night, "imou-dpa/6.3@acme") == "ours, waiting, in 1 d 23 h"
    assert state(night, "eu-gdpr/34-1@acme") == "possible, waiting"
    for limb in ("personal_data", "security_measures"):
        night(
            *("decision", "record", "2026-0001", "--rule-out", limb, "--second", "anna"),
            *("--evidence", "F-12", "--reason", "test data"),
        )
    for duty in ("imou-dpa/6.3@acme", "eu-gdpr/33-1@acme", "eu-gdpr/34-1@acme"):
        assert ", stopped: ruled out" in state(night, duty)
    found = night("deadline", "list", "2026-0001", "--all", "--json").data["deadlines"]
    assert {one["told"] for one in found} == {"stopped"}


def test_a_longer_limit_counts_only_with_its_reason(run: Run, workspace: Path) -> None:
    partner(workspace, "slow", "Slow SE", "limit_hours = 96")
    opened(run, "--partner", "slow")
    said = " ".join(run("deadline", "explain", "imou-dpa/6.3").out.split())
    assert "96 hours, longer than 48 hours without a recorded reason, so 48 hours stand" in said
    assert "due Tue 2026-11-24 02:10 CET" in said


def test_an_hour_that_occurs_twice_takes_the_earlier(run: Run, clock: SetClock) -> None:
    # On 2026-10-25 the clocks of Berlin showed 02:10 twice.
    run(
        *("incident", "open", "--title", "x", "--partner", "acme"),
        *("--discovered-at", "2026-10-25 02:10 Europe/Berlin"),
    )
    data = run("deadline", "explain", "imou-dpa/6.3", "--json").data
    assert data["due_at"] == "2026-10-27T00:10:00Z"


# Slips


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("explain nonsense", "no duty nonsense", "breachkit deadline list --all"),
        ("explain imou-dpa/6.3@zeta", "no duty imou-dpa/6.3@zeta", "breachkit deadline list --all"),
        (
            "explain imou-dpa/6.3",
            "imou-dpa/6.3 stands for 3 duties",
            "breachkit deadline explain imou-dpa/6.3@",
        ),
        ("explain imou-dpa/6.3@acme --incident 2026-0009", "no incident 2026-0009", "2026-0001"),
        ("explain imou-dpa/6.3@bolt --at '25:00 Europe/Berlin'", "at: ", ""),
        ("explain imou-dpa/6.3@bolt --at 02:10", "at: '02:10' has no zone", ""),
        (
            "explain imou-dpa/6.3@bolt --at 1700000000",
            "at: '1700000000' is not a time; write 2026-",
            "",
        ),
        ("explain imou-dpa/6.3@bolt --at '2026-11-20 UTC'", "was opened at", "--at 2026-"),
        ("list 2026-0009", "no incident 2026-0009", "known: 2026-0001, 2026-0002"),
        ("list --due-within soon", "'soon' is not a span of time", "--due-within 6h"),
        ("list --due-within 6", "'6' is not a span of time", "--due-within 6h"),
        ("list --due-within -6h", "'-6h' is not a span of time", "--due-within 6h"),
        ("list --due-within 99999999h", "is not a span of time", "--due-within 6h"),
        ("lst", "no command 'lst'; did you mean list?", "breachkit deadline --help"),
    ],
)
def test_a_slip_is_told(night: Run, line: str, message: str, hint: str) -> None:
    said = night("deadline", *shlex.split(line))
    assert said.status == 2, said.err
    assert message in said.error
    assert hint in said.hint
    assert said.out == ""
