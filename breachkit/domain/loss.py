"""Data that could not be used, are lost or were altered: backup, time to restore, effect on people.

Grades, as in both tests: 0 a risk is unlikely, 1 a risk, 2 a high risk.
"""

from collections.abc import Iterable
from datetime import timedelta

from breachkit.domain.factor import Evidence, Factor, Weight
from breachkit.domain.harm import SEVERE, VULNERABLE, groups_of
from breachkit.domain.instant import latest_of, moment
from breachkit.domain.protection import is_unintelligible
from breachkit.domain.span import Span, highest, sure
from breachkit.domain.standing import Standing

A_DAY = timedelta(hours=24)
"""Up to then an outage counts as short (derived)."""

BEGAN, RESTORED, EFFECT = (
    "nature.outage.began_at",
    "nature.outage.restored_at",
    "nature.outage.effect",
)
ALTERATION = "nature.alteration"

_CITED = "Guidelines 9/2022 paras 19-22"


def availability(evidence: Evidence) -> Span:
    """Return the grade of data that could not be used for a time, or are lost."""
    return highest((_outage(evidence), lost_copies(evidence, evidence.keys("data"))))


def lost_copies(evidence: Evidence, keys: Iterable[str]) -> Span:
    """Return the grade of data of which no other copy is left; encrypted data can be lost too."""
    if evidence.leaf(RESTORED):
        return sure(0)
    found: list[Span] = []
    for key in keys:
        backup, category = (
            evidence.text(f"data.{key}.{part}") for part in ("protection.backup", "category")
        )
        grave = category in SEVERE or category in {None, "other"}
        found.append(sure(0) if backup == "intact" else Span(1 if backup else 0, 2 if grave else 1))
    return highest(found)


def protected_copies(evidence: Evidence) -> Span:
    """Return the grade of lost copies among the data that only their protection makes harmless.

    Secure encryption makes a risk unlikely only where a copy is available (Guidelines 9/2022 74-79).
    """
    keys = evidence.keys("data")
    safe = [key for key in keys if is_unintelligible(evidence, key)]
    perhaps = [key for key in keys if is_unintelligible(evidence, key) is not False]
    low, high = lost_copies(evidence, safe).low, lost_copies(evidence, perhaps).high
    return Span(min(1, low), min(1, high))


def integrity(evidence: Evidence) -> Span:
    """Return the grade of data that were altered."""
    match evidence.text(ALTERATION):
        case "restored":
            return sure(0)
        case "used" | "unrecoverable":
            kinds = {evidence.text(f"data.{key}.category") for key in evidence.keys("data")}
            return Span(1, 2 if kinds & {*SEVERE, None, "other"} else 1)
        case _:
            return Span(0, 2)


def backup_factor(evidence: Evidence, key: str) -> Factor:
    """Return what the backup of a kind of data says."""
    path = f"data.{key}.protection.backup"
    stated = evidence.text(path)
    weight = Weight.AGAINST if stated == "intact" else Weight.TOWARDS if stated else Weight.UNKNOWN
    says = {"intact": "a copy is at hand", "lost": "the copy is lost too", "none": "no copy exists"}
    cited = f"{_CITED}, 74-79"
    said = says.get(stated or "", "not known whether a copy exists")
    missing = evidence.missing(path)
    return Factor(f"backup ({key})", said, (path,), weight, cited, Standing.SECONDARY, missing)


def outage_factors(evidence: Evidence) -> tuple[Factor, ...]:
    """Return how long the data could not be used, and what that meant for people."""
    return _time_factor(evidence), _effect_factor(evidence)


def _time_factor(evidence: Evidence) -> Factor:
    lasted, weight = _outage_lasted(evidence), Weight.UNKNOWN
    restored = evidence.leaf(RESTORED) is not None
    says = "usable again, not known after how long" if restored else "not restored yet"
    if lasted is not None:
        says = f"usable again after {lasted.total_seconds() / 3600:,.1f} hours"
        weight = Weight.AGAINST if lasted <= A_DAY else Weight.TOWARDS
    missing = evidence.missing(BEGAN, RESTORED)
    paths, standing = (BEGAN, RESTORED), Standing.SECONDARY
    return Factor("time to restore", says, paths, weight, _CITED, standing, missing)


def _effect_factor(evidence: Evidence) -> Factor:
    effect = evidence.text(EFFECT)
    mild = Weight.AGAINST if effect in {"none", "inconvenience"} else Weight.TOWARDS
    return Factor(
        "effect of the outage on people",
        effect or "not known",
        (EFFECT,),
        mild if effect else Weight.UNKNOWN,
        _CITED,
        Standing.SECONDARY,
        evidence.missing(EFFECT),
    )


def alteration_factor(evidence: Evidence) -> Factor:
    """Return how far altered data could be set right."""
    stated = evidence.text(ALTERATION)
    says = {
        "restored": "altered data were set right before they were used",
        "used": "altered data were perhaps used",
        "unrecoverable": "altered data cannot be set right",
    }.get(stated or "", "not known how far altered data could be set right")
    weight = Weight.AGAINST if stated == "restored" else Weight.TOWARDS
    weight = weight if stated else Weight.UNKNOWN
    missing = evidence.missing(ALTERATION)
    cited = "Article 4(12); ENISA 2013"
    return Factor("alteration", says, (ALTERATION,), weight, cited, Standing.DERIVED, missing)


def _outage(evidence: Evidence) -> Span:
    """Return the grade of an outage: its effect decides, its length and the people raise it."""
    groups, lasted = groups_of(evidence), _outage_lasted(evidence)
    weak = any(one in VULNERABLE for one in groups)
    open_ = any(one in {None, "other"} for one in groups)
    short = lasted is not None and lasted <= A_DAY
    long = lasted is not None and lasted > A_DAY
    match evidence.text(EFFECT):
        case "none":
            return sure(0)
        case "inconvenience":
            return Span(1 if weak or long else 0, 0 if short and not weak and not open_ else 1)
        case "serious":
            return Span(2 if weak or long else 1, 1 if short and not weak and not open_ else 2)
        case "danger":
            return sure(2)
        case _:
            return Span(0, 2)


def _outage_lasted(evidence: Evidence) -> timedelta | None:
    first, last = evidence.leaf(BEGAN), evidence.leaf(RESTORED)
    if first is None or last is None:
        return None
    end = latest_of(str(last["at"]), str(last["zone"]), str(last["precision"]))
    return max(end - moment(str(first["at"])), timedelta(0))
