"""The dated duties of a workspace as a calendar: read at once, with names only where they are wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from breachkit.adapters.settings import read_settings
from breachkit.app.workplace import Workplace
from breachkit.domain.agenda import Appointment, Terms, agenda
from breachkit.domain.line import DutyRow, MatterRow
from breachkit.domain.within import parse_span
from breachkit.errors import UnknownNameError
from breachkit.overview import Whose


@dataclass(frozen=True, slots=True)
class Agenda:
    """Appointments at one moment, in one state of the register."""

    appointments: tuple[Appointment, ...]
    seen_at: datetime
    revision: int
    """The number of the register's last entry: it only rises."""

    def ics(self) -> bytes:
        """Return an iCalendar file."""
        from breachkit.adapters.ics import to_calendar

        return to_calendar(self.appointments, now=self.seen_at, revision=self.revision)


def agenda_of(kit: Workplace, incident: str | None, *, side: Whose, names: bool) -> Agenda:
    """Return the agenda of all incidents or of one; UnknownNameError where there is none such."""
    store, rules, now = kit.store, kit.rules, kit.desk.now()
    with store.snapshot():
        matters = [row for row in store.matters() if row.state != "workspace"]
        wanted = [row for row in matters if incident in {None, row.matter}]
        if incident and not wanted:
            raise UnknownNameError(f"no incident {incident}", hint="breachkit incident list --all")
        rows: list[DutyRow] = [duty for row in wanted for duty in store.duties(row.matter)]
        revision = store.head().seq
    spans = read_settings(kit.folder).due_soon.alarms
    terms = Terms(
        now=now.astimezone(UTC),
        key=store.key(),
        reminders=[parse_span(span) for span in spans],
        public=frozenset(one.id for one in rules.instruments.values() if not one.scopes),
        names=_names(kit, wanted) if names else None,
    )
    ended = frozenset(row.matter for row in wanted if row.state != "open")
    return Agenda(agenda(rows, terms, side=side, ended=ended), now, revision)


def _names(kit: Workplace, matters: list[MatterRow]) -> Mapping[str, str]:
    """Return what each incident is called, and each partner."""
    partners = {key: partner.name for key, partner in kit.rules.partners.items()}
    return {**partners, **{row.matter: row.title for row in matters}}
