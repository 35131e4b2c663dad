"""A program that drains one register, for tests that kill it: `python -m tests.outbox.sender`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from breachkit.adapters.lock import claim_run
from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.pace import Pace
from breachkit.errors import StoreBusyError
from breachkit.outbox import run_drain
from tests.outbox.letters import builder_of, relay_at


def main() -> int:
    """Drain what is due, under the lock; 75 when another holds it."""
    path, port, sessions = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    print("ready", flush=True)
    try:
        with (
            claim_run(path.with_name("outbox.lock"), datetime.now(UTC)),
            SqliteStore.open(path) as store,
        ):
            done = run_drain(
                store.outbox,
                relay_at(port, 20.0),
                builder_of,
                sessions=sessions,
                clock=lambda: datetime.now(UTC),
                pace=Pace(),
            )
    except StoreBusyError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    print({state.value: count for state, count in done.tally.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
