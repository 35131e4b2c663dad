"""What an approver must not overlook in a text: strangers' names, and places held open."""

from collections.abc import Iterable

from breachkit.casework.desk import Desk
from breachkit.casework.picture import Picture, names_by_scope
from breachkit.domain.crosscheck import names_in
from breachkit.domain.heading import Heading


def flags_of(desk: Desk, picture: Picture, scope: str, text: str, heading: Heading) -> list[str]:
    """Return another controller's name in this one's text, and the places that it holds open."""
    return [*_strangers(desk, picture, scope, text), *_needed(heading)]


def _strangers(desk: Desk, picture: Picture, scope: str, text: str) -> list[str]:
    names = names_by_scope(picture.matter, desk.rules)
    own = " ".join(names.get(scope, ())).casefold()
    return [
        f"names {name}, which is not this notice's addressee"
        for key, known in names.items()
        if key != scope
        for name in list(names_in(text, known))[:1]
        if name.casefold() not in own
    ]


def _needed(heading: Heading) -> Iterable[str]:
    """Yield what has to be filled in before a text is sent."""
    if heading.names_us and not heading.our_name:
        yield "to be filled in before it is sent: our own name, under [organisation] in breachkit.toml"
    if heading.unnamed:
        yield f"to be filled in before it is sent: the name of {heading.recipient}"
    asked = dict.fromkeys((gap.title, gap.citation) for gap in heading.missing if gap.needed_now)
    yield from (
        f"to be filled in before it is sent: {title} ({citation})" for title, citation in asked
    )
