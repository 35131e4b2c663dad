"""An answer to a field of the authorities' form that no other fact holds, and the field's name."""

from typing import Annotated, Any

from pydantic import Discriminator, StrictBool, StringConstraints, Tag, WithJsonSchema

from breachkit.domain.count import Count
from breachkit.domain.instant import Instant
from breachkit.domain.text import Country, Text


def _answer_kind(value: Any) -> str:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", "")
    if kind in ("count", "instant"):
        return str(kind)
    return {bool: "truth", list: "texts", dict: "countries"}.get(type(value), "text")


FormAnswer = Annotated[
    Annotated[Text, Tag("text")]
    | Annotated[StrictBool, Tag("truth")]
    | Annotated[list[Text], Tag("texts")]
    | Annotated[Count, Tag("count")]
    | Annotated[Instant, Tag("instant")]
    | Annotated[dict[Country, Count], Tag("countries")],
    Discriminator(_answer_kind),
    WithJsonSchema(
        {
            "description": "as the field takes it: a text, an option, true or false, a number, a time,"
            " a list of them, or a number for each country",
            "anyOf": [
                {"type": ["string", "boolean", "integer", "object"]},
                {"type": "array", "items": {"type": "string"}},
            ],
        }
    ),
]
"""An answer to a field of the authorities' form; its field says which of the kinds it has to be."""

FormKey = Annotated[str, StringConstraints(pattern=r"^r[1-9][0-9]{0,2}$")]
"""A field of the form, by `r` and its row."""
