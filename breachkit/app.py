"""The library's facade: a workspace opened for work, with every step as one call.

Nothing heavy is imported until a call needs it, so that `status` answers at once.
"""

import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from breachkit.adapters.sqlite import SqliteStore
from breachkit.adapters.workspace import SETTINGS, Folder, find, lay_out, read_toml
from breachkit.domain.line import DutyRow, Head, MatterRow
from breachkit.overview import Overview, Status, overview_of

if TYPE_CHECKING:
    from breachkit.casework.desk import Desk, Rules
    from breachkit.casework.drafting import Draft
    from breachkit.casework.gate import Passed
    from breachkit.casework.incidents import Amended, Opened
    from breachkit.casework.papers import Shown
    from breachkit.casework.picture import Picture
    from breachkit.casework.records import Call, Noted, Ruling
    from breachkit.casework.upkeep import Finding
    from breachkit.domain.approval import Release
    from breachkit.domain.deadline import Step
    from breachkit.domain.duty import Duty
    from breachkit.domain.entry import Addressee, Certainty, Phase
    from breachkit.domain.matrix import Row
    from breachkit.domain.people import Actor
    from breachkit.exchange import Exchanged
    from breachkit.ports import Clock
    from breachkit.register import Verification

_RELOAD_SECONDS = 1.0
"""How often a long-lived session looks whether law or settings were edited."""


class Breachkit:
    """A workspace opened for work.

    Use it as a context manager. Every method raises an error below `BreachkitError`, and none prints.
    """

    def __init__(
        self, folder: Folder, *, clock: "Clock | None" = None, act_as: str | None = None
    ) -> None:
        self.folder = folder
        self._clock: Clock = clock or (lambda: datetime.now(UTC))
        self._act_as = act_as or os.environ.get("BREACHKIT_AS")
        self._desk: Desk | None = None
        self._looked = 0.0
        self._signature: object = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the register."""
        if "store" in self.__dict__:
            self.store.close()

    @cached_property
    def store(self) -> SqliteStore:
        """The register."""
        return SqliteStore.open(self.folder.register)

    @cached_property
    def zone(self) -> str:
        """The zone in which times are shown."""
        return str(read_toml(self.folder.root / SETTINGS).get("zone", "UTC"))

    @property
    def desk(self) -> "Desk":
        """Law, settings and register at hand; read anew when a file was edited."""
        if self._desk is None or time.monotonic() - self._looked > _RELOAD_SECONDS:
            self._looked = time.monotonic()
            signature = self.folder.signature()
            if self._desk is None or signature != self._signature:
                from breachkit.opening import open_desk

                self._desk = open_desk(self.folder, self.store, self._clock)
                self._signature = signature
        return self._desk

    @property
    def rules(self) -> "Rules":
        """The law and settings that count now."""
        return self.desk.rules

    @property
    def actor(self) -> "Actor":
        """Who acts: as named, else by `BREACHKIT_AS`, else by login."""
        from breachkit.opening import find_actor

        return find_actor(self.rules.people, self._act_as)

    # Looking

    def overview(
        self, limit: int | None = 20, *, told: Sequence[str] = (), incident: str | None = None
    ) -> Overview:
        """Return the soonest duties of all open incidents, or all of one, from columns alone."""
        return overview_of(
            self.store,
            limit=limit,
            told=told,
            now=self._clock(),
            zone=self.zone,
            law_digest=self.folder.digest(),
            incident=incident,
        )

    def status(self, incident: str) -> "Status":
        """Return an incident with its duties, the next one first."""
        return Status(self.incident(incident))

    def incident(self, incident: str, *, at: str | None = None) -> "Picture":
        """Return an incident as it stands, or as it was known at `at` under the law of that time."""
        from breachkit.casework.picture import look
        from breachkit.opening import desk_at, recording_time

        if at is None:
            return look(self.desk, incident)
        until = recording_time(at, self.desk.now())
        return look(desk_at(self.folder, self.desk, until), incident, until=until)

    def incidents(self, state: str | None = "open") -> list[MatterRow]:
        """Return the incidents, all with None."""
        return [row for row in self.store.matters(state) if row.state != "workspace"]

    def due_within(self, hours: float) -> list[DutyRow]:
        """Return our duties that are overdue or due within so many hours, the soonest first."""
        until = (self._clock() + timedelta(hours=hours)).astimezone(UTC)
        limit = until.strftime("%Y-%m-%dT%H:%M:%SZ")
        rows = self.store.overview(None, told=("waiting", "unconfirmed"))
        return [row for row in rows if row.side == "ours" and row.due_at and row.due_at <= limit]

    def find_duty(
        self, duty: str, incident: str | None = None, *, at: str | None = None
    ) -> tuple["Picture", "Duty"]:
        """Return a duty by its id, in the incident named or the only one that has it; also as it was."""
        from breachkit.casework.papers import find_duty

        return find_duty(self.desk, duty, incident, lambda matter: self.incident(matter, at=at))

    def explain(self, duty: str, incident: str | None = None) -> tuple["Step", ...]:
        """Return how a deadline came about, step by step."""
        from breachkit.domain.deadline import explain

        return explain(self.find_duty(duty, incident)[1].deadline, self.zone)

    def form(
        self, incident: str, *, scopes: Sequence[str] = (), addressees: Sequence[str] = ()
    ) -> str:
        """Return an incident's open questions as a TOML form, which `amend` reads back."""
        from breachkit.casework.forms import form

        return form(self.incident(incident), scopes, addressees)

    # Writing

    def open_incident(
        self,
        alert: Mapping[str, Any] | str | Path,
        *,
        reference: str | None = None,
        source: str | None = None,
        certainty: "Certainty | None" = None,
        reason: str | None = None,
    ) -> "Opened":
        """Open an incident from facts or from a JSON or TOML file; a reference makes it happen once."""
        from breachkit.casework.incidents import open_incident
        from breachkit.opening import read_statement

        read = read_statement(alert, said_source=source, certainty=certainty, reason=reason)
        return open_incident(
            self.desk, self.actor, read.statement, reference=reference or read.reference
        )

    def amend(
        self,
        incident: str,
        facts: Mapping[str, Any] | str | Path | None = None,
        *,
        unknown: Mapping[str, Any] | None = None,
        source: str | None = None,
        certainty: "Certainty | None" = None,
        reason: str | None = None,
    ) -> "Amended":
        """State, change or withdraw facts; `unknown` says by path what is not known yet, and why."""
        from breachkit.casework.incidents import amend
        from breachkit.opening import read_statement

        read = read_statement(
            facts or {}, unknown=unknown, said_source=source, certainty=certainty, reason=reason
        )
        return amend(self.desk, self.actor, incident, read.statement)

    def merge(self, duplicate: str, into: str, *, reason: str) -> "Amended":
        """Join an incident to another that is the same."""
        from breachkit.casework.incidents import merge_incidents

        return merge_incidents(self.desk, self.actor, duplicate, into, reason)

    def close_incident(
        self, incident: str, *, reason: str, despite_duties: bool = False
    ) -> "Picture":
        """Close an incident on which nothing more is to be done."""
        from breachkit.casework.incidents import close

        return close(self.desk, self.actor, incident, reason, despite_duties=despite_duties)

    def draft(
        self,
        incident: str,
        *,
        to: "Sequence[Addressee]" = (),
        scopes: Sequence[str] = (),
        phase: "Phase | None" = None,
        language: str | None = None,
    ) -> "tuple[Draft, ...]":
        """Render notices for review; all that fit where nothing is chosen."""
        from breachkit.casework.drafting import Order, draft

        order = Order(tuple(to), tuple(scopes), phase, language)
        return draft(self.desk, self.actor, incident, order)

    def notice(self, name: str) -> "Shown":
        """Return a notice as it was drafted, with what became of it."""
        from breachkit.casework.papers import show

        return show(self.desk, name)

    def review(self, name: str, **said: Any) -> "Passed":
        """Record what legal says of a notice or a set; see `casework.gate.review`."""
        from breachkit.casework.gate import review

        return review(self.desk, self.actor, name, **said)

    def approve(self, name: str, release: "Release", *, excepting: Sequence[str] = ()) -> "Passed":
        """Release a notice or a set by its digest."""
        from breachkit.casework.gate import approve

        return approve(self.desk, self.actor, name, release, excepting=excepting)

    def record_delivery(self, name: str, **said: Any) -> "Passed":
        """Record that a notice left by another way; see `casework.gate.record_delivery`."""
        from breachkit.casework.gate import record_delivery

        return record_delivery(self.desk, self.actor, name, **said)

    def record_contact(self, incident: str, call: "Call") -> "Noted":
        """Record a call or a question."""
        from breachkit.casework.records import record_contact

        return record_contact(self.desk, self.actor, incident, call)

    def record_decision(self, incident: str, ruling: "Ruling") -> "Noted":
        """Record a decision with its reasons."""
        from breachkit.casework.records import record_decision

        return record_decision(self.desk, self.actor, incident, ruling)

    def import_partners(self, source: str, incident: str | None = None) -> "Exchanged":
        """Take in the partner matrix from a CSV file or `-`; with an incident, what it says of that."""
        from breachkit.casework.matrix import record_table
        from breachkit.exchange import Exchanged, check_table, write_partners

        listed = check_table(self.desk, self.actor, source, incident)
        files = write_partners(self.folder, self.rules.partners, listed)
        if files:
            self._desk = None
        if incident is None:
            return Exchanged(files)
        said = f"partner matrix {Path(source).name}" if source != "-" else "partner matrix"
        return Exchanged(files, *record_table(self.desk, self.actor, incident, listed, said))

    # Papers and proof

    def partner_table(self, incident: str | None = None) -> "tuple[Row, ...]":
        """Return the partner matrix of the workspace, or of an incident."""
        from breachkit.casework.matrix import table_of

        return table_of(self.desk, incident)

    def callsheet(self, incident: str, scope: str) -> str:
        """Return what to say on the telephone to one partner, as text."""
        from breachkit.casework.papers import callsheet

        return callsheet(self.desk, incident, scope)

    def pack(self, name: str) -> str:
        """Return one HTML page for counsel: the notice, its gaps, facts, changes and digest."""
        from breachkit.casework.pack import pack

        return pack(self.desk, name)

    def head(self) -> Head:
        """Return the last link of the register, to be noted elsewhere."""
        return self.store.head()

    def verify(self, noted: str | None = None, progress: Any = None) -> "Verification":
        """Recompute the chain and every kept text; `noted` is a head written elsewhere, `SEQ:HASH`."""
        from breachkit.register import parse_head, verify_whole

        return verify_whole(self.store, parse_head(noted) if noted else None, progress=progress)

    def check_workspace(self) -> "tuple[Finding, ...]":
        """Return what would fail at night: contacts, roles, ended agreements."""
        from breachkit.casework.upkeep import check_workspace

        return check_workspace(self.desk)


def open_workspace(
    path: str | Path | None = None, *, clock: "Clock | None" = None, act_as: str | None = None
) -> Breachkit:
    """Open a workspace: the folder given, `BREACHKIT_WORKSPACE`, or the nearest one upwards.

    Raises MissingWorkspaceError where there is none.
    """
    return Breachkit(find(Path(path) if path else None), clock=clock, act_as=act_as)


def create_workspace(
    path: str | Path, *, zone: str = "UTC", organisation: str = "", group: str | None = None
) -> Breachkit:
    """Lay out a new workspace with an empty register, for its owner alone or for a group."""
    from breachkit.adapters.settings import check_new

    check_new(zone, organisation)
    mode = 0o660 if group else 0o600
    folder = lay_out(Path(path), zone=zone, organisation=organisation, mode=mode, group=group)
    SqliteStore.create(folder.register, mode, group).close()
    return Breachkit(folder)
