"""What the incident that goes on counts of what was told and filed under one that was merged into it."""

from collections.abc import Iterator, Sequence
from typing import Final

from breachkit.casework.desk import Desk, read_surviving
from breachkit.casework.incidents import changed_by
from breachkit.domain.entry import ContactRecorded, DeliveryRecorded, Drafted, FilingJoined
from breachkit.domain.happening import Entry
from breachkit.domain.joining import Keys, new_keys, new_path
from breachkit.domain.line import Change
from breachkit.domain.matter import Matter, Version
from breachkit.domain.people import Actor
from breachkit.domain.text import cleaned

FILED: Final = frozenset({"authority", "regulator"})
"""The addressees with whom a notice is filed: one body each, so that what it was told it knows.

Who of the people concerned, the users or the public was reached is no such fact: that is asked anew.
"""


def tell_survivor(
    desk: Desk, actor: Actor, matter: Matter, entries: Sequence[DeliveryRecorded], change: Change
) -> Change:
    """Return a change that also counts deliveries for the incident into which this one was merged.

    `matter` has the deliveries already. The last of several mergers counts: the others are closed.
    """
    if not matter.merged_into:
        return change
    other = read_surviving(desk, matter.merged_into)
    keys = new_keys(other.facts, matter.facts, matter.id)
    told: list[Entry] = []
    for entry in entries:
        version = matter.find_version(entry.notice, entry.version)
        assert version is not None
        if version.drafted.addressee == "partner":
            told.append(call_of(actor, entry))
        elif version.drafted.addressee in FILED:
            told.append(_joined(actor, version, entry, keys))
    if not told:
        return change
    _, second = changed_by(desk, other, told)
    return change._replace(
        lines=(*change.lines, *second.lines),
        matters=(*change.matters, *second.matters),
        duties={**change.duties, **second.duties},
    )


def joined_filings(actor: Actor, one: Matter, keys: Keys) -> Iterator[FilingJoined]:
    """Yield what was filed with authorities under an incident that is being merged.

    What happened in the world counts wherever its scope and obligation agree; a filing without its
    number stays unconfirmed. `keys` are those under which things of that incident are taken over.
    """
    for version in filed_versions(one):
        for recorded in version.deliveries:
            assert isinstance(recorded.entry, DeliveryRecorded)
            yield _joined(actor, version, recorded.entry, keys)


def filed_versions(one: Matter) -> Iterator[Version]:
    """Yield the versions that were filed with an authority under an incident, or one merged into it."""
    for versions in one.notices.values():
        for version in versions:
            if version.deliveries and version.drafted.addressee in FILED:
                yield version


def call_of(actor: Actor, entry: DeliveryRecorded) -> ContactRecorded:
    """Return a delivery to a partner as a call that names the notice."""
    return ContactRecorded(
        by=actor,
        scope=entry.scope,
        direction="out",
        channel=line_with(entry.channel, f", as {entry.notice}"),
        at=entry.at,
        caller=entry.by.name,
        told=True,
    )


def line_with(text: str, tail: str) -> str:
    """Return a line that ends with `tail`, shortened before it where it would be too long."""
    return f"{cleaned(text, 200 - len(tail))}{tail}"


def _joined(actor: Actor, version: Version, entry: DeliveryRecorded, keys: Keys) -> FilingJoined:
    return FilingJoined(
        by=actor,
        drafted=_rekeyed(version.drafted, keys),
        drafted_by=version.by,
        drafted_at=version.at,
        delivery=entry,
    )


def _rekeyed(drafted: Drafted, keys: Keys) -> Drafted:
    """Return a draft whose facts have the paths under which they were taken over."""
    uses = {new_path(path, keys): used for path, used in drafted.uses.items()}
    open_paths = [new_path(path, keys) for path in drafted.open_paths]
    return drafted.model_copy(update={"uses": uses, "open_paths": open_paths})
