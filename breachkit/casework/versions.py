"""Which versions a notice, version or set name stands for, and the text kept with each."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from breachkit.casework.desk import Desk, read_matter
from breachkit.casework.manifest import set_digest
from breachkit.domain.document import Document, from_data
from breachkit.domain.line import commitment_of
from breachkit.domain.matter import Matter, Version
from breachkit.errors import BadInputError, NotTrustedError, UnknownNameError


@dataclass(frozen=True)
class Chosen:
    """The versions that a name stands for."""

    matter: Matter
    versions: tuple[Version, ...]
    digests: tuple[str, ...]
    """The digests that name them: their own first, then the whole set's where some are pulled out."""


def matter_of(name: str) -> str:
    """Return the incident that a notice, version or set belongs to: `2026-0007-n3.2` → `2026-0007`."""
    incident, _, rest = name.rpartition("-")
    if not incident or rest[:1] not in {"n", "s"}:
        listed = name if rest.isdigit() and incident.isdigit() else "INCIDENT"
        raise UnknownNameError(f"{name!r} names no notice", hint=f"breachkit notice list {listed}")
    return incident


def choose(desk: Desk, name: str, excepting: Sequence[str] = ()) -> Chosen:
    """Return what a notice, version or set name stands for; `excepting` pulls scopes out of a set."""
    matter = read_matter(desk, matter_of(name))
    if name in matter.sets:
        return _of_set(matter, name, excepting)
    if excepting:
        raise BadInputError(f"{name} is no set, so nothing can be pulled out of it")
    notice, _, number = name.partition(".")
    found = matter.find_version(notice, int(number) if number.isdigit() else None)
    if found is None or (number and not number.isdigit()):
        known = ", ".join([*matter.sets, *matter.notices]) or "none yet"
        raise UnknownNameError(f"no notice {name}", hint=f"notices of {matter.id}: {known}")
    return Chosen(matter, (found,), (found.drafted.digest,))


def read_document(desk: Desk, version: Version) -> Document:
    """Return the block tree kept with a version; NotTrustedError when it does not fit its digest."""
    digest = bytes.fromhex(version.drafted.tree_kept)
    kept = desk.store.kept(digest)
    if kept is None:
        raise NotTrustedError(
            f"the text of {version.id} is not kept any more", hint="breachkit register verify"
        )
    if commitment_of(kept.salt, kept.text) != digest:
        raise NotTrustedError(
            f"the text of {version.id} is not the one that was drafted",
            hint="breachkit register verify",
        )
    return from_data(json.loads(kept.text))


def fits_digest(desk: Desk, version: Version, document: Document) -> bool:
    """Tell whether a kept text still reads as it did when its digest was taken."""
    text = hashlib.sha256(desk.press.text(document).encode()).hexdigest()
    return bool(version.drafted.manifest["parts"]["text/plain"] == text)


def read_fitting(desk: Desk, version: Version) -> Document:
    """Return a kept text for review or release; NotTrustedError when it reads otherwise than drafted."""
    document = read_document(desk, version)
    if not fits_digest(desk, version, document):
        raise NotTrustedError(
            f"{version.id} no longer reads as it did when its digest was taken",
            hint=f"breachkit notice draft {version.drafted.notice.rpartition('-')[0]}",
        )
    return document


def _of_set(matter: Matter, name: str, excepting: Sequence[str]) -> Chosen:
    every = matter.sets[name]
    scopes = [version.drafted.scope for version in every]
    for scope in excepting:
        if scope not in scopes:
            raise UnknownNameError(
                f"{name} has no notice for {scope}", hint=f"its scopes: {', '.join(scopes)}"
            )
    rest = tuple(one for one in every if one.drafted.scope not in excepting)
    if not rest:
        raise BadInputError(f"nothing is left of {name}: every scope is pulled out")
    # Whoever read the whole set has read its parts, so the set's own digest names them too.
    digests = [set_digest(one.drafted for one in part) for part in (rest, every)]
    return Chosen(matter, rest, tuple(dict.fromkeys(digests)))
