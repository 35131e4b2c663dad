"""Notices drafted from the facts: one for each scope and addressee, sets where there are many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from breachkit.casework.conflicts import clashes, clear_command, withheld
from breachkit.casework.desk import Desk, attempt, keep
from breachkit.casework.earlier import course_of
from breachkit.casework.filings import competence_of
from breachkit.casework.incidents import changed_by, check_open
from breachkit.casework.manifest import (
    digest_of,
    digests_of,
    list_flags,
    manifest_of,
    set_digest,
    with_list,
)
from breachkit.casework.marks import flags_of
from breachkit.casework.phases import (
    address_of,
    discharged,
    fits,
    is_due,
    phase_of,
    readers_of,
    template_of,
    undelivered,
)
from breachkit.casework.picture import Picture, is_unnamed, look, recipient_of
from breachkit.casework.reasons import check_printed, check_reason
from breachkit.casework.uses import uses_of
from breachkit.casework.wishes import check_language, language_of, remarks_on
from breachkit.domain.approval import check_may_change
from breachkit.domain.asked import Asks
from breachkit.domain.document import Document, as_data
from breachkit.domain.entry import (
    DecisionRecorded,
    Drafted,
    NoticeDrafted,
    Phase,
    canonical,
)
from breachkit.domain.freshness import freshness
from breachkit.domain.grounds import grounds_of
from breachkit.domain.heading import Heading
from breachkit.domain.line import Change, Kept
from breachkit.domain.matter import Matter, Version
from breachkit.domain.notice import notice_view
from breachkit.domain.people import Actor
from breachkit.domain.requirement import Gap
from breachkit.domain.scope import OWN, ScopeView
from breachkit.errors import RefusedError, UnknownNameError


@dataclass(frozen=True)
class Order:
    """Which notices are wanted; empty means all that fit."""

    readers: Sequence[str] = ()
    """Addressees, or the letters of single filings such as `eu-cra-14-4-a`."""
    scopes: Sequence[str] = ()
    phase: Phase | None = None
    language: str | None = None
    reason: str = ""
    """What is new, what a correction changes or why it is withdrawn, as the text says it."""


@dataclass(frozen=True)
class Draft:
    """A notice as it was rendered."""

    drafted: Drafted
    document: Document = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    new: bool
    """False when the text is the same as the last version's, so that nothing was appended."""
    set_id: str | None = None
    set_digest: str | None = None
    remarks: tuple[str, ...] = ()
    """What its drafter should know: a language that has no template, a way that is prescribed."""

    @property
    def subject(self) -> str:
        """The subject line."""
        return self.drafted.subject

    @property
    def digest(self) -> str:
        """The digest that people review and approve."""
        return self.drafted.digest


def draft(desk: Desk, actor: Actor, matter_id: str, order: Order) -> tuple[Draft, ...]:
    """Render the notices of an incident for review; gaps become "will follow" in words.

    A text that is already drafted in the same words is not drafted again. Raises RefusedError for a
    final notice with gaps, and where nothing is owed to the addressee; BadInputError for a reason that
    a first notice would not print.
    """
    check_may_change(desk.rules.roles(actor), "draft")
    check_reason(order.reason)

    def decide() -> tuple[Change | None, tuple[Draft, ...]]:
        picture = look(desk, matter_id)
        check_open(picture.matter, "notice draft")
        wanted = list(_wanted(picture, order))
        if not wanted:
            raise RefusedError(
                f"{matter_id} owes no notice that fits; only what was told can be supplemented,"
                " corrected or, once it is ruled out, withdrawn",
                hint=f"breachkit status {matter_id}",
            )
        phases = [(*one, order.phase or phase_of(picture, *one)) for one in wanted]
        check_printed(matter_id, order.reason, phases, order.readers)
        drafts: list[Draft] = []
        for scope, reader in wanted:
            number = _last_number(picture.matter, drafts) + 1
            one = _render(desk, picture, scope, reader, order, number)
            remarks = (*remarks_on(picture, one.drafted), *_kept_back(picture, one.drafted))
            drafts.append(replace(one, remarks=remarks))
        return _append(desk, actor, picture, drafts)

    return attempt(desk, decide)


def heading_of(
    desk: Desk, picture: Picture, scope: str, reader: str, phase: str, reason: str = ""
) -> Heading:
    """Return what stands above a notice: names, date, the duties it meets and what they still lack."""
    duties = discharged(picture, scope, reader)
    kept_back = withheld(picture, duties)
    return Heading(
        incident=picture.id,
        our_name=desk.rules.organisation.name or "",
        recipient=recipient_of(picture, desk.rules, scope),
        addressee=reader,
        phase=phase,
        drafted_at=picture.seen_at,
        duties=duties,
        instruments=desk.rules.instruments,
        missing=_distinct(gap for duty in duties for gap in duty.gaps),
        reason=reason or _finding(picture, phase),
        competence=competence_of(desk, picture, scope) if reader == "authority" else None,
        withheld=kept_back,
        grounds=_grounds(desk, picture, scope, reader),
        is_partners=scope != OWN and reader != "partner",
        course=course_of(picture, scope, reader, desk.rules.obligations, kept_back),
        unnamed=is_unnamed(picture, scope),
    )


def _grounds(desk: Desk, picture: Picture, scope: str, reader: str) -> Asks:
    """Return what decided which duties a notice meets, of all that its reader could be owed."""
    view = picture.view(scope)
    laws = (law for law in desk.rules.obligations if law.reader == reader and law.by_notice)
    return grounds_of(laws, view.values) if view else ()


def _kept_back(picture: Picture, drafted: Drafted) -> Iterable[str]:
    """Yield what a conflict of laws does to a text, and who can end it."""
    duties = [duty for duty in picture.duties if duty.id in drafted.discharges]
    for clash in clashes(picture, duties):
        clear = clear_command(picture.id, clash.conflict)
        said = f"{clash.conflict.name}: {clash.conflict.note} ({clash.conflict.citation})"
        if clash.keeps_back:
            yield f"a part is kept back, {said}; once counsel has cleared it: {clear}"
        elif not clash.certain:
            yield f"laws may conflict, {said}; breachkit law applicable {picture.id} says what decides"


def _finding(picture: Picture, phase: str) -> str:
    """Return the reasons of the decision that ruled a limb out, for a withdrawal."""
    if phase != "withdrawal":
        return ""
    found = [recorded.entry for recorded in picture.matter.decisions]
    ruled = [
        one for one in found if isinstance(one, DecisionRecorded) and one.decision == "rule-out"
    ]
    return ruled[-1].reasons if ruled else ""


def _wanted(picture: Picture, order: Order) -> Iterable[tuple[str, str]]:
    known = [view.scope for view in picture.views]
    known += [OWN] if picture.house.house else []
    for scope in order.scopes:
        if scope not in known:
            raise UnknownNameError(
                f"{picture.id} has no scope {scope}", hint=f"its scopes: {', '.join(known)}"
            )
    readers = readers_of(picture)
    for reader in order.readers:
        if reader not in readers:
            raise UnknownNameError(
                f"{picture.id} has no notice to {reader}",
                hint=f"one of: {', '.join(one.replace('_', '-') for one in readers)}",
            )
    for reader in order.readers or readers:
        for scope in order.scopes or known:
            asked = bool(order.readers) or is_due(picture, scope, reader)
            if asked and fits(picture, scope, reader, order.phase):
                yield scope, reader


def _render(
    desk: Desk, picture: Picture, scope: str, reader: str, order: Order, number: int
) -> Draft:
    """Render one notice for one scope, and describe it as its entry will."""
    matter = picture.matter
    earlier = undelivered(matter, scope, reader)
    phase = order.phase or phase_of(picture, scope, reader)
    addressee, letter = address_of(picture, scope, reader)
    template = template_of(addressee, letter)
    language = order.language or language_of(desk, picture, scope, template)
    template = f"{template}/{language}.md.j2"
    check_language(desk, template, language)
    heading = heading_of(desk, picture, scope, reader, phase, order.reason)
    view = picture.view(scope)
    assert view is not None
    _check_final(matter.id, phase, heading.missing)
    document = desk.press.render(
        template, notice_view(view, heading, desk.press.words(language)), language=language
    )
    text, html = desk.press.text(document), desk.press.html(document)
    manifest = manifest_of(desk, document, text, html, scope, reader)
    manifest = with_list(manifest, earlier, document)
    if earlier and earlier.drafted.digest == digest_of(manifest) and _holds(matter, earlier):
        return Draft(
            earlier.drafted, document, text, html, False, earlier.set_id, earlier.set_digest
        )
    drafted = Drafted(
        notice=earlier.drafted.notice if earlier else f"{matter.id}-n{number}",
        version=earlier.drafted.version + 1 if earlier else 1,
        scope=scope,
        addressee=addressee,
        letter=letter,
        phase=phase,
        language=language,
        template=template,
        template_digest=desk.press.digest(template),
        flags=[*flags_of(desk, picture, scope, text, heading), *list_flags(manifest)],
        **digests_of(manifest),
        **_contents(picture, heading, view, document),
    )
    return Draft(drafted, document, text, html, new=True)


def _holds(matter: Matter, version: Version) -> bool:
    """Tell whether a text rests on what it rested on; else the same words are drafted anew."""
    return not freshness(version.drafted, matter.facts, matter.unknown).contradicted


def _last_number(matter: Matter, drafts: list[Draft]) -> int:
    """Return the highest number that a notice has; to count them would give some number twice."""
    # A filing taken over from a merged incident keeps the name that it was filed under.
    mine = (name for name in matter.notices if name.startswith(f"{matter.id}-n"))
    names = [*mine, *(one.drafted.notice for one in drafts)]
    return max((int(name.rpartition("-n")[2]) for name in names), default=0)


def _contents(
    picture: Picture, heading: Heading, view: ScopeView, document: Document
) -> dict[str, Any]:
    """Return what the text says, uses and leaves open."""
    blocking = [gap for gap in heading.missing if gap.blocks("final")]
    return {
        "subject": document.subject,
        "discharges": [duty.id for duty in heading.duties],
        "gaps": [f"{gap.obligation}@{view.scope} {gap.citation}" for gap in blocking],
        **uses_of(picture, view, document),
        "open_paths": [gap.path for gap in heading.missing],
    }


def _append(
    desk: Desk, actor: Actor, picture: Picture, drafts: list[Draft]
) -> tuple[Change | None, tuple[Draft, ...]]:
    """Return the change that records new drafts, one entry for each reader's notices."""
    matter = picture.matter
    entries, kept, done = [], [], []
    count = len(matter.sets)
    for reader in dict.fromkeys(one.drafted.reader for one in drafts):
        same = [one for one in drafts if one.drafted.reader == reader]
        if not any(one.new for one in same):
            done.extend(same)
            continue
        texts = [_kept_tree(desk, one) for one in same]
        notices = [_next_version(one, text) for one, text in zip(same, texts, strict=True)]
        kept.extend(texts)
        count += len(notices) > 1
        set_id = f"{matter.id}-s{count}" if len(notices) > 1 else None
        whole = set_digest(notices) if set_id else None
        entries.append(NoticeDrafted(by=actor, notices=notices, set_id=set_id, set_digest=whole))
        done.extend(
            replace(one, drafted=notice, set_id=set_id, set_digest=whole, new=True)
            for one, notice in zip(same, notices, strict=True)
        )
    if not entries:
        return None, tuple(drafts)
    _, change = changed_by(desk, matter, list(entries))
    return change._replace(kept=tuple(kept)), tuple(done)


def _next_version(one: Draft, kept: Kept) -> Drafted:
    """Return a draft as a version of its own; in a set, an unchanged text is renewed with the rest."""
    version = one.drafted.version if one.new else one.drafted.version + 1
    return one.drafted.model_copy(update={"tree_kept": kept.digest.hex(), "version": version})


def _kept_tree(desk: Desk, one: Draft) -> Kept:
    return keep(desk, canonical(as_data(one.document)).decode())


def _check_final(incident: str, phase: str, missing: tuple[Gap, ...]) -> None:
    open_ = sorted({gap.citation for gap in missing if gap.blocks("final")})
    if phase == "final" and open_:
        raise RefusedError(
            f"a final notice may not leave open: {', '.join(open_)}",
            hint=f"state the facts first: breachkit incident check {incident}",
        )


def _distinct(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return each open fact once, though several duties ask for it."""
    found: dict[tuple[str, str], Gap] = {}
    for gap in gaps:
        found.setdefault((gap.path, gap.citation), gap)
    return tuple(found.values())
