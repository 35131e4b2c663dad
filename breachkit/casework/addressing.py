"""To whom a version goes by mail: a partner's prescribed addressees, the bound list, or those reached."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from breachkit.casework.desk import Desk
from breachkit.casework.manifest import manifest_of
from breachkit.domain.document import Document
from breachkit.domain.matter import Version
from breachkit.domain.outbound import Batch, BoundList
from breachkit.domain.people import ContactPoint, Partner
from breachkit.domain.recipient import Recipient, check_address, digest_of_list
from breachkit.errors import RefusedError, UnknownNameError, WorkspaceError


@dataclass(frozen=True)
class Addressed:
    """The recipients of one version, in their order."""

    bound: BoundList
    read: Callable[[], Iterable[Recipient]]
    """Streams them, from the start at each call."""
    first: tuple[str, ...] = ()
    """The addresses of a partner, the prescribed ones; of people none is named anywhere."""
    fallback: tuple[ContactPoint, ...] = ()
    """Whom to call where mail does not arrive, the prescribed contacts first."""
    of_batch: str = ""
    size: int = 0


def to_partner(desk: Desk, version: Version, document: Document, now: str) -> Addressed:
    """Return the addressees of a partner's notice: every contact for breaches that has an address.

    Raises RefusedError where there is none, and where they are not those that were released.
    """
    scope = version.drafted.scope
    partner = desk.rules.partners.get(scope)
    points = contacts(partner)
    found = tuple(_recipients(scope, partner, points))
    if not found:
        raise RefusedError(
            f"{scope} has no address for breaches: partners/{scope}.toml names none",
            hint=f"breachkit notice callsheet {version.drafted.notice.rpartition('-')[0]}"
            f" --scope {scope}",
        )
    _check_released(desk, version, document)
    size, digest = digest_of_list(desk.store.key(), found)
    bound = BoundList(f"{version.id}-partner", version.drafted.notice, size, digest, "[]", now)
    addresses = tuple(one.address for one in found)
    return Addressed(bound, lambda: found, addresses, _fallback(points), size=size)


def to_list(desk: Desk, version: Version) -> Addressed:
    """Return the recipients of the list that was bound to a notice before its review.

    Raises RefusedError where there is none, or another than the one that was released.
    """
    bound = bound_to(desk, version)
    if bound is None:
        name = version.drafted.notice
        raise RefusedError(
            f"no list of recipients is bound to {version.id}",
            hint=f"breachkit notice recipients {name} FILE, then review and release it",
        )
    if bound.digest != version.drafted.addressees_digest:
        raise RefusedError(
            f"the list bound to {version.id} is not the one that was released:"
            f" {bound.digest[:8]}, not {version.drafted.addressees_digest[:8]}",
            hint=f"breachkit notice show {version.drafted.notice}",
        )
    return Addressed(bound, lambda: desk.store.outbox.recipients(bound.list_id), size=bound.size)


def to_reached(desk: Desk, version: Version, batch: str) -> Addressed:
    """Return whom an earlier batch reached, for a correction or withdrawal to exactly those."""
    from breachkit.casework.reach import reached, recipient_of

    outbox = desk.store.outbox
    earlier = outbox.batch(batch)
    if earlier is None or earlier.matter != version.drafted.notice.rpartition("-")[0]:
        raise UnknownNameError(f"no batch {batch}", hint="breachkit outbox list")
    drafted = version.drafted
    if (earlier.scope, earlier.addressee) != (drafted.scope, drafted.addressee):
        raise RefusedError(
            f"{batch} went to {earlier.addressee} of {earlier.scope},"
            f" {version.id} is for {drafted.addressee} of {drafted.scope}"
        )
    bound = outbox.bound(earlier.list_id)
    assert bound is not None

    def read() -> Iterator[Recipient]:
        return (recipient_of(one) for one in reached(outbox, batch))

    size, digest = digest_of_list(desk.store.key(), read())
    if not size:
        raise RefusedError(f"{batch} has reached nobody", hint=f"breachkit outbox show {batch}")
    return Addressed(bound._replace(digest=digest), read, of_batch=batch, size=size)


def bound_to(desk: Desk, version: Version) -> BoundList | None:
    """Return the list that a version's digest covers."""
    named = version.drafted.manifest["addressees"].get("list", "")
    return desk.store.outbox.bound(str(named)) if named else None


def contacts(partner: Partner | None) -> tuple[ContactPoint, ...]:
    """Return a partner's contacts, those for breaches first, in the order of its file."""
    points = partner.contacts.values() if partner else ()
    return tuple(sorted(points, key=lambda point: not point.for_breaches))


def batch_name(version: Version, earlier: Iterable[str]) -> str:
    """Return the name of the next batch of a version: its id, and a number from the second one on."""
    count = len(set(earlier))
    return f"{version.id}-{count + 1}" if count else version.id


def rest_of(batches: Iterable[Batch], bound: BoundList) -> int:
    """Return the position behind which nobody of a list has been addressed yet."""
    return sum(one.size for one in batches if one.list_id == bound.list_id)


def _recipients(
    scope: str, partner: Partner | None, points: Iterable[ContactPoint]
) -> Iterator[Recipient]:
    for point in points:
        if not point.email or not point.for_breaches:
            continue
        try:
            address = check_address(point.email)
        except ValueError as error:
            raise WorkspaceError(
                f"partners/{scope}.toml: {point.email} {error}", hint=f"mend partners/{scope}.toml"
            ) from error
        language = (partner.language if partner else None) or ""
        yield Recipient(address, language, point.name or "")


def _fallback(points: Iterable[ContactPoint]) -> tuple[ContactPoint, ...]:
    return tuple(point for point in points if point.phone or not point.for_breaches)


def _check_released(desk: Desk, version: Version, document: Document) -> None:
    """Refuse addresses that changed since the release: a corrected one needs the approver."""
    drafted = version.drafted
    text, html = desk.press.text(document), desk.press.html(document)
    now = manifest_of(desk, document, text, html, drafted.scope, drafted.reader)["addressees"]
    if now["digest"] != drafted.addressees_digest:
        raise RefusedError(
            f"the addresses of {drafted.scope} are not those that {version.id} was released for",
            hint=f"breachkit notice draft {drafted.notice.rpartition('-')[0]} --to partner"
            f" --scope {drafted.scope}, then release it; the review still holds",
        )
