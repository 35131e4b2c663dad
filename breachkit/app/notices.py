"""Notices through the library: drafted, read, reviewed, released, and recorded as delivered."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachkit.app.workplace import Workplace

if TYPE_CHECKING:
    from breachkit.adapters.recipients import Tick
    from breachkit.casework.binding import Bound
    from breachkit.casework.drafting import Draft
    from breachkit.casework.export import Format
    from breachkit.casework.gate import Passed
    from breachkit.casework.papers import Shown
    from breachkit.domain.approval import Release
    from breachkit.domain.entry import Phase


class Notices(Workplace):
    """The steps from the first draft to the record of what left."""

    def draft(
        self,
        incident: str,
        *,
        to: Sequence[str] = (),
        scopes: Sequence[str] = (),
        phase: "Phase | None" = None,
        language: str | None = None,
        reason: str = "",
    ) -> "tuple[Draft, ...]":
        """Render notices for review; all that fit where nothing is chosen.

        `to` names addressees, or the letter of a single filing such as `eu-cra-14-4-a`. `reason` is
        what a correction changes, or why a withdrawal is made, as the text says it.
        """
        from breachkit.casework.drafting import Order, draft

        order = Order(tuple(to), tuple(scopes), phase, language, reason)
        return draft(self.desk, self.actor, incident, order)

    def notice(self, name: str) -> "Shown":
        """Return a notice as it was drafted, with what became of it."""
        from breachkit.casework.papers import show

        return show(self.desk, name)

    def bind_recipients(
        self,
        notice: str,
        source: str,
        *,
        language: str = "",
        skip_bad: bool = False,
        dry_run: bool = False,
        rest: str | Path | None = None,
        tick: "Tick | None" = None,
    ) -> "Bound":
        """Bind a list of people to a drafted notice: CSV or JSON Lines, `-` for standard input.

        `language` is that of people of whom the list says none. Bad lines keep the list from being
        bound, unless they are skipped; `rest` is the file that they are written to.
        """
        from breachkit.adapters.recipients import RecipientFile, RestFile
        from breachkit.casework.binding import asked_of, bind

        asked = asked_of(self.desk, notice)
        step = partial(bind, language=language, skip_bad=skip_bad, dry_run=dry_run)
        with RecipientFile(source, asked.fields, tick) as listing:
            if rest is None:
                return step(self.desk, self.actor, asked, listing)
            with RestFile(Path(rest), listing.columns) as file:
                return step(self.desk, self.actor, asked, listing, aside=file.add)

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

    def callsheet(self, incident: str, scope: str) -> str:
        """Return what to say on the telephone to one partner, as text."""
        from breachkit.casework.papers import callsheet

        return callsheet(self.desk, incident, scope)

    def pack(self, name: str) -> str:
        """Return one HTML page for counsel: the notice, its gaps, facts, changes and digest."""
        from breachkit.casework.pack import pack

        return pack(self.desk, name)

    def export(self, name: str, form: "Format" = "edpb-json", *, scope: str | None = None) -> str:
        """Return an incident or a notice in the authorities' common template, complete or not."""
        from breachkit.casework.export import as_text, export

        return as_text(export(self.desk, name, self.looked_up, scope=scope), form)
