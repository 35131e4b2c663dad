"""How far an incident has come in a playbook: what its entries say was done, as facts for conditions."""

from collections.abc import Iterable

from breachkit.casework.picture import UNNAMED, Picture
from breachkit.domain.approval import candidate_of, is_released, is_reviewed
from breachkit.domain.duty import Side
from breachkit.domain.entry import ContactRecorded
from breachkit.domain.matter import Version
from breachkit.domain.patch import Tree
from breachkit.domain.playbook import Marked, Playbook, mark_steps, record_view
from breachkit.domain.scope import OWN
from breachkit.domain.telling import Content


def progress_of(
    playbook: Playbook, picture: Picture, cleared: frozenset[str], others_open: bool
) -> tuple[Marked, ...]:
    """Return each step of a playbook as it stands in an incident.

    `cleared` are the digests of templates that counsel has cleared; `others_open` tells whether other
    incidents are open, with which this one might be the same.
    """
    record = {**_record(picture, cleared), "others_open": others_open}
    return mark_steps(playbook, record_view(picture.matter.facts, record))


def _record(picture: Picture, cleared: frozenset[str]) -> Tree:
    """Return what was done: each act as all, some or none of what it is to be done with."""
    matter = picture.matter
    partners = [view.scope for view in picture.views if view.scope not in {OWN, UNNAMED}]
    live = [one for one in matter.current() if not one.taken]
    own = [matter.decided(name, OWN) for name in ("risk-authority", "risk-people")]
    entries = [one.entry for one in matter.contacts]
    return {
        "state": matter.state,
        "joined": bool(matter.joined or matter.merged_into),
        "partners": bool(partners),
        "own": any(view.scope == OWN for view in picture.views),
        "told": _share(bool(matter.told.get(scope)) for scope in partners),
        "drafted": bool(live),
        "reviewed": _share(one.deliveries or _is_reviewed(picture, one, cleared) for one in live),
        "approved": _share(one.deliveries or _is_approved(picture, one) for one in live),
        "delivered": _share(bool(one.deliveries) for one in live),
        "asked": any(isinstance(one, ContactRecorded) and one.direction == "in" for one in entries),
        "own_decided": all(own),
        "ruled_out": "ruled_out" in (matter.facts.get("status") or {}).values(),
        "duties_open": any(
            duty.side is Side.OURS and (duty.running or duty.content is Content.SUPPLEMENT)
            for duty in picture.duties
            if duty.law.by_notice and duty.owed
        ),
    }


def _share(answers: Iterable[object]) -> str:
    found = [bool(answer) for answer in answers]
    if not any(found):
        return "none"
    return "all" if all(found) else "some"


def _is_reviewed(picture: Picture, version: Version, cleared: frozenset[str]) -> bool:
    return is_reviewed(candidate_of(picture.matter, version), cleared)


def _is_approved(picture: Picture, version: Version) -> bool:
    return is_released(candidate_of(picture.matter, version))
