"""What happened in the world: calls, questions, decisions. Recorded as stated, never refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from breachkit.casework.desk import Desk, Rules, attempt, keep, read_matter, read_surviving
from breachkit.casework.incidents import changed_by
from breachkit.casework.picture import Picture, names_by_scope, picture_of, recipient_of
from breachkit.casework.risk import basis, check_may_exempt
from breachkit.domain.approval import check_may_change, person_of, same_person
from breachkit.domain.entry import ContactRecorded, DecisionRecorded, FactsAmended
from breachkit.domain.happening import Entry
from breachkit.domain.instant import Instant, dated_ahead
from breachkit.domain.line import Change, Kept
from breachkit.domain.matter import Matter
from breachkit.domain.people import Actor, Person, Role
from breachkit.domain.scope import OWN
from breachkit.domain.text import cleaned
from breachkit.errors import BadInputError, FactError, RefusedError, UnknownNameError

Decision = Literal[
    "risk-authority", "risk-people", "rule-out", "limit", "filing", "clearance", "other"
]

OUTCOMES: dict[str, tuple[str, ...]] = {
    "risk-authority": ("unlikely", "risk"),
    "risk-people": ("high", "not_high", "34-3-a", "34-3-b", "34-3-c"),
    "rule-out": ("personal_data", "security_measures"),
    "filing": ("processor", "controller"),
}
"""What can be decided; other decisions are free in their outcome."""


@dataclass(frozen=True)
class Call:
    """A call or message as somebody reports it; times are text as people write them."""

    scope: str
    """The scope's key, or the name of its partner."""
    at: str
    direction: Literal["out", "in"] = "out"
    channel: str = "telephone"
    person: str | None = None
    caller: str | None = None
    """Who of us spoke, where it was not whoever records it."""
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
    decided_by: str = ""
    """Empty: the scope's controller, or whoever records it where no scope is concerned."""
    scope: str | None = None
    """Needed for a risk decision where there are several scopes."""
    second: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, repr=False)
class Noted(Picture):
    """An incident after something was recorded, with what that was and how it stood before."""

    entry: Entry | None = None
    before: Picture | None = None
    new: bool = True
    """False when the same was recorded already, so that nothing was appended."""


def record_contact(desk: Desk, actor: Actor, matter_id: str, call: Call) -> Noted:
    """Record a call or a question; that a partner was told starts its own clocks.

    Only a time that cannot be read is refused. A scope nobody had named is added, so that its clocks
    show; what concerns a merged incident is recorded in the one that goes on.
    """
    check_may_change(desk.rules.roles(actor), "record contacts")
    now = desk.now()
    zone, promised = desk.rules.zone, call.next_update
    at = read_time("at", call.at, now, zone)
    ahead = dated_ahead(promised, now) if promised else None
    following = read_time("next update", ahead, now, zone) if ahead else None
    text = cleaned(call.said or "", len(call.said or ""))
    said = keep(desk, text) if text else None

    def decide() -> tuple[Change | None, Noted]:
        matter = read_surviving(desk, matter_id)
        before = picture_of(matter, desk.rules, now)
        scope = scope_of(desk, before, call.scope)
        entry = ContactRecorded(
            by=actor,
            scope=scope,
            direction=call.direction,
            channel=_line(call.channel) or "not stated",
            at=at,
            person=_line(call.person or "") or None,
            caller=_line(call.caller or "") or None,
            told=call.told,
            acknowledged=call.acknowledged,
            said_kept=said.digest.hex() if said else None,
            next_update=following,
        )
        if any(_is_same(desk, recorded.entry, entry, said) for recorded in matter.contacts):
            return None, _noted(before, entry, before, new=False)
        picture, change = changed_by(desk, matter, [*_new_scope(matter, actor, scope), entry])
        change = change._replace(kept=(said,) if said else ())
        return change, _noted(picture, entry, before)

    return attempt(desk, decide)


def record_decision(desk: Desk, actor: Actor, matter_id: str, ruling: Ruling) -> Noted:
    """Record a decision with its reasons.

    Raises RefusedError for ruling out a limb without a second person and evidence.
    """
    check_may_change(desk.rules.roles(actor), "decide")
    people = desk.rules.people
    _check_outcome(ruling, desk.rules)

    def decide() -> tuple[Change | None, Noted]:
        matter = read_matter(desk, matter_id)
        before = picture_of(matter, desk.rules, desk.now())
        scope = _decided_scope(desk, before, ruling)
        theirs = recipient_of(before, desk.rules, scope) if scope and scope != OWN else ""
        decided_by = person_of(ruling.decided_by or theirs or actor.name, people)
        second = person_of(ruling.second, people) if ruling.second else None
        if ruling.decision == "rule-out":
            _check_rule_out(matter_id, ruling, same_person(second or "", decided_by, people))
            _check_listed(people, (decided_by, second or ""))
        view = before.view(scope) if scope and ruling.decision.startswith("risk") else None
        if view is not None:
            check_may_exempt(matter, view, ruling.outcome)
        entry = DecisionRecorded(
            by=actor,
            decision=ruling.decision,
            scope=scope,
            outcome=ruling.outcome,
            reasons=ruling.reasons,
            decided_by=decided_by,
            second=second,
            evidence=ruling.evidence,
            **(basis(view, ruling.decision, ruling.outcome) if view else {}),
        )
        if matter.decided(ruling.decision, scope) == entry:
            return None, _noted(before, entry, before, new=False)
        picture, change = changed_by(desk, matter, [entry])
        return change, _noted(picture, entry, before)

    return attempt(desk, decide)


def read_time(name: str, text: str, now: datetime, zone: str = "") -> Instant:
    """Return an instant that a person wrote; FactError says what is wrong with it.

    A time without a zone is never guessed at; `zone` is the one that is proposed then.
    """
    try:
        return Instant.model_validate(text, context={"now": now})
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        hint = getattr(first.get("ctx", {}).get("error"), "hint", "")
        if zone and "no zone" in message:
            hint = f'in the zone of the workspace: "{text.strip()} {zone}"'
        raise FactError(name, message, hint=hint) from error


def scope_of(desk: Desk, picture: Picture, name: str) -> str:
    """Return the key of the scope that a name means: a key, a partner's name, or a key made of it."""
    wanted = " ".join(name.casefold().split())
    known = list(dict.fromkeys([*(view.scope for view in picture.views), *desk.rules.partners]))
    if wanted in known:
        return wanted
    for key, names in names_by_scope(picture.matter, desk.rules).items():
        if wanted in {one.casefold() for one in names}:
            return key
    key = re.sub(r"[^a-z0-9_]+", "-", wanted).strip("-_")[:40]
    if not key:
        raise FactError(
            "scope",
            f"{name[:60]!r} holds no letter or digit that a key could be made of",
            hint=f"name the scope by a short key, as in --scope acme; known: {', '.join(known)}",
        )
    return key


def _new_scope(matter: Matter, actor: Actor, scope: str) -> list[Entry]:
    """Return the entry that adds a scope nobody had named, so that its clocks show."""
    if scope in (matter.facts.get("scopes") or {}):
        return []
    capacity = "controller" if scope == OWN else "processor"
    patch = {"scopes": {scope: {"capacity": capacity}}}
    return [FactsAmended(by=actor, patch=patch, source="named in the record of a contact")]


def _is_same(desk: Desk, entry: Entry, other: ContactRecorded, said: Kept | None) -> bool:
    """Tell whether a contact says the same as one recorded before, whoever recorded it."""
    assert isinstance(entry, ContactRecorded)
    bare = {"by": other.by, "said_kept": other.said_kept}
    if entry.model_copy(update=bare) != other:
        return False
    kept = desk.store.kept(bytes.fromhex(entry.said_kept)) if entry.said_kept else None
    return (kept.text if kept else None) == (said.text if said else None)


def _check_outcome(ruling: Ruling, rules: Rules) -> None:
    allowed = OUTCOMES.get(ruling.decision)
    if ruling.decision == "clearance":
        allowed = tuple(one.name for law in rules.instruments.values() for one in law.conflicts)
    if allowed and ruling.outcome not in allowed:
        raise BadInputError(
            f"{ruling.decision} cannot be {ruling.outcome!r}", hint=f"one of: {', '.join(allowed)}"
        )


def _decided_scope(desk: Desk, picture: Picture, ruling: Ruling) -> str | None:
    """Return the scope whose risk is decided; ruling out concerns the incident as a whole."""
    known = [view.scope for view in picture.views]
    if ruling.decision == "rule-out" and ruling.scope:
        raise BadInputError(
            "ruling out concerns the whole incident, not one scope", hint="leave --scope out"
        )
    if ruling.scope is None:
        if not ruling.decision.startswith(("risk", "filing")):
            return None
        if len(known) == 1:
            return known[0]
        what = "who files" if ruling.decision == "filing" else "a risk"
        raise BadInputError(
            f"{what} is decided for one scope, by its controller",
            hint=f"add --scope; {picture.id} has {', '.join(known)}",
        )
    scope = scope_of(desk, picture, ruling.scope)
    if scope not in known:
        raise UnknownNameError(
            f"{picture.id} has no scope {ruling.scope}", hint=f"its scopes: {', '.join(known)}"
        )
    return scope


def _check_rule_out(matter_id: str, ruling: Ruling, alone: bool) -> None:
    whole = f"breachkit decision record {matter_id} --rule-out {ruling.outcome} --reason TEXT"
    if not ruling.second or alone:
        raise RefusedError(
            "ruling out a breach takes two people"
            + (f", and {ruling.second} is the one who decides" if ruling.second else ""),
            hint=f"{whole} --second NAME --evidence TEXT",
        )
    if not ruling.evidence:
        raise RefusedError(
            "ruling out a breach takes evidence",
            hint=f"say where it lies: {whole} --second NAME --evidence TEXT",
        )


def _check_listed(people: Mapping[str, Person], deciders: tuple[str, ...]) -> None:
    """Refuse to stop clocks on the word of somebody whom the workspace does not list, once it lists any."""
    for name in deciders if people else ():
        roles = people[name].roles if name in people else ()
        if not set(roles) - {Role.AUTOMATION}:
            raise RefusedError(
                f"{name} is not listed as a person who can rule out a breach",
                hint="list both with a role in people.toml; automation decides nothing",
            )


def _noted(picture: Picture, entry: Entry, before: Picture, *, new: bool = True) -> Noted:
    seen = {field.name: getattr(picture, field.name) for field in fields(Picture)}
    return Noted(**seen, entry=entry, before=before, new=new)


def _line(text: str) -> str:
    return cleaned(" ".join(text.split()), 200)
