"""A workspace at hand: its register, the rules that count now, who acts, and any incident as it stands.

Nothing heavy is imported until a call needs it, so that `status` answers at once.
"""

import os
import time
from datetime import UTC, datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from breachkit.adapters.sqlite import SqliteStore
from breachkit.adapters.workspace import Folder, read_zone
from breachkit.domain.line import Head, MatterRow

if TYPE_CHECKING:
    from breachkit.casework.desk import Desk, Rules
    from breachkit.casework.picture import Picture
    from breachkit.casework.shown import Differs
    from breachkit.casework.upkeep import Finding
    from breachkit.domain.people import Actor
    from breachkit.ports import Clock
    from breachkit.register import Verification

_RELOAD_SECONDS = 1.0
"""How often a long-lived session looks whether law or settings were edited."""


class Workplace:
    """What every step needs, whatever it is about; the groups of steps stand on it."""

    def __init__(
        self, folder: Folder, *, clock: "Clock | None" = None, act_as: str | None = None
    ) -> None:
        self.folder = folder
        self._clock: Clock = clock or (lambda: datetime.now(UTC))
        self._act_as = act_as or os.environ.get("BREACHKIT_AS")
        self._desk: Desk | None = None
        self._looked = 0.0
        self._signature: object = None
        self.log_trouble = ""
        """Why the log cannot be written; the steps themselves are in the register all the same."""

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
        return read_zone(self.folder)

    @property
    def desk(self) -> "Desk":
        """Law, settings and register at hand; read anew when a file was edited."""
        if self._desk is None or time.monotonic() - self._looked > _RELOAD_SECONDS:
            self._looked = time.monotonic()
            signature = self.folder.signature()
            if self._desk is None or signature != self._signature:
                from breachkit.opening import open_desk

                self._desk = open_desk(self.folder, self.store, self._clock, self._note_log)
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

    def incident(self, incident: str, *, at: str | None = None) -> "Picture":
        """Return an incident as it stands, or as it was known at `at` under the law of that time."""
        return self.looked_up(incident, at=at)[1]

    def looked_up(self, incident: str, *, at: str | None = None) -> "tuple[Desk, Picture]":
        """Return an incident with the law, settings and forms under which it is seen."""
        from breachkit.casework.picture import look
        from breachkit.opening import desk_at, recording_time

        if at is None:
            return self.desk, look(self.desk, incident)
        until = recording_time(at, self.desk.now())
        then = desk_at(self.folder, self.desk, until)
        return then, look(then, incident, until=until)

    def incidents(self, state: str | None = "open") -> list[MatterRow]:
        """Return the incidents, all with None."""
        return [row for row in self.store.matters(state) if row.state != "workspace"]

    def head(self) -> Head:
        """Return the last link of the register, to be noted elsewhere."""
        return self.store.head()

    def verify(self, noted: str | None = None, progress: Any = None) -> "Verification":
        """Recompute the chain and every kept text; `noted` is a head written elsewhere, `SEQ:HASH`."""
        from breachkit.register import parse_head, verify_whole

        return verify_whole(self.store, parse_head(noted) if noted else None, progress=progress)

    def verify_shown(self, progress: Any = None) -> "tuple[Differs, ...]":
        """Compute anew what `status` shows, and return what differs; `progress` counts incidents."""
        from breachkit.casework.shown import differing
        from breachkit.opening import desk_at

        recorded = desk_at(self.folder, self.desk, self.head().at)
        return tuple(differing(self.desk, recorded.rules, progress))

    def rebuild_shown(self, progress: Any = None) -> int:
        """Make what `status` shows anew from the register; return of how many incidents.

        Raises NotTrustedError when the register itself does not fit its proof.
        """
        from breachkit.casework.shown import rebuild
        from breachkit.errors import NotTrustedError

        if faults := self.verify().faults:
            raise NotTrustedError(
                f"the register does not fit its proof in {len(faults)} places",
                hint="breachkit register verify",
            )
        return rebuild(self.desk, progress)

    def check_workspace(self) -> "tuple[Finding, ...]":
        """Return what would fail at night: files, countries, contacts, roles, ended agreements."""
        from breachkit.casework.upkeep import check_workspace, unreadable
        from breachkit.errors import WorkspaceError

        try:
            desk = self.desk
        except WorkspaceError as error:
            return (unreadable(error),)
        return check_workspace(desk)

    def _note_log(self, trouble: str) -> None:
        self.log_trouble = trouble
