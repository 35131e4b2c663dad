"""The lock of the one run that sends: held by the kernel, and let go of with the process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from breachkit.errors import StoreBusyError, StoreError


@contextmanager
def claim_run(path: Path, since: datetime, mode: int = 0o600) -> Iterator[None]:
    """Hold the lock on a file, with process and start written into it for whoever comes second.

    The file stays when the lock goes: were it removed, two runs could hold two files of one name.
    Raises StoreBusyError when another run holds it, StoreError when it cannot be opened.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    except OSError as error:
        raise StoreError(f"{path}: cannot be opened: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusyError(
                f"another run sends already: {holder(path) or 'it has not said who it is'}",
                hint="breachkit outbox list",
            ) from None
        _write(handle, f"process {os.getpid()} since {since.isoformat(timespec='seconds')}\n")
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def holder(path: Path) -> str:
    """Return what the run that holds the lock wrote of itself; empty when none does."""
    try:
        return path.read_text("utf-8", errors="replace").strip()[:200]
    except OSError:
        return ""


def _write(handle: int, text: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, text.encode(), 0)
