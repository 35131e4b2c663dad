"""How fast messages go out, and how long to wait after trouble with the relay; it asks no clock."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Pace:
    """What a relay bears of us."""

    per_minute: float = 0.0
    """Messages a minute over all sessions; 0: as fast as it takes them."""
    burst: int = 1
    """How many may go at once after a pause."""
    first_wait: float = 1.0
    """Seconds to wait after the first trouble; doubled with each further one."""
    longest_wait: float = 300.0
    tries: int = 5
    """Troubles in a row after which a run that is not a service gives up until the next one."""


class Bucket(NamedTuple):
    """How many messages may go at once, as of a time; below zero it is owed."""

    level: float
    at: float


class Trouble(NamedTuple):
    """How often in a row the relay could not be used, and when to try it again."""

    tries: int = 0
    resume_at: float = 0.0


NO_TROUBLE = Trouble()


def full(pace: Pace, now: float) -> Bucket:
    """Return the bucket that a run begins with."""
    return Bucket(float(pace.burst), now)


def take(pace: Pace, bucket: Bucket, now: float) -> tuple[Bucket, float]:
    """Take the place of one message; return what is left, and the seconds to wait before sending it.

    Times are seconds of a clock that is never set. Should it go back all the same, nothing is added.
    """
    if pace.per_minute <= 0:
        return bucket, 0.0
    rate = pace.per_minute / 60
    level = min(float(pace.burst), bucket.level + max(0.0, now - bucket.at) * rate) - 1
    return Bucket(level, max(now, bucket.at)), max(0.0, -level / rate)


def worsened(pace: Pace, trouble: Trouble, now: float) -> Trouble:
    """Return the trouble after one more; several sessions that meet the same one count once."""
    if now < trouble.resume_at:
        return trouble
    wait = min(pace.longest_wait, pace.first_wait * 2.0 ** min(trouble.tries, 30))
    return Trouble(trouble.tries + 1, now + wait)
