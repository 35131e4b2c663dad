"""`incident check`: for each duty what is met, not yet known or missing, and the command that supplies it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from breachkit.cli import template
from breachkit.cli.base import Session, command
from breachkit.cli.facts import paragraph
from breachkit.cli.outcome import due_of, duty_data, name_of, unknown_text
from breachkit.cli.output import Answer, both, left, table
from breachkit.errors import UnknownNameError

if TYPE_CHECKING:
    from breachkit.casework.picture import Picture
    from breachkit.domain.duty import Duty
    from breachkit.domain.entry import Phase
    from breachkit.domain.requirement import Gap, Held

_ADDRESSEES = {
    "partner": "NOTICE TO THE PARTNER",
    "authority": "NOTICE TO THE AUTHORITY",
    "data_subjects": "NOTICE TO THE PEOPLE CONCERNED",
    "regulator": "REPORT TO A REGULATOR",
    "users": "NOTICE TO USERS",
    "public": "PUBLICATION",
    "ourselves": "OUR OWN ASSESSMENT OR RECORD",
}

_FOLLOW = {"never": "at once", "initial": "may follow", "always": "as known"}

_LEGEND = (
    "at once: has to be in the first notice; a reason does not answer it. may follow: in a first"
    " notice, a reason and a date will do. as known: says what is known; a reasoned 'not yet known'"
    " answers it."
)

_SIDES = {
    "ours": "ours",
    "theirs": "the partner's own; what we know helps it",
    "possible": "possible: not settled whether it is owed",
}

_NAMED = 3
"""How many scopes are named where all of them lack the same."""

_LISTED = 8
"""How many choices are listed at most; kinds of data and of people are many more."""


def check_scopes(picture: "Picture", scopes: Sequence[str]) -> None:
    """Refuse a scope that the incident does not have; UnknownNameError names those it has."""
    known = [view.scope for view in (*picture.views, picture.house)]
    for scope in scopes:
        if scope not in known:
            hint = f"its scopes: {', '.join(known)}"
            raise UnknownNameError(f"{picture.id} has no scope {scope}", hint=hint)


def form_notes(picture: "Picture") -> list[str]:
    """Return what to do with a form."""
    back = command("incident", "amend", picture.id, "--from", "form.toml")
    return [f"next: have it filled in, then: {back}"]


def answer(
    session: Session,
    picture: "Picture",
    scopes: Sequence[str],
    addressees: Sequence[str],
    phase: "Phase | None" = None,
) -> Answer:
    """Return what each duty asks for, by notice; scopes that lack the same stand together."""
    from breachkit.casework.forms import duties_asked

    duties = duties_asked(picture, scopes, addressees)
    lines = [*_by_notice(session, picture, duties), "", *paragraph(_LEGEND, 0)]
    lines += [*_instrument_notes(session, duties), *_open_laws(picture, duties)]
    data = _data(picture, duties)
    if "authority" in addressees:
        filings = template.filings(session, picture, scopes, phase)
        lines += template.lines(filings)
        data["template"] = template.data(filings)
    return Answer(data, lines, _notes(picture, duties))


def _by_notice(session: Session, picture: "Picture", duties: "Sequence[Duty]") -> Iterator[str]:
    """Yield how much is open in all, then the duties under the notice that would meet them."""
    held = [one for duty in duties for one in duty.held]
    yield f"{picture.id}: {picture.title}"
    yield f"{sum(bool(one.gaps) for one in held)} of {len(held)} requirements are open"
    for addressee, title in _ADDRESSEES.items():
        mine = [duty for duty in duties if duty.law.addressee.value == addressee]
        if mine:
            yield from ("", title, *_notice_lines(session, picture, mine))


def _notice_lines(session: Session, picture: "Picture", duties: "list[Duty]") -> Iterator[str]:
    for group in _groups(duties):
        yield from _head(session, picture, group)
        yield from _requirements(session, picture, group[0])


def _groups(duties: "list[Duty]") -> "list[list[Duty]]":
    """Return the duties of one obligation together where their scopes lack the same."""
    found: dict[Any, list[Duty]] = {}
    for duty in duties:
        asked = tuple(
            (one.answer, tuple((gap.view_path, gap.answer, gap.reason) for gap in one.gaps))
            for one in duty.held
        )
        key = (duty.law.qualified_id, duty.owed, duty.told, duty.due_at, asked)
        found.setdefault(key, []).append(duty)
    return list(found.values())


def _head(session: Session, picture: "Picture", group: "list[Duty]") -> Iterator[str]:
    duty, names = group[0], [one.scope for one in group]
    shown = ", ".join(names[:_NAMED])
    others = f" and {len(names) - _NAMED} others" if len(names) > _NAMED else ""
    standing = "" if duty.law.standing.value == "text" else f" [{duty.law.standing.value}]"
    yield f"  {name_of(duty)}{standing}: {shown}{others} ({_SIDES[duty.side.value]})"
    yield from paragraph(f"{duty.law.title}; {_due(session, picture, duty)}", 4)
    if not duty.held:
        why = "asks for no contents of its own: the same notice meets it"
        yield f"    {why if duty.law.by_notice else 'is met by what is done, not by a notice'}"
    yield from _questions(picture, duty)


def _due(session: Session, picture: "Picture", duty: "Duty") -> str:
    if not duty.running:
        return f"{duty.told.value}, {duty.content.value}"
    if not duty.due_at:
        limit = duty.deadline.limit
        hours = f"{limit} from {duty.law.event}" if limit else ""
        return hours or duty.law.also
    now = picture.seen_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    kind = " (provisional)" if duty.deadline.kind.value == "provisional" else ""
    return f"due {both(due_of(duty), session.kit.zone)}{kind}, {left(due_of(duty), now)}"


def _questions(picture: "Picture", duty: "Duty") -> Iterator[str]:
    """Yield the facts and decisions that would settle whether a duty is owed, and from when on."""
    from breachkit.casework.forms import clock_path, decide, state
    from breachkit.casework.questions import words_for

    yield from _reopened(picture, duty)
    if path := clock_path(picture, duty):
        yield from _command(duty.deadline.provisional_because, *state(picture.id, [path]), 4)
    facts = [path for path in duty.questions if not path.startswith("risk.")]
    if len(facts) < len(duty.questions):
        line = decide(picture.id, duty.scope)
        yield from _command("is a high risk to people likely?", line, (), 4)
    if facts:
        asked = words_for(picture, duty, facts[0])
        yield from _command(f"it depends on this: {asked}", *state(picture.id, facts[:1]), 4)


def _reopened(picture: "Picture", duty: "Duty") -> Iterator[str]:
    """Yield the decision that had ended a duty and is open again, through which fact."""
    from breachkit.domain.duty import DECIDED_BY

    for one in picture.reopened(duty.scope):
        if one.entry.decision == DECIDED_BY.get(duty.law.owed):
            again = command("risk", "assess", picture.id, "--scope", duty.scope)
            yield from _command(f"{one}: decide again", again, (), 4)


def _command(words: str, line: str, choices: Sequence[str], indent: int) -> Iterator[str]:
    """Yield what is asked and the whole command on a line of its own, to be copied."""
    if words:
        yield from paragraph(words, indent)
    yield f"{' ' * indent}{line}"
    if len(choices) > _LISTED:
        yield f"{' ' * indent}CHOICE: one of {len(choices)}, which --form lists"
    elif choices:
        yield f"{' ' * indent}CHOICE: {', '.join(choices)}"


def _requirements(session: Session, picture: "Picture", duty: "Duty") -> Iterator[str]:
    rows = [
        [one.answer.value, one.requirement.citation, _FOLLOW[one.requirement.unknown.value]]
        for one in duty.held
    ]
    for row, one in zip(table(rows), duty.held, strict=True):
        standing = one.requirement.standing.value
        known = "" if standing == "text" else f" [{standing}]"
        yield f"    {row}  {one.requirement.title}{known}"
        yield from _open(session, picture, one)


def _open(session: Session, picture: "Picture", held: "Held") -> Iterator[str]:
    """Yield what is missing for a requirement, why, and the command that supplies it."""
    from breachkit.casework.forms import supply

    if not held.gaps:
        return
    words = {
        unknown_text({"reason": gap.reason, "follows_by": gap.follows_by}, session.kit.zone): None
        for gap in held.gaps
        if gap.answer.value == "not yet known"
    }
    for text in words:
        yield from paragraph(text.removeprefix("not yet known: "), 8)
    yield from _command("", *supply(picture.id, held.gaps), 8)
    if held.requirement.note:
        yield from paragraph(held.requirement.note, 8)


def _instrument_notes(session: Session, duties: "Sequence[Duty]") -> Iterator[str]:
    for name in dict.fromkeys(duty.law.instrument for duty in duties if duty.held):
        instrument = session.kit.rules.instruments[name]
        if instrument.note:
            yield from paragraph(f"{name}: {instrument.note}", 0)


def _open_laws(picture: "Picture", duties: "Sequence[Duty]") -> list[str]:
    """Return how many more laws may apply, which ask for no contents before that is settled."""
    left_out = [duty for duty in picture.duties if duty.open_law and duty not in duties]
    laws = dict.fromkeys(duty.law.instrument for duty in left_out)
    if not laws:
        return []
    shown = command("law", "applicable", picture.id)
    return ["", *paragraph(f"may apply as well: {', '.join(laws)}; which do: {shown}", 0)]


def _notes(picture: "Picture", duties: "Sequence[Duty]") -> list[str]:
    from breachkit.casework.forms import supply

    gaps = (gap for duty in duties for one in duty.held for gap in one.gaps)
    missing = [gap for gap in gaps if gap.answer.value == "missing"]
    if not missing:
        return [f"next: {command('notice', 'draft', picture.id)}"]
    amend = command("incident", "amend", picture.id)
    return [
        f"next: {supply(picture.id, missing[:1])[0]}",
        f'not yet known: {amend} --unknown PATH="REASON" --by TIME',
        f"ask others: {command('incident', 'check', picture.id, '--form')} > form.toml",
    ]


def _data(picture: "Picture", duties: "Sequence[Duty]") -> dict[str, Any]:
    return {
        "incident": picture.id,
        "duties": [
            {
                **duty_data(duty),
                "questions": list(duty.questions),
                "requirements": [_held_data(picture, one) for one in duty.held],
            }
            for duty in duties
        ],
    }


def _held_data(picture: "Picture", held: "Held") -> dict[str, Any]:
    asked = held.requirement
    return {
        "citation": asked.citation,
        "title": asked.title,
        "answer": held.answer.value,
        "unknown_allowed": asked.unknown.value,
        "standing": asked.standing.value,
        "note": asked.note,
        "gaps": [_gap_data(picture, gap) for gap in held.gaps],
    }


def _gap_data(picture: "Picture", gap: "Gap") -> dict[str, Any]:
    from breachkit.casework.forms import supply

    return {
        "path": gap.path,
        "answer": gap.answer.value,
        "reason": gap.reason,
        "follows_by": gap.follows_by,
        "command": supply(picture.id, [gap])[0],
    }
