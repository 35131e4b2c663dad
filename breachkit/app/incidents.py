"""Incidents through the library: opened, amended, merged, closed; what was said, and who was called."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachkit.app.workplace import Workplace

if TYPE_CHECKING:
    from breachkit.casework.incidents import Amended, Opened
    from breachkit.casework.picture import Picture
    from breachkit.casework.records import Call, Noted, Ruling
    from breachkit.domain.entry import Certainty
    from breachkit.domain.matrix import Row
    from breachkit.exchange import Exchanged


class Incidents(Workplace):
    """The steps that state what happened in the world."""

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

    def form(
        self, incident: str, *, scopes: Sequence[str] = (), addressees: Sequence[str] = ()
    ) -> str:
        """Return an incident's open questions as a TOML form, which `amend` reads back."""
        from breachkit.casework.forms import form

        return form(self.incident(incident), scopes, addressees)

    def merge(self, duplicate: str, into: str, *, reason: str) -> "Amended":
        """Join an incident to another that is the same."""
        from breachkit.casework.merging import merge_incidents

        return merge_incidents(self.desk, self.actor, duplicate, into, reason)

    def close_incident(
        self, incident: str, *, reason: str, despite_duties: bool = False
    ) -> "Picture":
        """Close an incident on which nothing more is to be done."""
        from breachkit.casework.incidents import close

        return close(self.desk, self.actor, incident, reason, despite_duties=despite_duties)

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

    def partner_table(self, incident: str | None = None) -> "tuple[Row, ...]":
        """Return the partner matrix of the workspace, or of an incident."""
        from breachkit.casework.matrix import table_of

        return table_of(self.desk, incident)
