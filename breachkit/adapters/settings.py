"""Settings, people and partners of a workspace, read from its files and checked."""

from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from breachkit.adapters.workspace import PARTNERS, PEOPLE, SETTINGS, Folder, read_toml
from breachkit.domain.outbound import Post
from breachkit.domain.people import Organisation, Partner, Person
from breachkit.domain.recipient import check_address
from breachkit.domain.relay import RelaySettings, Timeouts
from breachkit.domain.text import Key, Line
from breachkit.domain.within import parse_span
from breachkit.domain.zone import named_zone
from breachkit.errors import BadInputError, WorkspaceError

Model = TypeVar("Model", bound=BaseModel)


class Part(BaseModel):
    """A part of the settings, refusing what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DueSoon(Part):
    """From when on a duty counts as due soon: a share of its time, or so many hours."""

    share: str = Field("1/4", pattern=r"^\d{1,3}/\d{1,3}$")
    at_least_hours: int = Field(6, ge=0, le=240)
    alarms: tuple[str, ...] = Field(("6h", "1h"), max_length=10)
    """When an exported calendar rings, beside the moment from which a duty is due soon."""

    @field_validator("share")
    @classmethod
    def _part(cls, value: str) -> str:
        above, below = map(int, value.split("/"))
        if not 0 <= above <= below or below == 0:
            raise ValueError(f"{value} is not a part of the whole; write one like 1/4")
        return value

    @field_validator("alarms")
    @classmethod
    def _spans(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for span in value:
            parse_span(span)
        return value

    @property
    def fraction(self) -> float:
        """The share as a number."""
        return float(Fraction(self.share))

    @property
    def floor(self) -> timedelta:
        """The least time before a deadline."""
        return timedelta(hours=self.at_least_hours)


class Targets(Part):
    """Our own aims where the law gives no figure."""

    without_undue_delay_hours: int | None = Field(None, ge=1, le=720)


class Counsel(Part):
    """Templates that counsel has cleared beforehand."""

    cleared_templates: tuple[str, ...] = ()


class Log(Part):
    """How steps are logged."""

    format: Literal["json", "console", "none"] = "json"


class Patience(Part):
    """How many seconds each stage of a conversation with the relay may take."""

    connect: int = Field(30, ge=1, le=600)
    command: int = Field(300, ge=1, le=3600)
    body: int = Field(600, ge=1, le=3600)


class Mail(Part):
    """The relay that takes our mail, and how a notice leaves through it."""

    host: Line
    port: int | None = Field(None, ge=1, le=65535)
    security: Literal["tls", "starttls", "plain-loopback"] = "starttls"
    user: Line | None = None
    secret_file: Line | None = None
    """The file that holds the password and nothing else; a relative path lies in the workspace."""
    sender: str
    """The address in From and in the envelope: bounces come back to it."""
    sender_name: Line | None = None
    reply_to: str | None = None
    sessions: int = Field(4, ge=1, le=64)
    per_minute: int = Field(0, ge=0, le=1_000_000)
    """Messages a minute that the relay takes; 0: as many as it can."""
    told_after: str = "4h"
    """How long no bounce must have come before somebody counts as told."""
    reminders: tuple[str, ...] = Field(("24h", "6h", "1h"), max_length=10)
    """When before a deadline `breachkit outbox remind` mails the responders."""
    timeouts: Patience = Patience()
    ca_file: Line | None = None
    """Certificates to trust besides the system's."""

    @field_validator("sender", "reply_to")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        return check_address(value) if value else None

    @field_validator("told_after")
    @classmethod
    def _span(cls, value: str) -> str:
        parse_span(value)
        return value

    @field_validator("reminders")
    @classmethod
    def _steps(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(value, key=parse_span, reverse=True))

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if bool(self.user) != bool(self.secret_file):
            raise ValueError("user and secret_file belong together")
        self.relay(Path())
        return self

    def relay(self, root: Path) -> RelaySettings:
        """Return what there is to know of the relay; relative paths lie in the workspace at `root`."""
        return RelaySettings(
            host=self.host,
            port=self.port or 0,
            security="plain" if self.security == "plain-loopback" else self.security,
            user=self.user or "",
            secret_file=root / self.secret_file if self.secret_file else None,
            ca_file=root / self.ca_file if self.ca_file else None,
            timeouts=Timeouts(**self.timeouts.model_dump()),
        )

    @property
    def post(self) -> Post:
        """What a letter and its arrival need to know of all this."""
        return Post(
            sender=self.sender,
            sender_name=self.sender_name or "",
            reply_to=self.reply_to or "",
            told_after=parse_span(self.told_after),
            told_words=self.told_after,
        )


class Settings(Part):
    """All settings of a workspace."""

    zone: str = "UTC"
    organisation: Organisation = Organisation()
    due_soon: DueSoon = DueSoon()
    targets: Targets = Targets()
    counsel: Counsel = Counsel()
    log: Log = Log()
    mail: Mail | None = None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        named_zone(value)
        return value


class People(Part):
    """The people of a workspace, by key."""

    people: dict[Key, Person] = Field(default_factory=dict)


def check_new(zone: str, organisation: str) -> None:
    """Refuse a zone that does not exist or a name that no notice could show; BadInputError."""
    try:
        Settings(zone=zone, organisation=Organisation(name=organisation or None))
    except ValidationError as error:
        first = error.errors()[0]
        place = "zone" if first["loc"] == ("zone",) else "organisation"
        reason = first["msg"].removeprefix("Value error, ")
        raise BadInputError(f"{place}: {reason}", hint=f"breachkit init --{place} NAME") from error


def read_settings(folder: Folder) -> Settings:
    """Return the settings; WorkspaceError names the file, the place and the reason."""
    return _checked(Settings, folder.root / SETTINGS, read_toml(folder.root / SETTINGS))


def read_people(folder: Folder) -> dict[str, Person]:
    """Return the people by key; none where there is no file."""
    path = folder.root / PEOPLE
    return _checked(People, path, read_toml(path)).people if path.exists() else {}


def read_partners(folder: Folder) -> dict[str, Partner]:
    """Return the partners by key: the name of each one's file."""
    return {
        path.stem: _checked(Partner, path, read_toml(path))
        for path in sorted((folder.root / PARTNERS).glob("*.toml"))
    }


def _checked(model: type[Model], path: Path, data: dict[str, Any]) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        named = f"{path.parent.name}/{path.name}" if path.parent.name == PARTNERS else path.name
        raise WorkspaceError(f"{named}: {place}: {_reason(first)}", hint=f"mend {path}") from error


def _reason(found: ErrorDetails) -> str:
    """Return one finding of pydantic in our words, with the value that was found."""
    known = {"extra_forbidden": "unknown key", "missing": "is missing"}.get(found["type"])
    if known:
        return known
    why = found["msg"].removeprefix("Value error, ")
    if found["type"] == "value_error":
        return why
    return f"{why[:1].lower()}{why[1:]}, found {found['input']!r:.80}"
