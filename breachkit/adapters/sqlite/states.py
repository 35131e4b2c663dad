"""From which state a message may come into which, as the statements that move it and nothing else.

Each names the states that it expects: a message in another one stays as it is, and the count says so.
"""

from typing import Final

from breachkit.domain.delivery import State

CLAIM = "UPDATE messages SET state = 'claimed', changed_at = ? WHERE id = ?"
MARK = """UPDATE messages SET state = 'handed over', changed_at = ?
    WHERE id = ? AND state = 'claimed'"""
_TRIED = """UPDATE messages SET attempts = attempts + 1, state = :state, reply = :reply,
    queue_id = :queue_id, next_at = :next_at, sent_at = :sent_at, changed_at = :now
    WHERE id = :id AND state IN ('claimed', 'handed over')"""
SETTLE: Final = {
    State.SENT: _TRIED,
    State.DEFERRED: _TRIED,
    State.REFUSED: _TRIED,
    State.DOUBTFUL: _TRIED,
    State.RETURNED: """UPDATE messages SET state = :state, reply = :reply, changed_at = :now
        WHERE id = :id AND state IN ('sent', 'doubtful', 'handed over')""",
    State.WAITING: """UPDATE messages SET state = :state, next_at = '', changed_at = :now
        WHERE id = :id AND state = 'claimed'""",
}
DEFERRED_TOO_LATE = """UPDATE messages SET state = 'cancelled', next_at = '' WHERE id = ?
    AND state = 'deferred' AND batch IN (SELECT number FROM batches WHERE state = 'stopped')"""
MOVE: Final = {
    State.WAITING: """UPDATE messages SET state = 'waiting', next_at = '', sent_at = '',
        copies = copies + (state = 'doubtful'), changed_at = :now
        WHERE id = :id AND address <> '' AND (state IN ('deferred', 'refused', 'returned')
            OR state = 'doubtful' AND :copy)
        AND batch NOT IN (SELECT number FROM batches WHERE state = 'stopped')""",
    # Whoever says that it arrived does not say when: it had left by the time the doubt was noted.
    State.SENT: """UPDATE messages SET state = 'sent', sent_at = changed_at, changed_at = :now
        WHERE id = :id AND state = 'doubtful'""",
    State.REFUSED: """UPDATE messages SET state = 'refused', changed_at = :now
        WHERE id = :id AND state = 'doubtful'""",
    State.RETURNED: """UPDATE messages SET state = 'returned', changed_at = :now
        WHERE id = :id AND state IN ('sent', 'doubtful')""",
}
RECOVER: Final = {
    State.WAITING: """UPDATE messages SET state = 'waiting', next_at = '', changed_at = :now
        WHERE batch IN (SELECT number FROM batches) AND state = 'claimed'""",
    State.DOUBTFUL: """UPDATE messages SET state = 'doubtful', attempts = attempts + 1,
        reply = :reply, changed_at = :now
        WHERE batch IN (SELECT number FROM batches) AND state = 'handed over'""",
}
# A batch is stopped without a clock; the register's last time is the latest that is known here.
CANCEL = """UPDATE messages SET state = 'cancelled', next_at = '',
    changed_at = max(changed_at, (SELECT at FROM head))
    WHERE batch = ? AND state IN ('waiting', 'claimed', 'deferred')"""
GIVE_BACK = """UPDATE messages SET state = 'waiting', next_at = ''
    WHERE batch = ? AND state = 'claimed'"""
