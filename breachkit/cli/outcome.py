"""What a step has changed, in words: what happened, the clock, what does not fit, the next command."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from breachkit.cli.base import Session, command, receipt
from breachkit.cli.facts import item, shown
from breachkit.cli.output import Answer, both, left
from breachkit.domain.act import DOUBTFUL

if TYPE_CHECKING:
    from breachkit.casework.incidents import Amended, Opened
    from breachkit.casework.picture import Picture
    from breachkit.domain.crosscheck import Flag
    from breachkit.domain.duty import Duty
    from breachkit.domain.matter import Version

Stale = tuple["Version", list[str], list[str]]
"""A notice, the facts that contradict it, and those that it leaves open or prints less exactly."""

_NOTHING = "none"


def opened(session: Session, done: "Opened", facts: Mapping[str, Any], file: str | None) -> Answer:
    """Return what opening did: a new incident, or the one that the reference leads to."""
    picture = done.picture
    data = {**_opened_data(done, facts), "head": str(session.kit.head())}
    if not done.created:
        return Answer(data, *_known(session, done, facts, file))
    lines = [f"opened {picture.id}: {picture.title}", *clock_lines(picture, session.kit.zone)]
    lines += _flag_lines(picture.flags)
    return Answer(data, lines, receipt(session, *_first_steps(picture)))


def amended(session: Session, done: "Amended") -> Answer:
    """Return what an amendment changed: facts, deadlines, flags, and notices that no longer fit."""
    picture = done.picture
    stale = list(_stale(done))
    data = {**_changed_data(done), **_stale_data(stale), "head": str(session.kit.head())}
    if done.entry is None:
        return Answer(data, [f"{picture.id} says that already; nothing was written"])
    lines = [f"amended {picture.id}: {picture.title}", *changed_lines(done, session.kit.zone)]
    lines += [line for one in stale for line in _stale_lines(*one)]
    lines += _reopened_lines(picture)
    return Answer(data, lines, receipt(session, *_next_steps(picture, stale)))


def merged(session: Session, duplicate: str, done: "Amended") -> Answer:
    """Return what an incident took over from its duplicate, and the notices that no longer fit."""
    picture = done.picture
    stale = list(_stale(done, taken=True))
    data = {**_changed_data(done), **_stale_data(stale), "merged": duplicate}
    lines = [f"merged {duplicate} into {picture.id}: {picture.title}"]
    lines += changed_lines(done, session.kit.zone)
    lines += [line for one in stale for line in _stale_lines(*one)]
    lines += _reopened_lines(picture)
    notes = receipt(session, *_next_steps(picture, stale))
    return Answer({**data, "head": str(session.kit.head())}, lines, notes)


def due_of(duty: "Duty") -> str:
    """Return when a duty is due as UTC text; empty where nothing can be counted."""
    return duty.due_at.strftime("%Y-%m-%dT%H:%M:%SZ") if duty.due_at else ""


def clock_lines(picture: "Picture", zone: str) -> list[str]:
    """Return the soonest deadline of ours in the workspace's zone, in UTC and as time left."""
    duty = picture.next_duty
    if duty is None:
        return []
    limit = duty.deadline.limit
    span = f"the {limit}" if limit else "our target"
    scope = "partners not named yet" if duty.scope == "unnamed" else duty.scope
    now = picture.seen_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    due = f"{both(due_of(duty), zone)}, {left(due_of(duty), now)}"
    lines = item("clock", f"{span} of {name_of(duty)} ({scope}) end {due}")
    if duty.deadline.kind.value == "provisional":
        lines += item("", f"provisional: {duty.deadline.provisional_because}")
    if (known := duty.deadline.known.value) in DOUBTFUL:
        lines += item("", f"the provision is {known}")
    return lines


def name_of(duty: "Duty") -> str:
    """Return a duty's citation with its instrument."""
    return f"{duty.law.citation} {duty.law.instrument}"


def duty_data(duty: "Duty") -> dict[str, Any]:
    """Return a duty and its clock for machines."""
    return {
        "duty": duty.id,
        "citation": duty.law.citation,
        "instrument": duty.law.instrument,
        "standing": duty.law.standing.value,
        "addressee": duty.law.addressee.value,
        "scope": duty.scope,
        "side": duty.side.value,
        "owed": duty.owed,
        "due_at": due_of(duty) or None,
        "due_kind": duty.deadline.kind.value,
        "told": duty.told.value,
        "content": duty.content.value,
    }


def _opened_data(done: "Opened", facts: Mapping[str, Any]) -> dict[str, Any]:
    first = done.picture.next_duty
    return {
        "incident": done.id,
        "created": done.created,
        "reference": done.picture.matter.reference or None,
        "differs": _differs(done, facts),
        "flags": _flag_data(done.picture.flags),
        "next_duty": duty_data(first) if first else None,
    }


def _known(
    session: Session, done: "Opened", facts: Mapping[str, Any], file: str | None
) -> tuple[list[str], list[str]]:
    """Return the words for an alert that came before."""
    picture, zone = done.picture, session.kit.zone
    known = f"{picture.id} ({picture.matter.state}) has this alert's reference already"
    lines = [f"{known}: {picture.title}; nothing was written"]
    differs = _differs(done, facts)
    for one in differs:
        alert = shown(one["alert"], zone)
        lines += item("differs", f"{one['path']}: {shown(one['recorded'], zone)}; alert: {alert}")
    lines += clock_lines(picture, zone)
    if not differs:
        return lines, [f"next: {command('status', picture.id)}"]
    return lines, [f"next: {_taking_over(picture.id, differs, file)}"]


def _taking_over(incident: str, differs: list[dict[str, Any]], file: str | None) -> str:
    """Return the amendment that would take over what an alert says differently."""
    if file and file != "-":
        return command("incident", "amend", incident, "--from", file)
    plain = [one for one in differs if isinstance(one["alert"], str)]
    sets = [word for one in plain for word in ("--set", f"{one['path']}={one['alert']}")]
    return command("incident", "amend", incident, *(sets or ["--from", "FILE"]))


def _differs(done: "Opened", facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    from breachkit.domain.patch import fact_at

    recorded = done.picture.matter.facts
    return [
        {"path": path, "recorded": fact_at(recorded, path), "alert": fact_at(facts, path)}
        for path in done.waiting
    ]


def _first_steps(picture: "Picture") -> list[str]:
    check = command("incident", "check", picture.id)
    times = picture.matter.facts.get("timeline") or {}
    if "discovered_at" in times:
        return [check]
    amend = command("incident", "amend", picture.id, "--set")
    return [f'{amend} timeline.discovered_at="TIME ZONE"', check]


def _next_steps(picture: "Picture", stale: "list[Stale]") -> list[str]:
    for version, _, _ in stale:
        drafted = version.drafted
        if picture.view(drafted.scope):
            to = drafted.reader.replace("_", "-")
            return [command("notice", "draft", picture.id, "--to", to, "--scope", drafted.scope)]
    return [command("incident", "check", picture.id)]


def _stale_data(stale: "list[Stale]") -> dict[str, Any]:
    shown = [{"notice": one.id, "contradicted": bad, "supplement": new} for one, bad, new in stale]
    return {"notices": shown}


def _stale(done: "Amended", *, taken: bool = False) -> "Iterator[Stale]":
    """Yield the notices that no longer fit what was stated, or beside which they were taken over.

    A text that was drafted of other facts than those it stands beside now is compared as a whole.
    """
    from breachkit.domain.freshness import freshness

    matter = done.picture.matter
    touched = [path for path, _, _ in done.changed]
    touched += done.entry.unknown if done.entry else []
    for version in matter.current():
        found = freshness(version.drafted, matter.facts, matter.unknown)
        bad, new = list(found.contradicted), list(found.supplement)
        if not (taken and version.taken):
            bad, new = _among(bad, touched), _among(new, touched)
        if bad or new:
            yield version, bad, new


def _reopened_lines(picture: "Picture") -> list[str]:
    """Return the decisions not to notify that facts speak against, with what to do about each."""
    lines: list[str] = []
    for view in picture.views:
        for one in picture.reopened(view.scope):
            lines += item("reopened", f"{view.scope}: {one}")
            again = command("risk", "assess", picture.id, "--scope", view.scope)
            lines += item("", again)
    return lines


def _among(paths: Iterable[str], touched: list[str]) -> list[str]:
    """Return the paths at, above or below one that was touched."""
    from breachkit.domain.patch import covers

    return [
        path for path in paths if any(covers(one, path) or covers(path, one) for one in touched)
    ]


def _stale_lines(version: "Version", bad: list[str], new: list[str]) -> list[str]:
    said = [f"is contradicted by {', '.join(bad)}"] if bad else []
    said += [f"needs a supplement on {', '.join(new)}"] if new else []
    return item("notice", f"{version.id} ({version.state}) {' and '.join(said)}")


def changed_lines(done: "Amended", zone: str) -> list[str]:
    """Return facts before and after, what is not known yet, moved deadlines and new flags."""
    lines: list[str] = []
    for path, old, new in done.changed:
        before, now = shown(old, zone), shown(new, zone) if new is not None else "taken back"
        lines += item("fact", f"{path}: {before} → {now}")
    for path, why in (done.entry.unknown if done.entry else {}).items():
        lines += item("unknown", f"{path}: {unknown_text(why, zone)}")
    now = done.picture.seen_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for one in done.moved:
        before = both(one.before, zone) if one.before else _NOTHING
        duty = done.picture.duty(one.duty)
        how = f"told, now {duty.told.value}" if duty and duty.told_at else left(one.after, now)
        after = f"{both(one.after, zone)}, {how}" if one.after else _NOTHING
        lines += item("moved", f"{one.duty}: {before} → {after}")
    return lines + _flag_lines(done.flags)


def unknown_text(why: Mapping[str, Any] | None, zone: str) -> str:
    """Return why a fact is not known yet, and when it will follow."""
    if why is None:
        return "no longer stated as not yet known"
    follows = f"; follows by {shown(why['follows_by'], zone)}" if why.get("follows_by") else ""
    reason = shown(why["reason"], zone).rstrip(".")
    return f"not yet known: {reason}{follows}"


def _changed_data(done: "Amended") -> dict[str, Any]:
    return {
        "incident": done.picture.id,
        "changed": [
            {"path": path, "before": before, "after": after} for path, before, after in done.changed
        ],
        "unknown": done.entry.unknown if done.entry else {},
        "moved": [
            {"duty": one.duty, "before": one.before, "after": one.after} for one in done.moved
        ],
        "flags": _flag_data(done.flags),
    }


def _flag_lines(flags: "tuple[Flag, ...]") -> list[str]:
    return [line for flag in flags for line in item("flag", str(flag))]


def _flag_data(flags: "tuple[Flag, ...]") -> list[dict[str, str]]:
    return [{"path": one.path, "what": one.what, "citation": one.citation} for one in flags]
