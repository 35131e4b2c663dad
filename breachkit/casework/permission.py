"""What must hold at the moment of sending: released, unchanged, asked for, by a channel that is safe."""

import hashlib

from breachkit.casework.desk import Desk
from breachkit.casework.picture import Picture
from breachkit.domain.approval import candidate_of, is_released, last_review
from breachkit.domain.competence import filer_of
from breachkit.domain.document import Document
from breachkit.domain.filing import Filer
from breachkit.domain.matter import Version
from breachkit.domain.patch import fact_at
from breachkit.domain.scope import OWN
from breachkit.errors import NotTrustedError, RefusedError


def check_may_send(
    desk: Desk,
    picture: Picture,
    version: Version,
    document: Document,
    *,
    despite: str | None,
    by_mail: bool = True,
) -> None:
    """Refuse to send what the gate does not let out; RefusedError says what is missing.

    `despite` is the reason why a text goes out though facts contradict it or flags stand on it.
    """
    # 1. It is the last version, released as it stands, and reads as it did then.
    _check_released(picture, version, despite)
    _check_unchanged(desk, version, document)
    # 2. Whoever gets it is told by us because we owe it, or because its controller asked us.
    _check_ours(picture, version)
    # 3. The channel is not one that the incident names as compromised.
    if by_mail:
        _check_channel(picture, version)


def _check_released(picture: Picture, version: Version, despite: str | None) -> None:
    drafted, matter = version.drafted, picture.matter
    name, one = drafted.notice, candidate_of(matter, version)
    if version is not one.history[-1]:
        raise RefusedError(
            f"{version.id} has been replaced by {one.history[-1].id}",
            hint=f"breachkit notice show {name}",
        )
    approval = version.approval
    if approval is None:
        raise RefusedError(
            f"{version.id} has not been released",
            hint=f"breachkit notice approve {name} --confirm {drafted.digest[:8]} --as APPROVER",
        )
    mine = [one for one in approval.targets if (one.notice, one.version) == _of(version)]
    if [one.digest for one in mine] != [drafted.digest]:
        raise NotTrustedError(
            f"{version.id} is not the text that was released", hint="breachkit register verify"
        )
    review = last_review(version, one.history)
    if review and review.result == "returned":
        raise RefusedError(
            f"legal returned {version.id} after it was released",
            hint=f"breachkit notice draft {matter.id} --scope {drafted.scope}",
        )
    if not is_released(one) and not despite:
        raise RefusedError(
            f"{version.id} is contradicted by {', '.join(one.contradicted[:3])}",
            hint=f"draft it again, or give a reason: breachkit notice send {name} --despite TEXT",
        )
    if drafted.flags and not (approval.despite or despite):
        raise RefusedError(
            f"{version.id} is flagged: {'; '.join(drafted.flags)}",
            hint=f"draft it again, or give a reason: breachkit notice send {name} --despite TEXT",
        )


def _of(version: Version) -> tuple[str, int]:
    return version.drafted.notice, version.drafted.version


def _check_unchanged(desk: Desk, version: Version, document: Document) -> None:
    """Refuse a text whose page no longer reads as it did; the plain text was held against its digest."""
    html = hashlib.sha256(desk.press.html(document).encode()).hexdigest()
    manifest = version.drafted.manifest
    if (document.subject, html) != (manifest["subject"], manifest["parts"]["text/html"]):
        raise NotTrustedError(
            f"{version.id} no longer reads as it did when its digest was taken",
            hint=f"breachkit notice draft {version.drafted.notice.rpartition('-')[0]}",
        )


def _check_ours(picture: Picture, version: Version) -> None:
    """Refuse to address a partner's authority or people unless it asked for it (Art. 6.5)."""
    drafted = version.drafted
    if drafted.addressee == "partner" or drafted.scope == OWN:
        return
    view = picture.view(drafted.scope)
    if view is not None and filer_of(view) is not Filer.THEIRS:
        return
    reader = "the authority" if drafted.addressee in {"authority", "regulator"} else "its people"
    record = f"breachkit decision record {picture.id} --scope {drafted.scope} --filing processor"
    asked = view is not None and fact_at(view.values, "timeline.controller_request_at") is not None
    missing = (
        ""
        if asked
        else (
            f"breachkit incident amend {picture.id}"
            f" --set scopes.{drafted.scope}.timeline.controller_request_at=TIME, and "
        )
    )
    raise RefusedError(
        f"{drafted.scope} is the controller and has not asked us to tell {reader}:"
        " its request and its instruction have to be recorded (Art. 6.5)",
        hint=f"{missing}{record} --reason TEXT",
    )


def _check_channel(picture: Picture, version: Version) -> None:
    view = picture.view(version.drafted.scope) or picture.house
    named = (fact_at(view.values, "channels_compromised") or {}).values()
    if any((one or {}).get("channel") == "email" for one in named):
        raise RefusedError(
            f"{picture.id} names e-mail as compromised: {version.id} has to go another way",
            hint=f"breachkit notice send {version.drafted.notice} --eml DIR writes it as files;"
            " or print it, then `breachkit notice record-delivery`",
        )
