"""Instruments and obligations as people read them on a terminal: nothing of a law file is hidden."""

from collections.abc import Iterable, Iterator, Sequence

from breachkit.cli.facts import labelled, paragraph
from breachkit.cli.output import table
from breachkit.domain.condition import Condition
from breachkit.domain.instrument import Instrument, InstrumentStatus
from breachkit.domain.obligation import Obligation
from breachkit.domain.reason import in_words
from breachkit.domain.trigger import Trigger

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


def heading(instrument: Instrument) -> str:
    """Return an instrument in one line, with its status where it does not bind yet."""
    status = {
        InstrumentStatus.IN_FORCE: "",
        InstrumentStatus.NOT_YET: f" NOT YET: {_in_force(instrument)}",
        InstrumentStatus.PROPOSAL: " PROPOSAL, no law: never computed",
    }[instrument.status]
    return f"{instrument.id}: {instrument.title} [{instrument.standing.value}]{status}"


def rows(laws: Sequence[Obligation]) -> Iterator[str]:
    """Yield obligations in columns, each with its title below."""
    cells = [
        [law.qualified_id, law.citation, _limit(law), _towards(law), f"[{law.standing.value}]"]
        for law in laws
    ]
    for row, law in zip(table(cells), laws, strict=True):
        yield f"  {row}"
        yield from paragraph(law.title, 6)


def instrument_lines(instrument: Instrument, mine: Sequence[Obligation]) -> Iterator[str]:
    """Yield an instrument with its obligations, its questions and its other provisions."""
    yield heading(instrument)
    yield from labelled("citation", instrument.citation)
    yield from labelled("in force", _in_force(instrument))
    yield from labelled("kind", instrument.kind.value)
    yield from labelled("read from", instrument.source)
    if instrument.note:
        yield from labelled("note", instrument.note)
    for condition in instrument.when:
        yield from labelled("applies where", in_words(condition))
    yield from ("", "OBLIGATIONS", *rows(mine))
    yield from _questions(instrument)
    if instrument.provisions:
        yield from ("", "PROVISIONS WITHOUT A CLOCK OF THEIR OWN")
    for one in instrument.provisions:
        yield from labelled(f"{one.citation} [{one.standing.value}]", f"{one.title}. {one.note}")


def obligation_lines(law: Obligation, instrument: Instrument) -> Iterator[str]:
    """Yield an obligation with its clock, its conditions and all that its notice has to say."""
    yield f"{law.qualified_id}: {law.title} [{law.standing.value}]"
    yield from labelled("citation", law.citation)
    if instrument.status is not InstrumentStatus.IN_FORCE:
        yield from labelled("status", heading(instrument).partition("] ")[2])
    if law.in_force and law.in_force != instrument.in_force:
        yield from labelled("in force", f"from {law.in_force.since}{_until(law)}")
    yield from labelled("owed", f"{_towards(law)}, {law.owed.value.replace('_', ' ')}")
    yield from _said(law)
    yield from _clock(law)
    for condition in law.when:
        yield from labelled("applies where", in_words(condition))
    if not law.by_notice:
        yield from labelled("met by", "what is done, not by a notice")
    yield from _sections(law)


def _said(law: Obligation) -> Iterator[str]:
    """Yield the stage, whom it goes to and how, where the law file says it."""
    for label, text in (
        ("stage", law.stage),
        ("continues", law.continues),
        ("recipient", law.recipient),
        ("channel", law.channel),
        ("binds", ", ".join(law.scopes)),
    ):
        if text:
            yield from labelled(label, text)


def _clock(law: Obligation) -> Iterator[str]:
    limit = str(law.limit) if law.limit else ""
    yield from labelled("limit", ", ".join(part for part in (limit, law.also) if part))
    yield from labelled("counted", f"{_COUNTED[law.counting.value]} from {law.event}")
    if law.calendar:
        yield from labelled("calendar", f"public holidays of {law.calendar}")
    if law.working:
        hours = f"{law.working.begins:%H:%M} to {law.working.ends:%H:%M} {law.working.zone}"
        yield from labelled("working hours", hours)
    yield from _starts("clock starts with", law.trigger)
    yield from _bounds(law)
    if law.provisional:
        until = "until that is stated" if law.provisional.until_stated else "until then"
        facts = ", ".join(law.provisional.facts)
        yield from labelled(f"{until}, an alarm from", facts + _when(law.provisional.when))


def _bounds(law: Obligation) -> Iterator[str]:
    """Yield the further limits of an obligation, each with the clock of its own."""
    for bound in law.bounds:
        figure = f"{bound.limit} of {bound.event}{_when(bound.when)}"
        yield from labelled("or, where that is earlier", figure)
        yield from labelled(f"{bound.citation} [{bound.standing.value}]", bound.note or "as well")
        yield from _starts("that clock starts with", bound.trigger)


def _starts(label: str, trigger: Trigger) -> Iterator[str]:
    for one in trigger.earliest:
        start = f"the submission of {one.sent}" if one.sent else one.fact
        moved = "the end of the year of " if one.moved else ""
        yield from labelled(label, moved + start + _when(one.when))


def _questions(instrument: Instrument) -> Iterator[str]:
    if instrument.findings:
        yield from ("", "QUESTIONS OF LAW, ANSWERED WITH YES OR NO")
    for one in instrument.findings:
        yield from labelled(f"findings.{one.name}", one.question)
        note = f"; {one.note}" if one.note else ""
        yield from paragraph(f"{one.citation} [{one.standing.value}]{note}", 6)


def _sections(law: Obligation) -> Iterator[str]:
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


def _requirements(law: Obligation) -> Iterator[str]:
    for one in law.requirements:
        what = f"{one.title}; {_FOLLOW[one.unknown.value]}"
        yield from labelled(f"{one.citation} [{one.standing.value}]", what)
        yield from _where(one.when)
        yield from paragraph(f"facts: {', '.join((*one.facts, *one.any_of))}", 6)
        if one.note:
            yield from paragraph(f"note: {one.note}", 6)


def _limit(law: Obligation) -> str:
    """Return the figures of an obligation, or how soon it has to be met."""
    if law.limit is None:
        return law.also
    earlier = "".join(f" or {bound.limit}" for bound in law.bounds)
    return f"{law.limit}{earlier}" + (f" ({law.calendar})" if law.calendar else "")


def _towards(law: Obligation) -> str:
    return f"{law.owed_by.value} to {law.addressee.value.replace('_', ' ')}"


def _in_force(instrument: Instrument) -> str:
    days = instrument.in_force
    if days is None:
        return "no: a proposal, which never yields a deadline"
    return f"from {days.since}" + (f" until {days.until}" if days.until else "")


def _until(law: Obligation) -> str:
    return f" until {law.in_force.until}" if law.in_force and law.in_force.until else ""


def _when(conditions: Iterable[Condition]) -> str:
    words = " and ".join(map(in_words, conditions))
    return f", where {words}" if words else ""


def _where(conditions: Iterable[Condition]) -> list[str]:
    words = " and ".join(map(in_words, conditions))
    return paragraph(f"where {words}", 6) if words else []
