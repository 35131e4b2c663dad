import errno
import os
import stat
from pathlib import Path

import pytest

from breachkit.adapters.mail.eml import write_messages
from breachkit.errors import BadInputError, BreachkitError

NAME = "2026-0007-n3.2"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_message_is_a_file_of_its_own_that_its_owner_alone_can_read(tmp_path):
    seen = []
    folder = tmp_path / "for" / "courier"
    messages = ((position, b"x" * position) for position in (1, 2, 10))
    assert write_messages(folder, NAME, messages, seen.append) == 3
    assert seen == [1, 2, 3]
    assert names_in(folder) == [f"{NAME}-1.eml", f"{NAME}-10.eml", f"{NAME}-2.eml"]
    assert (folder / f"{NAME}-10.eml").read_bytes() == b"x" * 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_messages_are_written_as_they_come(tmp_path):
    def stream():
        yield 1, b"one"
        assert (tmp_path / f"{NAME}-1.eml").read_bytes() == b"one"
        yield 2, b"two"

    assert write_messages(tmp_path, NAME, stream()) == 2


def test_a_run_that_was_cut_off_is_repeated(tmp_path):
    write_messages(tmp_path, NAME, [(1, b"one")])
    before = (tmp_path / f"{NAME}-1.eml").stat().st_mtime_ns
    (tmp_path / f".{NAME}-2.eml.part").write_bytes(b"tw")
    assert write_messages(tmp_path, NAME, [(1, b"one"), (2, b"two")]) == 2
    assert (tmp_path / f"{NAME}-1.eml").stat().st_mtime_ns == before
    assert names_in(tmp_path) == [f"{NAME}-1.eml", f"{NAME}-2.eml"]


@pytest.mark.parametrize("kind", ["file", "same length", "link", "broken link", "folder"])
def test_nothing_else_is_ever_overwritten(tmp_path, kind):
    path = tmp_path / f"{NAME}-1.eml"
    other = tmp_path / "two"  # as long as the message, as a link to it is
    if kind == "folder":
        path.mkdir()
    elif "link" in kind:
        path.symlink_to(other.name)
    else:
        path.write_bytes(b"two" if kind == "same length" else b"something else")
    if kind == "link":
        other.write_bytes(b"one")
    with pytest.raises(BreachkitError, match="is there already and is not this message"):
        write_messages(tmp_path, NAME, [(1, b"one")])
    assert not other.exists() or other.read_bytes() == b"one"
    assert path.is_symlink() or path.is_dir() or path.read_bytes() != b"one"


@pytest.mark.parametrize("taken", [False, True])
def test_a_disk_without_links_takes_the_files_too(tmp_path, monkeypatch, taken):
    path = tmp_path / f"{NAME}-1.eml"

    def no_links(*_):
        if taken:
            path.write_bytes(b"meanwhile")
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    if taken:
        with pytest.raises(BreachkitError, match="is there already"):
            write_messages(tmp_path, NAME, [(1, b"one")])
        assert path.read_bytes() == b"meanwhile"
    else:
        assert write_messages(tmp_path, NAME, [(1, b"one")]) == 1
        assert path.read_bytes() == b"one"
    assert names_in(tmp_path) == [path.name]


def test_a_full_disk_leaves_whole_files_and_says_how_far_it_came(tmp_path, monkeypatch):
    real = os.fsync
    calls = []

    def full(handle):
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        BreachkitError, match=r"n3\.2-2\.eml after 1 messages: No space left"
    ) as caught:
        write_messages(tmp_path, NAME, [(1, b"one"), (2, b"two")])
    assert "stays good" in caught.value.hint
    assert names_in(tmp_path) == [f"{NAME}-1.eml"]


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "a\n"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(BadInputError, match="cannot be the start of a file's name"):
        write_messages(tmp_path, name, [(1, b"one")])
