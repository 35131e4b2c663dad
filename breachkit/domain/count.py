"""Numbers of people or records as they are known: exact, approximate, a range, or at least so many."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

EXAMPLE = "712, 'about 13000', '100-200' or 'at least 97'"

Number = Annotated[int, Field(ge=0, le=100_000_000_000, strict=True)]

_FIGURE = r"\d{1,3}(?:[,_ ]\d{3})+|\d+"

_WRITTEN = re.compile(
    rf"(?P<about>about|approximately|~)?\s*(?P<least>at least)?\s*(?P<low>{_FIGURE})"
    rf"(?:\s*(?:-|–|\.\.|to)\s*(?P<high>{_FIGURE}))?"
)


class Form(StrEnum):
    """How exactly a number is known."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    RANGE = "range"
    AT_LEAST = "at_least"


class Count(BaseModel):
    """A number with its exactness; takes `712`, `"about 13000"`, `"100-200"`, `"at least 97"`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["count"] = "count"
    form: Form = Form.EXACT
    value: Number
    """The number itself, or the lower end."""
    high: Number | None = None
    """The upper end of a range."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return {"value": value}
        if isinstance(value, bool | float | list):
            raise ValueError(f"{str(value)[:60]} is not a number; write {EXAMPLE}")
        return read_count(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _in_order(self) -> "Count":
        if (self.form is Form.RANGE) != (self.high is not None):
            raise ValueError(
                "a range needs both ends, `value` and `high`, and only a range has two"
            )
        if self.high is not None and self.high < self.value:
            raise ValueError(f"the range {self.value}-{self.high} ends below its beginning")
        return self


def read_count(text: str) -> dict[str, Any]:
    """Return the stored form of a number written by a person; ValueError shows the ways to write it."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found or len(text) > 60 or (found["least"] and (found["high"] or found["about"])):
        raise ValueError(f"{text[:60]!r} is not a number; write {EXAMPLE}")
    low, high = (
        int(re.sub(r"\D", "", part)) if part else None for part in found.group("low", "high")
    )
    if high is not None:
        return {"form": Form.RANGE, "value": low, "high": high}
    form = Form.AT_LEAST if found["least"] else Form.APPROXIMATE if found["about"] else Form.EXACT
    return {"form": form, "value": low}


def extent(count: Mapping[str, Any] | None) -> tuple[float, float]:
    """Return the least and the most that a number can mean; anything where there is none."""
    if count is None:
        return 0, float("inf")
    match count["form"]:
        case "range":
            return count["value"], count["high"]
        case "at_least":
            return count["value"], float("inf")
        case "approximate":
            return count["value"] * 0.9, count["value"] * 1.1
        case _:
            return count["value"], count["value"]


def total(counts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return several numbers added up, as exactly as the least exact of them is known."""
    forms = {count["form"] for count in counts}
    low = sum(count["value"] for count in counts)
    if Form.AT_LEAST in forms:
        return {"kind": "count", "form": Form.AT_LEAST.value, "value": low}
    if Form.RANGE in forms:
        high = sum(count.get("high") or count["value"] for count in counts)
        return {"kind": "count", "form": Form.RANGE.value, "value": low, "high": high}
    form = Form.APPROXIMATE if Form.APPROXIMATE in forms else Form.EXACT
    return {"kind": "count", "form": form.value, "value": low}
