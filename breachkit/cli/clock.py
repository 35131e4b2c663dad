"""The partner's own clock in words: whether it runs, from when, and until when."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from breachkit.cli.base import Session
from breachkit.cli.facts import item
from breachkit.cli.outcome import due_of
from breachkit.cli.output import both

if TYPE_CHECKING:
    from breachkit.casework.picture import Picture
    from breachkit.domain.duty import Duty


def partner_clock(session: Session, picture: "Picture", scope: str) -> Iterator[str]:
    """Yield since when a scope's controller is aware, and when its own 72 hours end."""
    zone = session.kit.zone
    for duty in _filings(picture, scope):
        if duty.due_at is None or duty.deadline.start is None:
            continue
        aware = duty.deadline.start.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        limit = duty.deadline.limit
        whose = "ours" if duty.side.value == "ours" else f"{scope}'s own"
        yield from item(
            "clock",
            f"{whose} {limit} ({duty.law.citation} {duty.law.instrument}) run from"
            f" {both(aware, zone)} to {both(due_of(duty), zone)}",
        )


def _filings(picture: "Picture", scope: str) -> "list[Duty]":
    """Return the duties to tell an authority, under whatever law, that count from this awareness."""
    return [
        duty
        for duty in picture.duties_of(scope)
        if duty.law.addressee.value == "authority"
        and duty.owed is not False
        and duty.law.trigger.earliest[0].fact.endswith("aware_at")
    ]
