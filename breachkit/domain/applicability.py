"""Which laws apply to an incident, which do not, and which may: each with its reason in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from breachkit.domain.condition import AnyOf, Condition, FactIn, KeyIn, NotAll
from breachkit.domain.deadline import find_deadline
from breachkit.domain.duty import Duty, belongs, day_of
from breachkit.domain.obligation import Obligation, Owed
from breachkit.domain.predicate import holds, lookup
from breachkit.domain.reason import reasons
from breachkit.domain.scope import OWN, ScopeView


class Verdict(StrEnum):
    """Whether an obligation applies in a scope."""

    APPLIES = "applies"
    POSSIBLE = "possible"
    """A fact or decision that would settle it is missing."""
    NOT = "does not apply"


@dataclass(frozen=True, slots=True)
class Applicability:
    """Whether an obligation applies in one scope, and why."""

    law: Obligation
    scope: str
    verdict: Verdict
    reasons: tuple[str, ...]
    questions: tuple[str, ...] = ()
    """The facts that would decide, by the path under which they are stated."""
    proposed: bool = False
    """Part of a proposal, and no law."""


def find_applicable(
    laws: Iterable[Obligation],
    proposals: Iterable[Obligation],
    views: Sequence[ScopeView],
    duties: Iterable[Duty],
    opened: datetime,
) -> tuple[Applicability, ...]:
    """Return for each obligation and scope whether it applies, may apply or does not.

    Nothing is left out but what cannot arise in a scope at all: what is owed as controller or processor
    stands in the scopes that are stated; what is owed as manufacturer, entity or operator in our own,
    and in a partner's where the partner is known to be one.
    """
    by_id = {duty.id: duty for duty in duties}
    settled = (
        _settled(law, view, by_id.get(f"{law.qualified_id}@{view.scope}"), opened)
        for law in laws
        for view in views
        if _can_arise(law, view)
    )
    return (*settled, *(_proposed(law) for law in proposals))


def _can_arise(law: Obligation, view: ScopeView) -> bool:
    if law.owed_by.by_processing:
        return not view.house
    return view.scope == OWN or belongs(law, view)


def without_rules(laws: Iterable[Obligation], views: Iterable[ScopeView]) -> tuple[str, ...]:
    """Return the countries of people for which no law file has rules: never "no duty"."""
    known = {place for law in laws for place in _places(law.when)}
    stated = (lookup(view.values, "countries") for view in views)
    places = {place for found in stated if isinstance(found, Mapping) for place in found}
    return tuple(sorted(place for place in places if not {place, place[:2]} & known))


def _settled(
    law: Obligation, view: ScopeView, duty: Duty | None, opened: datetime
) -> Applicability:
    if duty is None:
        return Applicability(law, view.scope, Verdict.NOT, _why_not(law, view, opened))
    verdicts = {True: Verdict.APPLIES, None: Verdict.POSSIBLE, False: Verdict.NOT}
    why = reasons(law.when, view.values)
    if duty.owed is not True and duty.questions in {(), ("risk.people",)}:
        why = _risk(law, view)
    elif law.owed is not Owed.ALWAYS and duty.owed:
        why = (*why, *_risk(law, view))
    shown = why or ("it depends on no fact",)
    return Applicability(law, view.scope, verdicts[duty.owed], shown, duty.questions)


def _why_not(law: Obligation, view: ScopeView, opened: datetime) -> tuple[str, ...]:
    """Return why an obligation does not even arise."""
    if law.scopes and view.scope not in law.scopes:
        return (f"it binds {', '.join(law.scopes)} only",)
    if holds(law.when, view.values) is False:
        return reasons(law.when, view.values)
    day, path = day_of(law, find_deadline(law, view.values, opened_at=opened), opened)
    assert law.in_force is not None
    until = f" to {law.in_force.until}" if law.in_force.until else ""
    return (f"in force from {law.in_force.since}{until}, not on {day} ({path})",)


def _proposed(law: Obligation) -> Applicability:
    why = "a proposal and no law: it never yields a deadline"
    return Applicability(law, "", Verdict.NOT, (why,), proposed=True)


def _risk(law: Obligation, view: ScopeView) -> tuple[str, ...]:
    """Return how the risk decision settles an obligation, or that there is none yet."""
    path = "risk.authority" if law.owed is Owed.UNLESS_RISK_UNLIKELY else "risk.people"
    decided = lookup(view.values, path)
    shown = decided if isinstance(decided, str) else "not decided"
    asks = {
        Owed.UNLESS_RISK_UNLIKELY: "owed unless a risk is unlikely",
        Owed.IF_HIGH_RISK: "owed if a high risk is likely",
    }
    if law.owed not in asks:
        return reasons(law.when, view.values)
    return (f"{asks[law.owed]}, and {path} is {shown}",)


def _places(conditions: Iterable[Condition]) -> Iterator[str]:
    """Yield the countries that conditions on places name."""
    for condition in conditions:
        match condition:
            case AnyOf():
                for group in condition.groups:
                    yield from _places(group)
            case NotAll():
                yield from _places(condition.conditions)
            case KeyIn(fact="countries"):
                yield from (place[:2] for place in condition.countries)
            case FactIn(fact="controller.country"):
                yield from map(str, condition.meant)
            case _:
                pass
