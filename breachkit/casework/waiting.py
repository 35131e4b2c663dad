"""What a duty or a notice waits for, and the command that comes next."""

from collections.abc import Collection
from shlex import quote

from breachkit.casework.alarms import sending_step
from breachkit.casework.filings import next_filing
from breachkit.casework.picture import Picture
from breachkit.casework.wishes import laws_met, way_of
from breachkit.domain.approval import candidate_of, is_released, state_of
from breachkit.domain.competence import filer_of
from breachkit.domain.dispatch import PEOPLE
from breachkit.domain.duty import Duty
from breachkit.domain.entry import DeliveryRecorded
from breachkit.domain.filing import Filer
from breachkit.domain.matter import Matter, Version
from breachkit.domain.obligation import Addressee, Bearer
from breachkit.domain.scope import OWN
from breachkit.domain.telling import Content, Told

_MAILED = frozenset({"partner", *PEOPLE})
"""Addressees who are told by mail; authorities have portals."""

Step = tuple[str, str]
"""What is waited for, in words, and the command; either may be empty."""


def next_step(picture: Picture, duty: Duty, cleared: Collection[str] = ()) -> Step:
    """Return what a duty waits for, and the command that comes next.

    `cleared` are the digests of templates that counsel has cleared beforehand.
    """
    waits, command = _step(picture, duty, cleared)
    outside = [one.drafted.notice for one in _delivered(picture, duty) if left_outside(one)]
    if outside:
        waits = "; ".join([*([waits] if waits else []), f"{outside[-1]} left outside the gate"])
    return waits, command


def _step(picture: Picture, duty: Duty, cleared: Collection[str]) -> Step:
    supplement = duty.content is Content.SUPPLEMENT
    if duty.owed is False or not (duty.running or supplement):
        return "", ""
    if is_theirs(duty) and duty.told is Told.WAITING and not _is_filed_by_us(picture, duty):
        return _their_step(picture, duty)
    if not duty.law.by_notice:
        return _cooperation(picture, duty) if duty.told is Told.WAITING else ("", "")
    if duty.told is Told.UNCONFIRMED:
        delivered = _delivered(picture, duty)
        if duty.law.addressee is Addressee.PARTNER or _in_flight(delivered):
            return sending_step(picture.matter, delivered[-1]) or ("", "")
        return next_filing(duty, delivered)
    version = last_version(picture, duty)
    if version is not None:
        return version_step(picture, version, cleared)
    if supplement and duty.gaps and _has_left(picture, duty):
        return "what is still open", f"breachkit incident check {picture.id}"
    return "a draft", _draft(picture, duty)


def version_step(picture: Picture, version: Version, cleared: Collection[str] = ()) -> Step:
    """Return what a version that has not left waits for; a set is named as one."""
    if step := sending_step(picture.matter, version):
        return step
    together = _together(picture.matter, version)
    name, digest = named(picture, version)
    drafted = version.drafted
    candidates = [candidate_of(picture.matter, one) for one in together]
    states = {state_of(one, cleared) for one in candidates}
    scope = "" if len(together) > 1 else f" --scope {drafted.scope}"
    draft = f"breachkit notice draft {picture.id} --to {drafted.reader.replace('_', '-')}{scope}"
    if any(one.contradicted and not is_released(one) for one in candidates):
        return f"a new draft of {name}: the facts contradict it", draft
    if "returned" in states:
        return f"a new draft of {name}: legal returned it", draft
    if "drafted" in states:
        review = f"breachkit notice review {name} --digest {digest[:8]} --as LAWYER"
        return f"legal review of {name}", review
    if "reviewed" in states:
        approve = f"breachkit notice approve {name} --confirm {digest[:8]} --as APPROVER"
        return f"release of {name}", approve
    ways, channel = _prescribed(picture, together)
    if picture.sends and channel == "CHANNEL" and drafted.addressee in _MAILED:
        return f"delivery of {name}{ways}", f"breachkit notice send {name}"
    record = f"breachkit notice record-delivery {name} --channel {channel} --at TIME"
    return f"delivery of {name}{ways}", record


def _in_flight(delivered: list[Version]) -> bool:
    """Tell whether what left last left by the outbox, and to people, so that no number is waited for."""
    last = delivered[-1] if delivered else None
    return last is not None and bool(last.sendings) and last.drafted.addressee in _MAILED


def _prescribed(picture: Picture, together: list[Version]) -> tuple[str, str]:
    """Return how a notice is to be sent, and its channel as a shell takes it; for a set nothing is."""
    if len(together) > 1:
        return "", "CHANNEL"
    laws = [law for law in laws_met(picture, [together[0].drafted]) if way_of(law)]
    ways = dict.fromkeys(map(way_of, laws))
    channels = {law.channel for law in laws if law.channel}
    channel = quote(channels.pop()) if len(channels) == 1 else "CHANNEL"
    return f" ({'; '.join(ways)})" if ways else "", channel


def named(picture: Picture, version: Version) -> tuple[str, str]:
    """Return the name and digest to act on: the set's while all of it stands alike, else the notice's."""
    if len(_together(picture.matter, version)) > 1:
        return version.set_id or "", version.set_digest or ""
    return version.drafted.notice, version.drafted.digest


def _together(matter: Matter, version: Version) -> list[Version]:
    """Return the versions that one step can take on together: a set of which nothing is ahead."""
    whole = matter.sets.get(version.set_id or "", [version])
    stands = {
        (one is matter.notices[one.drafted.notice][-1], bool(one.approval), bool(one.deliveries))
        for one in whole
    }
    alike = len(stands) == 1 and whole[0] is matter.notices[whole[0].drafted.notice][-1]
    return whole if alike else [version]


def last_version(picture: Picture, duty: Duty) -> Version | None:
    """Return the newest notice that would meet a duty and has not been delivered."""
    found = [
        version
        for version in picture.matter.current()
        if duty.id in version.drafted.discharges and not version.deliveries
    ]
    return found[-1] if found else None


def left_outside(version: Version) -> bool:
    """Tell whether a version left without a release that held at that time."""
    return any(
        isinstance(one.entry, DeliveryRecorded) and one.entry.outside_gate
        for one in version.deliveries
    )


def is_theirs(duty: Duty) -> bool:
    """Tell whether the scope's controller owes a duty, and is not us, though it may not be settled yet."""
    if duty.law.owed_by is Bearer.PROCESSOR or duty.scope == OWN:
        return False
    return duty.law.owed_by is not Bearer.CONTROLLER or duty.capacity != "controller"


def risk_command(picture: Picture, duty: Duty) -> str:
    """Return the command that records whether a high risk to people is likely."""
    decide = f"breachkit decision record {picture.id} --scope {duty.scope}"
    return f"{decide} --risk-people high --reason TEXT"


def assess_command(incident: str, scope: str) -> str:
    """Return the command that shows what speaks for and against a risk in a scope."""
    return f"breachkit risk assess {incident} --scope {scope}"


def _their_step(picture: Picture, duty: Duty) -> Step:
    if duty.owed is None and duty.questions == ("risk.people",):
        return "their risk decision", risk_command(picture, duty)
    if duty.deadline.start is None:
        return "starts when told", ""
    return "the partner's own filing", ""


def _is_filed_by_us(picture: Picture, duty: Duty) -> bool:
    """Tell whether we file for the partner, at its recorded request and instruction."""
    view = picture.view(duty.scope)
    to_authority = duty.law.addressee is Addressee.AUTHORITY
    return to_authority and view is not None and filer_of(view) is Filer.FOR_THEM


def _cooperation(picture: Picture, duty: Duty) -> Step:
    if duty.deadline.start is None:
        return "", ""
    if duty.law.addressee is not Addressee.PARTNER:
        return "what is done, not said", ""
    record = f"breachkit contact record {picture.id} --scope {duty.scope} --said TEXT"
    return "what the partner asked for", record


def _draft(picture: Picture, duty: Duty) -> str:
    to = duty.law.reader
    command = f"breachkit notice draft {picture.id} --to {to.replace('_', '-')}"
    drafted = {
        versions[-1].drafted.scope
        for versions in picture.matter.notices.values()
        if versions[-1].drafted.reader == to
    }
    # The first notices to several partners are drafted as one set.
    together = to == "partner" and not drafted and len(picture.views) > 1
    return command if together else f"{command} --scope {duty.scope}"


def _has_left(picture: Picture, duty: Duty) -> bool:
    return bool(_delivered(picture, duty))


def _delivered(picture: Picture, duty: Duty) -> list[Version]:
    return [
        version
        for versions in picture.matter.notices.values()
        for version in versions
        if version.deliveries and duty.id in version.drafted.discharges
    ]
