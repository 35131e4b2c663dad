"""Where a notice to an authority is filed: with whom, in which language, by which channel, and by whom."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from breachkit.cli.base import Session, command
from breachkit.cli.facts import item
from breachkit.cli.output import harmless

if TYPE_CHECKING:
    from breachkit.domain.authority import Authority, Remark
    from breachkit.domain.filing import Competence, Filing


def competence_lines(incident: str, found: "Competence") -> Iterator[str]:
    """Yield who is competent for a scope and why, what to know, and what is still to be asked."""
    yield f"{incident} {found.scope}: {found.filer.value}"
    for one in found.filings:
        yield from _filing(one, found)
    if not found.filings:
        yield "  which authority is competent is not settled yet"
    for one in found.possible:
        yield from _filing(one, found, "possible: ")
    for remark in found.remarks:
        yield from item("note", _remark(remark))
    for question in found.questions:
        yield from item("question", question.text)
        yield f"    {_answer(incident, question.path, question.value)}"


def summary(session: Session, incident: str, scope: str) -> list[str]:
    """Return in short where the notice of a scope to its authority is filed, for beside the text."""
    found = session.kit.competence(incident, scope)
    lines = [*item("files", f"{scope}: {found.filer.value}")]
    for one in found.filings:
        lines += item("file with", _short(one, found))
    if found.questions:
        lines += item("open", found.questions[0].text)
    lines.append(f"where and how: {command('authority', 'for', incident, '--scope', scope)}")
    return [harmless(line) for line in lines]


def authority_lines(one: "Authority", languages: Sequence[str]) -> Iterator[str]:
    """Yield languages, channels, addresses, limits and remarks of an authority, each with its standing."""
    from breachkit.domain.authority import channel_names, language_names

    known = language_names(languages) or "not known"
    yield from item("file in", f"{known} [{(one.languages_standing or one.standing).value}]")
    if one.form_languages:
        yield from item("form in", language_names(one.form_languages))
    ways = channel_names(one.channels) or "none is known"
    yield from item("by", f"{ways} [{(one.channels_standing or one.standing).value}]")
    yield from _addresses(one)
    yield from _to_know(one)


def _addresses(one: "Authority") -> Iterator[str]:
    for name, value in (("at", one.url), ("website", one.website), ("telephone", one.phone)):
        if value:
            yield from item(name, value)
    if one.data_box:
        yield from item("data box", one.data_box)
    if one.email:
        yield from item("e-mail", f"{one.email} [{one.email_certainty}]")


def _to_know(one: "Authority") -> Iterator[str]:
    for limit in one.limits:
        note = f", {limit.note}" if limit.note else ""
        yield from item(
            "limit",
            f"{limit.what}: {limit.limit}{note} [{limit.standing.value}]; no clock runs on it",
        )
    for remark in one.remarks:
        yield from item("note", _remark(remark))


def competence_data(incident: str, found: "Competence") -> dict[str, Any]:
    """Return who is competent for a scope, for machines."""
    return {
        "incident": incident,
        "scope": found.scope,
        "filer": found.filer.name.lower(),
        "reach": found.reach.value,
        "filings": [_filing_data(one, found) for one in found.filings],
        "possible": [_filing_data(one, found) for one in found.possible],
        "remarks": [remark.model_dump(mode="json") for remark in found.remarks],
        "questions": [
            {"question": one.text, "command": _answer(incident, one.path, one.value)}
            for one in found.questions
        ],
    }


def entry_data(one: "Authority") -> dict[str, Any]:
    """Return an authority for machines."""
    return one.model_dump(mode="json", by_alias=True, exclude_none=True)


def _filing_data(one: "Filing", found: "Competence") -> dict[str, Any]:
    return {
        "place": one.place,
        "settled": one.sure,
        "why": one.why,
        "citation": one.citation,
        "standing": one.standing.value,
        "authorities": [
            {**entry_data(each), "file_in": list(each.accepts(found.reach))} for each in one.options
        ],
    }


def _filing(one: "Filing", found: "Competence", before: str = "") -> Iterator[str]:
    """Yield a filing: the authority in full where it is settled, else the codes of those it may be."""
    named = f"{one.label}: {one.options[0].name}" if one.sure else one.label
    yield f"  {before}{named}"
    yield from item("because", f"{one.why} ({one.citation}) [{one.standing.value}]")
    if one.sure:
        yield from authority_lines(one.options[0], one.options[0].accepts(found.reach))
    else:
        yield from item("one of", ", ".join(each.code for each in one.options))


def _short(one: "Filing", found: "Competence") -> str:
    from breachkit.domain.authority import channel_names, language_names

    first = one.options[0]
    standing = (first.languages_standing or first.standing).value
    language = (
        f"in {language_names(first.accepts(found.reach)) or 'a language not known'} [{standing}]"
    )
    if not one.sure:
        return f"{one.label}, {language}"
    ways = channel_names(first.channels) or "a channel not known"
    return f"{one.label} {first.name}, {language}, by {ways}"


def _remark(remark: "Remark") -> str:
    cited = f" ({remark.citation})" if remark.citation else ""
    return f"{remark.text}{cited} [{remark.standing.value}]"


def _answer(incident: str, path: str, value: str) -> str:
    return command("incident", "amend", incident, "--set", f"{path}={value}")
