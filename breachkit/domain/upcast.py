"""Lifting of old entries to the present shape: one pure function a step, applied in order."""

import json
from collections.abc import Callable
from typing import Any

Lift = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]

LIFTS: dict[str, Lift] = {}
"""From the kind of an old entry to the function that returns its next kind and body.

Empty in the first release; the kept registers under `tests/registers` say what must be liftable.
"""


def upcast(kind: str, body: bytes) -> tuple[str, dict[str, Any]]:
    """Return the kind and body of an old entry in the newest shape that is known."""
    data: dict[str, Any] = json.loads(body)
    while kind in LIFTS:
        kind, data = LIFTS[kind](data)
    return kind, data
