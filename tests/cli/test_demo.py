"""`breachkit demo`: quick, repeatable, honest about what it did, and a workspace to play in."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from breachkit.app import open_workspace
from breachkit.cli.demo import TOUR
from tests.cli.conftest import Run
from tests.conftest import SetClock


def test_demo_tells_each_step_and_leaves_a_workspace(
    run: Run, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("demo")
    assert said.status == 0
    assert said.out.count("\n$ breachkit ") == len(TOUR)
    assert "breachkit: error" not in said.out
    assert "in 16 h" in said.out
    for words in ("OURS", "NOTICE TO THE PARTNER", "To: Lumen Home Systems", "kept texts fit"):
        assert words in said.out
    assert f"A workspace to play in lies in {tmp_path / 'demo'}." in said.out
    with open_workspace(tmp_path / "demo", clock=clock) as kit:
        assert not kit.verify().faults
        picture = kit.incident("2026-0001")
        assert picture.flags == ()
        assert {view.scope for view in picture.views} == {"lumen", "nordcam"}


def test_every_command_that_demo_names_can_be_typed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run("demo", "my demo").out.splitlines()
    typed = [line[2:] for line in told if line.startswith("$ breachkit ")]
    ahead = [line.strip() for line in told if line.startswith("  breachkit ")]
    assert ahead
    monkeypatch.chdir(tmp_path / "my demo")
    for line in [*typed[1:], *ahead]:
        said = run(*shlex.split(line)[1:])
        assert said.status == 0, f"{line}: {said.err}"


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 29, 4, 10, tzinfo=UTC),
        datetime(2026, 10, 25, 3, 59, tzinfo=UTC),
        datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
        datetime(2028, 2, 29, 12, 30, tzinfo=UTC),
    ],
    ids=str,
)
def test_the_clocks_run_whenever_it_is_called(
    run: Run, tmp_path: Path, clock: SetClock, now: datetime
) -> None:
    clock.at = now
    said = run("demo", str(tmp_path / "demo"))
    assert "OVERDUE" not in said.out
    assert re.search(r"nordcam\) end .*", said.out)
    with open_workspace(tmp_path / "demo", clock=clock) as kit:
        picture = kit.incident(f"{now.year}-0001")
        duty = picture.duty("imou-dpa/6.3@nordcam")
        assert duty is not None
        assert duty.due_at is not None
        assert 16 <= (duty.due_at - now).total_seconds() / 3600 <= 17
        taken = [
            one["at"]["at"] for one in picture.matter.facts["measures"].values() if "at" in one
        ]
        assert max(taken) <= now.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_demo_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.txt").write_text("years of work")
    said = run("demo", str(tmp_path / "demo"))
    assert said.status == 1
    assert said.error == f"{tmp_path / 'demo'} exists already, and nothing in it is touched"
    assert said.hint == f"breachkit demo {tmp_path / 'demo-2'}"
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["thesis.txt"]


def test_two_demos_in_one_minute_tell_the_same(run: Run, tmp_path: Path) -> None:
    one, other = run("demo", str(tmp_path / "a")).out, run("demo", str(tmp_path / "b")).out

    def masked(text: str) -> str:
        return re.sub(
            r"[0-9a-f]{8,64}", "HASH", text.replace(str(tmp_path / "b"), str(tmp_path / "a"))
        )

    assert masked(one) == masked(other)
