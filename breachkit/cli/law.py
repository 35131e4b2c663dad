"""`breachkit law`: the instruments and obligations that count, and which of them apply."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from breachkit.cli.base import Session, command, noun, verb
from breachkit.cli.facts import paragraph
from breachkit.cli.output import Answer
from breachkit.errors import UnknownNameError

if TYPE_CHECKING:
    from breachkit.domain.applicability import Applicability

UNSAID = "nobody has said "
"""How a reason begins where a fact is missing."""

law_command = noun("law", "Show the instruments and obligations that count, and which apply.")


@verb(law_command, "list", example="breachkit law list")
def list_(session: Session) -> Answer:
    """List every obligation with its limit, to whom it is owed, and how well we know it."""
    from breachkit.cli.provision import heading, rows

    rules = session.kit.rules
    every = (*rules.obligations, *rules.proposals)
    lines: list[str] = []
    for instrument in rules.instruments.values():
        mine = [law for law in every if law.instrument == instrument.id]
        lines += ["", heading(instrument), *rows(mine)]
    data = [law.model_dump(mode="json", by_alias=True) for law in rules.obligations]
    return Answer(data, lines[1:], [f"next: {command('law', 'show')} INSTRUMENT/OBLIGATION"])


@verb(law_command, "show", example="breachkit law show imou-dpa/6.3")
@click.argument("name")
def show(session: Session, name: str) -> Answer:
    """Show an obligation such as imou-dpa/6.3, or an instrument, with all notes and readings."""
    from breachkit.cli.provision import instrument_lines, obligation_lines

    rules = session.kit.rules
    every = (*rules.obligations, *rules.proposals)
    if (instrument := rules.instruments.get(name)) is not None:
        mine = [law for law in every if law.instrument == name]
        data = instrument.model_dump(mode="json", by_alias=True)
        return Answer(data, list(instrument_lines(instrument, mine)))
    for law in every:
        if law.qualified_id == name:
            lines = list(obligation_lines(law, rules.instruments[law.instrument]))
            return Answer(law.model_dump(mode="json", by_alias=True), lines)
    known = [*rules.instruments, *(law.qualified_id for law in every)]
    raise UnknownNameError(f"no instrument or obligation {name!r}", hint=_near(name, known))


@verb(
    law_command,
    "applicable",
    example="breachkit law applicable 2026-0007\n  breachkit law applicable 2026-0007 --scope acme",
)
@click.argument("incident")
@click.option("--scope", "scopes", multiple=True, metavar="KEY", help="Only this scope.")
def applicable(session: Session, incident: str, scopes: tuple[str, ...]) -> Answer:
    """List which obligations apply, which may, and which do not, each with its reason."""
    from breachkit.casework.lawful import unruled

    found = session.kit.applicable(incident, scopes)
    places = unruled(session.kit.desk, incident)
    lines = list(_verdicts(found))[1:]
    if places:
        text = (
            f"{', '.join(places)}: no rules known here, which does not mean that there is no duty"
        )
        lines += ["", "COUNTRIES WITHOUT RULES", *paragraph(text, 2)]
    data = {"applicable": [_data(one) for one in found], "without_rules": list(places)}
    return Answer(data, lines, [f"next: {command('law', 'show')} INSTRUMENT/OBLIGATION"])


def _verdicts(found: "Iterable[Applicability]") -> Iterator[str]:
    """Yield the obligations under their verdicts; those with the same reason stand together."""
    together: dict[str, dict[tuple[object, ...], list[Applicability]]] = {}
    for one in found:
        key = (one.law.instrument, one.reasons, one.proposed)
        together.setdefault(str(one.verdict), {}).setdefault(key, []).append(one)
    for verdict in ("applies", "possible", "does not apply"):
        groups = together.get(verdict, {})
        yield from ["", verdict.upper()] if groups else []
        for group in groups.values():
            yield from _group(group)


def _group(group: "Sequence[Applicability]") -> Iterator[str]:
    first = group[0]
    names = dict.fromkeys(one.law.id for one in group)
    scopes = dict.fromkeys(one.scope for one in group if one.scope)
    towards = f" for {', '.join(scopes)}" if scopes else ""
    marks = dict.fromkeys(one.law.standing.value for one in group)
    head = f"{first.law.instrument}/{', '.join(names)} [{', '.join(marks)}]{towards}"
    yield from paragraph(head, 2)
    yield from paragraph("; ".join(_brief(first.reasons)), 6)


def _brief(reasons: Sequence[str]) -> Iterator[str]:
    """Yield reasons, those that nothing was said together in one."""
    unsaid = [one.removeprefix(UNSAID) for one in reasons if one.startswith(UNSAID)]
    yield from (one for one in reasons if not one.startswith(UNSAID))
    if unsaid:
        yield UNSAID + ", ".join(unsaid)


def _data(one: "Applicability") -> dict[str, object]:
    return {
        "obligation": one.law.qualified_id,
        "scope": one.scope or None,
        "verdict": str(one.verdict),
        "reasons": list(one.reasons),
        "questions": list(one.questions),
        "standing": one.law.standing.value,
        "proposal": one.proposed,
    }


def _near(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    return command("law", "show", near[0]) if near else command("law", "list")
