"""The letter of a version: the text that was released, from its kept tree, with open places for fields."""

import hashlib

from breachkit.casework.desk import Desk
from breachkit.casework.versions import read_fitting
from breachkit.domain.letter import Letter
from breachkit.domain.matter import Version
from breachkit.domain.personal import opened
from breachkit.errors import NotTrustedError


def letter_of(
    desk: Desk, version: Version, *, sender: str, sender_name: str = "", reply_to: str = ""
) -> Letter:
    """Return a version as it leaves: its kept tree as text and HTML, never rendered from facts anew.

    NotTrustedError where either would read otherwise than it did when its digest was taken: what
    leaves is what was released.
    """
    document = read_fitting(desk, version)
    page = hashlib.sha256(desk.press.html(document).encode()).hexdigest()
    if page != version.drafted.manifest["parts"]["text/html"]:
        raise NotTrustedError(
            f"the page of {version.id} no longer looks as it did when its digest was taken",
            hint=f"breachkit notice draft {version.drafted.notice.rpartition('-')[0]}",
        )
    letter = opened(document)
    return Letter(
        language=document.language,
        sender=sender,
        sender_name=sender_name,
        reply_to=reply_to,
        subject=document.subject,
        text=desk.press.text(letter),
        html=desk.press.html(letter),
        reference=version.id,
    )
