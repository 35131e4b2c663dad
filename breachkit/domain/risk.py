"""The risk decision: two legal tests with opposite burdens, the ENISA score beside them, a proposal.

Art. 33(1): the authority is told unless a risk is unlikely; whoever does not tell has to show that.
Art. 34(1): people are told if a high risk is likely; what is unknown does not establish that. So the
first test looks at the most that the facts leave open, the second asks whether even the least is high.
The score never decides: where it points to more than the law test does, the stricter is proposed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from breachkit.domain.enisa import Score, score
from breachkit.domain.exemption import Exemption, find_exemptions
from breachkit.domain.exposure import exposure_factors, is_by_trust, reach, seen_by_stranger
from breachkit.domain.factor import Evidence, Factor, Weight
from breachkit.domain.harm import harm_factors, severity
from breachkit.domain.limb import KINDS, Limb, touched
from breachkit.domain.loss import (
    alteration_factor,
    availability,
    backup_factor,
    integrity,
    outage_factors,
    protected_copies,
)
from breachkit.domain.protection import protection_factor, through
from breachkit.domain.scope import ScopeView
from breachkit.domain.span import Span, combined, highest, sure
from breachkit.domain.standing import Standing

POINTS_TO_AUTHORITY, POINTS_TO_PEOPLE = 2, 3
"""From which score on ENISA's bands are taken to point to a duty; the method itself has none (derived)."""


class Authority(StrEnum):
    """The outcome of the first test."""

    UNLIKELY = "unlikely"
    RISK = "risk"


class People(StrEnum):
    """The outcome of the second test."""

    HIGH = "high"
    NOT_HIGH = "not_high"
    UNDECIDED = "undecided"
    """The facts leave both open; that is never a no."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the facts of one scope say of the risk, and what is proposed."""

    scope: str
    factors: tuple[Factor, ...]
    levels: Mapping[Limb, Span]
    """By limb: 0 a risk is unlikely, 1 a risk, 2 a high risk."""
    score: Score
    exemptions: tuple[Exemption, ...]

    @property
    def level(self) -> Span:
        """The highest of the limbs."""
        return highest(self.levels.values())

    @property
    def by_law(self) -> tuple[Authority, People]:
        """The outcome of the two legal tests alone."""
        authority = Authority.RISK if self.level.high >= 1 else Authority.UNLIKELY
        if self.level.low >= 2:
            return authority, People.HIGH
        return authority, People.UNDECIDED if self.level.high >= 2 else People.NOT_HIGH

    @property
    def authority(self) -> Authority:
        """What is proposed on the authority: the stricter of test and score."""
        pointed = self.score.se.high >= POINTS_TO_AUTHORITY
        return Authority.RISK if pointed or self.people is People.HIGH else self.by_law[0]

    @property
    def people(self) -> People:
        """What is proposed on the people concerned: the stricter of test and score."""
        if self.score.se.low >= POINTS_TO_PEOPLE:
            return People.HIGH
        test, pointed = self.by_law[1], self.score.se.high >= POINTS_TO_PEOPLE
        return People.UNDECIDED if test is People.NOT_HIGH and pointed else test

    @property
    def is_established(self) -> bool:
        """Whether the risk to be notified follows from what is known, and not from what is open."""
        return self.level.low >= 1

    @property
    def disagreements(self) -> tuple[str, ...]:
        """Where the legal test and the score point to different duties, in words."""
        return tuple(_disagreements(self))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The facts that are missing, as the scope sees them, each once."""
        return tuple(dict.fromkeys(path for one in self.factors for path in one.unknown))

    @property
    def deciding(self) -> tuple[Factor, ...]:
        """The factors on which the second test turns: those that carry it, or that leave it open."""
        towards = tuple(one for one in self.factors if one.weight is Weight.TOWARDS)
        if self.people is People.UNDECIDED:
            open_ = tuple(one for one in self.factors if one.unknown or one.leaves_open)
            return open_ or towards
        if self.people is People.HIGH:
            return towards
        return tuple(one for one in self.factors if one.weight is Weight.AGAINST) or towards


def assess(view: ScopeView) -> Assessment:
    """Return the assessment of one scope."""
    evidence = Evidence(view)
    levels = dict(_levels(evidence))
    factors = tuple(_factors(evidence, levels))
    return Assessment(view.scope, factors, levels, score(evidence), find_exemptions(view))


def _levels(evidence: Evidence) -> Iterator[tuple[Limb, Span]]:
    """Yield the grade of each limb that the breach touches, or may touch."""
    tests = {
        Limb.CONFIDENTIALITY: _confidentiality,
        Limb.INTEGRITY: integrity,
        Limb.AVAILABILITY: availability,
    }
    for limb, test in tests.items():
        answer = touched(evidence, limb)
        if answer is not False:
            grade = test(evidence)
            yield limb, grade if answer else Span(0, grade.high)


def _confidentiality(evidence: Evidence) -> Span:
    found = reach(evidence)
    kinds = (_kind(evidence, key, found) for key in evidence.keys("data"))
    return highest((*kinds, protected_copies(evidence)))


def _kind(evidence: Evidence, key: str, found: Span) -> Span:
    """Return the grade of one kind of data: how grave a misuse would be, and how likely it is."""
    grave = severity(evidence, key)
    if is_by_trust(evidence):
        # A deletion does not undo that somebody may have read what is severe by itself, or has.
        least = 2 if seen_by_stranger(evidence) else 1
        found = combined(lambda end, harm: max(end, least) if harm >= 4 else end, found, grave)
    return combined(_graded, grave, through(evidence, key, found))


def _graded(grave: float, likely: float) -> float:
    """Return the grade of a risk, by severity (0 to 4) and likelihood (0 to 3) (Recitals 75, 76)."""
    if grave == 0 or likely == 0 or (grave <= 1 and likely <= 1):
        return 0
    return 2 if (grave >= 4 and likely >= 2) or (grave >= 3 and likely >= 3) else 1


def _factors(evidence: Evidence, levels: Mapping[Limb, Span]) -> Iterator[Factor]:
    """Yield every factor of the limbs that the breach touches, or may touch."""
    keys = evidence.keys("data")
    yield _type_factor(evidence, levels)
    if Limb.CONFIDENTIALITY in levels:
        yield from exposure_factors(evidence)
        yield from (protection_factor(evidence, key) for key in keys)
    yield from harm_factors(evidence, keys)
    if Limb.INTEGRITY in levels:
        yield alteration_factor(evidence)
    if Limb.AVAILABILITY in levels or protected_copies(evidence) != sure(0):
        yield from (backup_factor(evidence, key) for key in keys)
    if Limb.AVAILABILITY in levels:
        yield from outage_factors(evidence)


def _type_factor(evidence: Evidence, levels: Mapping[Limb, Span]) -> Factor:
    kinds = evidence.words(KINDS)
    missing = () if kinds else (KINDS,)
    says = ", ".join(kinds) or "not said: all three types are possible"
    added = [limb.value for limb in levels if limb.value not in kinds] if kinds else []
    says += f"; other facts add {', '.join(added)}" if added else ""
    weight = Weight.NEUTRAL if kinds else Weight.UNKNOWN
    cited = "Article 4(12); Guidelines 9/2022 para 17"
    return Factor("type of breach", says, (KINDS,), weight, cited, Standing.SECONDARY, missing)


def _disagreements(found: Assessment) -> Iterator[str]:
    """Yield each duty on which test and score differ, the stricter of the two named."""
    (authority, people), se = found.by_law, found.score.se
    named = f"the ENISA score ({se}, {found.score.band})"
    lower, higher = "the legal test is stricter", "the score is stricter"
    if authority is Authority.UNLIKELY and se.high >= POINTS_TO_AUTHORITY:
        yield f"authority: by law a risk is unlikely, {named} points to a notice; {higher}"
    if authority is Authority.RISK and se.high < POINTS_TO_AUTHORITY:
        yield f"authority: by law it is told, {named} points to no notice; {lower}"
    if people is People.HIGH and se.high < POINTS_TO_PEOPLE:
        yield f"people: by law a high risk is likely, {named} points to none; {lower}"
    if people is not People.HIGH and se.low >= POINTS_TO_PEOPLE:
        yield f"people: by law {people.replace('_', ' ')}, {named} points to a high risk; {higher}"
    elif people is People.NOT_HIGH and se.high >= POINTS_TO_PEOPLE:
        yield f"people: by law not high, {named} may point to a high risk; left undecided"
