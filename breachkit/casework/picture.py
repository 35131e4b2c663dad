"""An incident as it stands: its facts, scopes, duties, flags and notices, seen at one moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from breachkit.casework.context import profile_of, submitted
from breachkit.casework.desk import Desk, Rules, read_matter
from breachkit.casework.unnamed import Possible, shortest_of
from breachkit.domain.countries import is_country
from breachkit.domain.crosscheck import Flag, find_flags
from breachkit.domain.duty import Duty, Side, find_duties
from breachkit.domain.entry import DecisionRecorded, DeliveryRecorded
from breachkit.domain.instant import moment
from breachkit.domain.instrument import Instrument
from breachkit.domain.matter import Matter
from breachkit.domain.patch import Tree, fact_at, merged, patch_of
from breachkit.domain.people import Organisation, Partner
from breachkit.domain.reopening import TESTS, Reopened, reopened_by
from breachkit.domain.scope import OWN, ScopeView, view_of
from breachkit.domain.start import is_ahead, is_knowing

UNNAMED = "unnamed"
"""Stands for the partners while nobody has said which ones are affected, so that the clock shows."""

_GENERIC = frozenset(
    [
        "care",
        "cloud",
        "company",
        "camera",
        "cameras",
        "data",
        "digital",
        "east",
        "global",
        "home",
        "north",
        "online",
        "security",
        "service",
        "services",
        "smart",
        "south",
        "video",
        "west",
    ]
)
"""First words of names that mean too much to point at anybody."""

DEFAULT_NAME = "the partners concerned"


@dataclass(frozen=True)
class Picture:
    """An incident, replayed and judged by the rules."""

    matter: Matter
    views: tuple[ScopeView, ...]
    duties: tuple[Duty, ...]
    flags: tuple[Flag, ...]
    seen_at: datetime
    house: ScopeView
    """What the whole incident means for ourselves: no scope of it unless we are controller too."""
    instruments: Mapping[str, Instrument]
    shortest: Possible | None = None
    """While nobody is named, the partner's limit that would end before the one that all have."""
    sends: bool = False
    """Whether the workspace names a relay that takes our mail."""

    @property
    def id(self) -> str:
        """The incident's id."""
        return self.matter.id

    @property
    def title(self) -> str:
        """The incident's title; its id where nobody gave one."""
        return str(self.matter.facts.get("title") or self.matter.id)

    def __repr__(self) -> str:
        # A whole incident takes hundreds of thousands of characters.
        scopes, duties = len(self.views), len(self.duties)
        return f"{type(self).__name__}({self.id}, {self.matter.state}, {scopes} scopes, {duties} duties)"

    @property
    def next_duty(self) -> Duty | None:
        """The soonest duty that is ours and still open; None where none has a date.

        What is not settled yet is possible, and never stands before what is owed.
        """
        mine = (duty for duty in self.duties if duty.running and duty.side is Side.OURS)
        dated = ((duty.due_at, duty) for duty in mine if duty.due_at)
        return min(dated, key=lambda one: one[0], default=(None, None))[1]

    def view(self, scope: str) -> ScopeView | None:
        """Return the view of one scope."""
        return next((view for view in (*self.views, self.house) if view.scope == scope), None)

    def duties_of(self, scope: str, reader: str | None = None) -> tuple[Duty, ...]:
        """Return the duties in one scope; those that one notice meets where its reader is named."""
        return tuple(
            duty
            for duty in self.duties
            if duty.scope == scope and (reader is None or duty.law.reader == reader)
        )

    def reopened(self, scope: str) -> tuple[Reopened, ...]:
        """Return the decisions on a scope's risk that a later fact has reopened."""
        view = self.view(scope) if self.matter.decisions else None
        return reopened_by(self.matter, view) if view else ()

    def duty(self, duty_id: str) -> Duty | None:
        """Return a duty by its id, such as `imou-dpa/6.3@acme`."""
        return next((duty for duty in self.duties if duty.id == duty_id), None)


def look(desk: Desk, matter_id: str, *, until: str | None = None) -> Picture:
    """Return an incident as it stands, or as it was known at an earlier time of recording."""
    return picture_of(read_matter(desk, matter_id, until=until), desk.rules, desk.now())


def picture_of(matter: Matter, rules: Rules, now: datetime) -> Picture:
    """Return the picture of a matter under the rules, at a moment."""
    views = scope_views(matter, rules, now)
    house = next((view for view in views if view.scope == OWN), None) or house_view(
        matter, rules, now
    )
    every = (*views, house) if house.house else views
    duties = find_duties(matter, every, rules.obligations, rules.terms())
    flags = find_flags(
        matter.facts,
        opened_at=matter.opened_at,
        now=now,
        organisation=rules.organisation,
        names=names_by_scope(matter, rules),
        unknown=matter.unknown,
    )
    shortest = shortest_of(matter, views[0], rules) if views[0].scope == UNNAMED else None
    return Picture(
        matter,
        views,
        duties,
        flags,
        now,
        house,
        rules.instruments,
        shortest,
        rules.post is not None,
    )


def scope_views(matter: Matter, rules: Rules, now: datetime) -> tuple[ScopeView, ...]:
    """Return the view of each scope, or of the partners nobody has named yet."""
    keys: Sequence[str] = sorted(matter.facts.get("scopes") or {}) or (UNNAMED,)
    base = {"timeline": {"opened_at": _opened(matter)}}
    facts = happened(matter.facts, now)
    views = []
    for key in keys:
        added: Tree = {**base, **_affiliate(matter, rules), "sent": submitted(matter, key)}
        defaults = scope_defaults(rules, key)
        if key == UNNAMED:
            defaults["capacity"] = "processor"
        if matter.told.get(key) or _aware(matter, key, now):
            added |= _lateness(matter, key, now)
        view = view_of(facts, matter.unknown, key, added, defaults)
        views.append(_with_decisions(matter, view))
    return tuple(views)


def house_view(matter: Matter, rules: Rules, now: datetime) -> ScopeView:
    """Return what the whole incident means for ourselves, where we are controller of nothing in it."""
    added: Tree = {"timeline": {"opened_at": _opened(matter)}, "sent": submitted(matter, OWN)}
    added |= _affiliate(matter, rules)
    facts = happened(matter.facts, now)
    view = view_of(facts, matter.unknown, OWN, added, scope_defaults(rules, OWN))
    return replace(view, house=True)


def scope_defaults(rules: Rules, scope: str) -> Tree:
    """Return what the workspace knows of a scope: our contact, the controller's name and contact."""
    ours = rules.organisation
    profile = profile_of(rules, scope)
    contact = ours.contact.model_dump(mode="json", exclude_none=True) if ours.contact else {}
    if scope == OWN:
        controller: Tree = {"name": ours.name, "contact": contact, **_seat(ours)}
        return {"contact": contact, "controller": _without_none(controller), "profile": profile}
    partner = rules.partners.get(scope)
    if partner is None:
        return {"contact": contact, "standard_clauses": "2010/87", "profile": profile}
    theirs = partner.controller
    controller = {
        "name": partner.name,
        **_seat(partner),
        "authority": partner.authority,
        "contact": theirs.model_dump(mode="json", exclude_none=True) if theirs else None,
    }
    return {
        "contact": contact,
        "controller": _without_none(controller),
        "standard_clauses": partner.standard_clauses,
        "profile": profile,
        **_without_none({"language": partner.language}),
    }


def _seat(one: Organisation | Partner) -> Tree:
    """Return what settles which authority is competent for an organisation.

    A country that does not exist is left out: taken for one outside the EEA, it would settle a law.
    """
    country = one.country if one.country and is_country(one.country) else None
    return {"country": country, "land": one.land, "sector": one.sector}


def names_by_scope(matter: Matter, rules: Rules) -> dict[str, list[str]]:
    """Return the names by which each listed or stated controller may be recognised in a text."""
    names = {key: _names(partner.name) for key, partner in rules.partners.items()}
    for key, scope in (matter.facts.get("scopes") or {}).items():
        stated = (scope.get("controller") or {}).get("name")
        if stated:
            names.setdefault(key, []).extend(_names(stated))
    return names


def _names(name: str) -> list[str]:
    """Return a name, and its first word where that is likely to stand for it."""
    first = name.split()[0]
    return [name, first] if len(first) > 3 and first.casefold() not in _GENERIC else [name]


def recipient_of(picture: Picture, rules: Rules, scope: str) -> str:
    """Return the name of a scope's controller, as notices address it."""
    if name := _name_of(picture, scope):
        return name
    if scope == OWN:
        return rules.organisation.name or ""
    return DEFAULT_NAME if scope == UNNAMED else scope


def happened(facts: Tree, now: datetime) -> Tree:
    """Return facts without the moments of knowing that lie ahead: nobody knows anything tomorrow.

    Such a moment is a slip, recorded and flagged as it was stated. Were it counted from, a clock would
    end too late, so that none starts from it before it has come.
    """
    ahead = [path for path in _knowing(facts) if is_ahead(path, fact_at(facts, path), now)]
    kept = facts
    for path in ahead:
        kept = merged(kept, patch_of(path, None))
    return kept


def _knowing(facts: Tree) -> Iterator[str]:
    """Yield the paths of the stated moments at which somebody came to know."""
    scopes = facts.get("scopes") or {}
    for place in ("timeline", *(f"scopes.{key}.timeline" for key in scopes)):
        for name in fact_at(facts, place) or ():
            if is_knowing(name):
                yield f"{place}.{name}"


def is_unnamed(picture: Picture, scope: str) -> bool:
    """Tell whether a partner is known by its key alone, so that nothing can be addressed to it."""
    return scope not in {OWN, UNNAMED} and not _name_of(picture, scope)


def _name_of(picture: Picture, scope: str) -> str:
    view = picture.view(scope)
    return str(((view.values.get("controller") or {}).get("name") if view else None) or "")


def _opened(matter: Matter) -> Mapping[str, Any]:
    at = f"{matter.opened_at[:19]}Z"
    return {"kind": "instant", "at": at, "zone": "UTC", "precision": "second", "estimated": False}


def _affiliate(matter: Matter, rules: Rules) -> Tree:
    """Return the origin as an affiliate's where the subprocessor named is one of ours."""
    origin = matter.facts.get("origin") or {}
    named = str(origin.get("name") or "")
    if origin.get("kind") == "subprocessor" and rules.organisation.has_affiliate(named):
        return {"origin": {"kind": "affiliate"}}
    return {}


def _aware(matter: Matter, scope: str, now: datetime) -> Mapping[str, Any] | None:
    facts = (matter.facts.get("scopes") or {}).get(scope) or {}
    aware: Mapping[str, Any] | None = (facts.get("timeline") or {}).get("controller_aware_at")
    return None if aware and is_ahead("controller_aware_at", aware, now) else aware


def _lateness(matter: Matter, scope: str, now: datetime) -> Tree:
    """Return whether the authority's 72 hours have passed, so that reasons are asked for.

    Once the authority was told, it is the first notification that was in time or was not.
    """
    aware = _aware(matter, scope, now)
    told = min(_notified(matter, scope), default=now)
    if aware and told > moment(aware["at"]) + timedelta(hours=72):
        return {"late": True}
    return {}


def _notified(matter: Matter, scope: str) -> Iterator[datetime]:
    """Yield when notices of a scope left for its authority, each at the last moment it can mean."""
    for versions in matter.notices.values():
        for version in versions:
            if (version.drafted.scope, version.drafted.reader) == (scope, "authority"):
                entries = (one.entry for one in version.deliveries)
                yield from (one.at.latest for one in entries if isinstance(one, DeliveryRecorded))


def _with_decisions(matter: Matter, view: ScopeView) -> ScopeView:
    """Return a view with the decisions of its controller on risk and filing as facts.

    A decision not to notify that a later fact has reopened is none until it is taken again.
    """
    reopened = {one.entry.decision for one in reopened_by(matter, view)}
    decided = {
        name: found
        for name in TESTS
        if name not in reopened and (found := matter.decided(name, view.scope))
    }
    risk: Tree = {}
    if authority := decided.get("risk-authority"):
        risk["authority"] = authority.outcome
    if people := decided.get("risk-people"):
        risk |= _people_outcome(people)
    if risk.get("people") == "high":
        risk["authority"] = "risk"  # a high risk is a risk, whatever was decided before
    filing = matter.decided("filing", view.scope)
    added: Tree = {"filing": filing.outcome} if filing else {}
    added |= {"risk": risk} if risk else {}
    return replace(view, values={**view.values, **added}) if added else view


def _people_outcome(entry: DecisionRecorded) -> Tree:
    if entry.outcome.startswith("34-3-"):
        return {"people": "high", "exemption": entry.outcome}
    return {"people": entry.outcome}


def _without_none(tree: Tree) -> Tree:
    return {name: value for name, value in tree.items() if value}
