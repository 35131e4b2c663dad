"""A duty: an obligation towards one addressee in one scope, its clock, and whether it is met."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from breachkit.domain.competence import Authorities
from breachkit.domain.deadline import (
    Deadline,
    LimitOverride,
    find_deadline,
    soon_from,
)
from breachkit.domain.instant import moment, zone_of
from breachkit.domain.matter import Matter
from breachkit.domain.obligation import Addressee, Bearer, Obligation, Owed
from breachkit.domain.predicate import Answers, holds
from breachkit.domain.requirement import Gap, Held, hold_requirements
from breachkit.domain.scope import OWN, ScopeView
from breachkit.domain.start import OPENED
from breachkit.domain.telling import Content, Told, content_of, told_of


class Side(StrEnum):
    """Whose duty it is."""

    OURS = "ours"
    THEIRS = "theirs"
    POSSIBLE = "possible"


DECIDED_BY: Final = {
    Owed.UNLESS_RISK_UNLIKELY: "risk-authority",
    Owed.IF_HIGH_RISK: "risk-people",
}
"""The decision on which it hangs whether a duty is owed."""


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation in one scope, with its clock and what is missing for it."""

    law: Obligation
    scope: str
    capacity: str
    owed: bool | None
    """None while a fact or decision that would settle it is missing."""
    deadline: Deadline
    soon_at: datetime | None
    told: Told
    told_at: datetime | None
    content: Content
    held: tuple[Held, ...]
    questions: tuple[str, ...]
    """The facts that would decide whether it is owed."""
    open_filings: tuple[str, ...] = ()
    """Authorities with which a filing is not confirmed yet, once one was made."""

    def __repr__(self) -> str:
        due = self.due_at.isoformat() if self.due_at else "no date"
        return f"Duty({self.id}, {self.side}, {self.told}, {due})"

    @property
    def id(self) -> str:
        """Obligation and scope, such as `imou-dpa/6.3@acme`."""
        return f"{self.law.qualified_id}@{self.scope}"

    @property
    def due_at(self) -> datetime | None:
        """When it is due, in UTC; None where nothing can be counted."""
        return self.deadline.due_at

    @property
    def side(self) -> Side:
        """Whose it is; possible while it is not settled that it is owed at all."""
        if self.owed is None:
            return Side.POSSIBLE
        if self.law.owed_by is Bearer.PROCESSOR or self.scope == OWN:
            return Side.OURS
        ours = self.law.owed_by is Bearer.CONTROLLER and self.capacity == "controller"
        return Side.OURS if ours else Side.THEIRS

    @property
    def open_law(self) -> bool:
        """Whether it is open that a law applies at all: by who somebody is, where, or what it asks.

        Such a duty asks for no contents and is cited in no notice before that is settled.
        """
        who = any(one.startswith("profile.") or "countries" in one for one in self.questions)
        return self.owed is None and (bool(self.law.letter) or who)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All facts that its requirements still ask for."""
        return tuple(gap for held in self.held for gap in held.gaps)

    @property
    def running(self) -> bool:
        """Whether its clock still asks for something."""
        return self.told in _RUNNING


_RUNNING: Final = frozenset({Told.WAITING, Told.UNCONFIRMED})


@dataclass(frozen=True, slots=True)
class Soon:
    """From when on a duty counts as due soon: the longer of a share of its time and a floor."""

    share: float = 0.25
    floor: timedelta = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the workspace adds to the law: partners' own limits, our targets, when soon begins."""

    limits: Mapping[str, LimitOverride]
    """By scope: the partner's own limit for the notice of Art. 6.3."""
    target: timedelta | None = None
    soon: Soon = Soon()
    authorities: Callable[[], Authorities] = dict
    """Which authorities there are; asked only where a filing was made."""


def find_duties(
    matter: Matter, views: Iterable[ScopeView], law: Sequence[Obligation], terms: Terms
) -> tuple[Duty, ...]:
    """Return every duty of an incident: owed, possible or stopped; not those that cannot arise.

    What somebody owes as manufacturer, entity or operator concerns the incident as a whole: ours
    stands in our own scope, and a partner's only where the partner is known to be one.
    """
    opened = moment(matter.opened_at)
    found = []
    for view in views:
        now, before = Answers(view.values), _unstopped(view)
        for obligation in law:
            if not belongs(obligation, view):
                continue
            applies = now.holds(obligation.when)
            if applies is False and (before is None or before.holds(obligation.when) is False):
                continue
            found.append(_duty(matter, view, obligation, now, terms, opened))
    return tuple(duty for duty in found if duty is not None)


def belongs(obligation: Obligation, view: ScopeView) -> bool:
    """Tell whether an obligation can arise in a scope at all, whatever the facts are."""
    if obligation.scopes and view.scope not in obligation.scopes:
        return False
    if obligation.owed_by.by_processing:
        return not view.house
    return view.scope == OWN or (
        _has_profile(view) and holds(obligation.when, view.values) is not None
    )


def _has_profile(view: ScopeView) -> bool:
    """Tell whether anything is said of what a partner is; where products are sold says nothing."""
    profile = view.values.get("profile")
    return isinstance(profile, Mapping) and bool(profile.keys() - {"sells_in"})


def _duty(
    matter: Matter,
    view: ScopeView,
    obligation: Obligation,
    answers: Answers,
    terms: Terms,
    opened: datetime,
) -> Duty | None:
    deadline = _deadline(view, obligation, terms, opened)
    if not in_force(obligation, deadline, opened):
        return None
    return _judged(matter, view, obligation, deadline, terms, answers)


def _judged(
    matter: Matter,
    view: ScopeView,
    obligation: Obligation,
    deadline: Deadline,
    terms: Terms,
    answers: Answers,
) -> Duty:
    applies = answers.holds(obligation.when)
    owed = _owed(obligation, view, applies)
    told, told_at, open_filings = told_of(matter, view, obligation, deadline, terms.authorities)
    held = hold_requirements(obligation, view, answers)
    return Duty(
        law=obligation,
        scope=view.scope,
        capacity=str(view.values.get("capacity", "")),
        owed=owed,
        deadline=deadline,
        soon_at=_soon(deadline, terms.soon),
        told=Told.STOPPED if owed is False and told is Told.WAITING else told,
        told_at=told_at,
        content=content_of(matter, view.scope, obligation, held, told),
        held=held,
        questions=_questions(obligation, view, answers, owed),
        open_filings=open_filings,
    )


def _deadline(view: ScopeView, obligation: Obligation, terms: Terms, opened: datetime) -> Deadline:
    # A contract with one partner says its limit itself; the partner's file shortens what binds all.
    common = obligation.limit and _to_partner(obligation) and not obligation.scopes
    own = terms.limits.get(view.scope) if common else None
    return find_deadline(
        obligation, view.values, opened_at=opened, limit_override=own, target=terms.target
    )


def in_force(obligation: Obligation, deadline: Deadline, opened: datetime) -> bool:
    """Tell whether an obligation is law on the day of its own trigger; of the opening without one."""
    day, _ = day_of(obligation, deadline, opened)
    return obligation.in_force is not None and obligation.in_force.covers(day)


def day_of(obligation: Obligation, deadline: Deadline, opened: datetime) -> tuple[date, str]:
    """Return the day whose law counts, and the instant that it is the day of."""
    start = deadline.start
    if start is None:
        return opened.date(), OPENED
    return start.at.astimezone(zone_of(start.zone)).date(), start.path


def _unstopped(view: ScopeView) -> Answers | None:
    """Return what was answered before decisions ended duties; None where no decision did.

    What a decision ended is shown as stopped instead of vanishing.
    """
    status, risk = view.values.get("status"), view.values.get("risk")
    before = dict(view.values)
    if isinstance(status, Mapping):
        before["status"] = dict.fromkeys(status, "suspected")
    if isinstance(risk, Mapping):
        before["risk"] = {name: told for name, told in risk.items() if name != "exemption"}
    return Answers(before) if before != view.values else None


def _owed(obligation: Obligation, view: ScopeView, applies: bool | None) -> bool | None:
    """Return whether it is owed: Art. 33 unless a risk is unlikely, Art. 34 only if a high one is likely.

    The two thresholds are not symmetric: what is unknown leaves the first owed and the second open.
    """
    if not applies:
        return applies
    risk = view.values.get("risk") or {}
    assert isinstance(risk, Mapping)
    match obligation.owed:
        case Owed.ALWAYS:
            return True
        case Owed.UNLESS_RISK_UNLIKELY:
            return risk.get("authority") != "unlikely"
        case Owed.IF_HIGH_RISK:
            return {"high": True, "not_high": False}.get(str(risk.get("people")))


def _questions(
    obligation: Obligation, view: ScopeView, answers: Answers, owed: bool | None
) -> tuple[str, ...]:
    if answers.holds(obligation.when) is None:
        return tuple(view.path_of(path) for path in answers.undecided(obligation.when))
    return ("risk.people",) if owed is None else ()


def _soon(deadline: Deadline, soon: Soon) -> datetime | None:
    if deadline.start is None or deadline.due_at is None:
        return None
    return soon_from(deadline.start.at, deadline.due_at, share=soon.share, floor=soon.floor)


def _to_partner(obligation: Obligation) -> bool:
    return obligation.addressee is Addressee.PARTNER
