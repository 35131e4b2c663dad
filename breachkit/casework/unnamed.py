"""Partners' own limits while nobody has said which partners are affected: the one that would end first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from breachkit.casework.desk import Rules
from breachkit.domain.deadline import Deadline, LimitOverride, find_deadline
from breachkit.domain.duty import in_force
from breachkit.domain.instant import moment
from breachkit.domain.matter import Matter
from breachkit.domain.obligation import Addressee, Bearer, Obligation
from breachkit.domain.predicate import holds
from breachkit.domain.scope import ScopeView


@dataclass(frozen=True)
class Possible:
    """The limit that would end first if its partner were affected, among those shorter than all have."""

    key: str
    """The partner's."""
    name: str
    deadline: Deadline
    more: int
    """How many other partners have a limit that ends before the common one."""

    @property
    def words(self) -> str:
        """What it is, in words."""
        return f"if {self.name} is affected: {self.deadline.limit} ({self.deadline.citation})"


def shortest_of(matter: Matter, view: ScopeView, rules: Rules) -> Possible | None:
    """Return the limit of a configured partner that would end first, where it ends before the common.

    Any partner may be affected while nobody is named, so its own limit is possible: none is hidden by
    the incident's not knowing yet. None where no partner has agreed on less.
    """
    laws = [law for law in rules.obligations if _may_tell_partner(law, view)]
    case = _Case(laws, view, moment(matter.opened_at))
    bound = case.end_of(None, "")
    found: dict[str, Deadline] = {}
    for key, own in _own_limits(rules, laws).items():
        first = case.first(own, key)
        if first and first.due_at and (bound is None or first.due_at < bound):
            found[key] = first
    if not found:
        return None
    key = min(found, key=lambda one: (_end(found[one]), one))
    known = rules.partners.get(key)
    return Possible(key, known.name if known else key, found[key], len(found) - 1)


class _Case:
    """The duties to tell a partner in one incident, counted for each limit once."""

    def __init__(self, laws: Sequence[Obligation], view: ScopeView, opened: datetime) -> None:
        self.view, self.opened = view, opened
        self.common = [law for law in laws if not law.scopes]
        self.contracts = [law for law in laws if law.scopes]
        # There can be hundreds of partners, and few limits that they have agreed on.
        self._counted: dict[LimitOverride | None, Deadline | None] = {}

    def end_of(self, own: LimitOverride | None, key: str) -> datetime | None:
        """Return when the first of them ends; None where no date can be computed."""
        first = self.first(own, key)
        return first.due_at if first else None

    def first(self, own: LimitOverride | None, key: str) -> Deadline | None:
        """Return the deadline that ends first for a partner with a limit of its own, and its contract."""
        limit = own and own.model_copy(update={"source": "", "reason": own.reason and "agreed"})
        if limit not in self._counted:
            self._counted[limit] = self._earliest(self.common, own)
        mine = [law for law in self.contracts if key in law.scopes]
        found = [self._counted[limit], self._earliest(mine, None)]
        return min((one for one in found if one), key=_end, default=None)

    def _earliest(self, laws: Sequence[Obligation], own: LimitOverride | None) -> Deadline | None:
        found = []
        for law in laws:
            deadline = find_deadline(
                law,
                self.view.values,
                opened_at=self.opened,
                limit_override=own if law.limit else None,
            )
            if deadline.due_at and in_force(law, deadline, self.opened):
                found.append(deadline)
        return min(found, key=_end, default=None)


def _own_limits(rules: Rules, laws: Sequence[Obligation]) -> dict[str, LimitOverride | None]:
    """Return the partners that have a limit of their own, in their file or in a contract."""
    contracts = dict.fromkeys(key for one in laws for key in one.scopes)
    return {**contracts, **rules.terms().limits}


def _may_tell_partner(law: Obligation, view: ScopeView) -> bool:
    to_partner = (law.addressee, law.owed_by) == (Addressee.PARTNER, Bearer.PROCESSOR)
    return to_partner and law.by_notice and holds(law.when, view.values) is not False


def _end(deadline: Deadline) -> str:
    return f"{deadline.due_at:%Y-%m-%dT%H:%M:%SZ}" if deadline.due_at else ""
