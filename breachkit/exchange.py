"""Tables taken in: read, checked whole, and only then written to files and the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from breachkit.adapters.matrix import read_table, write_partner
from breachkit.adapters.proofs import read_cells
from breachkit.adapters.workspace import PARTNERS, Folder
from breachkit.casework.desk import Desk
from breachkit.casework.incidents import Amended
from breachkit.casework.matrix import check_may_import
from breachkit.casework.proof import COLUMNS, ProofRow
from breachkit.casework.records import Noted
from breachkit.domain.matrix import Listed, read_rows
from breachkit.domain.people import Actor, Partner


@dataclass(frozen=True)
class Exchanged:
    """What a table changed."""

    files: tuple[Path, ...] = ()
    """Files of partners that were written."""
    amended: Amended | None = None
    """None where the table was not for an incident."""
    contacts: tuple[Noted, ...] = ()


def check_table(desk: Desk, actor: Actor, source: str, incident: str | None) -> tuple[Listed, ...]:
    """Return what a table says, all of it checked; nothing is written yet."""
    listed = read_rows(read_table(source), desk.rules.partners, desk.now())
    check_may_import(desk, actor, incident, listed)
    return listed


def write_partners(
    folder: Folder, partners: Mapping[str, Partner], listed: Sequence[Listed]
) -> tuple[Path, ...]:
    """Write what a table says anew of partners into their files; return the files."""
    changes = {one.key: one.changes(partners.get(one.key)) for one in listed}
    return tuple(
        write_partner(folder.root / PARTNERS, key, new) for key, new in changes.items() if new
    )


def read_proof(source: str | Path) -> tuple[tuple[ProofRow, ...], str]:
    """Return the lines of a CSV file of proof, and the file's name with its digest.

    Raises BadInputError for a column that is not known, as what it says would be lost.
    """
    raw, cells = read_cells(str(source), COLUMNS)
    name = Path(source).name if str(source) != "-" else "standard input"
    proof = f"{name}, SHA-256 {sha256(raw).hexdigest()}"
    return tuple(ProofRow(line, found) for line, found in cells), proof
