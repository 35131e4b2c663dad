"""What a text has to say of the ones before and after it: what left, what differs now, what follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from breachkit.domain.alike import View
from breachkit.domain.content import value_in_words
from breachkit.domain.document import Printed
from breachkit.domain.obligation import Obligation
from breachkit.domain.words import Words

LONGEST = 160
"""How many characters of a text are told as before and now; a longer one is set out anew as a whole."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A text on the same matter that left before."""

    stage: str
    """As its law calls it, such as `early warning`; empty for one that is no stage of several."""
    at: Mapping[str, Any]
    """When it left, as an instant is stored."""
    reference: str
    """The number under which its reader keeps it; empty while nobody was told it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that an earlier text left open, or printed otherwise."""

    title: str
    path: str
    before: Any
    """None where the earlier text left it open."""
    now: Any
    """None where it is taken back."""


@dataclass(frozen=True, slots=True)
class Following:
    """A stage that is still to come, and by when."""

    law: Obligation
    stage: str
    due: Mapping[str, Any] | None
    """When its limit ends, as an instant is stored; None while its clock does not run yet."""
    paths: tuple[str, ...] = ()
    """The fact that its clock counts from."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the time of a text counts from, where that is no earlier text."""

    event: str
    at: Mapping[str, Any] | None = None
    """As an instant is stored; None while it is not settled."""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """A text among those of the same matter."""

    law: Obligation | None = None
    """What it is given under, or the earlier text was where nothing is owed any more."""
    stage: str = ""
    """What the law calls it on the facts, such as `early warning`; empty for no stage of several."""
    before: tuple[Submission, ...] = ()
    """What the same reader had before, the oldest first."""
    chained: bool = False
    """Whether the text continues an earlier stage."""
    changes: tuple[Change, ...] = ()
    following: tuple[Following, ...] = ()
    counted: Counted | None = None


NOTHING: Final = Course()
"""Of a text that stands alone."""


def course_view(course: Course, words: Words) -> View:
    """Return what a template may say of the texts before and after."""
    return {
        "chained": course.chained,
        "earlier": [_submission(one, words) for one in course.before],
        "changed": list(_changes(course.changes, words)),
        "upcoming": [_following(one, words) for one in course.following],
        "counted": _counted(course.counted, words),
    }


def _counted(one: Counted | None, words: Words) -> View:
    if one is None:
        return {"event": Printed(""), "at": Printed("")}
    at = Printed(words.instant(one.at), one.paths) if one.at else Printed("")
    return {"event": Printed(one.event), "at": at}


def _submission(one: Submission, words: Words) -> View:
    return {
        "stage": Printed(one.stage),
        "on": Printed(words.instant(one.at)),
        "number": Printed(one.reference),
    }


def _changes(changes: Iterable[Change], words: Words) -> Iterable[View]:
    """Yield each change once: in words where it is short, else only what it is on."""
    found: dict[tuple[str, ...], View] = {}
    for one in changes:
        before, now = (_worded(words, value) for value in (one.before, one.now))
        if max(len(before), len(now)) > LONGEST:
            before = now = ""
        item = {
            "title": Printed(one.title),
            "before": Printed(before),
            "now": Printed(now, (one.path,)) if now else Printed(""),
            "new": one.before is None,
            "gone": one.now is None,
        }
        found.setdefault((one.title, before, now), item)
    return found.values()


def _worded(words: Words, value: Any) -> str:
    return value_in_words(words, value).rstrip(".") if value is not None else ""


def _following(one: Following, words: Words) -> View:
    figure = f"within {one.law.limit} of {one.law.event}" if one.law.limit else one.law.also
    return {
        "stage": Printed(one.stage),
        "citation": Printed(one.law.citation),
        "by": Printed(words.instant(one.due), one.paths) if one.due else Printed(""),
        "within": Printed(figure),
    }
