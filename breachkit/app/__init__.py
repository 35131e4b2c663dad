"""The library's facade: a workspace opened for work, with every step as one call.

The steps stand in groups, each in a file of its own; a new step goes where its object is.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from breachkit.adapters.sqlite import SqliteStore
from breachkit.adapters.workspace import find, lay_out
from breachkit.app.duties import Duties
from breachkit.app.incidents import Incidents
from breachkit.app.notices import Notices
from breachkit.app.outbox import Outgoing
from breachkit.app.playbooks import Playbooks

if TYPE_CHECKING:
    from breachkit.ports import Clock


class Breachkit(Duties, Incidents, Notices, Outgoing, Playbooks):
    """A workspace opened for work.

    Use it as a context manager. Every method raises an error below `BreachkitError`, and none prints.
    """


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
