"""Playbooks through the library: the steps by which a breach is worked, and how far an incident has come."""

from typing import TYPE_CHECKING

from breachkit.app.workplace import Workplace
from breachkit.errors import UnknownNameError

if TYPE_CHECKING:
    from breachkit.domain.playbook import Marked, Playbook


class Playbooks(Workplace):
    """How a breach is worked: nothing here writes."""

    def playbooks(self) -> "dict[str, tuple[Playbook, str]]":
        """Return the playbooks by id, each with where it lies: `shipped`, or its file in the workspace."""
        from breachkit.adapters.playbooks import load

        root = self.folder.root
        return {
            name: (one, str(path.relative_to(root)) if path.is_relative_to(root) else "shipped")
            for name, (one, path) in load(self.folder.playbook_folders()).items()
        }

    def playbook(self, name: str) -> "Playbook":
        """Return a playbook by its id; UnknownNameError names the nearest, or how to list them."""
        import difflib

        known = self.playbooks()
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"breachkit playbook show {near[0]}" if near else "breachkit playbook list"
            raise UnknownNameError(f"no playbook {name!r}", hint=hint)
        return known[name][0]

    def progress(self, name: str, incident: str) -> "tuple[Playbook, tuple[Marked, ...]]":
        """Return a playbook with how each of its steps stands in an incident."""
        from breachkit.casework.progress import progress_of

        playbook, picture = self.playbook(name), self.incident(incident)
        others = any(row.matter != incident for row in self.incidents())
        cleared = self.rules.counsel_cleared
        return playbook, progress_of(playbook, picture, cleared, others)
