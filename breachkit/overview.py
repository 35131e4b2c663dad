"""What `status` answers: the soonest duties of all incidents from columns, or one incident's in order."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from breachkit.domain.line import PENDING, ActRow, DutyRow, Head, MatterRow
from breachkit.domain.within import parse_span
from breachkit.errors import BadInputError, UnknownNameError

if TYPE_CHECKING:
    from breachkit.casework.picture import Picture
    from breachkit.domain.duty import Duty
    from breachkit.ports import Store

Whose: TypeAlias = Literal["all", "ours", "theirs", "possible"]
"""Whose duties are asked for."""


class Overview(NamedTuple):
    """What `status` shows: the soonest duties of all open incidents."""

    seen_at: str
    rows: tuple[DutyRow, ...]
    """The duties; none where acts were asked for, and not those of one incident."""
    incidents: int
    """How many incidents are open."""
    zone: str
    law_changed: bool
    """Law, settings, partners or templates were edited since the last step was written."""
    head: Head
    matter: MatterRow | None = None
    """The incident that was asked for, open or not; None where all open ones were."""
    acts: tuple[ActRow, ...] = ()
    """What there is to do in all open incidents, where that was asked for instead of their duties."""


class Status:
    """An incident's duties in the order in which they fall due."""

    def __init__(self, picture: "Picture") -> None:
        self.picture = picture

    @property
    def duties(self) -> "tuple[Duty, ...]":
        """All duties, the soonest first, those without a date last."""
        late = datetime.max.replace(tzinfo=UTC)
        return tuple(sorted(self.picture.duties, key=lambda duty: duty.due_at or late))

    @property
    def next_duty(self) -> "Duty | None":
        """The soonest duty that is ours and still open; None where none has a date."""
        return self.picture.next_duty


def overview_of(
    store: "Store",
    *,
    limit: int | None,
    told: Sequence[str],
    now: datetime,
    zone: str,
    law_digest: str,
    incident: str | None = None,
    acts: bool = False,
) -> Overview:
    """Return the soonest duties of all open incidents, or all of one, in one state of the register.

    With `acts` what there is to do in all open ones, kept as rows, instead of their duties.
    """
    with store.snapshot():
        matter = _matter(store, incident) if incident else None
        rows = _rows(store, matter, limit, told) if matter or not acts else ()
        to_do = tuple(store.acts()) if acts and not matter else ()
        incidents = store.count_open()
        adopted = store.matters("workspace")
        head = store.head()
    return Overview(
        seen_at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        rows=rows,
        acts=to_do,
        incidents=incidents,
        zone=zone,
        law_changed=bool(adopted) and adopted[0].reference != law_digest,
        head=head,
        matter=matter,
    )


def span_of(within: timedelta | str) -> timedelta:
    """Return a span of time, as it stands or as people write it: `90m`, `6h`, `2d`.

    Raises BadInputError for a text that is none, and for a span below nothing.
    """
    try:
        span = parse_span(within) if isinstance(within, str) else within
    except ValueError as error:
        raise BadInputError(str(error), hint="breachkit deadline list --due-within 6h") from error
    if span < timedelta(0):
        raise BadInputError(f"{span} lies in the past", hint="what is overdue counts as due anyway")
    return span


def due_by(rows: Iterable[DutyRow], until: str, side: Whose = "ours") -> list[DutyRow]:
    """Return the open duties of a side that are due at `until` (UTC text) or overdue, in their order.

    A duty without a date is never among them: nobody can say that it is due by then.
    """
    return [
        row
        for row in rows
        if row.told in PENDING and row.due_at and row.due_at <= until
        if side in {"all", row.side}
    ]


def until_of(now: datetime, within: timedelta | str) -> str:
    """Return the end of a span that starts now, as UTC text in the columns' own form."""
    try:
        end = now.astimezone(UTC) + span_of(within)
    except OverflowError:
        end = datetime.max.replace(tzinfo=UTC)
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")


def _rows(
    store: "Store", matter: MatterRow | None, limit: int | None, told: Sequence[str]
) -> tuple[DutyRow, ...]:
    return tuple(store.duties(matter.matter) if matter else store.overview(limit, told=told))


def _matter(store: "Store", incident: str) -> MatterRow:
    known = [row for row in store.matters() if row.state != "workspace"]
    for row in known:
        if row.matter == incident:
            return row
    last = ", ".join(row.matter for row in known[-5:])
    hint = f"known: {last}" if last else "breachkit incident open --title TEXT"
    raise UnknownNameError(f"no incident {incident}", hint=hint)
