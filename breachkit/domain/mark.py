"""The mark above a text that its authority does not take in the language it is written in."""

from collections.abc import Mapping

from breachkit.domain.authority import Reach, language_names
from breachkit.domain.countries import name_of
from breachkit.domain.document import Printed
from breachkit.domain.filing import Competence, Filing


def filing_mark(competence: Competence | None, language: str) -> Mapping[str, object]:
    """Return whether a text is a working draft only, and in which language to file instead.

    A text in another language than the authority's may not be admissible; one that is known to be taken
    is not marked, and where nobody knows the languages nothing is claimed.
    """
    if competence is None:
        return {"working_draft": False, "languages": Printed("")}
    filings = competence.filings
    asked = {one: _languages(one, competence.reach) for one in filings}
    other = {one: codes for one, codes in asked.items() if codes and language not in codes}
    if len(other) == len(filings) == 1:
        text = language_names(*other.values())
    else:
        text = "; ".join(f"{language_names(codes)} ({_named(one)})" for one, codes in other.items())
    return {"working_draft": bool(other), "languages": Printed(text)}


def _languages(filing: Filing, reach: Reach) -> tuple[str, ...]:
    """Return the languages that any of the authorities that may be meant takes."""
    found = (code for one in filing.options for code in one.accepts(reach))
    return tuple(dict.fromkeys(found))


def _named(filing: Filing) -> str:
    return filing.options[0].name if filing.sure else name_of(filing.place)
