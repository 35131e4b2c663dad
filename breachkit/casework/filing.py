"""The authorities' common template for one scope: filled from the facts, and what supplies the rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from breachkit.casework.desk import Desk
from breachkit.casework.filings import competence_of
from breachkit.casework.forms import decide, state
from breachkit.casework.phases import has_left, phase_of
from breachkit.casework.picture import UNNAMED, Picture, names_by_scope
from breachkit.casework.versions import choose, read_document
from breachkit.domain.authority import Reach, names_in_forms
from breachkit.domain.countries import country_of, in_eea
from breachkit.domain.crosscheck import names_in
from breachkit.domain.entry import ContactRecorded, DecisionRecorded, DeliveryRecorded, Phase
from breachkit.domain.form import FieldKind, FormField
from breachkit.domain.form_fill import FieldAnswer, FilledForm, fill_form
from breachkit.domain.form_propose import propose_risk
from breachkit.domain.form_value import show_answer
from breachkit.domain.instant import moment
from breachkit.domain.mark import filing_mark
from breachkit.domain.matter import Matter, Version
from breachkit.domain.patch import Tree, fact_at
from breachkit.domain.predicate import bind, expand, stated
from breachkit.domain.regions import EEA
from breachkit.domain.scope import ScopeView
from breachkit.errors import BadInputError, UnknownNameError

GDPR = "eu-gdpr"

LIMIT = timedelta(hours=72)
"""Art. 33(1) GDPR: after it, a first notification gives reasons for its delay."""


@dataclass(frozen=True)
class Filing:
    """One scope's notification in the authorities' common template."""

    picture: Picture
    scope: str
    phase: Phase
    filled: FilledForm
    notice: str = ""
    """The version whose facts it holds, such as `2026-0007-n3.1`; empty for the facts as they are."""
    as_of: str = ""
    authorities: Mapping[str, str] = field(default_factory=dict)
    """The names of the authorities of the EEA by code, for the lists of them."""
    file_in: str = ""
    """The languages to file in, in words, where the authority does not take the template's English."""
    strangers: frozenset[str] = frozenset()
    """The fields in whose texts the name of another controller of the incident stands."""


def filings_of(
    desk: Desk, picture: Picture, scopes: Sequence[str] = (), phase: Phase | None = None
) -> tuple[Filing, ...]:
    """Return the filing of each scope whose authority has to be told, may have to be, or was told.

    In the phase that fits what was filed so far, or in the one that is asked for.
    """
    wanted = {
        duty.scope
        for duty in picture.duties
        if duty.law.addressee.value == "authority" and duty.owed is not False
    }
    wanted |= {one.scope for one in picture.views if has_left(picture, one.scope, "authority")}
    return tuple(
        filing_of(desk, picture, view.scope, phase=phase)
        for view in picture.views
        if view.scope in wanted - {UNNAMED} and (not scopes or view.scope in scopes)
    )


def filing_of(
    desk: Desk,
    picture: Picture,
    scope: str,
    version: Version | None = None,
    phase: Phase | None = None,
) -> Filing:
    """Return the filing of one scope; with a version of a notice, in the phase of that."""
    view = picture.view(scope)
    if view is None:
        known = ", ".join(view.scope for view in picture.views)
        raise UnknownNameError(f"{picture.id} has no scope {scope}", hint=f"its scopes: {known}")
    phase = version.drafted.phase if version else phase or _phase(picture, scope)
    at = _filed_at(version) or picture.seen_at
    filled = fill_form(desk.rules.form(), view, _known(desk, picture, view, phase, at))
    return Filing(
        picture=picture,
        scope=scope,
        phase=phase,
        filled=filled,
        notice=version.id if version else "",
        as_of=version.at if version else f"{picture.seen_at:%Y-%m-%dT%H:%M:%SZ}",
        authorities=names_in_forms(desk.rules.authorities),
        file_in=str(filing_mark(competence_of(desk, picture, scope), "en")["languages"]),
        strangers=frozenset(_strangers(desk, picture, scope, filled)),
    )


def chosen_version(desk: Desk, name: str, scope: str | None) -> Version:
    """Return the version of a notice to an authority that a name stands for, of a set for one scope."""
    found = choose(desk, name).versions
    fitting = [one for one in found if not scope or one.drafted.scope == scope]
    if len(fitting) != 1:
        known = [one.drafted.scope for one in found]
        raise BadInputError(
            f"which scope? {name} has {', '.join(known)}",
            hint=f"breachkit notice export {name} --scope {known[0]}",
        )
    addressee = fitting[0].drafted.addressee
    if addressee != "authority":
        raise BadInputError(
            f"{name} is a notice to {addressee.replace('_', ' ')}; the template is an authority's",
            hint=f"breachkit notice export {fitting[0].drafted.notice.rpartition('-')[0]}",
        )
    return fitting[0]


def chosen_scope(picture: Picture, scope: str | None) -> str:
    """Return the scope that is meant; one document never holds two, so that no name strays."""
    known = [view.scope for view in picture.views]
    if scope or len(known) == 1:
        return scope or known[0]
    raise BadInputError(
        f"which scope? {picture.id} has {', '.join(known)}",
        hint=f"breachkit notice export {picture.id} --scope {known[0]}",
    )


def supply_field(filing: Filing, field: FormField) -> tuple[str, tuple[str, ...]]:
    """Return the command that answers a field, by facts where these are missing, and its choices."""
    view = filing.filled.view
    if any(path.startswith("risk.") for path in field.ask):
        return decide(filing.picture.id, filing.scope), ()
    missing = [view.path_of(path) for path in _missing(view, field.ask)]
    if missing:
        return state(filing.picture.id, missing)
    path = f"scopes.{filing.scope}.form.{field.name}"
    line = f"breachkit incident amend {filing.picture.id} --set {path}{_placeholder(field)}"
    return line, tuple(filing.authorities if field.of == "eea_authority" else field.options)


def supply_question(filing: Filing, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the command that decides a question: for a row such as `r55`, or for a fact."""
    field = filing.filled.form.by_name.get(name)
    if field:
        return supply_field(filing, field)
    return state(filing.picture.id, [filing.filled.view.path_of(name)])


def deciding(filing: Filing) -> dict[str, list[FieldAnswer]]:
    """Return by the row or fact that decides it the fields of which it is open whether they are asked.

    A row that is itself in question decides nothing yet: what decides that row comes first.
    """
    found: dict[str, list[FieldAnswer]] = {}
    open_ = {one.field.name: one.questions for one in filing.filled.questions}
    for one in filing.filled.questions:
        for name in dict.fromkeys(_roots(one.questions, open_)):
            found.setdefault(name, []).append(one)
    return found


def _roots(names: Sequence[str], open_: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    # A condition looks at earlier rows only, so that this ends.
    for name in names:
        yield from _roots(open_[name], open_) if name in open_ else (name,)


def _phase(picture: Picture, scope: str) -> Phase:
    phase = phase_of(picture, scope, "authority")
    # Where nothing was told, there is nothing to withdraw, whatever is owed.
    left = has_left(picture, scope, "authority")
    return "initial" if phase == "withdrawal" and not left else phase


def _filed_at(version: Version | None) -> datetime | None:
    entries = [one.entry for one in version.deliveries] if version else []
    times = [one.at.earliest for one in entries if isinstance(one, DeliveryRecorded)]
    return min(times, default=None)


def _known(
    desk: Desk, picture: Picture, view: ScopeView, phase: Phase, at: datetime
) -> Mapping[str, Any]:
    """Return what the record knows of a notification, by the names that forms use."""
    matter, scope = picture.matter, view.scope
    told = has_left(picture, scope, "authority")
    found: Tree = {
        "type": "new" if phase == "initial" or (phase == "final" and not told) else "follow_up",
        "withdrawn": phase == "withdrawal",
        "final": phase == "final",
        "incident": picture.id,
        "previous": _previous(matter, scope),
        "processor": {
            "name": desk.rules.organisation.name,
            "contact": view.values.get("contact"),
        },
        "told_at": _told_at(matter, scope),
        "withdrawal_reason": _why_withdrawn(matter, scope) if phase == "withdrawal" else None,
        "people_reasons": _reasons(matter, "risk-people", scope),
        "risk_reasons": _reasons(matter, "risk", scope),
    }
    country = fact_at(view.values, "controller.country")
    aware = fact_at(view.values, "timeline.controller_aware_at")
    found["controller_in_eea"] = in_eea(country) if country else None
    found["late"] = at > moment(aware["at"]) + LIMIT if aware else None
    found |= _places(desk, picture, view)
    if phase != "withdrawal":
        found |= propose_risk(view)
    return {**found, **_communicated(desk, matter, scope)}


def _places(desk: Desk, picture: Picture, view: ScopeView) -> Tree:
    """Return who is competent and how far the breach reaches, as far as the facts settle it."""
    competence = competence_of(desk, picture, view.scope)
    named = names_in_forms(desk.rules.authorities)
    told = [one.authority for _, one in _left(picture.matter, view.scope, "authority")]
    due = [one.options[0].code for one in competence.under(GDPR) if one.sure]
    reached = [named[code] for code in dict.fromkeys((*due, *told)) if code in named]
    inside = competence.reach is not Reach.FROM_OUTSIDE
    ours = view.values.get("capacity") == "controller"
    party = desk.rules.organisation if ours else desk.rules.partners.get(view.scope)
    seats = (party.profile.establishments if party else None) or ()
    return {
        "lead": reached[0] if inside and reached else None,
        "authorities": reached or None,
        "establishments": sorted({country_of(one) for one in seats} & EEA) or None,
        "cross_border": competence.reach is Reach.CROSS_BORDER or None,
        "from_outside": bool(not inside and competence.under(GDPR)) or None,
    }


def _previous(matter: Matter, scope: str) -> str | None:
    """Return the authority's file number of the last notification that has one."""
    numbers = [one.reference for _, one in _left(matter, scope, "authority") if one.reference]
    return numbers[-1] if numbers else None


def _communicated(desk: Desk, matter: Matter, scope: str) -> Tree:
    """Return when the people concerned were first told, and in which words."""
    left = sorted(_left(matter, scope, "data_subjects"), key=lambda one: one[1].at.at)
    if not left:
        return {}
    version, first = left[0]
    return {
        "communicated_at": first.at.model_dump(mode="json"),
        "communication": desk.press.text(read_document(desk, version)),
    }


def _left(matter: Matter, scope: str, addressee: str) -> Iterator[tuple[Version, DeliveryRecorded]]:
    for version in (one for versions in matter.notices.values() for one in versions):
        if (version.drafted.scope, version.drafted.addressee) == (scope, addressee):
            for recorded in version.deliveries:
                if isinstance(recorded.entry, DeliveryRecorded):
                    yield version, recorded.entry


def _told_at(matter: Matter, scope: str) -> Mapping[str, Any] | None:
    told = sorted(matter.told.get(scope, ()), key=lambda one: one[0])
    entry = told[0][1].entry if told else None
    if isinstance(entry, ContactRecorded | DeliveryRecorded):
        return entry.at.model_dump(mode="json")
    return None


def _reasons(matter: Matter, decision: str, scope: str) -> str | None:
    """Return the reasons of the decisions of a kind that concern a scope, each kind's last."""
    found: dict[str, str] = {}
    for recorded in matter.decisions:
        entry = recorded.entry
        assert isinstance(entry, DecisionRecorded)
        if entry.decision.startswith(decision) and entry.scope in {scope, None}:
            found[entry.decision] = entry.reasons
    return "\n".join(found.values()) or None


def _why_withdrawn(matter: Matter, scope: str) -> str | None:
    """Return why nothing has to be notified any more: ruled out, or a risk is unlikely after all."""
    return _reasons(matter, "rule-out", scope) or _reasons(matter, "risk-authority", scope)


def _strangers(desk: Desk, picture: Picture, scope: str, filled: FilledForm) -> Iterator[str]:
    """Yield the fields whose answers name another controller of the same incident."""
    concerned = {view.scope for view in picture.views} - {scope}
    named = names_by_scope(picture.matter, desk.rules)
    mine = set(named.get(scope, ()))
    names = [name for key in concerned for name in named.get(key, ()) if name not in mine]
    for one in filled.answers:
        if one.value is not None and names_in(show_answer(one.field, one.value), names):
            yield one.field.name


def _missing(view: ScopeView, asked: Sequence[str]) -> Iterator[str]:
    """Yield the facts of some patterns that nobody has stated; a `*` stays where no key stands."""
    for pattern in asked:
        for binding in expand(view.values, pattern) or ((),):
            path = bind(pattern, binding)
            if "*" in path or not stated(view.values, path):
                yield path


def _placeholder(field: FormField) -> str:
    match field.kind:
        case FieldKind.CHOICE:
            return "='[\"CHOICE\"]'" if field.multiple else "=CHOICE"
        case FieldKind.BOOLEAN:
            return "=true"
        case FieldKind.NUMBER:
            return "=NUMBER"
        case FieldKind.NUMBER_PER_COUNTRY:
            return ".DE=NUMBER"
        case FieldKind.DATE | FieldKind.DATETIME:
            return "='TIME ZONE'"
        case _:
            if field.of == "eea_authority":
                return "='[\"CHOICE\"]'"
            return "='[\"DE\"]'" if field.of else "='[\"TEXT\"]'" if field.multiple else "=TEXT"
