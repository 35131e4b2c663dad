"""A list of recipients bound to a drafted notice, so that its approval covers their number and digest."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from breachkit.casework.desk import Desk, attempt, stamp_now
from breachkit.casework.incidents import changed_by, check_open
from breachkit.casework.manifest import digests_of, list_flags
from breachkit.casework.versions import choose, read_fitting
from breachkit.domain.approval import check_may_change
from breachkit.domain.entry import Drafted, NoticeDrafted
from breachkit.domain.line import Change
from breachkit.domain.listing import Fault, Finding, Report, Row, Seen, masked
from breachkit.domain.matter import Matter, Version
from breachkit.domain.outbound import BoundList
from breachkit.domain.people import Actor
from breachkit.domain.personal import fields_in
from breachkit.domain.recipient import ListDigest, Recipient, check_language
from breachkit.errors import BadInputError, RefusedError

PEOPLE: Final = ("data_subjects", "users")
"""Addressees whose recipients come from a list; others have theirs in the workspace."""


class Listing(Protocol):
    """A list that can be read more than once, line by line."""

    @property
    def source(self) -> str:
        """The name of the file."""
        ...

    def rows(self) -> Iterator[Row]:
        """Yield the lines from the first, each checked on its own."""
        ...


SetAside = Callable[[Row, Sequence[Finding]], None]
"""Told each line that is left out, and what was found in it."""


@dataclass(frozen=True)
class Asked:
    """What a notice asks of a list: the fields that its text prints for each person."""

    version: Version
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Bound:
    """What became of a list."""

    version: Version
    """The notice as it stands now."""
    report: Report
    digest: str
    """Keyed digest of those who can be bound, in their order."""
    is_bound: bool
    """Whether the notice goes to this list."""
    new: bool
    """Whether a version was added for it."""


def asked_of(desk: Desk, name: str) -> Asked:
    """Return what a notice asks of its list; RefusedError where it takes none, or has left."""
    _, version = _chosen(desk, name)
    return Asked(version, fields_in(read_fitting(desk, version)))


def check(
    desk: Desk, asked: Asked, listing: Listing, language: str, aside: SetAside | None
) -> tuple[Report, str]:
    """Return what is in a list, and the digest of those in it who can be bound."""
    report, digest = Report(), ListDigest(desk.store.key())
    for one in _accepted(desk, asked, listing, language, report, aside):
        digest.add(one)
    return report, digest.hexdigest()


def bind(
    desk: Desk,
    actor: Actor,
    asked: Asked,
    listing: Listing,
    *,
    language: str = "",
    skip_bad: bool = False,
    dry_run: bool = False,
    aside: SetAside | None = None,
) -> Bound:
    """Bind a list to a drafted notice, as a version of it with the same text and other addressees.

    A list with bad lines is not bound, unless they are to be skipped; `aside` is told each of them,
    because whoever is left out needs another channel. The same list again changes nothing.

    A review covers the text and stays; a release covers the addressees too, and is needed anew.
    """
    check_may_change(desk.rules.roles(actor), "bind recipients")
    language = _checked(language)
    # 1. Read all of it, keeping nothing but digests.
    report, digest = check(desk, asked, listing, language, aside)
    if not report.taken and (skip_bad or not report.bad):
        raise BadInputError(f"{listing.source}: nobody in it can be written to")
    if dry_run or (report.bad and not skip_bad):
        return Bound(asked.version, report, digest, is_bound=False, new=False)
    # 2. Keep the recipients, read once more; a file that has changed meanwhile is refused there.
    notice = asked.version.drafted.notice
    kept = BoundList(
        list_id=f"{notice}-{digest[:16]}",
        notice=notice,
        size=report.taken,
        digest=digest,
        fields=json.dumps(asked.fields),
        bound_at=stamp_now(desk.now()),
    )
    again = _accepted(desk, asked, listing, language, Report(), None)
    desk.store.outbox.bind(kept, again)
    # 3. Append the version that goes to them; a list without one is harmless, and bound again.
    addressees = {
        "count": kept.size,
        "digest": digest,
        "list": kept.list_id,
        "fields": list(asked.fields),
        **({"left_out": report.left_out, "lines_left_out": report.bad} if report.bad else {}),
    }

    def decide() -> tuple[Change | None, Bound]:
        matter, last = _chosen(desk, notice)
        if last.drafted.text_digest != asked.version.drafted.text_digest:
            raise RefusedError(
                f"{last.id} was drafted meanwhile, with another text",
                hint=f"breachkit notice recipients {notice} {listing.source}",
            )
        if last.drafted.manifest["addressees"] == addressees:
            return None, Bound(last, report, digest, is_bound=True, new=False)
        drafted = _addressed(last.drafted, addressees)
        _, change = changed_by(desk, matter, [NoticeDrafted(by=actor, notices=[drafted])])
        version = matter.find_version(notice)
        assert version is not None
        return change, Bound(version, report, digest, is_bound=True, new=True)

    return attempt(desk, decide)


def _chosen(desk: Desk, name: str) -> tuple[Matter, Version]:
    """Return the last version of a notice that can take a list."""
    chosen = choose(desk, name.partition(".")[0])
    if len(chosen.versions) > 1:
        raise BadInputError(
            f"{name} is a set, and each of its notices has its own recipients",
            hint=f"breachkit notice recipients {chosen.versions[0].drafted.notice} FILE",
        )
    check_open(chosen.matter)
    (version,) = chosen.versions
    drafted = version.drafted
    if drafted.addressee not in PEOPLE:
        where = f"partners/{drafted.scope}.toml" if drafted.addressee == "partner" else "its file"
        raise RefusedError(
            f"{version.id} is a notice to {_reader(drafted)}, whose addresses stand in {where}",
            hint=f"breachkit notice list {chosen.matter.id}",
        )
    if version.deliveries or version.state == "queued":
        raise RefusedError(
            f"{version.id} has left already, to those whom its release covered",
            hint=f"breachkit notice draft {chosen.matter.id} --to {_reader(drafted)}",
        )
    return chosen.matter, version


def _addressed(drafted: Drafted, addressees: dict[str, Any]) -> Drafted:
    """Return a version with the same text and other addressees."""
    manifest = {**drafted.manifest, "addressees": addressees}
    digests = {**digests_of(manifest), "tree_kept": drafted.tree_kept}
    before = set(list_flags(drafted.manifest))
    flags = [one for one in drafted.flags if one not in before]
    return drafted.model_copy(
        update={
            **digests,
            "version": drafted.version + 1,
            "flags": [*flags, *list_flags(manifest)],
        }
    )


def _accepted(
    desk: Desk,
    asked: Asked,
    listing: Listing,
    language: str,
    report: Report,
    aside: SetAside | None,
) -> Iterator[Recipient]:
    """Yield who can be bound; what is found in each line goes into the report, and may be set aside."""
    look = _Look(desk, asked.version.drafted)
    for row in listing.rows():
        person = row.recipient and replace(
            row.recipient, language=row.recipient.language or language
        )
        findings = [*row.findings, *(look.at(row.line, person) if person else ())]
        report.add(findings)
        if any(one.is_bad for one in findings):
            if aside is not None:
                aside(row, findings)
        elif person and all(one.fault is not Fault.AGAIN for one in findings):
            report.taken += 1
            report.languages[person.language] += 1
            yield person


class _Look:
    """Looks at one person after the other for what no line tells by itself."""

    def __init__(self, desk: Desk, drafted: Drafted) -> None:
        self._desk, self._drafted = desk, drafted
        self._seen = Seen(desk.store.key())
        self._languages: dict[str, Fault | None] = {"": None}

    def at(self, line: int, person: Recipient) -> Iterator[Finding]:
        """Yield whether the address has come before, and whether the text is in another language."""
        if fault := self._seen.fault(person):
            yield Finding(line, fault, _AGAIN[fault], "address", masked(person.address))
            return
        if person.language not in self._languages:
            self._languages[person.language] = self._in_other_words(person.language)
        if other := self._languages[person.language]:
            reason = f"is not that of the text, {self._drafted.language}"
            yield Finding(line, other, reason, "language", person.language)

    def _in_other_words(self, language: str) -> Fault | None:
        """Return what is to be said of a reader's language beside that of the text."""
        code = language.partition("-")[0]
        if code == self._drafted.language.partition("-")[0].lower():
            return None
        template = f"{self._drafted.template.partition('/')[0]}/{code}.md.j2"
        known = self._desk.press.has(template)
        return Fault.OTHER_LANGUAGE if known else Fault.UNTRANSLATED


_AGAIN: Final = {
    Fault.AGAIN: "has come before in a line that says the same",
    Fault.REPEATED: "has come before in a line that says something else",
}


def _checked(language: str) -> str:
    try:
        return check_language(language) if language else ""
    except ValueError as error:
        raise BadInputError(f"{language[:40]!r} {error}", hint="--language de") from error


def _reader(drafted: Drafted) -> str:
    return drafted.reader.replace("_", "-")
