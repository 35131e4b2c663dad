"""Filings with authorities: who is competent for a scope, and what a filing still waits for."""

import shlex
from collections.abc import Sequence

from breachkit.casework.desk import Desk
from breachkit.casework.picture import Picture
from breachkit.domain.competence import find_competence
from breachkit.domain.duty import Duty
from breachkit.domain.entry import DeliveryRecorded
from breachkit.domain.filing import Competence
from breachkit.domain.matter import Version
from breachkit.errors import UnknownNameError


def competence_of(desk: Desk, picture: Picture, scope: str) -> Competence:
    """Return where the breach of one scope is filed; UnknownNameError for a scope there is none of."""
    view = picture.view(scope)
    if view is None:
        known = ", ".join(view.scope for view in picture.views)
        raise UnknownNameError(f"{picture.id} has no scope {scope}", hint=f"its scopes: {known}")
    return find_competence(view, desk.rules.authorities)


def next_filing(duty: Duty, delivered: Sequence[Version]) -> tuple[str, str]:
    """Return what a duty waits for once something was filed, and the command that records it.

    First the number of a filing that has none, then which authority one went to, then the next authority.
    """
    left = [
        (version, recorded.entry)
        for version in reversed(delivered)
        for recorded in reversed(version.deliveries)
    ]
    for version, entry in left:
        assert isinstance(entry, DeliveryRecorded)
        if not entry.reference and not _is_confirmed(entry, left):
            named = f" of {entry.authority}" if entry.authority else ""
            return (
                f"the file number{named or f' of {version.drafted.notice}'}",
                _recorded(version, entry, "FILE-NUMBER", entry.authority or _misnamed(duty, left)),
            )
    still = ", ".join(duty.open_filings)
    for version, entry in left:
        assert isinstance(entry, DeliveryRecorded)
        if entry.authority is None and still:
            known = _recorded(version, entry, entry.reference or "FILE-NUMBER", "CODE")
            return f"which authority {version.drafted.notice} went to: {still}", known
    if not left or not duty.open_filings:
        return "", ""
    first = duty.open_filings[0]
    record = f"breachkit notice record-delivery {left[0][0].id} --channel CHANNEL --at TIME"
    code = first if " " not in first else "CODE"
    return f"a filing with {still}", f"{record} --authority {code} --reference FILE-NUMBER"


def _misnamed(duty: Duty, left: Sequence[tuple[Version, object]]) -> str | None:
    """Return the authority to name where a number was recorded under one that is not competent."""
    named = any(isinstance(one, DeliveryRecorded) and one.authority for _, one in left)
    alone = len(duty.open_filings) == 1 and " " not in duty.open_filings[0]
    return duty.open_filings[0] if named and alone else None


def _is_confirmed(entry: DeliveryRecorded, left: Sequence[tuple[Version, object]]) -> bool:
    """Tell whether a later record of the same authority has its number."""
    others = (one for _, one in left if isinstance(one, DeliveryRecorded))
    return any(one.reference and one.authority == entry.authority for one in others)


def _recorded(
    version: Version, entry: DeliveryRecorded, reference: str, authority: str | None
) -> str:
    """Return the command that records the same delivery with what it lacked."""
    words = ["breachkit", "notice", "record-delivery", version.id, "--channel", entry.channel]
    words += ["--at", entry.at.at, "--reference", reference]
    return shlex.join([*words, *(["--authority", authority] if authority else [])])
