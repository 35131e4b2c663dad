"""The gate of notices: reviewed, released by a digest, and recorded as they leave."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from breachkit.casework.desk import Desk, attempt, keep
from breachkit.casework.incidents import changed_by
from breachkit.casework.picture import Picture, picture_of
from breachkit.casework.records import read_time
from breachkit.casework.survivor import tell_survivor
from breachkit.casework.versions import Chosen, choose, read_fitting
from breachkit.domain.approval import (
    Candidate,
    Release,
    candidate_of,
    check_confirms,
    check_holds_approver,
    check_may_approve,
    check_may_change,
    check_may_review,
    is_released,
    is_reviewed,
    person_of,
    same_person,
    why_outside,
)
from breachkit.domain.entry import (
    DeliveryRecorded,
    NoticeApproved,
    NoticeReviewed,
    Target,
)
from breachkit.domain.instant import Instant, Precision
from breachkit.domain.line import Change, Kept
from breachkit.domain.matter import Matter, Version, replay
from breachkit.domain.people import Actor, Role
from breachkit.domain.text import cleaned
from breachkit.errors import RefusedError, UnknownNameError


@dataclass(frozen=True, repr=False)
class Passed(Picture):
    """An incident after a step of the gate, with what the step did."""

    versions: tuple[Version, ...] = ()
    """What the step was about, as it stands now."""
    new: bool = True
    """False when all of it was recorded already, so that nothing was appended."""
    outside: tuple[str, ...] = ()
    """Why each delivery that left outside the gate did so."""


def review(
    desk: Desk,
    actor: Actor,
    name: str,
    *,
    result: str = "cleared",
    digest: str | None = None,
    excepting: Sequence[str] = (),
    paragraphs: Sequence[str] = (),
    on_behalf_of: str | None = None,
    evidence: str | None = None,
) -> Passed:
    """Record what legal says of a notice or a set; `digest` is the one that was read.

    A review given by mail or telephone is recorded on the reviewer's behalf with its evidence.
    """
    check_may_change(_roles(desk, actor.name), "review")
    reviewer = person_of(on_behalf_of or actor.name, desk.rules.people)
    if not same_person(reviewer, actor.name, desk.rules.people) and not evidence:
        raise RefusedError(
            f"a review by {reviewer}, recorded by {actor.name}, needs its evidence",
            hint="say where it can be found: --evidence 'mail of 03:10, filed under ...'",
        )

    def decide() -> tuple[Change | None, Passed]:
        chosen = choose(desk, name, excepting)
        for version in chosen.versions:
            check_may_review(reviewer, _roles(desk, reviewer), version, _last(chosen, version))
        _check_read(desk, chosen, name, digest, paragraphs)
        entry = NoticeReviewed(
            by=actor,
            targets=[_target(version) for version in chosen.versions],
            result="returned" if result == "returned" else "cleared",
            reviewer=reviewer,
            paragraphs=list(paragraphs),
            evidence=evidence,
        )
        if all(_says_the_same(version, entry) for version in chosen.versions):
            return None, _passed(desk, chosen, new=False)
        picture, change = changed_by(desk, chosen.matter, [entry])
        return change, _of(picture, chosen)

    return attempt(desk, decide)


def approve(
    desk: Desk, actor: Actor, name: str, release: Release, *, excepting: Sequence[str] = ()
) -> Passed:
    """Release a notice or a set for sending; every rule of the gate is asked.

    What is released already stays so and is not released again.
    """
    check_holds_approver(actor, _roles(desk, actor.name))

    def decide() -> tuple[Change | None, Passed]:
        chosen = choose(desk, name, excepting)
        if chosen.matter.merged_into:
            raise RefusedError(
                f"{chosen.matter.id} was merged into {chosen.matter.merged_into}",
                hint=f"breachkit notice draft {chosen.matter.merged_into}",
            )
        cleared, people = desk.rules.counsel_cleared, desk.rules.people
        asked = [_candidate(desk, chosen.matter, version) for version in chosen.versions]
        check_may_approve(actor, people, asked, release, cleared)
        check_confirms(release, chosen.digests, name)
        due = [one for one in asked if not is_released(one)]
        if not due:
            return None, _passed(desk, chosen, new=False)
        entry = NoticeApproved(
            by=actor,
            targets=[_target(one.version) for one in due],
            confirmed=release.confirmed.strip().casefold()[:8],
            without_review=None
            if all(is_reviewed(one, cleared) for one in due)
            else release.without_review,
            despite=release.despite if any(_is_doubtful(one) for one in due) else None,
        )
        picture, change = changed_by(desk, chosen.matter, [entry])
        return change, _of(picture, chosen)

    return attempt(desk, decide)


def record_delivery(
    desk: Desk,
    actor: Actor,
    name: str,
    *,
    channel: str,
    at: str,
    reference: str | None = None,
    authority: str | None = None,
    note: str | None = None,
    excepting: Sequence[str] = (),
) -> Passed:
    """Record that a notice left by portal, post or another mail system; never refused.

    What left without a release that held at that time is marked so; a filing with an authority stays
    unconfirmed without its file number; `authority` is its code, needed where several are competent.
    The same delivery is recorded once; told again with a reference, it is confirmed.
    """
    check_may_change(_roles(desk, actor.name), "record deliveries")
    when = read_time("at", at, desk.now(), desk.rules.zone)
    text = cleaned(note or "", len(note or ""))
    kept = keep(desk, text) if text else None
    said = _Delivery(
        when, _line(channel) or "not stated", _line(reference or "") or None, kept, _code(authority)
    )

    def decide() -> tuple[Change | None, Passed]:
        chosen = choose(desk, name, excepting)
        new = [one for one in chosen.versions if not _is_recorded(desk, one, said)]
        outside = {one.id: _why_outside(desk, chosen.matter, one, when) for one in new}
        if not new:
            return None, _passed(desk, chosen, new=False)
        entries = [_delivery(actor, one, said, bool(outside[one.id])) for one in new]
        picture, change = changed_by(desk, chosen.matter, list(entries))
        change = change._replace(kept=(kept,) if kept else ())
        change = tell_survivor(desk, actor, chosen.matter, entries, change)
        return change, _of(picture, chosen, tuple(why for why in outside.values() if why))

    return attempt(desk, decide)


@dataclass(frozen=True)
class _Delivery:
    """A delivery as it was reported."""

    at: Instant
    channel: str
    reference: str | None
    note: Kept | None
    authority: str | None = None


def _code(authority: str | None) -> str | None:
    return _line(authority or "").upper() or None


def _check_read(
    desk: Desk, chosen: Chosen, name: str, digest: str | None, paragraphs: Sequence[str]
) -> None:
    """Refuse a review of another text than the one that is kept, or of paragraphs it does not have."""
    documents = [read_fitting(desk, version) for version in chosen.versions]
    if digest is not None:
        typed = digest.strip().casefold()
        if len(typed) < 8 or not any(one.startswith(typed) for one in chosen.digests):
            raise RefusedError(
                f"{digest!r} is not the digest of {name}, which is {chosen.digests[0][:16]}",
                hint=f"read it again: breachkit notice show {name}",
            )
    known = {block.id for document in documents for block in document.blocks}
    for one in paragraphs:
        if one not in known:
            raise UnknownNameError(
                f"{name} has no paragraph {one}",
                hint=f"breachkit notice show {name} --sources names them",
            )


def _candidate(desk: Desk, matter: Matter, version: Version) -> Candidate:
    blocks = read_fitting(desk, version).blocks
    editors = frozenset(block.origin for block in blocks if block.origin != "template")
    return candidate_of(matter, version, editors)


def _is_doubtful(one: Candidate) -> bool:
    return bool(one.contradicted or one.version.drafted.flags)


def _says_the_same(version: Version, entry: NoticeReviewed) -> bool:
    if not version.reviews:
        return False
    last = version.reviews[-1][0]
    names = ("result", "reviewer", "paragraphs", "evidence")
    return all(getattr(last, name) == getattr(entry, name) for name in names)


def _is_recorded(desk: Desk, version: Version, said: _Delivery) -> bool:
    """Tell whether a delivery was recorded already, with its reference and note where it has them."""
    for recorded in version.deliveries:
        entry = recorded.entry
        assert isinstance(entry, DeliveryRecorded)
        if (entry.channel, entry.at.at) != (said.channel, said.at.at):
            continue
        if said.reference not in {None, entry.reference}:
            continue
        if said.authority not in {None, entry.authority}:
            continue
        if said.note is None:
            return True
        kept = desk.store.kept(bytes.fromhex(entry.note_kept)) if entry.note_kept else None
        if kept is not None and kept.text == said.note.text:
            return True
    return False


def _why_outside(desk: Desk, matter: Matter, version: Version, at: Instant) -> str:
    """Return why a version left outside the gate, as it stood at the time when it left."""
    then = replay(matter.id, desk.store.read(matter.id), until=_left_by(at))
    drafted = version.drafted
    found = then.find_version(drafted.notice, drafted.version) if then.version else None
    return why_outside(version.id, candidate_of(then, found) if found else None)


def _left_by(at: Instant) -> str:
    """Return the last moment that a time of leaving can mean, in the form of a time of recording."""
    slack = timedelta(seconds=59 if at.precision is Precision.MINUTE else 0)
    return (at.latest + slack).strftime("%Y-%m-%dT%H:%M:%S.999999Z")


def _delivery(actor: Actor, version: Version, said: _Delivery, outside: bool) -> DeliveryRecorded:
    return DeliveryRecorded(
        by=actor,
        notice=version.drafted.notice,
        version=version.drafted.version,
        scope=version.drafted.scope,
        channel=said.channel,
        at=said.at,
        reference=said.reference,
        authority=said.authority,
        outside_gate=outside,
        note_kept=said.note.digest.hex() if said.note else None,
    )


def _passed(desk: Desk, chosen: Chosen, *, new: bool) -> Passed:
    picture = picture_of(chosen.matter, desk.rules, desk.now())
    return replace(_of(picture, chosen), new=new)


def _of(picture: Picture, chosen: Chosen, outside: tuple[str, ...] = ()) -> Passed:
    seen = {field.name: getattr(picture, field.name) for field in fields(Picture)}
    return Passed(**seen, versions=chosen.versions, outside=outside)


def _roles(desk: Desk, name: str) -> tuple[Role, ...]:
    person = desk.rules.people.get(person_of(name, desk.rules.people))
    return person.roles if person else ()


def _line(text: str) -> str:
    return cleaned(" ".join(text.split()), 200)


def _last(chosen: Chosen, version: Version) -> Version:
    return chosen.matter.notices[version.drafted.notice][-1]


def _target(version: Version) -> Target:
    drafted = version.drafted
    return Target(notice=drafted.notice, version=drafted.version, digest=drafted.digest)
