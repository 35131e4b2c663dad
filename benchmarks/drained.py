"""A program that drains a register once and prints what it took: `python -m benchmarks.drained`."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.outgoing import letter
from breachkit.adapters.mail.message import Builder as Writer
from breachkit.adapters.mail.smtp import SmtpRelay
from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.outbound import Batch
from breachkit.domain.pace import Pace
from breachkit.domain.relay import RelaySettings
from breachkit.outbox import Builder, run_drain


def main() -> None:
    """Drain the register of the first argument to the port of the second, over so many sessions."""
    path, port, sessions = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with SqliteStore.open(path) as store:
        key, text = store.key(), letter()

        def builder_of(batch: Batch) -> Builder:
            writer = Writer(text, key=key, batch=batch, date=datetime.now(UTC))
            return Builder(text.sender, writer.build)

        relay = SmtpRelay(RelaySettings("127.0.0.1", port, security="plain", helo="vendor.test"))
        start = time.perf_counter()
        done = run_drain(
            store.outbox,
            relay,
            builder_of,
            sessions=sessions,
            clock=lambda: datetime.now(UTC),
            pace=Pace(),
        )
        took = time.perf_counter() - start
    tally = {state.value: count for state, count in done.tally.items()}
    print(json.dumps({"seconds": took, "peak": _peak(), "tally": tally}))


def _peak() -> int:
    """Return the most memory of this program, in KiB; getrusage also counts whoever started it."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if name == "VmHWM":
            return int(value.split()[0])
    return 0


if __name__ == "__main__":
    main()
