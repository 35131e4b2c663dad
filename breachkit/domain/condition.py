"""Conditions as data, as law files write them: shape only; `predicate` answers them."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Final, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
    field_validator,
)

from breachkit.domain.limit import Limit, Period
from breachkit.domain.regions import REGIONS

_PATTERN = re.compile(r"[a-z][a-z0-9_]*(\.(\*|[A-Za-z0-9_-]+))*")


def _check_pattern(pattern: str) -> str:
    if not _PATTERN.fullmatch(pattern):
        raise ValueError(f"{pattern!r} is not a path of names joined by dots")
    return pattern


Pattern: TypeAlias = Annotated[str, AfterValidator(_check_pattern)]
"""A path such as `data.*.protection.state`; a `*` stands for each key."""

Scalar: TypeAlias = StrictBool | StrictInt | StrictStr


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @cached_property
    def key(self) -> str:
        """What the condition asks, as text: two conditions with one key always have one answer."""
        return f"{type(self).__name__} {self!r}"


class _Listed(_Frozen):
    fact: Pattern
    values: tuple[Scalar, ...] = Field(min_length=1)

    @cached_property
    def meant(self) -> tuple[Scalar, ...]:
        """The values, with each region such as `EEA` opened into its countries."""
        regions = (REGIONS.get(str(name), frozenset()) for name in self.values)
        return (*self.values, *(country for region in regions for country in sorted(region)))


class FactIn(_Listed):
    """True when a fact is one of some values; a region stands for its countries."""

    values: tuple[Scalar, ...] = Field(alias="in", min_length=1)


class FactNotIn(_Listed):
    """True when a fact is stated and none of some values; a region stands for its countries."""

    values: tuple[Scalar, ...] = Field(alias="not_in", min_length=1)


class FactStated(_Frozen):
    """True when a fact was stated, or with `stated = false` when it was not; never undecided."""

    fact: Pattern
    stated: StrictBool


class AnyOf(_Frozen):
    """True when all conditions of at least one group are true."""

    groups: tuple[tuple["Condition", ...], ...] = Field(alias="any", min_length=1)


class NotAll(_Frozen):
    """True when not all of some conditions are true; undecided as long as they are."""

    conditions: tuple["Condition", ...] = Field(alias="not", min_length=1)


class KeyIn(_Frozen):
    """True when a stated mapping, such as `countries`, has one of some keys; undecided unstated.

    A region such as `EEA` stands for its countries, and a country for its parts.
    """

    fact: Pattern = Field(alias="keys")
    values: tuple[StrictStr, ...] = Field(alias="in", min_length=1)

    @cached_property
    def countries(self) -> frozenset[str]:
        """The keys meant, with each region opened."""
        return frozenset(key for name in self.values for key in REGIONS.get(name, {name}))


class LaterThan(_Frozen):
    """True when an instant lies later than another one by more than so much."""

    fact: Pattern
    other: Pattern = Field(alias="later_than")
    by: Limit

    @field_validator("by")
    @classmethod
    def _in_hours(cls, value: Period) -> Period:
        if value.elapsed is None:
            raise ValueError("is counted in hours")
        return value


class AtLeast(_Frozen):
    """True when a count reaches a number in all that it can mean, false when in none."""

    fact: Pattern
    number: StrictInt = Field(alias="at_least")


class DutyOwed(_Frozen):
    """True when another obligation is owed in the same scope."""

    duty: str
    """Its qualified id, such as `eu-gdpr/33-1`."""


_BY_KEY: Final[Mapping[str, type[_Frozen]]] = {
    "keys": KeyIn,
    "later_than": LaterThan,
    "at_least": AtLeast,
    "in": FactIn,
    "not_in": FactNotIn,
    "stated": FactStated,
    "any": AnyOf,
    "not": NotAll,
    "duty": DutyOwed,
}


def _tag(raw: object) -> str | None:
    if isinstance(raw, Mapping):
        return next((key for key in _BY_KEY if key in raw), None)
    return next((key for key, kind in _BY_KEY.items() if isinstance(raw, kind)), None)


Condition: TypeAlias = Annotated[
    Annotated[KeyIn, Tag("keys")]
    | Annotated[LaterThan, Tag("later_than")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[FactIn, Tag("in")]
    | Annotated[FactNotIn, Tag("not_in")]
    | Annotated[FactStated, Tag("stated")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NotAll, Tag("not")]
    | Annotated[DutyOwed, Tag("duty")],
    Discriminator(
        _tag,
        custom_error_type="condition",
        custom_error_message="a condition needs one of the keys"
        " keys, later_than, at_least, in, not_in, stated, any, not, duty",
    ),
]
"""One condition; which of the nine it is shows in its keys."""

AnyOf.model_rebuild()
NotAll.model_rebuild()
