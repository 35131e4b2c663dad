"""What a scope's view knows beside the facts: who its controller is before the law, what was filed."""

from typing import Any

from breachkit.casework.desk import Rules
from breachkit.domain.countries import is_country
from breachkit.domain.entry import DeliveryRecorded
from breachkit.domain.instant import stamp
from breachkit.domain.matter import Matter
from breachkit.domain.patch import Tree
from breachkit.domain.people import Profile
from breachkit.domain.scope import OWN
from breachkit.domain.trigger import sent_path


def profile_of(rules: Rules, scope: str) -> Tree:
    """Return what a scope's controller is before the law, as far as the workspace says it.

    Whoever has our products from a partner lives where they are made available, so our own list of
    countries stands for a partner without one.
    """
    ours = rules.organisation.profile
    partner = rules.partners.get(scope)
    profile = ours if scope == OWN else partner.profile if partner else Profile()
    stated: Tree = profile.model_dump(mode="json", exclude_none=True)
    if ours.sells_in is not None:
        stated.setdefault("sells_in", list(ours.sells_in))
    # A code that no country has may mean any: the list then settles nothing, least of all a no.
    lists = (name for name in ("establishments", "sells_in") if name in stated)
    unsure = {name for name in lists if not all(map(is_country, stated[name]))}
    return {name: value for name, value in stated.items() if name not in unsure}


def submitted(matter: Matter, scope: str) -> Tree:
    """Return when each obligation of a scope was first met by a notice, where clocks look for it.

    A filing without file number counts as well: the next stage is then due no later than it is.
    """
    first: dict[str, str] = {}
    for versions in matter.notices.values():
        for version in versions:
            if version.drafted.scope != scope or not version.deliveries:
                continue
            times = [
                one.entry.at
                for one in version.deliveries
                if isinstance(one.entry, DeliveryRecorded)
            ]
            at = min(stamp(time.earliest) for time in times)
            for duty in version.drafted.discharges:
                path = sent_path(duty.rpartition("@")[0])
                first[path] = min(at, first.get(path, at))
    return _tree(first)


def _tree(found: dict[str, str]) -> Tree:
    tree: Tree = {}
    for path, at in found.items():
        _, instrument, name = path.split(".")
        instant: Any = {
            "kind": "instant", "at": at, "zone": "UTC", "precision": "second", "estimated": False
        }  # fmt: skip
        tree.setdefault(instrument, {})[name] = instant
    return tree
