"""Which laws apply to an incident as it stands, and of which countries no rules are known."""

from collections.abc import Sequence

from breachkit.casework.desk import Desk
from breachkit.casework.picture import look
from breachkit.domain.applicability import Applicability, find_applicable, without_rules
from breachkit.domain.instant import moment
from breachkit.errors import UnknownNameError


def applicable(desk: Desk, matter_id: str, scopes: Sequence[str] = ()) -> tuple[Applicability, ...]:
    """Return for each obligation and scope whether it applies, may apply or does not, and why.

    Raises UnknownNameError for a scope that the incident does not have.
    """
    picture = look(desk, matter_id)
    views = (*picture.views, picture.house) if picture.house.house else picture.views
    known = [view.scope for view in views]
    for scope in scopes:
        if scope not in known:
            hint = f"its scopes: {', '.join(known)}"
            raise UnknownNameError(f"{matter_id} has no scope {scope}", hint=hint)
    wanted = [view for view in views if not scopes or view.scope in scopes]
    rules, opened = desk.rules, moment(picture.matter.opened_at)
    return find_applicable(rules.obligations, rules.proposals, wanted, picture.duties, opened)


def unruled(desk: Desk, matter_id: str) -> tuple[str, ...]:
    """Return the countries where people are affected and for which no law file has rules."""
    return without_rules(desk.rules.obligations, look(desk, matter_id).views)
