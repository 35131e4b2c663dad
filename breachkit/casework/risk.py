"""The assessment of risk in an incident's scopes, and the decisions on it that later facts reopen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from breachkit.casework.desk import Desk
from breachkit.casework.picture import Picture, look, recipient_of
from breachkit.domain.assumption import NOT_TO_NOTIFY, assumptions
from breachkit.domain.entry import DecisionRecorded
from breachkit.domain.matter import Matter
from breachkit.domain.reopening import Reopened, reopened_by
from breachkit.domain.risk import Assessment, assess
from breachkit.domain.scope import ScopeView
from breachkit.errors import RefusedError, UnknownNameError


@dataclass(frozen=True)
class Weighed:
    """The assessment of one scope, with whose decision it is and what was decided."""

    view: ScopeView
    found: Assessment
    controller: str
    """Who decides, by name."""
    is_ours: bool
    """Whether the decision is ours; a partner's is the partner's, and this only our input."""
    decisions: tuple[DecisionRecorded, ...]
    """The last decision on each of the two tests."""
    reopened: tuple[Reopened, ...]
    is_ruled_out: bool
    """Whether personal data were ruled out, so that neither test arises."""


@dataclass(frozen=True)
class Assessed:
    """An incident with the assessment of its scopes."""

    picture: Picture
    scopes: tuple[Weighed, ...]


def assess_risk(desk: Desk, matter_id: str, scopes: Sequence[str] = ()) -> Assessed:
    """Return the assessment of the scopes named, or of all; UnknownNameError names those there are."""
    picture = look(desk, matter_id)
    known = [view.scope for view in picture.views]
    for scope in scopes:
        if scope not in known:
            hint = f"its scopes: {', '.join(known)}"
            raise UnknownNameError(f"{picture.id} has no scope {scope}", hint=hint)
    views = (view for view in picture.views if not scopes or view.scope in scopes)
    return Assessed(picture, tuple(_weighed(desk, picture, view) for view in views))


def basis(view: ScopeView, decision: str, outcome: str) -> dict[str, Any]:
    """Return what the entry of a risk decision keeps: the proposal, and what a *no* rests on."""
    found = assess(view)
    told = decision == "risk-authority"
    shown = outcome in {one.key for one in found.exemptions if one.is_shown}
    proposed = found.authority.value if told else outcome if shown else found.people.value
    area = "authority:" if told else "people:"
    kept = [one[:200] for one in found.disagreements if one.startswith(area)]
    rests = assumptions(view, found, outcome) if outcome in NOT_TO_NOTIFY else {}
    return {"proposed": proposed, "disagreements": kept, "rests_on": rests}


def check_may_exempt(matter: Matter, view: ScopeView, outcome: str) -> None:
    """Refuse to put nothing in the place of direct messages: Art. 34(3)(c) needs the public measure.

    Only our own decision is held to that; what a partner decided is recorded as it told us.
    """
    ours = view.values.get("capacity") == "controller"
    if outcome != "34-3-c" or not ours:
        return
    shown = next(one for one in assess(view).exemptions if one.key == outcome)
    lacking = [view.path_of(path) for path in shown.missing if not path.endswith(".reach")]
    if lacking:
        sets = " ".join(f"--set {path}=TEXT" for path in lacking)
        raise RefusedError(
            "Article 34(3)(c) replaces direct messages by a public communication, and does not"
            f" waive them: {', '.join(lacking)} is not stated",
            hint=f"breachkit incident amend {matter.id} {sets}",
        )


def _weighed(desk: Desk, picture: Picture, view: ScopeView) -> Weighed:
    status = view.values.get("status") or {}
    return Weighed(
        view=view,
        found=assess(view),
        controller=recipient_of(picture, desk.rules, view.scope),
        is_ours=view.values.get("capacity") == "controller",
        decisions=tuple(_decisions(picture.matter, view.scope)),
        reopened=reopened_by(picture.matter, view),
        is_ruled_out=status.get("personal_data") == "ruled_out",
    )


def _decisions(matter: Matter, scope: str) -> Iterator[DecisionRecorded]:
    for decision in ("risk-authority", "risk-people"):
        found = matter.decided(decision, scope)
        if found:
            yield found
