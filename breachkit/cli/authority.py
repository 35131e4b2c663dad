"""`breachkit authority`: the supervisory authorities, and which one takes the filing of an incident."""

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from breachkit.cli.base import Session, command, noun, verb
from breachkit.cli.facts import item
from breachkit.cli.filing import competence_data, competence_lines, entry_data
from breachkit.cli.output import Answer, table
from breachkit.errors import UnknownNameError

if TYPE_CHECKING:
    from breachkit.domain.authority import Authority

authority_command = noun("authority", "Show the supervisory authorities, and which is competent.")


@verb(authority_command, "list", example="breachkit authority list --country DE")
@click.option("--country", metavar="CC", help="Of one country, by its ISO code.")
def list_(session: Session, country: str | None) -> Answer:
    """List the authorities: languages, channels, and how well each is known."""
    found = list(session.kit.rules.authorities.values())
    if country:
        found = _of_country(found, country)
    lines = table([_row(one) for one in found], ["code", "languages", "channels", "known", "name"])
    return Answer([entry_data(one) for one in found], lines, [_not_checked()])


@verb(authority_command, "show", example="breachkit authority show BE")
@click.argument("code")
def show(session: Session, code: str) -> Answer:
    """Show an authority by its CODE, such as FR or DE-BY, with its limits and what was checked."""
    from breachkit.domain.countries import COUNTRIES

    known = session.kit.rules.authorities
    found = known.get(code.upper()) or known.get({"EL": "GR", "UK": "GB"}.get(code.upper(), ""))
    if found is None:
        near = difflib.get_close_matches(code.upper(), known, n=1, cutoff=0.3)
        where = f" in {COUNTRIES[code.upper()]}" if code.upper() in COUNTRIES else ""
        hint = command("authority", "show", near[0]) if near else command("authority", "list")
        raise UnknownNameError(f"no authority {code!r}{where}", hint=hint)
    return Answer(entry_data(found), list(_whole(found)), [_not_checked()])


@verb(authority_command, "for", example="breachkit authority for 2026-0007 --scope acme")
@click.argument("incident")
@click.option("--scope", "scopes", metavar="SCOPE", multiple=True, help="One scope; else all.")
def for_(session: Session, incident: str, scopes: tuple[str, ...]) -> Answer:
    """Say who is competent for an INCIDENT, why, in which language and by which channel to file."""
    wanted = scopes or [view.scope for view in session.kit.incident(incident).views]
    found = [session.kit.competence(incident, scope) for scope in wanted]
    lines = [line for one in found for line in competence_lines(incident, one)]
    return Answer([competence_data(incident, one) for one in found], lines, [_not_checked()])


def _of_country(found: "Sequence[Authority]", country: str) -> "list[Authority]":
    """Return the authorities of a country; UnknownNameError for one that does not exist."""
    from breachkit.domain.countries import country_of, known_country, name_of

    try:
        wanted = country_of(known_country(country.upper()))
    except ValueError as error:
        raise UnknownNameError(str(error), hint=command("authority", "list")) from error
    mine = [one for one in found if one.country == wanted]
    if not mine:
        raise UnknownNameError(
            f"no authority of {name_of(wanted)} is listed",
            hint="add it in authorities.toml of the workspace",
        )
    return mine


def _row(one: "Authority") -> list[str]:
    from breachkit.domain.authority import channel_names

    languages = ", ".join(one.languages) or "not known"
    return [one.code, languages, channel_names(one.channels) or "-", one.standing.value, one.name]


def _whole(one: "Authority") -> Iterator[str]:
    from breachkit.cli.filing import authority_lines

    yield f"{one.code}: {one.name} [{one.standing.value}]"
    yield from authority_lines(one, one.languages)
    more = {"across borders": one.cross_border_languages, "from outside": one.outside_languages}
    for name, codes in more.items():
        if codes:
            yield from item(name, f"{_names(codes)} as well")
    yield from item("checked", one.checked)


def _names(codes: Sequence[str]) -> str:
    from breachkit.domain.authority import language_names

    return language_names(codes)


def _not_checked() -> str:
    """Return what ends every list of the shipped authorities."""
    from breachkit.adapters.authorities import as_of

    day = f"{as_of():%d %b %Y}".lstrip("0")
    return f"As of {day}; no page was opened on that day: check before you file."
