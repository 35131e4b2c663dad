"""The partner matrix of an incident: whom it concerns, figures, who was told when; out and in again."""

from collections.abc import Mapping, Sequence
from typing import Any

from breachkit.casework.desk import Desk
from breachkit.casework.incidents import Amended, Statement, amend
from breachkit.casework.picture import UNNAMED, look
from breachkit.casework.records import Call, Noted, record_contact
from breachkit.domain.approval import check_may_change, person_of
from breachkit.domain.entry import ContactRecorded, DeliveryRecorded
from breachkit.domain.instant import stamp
from breachkit.domain.matrix import Listed, Row, rows_of, written_count, written_instant
from breachkit.domain.matter import Matter, Recorded
from breachkit.domain.people import Actor
from breachkit.domain.scope import OWN
from breachkit.domain.statement import settle
from breachkit.errors import RefusedError


def table_of(desk: Desk, matter_id: str | None = None) -> tuple[Row, ...]:
    """Return the partners of the workspace, or those that an incident concerns with what was told."""
    partners = desk.rules.partners
    if matter_id is None:
        return tuple(rows_of(partners, {}, sorted(partners)))
    picture = look(desk, matter_id)
    keys = [view.scope for view in picture.views if view.scope not in {OWN, UNNAMED}]
    told = {key: _told_cells(picture.matter, key) for key in keys}
    return tuple(rows_of(partners, told, keys))


def check_may_import(
    desk: Desk, actor: Actor, matter_id: str | None, listed: Sequence[Listed]
) -> None:
    """Refuse a table before anything of it is written, where its incident cannot take it."""
    check_may_change(desk.rules.roles(actor), "import partners")
    if matter_id is None:
        return
    matter = look(desk, matter_id).matter
    if matter.merged_into:
        raise RefusedError(
            f"{matter_id} was merged into {matter.merged_into}",
            hint=f"breachkit partners import FILE {matter.merged_into}",
        )
    settle(matter.facts, _facts(listed), now=desk.now())


def record_table(
    desk: Desk, actor: Actor, matter_id: str, listed: Sequence[Listed], source: str
) -> tuple[Amended, tuple[Noted, ...]]:
    """Record what a table says of an incident: scopes and figures at once, then who was told.

    What is recorded already is not recorded again.
    """
    statement = Statement(given=_facts(listed), source=source)
    amended = amend(desk, actor, matter_id, statement)
    calls = [_call(desk, actor, amended.picture.matter, one) for one in listed]
    noted = [record_contact(desk, actor, matter_id, call) for call in calls if call]
    return amended, tuple(one for one in noted if one.new)


def _facts(listed: Sequence[Listed]) -> dict[str, Any]:
    return {"scopes": {one.key: dict(one.figures) for one in listed}}


def _call(desk: Desk, actor: Actor, matter: Matter, one: Listed) -> Call | None:
    """Return what the table says of a partner beyond the record; None where that is nothing."""
    contacts = _contacts(matter, one.key)
    tellings = {at for at, _ in matter.told.get(one.key, ())}
    told = one.told_at is not None and stamp(one.told_at.latest) not in tellings
    acknowledged = one.acknowledged and not any(entry.acknowledged for entry in contacts)
    promised = contacts[-1].next_update if contacts else None
    promise = one.next_update is not None and one.next_update != promised
    if not (told or acknowledged or promise):
        return None
    following = one.next_update or promised
    by = person_of(one.told_by, desk.rules.people) if one.told_by and told else None
    return Call(
        scope=one.key,
        at=written_instant(one.told_at) if told and one.told_at else "now",
        direction="out" if told or promise else "in",
        channel=one.how or "not stated",
        caller=None if by == actor.name else by,
        told=told,
        acknowledged=acknowledged,
        next_update=written_instant(following) if following else None,
    )


def _told_cells(matter: Matter, key: str) -> Mapping[str, str]:
    """Return figures, first telling, acknowledgement and promise of a scope, as the table shows them."""
    scope = matter.facts["scopes"][key]
    cells = {name: written_count(scope[name]) for name in ("people", "records") if name in scope}
    if tellings := matter.told.get(key):
        cells |= _first_told(*min(tellings, key=lambda telling: telling[0]))
    contacts = _contacts(matter, key)
    if any(entry.acknowledged for entry in contacts):
        cells["acknowledged"] = "yes"
    if contacts and (promised := contacts[-1].next_update):
        cells["next update"] = written_instant(promised)
    return cells


def _contacts(matter: Matter, key: str) -> list[ContactRecorded]:
    """Return the contacts of a scope in the order in which they took place."""
    entries = (recorded.entry for recorded in matter.contacts)
    found = [one for one in entries if isinstance(one, ContactRecorded) and one.scope == key]
    return sorted(found, key=lambda one: one.at.at)


def _first_told(at: str, recorded: Recorded) -> dict[str, str]:
    """Return when, by whom and how a scope was told; an old merger kept only the time."""
    match recorded.entry:
        case ContactRecorded() as entry:
            by = entry.caller or entry.by.name
            return {"told at": written_instant(entry.at), "told by": by, "how": entry.channel}
        case DeliveryRecorded() as entry:
            by = entry.by.name
            return {"told at": written_instant(entry.at), "told by": by, "how": entry.channel}
        case _:
            return {"told at": at}
