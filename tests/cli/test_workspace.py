"""`breachkit init` and `workspace check`: a new workspace, and what would fail in it at night."""

import stat
import tomllib
from pathlib import Path

import pytest

from breachkit.app import open_workspace
from breachkit.cli.workspace import system_zone
from tests.cli.conftest import Run, opened
from tests.conftest import partner


def test_init_lays_out_a_workspace_that_works_at_once(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "new psirt"
    said = run("init", str(root), "--zone", "Europe/Berlin", "--organisation", "Vendor Ltd")
    assert (said.status, said.out) == (
        0,
        f"laid out {root}, for you alone; times are shown in Europe/Berlin\n",
    )
    assert f"next: cd '{root}'" in said.err
    assert "next: breachkit incident open --title 'What is seen'" in said.err
    assert stat.S_IMODE((root / "register.sqlite3").stat().st_mode) == 0o600
    assert run("-C", str(root), "incident", "open", "--title", "x").status == 0
    settings = tomllib.loads((root / "breachkit.toml").read_text("utf-8"))
    assert settings["zone"] == "Europe/Berlin"
    assert settings["organisation"]["name"] == "Vendor Ltd"


def test_init_refuses_an_existing_workspace(run: Run, workspace: Path) -> None:
    before = (workspace / "breachkit.toml").read_text("utf-8")
    said = run("init", str(workspace), "--organisation", "Other")
    assert (said.status, said.error) == (1, f"{workspace} is a workspace already")
    assert said.hint == f"breachkit -C {workspace} status"
    assert (workspace / "breachkit.toml").read_text("utf-8") == before


def test_a_register_that_is_gone_is_never_made_anew(run: Run, workspace: Path) -> None:
    for path in workspace.glob("register.sqlite3*"):
        path.unlink()
    for words in (("status",), ("incident", "open", "--title", "x"), ("register", "verify")):
        said = run(*words)
        assert (said.status, said.error) == (
            1,
            f"{workspace}/register.sqlite3: the register is gone",
        )
        assert said.hint.startswith("put register.sqlite3 back from a backup")
    said = run("init", str(workspace))
    assert said.error == f"{workspace} is a workspace whose register.sqlite3 is gone"
    assert said.hint.startswith("put register.sqlite3 back from a backup")
    assert not (workspace / "register.sqlite3").exists()


def test_a_register_whose_settings_are_gone_is_not_built_over(run: Run, workspace: Path) -> None:
    (workspace / "breachkit.toml").unlink()
    said = run("init", str(workspace))
    assert said.error == f"{workspace} holds a register without breachkit.toml"
    assert not (workspace / "breachkit.toml").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--zone", "Mars/Olympus"], "zone: Mars/Olympus is not a time zone"),
        (["--organisation", "a\nb"], "organisation: has a line break"),
        (["--organisation", "a\x1b[31m"], "organisation: holds the character U+001B"),
        (["--group", "no-such-group"], "no group no-such-group"),
    ],
)
def test_init_refuses_what_could_not_be_used(
    run: Run, tmp_path: Path, words: list[str], message: str
) -> None:
    said = run("init", str(tmp_path / "new"), *words)
    assert said.status in {1, 2}
    assert message in said.error
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "name", ['O"\\ Hara', "<b>{{ x }}</b>", "'''", "Ünïcode 株式会社", "@ZONE@"]
)
def test_any_name_can_be_ours(run: Run, tmp_path: Path, name: str) -> None:
    root = tmp_path / "new"
    assert run("init", str(root), "--organisation", name, "--zone", "UTC").status == 0
    settings = tomllib.loads((root / "breachkit.toml").read_text("utf-8"))
    assert settings["organisation"]["name"] == name


def test_a_workspace_may_belong_to_a_group(run: Run, tmp_path: Path) -> None:
    import grp
    import os

    root, group = tmp_path / "new", grp.getgrgid(os.getgid()).gr_name
    said = run("init", str(root), "--group", group)
    assert f"for the group {group}" in said.out
    assert stat.S_IMODE((root / "register.sqlite3").stat().st_mode) == 0o660


def test_the_log_of_a_group_is_for_the_group_whatever_the_umask(run: Run, tmp_path: Path) -> None:
    import grp
    import os

    root, group = tmp_path / "new", grp.getgrgid(os.getgid()).gr_name
    before = os.umask(0o027)
    try:
        run("init", str(root), "--group", group)
        run("-C", str(root), "incident", "open", "--title", "x")
    finally:
        os.umask(before)
    log = (root / "breachkit.log").stat()
    assert stat.S_IMODE(log.st_mode) == 0o660
    assert log.st_gid == root.stat().st_gid


def test_a_log_that_cannot_be_written_fails_no_step(run: Run, workspace: Path) -> None:
    (workspace / "breachkit.log").mkdir()
    said = run("incident", "open", "--title", "x", "--reference", "PD-1")
    assert said.status == 0
    assert "opened 2026-0001" in said.out
    assert said.err.count("breachkit: warning: ") == 1
    assert "breachkit.log cannot be written: Is a directory" in said.err
    with open_workspace(workspace) as kit:
        assert kit.open_incident({"title": "y"}).id == "2026-0002"
        assert "Is a directory" in kit.log_trouble


def test_a_folder_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = run("init", str(tmp_path / "file" / "new"))
    assert said.status == 1
    assert f"cannot write the workspace {tmp_path}/file/new" in said.error


@pytest.mark.parametrize(
    ("named", "zone"),
    [("Asia/Shanghai", "Asia/Shanghai"), (":Europe/Paris", "Europe/Paris")],
)
def test_the_zone_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path, named: str, zone: str
) -> None:
    monkeypatch.setenv("TZ", named)
    assert system_zone() == zone
    assert run("init", str(tmp_path / "new"), "--json").data["zone"] == zone


@pytest.mark.parametrize("named", ["", "Nowhere/Land", "CET-1", "../../etc/passwd", "Etc/UTC"])
def test_a_zone_that_is_none_is_not_taken(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("TZ", named)
    assert system_zone() != named


def test_check_finds_what_would_fail(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    assert run("workspace", "check").out == "nothing found that would fail at night\n"
    partner(workspace, "old", "Old Ltd", "agreement_ended = 2026-01-01")
    (workspace / "partners" / "mute.toml").write_text('name = "Mute SE"\n', encoding="utf-8")
    said = run("workspace", "check")
    assert said.status == 1
    assert "partners/mute.toml: Mute SE has no contact with a telephone" in said.out
    assert "partners/old.toml: the agreement ended on 2026-01-01: are data still held?" in said.out
    assert "to mend" in said.err
    found = run("workspace", "check", "--json")
    assert found.status == 1
    assert {"where", "what", "mend"} == found.data[0].keys()


def test_a_contact_not_verified_for_180_days(run: Run, workspace: Path) -> None:
    partner(workspace, "acme", "Acme Cameras")
    path = workspace / "partners" / "acme.toml"
    path.write_text(path.read_text("utf-8").replace("2026-10-01", "2026-05-25"), encoding="utf-8")
    assert "contact desk was verified 181 days ago" in run("workspace", "check").out


def settings(workspace: Path, old: str, new: str) -> None:
    path = workspace / "breachkit.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")


def test_codes_that_no_country_has_are_found(run: Run, workspace: Path) -> None:
    settings(workspace, 'sells_in = ["DE"]', 'sells_in = ["DE", "ZZ"]')
    text = 'name = "Acme"\ncountry = "XX"\nland = "QQ"\n[profile]\nestablishments = ["EU"]\n'
    (workspace / "partners" / "acme.toml").write_text(text, encoding="utf-8")
    said = run("workspace", "check")
    assert said.status == 1
    expected = [
        "breachkit.toml: organisation.profile.sells_in: 'ZZ' is no country code of ISO 3166-1",
        "partners/acme.toml: country: 'XX' is no country code of ISO 3166-1; the nearest: XK",
        "partners/acme.toml: profile.establishments: 'EU' is no country code",
        "partners/acme.toml: land: 'QQ' is no German Land",
    ]
    assert [one for one in expected if one not in said.out] == []
    assert opened(run), "the night's work goes on"


def test_codes_in_use_beside_the_standard_are_taken_for_what_they_mean(
    run: Run, workspace: Path
) -> None:
    partner(workspace, "acme", "Acme", 'country = "UK"\n[profile]\nestablishments = ["EL"]')
    assert "country" not in run("workspace", "check").out
    said = run("authority", "for", opened(run, "--partner", "acme"), "--scope", "acme").out
    assert "the controller's main establishment is in United Kingdom" in said


@pytest.mark.parametrize(
    ("country", "message"),
    [
        ("Germany", "'Germany' is no country code of ISO 3166-1; the nearest: DE (Germany)"),
        ("de", "'de' is no country code of ISO 3166-1; the nearest: DE (Germany)"),
    ],
)
def test_check_flags_settings_that_cannot_be_read(
    run: Run, workspace: Path, country: str, message: str
) -> None:
    settings(workspace, "[organisation]", f'[organisation]\ncountry = "{country}"')
    said = run("workspace", "check")
    assert (said.status, said.err) == (1, "1 to mend\n")
    assert f"breachkit.toml: organisation.country: {message}" in said.out
    refused = run("incident", "open", "--title", "T")
    assert refused.error == f"breachkit.toml: organisation.country: {message}"


def test_a_list_with_a_code_of_no_country_settles_no_law(run: Run, workspace: Path) -> None:
    """A typing error may stand for any country: it never lets a law seem not to apply."""
    place = ("--set", "scopes.own.capacity=controller")
    incident = opened(run, *place)
    assert "au-ndb" not in _possible(run, incident)
    settings(workspace, 'sells_in = ["DE"]', 'sells_in = ["DE", "AA"]')
    assert "au-ndb" in _possible(run, incident)


def _possible(run: Run, incident: str) -> str:
    found = run("law", "applicable", incident, "--json").data["applicable"]
    return str([one["obligation"] for one in found if one["verdict"] == "possible"])


def test_check_finds_a_template_that_may_not_be_used(run: Run, workspace: Path) -> None:
    folder = workspace / "templates" / "partner"
    folder.mkdir(parents=True)
    (folder / "en.md.j2").write_text("{{ x.__class__ }}\n", encoding="utf-8")
    said = run("workspace", "check")
    assert said.status == 1
    assert "templates/partner/en.md.j2: partner/en.md.j2:1: " in said.out
    (folder / "en.md.j2").write_text("Subject: x\n\n{{ incident }}\n", encoding="utf-8")
    assert "templates/" not in run("workspace", "check").out


def test_check_finds_a_partner_whose_file_can_be_no_key(run: Run, workspace: Path) -> None:
    (workspace / "partners" / "Z Z.toml").write_text('name = "Zeta"\n')
    partner(workspace, "zeta", "Zeta")
    said = run("workspace", "check")
    assert "partners/Z Z.toml: 'Z Z' can be no scope's key" in said.out
    assert "rename the file, as in partners/z-z.toml" in said.out
    assert "'zeta'" not in said.out
