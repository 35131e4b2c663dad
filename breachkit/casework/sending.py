"""The gate at sending, and the way into the outbox: one message for each recipient, in one commit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from breachkit.casework.addressing import (
    Addressed,
    batch_name,
    rest_of,
    to_list,
    to_partner,
    to_reached,
)
from breachkit.casework.desk import Desk, attempt, stamp_now
from breachkit.casework.incidents import changed_by, check_open
from breachkit.casework.letters import letter_of
from breachkit.casework.permission import check_may_send
from breachkit.casework.picture import Picture, picture_of
from breachkit.casework.versions import choose, read_fitting
from breachkit.casework.wishes import laws_met, way_of
from breachkit.domain.approval import CONFIRM_LENGTH, check_may_change
from breachkit.domain.deadline import DeadlineKind
from breachkit.domain.dispatch import PEOPLE, queued_of
from breachkit.domain.instant import Instant, Precision, stamp
from breachkit.domain.letter import Letter
from breachkit.domain.line import Change, Kept, commitment_of
from breachkit.domain.matter import Matter, Version
from breachkit.domain.outbound import Batch, Doubt, Post, Queued
from breachkit.domain.people import Actor
from breachkit.domain.sending import NoticeQueued
from breachkit.domain.text import cleaned
from breachkit.errors import BadInputError, RefusedError


@dataclass(frozen=True)
class Order:
    """How a notice is to be sent."""

    confirm: str = ""
    """For mail to people: how many there are and the first eight characters of their digest."""
    on_doubt: Doubt | None = None
    """What becomes of a message whose answer was lost; asked for people, `ask` for all others."""
    limit: int | None = None
    """Only so many, from the start of the list; sent again, the same version goes to the rest."""
    despite: str | None = None
    """Why it goes out though facts contradict it, or in a language that is not the reader's."""
    reached_by: str | None = None
    """Only to those whom this earlier batch reached."""
    excepting: Sequence[str] = ()
    """Scopes pulled out of a set."""
    dry_run: bool = False
    by_file: bool = False
    """Written to files that another system sends: our own mail may be what was breached."""


@dataclass(frozen=True)
class Plan:
    """One version on its way: which batch, which letter, to whom."""

    version: Version
    batch: Batch
    addressed: Addressed
    letter: Letter
    after: int = 0
    ways: tuple[str, ...] = ()
    """What the law or a contract prescribes beside mail, in words."""

    @property
    def confirmation(self) -> str:
        """What has to be typed before mail to people: the number and the digest."""
        return f"{self.batch.size}:{self.addressed.bound.digest[:CONFIRM_LENGTH]}"


@dataclass(frozen=True)
class Queueing(Picture):
    """An incident after notices were handed to the outbox, with what was handed over."""

    plans: tuple[Plan, ...] = ()
    new: bool = True
    """False for a dry run: nothing was written."""


def queue(desk: Desk, actor: Actor, name: str, order: Order) -> Queueing:
    """Hand a released notice or set to the outbox; every rule of the gate at sending is asked.

    Entry and messages are written in one transaction; nothing is ever queued twice. Raises
    RefusedError with what is missing.
    """
    check_may_change(desk.rules.roles(actor), "send")
    post = _post(desk)

    def decide() -> tuple[Change | None, Queueing]:
        chosen = choose(desk, name, order.excepting)
        check_open(chosen.matter)
        picture = picture_of(chosen.matter, desk.rules, desk.now())
        plans = tuple(_plan(desk, picture, one, order, post) for one in chosen.versions)
        if order.dry_run or order.by_file:
            return None, _queueing(picture, plans, new=False)
        for plan in plans:
            _check_confirmed(plan, order)
        entries, change = _change(desk, actor, chosen.matter, plans, order)
        return change, _queueing(entries, plans, new=True)

    return attempt(desk, decide)


def _post(desk: Desk) -> Post:
    if desk.rules.post is None:
        raise RefusedError(
            "the workspace does not say from whom its mail comes",
            hint="fill in [mail] in breachkit.toml: host and sender at least",
        )
    return desk.rules.post


def _plan(desk: Desk, picture: Picture, version: Version, order: Order, post: Post) -> Plan:
    # 1. Released, unchanged, allowed, by a channel that holds.
    document = read_fitting(desk, version)
    check_may_send(
        desk, picture, version, document, despite=order.despite, by_mail=not order.by_file
    )
    # 2. To whom.
    now = stamp_now(desk.now())
    if order.reached_by:
        addressed = to_reached(desk, version, order.reached_by)
    elif version.drafted.addressee == "partner":
        addressed = to_partner(desk, version, document, now)
    else:
        addressed = to_list(desk, version)
    _check_language(version, addressed, order)
    # 3. Nobody twice.
    after = 0 if order.by_file else _after(desk, version, addressed, order)
    # 4. What is sent.
    letter = letter_of(
        desk, version, sender=post.sender, sender_name=post.sender_name, reply_to=post.reply_to
    )
    batch = _batch(desk, picture, version, addressed, order, after)
    laws = laws_met(picture, [version.drafted])
    ways = tuple(dict.fromkeys(way_of(law) for law in laws if law.channel or law.recipient))
    return Plan(version, batch._replace(domain=post.domain), addressed, letter, after, ways)


def _after(desk: Desk, version: Version, addressed: Addressed, order: Order) -> int:
    """Return the position after which recipients are left; RefusedError where nobody is."""
    queued = [entry.batch for entry in queued_of(version)]
    if not queued:
        left = [one.entry for one in version.deliveries]
        if left and not order.despite:
            raise RefusedError(
                f"{version.id} has left already, by {getattr(left[-1], 'channel', '')}",
                hint="to send it by mail as well, give a reason: --despite TEXT",
            )
        return 0
    known = [batch for name in queued if (batch := desk.store.outbox.batch(name)) is not None]
    after = rest_of(known, addressed.bound)
    if order.reached_by or after >= addressed.size:
        raise RefusedError(
            f"{version.id} is in the outbox already as {', '.join(queued)}; nothing is sent twice",
            hint=f"breachkit outbox show {queued[-1]}",
        )
    return after


def _batch(
    desk: Desk,
    picture: Picture,
    version: Version,
    addressed: Addressed,
    order: Order,
    after: int,
) -> Batch:
    drafted, rest = version.drafted, addressed.size - after
    until = _until(picture, version)
    return Batch(
        batch=batch_name(version, (entry.batch for entry in queued_of(version))),
        matter=picture.id,
        notice=drafted.notice,
        version=drafted.version,
        scope=drafted.scope,
        addressee=drafted.addressee,
        letter_kept="",
        list_id=addressed.bound.list_id,
        size=rest if order.limit is None else min(order.limit, rest),
        doubt=_doubt(drafted.addressee, order),
        until=stamp(until) if until else "",
        queued_at=stamp_now(desk.now()),
    )


def _doubt(addressee: str, order: Order) -> Doubt:
    if addressee not in PEOPLE:
        if order.on_doubt not in {None, "ask"}:
            raise BadInputError(
                f"--on-doubt {order.on_doubt} is for people; a doubt on a notice to"
                f" {addressee} is asked at once",
                hint="leave --on-doubt out",
            )
        return "ask"
    if order.on_doubt in {"resend", "hold"}:
        return order.on_doubt
    if order.dry_run or order.by_file:
        return "hold"
    raise BadInputError(
        "a message to a person whose answer is lost may have arrived: say what becomes of it",
        hint="--on-doubt resend: perhaps two copies; --on-doubt hold: perhaps none",
    )


def _until(picture: Picture, version: Version) -> datetime | None:
    """Return the deadline up to which it is tried again; None once it has passed: then for ever."""
    duties = map(picture.duty, version.drafted.discharges)
    deadlines = (duty.deadline for duty in duties if duty is not None and duty.owed is not False)
    ahead = [
        one.due_at
        for one in deadlines
        if one.due_at is not None and one.kind != DeadlineKind.TARGET
        if one.due_at > picture.seen_at
    ]
    return min(ahead, default=None)


def _check_language(version: Version, addressed: Addressed, order: Order) -> None:
    """Refuse people who read another language, or of whom nobody said which, without a reason."""
    drafted = version.drafted
    if drafted.addressee not in PEOPLE or order.despite:
        return
    wanted = drafted.language.partition("-")[0].lower()
    other, unsaid = _counted(wanted, (one.language for one in addressed.read()))
    if other or unsaid:
        told = [f"{other} read another language"] if other else []
        told += [f"of {unsaid} nobody said which they read"] if unsaid else []
        raise RefusedError(
            f"{version.id} is written in {drafted.language}, and {', and '.join(told)}",
            hint="draft it in theirs and bind each list to its own notice, or give a reason:"
            " --despite TEXT",
        )


def _counted(wanted: str, languages: Iterable[str]) -> tuple[int, int]:
    other = unsaid = 0
    for language in languages:
        code = language.partition("-")[0].lower()
        unsaid += not code
        other += bool(code) and code != wanted
    return other, unsaid


def _check_confirmed(plan: Plan, order: Order) -> None:
    """Refuse mail to people unless their number and digest were typed."""
    if plan.batch.addressee not in PEOPLE:
        return
    if order.confirm.strip().casefold() != plan.confirmation:
        said = f"--confirm {order.confirm!r} is not" if order.confirm else "nobody confirmed"
        raise RefusedError(
            f"{said} the number and digest of the recipients of {plan.version.id}",
            hint=f"breachkit notice send {plan.version.drafted.notice} --dry-run shows both, then"
            f" --confirm NUMBER:DIGEST{CONFIRM_LENGTH}",
        )


def _change(
    desk: Desk, actor: Actor, matter: Matter, plans: Sequence[Plan], order: Order
) -> tuple[Picture, Change]:
    kept = [_keep(desk, plan.letter) for plan in plans]
    for plan in filter(_is_new, plans):
        desk.store.outbox.bind(plan.addressed.bound, plan.addressed.read())
    queued = tuple(
        Queued(
            plan.batch._replace(letter_kept=one.digest.hex()),
            plan.batch.size if order.limit is not None else None,
            plan.addressed.of_batch,
            plan.after,
        )
        for plan, one in zip(plans, kept, strict=True)
    )
    picture, change = changed_by(desk, matter, list(_entries(actor, plans, order)))
    return picture, change._replace(kept=tuple(kept), queued=queued)


def _is_new(plan: Plan) -> bool:
    """Tell whether a list is made here: a partner's, as all others are bound before the review."""
    return plan.batch.addressee == "partner" and not plan.addressed.of_batch


def _keep(desk: Desk, letter: Letter) -> Kept:
    raw, salt = letter.to_bytes(), desk.chance(16)
    return Kept(commitment_of(salt, raw), salt, raw)


def _entries(actor: Actor, plans: Sequence[Plan], order: Order) -> Iterator[NoticeQueued]:
    said = cleaned(order.despite or "") or None
    for plan in plans:
        batch, drafted = plan.batch, plan.version.drafted
        until = (
            Instant(at=batch.until, zone="UTC", precision=Precision.SECOND) if batch.until else None
        )
        yield NoticeQueued(
            by=actor,
            notice=batch.notice,
            version=batch.version,
            scope=batch.scope,
            digest=drafted.digest,
            batch=batch.batch,
            recipients=batch.size,
            addressees_digest=plan.addressed.bound.digest,
            doubt=batch.doubt,
            until=until,
            despite=said,
            reached_by=order.reached_by,
        )


def _queueing(picture: Picture, plans: tuple[Plan, ...], *, new: bool) -> Queueing:
    seen = {field.name: getattr(picture, field.name) for field in fields(Picture)}
    return replace(Queueing(**seen), plans=plans, new=new)
