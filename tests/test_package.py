"""What a user gets from `pip install`: the wheel works from any directory, with all its data."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def call(unpacked: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True
    )


def test_the_wheel_runs_the_demonstration_far_from_the_checkout(
    unpacked: Path, tmp_path: Path
) -> None:
    where = call(unpacked, tmp_path, "-c", "import breachkit; print(breachkit.__file__)")
    assert where.stdout.startswith(str(unpacked))
    done = call(unpacked, tmp_path, "-m", "breachkit", "demo", "play")
    assert done.returncode == 0, done.stderr
    verified = call(unpacked, tmp_path, "-m", "breachkit", "register", "verify", "-C", "play")
    assert verified.returncode == 0, verified.stderr


def test_the_wheel_holds_every_template_playbook_law_and_example(unpacked: Path) -> None:
    for source, target in (
        ("templates", "breachkit/_data/templates"),
        ("playbooks", "breachkit/_data/playbooks"),
        ("breachkit/law", "breachkit/law"),
        ("breachkit/reference", "breachkit/reference"),
        ("breachkit/examples", "breachkit/examples"),
        ("breachkit/starter", "breachkit/starter"),
        ("breachkit/reference", "breachkit/reference"),
    ):
        there = {path.relative_to(unpacked / target) for path in (unpacked / target).rglob("*.*")}
        here = {path.relative_to(ROOT / source) for path in (ROOT / source).rglob("*.*")}
        assert {path for path in here if path.suffix in {".toml", ".j2"}} <= there
    assert (unpacked / "breachkit/py.typed").exists()
