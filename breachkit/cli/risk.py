"""`breachkit risk assess`: each factor with its fact, both tests, the score beside them, what is unknown."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, noun, verb
from breachkit.cli.facts import assumptions, labelled, paragraph
from breachkit.cli.output import Answer

if TYPE_CHECKING:
    from breachkit.casework.risk import Assessed, Weighed
    from breachkit.domain.enisa import Element, Score
    from breachkit.domain.exemption import Exemption
    from breachkit.domain.factor import Factor
    from breachkit.domain.risk import Assessment

risk_command = noun("risk", "Weigh the risk to people.")

_SIGNS = {
    "towards a risk": "+",
    "against a risk": "-",
    "neither": "=",
    "unknown": "?",
}

_LEGEND = (
    "+ towards a risk, - against, = neither, ? unknown. Unknown never lowers a result: it leaves the"
    " authority to be told, and the question of a high risk open."
)

_AUTHORITY = {
    "unlikely": "a risk is unlikely: no notice, the register keeps the breach",
    "risk": "a risk is not shown to be unlikely: the authority is told",
}

_PEOPLE = {
    "high": "a high risk is likely: people are told, unless Article 34(3) exempts",
    "not_high": "a high risk is not likely: people need not be told",
    "undecided": "open: the facts leave a high risk possible and do not establish it",
}


@verb(
    risk_command,
    "assess",
    example="breachkit risk assess 2026-0007 --scope own",
)
@click.argument("incident")
@click.option("--scope", "scopes", metavar="SCOPE", multiple=True, help="Whose risk; else all.")
def assess(session: Session, incident: str, scopes: tuple[str, ...]) -> Answer:
    """Weigh the risk of an INCIDENT to people: what speaks for and against it, and what is unknown.

    Two tests: the authority is told unless a risk is unlikely, people if a high risk is likely.
    The ENISA score is a cross-check; where it is stricter, the stricter result is proposed.
    """
    done = session.kit.assess_risk(incident, *scopes)
    lines = [f"{done.picture.id}: {done.picture.title}"]
    for one in done.scopes:
        lines += ["", *_scope(done, one)]
    return Answer(_data(done), [*lines, "", *paragraph(_LEGEND, 0)], _next(done))


def _scope(done: "Assessed", one: "Weighed") -> Iterator[str]:
    yield from _head(one)
    yield from ("", "  FACTORS")
    for factor in one.found.factors:
        yield from _factor(done, one, factor)
    yield from ("", "  PROPOSED", *_proposed(one.found))
    yield from ("", "  ENISA, AS A CROSS-CHECK ONLY [secondary]", *_score(one.found))
    yield from ("", "  EXEMPTIONS OF ARTICLE 34(3)", *_exemptions(done, one))
    yield from _decided(one)


def _head(one: "Weighed") -> Iterator[str]:
    yield f"SCOPE {one.view.scope}"
    yield from paragraph(_whose(one), 2)
    if one.is_ruled_out:
        yield from paragraph("Personal data were ruled out: neither test arises.", 2)
    for again in one.reopened:
        yield from paragraph(f"REOPENED: {again}", 2)


def _whose(one: "Weighed") -> str:
    if one.is_ours:
        return "The decision is ours, as controller."
    return (
        f"The decision is the partner's ({one.controller}), as controller; this is our input to it."
    )


def _factor(done: "Assessed", one: "Weighed", factor: "Factor") -> Iterator[str]:
    yield from labelled(f"{_SIGNS[factor.weight.value]} {factor.name}", factor.says)
    stated = _stated(one, factor)
    cited = f"{factor.citation} " if factor.citation else ""
    yield from paragraph(f"{cited}[{factor.standing.value}]{stated}", 6)
    if factor.unknown:
        from breachkit.casework.forms import state

        paths = [one.view.path_of(path) for path in factor.unknown]
        line, choices = state(done.picture.id, paths)
        yield f"      {line}"
        if choices and len(choices) <= 8:
            yield f"      CHOICE: {', '.join(choices)}"


def _stated(one: "Weighed", factor: "Factor") -> str:
    """Return the facts behind a factor, as path and value."""
    facts = _facts(one, factor)
    return "; " + ", ".join(f"{path}={value}" for path, value in facts.items()) if facts else ""


def _facts(one: "Weighed", factor: "Factor") -> dict[str, str]:
    from breachkit.domain.patch import fact_at
    from breachkit.domain.reopening import in_words

    found = {one.view.path_of(path): fact_at(one.view.values, path) for path in factor.paths}
    return {path: in_words(value) for path, value in found.items() if value is not None}


def _proposed(found: "Assessment") -> Iterator[str]:
    authority = _AUTHORITY[found.authority.value]
    if found.authority.value == "risk" and not found.is_established:
        authority += " (burden: whoever does not tell has to show it)"
    yield from labelled("authority, Article 33(1)", f"{found.authority.value}: {authority}")
    people = _PEOPLE[found.people.value]
    yield from labelled("people, Article 34(1)", f"{found.people.value}: {people}")
    deciding = ", ".join(one.name for one in found.deciding)
    yield from labelled("it turns on", deciding or "nothing that is stated")
    for one in found.disagreements:
        yield from labelled("DISAGREEMENT", one)


def _score(found: "Assessment") -> Iterator[str]:
    score = found.score
    for kind in score.kinds:
        product = f"DPC {kind.dpc.value} x EI {kind.ei.value} = {kind.product}"
        yield from labelled(kind.key, f"{product} (DPC {kind.dpc.reason}; EI {kind.ei.reason})")
    for one in score.circumstances:
        yield from labelled(f"CB {one.name}", f"{one.value} ({one.reason})")
    yield from labelled("SE = DPC x EI + CB", f"{score.arithmetic}: {score.band}")
    flags = {
        "more_than_100_individuals": score.more_than_100_individuals,
        "unintelligible_data": score.unintelligible_data,
    }
    words = {True: "yes", False: "no", None: "unknown"}
    shown = ", ".join(f"{name}: {words[value]}" for name, value in flags.items())
    yield from labelled("flags, not added", shown)


def _exemptions(done: "Assessed", one: "Weighed") -> Iterator[str]:
    for exemption in one.found.exemptions:
        yield from labelled(exemption.key, f"{exemption.condition}: {_shown(one, exemption)}")
        if exemption.missing and not exemption.against and one.found.people.value != "not_high":
            from breachkit.casework.forms import state

            paths = [one.view.path_of(path) for path in exemption.missing]
            yield f"      {state(done.picture.id, paths)[0]}"


def _shown(one: "Weighed", exemption: "Exemption") -> str:
    if exemption.is_shown:
        return "the facts show it"
    against = [one.view.path_of(path) for path in exemption.against]
    if against:
        return f"not met, by {', '.join(against)}"
    return "not shown"


def _decided(one: "Weighed") -> Iterator[str]:
    open_ = [again.entry for again in one.reopened]
    if one.decisions:
        yield from ("", "  DECIDED")
    for entry in one.decisions:
        state = ", reopened" if entry in open_ else ""
        words = f"{entry.outcome}{state}, by {entry.decided_by}: {entry.reasons}"
        if entry.proposed and entry.proposed != entry.outcome:
            words += f" (proposed: {entry.proposed})"
        yield from labelled(entry.decision, words)
        for resting in assumptions(one.view, entry.rests_on) if entry.rests_on else ():
            yield from labelled("  rests on", resting)


def _next(done: "Assessed") -> list[str]:
    """Return the decision that comes next: ours before a partner's, which is only recorded as told."""
    for one in sorted(done.scopes, key=lambda scope: not scope.is_ours):
        taken = {entry.decision for entry in one.decisions}
        taken -= {again.entry.decision for again in one.reopened}
        decide = command("decision", "record", done.picture.id, "--scope", one.view.scope)
        tell = f"once {one.controller} has decided: " if not one.is_ours else "next: "
        for name, proposed in _asked(one).items():
            if f"risk-{name}" not in taken:
                return [f"{tell}{decide} --risk-{name} {proposed} --reason TEXT"]
    return [f"next: {command('status', done.picture.id)}"]


def _asked(one: "Weighed") -> dict[str, str]:
    """Return the decisions of a scope with what we propose; for a partner's the partner chooses."""
    if one.is_ruled_out:
        return {}
    people = one.found.people.value
    proposed = {
        "people": "CHOICE" if people == "undecided" else people,
        "authority": one.found.authority.value,
    }
    return proposed if one.is_ours else dict.fromkeys(proposed, "CHOICE")


def _data(done: "Assessed") -> dict[str, Any]:
    return {"incident": done.picture.id, "scopes": [_scope_data(done, one) for one in done.scopes]}


def _scope_data(done: "Assessed", one: "Weighed") -> dict[str, Any]:
    found = one.found
    return {
        "scope": one.view.scope,
        "decision_is_ours": one.is_ours,
        "controller": one.controller,
        "ruled_out": one.is_ruled_out,
        **_result_data(found),
        "factors": [_factor_data(done, one, factor) for factor in found.factors],
        "score": _score_data(found.score),
        "exemptions": [_exemption_data(one, exemption) for exemption in found.exemptions],
        **_decision_data(one),
    }


def _result_data(found: "Assessment") -> dict[str, Any]:
    return {
        "proposed": {"authority": found.authority.value, "people": found.people.value},
        "by_law": {"authority": found.by_law[0].value, "people": found.by_law[1].value},
        "established": found.is_established,
        "disagreements": list(found.disagreements),
        "turns_on": [factor.name for factor in found.deciding],
    }


def _decision_data(one: "Weighed") -> dict[str, Any]:
    return {
        "decisions": [entry.model_dump(mode="json") for entry in one.decisions],
        "reopened": [str(again) for again in one.reopened],
    }


def _factor_data(done: "Assessed", one: "Weighed", factor: "Factor") -> dict[str, Any]:
    from breachkit.casework.forms import state

    unknown = [one.view.path_of(path) for path in factor.unknown]
    return {
        "name": factor.name,
        "says": factor.says,
        "weight": factor.weight.value,
        "facts": _facts(one, factor),
        "citation": factor.citation,
        "standing": factor.standing.value,
        "unknown": unknown,
        "command": state(done.picture.id, unknown)[0] if unknown else None,
    }


def _score_data(score: "Score") -> dict[str, Any]:
    elements = [one for kind in score.kinds for one in (kind.dpc, kind.ei)]
    return {
        "se": [score.se.low, score.se.high],
        "band": score.band,
        "arithmetic": score.arithmetic,
        "elements": [_element_data(one) for one in (*elements, *score.circumstances)],
        "more_than_100_individuals": score.more_than_100_individuals,
        "unintelligible_data": score.unintelligible_data,
        "standing": "secondary",
    }


def _element_data(one: "Element") -> dict[str, Any]:
    return {
        "name": one.name,
        "value": [one.value.low, one.value.high],
        "reason": one.reason,
        "facts": list(one.paths),
    }


def _exemption_data(one: "Weighed", exemption: "Exemption") -> dict[str, Any]:
    path_of = one.view.path_of
    return {
        "exemption": exemption.key,
        "citation": exemption.citation,
        "shown": exemption.is_shown,
        "missing": [path_of(path) for path in exemption.missing],
        "against": [path_of(path) for path in exemption.against],
    }
