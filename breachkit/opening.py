"""How a workspace becomes a desk: law, settings and templates read, and who is acting."""

import getpass
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from breachkit.adapters import authorities, lawbook
from breachkit.adapters.forms import COMMON_TEMPLATE, common_template, parse_form, shipped
from breachkit.adapters.intake import read_document
from breachkit.adapters.logging import open_log
from breachkit.adapters.rendering import Renderer, to_html, to_text
from breachkit.adapters.settings import Settings, read_partners, read_people, read_settings
from breachkit.adapters.wording import Wording
from breachkit.adapters.workspace import Folder
from breachkit.casework.adoption import adopt
from breachkit.casework.desk import Desk, Rules, stamp_now
from breachkit.casework.forms import answered
from breachkit.casework.incidents import Statement
from breachkit.casework.records import read_time
from breachkit.domain.approval import person_of
from breachkit.domain.authority import Authority
from breachkit.domain.document import Document
from breachkit.domain.duty import Soon
from breachkit.domain.entry import WORKSPACE, Certainty, LawAdopted
from breachkit.domain.form import Form
from breachkit.domain.patch import fact_at
from breachkit.domain.people import Actor, Identity, Person
from breachkit.domain.words import Words
from breachkit.errors import BadInputError, FactError
from breachkit.ports import Clock, Store

_ENVELOPE = ("reference", "source", "certainty", "unknown", "reason")


@dataclass(frozen=True)
class Read:
    """An alert or a patch: what it states, and the reference it came under."""

    statement: Statement
    reference: str | None


class Workshop:
    """Renders with the workspace's templates first, in any language that has them."""

    def __init__(self, folder: Folder, zone: str) -> None:
        self._folders = folder.template_folders()
        self._renderer = Renderer(self._folders)
        self._zone = zone

    def render(self, template: str, view: Mapping[str, object], *, language: str) -> Document:
        """Return the document of a template."""
        return self._renderer.render(template, view, language=language)

    def has(self, template: str) -> bool:
        """Tell whether there is such a template; a broken one is there, and is refused when rendered."""
        return any((folder / template).is_file() for folder in self._folders)

    def digest(self, template: str) -> str:
        """Return the digest of a template with all that it includes."""
        return self._renderer.digest(template)

    def text(self, document: Document) -> str:
        """Return plain text."""
        return to_text(document)

    def html(self, document: Document) -> str:
        """Return a complete HTML page."""
        return to_html(document)

    def words(self, language: str) -> Words:
        """Return dates and numbers in a language."""
        return Wording(language, self._zone)


def open_desk(
    folder: Folder, store: Store, clock: Clock, on_trouble: Callable[[str], None]
) -> Desk:
    """Return the desk of a workspace under the law and settings that lie in it now.

    `on_trouble` is told why the log cannot be written.
    """
    settings = read_settings(folder)
    return Desk(
        store=store,
        clock=clock,
        rules=_rules(folder, settings),
        press=Workshop(folder, settings.zone),
        log=open_log(folder.log, settings.log.format, on_trouble),
        chance=secrets.token_bytes,
        adopt=adopt,
    )


def desk_at(folder: Folder, desk: Desk, until: str) -> Desk:
    """Return a desk with the law, settings and partners that were recorded at an earlier time."""
    lines = [line for line in desk.store.read(WORKSPACE) if line.at <= until and line.body]
    if not lines or lines[-1].kind != LawAdopted.kind:
        return desk
    entry = LawAdopted.model_validate_json(cast("bytes", lines[-1].body))
    if entry.digest == desk.rules.digest:
        return desk
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for text, digest in entry.texts_kept.items():
            kept = desk.store.kept(bytes.fromhex(digest))
            if kept is not None:
                path = root / text
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(kept.text)
        then = _folder_then(root)
        return replace(desk, rules=_rules(then, read_settings(then)))


def find_actor(people: Mapping[str, Person], named: str | None) -> Actor:
    """Return who acts, by key: as named, else the person whose login this is, else the login."""
    if named:
        key = person_of(named, people)
        try:
            return Actor(name=key, identity=Identity.CLAIMED, listed=key in people)
        except ValidationError as error:
            raise BadInputError(f"{named[:60]!r} is not a name", hint="--as NAME") from error
    login = getpass.getuser()
    known = next((key for key, person in people.items() if person.login == login), None)
    return Actor(name=known or login, identity=Identity.LOGIN, listed=known is not None)


def read_statement(
    source: Mapping[str, Any] | str | Path,
    *,
    unknown: Mapping[str, Any] | None = None,
    said_source: str | None = None,
    certainty: str | None = None,
    reason: str | None = None,
) -> Read:
    """Return facts from a mapping, a file or `-`, with the envelope that may stand around them.

    Empty answers of a file, as a form has them, say nothing.
    """
    data = read_document(source)
    if not isinstance(source, Mapping):
        data = answered(data)
    envelope = {name: data.pop(name) for name in _ENVELOPE if name in data}
    for name, value in envelope.items():
        if name != "unknown" and not isinstance(value, str):
            raise BadInputError(f"{name}: expected text, found {value!r}")
    beside = envelope.get("unknown", {})
    if not isinstance(beside, dict):
        raise BadInputError(f"unknown: expected a mapping of paths, found {beside!r}")
    certainty = certainty or str(envelope.get("certainty") or "confirmed")
    if certainty not in ("confirmed", "estimated", "under investigation"):
        raise BadInputError(
            f"certainty: {certainty!r} is none of confirmed, estimated, under investigation"
        )
    for path in beside:
        if fact_at(data, path) is not None:
            raise FactError(path, "is stated, and stated as not yet known as well")
    default = "stated by a call" if isinstance(source, Mapping) else f"read from {source}"
    statement = Statement(
        given=data,
        unknown={**beside, **(unknown or {})},
        source=said_source or envelope.get("source") or default,
        certainty=cast("Certainty", certainty),
        reason=reason or envelope.get("reason"),
    )
    return Read(statement, envelope.get("reference"))


def recording_time(text: str, now: datetime) -> str:
    """Return a time as people write it, or as the register shows it, in the register's own form."""
    if len(text) == 27 and text.endswith("Z"):
        return text
    read = read_time("at", text, now)
    # Screens show minutes: a minute means its end, or what was opened in it would not be there yet.
    slack = timedelta(seconds=59 if read.precision == "minute" else 0)
    return stamp_now(read.latest + slack).replace(".000000Z", ".999999Z")


def _rules(folder: Folder, settings: Settings) -> Rules:
    book = lawbook.load(folder.law_folders())
    hours = settings.targets.without_undue_delay_hours
    return Rules(
        obligations=book.obligations(),
        proposals=book.proposals,
        instruments={one.id: one for one in book.instruments},
        organisation=settings.organisation,
        partners=read_partners(folder),
        people=read_people(folder),
        zone=settings.zone,
        soon=Soon(settings.due_soon.fraction, settings.due_soon.floor),
        target=timedelta(hours=hours) if hours else None,
        counsel_cleared=frozenset(settings.counsel.cleared_templates),
        digest=folder.digest(),
        texts=folder.texts,
        form=_form_of(folder),
        read_authorities=_authorities_of(folder),
        post=settings.mail.post if settings.mail else None,
    )


def _form_of(folder: Folder) -> Callable[[], Form]:
    """Return what reads the authorities' form: that of an earlier state from its bytes, as that goes away."""
    path = folder.shipped_reference / COMMON_TEMPLATE
    if path == shipped(COMMON_TEMPLATE) or not path.exists():
        return common_template
    raw = path.read_bytes()
    return cache(lambda: parse_form(path, raw))


def _authorities_of(folder: Folder) -> Callable[[], Mapping[str, Authority]]:
    """Return what reads the authorities: when first asked for, where nobody changed the shipped list."""
    listed, own = folder.authority_files()
    if not own.exists() and listed == shipped(listed.name):
        return lambda: authorities.load([listed])
    found = authorities.load([listed, own])
    return lambda: found


def _folder_then(root: Path) -> Folder:
    """Return an earlier state of a workspace; an old record kept no list of authorities."""
    then = Folder(root, shipped_law=root / "breachkit" / "law")
    reference = root / "breachkit" / "reference"
    return replace(then, shipped_reference=reference) if reference.exists() else then
