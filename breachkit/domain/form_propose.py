"""What the assessment of risk proposes for a form: how severe, with which outcome, and on what grounds."""

from collections.abc import Mapping
from typing import Any

from breachkit.domain.enisa import band_of
from breachkit.domain.factor import Weight
from breachkit.domain.patch import Tree
from breachkit.domain.risk import Assessment, Authority, People, assess
from breachkit.domain.scope import ScopeView

_BANDS = {"low": "low", "medium": "medium", "high": "high", "very_high": "very high"}


def propose_risk(view: ScopeView) -> Tree:
    """Return what a form may say of the risk in one scope, by the names that forms use.

    `severity` holds every band of ENISA's that the facts leave open. Nothing is proposed where nobody
    has said which data are concerned. A decision that is recorded stands before the assessment.
    """
    if not view.values.get("data"):
        return {}
    found, decided = assess(view), view.values.get("risk") or {}
    return {
        "severity": _bands(found),
        "outcome": _outcome(found, decided),
        "risk_factors": _grounds(found),
        "remark": {
            "severity": f"our proposal: {_score(found)}; the controller has not decided",
            "severity_decided": f"read from the decision recorded; beside it, {_score(found)}",
            "risk": "our proposal, from the assessment of the facts; the controller has not decided",
        },
    }


def _bands(found: Assessment) -> list[str]:
    order = list(_BANDS)
    low, high = (order.index(band_of(end)) for end in (found.score.se.low, found.score.se.high))
    return order[low : high + 1]


def _outcome(found: Assessment, decided: Mapping[str, Any]) -> str:
    people = decided.get("people") or found.people.value
    authority = decided.get("authority") or found.authority.value
    if people in {People.HIGH, People.UNDECIDED}:
        return str(people)
    return str(authority if authority == Authority.UNLIKELY else people)


def _score(found: Assessment) -> str:
    """Return the score in words: its arithmetic and every band that it can be in."""
    bands = [_BANDS[band] for band in _bands(found)]
    named = bands[0] if len(bands) == 1 else f"{bands[0]} to {bands[-1]}, as facts are missing"
    return f"the ENISA cross-check gives {named} ({found.score.arithmetic})"


def _grounds(found: Assessment) -> str:
    """Return the method, and every factor with the way in which it weighs."""
    lines = [f"- {one.name}: {one.says}; {_WAYS[one.weight]}" for one in found.factors]
    method = (
        "Method: the factors of Guidelines 9/2022 were weighed for the tests of Articles 33(1) and"
        f" 34(1) GDPR; {_score(found)}."
    )
    return "\n".join([method, "Factors:", *lines])


_WAYS = {
    Weight.TOWARDS: "speaks for a risk",
    Weight.AGAINST: "speaks against a risk",
    Weight.NEUTRAL: "weighs neither way",
    Weight.UNKNOWN: "not known",
}
