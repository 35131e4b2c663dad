"""Duties through the library: what is due, when, and how each deadline came about."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from breachkit.app.workplace import Workplace
from breachkit.domain.line import PENDING, DutyRow
from breachkit.overview import Overview, Status, Whose, due_by, overview_of, until_of

if TYPE_CHECKING:
    from breachkit.app.agenda import Agenda
    from breachkit.casework.picture import Picture
    from breachkit.casework.risk import Assessed
    from breachkit.domain.applicability import Applicability
    from breachkit.domain.duty import Duty
    from breachkit.domain.explain import Step
    from breachkit.domain.filing import Competence


class Duties(Workplace):
    """What the law makes of the incidents: nothing here writes."""

    def overview(
        self,
        limit: int | None = 20,
        *,
        told: Sequence[str] = (),
        incident: str | None = None,
        acts: bool = False,
    ) -> Overview:
        """Return the soonest duties of all open incidents, or all of one, from columns alone.

        With `acts` what there is to do in all open ones instead: each notice, call or decision once.
        """
        return overview_of(
            self.store,
            limit=limit,
            told=told,
            now=self._clock(),
            zone=self.zone,
            law_digest=self.folder.digest(),
            incident=incident,
            acts=acts,
        )

    def status(self, incident: str) -> "Status":
        """Return an incident with its duties, the next one first."""
        return Status(self.incident(incident))

    def due_within(self, within: timedelta | str, *, side: Whose = "ours") -> list[DutyRow]:
        """Return the open duties that are overdue or due within so long, the soonest first.

        `within` is a timedelta, or text such as `90m`, `6h`, `2d`; `side` is `ours`, `theirs`,
        `possible` or `all`. What has no date is not among them. For a job that runs every minute:

            for duty in kit.due_within("6h"):
                page(f"{duty.matter}: {duty.citation} by {duty.due_at}; {duty.command}")
        """
        until = until_of(self._clock(), within)
        return due_by(self.store.overview(None, told=tuple(PENDING)), until, side)

    def find_duty(
        self, duty: str, incident: str | None = None, *, at: str | None = None
    ) -> tuple["Picture", "Duty"]:
        """Return a duty by its id, in the incident named or the only one that has it; also as it was."""
        from breachkit.casework.papers import find_duty

        return find_duty(self.desk, duty, incident, lambda matter: self.incident(matter, at=at))

    def explain(self, duty: str, incident: str | None = None) -> tuple["Step", ...]:
        """Return how a deadline came about, step by step, with who stated what it is counted from."""
        from breachkit.casework.explaining import explain_duty

        return explain_duty(*self.find_duty(duty, incident), self.zone)

    def competence(self, incident: str, scope: str) -> "Competence":
        """Return which authorities are competent for a scope, and what is still to be asked."""
        from breachkit.casework.filings import competence_of

        return competence_of(self.desk, self.incident(incident), scope)

    def assess_risk(self, incident: str, *scopes: str) -> "Assessed":
        """Return both risk tests and the score for the scopes named, or for all."""
        from breachkit.casework.risk import assess_risk

        return assess_risk(self.desk, incident, scopes)

    def applicable(self, incident: str, scopes: Sequence[str] = ()) -> "tuple[Applicability, ...]":
        """Return for each obligation and scope whether it applies, may apply or does not, and why."""
        from breachkit.casework.lawful import applicable

        return applicable(self.desk, incident, scopes)

    def calendar(
        self, incident: str | None = None, *, side: Whose = "ours", names: bool = False
    ) -> "Agenda":
        """Return the dated duties of all incidents, or of one, as appointments of a calendar.

        Partners and titles are named only with `names`: calendars are shared. Written to a file:

            Path("deadlines.ics").write_bytes(kit.calendar().ics())
        """
        from breachkit.app.agenda import agenda_of

        return agenda_of(self, incident, side=side, names=names)
