"""`notice record-delivery`: whether it was in time, whose clock it started, and what is missing."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli import version as shown
from breachkit.cli.base import Session, command, receipt
from breachkit.cli.clock import partner_clock
from breachkit.cli.facts import item, stated
from breachkit.cli.outcome import name_of
from breachkit.cli.output import Answer, both, harmless

if TYPE_CHECKING:
    from breachkit.casework.gate import Passed
    from breachkit.casework.proof import Imported
    from breachkit.domain.matter import Version


def recorded(session: Session, name: str, passed: "Passed", said: Mapping[str, Any]) -> Answer:
    """Return what a delivery changed."""
    data = {
        **shown.passed_data(session, name, passed),
        "outside_gate": list(passed.outside),
    }
    ids = ", ".join(one.id for one in passed.versions)
    if not passed.new:
        return Answer(data, [f"{ids}: this delivery is recorded already; nothing was written"])
    lines = [_first(session, ids, passed), *_doubts(session, passed)]
    for version in passed.versions:
        lines += _lines(session, passed, version)
    return Answer(data, lines, receipt(session, *_next(passed, name, said)))


def check_said(name: str | None, said: Mapping[str, Any]) -> None:
    """Refuse a delivery of which nobody said what, how or when."""
    for what, value in (
        ("argument 'NAME'", name),
        ("option '--channel'", said["channel"]),
        ("option '--at'", said["at"]),
    ):
        if not value:
            raise click.UsageError(f"Missing {what}.", click.get_current_context())


def imported(session: Session, done: "Imported") -> Answer:
    """Return what a file of proof changed."""
    new = [one for passed in done.passed if passed.new for one in passed.versions]
    data = {
        "recorded": [one.id for one in new],
        "reached": done.reached,
        "closed": list(done.closed),
    }
    lines = [harmless(f"recorded: {one.id}") for one in new]
    known = len(done.passed) - sum(passed.new for passed in done.passed)
    lines += [f"{known} recorded already"] if known else []
    for batch, count in done.reached.items():
        more = "; nobody is left unreached" if batch in done.closed else ""
        lines += [f"{batch}: {count} reached another way{more}"]
    return Answer(data, lines, receipt(session, command("status")))


def _first(session: Session, ids: str, passed: "Passed") -> str:
    left = _last(passed)
    at = stated(left.at, session.kit.zone)
    return harmless(f"recorded: {ids} left by {left.channel} at {at}")


def _doubts(session: Session, passed: "Passed") -> Iterator[str]:
    """Yield what whoever records it would want to know at once."""
    for why in passed.outside:
        yield from item("OUTSIDE", f"the gate: {why}")
    at, drafted, zone = _last(passed).at, passed.versions[-1].at, session.kit.zone
    said = stated(at, zone)
    if at.latest.strftime("%Y-%m-%dT%H:%M:59Z") < drafted[:20]:
        yield from item("note", f"{said} lies before the text was drafted, {both(drafted, zone)}")
    if at.earliest > passed.seen_at:
        yield from item("note", f"{said} lies in the future")


def _lines(session: Session, passed: "Passed", version: "Version") -> Iterator[str]:
    """Yield the duties by how they stand now, and the clock that the delivery started."""
    found: dict[str, list[str]] = {}
    for duty in map(passed.duty, version.drafted.discharges):
        if duty is not None and duty.owed is not False:
            more = "; supplement owed" if duty.content.value == "supplement owed" else ""
            still = f"; open: {', '.join(duty.open_filings)}" if duty.open_filings else ""
            more = still + more
            found.setdefault(f"{duty.told.value}{more}", []).append(name_of(duty))
    for told, names in found.items():
        yield from item("duty", f"{version.drafted.scope}, {told}: {'; '.join(names)}")
    if version.drafted.addressee == "partner":
        yield from partner_clock(session, passed, version.drafted.scope)


def _next(passed: "Passed", name: str, said: Mapping[str, Any]) -> Iterator[str]:
    """Yield the number that confirms a filing, the review of what had none, or what is due next."""
    filed = any(one.drafted.addressee in {"authority", "regulator"} for one in passed.versions)
    if filed and not said["reference"]:
        same = command("notice", "record-delivery", name, "--channel", said["channel"])
        to = f" --authority {said['authority']}" if said.get("authority") else ""
        yield f"{same} --at {_last(passed).at.at} --reference FILE-NUMBER{to}"
    if passed.outside and not all(one.cleared for one in passed.versions):
        read = name if len(passed.versions) > 1 else passed.versions[0].id
        yield f"{command('notice', 'review', read)} --as LAWYER"
    from breachkit.casework.filings import next_filing

    still = (duty for one in passed.versions for duty in map(passed.duty, one.drafted.discharges))
    for duty in still:
        if duty is not None and duty.open_filings and said["reference"]:
            yield next_filing(duty, passed.versions)[1]
    yield command("status", passed.id)


def _last(passed: "Passed") -> Any:
    return passed.versions[-1].deliveries[-1].entry
