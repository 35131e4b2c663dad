"""`notice recipients`: what is in a list, line by line, whether it is bound, and who is left out of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli import version as shown
from breachkit.cli.base import Session, command, receipt, verb
from breachkit.cli.facts import item
from breachkit.cli.output import Answer, harmless
from breachkit.cli.progress import following

if TYPE_CHECKING:
    from breachkit.casework.binding import Bound
    from breachkit.domain.listing import Report

_EXAMPLE = (
    "breachkit notice recipients 2026-0007-n2 people.csv --dry-run\n"
    "  breachkit notice recipients 2026-0007-n2 people.csv --skip-bad --rest by-post.csv"
)


def attach(group: click.Group) -> None:
    """Make `recipients` a verb of a noun."""

    @verb(group, "recipients", act=True, example=_EXAMPLE)
    @click.argument("name")
    @click.argument("file")
    @click.option("--language", metavar="CODE", default="", help="Of whom the list names none.")
    @click.option("--dry-run", is_flag=True, help="Only read and report; bind nothing.")
    @click.option("--skip-bad", is_flag=True, help="Bind the rest; the approver is told how many.")
    @click.option(
        "--rest",
        metavar="FILE",
        help="Where lines that cannot be bound are listed, for another channel;"
        " with --skip-bad else NAME-rest.csv.",
    )
    def recipients(session: Session, name: str, file: str, **how: Any) -> Answer:
        """Bind the people in FILE to a drafted notice, before its review; - is standard input.

        CSV with a first line (address, language, name, and the fields that the text prints), or JSON
        Lines with the same names. Exit status 2 when a line is bad: then nothing is bound.
        """
        if how["skip_bad"] and not how["dry_run"]:
            how["rest"] = how["rest"] or f"{name}-rest.csv"
        with following("recipients") as tick:
            bound = session.kit.bind_recipients(name, file, tick=tick, **how)
        return _answer(session, file, bound, how)


def _answer(session: Session, file: str, bound: "Bound", how: dict[str, Any]) -> Answer:
    report, drafted = bound.report, bound.version.drafted
    rest = how["rest"] if how["rest"] and report.bad else None
    data = {
        "notice": drafted.notice,
        "version": bound.version.id,
        "text_language": drafted.language,
        "bound": bound.is_bound,
        "new": bound.new,
        "addressees_digest": bound.digest,
        **report.as_data(),
        "rest": rest,
        "head": str(session.kit.head()),
    }
    lines = [_first(bound), *_people(bound), *_found(report)]
    if rest:
        lines += item("rest", f"{rest} lists them with whole addresses; delete it once it is used")
    failed = bool(report.bad and not how["skip_bad"])
    notes = _next(session, file, bound, how)
    return Answer(data, lines, notes, exit_status=2 if failed else 0)


def _first(bound: "Bound") -> str:
    count = f"{bound.report.taken:,} recipient{'' if bound.report.taken == 1 else 's'}"
    if not bound.is_bound:
        bad = bound.report.bad
        lines = f"{bad:,} line{'' if bad == 1 else 's'}" if bad else "no line"
        return f"nothing was bound: {count} can be, {lines} cannot"
    if not bound.new:
        return f"{bound.version.id} goes to these {count} already; nothing was written"
    return f"bound: {count} to {bound.version.id}"


def _people(bound: "Bound") -> Iterator[str]:
    """Yield the digest that a release covers, and who reads which language."""
    yield from item("list", f"digest {bound.digest[:8]}, {bound.report.lines:,} lines read")
    counted = bound.report.languages.most_common(8)
    shown = ", ".join(f"{code or 'not said'} {number:,}" for code, number in counted)
    yield from item("language", f"of the text {bound.version.drafted.language}; of people {shown}")


def _found(report: "Report") -> Iterator[str]:
    """Yield what was found by kind, and below it the first lines of each."""
    from breachkit.domain.listing import REMARKS, SHOWN

    for fault, number in sorted(report.counts.items(), key=lambda one: one[0] in REMARKS):
        yield from item("note" if fault in REMARKS else "BAD", f"{number:,} × {fault.value}")
        for one in (one for one in report.shown if one.fault is fault):
            value = f": {one.value}" if one.value else ""
            said = " ".join(filter(None, (one.column, one.reason)))
            yield harmless(f"    line {one.line}: {said}{value}")
        if number > SHOWN:
            yield f"    and {number - SHOWN:,} more"


def _next(session: Session, file: str, bound: "Bound", how: dict[str, Any]) -> list[str]:
    same = command("notice", "recipients", bound.version.drafted.notice, file)
    if bound.report.bad and not bound.is_bound:
        return [
            "Whoever is left out is not told: correct these lines first.",
            f"next: {same}",
            f"or leave them to another channel: {same} --skip-bad",
        ]
    if not bound.is_bound:
        return [f"next: {same}"]
    picture = session.kit.incident(bound.version.drafted.notice.rpartition("-")[0])
    waits, step = shown.waiting(session, picture, bound.version)
    return [*item("waits", f"for {waits}"), *receipt(session, step)]
