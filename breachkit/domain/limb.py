"""Which of confidentiality, integrity and availability a breach touches; while unsaid, perhaps all."""

from enum import StrEnum

from breachkit.domain.factor import Evidence


class Limb(StrEnum):
    """A type of breach; they combine (Guidelines 9/2022 para 17)."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"


KINDS = "nature.kinds"

SIGNS = {
    Limb.CONFIDENTIALITY: ("nature.disclosure", "nature.exfiltration"),
    Limb.INTEGRITY: ("nature.alteration",),
    Limb.AVAILABILITY: ("nature.outage.effect",),
}
"""Facts that show a limb to be touched whatever the types stated."""

_HARMLESS = frozenset({"ruled_out", "no_evidence", "none"})


def touched(evidence: Evidence, limb: Limb) -> bool | None:
    """Tell whether a breach touches a limb; None while nobody has said what type of breach it is.

    A fact of the limb itself is heard even where the types stated leave it out: the stricter word
    counts. One that is expressly not known yet leaves it open.
    """
    kinds = evidence.words(KINDS)
    if limb.value in kinds:
        return True
    found = {evidence.text(path) for path in SIGNS[limb]} - {None} - _HARMLESS
    if found:
        return True
    open_ = not kinds or any(evidence.is_marked(path) for path in SIGNS[limb])
    return None if open_ else False
