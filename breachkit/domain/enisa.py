"""The ENISA score with all its arithmetic: SE = DPC x EI + CB. A cross-check, never a decision.

After the "Recommendations for a methodology of the assessment of severity of personal data breaches"
of ENISA with the Greek and German authorities, v1.0, 2013, as others transcribe it (secondary). Every
score is a multiple of 0.25 and therefore exact. What is unknown counts from its least to its most.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from breachkit.domain.exposure import reach
from breachkit.domain.factor import Evidence
from breachkit.domain.harm import (
    FEW,
    SEVERE,
    groups_of,
    identifiers,
    is_coded,
    number_of_people,
    tells_little,
)
from breachkit.domain.limb import Limb, touched
from breachkit.domain.loss import ALTERATION, EFFECT, RESTORED
from breachkit.domain.protection import is_unintelligible
from breachkit.domain.span import Span, combined, highest, sure

_CREDENTIALS = frozenset(
    {"password", "device_password", "app_secret", "access_token", "credentials"}
)

_BASES: dict[str, tuple[float, str]] = {
    **dict.fromkeys(SEVERE, (4, "sensitive, base 4")),
    **dict.fromkeys(
        ("orders", "profile", "device_settings", "device_ip", "device_id", "push_id"),
        (2, "behavioural, base 2"),
    ),
    **dict.fromkeys(
        ("location", "video", "media_stream", "cloud_record", "cloud_picture"),
        (3, "behavioural, base 2, +1: shows everyday life"),
    ),
    "financial": (3, "financial, base 3"),
    "payment": (4, "financial, base 3, +1: enough for fraud"),
    "family": (2, "simple, base 1, +1: says something of a person's life"),
    "profile_picture": (1, "simple, base 1"),
    "home_access": (4, "simple, base 1, +3: critical for personal safety"),
    **dict.fromkeys(
        ("identification", "official_documents", "passport_copy"),
        (2, "simple, base 1, +1: status or a profile can be assumed"),
    ),
}
"""DPC of each category, with its reason; any other is simple, base 1."""

_EASE = {"negligible": 0.25, "limited": 0.5, "significant": 0.75, "maximum": 1.0}


@dataclass(frozen=True, slots=True)
class Element:
    """One number of the score: its value, why, and the facts behind it as the scope sees them."""

    name: str
    value: Span
    reason: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data in the score: context times ease of identification."""

    key: str
    dpc: Element
    ei: Element

    @property
    def product(self) -> Span:
        """DPC x EI."""
        return combined(lambda dpc, ei: dpc * ei, self.dpc.value, self.ei.value)


@dataclass(frozen=True, slots=True)
class Score:
    """The whole score; the two flags stand beside it and are not added."""

    kinds: tuple[Kind, ...]
    circumstances: tuple[Element, ...]
    more_than_100_individuals: bool | None
    unintelligible_data: bool | None

    @property
    def cb(self) -> Span:
        """The sum of the four circumstances."""
        parts = [one.value for one in self.circumstances]
        return Span(sum(one.low for one in parts), sum(one.high for one in parts))

    @property
    def se(self) -> Span:
        """The severity; of several kinds of data the highest counts."""
        product = highest(one.product for one in self.kinds)
        return Span(product.low + self.cb.low, product.high + self.cb.high)

    @property
    def band(self) -> str:
        """The band of the score, from the least to the most that it can be."""
        low, high = band_of(self.se.low), band_of(self.se.high)
        return low if low == high else f"{low} to {high}"

    @property
    def arithmetic(self) -> str:
        """SE with its numbers put in."""
        product = highest(one.product for one in self.kinds)
        return f"SE = {product} + {self.cb} = {self.se}"


def band_of(score: float) -> str:
    """Return ENISA's band of a score."""
    if score < 2:
        return "low"
    return "medium" if score < 3 else "high" if score < 4 else "very_high"


def score(evidence: Evidence) -> Score:
    """Return the ENISA score of a breach for one scope."""
    keys = evidence.keys("data")
    low, high = number_of_people(evidence)
    hidden = [is_unintelligible(evidence, key) for key in keys]
    unread = True if all(hidden) else False if False in hidden else None
    return Score(
        tuple(Kind(key, _dpc(evidence, key), _ei(evidence, key)) for key in keys),
        (
            _confidentiality(evidence, unread),
            _integrity(evidence),
            _availability(evidence, keys),
            _intent(evidence),
        ),
        True if low > FEW else False if high <= FEW else None,
        unread,
    )


def _dpc(evidence: Evidence, key: str) -> Element:
    path = f"data.{key}.category"
    category = evidence.text(path)
    if _no_insight(evidence):
        return Element("DPC", sure(1), "nobody has gained an insight into the data", (path,))
    if evidence.yes(f"data.{key}.public"):
        return Element("DPC", sure(1), "lowered: public before", (path, f"data.{key}.public"))
    if tells_little(evidence, key):
        paths = (path, f"data.{key}.insight")
        return _raised(evidence, 1, "lowered to 1: no substantial insight", *paths)
    if category in _CREDENTIALS:
        return _credentials(evidence, path)
    if category in {None, "other"}:
        return Element("DPC", Span(1, 4), "not known which data they are", (path,))
    value, reason = _BASES.get(category or "", (1, "simple, base 1"))
    return _raised(evidence, value, reason, path)


def _credentials(evidence: Evidence, path: str) -> Element:
    """Return the context of credentials: that of the data they open, as far as they are named."""
    found = {evidence.text(f"data.{key}.category") for key in evidence.keys("data")} - _CREDENTIALS
    opened = [_BASES.get(one, (1.0, ""))[0] for one in found if one not in {None, "other"}]
    low = max(opened, default=1.0)
    return Element("DPC", Span(low, 4), "credentials: scored by the data that they open", (path,))


def _raised(evidence: Evidence, value: float, reason: str, *paths: str) -> Element:
    """Return the context of data, raised by what the people are; 4 is the most."""
    groups = groups_of(evidence)
    if value == 4:
        return Element("DPC", sure(4), reason, paths)
    paths = (*paths, "groups.*.category")
    if {"minors", "vulnerable", "military"} & {*groups}:
        return Element("DPC", sure(4), f"{reason}; raised to 4: minors or vulnerable people", paths)
    if "patients" in groups and value < 3:
        value, reason = 3, f"{reason}; raised to 3: lets one assume health"
    if any(one in {None, "other"} for one in groups):
        return Element("DPC", Span(value, 4), f"{reason}; the people are not known, up to 4", paths)
    return Element("DPC", sure(value), reason, paths)


def _no_insight(evidence: Evidence) -> bool:
    """Tell whether it is settled that nobody learned anything, and the outage was harmless.

    The lowering factor "nature of the data" of the method: no substantial insight.
    """
    seen = touched(evidence, Limb.CONFIDENTIALITY) is not False and reach(evidence).high > 0
    altered = touched(evidence, Limb.INTEGRITY) is not False
    felt = touched(evidence, Limb.AVAILABILITY) is not False
    mild = evidence.text(EFFECT) in {"none", "inconvenience"}
    return not seen and not altered and (not felt or mild)


def _ei(evidence: Evidence, key: str) -> Element:
    path = f"data.{key}.identifiability"
    safe = (f"data.{key}.protection.state", f"data.{key}.protection.key_state")
    answer = is_unintelligible(evidence, key)
    if answer:
        return Element("EI", sure(0.25), "encrypted or alike, and the key is safe", safe)
    if stated := evidence.text(path):
        found = _as_stated(evidence, key, stated)
    else:
        found = _by_identifiers(evidence, path)
    if answer is False:
        return found
    reason = f"{found.reason}; not known whether encrypted with a safe key"
    return Element("EI", Span(0.25, found.value.high), reason, (*found.paths, *safe))


def _as_stated(evidence: Evidence, key: str, stated: str) -> Element:
    """Return the ease that is stated; it holds for a code only while the code is not undone."""
    paths = (f"data.{key}.identifiability", f"data.{key}.protection.key_state")
    value, coded = _EASE[stated], is_coded(evidence, key)
    if coded is not False:
        return Element("EI", Span(value, value if coded else 1), f"{stated}, as stated", paths)
    return Element("EI", sure(1), f"{stated}, as stated, but the code can be undone", paths)


def _by_identifiers(evidence: Evidence, path: str) -> Element:
    keys, found = evidence.keys("data"), identifiers(evidence)
    paths = tuple(f"data.{one}.category" for one in keys)
    if len(found) > 1 or "basic" in found:
        return Element("EI", sure(1), "several identifiers stand together", paths)
    if found:
        return Element("EI", Span(0.5, 1), "one identifier stands beside the data", paths)
    return Element("EI", Span(0.25, 1), "not known how easily people are identified", (path,))


def _confidentiality(evidence: Evidence, unread: bool | None) -> Element:
    paths = ("nature.disclosure", "nature.exfiltration", "nature.recipient.who")
    limb = touched(evidence, Limb.CONFIDENTIALITY)
    if limb is False or unread:
        why = "not touched" if limb is False else "exposed to a risk only: unintelligible"
        return Element("confidentiality", sure(0), why, ("nature.kinds",))
    value, why = _disclosed(evidence)
    settled = limb and unread is False
    return Element("confidentiality", value if settled else Span(0, value.high), why, paths)


def _disclosed(evidence: Evidence) -> tuple[Span, str]:
    disclosure, found = (evidence.text(f"nature.{one}") for one in ("disclosure", "exfiltration"))
    if disclosure in {"taken", "published"} or (found == "confirmed" and disclosure != "sent"):
        return sure(0.5), "disclosed to an unknown number"
    if disclosure in {"sent", "consulted"}:
        kind = evidence.text("nature.recipient.who")
        value = Span(0.25, 0.5) if kind is None else sure(0.5 if kind == "unknown" else 0.25)
        open_ = disclosure == "consulted" and found not in {"no_evidence", "ruled_out"}
        return Span(
            value.low, 0.5 if open_ else value.high
        ), f"disclosed to {kind or 'some'} recipients"
    if disclosure and found in {"no_evidence", "ruled_out"}:
        return sure(0), "exposed to a risk, no evidence of illegal processing"
    return Span(0, 0.5), "not known whether anybody got the data"


def _integrity(evidence: Evidence) -> Element:
    values = {
        "restored": (0.0, "altered, set right before use"),
        "used": (0.25, "altered and possibly used, recoverable"),
        "unrecoverable": (0.5, "altered, not recoverable"),
    }
    limb, stated = touched(evidence, Limb.INTEGRITY), evidence.text(ALTERATION)
    if limb is False:
        return Element("integrity", sure(0), "not touched", ("nature.kinds",))
    if stated is None:
        return Element("integrity", Span(0, 0.5), "not known whether altered", (ALTERATION,))
    value, why = values[stated]
    return Element("integrity", sure(value) if limb else Span(0, value), why, (ALTERATION,))


def _availability(evidence: Evidence, keys: Sequence[str]) -> Element:
    paths = (RESTORED, EFFECT, *(f"data.{key}.protection.backup" for key in keys))
    limb = touched(evidence, Limb.AVAILABILITY)
    if limb is False:
        return Element("availability", sure(0), "not touched", ("nature.kinds",))
    value, why = _unavailable(evidence, [evidence.text(path) for path in paths[2:]])
    return Element("availability", value if limb else Span(0, value.high), why, paths)


def _unavailable(evidence: Evidence, backups: Sequence[str | None]) -> tuple[Span, str]:
    if evidence.text(EFFECT) == "none" and all(one == "intact" for one in backups):
        return sure(0), "recoverable without difficulty: another copy"
    if evidence.leaf(RESTORED):
        return sure(0.25), "temporarily unavailable"
    if any(one in {"lost", "none"} for one in backups):
        return sure(0.5), "not recoverable as far as is known: no other copy"
    least = 0.25 if evidence.text(EFFECT) in {"inconvenience", "serious", "danger"} else 0
    if None in backups:
        return Span(least, 0.5), "not known whether recoverable"
    return Span(least, 0.25), "temporarily unavailable, another copy exists"


def _intent(evidence: Evidence) -> Element:
    stated = evidence.yes("nature.malicious")
    value = {True: sure(0.5), False: sure(0), None: Span(0, 0.5)}[stated]
    why = {True: "malicious", False: "not malicious", None: "not known whether malicious"}[stated]
    return Element("malicious intent", value, why, ("nature.malicious",))
