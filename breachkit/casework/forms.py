"""The open questions of an incident: what supplies each, and the form that is sent to whoever knows."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from breachkit.casework.picture import Picture
from breachkit.domain.deadline import DeadlineKind
from breachkit.domain.duty import Duty
from breachkit.domain.obligation import Addressee
from breachkit.domain.patch import fact_at
from breachkit.domain.requirement import Answer, Gap
from breachkit.domain.sheet import Kind, Place, place_at

WIDTH = 98
"""Columns of a comment in a form."""

DISCOVERED = "timeline.discovered_at"
REASON = "timeline_reasons.discovered_at"

_FIRST_HOUR = {Addressee.PARTNER, Addressee.AUTHORITY, Addressee.DATA_SUBJECTS}

_FIRST_KEYS = {"groups": "g1", "data": "d1", "consequences": "c1", "measures": "m1", "advice": "a1"}
"""The key that a form proposes where a collection has none yet."""

_WRITTEN = {
    Kind.NUMBER: 'a number: 712, "about 13000", "100-200" or "at least 97"',
    Kind.TIME: 'a time with its zone: "2026-11-20 17:40 Europe/Berlin"',
    Kind.YES_NO: "true or false",
}


@dataclass(frozen=True)
class Question:
    """A fact that is asked for, and every requirement that asks."""

    path: str
    title: str
    asked: tuple[str, ...]
    """Citation and instrument of each requirement."""
    unknown_path: str
    """Where it is stated as not yet known: the whole collection while that has no key."""
    why: Mapping[str, Any] | None = None
    """What is stated as not yet known: its reason and when it will follow."""

    @property
    def place(self) -> Place:
        """What may be answered."""
        return place_at(self.path)


def supply(incident: str, gaps: Sequence[Gap]) -> tuple[str, tuple[str, ...]]:
    """Return the command that supplies missing facts, and the choices where it says CHOICE.

    A word in capitals stands for what has to be filled in.
    """
    facts = [gap.path for gap in gaps if not gap.view_path.startswith("risk.")]
    if not facts:
        return decide(incident, gaps[0].path.split(".")[1] if gaps else "SCOPE"), ()
    return state(incident, facts)


def state(incident: str, paths: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the command that states facts, and the choices where it says CHOICE.

    What an organisation is stands in the settings: those facts are shown, and not stated here.
    """
    if any(path.startswith("profile.") for path in paths):
        return f"breachkit law applicable {incident}", ()
    keyed = list(dict.fromkeys(with_key(path) for path in paths))
    keyed = [f"{path}.XX.concerned" if path.endswith("countries") else path for path in keyed]
    sets = " ".join(f"--set {path}={_placeholder(place_at(path))}" for path in keyed)
    choices = next((place_at(path).choices for path in keyed if place_at(path).choices), ())
    return f"breachkit incident amend {incident} {sets}", choices


def decide(incident: str, scope: str) -> str:
    """Return the command that records whether a high risk to people is likely."""
    return f"breachkit decision record {incident} --scope {scope} --risk-people high --reason TEXT"


def with_key(path: str) -> str:
    """Return a path in which a key stands where any key would do."""
    first = path.partition(".*")[0].rpartition(".")[2]
    return path.replace("*", _FIRST_KEYS.get(first, "k1"))


def duties_asked(
    picture: Picture, scopes: Sequence[str] = (), addressees: Sequence[str] = ()
) -> tuple[Duty, ...]:
    """Return the duties that are owed or possible, in the scopes and towards whom it is asked.

    Notices to partners come first, and in each notice the duties that ask for contents. Laws of which
    it is open whether they apply ask for contents only where a reader such as `regulator` is named.
    """
    beyond = set(addressees) - _FIRST_HOUR
    found = [
        duty
        for duty in picture.duties
        if duty.owed is not False
        and (duty.law.addressee in beyond or not duty.open_law)
        and (not scopes or duty.scope in scopes)
        and (not addressees or duty.law.addressee.value in addressees)
    ]
    order = list(Addressee)
    found.sort(key=lambda duty: (order.index(duty.law.addressee), not duty.held))
    return tuple(found)


def clock_path(picture: Picture, duty: Duty) -> str:
    """Return the fact that would turn a provisional alarm into a deadline; empty where none is open."""
    alarm, facts = duty.law.provisional, picture.matter.facts
    if duty.deadline.kind is not DeadlineKind.PROVISIONAL:
        return ""
    if alarm and alarm.until_stated:
        return duty.law.trigger.earliest[0].fact
    return REASON if fact_at(facts, DISCOVERED) else DISCOVERED


def questions(
    picture: Picture, scopes: Sequence[str] = (), addressees: Sequence[str] = ()
) -> tuple[Question, ...]:
    """Return each open fact once, with every requirement that asks for it."""
    found: dict[str, Question] = {}
    for duty in duties_asked(picture, scopes, addressees):
        for one in (*_asked_by_clock(picture, duty), *_asked_by_content(duty)):
            known = found.setdefault(one.path, one)
            asked = tuple(dict.fromkeys((*known.asked, *one.asked)))
            found[one.path] = replace(known, asked=asked)
    return tuple(found.values())


def form(picture: Picture, scopes: Sequence[str] = (), addressees: Sequence[str] = ()) -> str:
    """Return the open questions as TOML to fill in, which an amendment reads back."""
    asked = questions(picture, scopes, addressees)
    lines = [
        *_comment(f"Open questions on {picture.id}: {picture.title}"),
        *_comment("Fill in what you know and leave the rest: an empty answer says nothing."),
        *_comment("What is not known yet goes below, under [unknown], with the reason."),
        *_comment("An authority may one day read what you write."),
        *_comment(f"To send back: breachkit incident amend {picture.id} --from THIS-FILE"),
        "",
        'source = ""                 # who answers, and from where: a name, a team, a ticket',
        'certainty = ""              # confirmed, estimated or under investigation',
    ]
    for question in asked:
        lines += ["", *_heading(question), f'{question.path} = ""']
    lines += ["", *_comment("Not known yet: why, and by when it will follow."), "[unknown]"]
    paths = dict.fromkeys(question.unknown_path for question in asked)
    lines += [f'"{path}" = {{ reason = "", follows_by = "" }}' for path in paths]
    return "\n".join(lines) + "\n"


def answered(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form without its empty answers; what was an empty table from the start stays."""
    kept: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, str) and not value.strip():
            continue
        if isinstance(value, Mapping) and value:
            value = answered(value)
            if not value:
                continue
        kept[name] = value
    return kept


def _asked_by_clock(picture: Picture, duty: Duty) -> Iterator[Question]:
    """Yield the question that would turn a provisional alarm into a deadline."""
    path = clock_path(picture, duty)
    if path and path != REASON:
        asked = (
            "when the breach was discovered" if path == DISCOVERED else f"when: {duty.law.event}"
        )
        why = picture.matter.unknown.get(path)
        yield Question(path, asked, (_cite(duty),), path, why)


def _asked_by_content(duty: Duty) -> Iterator[Question]:
    """Yield the facts that a duty's notice lacks; a decision is no fact and cannot be filled in."""
    for gap in duty.gaps:
        if gap.view_path.startswith("risk."):
            continue
        known = gap.answer is Answer.UNKNOWN
        yield Question(
            path=with_key(gap.path),
            title=gap.title,
            asked=(f"{gap.citation} {duty.law.instrument}",),
            unknown_path=gap.path.partition(".*")[0],
            why={"reason": gap.reason, "follows_by": gap.follows_by} if known else None,
        )


def _cite(duty: Duty) -> str:
    return f"{duty.law.citation} {duty.law.instrument}"


def _heading(question: Question) -> Iterator[str]:
    yield from _comment(f"{question.title} ({'; '.join(question.asked)})")
    if question.why:
        yield from _comment(f"so far stated as not yet known: {question.why['reason']}")
    place = question.place
    if place.choices:
        labels = place.labels or place.choices
        pairs = zip(place.choices, labels, strict=True)
        named = [one if one == label else f"{one} ({label})" for one, label in pairs]
        several = "any of, as a list" if place.kind is Kind.CHOICES else "one of"
        yield from _comment(f"{several}: {', '.join(named)}")
    elif place.kind in _WRITTEN:
        yield from _comment(_WRITTEN[place.kind])


def _comment(text: str) -> Iterator[str]:
    """Yield a text as comment lines; whatever it holds, it stays inside them."""
    for line in textwrap.wrap(text, WIDTH, break_on_hyphens=False):
        yield f"# {line}"


def _placeholder(place: Place) -> str:
    match place.kind:
        case Kind.NUMBER:
            return "NUMBER"
        case Kind.TIME:
            return "'TIME ZONE'"
        case Kind.YES_NO:
            return "true"
        case Kind.CHOICES:
            return "'[\"CHOICE\"]'"
        case Kind.CHOICE:
            return "CHOICE"
        case _:
            return "TEXT"
