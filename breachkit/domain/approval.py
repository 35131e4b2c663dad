"""The gate: who may review and release a notice, and what must hold when they do."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from breachkit.domain.entry import Drafted, NoticeReviewed
from breachkit.domain.freshness import freshness
from breachkit.domain.matter import Matter, Version
from breachkit.domain.patch import covers
from breachkit.domain.people import Actor, Person, Role
from breachkit.errors import RefusedError

CONFIRM_LENGTH = 8
"""How many characters of a digest an approver types."""

People = Mapping[str, Person]
"""The people of the workspace, by key."""


@dataclass(frozen=True, slots=True)
class Release:
    """What an approver says when releasing notices."""

    confirmed: str
    """The first eight characters of the digest, or more of them."""
    without_review: str | None = None
    """Whom they tried to reach for review, and why it cannot wait."""
    despite: str | None = None
    """Why the text goes out in spite of a flag."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version that somebody wants to release, with what the gate has to know of it."""

    version: Version
    history: tuple[Version, ...]
    """All versions of its notice, the first one first."""
    editors: frozenset[str] = frozenset()
    """Who wrote in the text; empty where the template was filled with facts only."""
    contradicted: tuple[str, ...] = ()
    """The facts that say something else by now, by path."""
    contradicted_since: tuple[str, ...] = ()
    """Those of them that changed after the last release."""


def candidate_of(
    matter: Matter, version: Version, editors: frozenset[str] = frozenset()
) -> Candidate:
    """Return a version with what the gate has to know of it."""
    found = freshness(version.drafted, matter.facts, matter.unknown).contradicted
    since = tuple(path for path in found if stated_at(matter, path) > version.approved_at)
    history = tuple(matter.notices[version.drafted.notice])
    return Candidate(version, history, editors, found, since)


def stated_at(matter: Matter, path: str) -> str:
    """Return when a fact, or a part of it, was last stated; empty where nobody did."""
    stated = [
        source.at
        for known, source in matter.provenance.items()
        if covers(path, known) or covers(known, path)
    ]
    return max(stated, default="")


def person_of(name: str, people: People) -> str:
    """Return the key of the person whom a name means by key, listed name or login; else the name."""
    wanted = _folded(name)
    for marks in (lambda key, _: (key,), lambda _, one: (one.name,), lambda _, one: (one.login,)):
        for key, one in people.items():
            if any(_folded(mark) == wanted for mark in marks(key, one) if mark):
                return key
    return name


def same_person(one: str, other: str, people: People) -> bool:
    """Tell whether two names mean one person, however they are spelled."""
    return bool(_marks(one, people) & _marks(other, people))


def check_may_change(roles: tuple[Role, ...], act: str) -> None:
    """Refuse what automation may not do; it opens and amends only."""
    if roles == (Role.AUTOMATION,) and act not in {"open", "amend"}:
        raise RefusedError(
            f"automation may open and amend incidents, not {act}",
            hint="a person has to do it: --as NAME",
        )


def check_may_review(
    reviewer: str, roles: tuple[Role, ...], version: Version, last: Version
) -> None:
    """Refuse a review by somebody without the role, or of a text that was replaced unsent."""
    if Role.LEGAL not in roles:
        raise RefusedError(
            f"{reviewer} does not hold the role legal",
            hint='list the reviewer in people.toml with roles = ["legal"], then use --as NAME;'
            " a review given by mail or telephone: --reviewer NAME --evidence TEXT",
        )
    if not version.deliveries:
        _check_last(version, last)


def check_may_approve(
    actor: Actor,
    people: People,
    candidates: Iterable[Candidate],
    release: Release,
    cleared: frozenset[str],
) -> None:
    """Refuse a release that breaks one of the gate's rules.

    `cleared` are the digests of templates that counsel has cleared beforehand. That the digest typed
    is the right one is for `check_confirms`.
    """
    for one in candidates:
        # 1. The text is the last one of its notice.
        _check_last(one.version, one.history[-1])
        # 2. Whoever drafted or last edited never releases.
        _check_not_author(actor.name, one, people)
        # What is released already stays so: a step may be repeated.
        if is_released(one):
            continue
        # 3. Legal has read it, or a rule says that it need not have.
        _check_reviewed(one, release, cleared)
        # 4. A text that the facts contradict, or that is flagged, needs a reason.
        _check_sound(one, release)


def check_holds_approver(actor: Actor, roles: tuple[Role, ...]) -> None:
    """Refuse a release by somebody without the role."""
    if Role.APPROVER not in roles:
        raise RefusedError(
            f"{actor.name} does not hold the role approver",
            hint='list the approver in people.toml with roles = ["approver"], then use --as NAME',
        )


def check_confirms(release: Release, digests: Iterable[str], name: str) -> None:
    """Refuse a release whose typed characters are not those of a digest; several for parts of a set."""
    typed = release.confirmed.strip().casefold()
    if len(typed) < CONFIRM_LENGTH or not any(digest.startswith(typed) for digest in digests):
        raise RefusedError(
            f"--confirm {release.confirmed!r} is not the digest of {name} as it stands",
            hint=f"read `breachkit notice show {name}`, then confirm the first {CONFIRM_LENGTH}"
            " characters of the digest at its end",
        )


def authors_of(one: Candidate) -> set[str]:
    """Return who drafted or last edited a text: the same words drafted again keep their authors."""
    text = one.version.drafted.text_digest
    earlier = {
        version.by.name
        for version in one.history
        if one.editors or version.drafted.text_digest == text
    }
    return {one.version.by.name, *earlier, *one.editors}


def last_review(version: Version, history: Iterable[Version]) -> NoticeReviewed | None:
    """Return what legal said last of this text, in this version or in an earlier one of its words.

    A review covers the text, so that a corrected address needs no counsel again.
    """
    text = version.drafted.text_digest
    return _last_word(other for other in history if other.drafted.text_digest == text)


def is_reviewed(one: Candidate, cleared: frozenset[str]) -> bool:
    """Tell whether counsel has cleared this text, or its template where only facts were filled in.

    Once counsel has returned any text of the notice, the template alone clears nothing more.
    """
    if review := last_review(one.version, one.history):
        return review.result == "cleared"
    if one.editors or one.version.drafted.template_digest not in cleared:
        return False
    word = _last_word(one.history)
    return word is None or word.result == "cleared"


def is_released(one: Candidate) -> bool:
    """Tell whether a version may leave: released, not returned since, and not contradicted unsaid."""
    approval = one.version.approval
    if approval is None:
        return False
    if one.contradicted_since if approval.despite else one.contradicted:
        return False
    review = last_review(one.version, one.history)
    return review is None or review.result == "cleared"


def why_outside(name: str, then: Candidate | None) -> str:
    """Return why a version left outside the gate; empty where a release covered it.

    `then` is the version as it stood when it left; None where it did not exist yet.
    """
    if then is None or then.version.approval is None:
        return f"{name} had not been released when it left"
    if is_released(then):
        return ""
    review = last_review(then.version, then.history)
    if review and review.result == "returned":
        return f"legal had returned {name}"
    return f"{name} was contradicted by {', '.join(then.contradicted[:3])}"


def state_of(one: Candidate, cleared: Iterable[str] = ()) -> str:
    """Return where a version stands: drafted, returned, reviewed, approved or delivered."""
    if one.version.deliveries:
        return "delivered"
    review = last_review(one.version, one.history)
    if review and review.result == "returned":
        return "returned"
    if one.version.approval:
        return "approved"
    return "reviewed" if is_reviewed(one, frozenset(cleared)) else "drafted"


def owes_review(one: Candidate) -> bool:
    """Tell whether legal still has to read a text that was released without a review."""
    version = one.version
    alive = version.deliveries or version is one.history[-1]
    unread = version.approval is not None and bool(version.approval.without_review)
    return bool(alive) and unread and last_review(version, one.history) is None


def _last_word(versions: Iterable[Version]) -> NoticeReviewed | None:
    """Return the review that was recorded last; of one moment, that of the later version."""
    given = [review for version in versions for review in version.reviews]
    return sorted(given, key=lambda review: review[1])[-1][0] if given else None


def _check_last(version: Version, last: Version) -> None:
    if version.drafted.version != last.drafted.version:
        raise RefusedError(
            f"{version.id} has been replaced by {last.id}",
            hint=f"breachkit notice show {last.set_id or last.drafted.notice}"
            + (f", or pull it out: --except {version.drafted.scope}" if version.set_id else ""),
        )


def _check_not_author(name: str, one: Candidate, people: People) -> None:
    """Refuse a release by whoever drafted or last edited the text, under whatever name."""
    if any(same_person(author, name, people) for author in authors_of(one)):
        raise RefusedError(
            f"{name} drafted {one.version.id} and so cannot release it",
            hint="another approver has to: --as NAME",
        )


def _check_reviewed(one: Candidate, release: Release, cleared: frozenset[str]) -> None:
    drafted = one.version.drafted
    if is_reviewed(one, cleared):
        return
    if last_review(one.version, one.history):
        raise RefusedError(f"legal returned {one.version.id}", hint=_draft(drafted))
    given = sorted((at, entry.result) for other in one.history for entry, at in other.reviews)
    if given and given[-1][1] == "returned" and release.without_review:
        # Legal answers: the exception is for the night on which nobody does.
        raise RefusedError(
            f"legal returned an earlier text of {drafted.notice} and has not seen this one",
            hint=f"breachkit notice review {drafted.notice} --as LAWYER",
        )
    emergency = drafted.addressee == "partner" and drafted.phase == "initial"
    if not (emergency and release.without_review):
        otherwise = "; if no lawyer answers: --without-review 'whom I tried, and why'"
        raise RefusedError(
            f"{one.version.id} has not been reviewed by legal{_not_for(drafted, release)}",
            hint=f"breachkit notice review {one.version.set_id or drafted.notice} --as LAWYER"
            + (otherwise if emergency else ""),
        )


def _not_for(drafted: Drafted, release: Release) -> str:
    if not release.without_review:
        return ""
    readers = {"partner": "partners", "data_subjects": "people", "users": "users"}
    whose = readers.get(drafted.addressee, "an authority")
    article = "an" if drafted.phase == "initial" else "a"
    return f", and {article} {drafted.phase} notice to {whose} never leaves without a review"


def _check_sound(one: Candidate, release: Release) -> None:
    if release.despite:
        return
    if one.contradicted:
        raise RefusedError(
            f"{one.version.id} is contradicted by {', '.join(one.contradicted[:3])}",
            hint=f"{_draft(one.version.drafted)}, or give a reason with --despite TEXT",
        )
    if one.version.drafted.flags:
        raise RefusedError(
            f"{one.version.id} is flagged: {'; '.join(one.version.drafted.flags)}",
            hint="amend the facts and draft again, or give a reason with --despite TEXT",
        )


def _draft(drafted: Drafted) -> str:
    incident, to = drafted.notice.rpartition("-")[0], drafted.reader.replace("_", "-")
    return f"breachkit notice draft {incident} --to {to} --scope {drafted.scope}"


def _marks(name: str, people: People) -> frozenset[str]:
    """Return all by which whoever is named may be known: key, listed name, login."""
    marks = {_folded(name)}
    for key, one in people.items():
        own = {_folded(mark) for mark in (key, one.name, one.login) if mark}
        if _folded(name) in own:
            marks |= own
    return frozenset(marks)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
