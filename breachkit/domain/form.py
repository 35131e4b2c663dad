"""The shape of an authority's form: its fields, what shows them, and how facts answer them, as data."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from breachkit.domain.condition import AnyOf, Condition, FactIn, FactNotIn, Pattern, Scalar
from breachkit.domain.predicate import facts_of
from breachkit.domain.standing import Standing

FIELD_NAME = re.compile(r"r([1-9][0-9]{0,2})")
"""The name of a field in statements and conditions: `r` and its row."""

KNOWN_BY_RECORD = frozenset(
    (
        *("risk.authority", "risk.people", "risk.exemption"),
        *("filing.type", "filing.status", "filing.previous", "filing.incident", "filing.late"),
        *("filing.controller_in_eea", "filing.told_at", "filing.communicated_at"),
        *("filing.communication", "filing.risk_reasons", "filing.people_reasons"),
        "filing.withdrawal_reason",
        *("filing.processor.name", "filing.processor.contact"),
        *("filing.severity", "filing.outcome", "filing.risk_factors", "filing.remark.risk"),
        *("filing.lead", "filing.authorities", "filing.establishments"),
        *("filing.cross_border", "filing.from_outside"),
        *("filing.remark.severity", "filing.remark.severity_decided"),
    )
)
"""What a form may look at besides facts: decisions, and what the record knows of the notification."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class Required(StrEnum):
    """What a form asks of a field; conditional means mandatory where the field applies."""

    MANDATORY = "M"
    CONDITIONAL = "C"
    OPTIONAL = "O"


class FieldKind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    LONGTEXT = "longtext"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    NUMBER = "number"
    NUMBER_PER_COUNTRY = "number_per_country"
    LIST = "list"


TEXTS = frozenset((FieldKind.TEXT, FieldKind.LONGTEXT))
TIMES = frozenset((FieldKind.DATE, FieldKind.DATETIME))

Derivation: TypeAlias = Literal[
    "address",
    "reach",
    "is_dpo",
    "party_qualities",
    "party_names",
    "party_contacts",
    "period",
    "course",
    "intelligible",
    "groups",
    "data",
    "protections",
    "measures",
    "eea_countries",
    "eea_numbers",
]
"""What data alone cannot say; `domain/form_derive.py` has a function for each."""


class Fill(_Frozen):
    """One way in which facts answer a field."""

    source: tuple[Pattern, ...] = Field((), alias="from")
    """The facts that the answer comes from; without `options_from`, `value` and `derive`, they are it."""
    options: Mapping[str, str] = Field(default_factory=dict, alias="options_from")
    """Which option a fact's value stands for."""
    value: Scalar | None = None
    """The answer, where `when` holds or a fact of `unknown` is stated as not yet known."""
    unknown: tuple[Pattern, ...] = ()
    derive: Derivation | None = None
    when: tuple[Condition, ...] = ()
    weak: bool = False
    """A proposal: another answer, once stated, does not contradict it."""
    proposed: bool = False
    """Ours alone: shown as a proposal, and not enough for a complete notification."""
    remark: Pattern | None = None
    """Where the record says what the answer comes from, to be shown beside it."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [bool(self.options), self.value is not None, self.derive is not None]
        if sum(ways) > 1:
            raise ValueError("options_from, value and derive exclude each other")
        if self.unknown and self.value is None:
            raise ValueError("unknown needs the value that it stands for")
        if not self.source and not self.unknown:
            raise ValueError("needs from, or unknown")
        return self


class FormField(_Frozen):
    """One field of a form."""

    row: int = Field(ge=1, le=999)
    section: str
    requirement: Required
    label: str
    """The form's own words."""
    kind: FieldKind
    multiple: bool = False
    of: Literal["eea_country", "eea_authority"] | None = None
    """What a list holds, where it is not free."""
    options: Mapping[str, str] = Field(default_factory=dict)
    """By our short key, the form's own words, in its order."""
    incomplete_only: tuple[str, ...] = ()
    """The options that only an incomplete notification may choose."""
    incomplete_only_derived: bool = False
    """The form says so only of similar fields; that it holds here is our reading."""
    authority_option: bool = False
    """It exists only in the forms of authorities that want it."""
    visible: tuple[Condition, ...] = ()
    applies: tuple[Condition, ...] = ()
    """Ours: when an answer is asked, where the form names no condition or none that can be meant."""
    note: str = ""
    ask: tuple[Pattern, ...] = ()
    """The facts that supply the answer; without them it is stated under the field's own name."""
    fill: tuple[Fill, ...] = ()

    @property
    def name(self) -> str:
        """The field's name in statements and conditions, such as `r57`."""
        return f"r{self.row}"

    @property
    def shown_if(self) -> tuple[Condition, ...]:
        """All conditions under which an answer is asked."""
        return (*self.visible, *self.applies)

    @property
    def asked_patterns(self) -> frozenset[str]:
        """Every fact and row that its conditions look at."""
        return frozenset(facts_of(self.conditions))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the field and of what fills it."""
        return (*self.shown_if, *(one for fill in self.fill for one in fill.when))

    @property
    def looked_at(self) -> tuple[str, ...]:
        """Every path at which it looks, or where an answer can be stated."""
        sources = (path for fill in self.fill for path in (*fill.source, *fill.unknown))
        remarks = (fill.remark for fill in self.fill if fill.remark)
        return (*sorted(self.asked_patterns), *sources, *remarks, *self.ask)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.options) != (self.kind is FieldKind.CHOICE):
            raise ValueError("a choice needs options, and nothing else has them")
        for key in (*self.incomplete_only, *_options_of(self.fill)):
            if self.options and key not in self.options:
                raise ValueError(f"{key!r} is none of its options")
        if (self.of is not None) and self.kind is not FieldKind.LIST:
            raise ValueError("only a list says what it is of")
        return self


class Contradiction(_Frozen):
    """Two answers that cannot both be right."""

    rows: tuple[int, ...] = Field(min_length=2)
    when: tuple[Condition, ...] = Field(min_length=1)
    text: str


class FormHead(_Frozen):
    """Which form it is, and to whom its words are owed."""

    id: str
    name: str
    publisher: str
    version: str
    dated: date
    status: str
    standing: Standing
    url: str
    credit: str
    license: str
    withdrawal: tuple[int, ...] = ()
    """The rows that a withdrawal answers (ours): which notification, why, and who says so."""
    fields: int
    mandatory: int
    conditional: int
    optional: int


class Form(_Frozen):
    """A form of the authorities."""

    head: FormHead = Field(alias="template")
    fields: tuple[FormField, ...] = Field(alias="field", min_length=1)
    contradictions: tuple[Contradiction, ...] = Field((), alias="contradiction")

    @cached_property
    def by_name(self) -> Mapping[str, FormField]:
        """Its fields by name, such as `r57`."""
        return {field.name: field for field in self.fields}


def misfits(form: Form) -> Iterator[tuple[int, str]]:
    """Yield what does not fit together in a form, by row: 0 for the form as a whole.

    A condition may look at earlier rows only, so that one pass from the top settles every field.
    """
    seen: dict[str, FormField] = {}
    for field in form.fields:
        yield from ((field.row, reason) for reason in _out_of_place(field, seen))
        seen[field.name] = field
    yield from ((0, reason) for reason in _miscounted(form))
    yield from ((row, "is no row") for row in form.head.withdrawal if f"r{row}" not in seen)
    for rule in form.contradictions:
        yield from ((row, "is no row") for row in rule.rows if f"r{row}" not in seen)
        yield from ((rule.rows[0], reason) for reason in _foreign_options(rule.when, seen))


def _out_of_place(field: FormField, seen: Mapping[str, FormField]) -> Iterator[str]:
    """Yield what does not fit in a field that follows those seen."""
    if seen and field.row <= max(one.row for one in seen.values()):
        yield "rows stand in rising order, each once"
    for pattern in sorted(field.asked_patterns):
        if FIELD_NAME.fullmatch(pattern) and pattern not in seen:
            yield f"{pattern} is no earlier row"
    yield from _foreign_options(field.conditions, seen)


def _miscounted(form: Form) -> Iterator[str]:
    """Yield that a form holds other numbers of fields than its head announces."""
    head = form.head
    counted = [sum(one.requirement is kind for one in form.fields) for kind in Required]
    announced = [head.fields, head.mandatory, head.conditional, head.optional]
    if [len(form.fields), *counted] != announced:
        yield f"holds {len(form.fields)} fields ({counted}), not those that it announces"


def _foreign_options(
    conditions: Iterable[Condition], seen: Mapping[str, FormField]
) -> Iterator[str]:
    """Yield the values in conditions that are no option of the row they are held against."""
    for condition in conditions:
        for name, values in _compared(condition):
            known = seen[name].options if name in seen else {}
            foreign = [one for one in values if known and one not in known]
            yield from (f"{name} has no option {one!r}" for one in foreign)


def _compared(condition: Condition) -> Iterator[tuple[str, tuple[Scalar, ...]]]:
    match condition:
        case FactIn() | FactNotIn():
            yield condition.fact, condition.values
        case AnyOf():
            for below in (one for group in condition.groups for one in group):
                yield from _compared(below)


def _options_of(fills: tuple[Fill, ...]) -> Iterator[str]:
    for fill in fills:
        yield from fill.options.values()
        if isinstance(fill.value, str):
            yield fill.value
