"""The gate: who may review and release a notice, and what must hold when they do."""

from dataclasses import dataclass

from breachkit.domain.matter import Version
from breachkit.domain.people import Actor, Role
from breachkit.errors import RefusedError

CONFIRM_LENGTH = 8
"""How many characters of a digest an approver types."""


@dataclass(frozen=True, slots=True)
class Release:
    """What an approver says when releasing notices."""

    confirmed: str
    without_review: str | None = None
    """Whom they tried to reach for review, and why it cannot wait."""
    despite: str | None = None
    """Why the text goes out in spite of a flag."""


def check_may_change(roles: tuple[Role, ...], act: str) -> None:
    """Refuse what automation may not do; it opens and amends only."""
    if roles == (Role.AUTOMATION,) and act not in {"open", "amend"}:
        raise RefusedError(
            f"automation may open and amend incidents, not {act}",
            hint="act as a person: --as NAME",
        )


def check_may_review(
    actor: Actor, roles: tuple[Role, ...], version: Version, last: Version
) -> None:
    """Refuse a review by somebody without the role, or of a text that is no longer the last."""
    if Role.LEGAL not in roles:
        raise RefusedError(
            f"{actor.name} does not hold the role legal",
            hint='list the reviewer in people.toml with roles = ["legal"], then use --as NAME;'
            " a review given by mail or telephone: --reviewer NAME --evidence TEXT",
        )
    _check_last(version, last)


def check_may_approve(
    actor: Actor,
    roles: tuple[Role, ...],
    versions: list[tuple[Version, Version]],
    digest: str,
    release: Release,
    counsel_cleared: frozenset[str],
) -> None:
    """Refuse a release that breaks one of the gate's rules.

    `versions` pairs each version with the last one of its notice; `digest` is the notice's own, or
    the set's; `counsel_cleared` are digests of templates that counsel has cleared beforehand.
    """
    # 1. The person may release at all.
    if Role.APPROVER not in roles:
        raise RefusedError(
            f"{actor.name} does not hold the role approver",
            hint='list the approver in people.toml with roles = ["approver"], then use --as NAME',
        )
    # 2. What was typed is what is released.
    if release.confirmed != digest[:CONFIRM_LENGTH]:
        raise RefusedError(
            f"--confirm {release.confirmed!r} is not the digest of this text",
            hint=f"read the notice, then confirm the first {CONFIRM_LENGTH} characters of its digest",
        )
    for version, last in versions:
        _check_last(version, last)
        # 3. Whoever drafted or last edited never releases.
        if version.by.name.casefold() == actor.name.casefold():
            raise RefusedError(
                f"{actor.name} drafted {version.id} and so cannot release it",
                hint="another approver has to: --as NAME",
            )
        # 4. Legal has read it, or a rule says that it need not have.
        _check_reviewed(version, release, counsel_cleared)
        # 5. A flagged text needs a reason.
        if version.drafted.flags and not release.despite:
            raise RefusedError(
                f"{version.id} is flagged: {'; '.join(version.drafted.flags)}",
                hint="amend the facts and draft again, or give a reason with --despite TEXT",
            )


def is_reviewed(version: Version, counsel_cleared: frozenset[str]) -> bool:
    """Tell whether counsel has cleared this text, or its template where only facts were filled in."""
    if version.reviews:
        return version.cleared
    return version.drafted.template_digest in counsel_cleared


def _check_last(version: Version, last: Version) -> None:
    if version.drafted.version != last.drafted.version:
        raise RefusedError(
            f"{version.id} has been replaced by {last.id}",
            hint=f"breachkit notice show {last.drafted.notice}",
        )


def _check_reviewed(version: Version, release: Release, counsel_cleared: frozenset[str]) -> None:
    drafted = version.drafted
    if is_reviewed(version, counsel_cleared):
        return
    if version.reviews:
        raise RefusedError(
            f"legal returned {version.id} on {version.reviews[-1][1][:16]}Z",
            hint=f"breachkit notice draft {drafted.notice.rpartition('-')[0]}",
        )
    emergency = drafted.addressee == "partner" and drafted.phase == "initial"
    if not (emergency and release.without_review):
        raise RefusedError(
            f"{version.id} has not been reviewed by legal",
            hint=f"breachkit notice review {drafted.notice} --as LAWYER"
            + (
                "; if no lawyer answers: --without-review 'whom I tried, and why'"
                if emergency
                else ""
            ),
        )
