"""The exemptions of Art. 34(3): what each needs, and whether the facts show it.

None of them touches the notice to the authority or the entry in the register.
"""

from dataclasses import dataclass

from breachkit.domain.factor import Evidence
from breachkit.domain.protection import is_unintelligible, objections
from breachkit.domain.scope import ScopeView

_COMMUNICATION = "public_communication"


@dataclass(frozen=True, slots=True)
class Exemption:
    """One condition of Art. 34(3), with what is missing before it can be relied on."""

    key: str
    citation: str
    condition: str
    paths: tuple[str, ...]
    """The facts that carry it, as the scope sees them."""
    missing: tuple[str, ...]
    """The facts that are not stated."""
    against: tuple[str, ...]
    """The facts that speak against it."""

    @property
    def is_shown(self) -> bool:
        """Whether the facts show that the condition is met."""
        return not self.missing and not self.against


def find_exemptions(view: ScopeView) -> tuple[Exemption, ...]:
    """Return the three exemptions as they stand in one scope."""
    evidence = Evidence(view)
    return _applied_before(evidence), _taken_later(evidence), _public_instead(evidence)


def _applied_before(evidence: Evidence) -> Exemption:
    parts = ("state", "method", "key_state", "coverage")
    kinds = {
        key: tuple(f"data.{key}.protection.{part}" for part in parts)
        for key in evidence.keys("data")
    }
    answers = {key: is_unintelligible(evidence, key) for key in kinds}
    open_ = [path for key, paths in kinds.items() if answers[key] is None for path in paths]
    return Exemption(
        "34-3-a",
        "Article 34(3)(a)",
        "measures applied before made all affected data unintelligible to others",
        tuple(path for paths in kinds.values() for path in paths),
        evidence.missing(*open_),
        tuple(path for key in kinds for path in objections(evidence, key)),
    )


def _taken_later(evidence: Evidence) -> Exemption:
    """Return the exemption by later measures: one measure has to carry it with all that it needs."""
    found = [_carried_by(evidence, key) for key in evidence.keys("measures")]
    return min(found, key=lambda one: (bool(one.against), len(one.missing)))


def _carried_by(evidence: Evidence, key: str) -> Exemption:
    paths = tuple(f"measures.{key}.{part}" for part in ("state", "at", "removes_risk", "evidence"))
    proposed = evidence.text(paths[0]) == "proposed"
    return Exemption(
        "34-3-b",
        "Article 34(3)(b)",
        "a later measure ensures that the high risk is no longer likely to materialise",
        paths,
        evidence.missing(*paths),
        (paths[0],) if proposed else (paths[2],) if evidence.yes(paths[2]) is False else (),
    )


def _public_instead(evidence: Evidence) -> Exemption:
    paths = tuple(f"{_COMMUNICATION}.{part}" for part in ("why", "measure", "reach"))
    return Exemption(
        "34-3-c",
        "Article 34(3)(c)",
        "direct contact is a disproportionate effort, and a public communication takes its place",
        paths,
        evidence.missing(*paths),
        (),
    )
