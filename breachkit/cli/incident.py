"""`breachkit incident`: open, amend, show, check, merge, close and list."""

from typing import TYPE_CHECKING, Any

import click

from breachkit.cli import gaps, outcome, record
from breachkit.cli.base import Session, noun, receipt, verb
from breachkit.cli.output import Answer, both, table
from breachkit.cli.statement import add_scope, facts_options, given, put, withdraw

if TYPE_CHECKING:
    from breachkit.domain.entry import Phase

incident_command = noun("incident", "Open, amend, show, check, merge, close and list incidents.")

_FLAGS = {
    "title": "title",
    "discovered_at": "timeline.discovered_at",
    "detected_at": "timeline.detected_at",
    "occurred_from": "timeline.occurred_from",
}
"""The flags of `open` that state a fact, and where."""

NOTICES = ("partner", "authority", "data-subjects", "regulator", "users", "public")
PHASES = ("initial", "supplementary", "final", "correction", "withdrawal")


@verb(
    incident_command,
    "open",
    act=True,
    example='breachkit incident open --title "Footage shown to strangers" \\\n'
    '      --discovered-at "02:10 Europe/Berlin" --partner acme\n'
    "  breachkit incident open alert.json --reference PD-4711",
)
@click.argument("file", required=False)
@click.option("--title", metavar="TEXT", help="What is seen, in one line.")
@click.option("--discovered-at", metavar="TIME", help="When we discovered it: the 48 hours.")
@click.option("--detected-at", metavar="TIME", help="When something was first noticed.")
@click.option("--occurred-from", metavar="TIME", help="When it began, as far as known.")
@click.option(
    "--partner", metavar="KEY", multiple=True, help="A partner that is affected, by key or name."
)
@facts_options
@click.option("--reference", metavar="TEXT", help="The alert's own id; it opens one incident only.")
@click.option("--reason", metavar="TEXT", help="Why a discovery counts from a later time.")
def open_(session: Session, file: str | None, **options: Any) -> Answer:
    """Open an incident from a JSON or TOML FILE, from standard input (-), or from flags alone.

    A flag comes before what the file says. The same reference twice gives the same incident.
    """
    reference, reason = options.pop("reference"), options.pop("reason")
    flags, partners = {name: options.pop(name) for name in _FLAGS}, options.pop("partner")
    facts = given(file, **options)
    for name, path in _FLAGS.items():
        if flags[name] is not None:
            put(facts, path, flags[name])
    for name in partners:
        add_scope(facts, _key_of(session, name))
    opened = session.kit.open_incident(facts, reference=reference, reason=reason)
    return outcome.opened(session, opened, facts, file)


def _key_of(session: Session, partner: str) -> str:
    """Return the key of a partner that is named instead."""
    listed = session.kit.rules.partners
    named = {one.name.casefold(): key for key, one in listed.items()}
    return partner if partner in listed else named.get(partner.casefold(), partner)


@verb(
    incident_command,
    "amend",
    act=True,
    example='breachkit incident amend 2026-0007 --set people="about 13000" --source "cloud team"',
)
@click.argument("incident")
@facts_options
@click.option("--unset", "unset", metavar="PATH", multiple=True, help="Take back what was said.")
@click.option("--from", "file", metavar="FILE", help="A form, JSON or TOML; - is standard input.")
@click.option("--correct", metavar="REASON", help="Why an instant that starts a clock moves.")
def amend(session: Session, incident: str, **options: Any) -> Answer:
    """State, change or withdraw facts of an INCIDENT.

    A VALUE is text; it is read as JSON where it is true, false or null or begins with [ or {.
    """
    unset, reason = options.pop("unset"), options.pop("correct")
    facts = given(options.pop("file"), **options)
    if unset:
        withdraw(facts, session.kit.incident(incident).matter, unset)
    amended = session.kit.amend(incident, facts, reason=reason)
    return outcome.amended(session, amended)


@verb(incident_command, "show", example="breachkit incident show 2026-0007 --sources")
@click.argument("incident")
@click.option("--at", metavar="TIME", help="As it was known then, under the law of that time.")
@click.option("--sources", is_flag=True, help="Who stated each fact, when, and how certain.")
def show(session: Session, incident: str, at: str | None, sources: bool) -> Answer:
    """Show what is known of an INCIDENT, and what is not known yet."""
    picture = session.kit.incident(incident, at=at)
    lines = record.lines(picture, session.kit.zone, sources=sources, at=at)
    return Answer(record.data(picture), lines, [f"next: breachkit incident check {picture.id}"])


@verb(incident_command, "check", example="breachkit incident check 2026-0007 --form > form.toml")
@click.argument("incident")
@click.option("--scope", "scopes", metavar="KEY", multiple=True, help="One scope only.")
@click.option(
    "--notice", type=click.Choice(NOTICES), multiple=True, help="What one kind of notice needs."
)
@click.option(
    "--phase",
    type=click.Choice(PHASES),
    help="What an authority's form asks in it; else as fits now.",
)
@click.option("--form", is_flag=True, help="The open questions alone, as TOML to fill in.")
def check(
    session: Session,
    incident: str,
    scopes: tuple[str, ...],
    notice: tuple[str, ...],
    phase: "Phase | None",
    form: bool,
) -> Answer:
    """Say for each duty of an INCIDENT what is met, not yet known, or missing."""
    addressees = [name.replace("-", "_") for name in notice or (["authority"] if phase else [])]
    picture = session.kit.incident(incident)
    gaps.check_scopes(picture, scopes)
    if form:
        text = session.kit.form(incident, scopes=scopes, addressees=addressees)
        return Answer({"form": text}, [text.rstrip("\n")], gaps.form_notes(picture))
    return gaps.answer(session, picture, scopes, addressees, phase)


@verb(
    incident_command,
    "merge",
    act=True,
    example='breachkit incident merge 2026-0008 2026-0007 --reason "same outage"',
)
@click.argument("duplicate")
@click.argument("into")
@click.option("--reason", required=True, metavar="TEXT", help="Why they are the same.")
def merge(session: Session, duplicate: str, into: str, reason: str) -> Answer:
    """Join DUPLICATE to INTO: its facts fill what the other does not state."""
    joined = session.kit.merge(duplicate, into, reason=reason)
    return outcome.merged(session, duplicate, joined)


@verb(
    incident_command,
    "close",
    act=True,
    example='breachkit incident close 2026-0007 --reason "final notices acknowledged"',
)
@click.argument("incident")
@click.option("--reason", required=True, metavar="TEXT", help="Why nothing more is to be done.")
@click.option(
    "--despite-open-duties", "despite", is_flag=True, help="Although duties of ours are open."
)
def close(session: Session, incident: str, reason: str, despite: bool) -> Answer:
    """Close an INCIDENT on which nothing more is to be done; an amendment opens it again."""
    picture = session.kit.close_incident(incident, reason=reason, despite_duties=despite)
    data = {"incident": picture.id, "state": "closed", "head": str(session.kit.head())}
    return Answer(data, [f"closed {picture.id}: {picture.title}"], receipt(session))


@verb(incident_command, "list", example="breachkit incident list --all")
@click.option("--all", "everything", is_flag=True, help="Closed and merged ones too.")
def list_(session: Session, everything: bool) -> Answer:
    """List the open incidents."""
    rows = session.kit.incidents(None if everything else "open")
    zone = session.kit.zone
    cells = [
        [row.matter, row.state, both(row.opened_at, zone), row.facts, row.reference, row.title]
        for row in rows
    ]
    head = ["id", "state", "opened", "facts", "reference", "title"]
    names = ("incident", "state", "opened_at", "facts", "reference", "title")
    data = [
        dict(zip(names, [row[0], row[1], one.opened_at, *row[3:]], strict=True))
        for row, one in zip(cells, rows, strict=True)
    ]
    notes = [] if cells else ["No open incidents.", "next: breachkit incident open --title TEXT"]
    return Answer(data, table(cells, head) if cells else [], notes)
