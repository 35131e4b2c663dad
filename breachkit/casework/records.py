"""What happened in the world: calls, questions, decisions. Recorded as stated, never refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from breachkit.casework.desk import Desk, attempt, keep, read_matter
from breachkit.casework.incidents import changed_by
from breachkit.casework.picture import Picture
from breachkit.domain.approval import check_may_change
from breachkit.domain.entry import ContactRecorded, DecisionRecorded, Entry, FactsAmended
from breachkit.domain.instant import Instant
from breachkit.domain.line import Change
from breachkit.domain.matter import Matter
from breachkit.domain.people import Actor
from breachkit.domain.scope import OWN
from breachkit.errors import FactError, RefusedError

Decision = Literal["risk-authority", "risk-people", "rule-out", "limit", "other"]


@dataclass(frozen=True)
class Call:
    """A call or message as somebody reports it; times are text as people write them."""

    scope: str
    at: str
    direction: Literal["out", "in"] = "out"
    channel: str = "telephone"
    person: str | None = None
    said: str | None = None
    told: bool = False
    acknowledged: bool = False
    next_update: str | None = None


@dataclass(frozen=True)
class Ruling:
    """A decision as somebody reports it."""

    decision: Decision
    outcome: str
    reasons: str
    decided_by: str
    scope: str | None = None
    second: str | None = None
    evidence: str | None = None


def record_contact(desk: Desk, actor: Actor, matter_id: str, call: Call) -> Picture:
    """Record a call or a question; that a partner was told starts its own clocks."""
    check_may_change(desk.rules.roles(actor), "contact")
    at = read_time("at", call.at, desk.now())
    following = read_time("next update", call.next_update, desk.now()) if call.next_update else None
    said = keep(desk, call.said) if call.said else None

    def decide() -> tuple[Change | None, Picture]:
        matter = read_matter(desk, matter_id)
        entries = [*_new_scope(matter, actor, call.scope)]
        entries.append(
            ContactRecorded(
                by=actor,
                scope=call.scope,
                direction=call.direction,
                channel=call.channel,
                at=at,
                person=call.person,
                told=call.told,
                acknowledged=call.acknowledged,
                said_kept=said.digest.hex() if said else None,
                next_update=following,
            )
        )
        picture, change = changed_by(desk, matter, entries)
        return _keeping(change, (said,) if said else ()), picture

    return attempt(desk, decide)


def record_decision(desk: Desk, actor: Actor, matter_id: str, ruling: Ruling) -> Picture:
    """Record a decision with its reasons.

    Raises RefusedError for ruling out a limb without a second person and evidence.
    """
    check_may_change(desk.rules.roles(actor), "decide")
    if ruling.decision == "rule-out":
        _check_rule_out(actor, ruling)

    def decide() -> tuple[Change | None, Picture]:
        matter = read_matter(desk, matter_id)
        entry = DecisionRecorded(
            by=actor,
            decision=ruling.decision,
            scope=ruling.scope,
            outcome=ruling.outcome,
            reasons=ruling.reasons,
            decided_by=ruling.decided_by,
            second=ruling.second,
            evidence=ruling.evidence,
        )
        picture, change = changed_by(desk, matter, [entry])
        return change, picture

    return attempt(desk, decide)


def read_time(name: str, text: str, now: datetime) -> Instant:
    """Return an instant that a person wrote; FactError says what is wrong with it."""
    try:
        return Instant.model_validate(text, context={"now": now})
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise FactError(name, message) from error


def _new_scope(matter: Matter, actor: Actor, scope: str) -> list[Entry]:
    """Return the entry that adds a scope nobody had named, so that its clocks show."""
    if scope in (matter.facts.get("scopes") or {}):
        return []
    capacity = "controller" if scope == OWN else "processor"
    patch = {"scopes": {scope: {"capacity": capacity}}}
    return [FactsAmended(by=actor, patch=patch, source="named in the record of a contact")]


def _check_rule_out(actor: Actor, ruling: Ruling) -> None:
    if not ruling.second or ruling.second.casefold() in {
        actor.name.casefold(),
        ruling.decided_by.casefold() if ruling.decided_by != actor.name else "",
    }:
        raise RefusedError(
            "ruling out a breach takes two people", hint="name the other one: --second NAME"
        )
    if not ruling.evidence:
        raise RefusedError(
            "ruling out a breach takes evidence", hint="say where it lies: --evidence TEXT"
        )


def _keeping(change: Change, kept: tuple[object, ...]) -> Change:
    from dataclasses import replace

    return replace(change, kept=kept)  # type: ignore[arg-type]
