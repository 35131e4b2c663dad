"""The reason with which a notice is drafted: whether a text can print it, and which notices do."""

from collections.abc import Iterable
from typing import Final

from breachkit.domain.entry import Phase
from breachkit.domain.text import check_text
from breachkit.errors import BadInputError, FactError

LONGEST: Final = 8000
"""How many characters a reason may have, as any other text."""

TAKEN_BY: Final[tuple[Phase, ...]] = ("supplementary", "final", "correction", "withdrawal")
"""The phases whose notices print a reason; a first notice has nothing before it to explain."""


def check_reason(reason: str) -> None:
    """Refuse a reason that no text could print; FactError says which character, or how long it is."""
    if len(reason) > LONGEST:
        raise FactError("reason", f"has {len(reason)} characters, at most {LONGEST}")
    try:
        check_text(reason)
    except ValueError as error:
        raise FactError("reason", str(error)) from error


def check_printed(
    incident: str, reason: str, wanted: Iterable[tuple[str, str, Phase]], every: Iterable[str]
) -> None:
    """Refuse a reason that a notice would leave unprinted; BadInputError names the phases that take it.

    `wanted` are scope, reader and phase of each notice; `every` the readers that were asked for. Why
    a first notice comes late is a fact of the incident, and stands in the text as that.
    """
    first = [(scope, reader) for scope, reader, phase in wanted if phase not in TAKEN_BY]
    if not reason or not first:
        return
    scope, reader = first[0]
    more = f" and {len(first) - 1} more" if len(first) > 1 else ""
    to = "".join(f" --to {name.replace('_', '-')}" for name in every)
    raise BadInputError(
        f"--reason is printed by a {', '.join(TAKEN_BY[:-1])} or {TAKEN_BY[-1]} notice; the one to"
        f" {reader.replace('_', ' ')} ({scope}){more} is an initial notice, which takes none",
        hint=f"breachkit notice draft {incident}{to}; why a notification is late:"
        f" breachkit incident amend {incident} --set delay.reason=TEXT",
    )
