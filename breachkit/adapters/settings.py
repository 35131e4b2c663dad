"""Settings, people and partners of a workspace, read from its files and checked."""

from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from breachkit.adapters.workspace import PARTNERS, PEOPLE, SETTINGS, Folder, read_toml
from breachkit.domain.people import Organisation, Partner, Person
from breachkit.domain.text import Key
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


class Settings(Part):
    """All settings of a workspace."""

    zone: str = "UTC"
    organisation: Organisation = Organisation()
    due_soon: DueSoon = DueSoon()
    targets: Targets = Targets()
    counsel: Counsel = Counsel()
    log: Log = Log()

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
