"""What would fail at night: contacts nobody can reach, nobody able to approve, ended agreements."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from breachkit.casework.desk import Desk, Rules
from breachkit.domain.calendar import CalendarError, day_off
from breachkit.domain.countries import known_country, known_land
from breachkit.domain.people import Organisation, Partner, Role
from breachkit.domain.scope import OWN
from breachkit.domain.text import is_key
from breachkit.errors import TemplateError, WorkspaceError

VERIFIED_DAYS = 180
"""How long a contact counts as verified."""


@dataclass(frozen=True)
class Finding:
    """Something to put right before it is needed."""

    where: str
    what: str
    mend: str


def check_workspace(desk: Desk) -> tuple[Finding, ...]:
    """Return everything in the workspace that would fail when it is needed."""
    today = desk.now().date()
    return (
        *_people(desk.rules),
        *_organisation(desk.rules),
        *_law(desk.rules, today),
        *_templates(desk),
        *(
            finding
            for key, partner in desk.rules.partners.items()
            for finding in _partner(key, partner, today)
        ),
    )


def unreadable(error: WorkspaceError) -> Finding:
    """Return as a finding that a file of the workspace cannot be used at all."""
    where, _, what = str(error).partition(": ")
    return Finding(where, what or where, error.hint or "mend it")


def _countries(where: str, table: str, party: Organisation | Partner) -> Iterator[Finding]:
    """Yield the countries and the Land that do not exist, with the nearest code that does."""
    named = [("country", party.country)] if party.country else []
    lists = ("establishments", "sells_in")
    named += [
        (f"profile.{name}", code) for name in lists for code in getattr(party.profile, name) or ()
    ]
    checks = [(key, code, known_country) for key, code in named]
    checks += [("land", party.land, known_land)] if party.land else []
    for key, code, check in checks:
        try:
            check(code)
        except ValueError as error:
            yield Finding(where, f"{table}{key}: {error}", f"correct {code!r} in {where}")


def _law(rules: Rules, today: date) -> Iterator[Finding]:
    """Yield contracts that bind nobody who is known, and calendars by which nothing can be counted."""
    for law in rules.obligations:
        for key in law.scopes:
            if key not in rules.partners and key != OWN:
                yield Finding(
                    f"{law.qualified_id}",
                    f"it binds {key!r}, and there is no partners/{key}.toml",
                    f"write that file, or correct scopes in the file of {law.instrument}",
                )
        try:
            # A working day, so that the calendar itself is asked.
            day_off(today - timedelta(days=max(0, today.weekday() - 4)), law.calendar)
        except CalendarError as error:
            where = f"calendar of {law.qualified_id}"
            yield Finding(where, str(error), "name a country or a part of one, such as BR or DE-BY")


def _templates(desk: Desk) -> Iterator[Finding]:
    """Yield the workspace's own templates that no notice could be written with."""
    for name, _ in desk.rules.texts():
        folder, _, template = name.partition("/")
        if folder == "templates":
            try:
                desk.press.digest(template)
            except TemplateError as error:
                yield Finding(name, str(error), error.hint or f"correct {name}, or remove it")


def _people(rules: Rules) -> Iterator[Finding]:
    for role, what in (
        (Role.APPROVER, "nobody is able to release a notice"),
        (Role.LEGAL, "nobody is able to review a notice"),
    ):
        holders = [key for key, person in rules.people.items() if role in person.roles]
        if not holders:
            yield Finding("people.toml", what, f'list somebody with roles = ["{role.value}"]')
        elif role is Role.APPROVER and len(holders) == 1:
            yield Finding(
                "people.toml",
                f"only {holders[0]} is able to release, and not what they drafted themselves",
                "list a second approver",
            )


def _organisation(rules: Rules) -> Iterator[Finding]:
    if not rules.organisation.name:
        yield Finding("breachkit.toml", "our own name is missing", "[organisation] name")
    yield from _countries("breachkit.toml", "organisation.", rules.organisation)
    contact = rules.organisation.contact
    if contact is None or not contact.name or not (contact.email or contact.phone):
        yield Finding(
            "breachkit.toml",
            "no contact point for questions (Article 6.4(c))",
            "[organisation.contact] name, email, phone",
        )


def _partner(key: str, partner: Partner, today: date) -> Iterator[Finding]:
    where = f"partners/{key}.toml"
    if not is_key(key):
        name = "".join(char if is_key(char) else "-" for char in key.casefold()).strip("-_")
        yield Finding(
            where,
            f"{key!r} can be no scope's key, so that no incident can name this partner",
            f"rename the file, as in partners/{name[:40] or 'acme'}.toml",
        )
    yield from _countries(where, "", partner)
    if not any(point.phone for point in partner.contacts.values()):
        yield Finding(where, f"{partner.name} has no contact with a telephone", "add one")
    if not any(point.email for point in partner.contacts.values()):
        yield Finding(where, f"{partner.name} has no contact with an e-mail address", "add one")
    for name, point in partner.contacts.items():
        if point.verified_on is None:
            yield Finding(where, f"contact {name} was never verified", "call it, set verified_on")
        elif (today - point.verified_on).days > VERIFIED_DAYS:
            days = (today - point.verified_on).days
            yield Finding(where, f"contact {name} was verified {days} days ago", "call it again")
    if partner.agreement_ended and partner.data_still_held is not False:
        yield Finding(
            where,
            f"the agreement ended on {partner.agreement_ended}, and data are still held"
            if partner.data_still_held
            else f"the agreement ended on {partner.agreement_ended}: are data still held?",
            "return or delete them (Article 4.7), set data_still_held = false",
        )
    if partner.limit_hours and partner.limit_hours > 48 and not partner.limit_reason:
        yield Finding(
            where, f"limit_hours = {partner.limit_hours} has no limit_reason", "48 hours count"
        )
