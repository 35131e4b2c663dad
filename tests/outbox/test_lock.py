"""One run sends at a time: whoever comes second is told who holds it."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from breachkit.adapters.lock import claim_run, holder
from breachkit.errors import StoreBusyError, StoreError

SINCE = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

HOLDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from breachkit.adapters.lock import claim_run
with claim_run(Path(sys.argv[1]), datetime(2026, 11, 22, 2, tzinfo=UTC)):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_told_who_sends(tmp_path: Path) -> None:
    path = tmp_path / "outbox.lock"
    with claim_run(path, SINCE):
        says = f"process {os.getpid()} since 2026-11-22T02:00:00\\+00:00"
        with pytest.raises(StoreBusyError, match=says) as caught, claim_run(path, SINCE):
            pass
        assert caught.value.exit_status == 75
        assert "process" in holder(path)
    assert holder(path) == ""
    with claim_run(path, SINCE):
        pass


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "outbox.lock"
    with claim_run(path, SINCE):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_killed_run_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "outbox.lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError, match=f"process {process.pid} "), claim_run(path, SINCE):
            pass
        process.kill()
        process.wait()
    with claim_run(path, SINCE):
        assert f"process {os.getpid()} " in holder(path)


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path / "no folder" / "outbox.lock", tmp_path / "link"):
        with pytest.raises(StoreError, match="cannot be opened"), claim_run(path, SINCE):
            pass
    assert not (tmp_path / "elsewhere").exists()
