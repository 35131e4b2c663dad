"""Postfix's programs for measuring mail: found on this machine, or unpacked from Debian's package."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = ("/usr/sbin", "/usr/local/sbin")
PATIENCE = 10.0


class Postfix:
    """Where smtp-sink and smtp-source are."""

    def __init__(self, sbin: Path, libraries: Path | None) -> None:
        self._sbin = sbin
        self._environment = dict(os.environ)
        if libraries is not None:
            self._environment["LD_LIBRARY_PATH"] = str(libraries)

    @contextmanager
    def sink(self) -> Iterator[int]:
        """Run a server that takes every message and throws it away; yield its port."""
        port = _free_port()
        # It refuses to run as root.
        user = ["-u", "nobody", "-R", "/tmp"] if os.geteuid() == 0 else []
        command = [
            str(self._sbin / "smtp-sink"),
            *user,
            "-h",
            "sink.test",
            f"127.0.0.1:{port}",
            "200",
        ]
        with subprocess.Popen(command, env=self._environment) as process:
            try:
                _wait_for(port)
                yield port
            finally:
                process.terminate()

    def source(self, port: int, messages: int, size: int, sessions: int) -> None:
        """Send so many messages of so many bytes, over sessions that are used again."""
        options = ["-d", "-s", str(sessions), "-m", str(messages), "-l", str(size)]
        options += ["-f", "notices@vendor.test", "-t", "kim@partner.test"]
        command = [str(self._sbin / "smtp-source"), *options, f"127.0.0.1:{port}"]
        subprocess.run(command, env=self._environment, check=True)


def find(folder: Path) -> Postfix:
    """Return Postfix's programs; RuntimeError says what is missing."""
    for place in PLACES:
        if (Path(place) / "smtp-sink").exists() and (Path(place) / "smtp-source").exists():
            return Postfix(Path(place), None)
    unpacked = folder / "postfix"
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise RuntimeError("smtp-sink and smtp-source are missing: they come with Postfix")
    folder.mkdir(parents=True, exist_ok=True)
    got = subprocess.run(["apt-get", "download", "postfix"], cwd=folder, capture_output=True)
    packages = sorted(folder.glob("postfix_*.deb"))
    if got.returncode or not packages:
        raise RuntimeError("smtp-sink and smtp-source are missing, and `apt-get download` failed")
    subprocess.run(["dpkg", "-x", packages[-1], unpacked], check=True)
    unpacked.chmod(0o755)
    return Postfix(unpacked / "usr/sbin", unpacked / "usr/lib/postfix")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.02)
        else:
            return
