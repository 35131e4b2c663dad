"""The gate of notices: reviewed, released by a digest, and recorded as they leave."""

from collections.abc import Sequence
from dataclasses import replace

from breachkit.casework.desk import Desk, attempt, keep, read_matter
from breachkit.casework.drafting import set_digest
from breachkit.casework.incidents import changed_by
from breachkit.casework.picture import Picture
from breachkit.casework.records import read_time
from breachkit.domain.approval import Release, check_may_approve, check_may_review
from breachkit.domain.entry import DeliveryRecorded, NoticeApproved, NoticeReviewed, Target
from breachkit.domain.freshness import freshness
from breachkit.domain.line import Change
from breachkit.domain.matter import Matter, Version
from breachkit.domain.people import Actor
from breachkit.errors import RefusedError, UnknownNameError


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
) -> Picture:
    """Record what legal says of a notice or a set; `digest` is the one that was read.

    A review given by mail or telephone is recorded on the reviewer's behalf with its evidence.
    """

    def decide() -> tuple[Change | None, Picture]:
        matter, versions, whole = find_versions(desk, name, excepting)
        reviewer = on_behalf_of or actor.name
        if on_behalf_of and not evidence:
            raise RefusedError(
                f"a review by {on_behalf_of} needs its evidence",
                hint="--evidence 'mail of 03:10, filed under ...'",
            )
        acting = actor.model_copy(update={"name": reviewer})
        for version in versions:
            last = _last(matter, version)
            check_may_review(acting, desk.rules.roles(acting), version, last)
        if digest and not whole.startswith(digest):
            raise RefusedError(
                f"the digest {digest} is not that of {name}, which is {whole[:16]}",
                hint=f"breachkit notice show {name}",
            )
        entry = NoticeReviewed(
            by=actor,
            targets=[_target(version) for version in versions],
            result="returned" if result == "returned" else "cleared",
            reviewer=reviewer,
            paragraphs=list(paragraphs),
            evidence=evidence,
        )
        picture, change = changed_by(desk, matter, [entry])
        return change, picture

    return attempt(desk, decide)


def approve(
    desk: Desk, actor: Actor, name: str, release: Release, *, excepting: Sequence[str] = ()
) -> Picture:
    """Release a notice or a set for sending; every rule of the gate is asked."""

    def decide() -> tuple[Change | None, Picture]:
        matter, versions, whole = find_versions(desk, name, excepting)
        check_may_approve(
            actor,
            desk.rules.roles(actor),
            [(version, _last(matter, version)) for version in versions],
            whole,
            release,
            desk.rules.counsel_cleared,
        )
        _check_fresh(matter, versions, release)
        entry = NoticeApproved(
            by=actor,
            targets=[_target(version) for version in versions],
            confirmed=release.confirmed,
            without_review=release.without_review,
            despite=release.despite,
        )
        picture, change = changed_by(desk, matter, [entry])
        return change, picture

    return attempt(desk, decide)


def record_delivery(
    desk: Desk,
    actor: Actor,
    name: str,
    *,
    channel: str,
    at: str,
    reference: str | None = None,
    note: str | None = None,
    excepting: Sequence[str] = (),
) -> Picture:
    """Record that a notice left by portal, post or another mail system; never refused.

    What left without a release is marked so; a filing with an authority stays unconfirmed without
    its file number.
    """
    when = read_time("at", at, desk.now())
    kept = keep(desk, note) if note else None

    def decide() -> tuple[Change | None, Picture]:
        matter, versions, _ = find_versions(desk, name, excepting)
        entries = [
            DeliveryRecorded(
                by=actor,
                notice=version.drafted.notice,
                version=version.drafted.version,
                scope=version.drafted.scope,
                channel=channel,
                at=when,
                reference=reference,
                outside_gate=version.approval is None,
                note_kept=kept.digest.hex() if kept else None,
            )
            for version in versions
        ]
        picture, change = changed_by(desk, matter, list(entries))
        return replace(change, kept=(kept,) if kept else ()), picture

    return attempt(desk, decide)


def matter_of(name: str) -> str:
    """Return the incident that a notice, version or set belongs to: `2026-0007-n3.2` → `2026-0007`."""
    incident, _, rest = name.rpartition("-")
    if not incident or rest[:1] not in {"n", "s"}:
        raise UnknownNameError(f"{name!r} names no notice", hint="breachkit notice list INCIDENT")
    return incident


def find_versions(
    desk: Desk, name: str, excepting: Sequence[str] = ()
) -> tuple[Matter, list[Version], str]:
    """Return the matter, the versions that a notice or set name stands for, and their digest.

    `excepting` pulls scopes out of a set; the digest is then that of the rest.
    """
    matter = read_matter(desk, matter_of(name))
    if name in matter.sets:
        versions = [one for one in matter.sets[name] if one.drafted.scope not in excepting]
        return matter, versions, set_digest(version.drafted for version in versions)
    notice, _, number = name.partition(".")
    found = matter.find_version(notice, int(number) if number.isdigit() else None)
    if found is None or (number and not number.isdigit()):
        known = ", ".join([*matter.notices, *matter.sets]) or "none yet"
        raise UnknownNameError(f"no notice {name}", hint=f"notices of {matter.id}: {known}")
    return matter, [found], found.drafted.digest


def _check_fresh(matter: Matter, versions: Sequence[Version], release: Release) -> None:
    """Refuse to release a text that the facts contradict, without a reason."""
    for version in versions:
        found = freshness(version.drafted, matter.facts, matter.unknown).contradicted
        if found and not release.despite:
            raise RefusedError(
                f"{version.id} is contradicted by {', '.join(found[:3])}",
                hint=f"breachkit notice draft {matter.id}, or give a reason with --despite TEXT",
            )


def _last(matter: Matter, version: Version) -> Version:
    return matter.notices[version.drafted.notice][-1]


def _target(version: Version) -> Target:
    drafted = version.drafted
    return Target(notice=drafted.notice, version=drafted.version, digest=drafted.digest)
