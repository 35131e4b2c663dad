"""What is agreed with the reader of a notice: its language, to whom it goes, and by which channel."""

import re
from collections.abc import Iterable, Iterator

from breachkit.casework.desk import Desk
from breachkit.casework.picture import Picture, is_unnamed
from breachkit.domain.entry import Drafted
from breachkit.domain.obligation import Obligation
from breachkit.domain.patch import fact_at
from breachkit.domain.standing import DOUBTFUL
from breachkit.errors import UnknownNameError

ENGLISH = "en"

_CODE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{2,8})*")


def language_of(desk: Desk, picture: Picture, scope: str, addressee: str) -> str:
    """Return the language in which a notice is drafted when nobody asks for one.

    A partner's own, as its incident or its file says, where there is a template in it; else English,
    because a notice in English comes before one that never leaves.
    """
    found = _CODE.fullmatch(wanted_language(picture, scope, addressee))
    code = found[1].lower() if found else ENGLISH
    return code if desk.press.has(f"{addressee}/{code}.md.j2") else ENGLISH


def check_language(desk: Desk, template: str, language: str) -> None:
    """Refuse a language in which no template is written; UnknownNameError says where one would lie."""
    if not desk.press.has(template) and language != ENGLISH:
        raise UnknownNameError(
            f"no notice can be written in {language[:40]!r}: there is no template {template[:80]}",
            hint=f"leave out --language, or write templates/{template[:80]} in the workspace",
        )


def wanted_language(picture: Picture, scope: str, addressee: str) -> str:
    """Return the language that a partner's notices are agreed in; empty where none is stated."""
    view = picture.view(scope)
    return str(fact_at(view.values, "language") or "") if view and addressee == "partner" else ""


def remarks_on(picture: Picture, drafted: Drafted) -> Iterator[str]:
    """Yield what the drafter of a notice should know: no name, another language agreed, a way prescribed."""
    if is_unnamed(picture, drafted.scope):
        yield (
            f"nobody has said what {drafted.scope} is called, and no partners/{drafted.scope}.toml does:\n"
            f"breachkit incident amend {picture.id} --set scopes.{drafted.scope}.controller.name=NAME"
        )
    wanted = wanted_language(picture, drafted.scope, drafted.addressee)
    code = wanted.partition("-")[0].lower()
    if code and code != drafted.language:
        yield (
            f"written in {drafted.language}: {drafted.scope} has agreed on {wanted};"
            f" a template partner/{code}.md.j2 in the workspace's templates would be used"
        )
    for law in laws_met(picture, [drafted]):
        if law.recipient or law.channel:
            yield f"{law.citation} {law.instrument} prescribes: {way_of(law)}"
    yield from dict.fromkeys(doubts_on(picture, drafted))


def doubts_on(picture: Picture, drafted: Drafted) -> Iterator[str]:
    """Yield how far the law behind a notice is doubtful: unverified, disputed, or warned of."""
    for name in drafted.discharges:
        duty = picture.duty(name)
        if duty is None:
            continue
        cited = f"{duty.law.citation} {duty.law.instrument}"
        if duty.law.standing in DOUBTFUL:
            yield f"{cited} is {duty.law.standing}: have it checked before this leaves"
        asked = [held.requirement for held in duty.held]
        for standing in sorted(DOUBTFUL):
            found = [one for one in asked if one.standing is standing]
            titles = "; ".join(dict.fromkeys(one.title for one in found))
            if titles and duty.law.standing is not standing:
                yield f"{cited}: that it asks for this is {standing}: {titles}"
        for one in duty.deadline.cautions:
            yield f"{one.citation} [{one.standing}]: {one.note}"


def laws_met(picture: Picture, drafted: Iterable[Drafted]) -> Iterator[Obligation]:
    """Yield the obligations that notices are meant to meet."""
    for one in drafted:
        for name in one.discharges:
            if duty := picture.duty(name):
                yield duty.law


def way_of(law: Obligation) -> str:
    """Return to whom and how a provision wants its notice sent, in its own words."""
    return ", ".join(filter(None, (law.recipient, f"by {law.channel}" if law.channel else "")))
