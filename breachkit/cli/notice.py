"""`breachkit notice`: from a draft and its recipients to what left, and the papers for counsel."""

from typing import Any

import click

from breachkit.cli import delivery, drafts, export, page, recipients, send
from breachkit.cli.base import Session, command, noun, verb
from breachkit.cli.output import Answer
from breachkit.errors import BadInputError

notice_command = noun("notice", "Draft, read, review, approve and record notices.")

READ = "An authority may one day read it."
"""Ends the help of every free text that is kept."""

EXCEPT = click.option(
    "--except", "excepting", metavar="SCOPE", multiple=True, help="Pull a scope out of the set."
)


@verb(
    notice_command,
    "draft",
    act=True,
    example="breachkit notice draft 2026-0007 --to partner\n"
    "  breachkit notice draft 2026-0007 --to partner --scope acme --phase supplementary",
)
@click.argument("incident")
@click.option(
    "--to",
    metavar="READER",
    multiple=True,
    help="partner, authority, data-subjects, or a single filing such as eu-cra-14-4-a;"
    " else everybody to whom a notice is owed.",
)
@click.option("--scope", "scopes", metavar="SCOPE", multiple=True, help="One scope; else all.")
@click.option(
    "--phase",
    type=click.Choice(["initial", "supplementary", "final", "correction", "withdrawal"]),
    help="Else initial, or supplementary or correction after a notice has left.",
)
@click.option("--language", metavar="CODE", help="Language of the text; en is what is shipped.")
@click.option(
    "--reason",
    metavar="TEXT",
    default="",
    help="What is new, what a correction changes, or why it is withdrawn; the text says it."
    " An initial notice takes none.",
)
def draft(session: Session, incident: str, to: tuple[str, ...], **options: Any) -> Answer:
    """Render the notices of an INCIDENT for review; what is not known is said so in words.

    Several notices to one kind of addressee become a set: reviewed once, released by one digest.
    """
    readers = ["data_subjects" if name == "data-subjects" else name for name in to]
    done = session.kit.draft(incident, to=readers, **options)
    return drafts.answer(session, incident, done)


@verb(notice_command, "list", example="breachkit notice list 2026-0007")
@click.argument("incident")
@click.option("--all", "everything", is_flag=True, help="Earlier versions too.")
def list_(session: Session, incident: str, everything: bool) -> Answer:
    """List the notices of an INCIDENT: where each stands, and what nobody may overlook."""
    return drafts.listed(session, session.kit.incident(incident), everything)


@verb(
    notice_command,
    "show",
    example="breachkit notice show 2026-0007-n1 --sources\n"
    "  breachkit notice show 2026-0007-s1 --html > notices.html",
)
@click.argument("name")
@click.option("--html", "as_html", is_flag=True, help="The text as an HTML page.")
@click.option("--sources", is_flag=True, help="For each paragraph what it meets, and who said it.")
@click.option("--digest", "only_digest", is_flag=True, help="The digest alone.")
def show(session: Session, name: str, **how: bool) -> Answer:
    """Show a notice, a version of it (2026-0007-n1.2) or a set (2026-0007-s1) as it was drafted."""
    return page.answer(session, session.kit.notice(name), **how)


@verb(
    notice_command,
    "review",
    act=True,
    example="breachkit notice review 2026-0007-n1 --digest 9f2c41d0 --as anna\n"
    "  breachkit notice review 2026-0007-n1 --reviewer anna --evidence 'mail of 03:10, ticket 81'",
)
@click.argument("name")
@click.option("--digest", metavar="DIGEST", help="The digest that was read, or its first 8.")
@click.option("--return", "returned", is_flag=True, help="The text has to change.")
@click.option("--paragraph", "paragraphs", metavar="ID", multiple=True, help="Which, as s2.3.")
@EXCEPT
@click.option("--reviewer", "on_behalf_of", metavar="NAME", help="Who read it, if not you.")
@click.option("--evidence", metavar="TEXT", help=f"Where the review can be found. {READ}")
def review(session: Session, name: str, returned: bool, **said: Any) -> Answer:
    """Record what legal says of a notice or a set: cleared, or returned with its paragraphs."""
    result = "returned" if returned else "cleared"
    passed = session.kit.review(name, result=result, **said)
    return drafts.reviewed(session, name, passed, result)


@verb(
    notice_command,
    "approve",
    act=True,
    example="breachkit notice approve 2026-0007-n1 --confirm 9f2c41d0 --as otto\n"
    "  breachkit notice approve 2026-0007-s1 --confirm 61c2aa07 --except acme --as otto",
)
@click.argument("name")
@click.option("--confirm", metavar="DIGEST8", help="The digest's first 8 characters, typed.")
@EXCEPT
@click.option("--without-review", metavar="TEXT", help=f"Whom you tried, why it can't wait. {READ}")
@click.option("--despite", metavar="TEXT", help=f"Why it leaves in spite of a flag. {READ}")
def approve(
    session: Session, name: str, confirm: str | None, excepting: tuple[str, ...], **said: str | None
) -> Answer:
    """Release a notice or a set by its digest; never by whoever drafted it.

    Without a review only an initial notice to a partner can be released; the review stays owed.
    """
    from breachkit.domain.approval import Release

    if not confirm:
        show = command("notice", "show", name)
        raise BadInputError("to release a text, type its digest: --confirm DIGEST8", hint=show)
    passed = session.kit.approve(name, Release(confirm, **said), excepting=excepting)
    return drafts.approved(session, name, passed)


send.attach(notice_command)


@verb(
    notice_command,
    "record-delivery",
    act=True,
    example="breachkit notice record-delivery 2026-0007-n1 --channel portal \\\n"
    '      --at "04:10 Europe/Berlin"\n'
    "  breachkit notice record-delivery --from letters.csv",
)
@click.argument("name", required=False)
@click.option("--channel", metavar="TEXT", help="As in portal, post, mail, fax.")
@click.option("--at", metavar="TIME", help="When it left; now is a time too.")
@click.option("--reference", metavar="TEXT", help="A file number: it confirms a filing.")
@click.option("--authority", metavar="CODE", help="With which, where several are competent.")
@click.option("--note", metavar="TEXT", help=f"Anything else. {READ}")
@click.option("--from", "file", metavar="FILE", help="Proof of many as CSV; - is stdin.")
@EXCEPT
def record_delivery(session: Session, name: str | None, file: str | None, **said: Any) -> Answer:
    """Record that a notice left by portal, post or another way; never refused.

    What left outside the gate is marked so. The same delivery is recorded once. A CSV file has the
    columns notice, channel, at, reference, authority, note; or batch, position, channel, at.
    """
    if file is not None:
        return delivery.imported(session, session.kit.import_deliveries(file))
    delivery.check_said(name, said)
    assert name is not None
    return delivery.recorded(session, name, session.kit.record_delivery(name, **said), said)


@verb(notice_command, "callsheet", example="breachkit notice callsheet 2026-0007 --scope acme")
@click.argument("incident")
@click.option("--scope", metavar="SCOPE", help="One partner.")
@click.option("--all", "everything", is_flag=True, help="Every partner, one sheet each.")
def callsheet(session: Session, incident: str, scope: str | None, everything: bool) -> Answer:
    """Print what to say to a partner on the telephone: numbers, five sentences, boxes."""
    known = [one.scope for one in session.kit.incident(incident).views if one.scope != "own"]
    if not (scope or everything) and len(known) != 1:
        hint = command("notice", "callsheet", incident, "--all")
        raise BadInputError(f"which partner? {incident} has {', '.join(known)}", hint=hint)
    wanted = [scope] if scope else known
    sheets = {one: session.kit.callsheet(incident, one) for one in wanted}
    record = f"{command('contact', 'record', incident, '--scope', wanted[0], '--told')} --said TEXT"
    return Answer(
        sheets, ["\n\f".join(sheets.values()).rstrip("\n")], [f"after the call: {record}"]
    )


@verb(notice_command, "pack", example="breachkit notice pack 2026-0007-s1 -o for-counsel.html")
@click.argument("name")
@click.option("-o", "--output", metavar="FILE", help="Else NAME-for-counsel.html; - is stdout.")
def pack(session: Session, name: str, output: str | None) -> Answer:
    """Write one HTML file for counsel: the notice, gaps, sources, changes, and how to answer."""
    return page.packed(session, name, session.kit.pack(name), output)


recipients.attach(notice_command)
export.attach(notice_command)
