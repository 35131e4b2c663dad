"""What people read: a notice as it was drafted with its sources, a call sheet, a duty by its name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from breachkit.casework.desk import Desk
from breachkit.casework.drafting import heading_of
from breachkit.casework.picture import Picture, look, picture_of
from breachkit.casework.sources import Paragraph, paragraphs_of
from breachkit.casework.spread import Spread, spread_of
from breachkit.casework.versions import choose, fits_digest, read_document
from breachkit.domain.approval import Candidate, candidate_of, last_review, owes_review
from breachkit.domain.document import Document, Printed
from breachkit.domain.duty import Duty
from breachkit.domain.entry import DeliveryRecorded
from breachkit.domain.freshness import Freshness, freshness
from breachkit.domain.matter import Matter, Version, replay
from breachkit.domain.notice import notice_view
from breachkit.domain.requirement import Answer, Gap
from breachkit.domain.scope import OWN
from breachkit.errors import RefusedError, UnknownNameError


@dataclass(frozen=True)
class Shown:
    """A notice, or the first of a set, as it was drafted."""

    name: str
    version: Version
    document: Document
    text: str
    html: str
    digest: str
    """The digest to confirm: the notice's own, or the set's."""
    others: tuple[Version, ...]
    """The other notices of the set."""
    spread: Spread | None
    """What differs between the notices of a set; None for a single one."""
    freshness: Freshness
    faithful: bool
    """Whether the text still reads as it did when its digest was taken."""
    picture: Picture
    paragraphs: tuple[Paragraph, ...]


def show(desk: Desk, name: str) -> Shown:
    """Return a notice, a version or a set as it was drafted; nothing is rendered from facts again."""
    chosen = choose(desk, name)
    matter, versions, digest = chosen.matter, chosen.versions, chosen.digests[0]
    document = read_document(desk, versions[0])
    # Who stated a fact is told as it was when the text was drafted.
    then = replay(matter.id, desk.store.read(matter.id), until=versions[0].at)
    picture = picture_of(matter, desk.rules, desk.now())
    return Shown(
        name=name,
        version=versions[0],
        document=document,
        text=desk.press.text(document),
        html=desk.press.html(document),
        digest=digest,
        others=tuple(versions[1:]),
        spread=spread_of(desk, picture, versions) if len(versions) > 1 else None,
        freshness=freshness(versions[0].drafted, matter.facts, matter.unknown),
        faithful=all(fits_digest(desk, one, read_document(desk, one)) for one in versions),
        picture=picture,
        paragraphs=tuple(paragraphs_of(then, versions[0], document, desk.press.words("en"))),
    )


def callsheet(desk: Desk, matter_id: str, scope: str) -> str:
    """Return what to say to one partner on the telephone, with boxes for time and name."""
    picture = look(desk, matter_id)
    view = picture.view(scope)
    if view is None:
        known = ", ".join(view.scope for view in picture.views)
        raise UnknownNameError(f"{matter_id} has no scope {scope}", hint=f"its scopes: {known}")
    if scope == OWN:
        raise RefusedError(
            "the scope own is ours: there is nobody to call", hint=f"breachkit status {matter_id}"
        )
    heading = heading_of(desk, picture, scope, "partner", "initial")
    partner = desk.rules.partners.get(scope)
    phones = [
        {
            "name": Printed(point.name or key),
            "role": Printed(point.role or ""),
            "phone": Printed(point.phone),
        }
        for key, point in (partner.contacts.items() if partner else ())
        if point.phone
    ]
    words = desk.press.words("en")
    document = desk.press.render(
        "callsheet/en.md.j2",
        {**notice_view(view, heading, words), "phones": phones},
        language="en",
    )
    return desk.press.text(document)


def find_duty(
    desk: Desk, duty_id: str, incident: str | None, see: Callable[[str], Picture]
) -> tuple[Picture, Duty]:
    """Return a duty by its id, in the incident named or in the only one that has it.

    The scope may be left out where only one has the duty. `see` returns the picture of an incident,
    now or at an earlier time.
    """
    matters = [incident] if incident else _incidents_with(desk, duty_id)
    found = [(picture, duty) for picture in map(see, matters) for duty in _named(picture, duty_id)]
    if not found:
        where = f" in {incident}" if incident else ""
        raise UnknownNameError(f"no duty {duty_id}{where}", hint="breachkit deadline list --all")
    if len(found) > 1:
        known = ", ".join(f"{picture.id} {duty.id}" for picture, duty in found[:5])
        picture, duty = found[0]
        raise UnknownNameError(
            f"{duty_id} stands for {len(found)} duties: {known}",
            hint=f"breachkit deadline explain {duty.id} --incident {picture.id}",
        )
    return found[0]


def marks(matter: Matter, version: Version) -> list[str]:
    """Return what nobody may overlook about a version, each in a few words."""
    one = candidate_of(matter, version)
    read = last_review(version, one.history)
    found = freshness(version.drafted, matter.facts, matter.unknown)
    incident = version.drafted.notice.rpartition("-")[0]
    return [
        *([f"filed under {incident}, which was merged: it counts here"] if version.taken else []),
        *(f"flagged: {flag}" for flag in version.drafted.flags),
        *([f"contradicted by {', '.join(found.contradicted[:3])}"] if found.contradicted else []),
        *([f"supplement due: {', '.join(found.supplement[:3])}"] if found.supplement else []),
        *(["returned by legal"] if read and read.result == "returned" else []),
        *(["review owed"] if owes_review(one) else []),
        *_marks_of_leaving(one),
    ]


def _marks_of_leaving(one: Candidate) -> Iterator[str]:
    left = [each.entry for each in one.version.deliveries]
    entries = [entry for entry in left if isinstance(entry, DeliveryRecorded)]
    if any(entry.outside_gate for entry in entries):
        yield "LEFT OUTSIDE THE GATE"
    if one.version.drafted.addressee in {"authority", "regulator"}:
        confirmed = {entry.authority for entry in entries if entry.reference}
        still = dict.fromkeys(entry.authority for entry in entries)
        for code in (code for code in still if code not in confirmed):
            yield f"unconfirmed: no file number{f' of {code}' if code else ''}"


def describe_gap(gap: Gap) -> str:
    """Return a gap in one line: its citation, what it asks, and how far it may follow."""
    follow = {
        "never": "has to be in the notice",
        "initial": "may follow after the first notice",
        "always": "a stated unknown answers it",
    }[gap.allowed.value]
    if gap.answer is Answer.QUESTION:
        return f"{gap.citation}: {gap.title}: whether that is asked depends on {gap.path}"
    reason = f" ({gap.reason})" if gap.reason else ""
    return f"{gap.citation}: {gap.title} ({gap.path}): {gap.answer.value}{reason}; {follow}"


def _incidents_with(desk: Desk, duty_id: str) -> list[str]:
    rows = desk.store.overview()
    found = [row.matter for row in rows if duty_id in {row.duty, row.duty.partition("@")[0]}]
    return list(dict.fromkeys(found))


def _named(picture: Picture, duty_id: str) -> list[Duty]:
    """Return the duty of an id, or those that share it where the scope was left out."""
    exact = [duty for duty in picture.duties if duty.id == duty_id]
    return exact or [duty for duty in picture.duties if duty.law.qualified_id == duty_id]
