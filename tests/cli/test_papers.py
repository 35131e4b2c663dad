"""`breachkit notice pack` and `callsheet`: the papers for counsel and for whoever calls a partner."""

import shlex
from pathlib import Path

from tests.cli.conftest import Run, opened
from tests.conftest import partner

NAME = "2026-0001-n1"


def drafted(run: Run) -> str:
    """Open the usual incident, draft for its partner, and return the digest's first eight."""
    opened(run, "--partner", "acme")
    found: str = run("notice", "draft", "2026-0001", "--json").data["notices"][0]["digest"][:8]
    return found


# The paper for counsel


def test_pack_writes_one_file_to_answer(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    digest = drafted(run)
    said = run("notice", "pack", NAME)
    path = workspace / f"{NAME}-for-counsel.html"
    assert said.out == f"wrote {path.name}\n"
    assert f"--digest {digest} --reviewer LAWYER --evidence TEXT" in said.err
    assert path.stat().st_mode & 0o777 == 0o600
    page = path.read_text("utf-8")
    whole = run("notice", "show", NAME, "--digest").out.strip()
    for words in (
        whole,
        "Acme Cameras",
        f"digest {digest}, and clear it",
        "--return",
        "Article 6.4(a)",
    ):
        assert words in page
    assert "<script" not in page
    assert "src=" not in page, "one file, that fetches nothing"


def test_pack_overwrites_only_what_is_named(run: Run, workspace: Path) -> None:
    drafted(run)
    path = workspace / f"{NAME}-for-counsel.html"
    path.write_text("notes of counsel", encoding="utf-8")
    said = run("notice", "pack", NAME)
    assert (said.status, said.error) == (2, f"{path.name} is there already")
    assert path.read_text("utf-8") == "notes of counsel"
    assert run(*shlex.split(said.hint.partition(": ")[2])[1:]).status == 0
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_pack_goes_where_it_is_told(run: Run, tmp_path: Path) -> None:
    digest = drafted(run)
    out = run("notice", "pack", NAME, "-o", "-")
    assert out.out.startswith("<!DOCTYPE html>")
    assert out.err == ""
    named = tmp_path / "for anna.html"
    said = run("notice", "pack", NAME, "-o", str(named), "--json")
    assert said.data == {"file": str(named), "digest": digest}
    assert named.exists()
    missing = run("notice", "pack", NAME, "-o", str(tmp_path / "no" / "file.html"))
    assert (missing.status, missing.error[:25]) == (1, "No such file or directory")


# The sheet for a call


def test_a_sheet_for_each_partner(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    partner(workspace, "bolt", "Bolt Homes")
    (workspace / "partners" / "mute.toml").write_text('name = "Mute SE"\n', encoding="utf-8")
    opened(run, "--partner", "acme", "--partner", "bolt", "--partner", "mute")
    which = run("notice", "callsheet", "2026-0001")
    assert which.status == 2
    assert which.error == "which partner? 2026-0001 has acme, bolt, mute"
    assert which.hint == "breachkit notice callsheet 2026-0001 --all"
    said = run("notice", "callsheet", "2026-0001", "--scope", "acme")
    assert said.out.startswith("Call sheet: Acme Cameras\n")
    assert "Night desk: +49 30 100 200" in said.out
    assert [f"\n{n}. " in said.out for n in range(1, 7)] == [True] * 5 + [False]
    for box in ("Called at (date, time, zone): __", "Person reached", "☐ yes"):
        assert box in said.out
    assert "Bolt" not in said.out
    record = said.err.strip().removeprefix("after the call: ")
    assert run(*shlex.split(record)[1:]).status == 0
    every = run("notice", "callsheet", "2026-0001", "--all")
    assert len(every.out.split("\f")) == 3
    assert set(run("notice", "callsheet", "2026-0001", "--all", "--json").data) == {
        *("acme", "bolt", "mute")
    }
