"""`breachkit law`: the instruments and obligations that count, with citation and standing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, noun, verb
from breachkit.cli.facts import labelled, paragraph
from breachkit.cli.output import Answer, table
from breachkit.errors import UnknownNameError

if TYPE_CHECKING:
    from breachkit.domain.instrument import Instrument
    from breachkit.domain.obligation import Obligation

law_command = noun("law", "Show the instruments and obligations that count.")

_COUNTED = {
    "elapsed": "elapsed hours",
    "calendar": "days of the calendar",
    "working": "working time",
}
_FOLLOW = {
    "never": "has to be stated at once",
    "initial": "may follow after the first notice, with a reason",
    "always": "a reasoned 'not yet known' answers it",
}


@verb(law_command, "list", example="breachkit law list")
def list_(session: Session) -> Answer:
    """List every obligation with its limit, to whom it is owed, and how well we know it."""
    rules = session.kit.rules
    lines: list[str] = []
    for instrument in rules.instruments.values():
        mine = [law for law in rules.obligations if law.instrument == instrument.id]
        head = f"{instrument.id}: {instrument.title} [{instrument.standing.value}]"
        lines += ["", head, *_rows(mine)]
    data = [law.model_dump(mode="json", by_alias=True) for law in rules.obligations]
    return Answer(data, lines[1:], [f"next: {command('law', 'show')} INSTRUMENT/OBLIGATION"])


@verb(law_command, "show", example="breachkit law show imou-dpa/6.3")
@click.argument("name")
def show(session: Session, name: str) -> Answer:
    """Show an obligation such as imou-dpa/6.3, or an instrument, with all notes and readings."""
    rules = session.kit.rules
    if (instrument := rules.instruments.get(name)) is not None:
        mine = [law for law in rules.obligations if law.instrument == name]
        data = instrument.model_dump(mode="json", by_alias=True)
        return Answer(data, list(_instrument(instrument, mine)))
    for law in rules.obligations:
        if law.qualified_id == name:
            return Answer(law.model_dump(mode="json", by_alias=True), list(_obligation(law)))
    known = [*rules.instruments, *(law.qualified_id for law in rules.obligations)]
    raise UnknownNameError(f"no instrument or obligation {name!r}", hint=_near(name, known))


def _rows(laws: "list[Obligation]") -> Iterator[str]:
    """Yield obligations in columns, each with its title below."""
    cells = [
        [law.qualified_id, law.citation, _limit(law), _towards(law), f"[{law.standing.value}]"]
        for law in laws
    ]
    for row, law in zip(table(cells), laws, strict=True):
        yield f"  {row}"
        yield from paragraph(law.title, 6)


def _limit(law: "Obligation") -> str:
    if law.limit is None:
        return law.also
    return str(law.limit)


def _towards(law: "Obligation") -> str:
    return f"{law.owed_by.value} to {law.addressee.value.replace('_', ' ')}"


def _instrument(instrument: "Instrument", mine: "list[Obligation]") -> Iterator[str]:
    yield f"{instrument.id}: {instrument.title} [{instrument.standing.value}]"
    yield from labelled("citation", instrument.citation)
    yield from labelled("in force", _in_force(instrument))
    yield from labelled("kind", instrument.kind.value)
    yield from labelled("read from", instrument.source)
    if instrument.note:
        yield from labelled("note", instrument.note)
    yield from ("", "OBLIGATIONS", *_rows(mine))
    if instrument.provisions:
        yield from ("", "PROVISIONS WITHOUT A CLOCK OF THEIR OWN")
    for one in instrument.provisions:
        yield from labelled(f"{one.citation} [{one.standing.value}]", f"{one.title}. {one.note}")


def _in_force(instrument: "Instrument") -> str:
    days = instrument.in_force
    if days is None:
        return "no: a proposal, which never yields a deadline"
    return f"from {days.since}" + (f" until {days.until}" if days.until else "")


def _obligation(law: "Obligation") -> Iterator[str]:
    yield f"{law.qualified_id}: {law.title} [{law.standing.value}]"
    yield from labelled("citation", law.citation)
    yield from labelled("owed", f"{_towards(law)}, {law.owed.value.replace('_', ' ')}")
    yield from labelled("limit", ", ".join(part for part in (_limit(law), law.also) if part))
    yield from labelled("counted", f"{_COUNTED[law.counting.value]} from {law.event}")
    for one in law.trigger.earliest:
        yield from labelled("clock starts with", one.fact + _when(one.when))
    if law.provisional:
        facts = ", ".join(law.provisional.facts)
        yield from labelled("until then, an alarm from", facts + _when(law.provisional.when))
    for condition in law.when:
        yield from labelled("applies where", _condition(condition))
    if not law.by_notice:
        yield from labelled("met by", "what is done, not by a notice")
    yield from _sections(law)


def _sections(law: "Obligation") -> Iterator[str]:
    if law.requirements:
        yield from ("", "THE NOTICE HAS TO SAY", *_requirements(law))
    for title, parts in (("OTHER READINGS", law.readings), ("CAUTIONS", law.cautions)):
        if parts:
            yield from ("", title)
        for part in parts:
            yield from labelled(f"{part.citation} [{part.standing.value}]", part.note)
            yield from _where(part.when)
    if law.notes:
        yield from ("", "NOTES", *(line for note in law.notes for line in paragraph(note, 2)))


def _requirements(law: "Obligation") -> Iterator[str]:
    for one in law.requirements:
        what = f"{one.title}; {_FOLLOW[one.unknown.value]}"
        yield from labelled(f"{one.citation} [{one.standing.value}]", what)
        yield from _where(one.when)
        yield from paragraph(f"facts: {', '.join((*one.facts, *one.any_of))}", 6)
        if one.note:
            yield from paragraph(f"note: {one.note}", 6)


def _when(conditions: Any) -> str:
    return f", where {' and '.join(_condition(one) for one in conditions)}" if conditions else ""


def _where(conditions: Any) -> list[str]:
    if not conditions:
        return []
    return paragraph(f"where {' and '.join(_condition(one) for one in conditions)}", 6)


def _condition(condition: Any) -> str:
    """Return a condition in words."""
    data = condition.model_dump(by_alias=True)
    match data:
        case {"keys": fact, "in": values}:
            return f"{fact} has {' or '.join(values)}"
        case {"fact": fact, "later_than": other, "by": by}:
            return f"{fact} is more than {by} after {other}"
        case {"fact": fact, "at_least": number}:
            return f"{fact} is {number} or more"
        case {"fact": fact, "in": values}:
            return f"{fact} is {' or '.join(map(str, values))}"
        case {"fact": fact, "not_in": values}:
            return f"{fact} is not {' or '.join(map(str, values))}"
        case {"fact": fact, "stated": stated}:
            return f"{fact} is {'stated' if stated else 'not stated'}"
        case {"any": _}:
            groups = (" and ".join(map(_condition, group)) for group in condition.groups)
            return f"({' or '.join(groups)})"
        case _:
            return f"{data['duty']} is owed"


def _near(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    return command("law", "show", near[0]) if near else command("law", "list")
