"""How likely a misuse of disclosed data is, before their protection is looked at.

Grades: 0 as good as excluded, 1 possible, 2 likely, 3 as good as certain (derived): what became of the
data, the evidence on it and what that is worth, whoever got them, and with what intent.
"""

from datetime import timedelta

from breachkit.domain.count import extent
from breachkit.domain.factor import Evidence, Factor, Weight
from breachkit.domain.instant import moment
from breachkit.domain.span import Span, highest, sure, widest
from breachkit.domain.standing import Standing

MANY = 100
"""More recipients than that cannot be held to a deletion (derived)."""

LONG = timedelta(days=30)
"""An exposure of so long is likely to have been used where nothing shows the contrary (derived)."""

_DISCLOSURES = ("exposed", "lost", "consulted", "sent", "taken", "published")
_CITED = "Guidelines 9/2022 paras 103-121"


def reach(evidence: Evidence) -> Span:
    """Return how likely a misuse is if nothing protects the data; unknown facts leave it open."""
    stated = evidence.text("nature.disclosure")
    if stated:
        return _reach(evidence, stated)
    return widest(_reach(evidence, one) for one in _DISCLOSURES)


def seen_by_stranger(evidence: Evidence) -> bool:
    """Tell whether somebody who is not bound to us has looked at the data: no deletion undoes that."""
    consulted = evidence.text("nature.disclosure") == "consulted"
    return consulted and evidence.text("nature.recipient.who") in {"known", "unknown"}


def is_by_trust(evidence: Evidence) -> bool:
    """Tell whether only our trust in a recipient stands between the data and a misuse."""
    return evidence.text("nature.disclosure") in {"sent", "consulted"}


def exposure_factors(evidence: Evidence) -> tuple[Factor, ...]:
    """Return what became of the data, who has them, why, and what the evidence is worth."""
    found = [_disclosure_factor(evidence), _traces_factor(evidence), _intent_factor(evidence)]
    if evidence.text("nature.disclosure") in {None, "sent", "consulted"}:
        found.append(_recipient_factor(evidence))
    return (*found, _duration_factor(evidence))


def _reach(evidence: Evidence, disclosure: str) -> Span:
    match disclosure:
        case "taken" | "published":
            return sure(3)
        case "sent":
            return _intended(evidence, _recipients(evidence))
        case "consulted":
            return _intended(evidence, _extracted(evidence, _recipients(evidence)))
        case "lost":
            return _lost(evidence)
        case _:
            return _intended(evidence, _exposed(evidence))


def _exposed(evidence: Evidence) -> Span:
    traces = evidence.text("nature.traces")
    match evidence.text("nature.exfiltration"):
        case "confirmed":
            return sure(3)
        case "likely":
            return sure(2)
        case "no_evidence":
            return _without_evidence(evidence, traces)
        case "ruled_out":
            return _excluded(traces, sure(1))
        case _:
            return Span(0, 3)


def _without_evidence(evidence: Evidence, traces: str | None) -> Span:
    """Return what it means that nothing was found: as much as the traces are worth."""
    if traces == "complete":
        return sure(1)
    lasted = _lasted(evidence)
    long = traces is not None and lasted is not None and lasted > LONG
    return sure(2) if traces == "erased" or long else Span(1, 2)


def _excluded(traces: str | None, otherwise: Span) -> Span:
    if traces == "complete":
        return sure(0)
    return Span(0, otherwise.high) if traces is None else otherwise


def _lost(evidence: Evidence) -> Span:
    """Return what it means that a thing is gone: whoever has it leaves no trace where none is kept."""
    traces = evidence.text("nature.traces")
    stolen = evidence.yes("nature.malicious")
    base = Span(1, 2) if stolen is None else sure(2 if stolen else 1)
    match evidence.text("nature.exfiltration"):
        case "confirmed":
            return sure(3)
        case "likely":
            return sure(2)
        case "no_evidence":
            return highest((base, _without_evidence(evidence, traces)))
        case "ruled_out":
            return _excluded(traces, base)
        case _:
            return Span(0, 3)


def _extracted(evidence: Evidence, base: Span) -> Span:
    """Return what a consultation means: without extraction, what its reader is worth."""
    match evidence.text("nature.exfiltration"):
        case "confirmed":
            return sure(3)
        case "likely":
            return Span(max(2, base.low), max(2, base.high))
        case "no_evidence" | "ruled_out":
            return base
        case _:
            return Span(base.low, 3)


def _recipients(evidence: Evidence) -> Span:
    deletion = evidence.text("nature.recipient.deletion")
    match evidence.text("nature.recipient.who"):
        case "unknown":
            return sure(3)
        case "trusted":
            return Span(0, 1) if deletion is None else sure(0 if deletion == "confirmed" else 1)
        case "known":
            low, high = extent(evidence.leaf("nature.recipient.count"))
            base = Span(1, 2) if deletion is None else sure(1 if deletion == "confirmed" else 2)
            return Span(3 if low > MANY else base.low, 3 if high > MANY else base.high)
        case _:
            return Span(0, 3)


def _intended(evidence: Evidence, base: Span) -> Span:
    """Return a grade, one higher where somebody meant to get the data; nothing makes 0 more than 0."""
    harm = evidence.yes("nature.malicious")
    raised = Span(*(min(3, end + 1) if end else 0 for end in (base.low, base.high)))
    if harm is None:
        return Span(base.low, raised.high)
    return raised if harm else base


def _lasted(evidence: Evidence) -> timedelta | None:
    first = evidence.leaf("timeline.occurred_from")
    last = evidence.leaf("timeline.occurred_until") or evidence.leaf("timeline.contained_at")
    if first is None or last is None:
        return None
    return moment(str(last["at"])) - moment(str(first["at"]))


def _disclosure_factor(evidence: Evidence) -> Factor:
    paths = ("nature.disclosure", "nature.exfiltration")
    what, found = (evidence.text(path) for path in paths)
    says = f"the data were {what}" if what else "not known what became of the data"
    says += f"; exfiltration {found.replace('_', ' ')}" if found else ""
    certain = what in {"taken", "published", "sent"}
    missing = evidence.missing(*(paths[:1] if certain else paths))
    weight = Weight.UNKNOWN if missing else Weight.TOWARDS
    if found in {"confirmed", "likely"} or certain or what == "consulted":
        weight = Weight.TOWARDS
    elif not missing:
        weight = Weight.AGAINST if found == "ruled_out" else Weight.NEUTRAL
    return Factor(
        "evidence of exfiltration", says, paths, weight, _CITED, Standing.UNVERIFIED, missing
    )


def _traces_factor(evidence: Evidence) -> Factor:
    path = "nature.traces"
    stated = evidence.text(path)
    needed = evidence.text("nature.disclosure") in {None, "exposed", "lost"}
    words = {
        "complete": "complete: that nothing was found means something",
        "erasable": "could be erased: that nothing was found means little",
        "erased": "were erased",
        "none": "none were kept: nobody can tell",
    }
    weight = Weight.AGAINST if stated == "complete" else Weight.TOWARDS
    if stated is None:
        weight = Weight.UNKNOWN if needed else Weight.NEUTRAL
    missing = (path,) if stated is None and needed else ()
    says = words[stated] if stated else "not said" + ("" if needed else ", and not decisive here")
    silent = needed and evidence.text("nature.exfiltration") == "no_evidence"
    open_ = silent and stated in {"erasable", "none"}
    standing = Standing.DERIVED
    return Factor("traces of access", says, (path,), weight, "", standing, missing, open_)


def _intent_factor(evidence: Evidence) -> Factor:
    path = "nature.malicious"
    stated = evidence.yes(path)
    says = {
        True: "somebody meant to get at the data",
        False: "no intent to harm",
        None: "not known",
    }
    weight = {True: Weight.TOWARDS, False: Weight.AGAINST, None: Weight.UNKNOWN}[stated]
    cited = "Guidelines 9/2022 paras 103-121; ENISA 2013"
    missing = evidence.missing(path)
    return Factor("intent", says[stated], (path,), weight, cited, Standing.SECONDARY, missing)


def _recipient_factor(evidence: Evidence) -> Factor:
    paths = tuple(f"nature.recipient.{part}" for part in ("who", "deletion", "count"))
    kind, deletion = evidence.text(paths[0]), evidence.text(paths[1])
    low, high = extent(evidence.leaf(paths[2]))
    says = f"{kind} recipient" if kind else "not known who received or saw the data"
    says += f", deletion {deletion}" if deletion else ""
    says += f", more than {MANY} of them" if low > MANY else ""
    needed = {"trusted": paths[:2], "known": paths, "unknown": paths[:1]}.get(kind or "", paths[:1])
    missing = evidence.missing(*needed)
    trusted = kind == "trusted" and deletion == "confirmed"
    weight = Weight.AGAINST if trusted else Weight.UNKNOWN if missing else Weight.TOWARDS
    if kind in {"trusted", "known"} and deletion and high <= MANY and not trusted:
        weight = Weight.NEUTRAL
    return Factor(
        "trust in the recipient", says, paths, weight, _CITED, Standing.UNVERIFIED, missing
    )


def _duration_factor(evidence: Evidence) -> Factor:
    paths = ("timeline.occurred_from", "timeline.occurred_until", "timeline.contained_at")
    lasted = _lasted(evidence)
    missing: tuple[str, ...] = ()
    if lasted is None and not _is_length_decisive(evidence):
        says, weight = "not known, and not decisive here", Weight.NEUTRAL
    elif lasted is None:
        says, weight = "not known", Weight.UNKNOWN
        missing = evidence.missing(*paths[:2])[:2]
    else:
        says = f"{lasted.total_seconds() / 3600:,.0f} hours"
        weight = Weight.TOWARDS if lasted > LONG else Weight.NEUTRAL
    return Factor("how long it lasted", says, paths, weight, "", Standing.DERIVED, missing)


def _is_length_decisive(evidence: Evidence) -> bool:
    """Tell whether time decides what it means that nothing was found."""
    open_ = evidence.text("nature.disclosure") in {None, "exposed", "lost"}
    found, traces = evidence.text("nature.exfiltration"), evidence.text("nature.traces")
    return open_ and found in {None, "no_evidence"} and traces != "complete"
