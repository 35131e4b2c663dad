"""The shape of any law or agreement: obligations, their clocks and what they require."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from breachkit.domain.predicate import Condition, Pattern, duties_of, facts_of


class Standing(StrEnum):
    """How well a statement about the law is known."""

    TEXT = "text"
    """We read the instrument's own words."""
    OFFICIAL = "official"
    """We read what an authority publishes."""
    SECONDARY = "secondary"
    """We read somebody else on it, not the source."""
    UNVERIFIED = "unverified"
    """We think so and have read nothing on it."""
    DISPUTED = "disputed"
    """Those who should know do not agree."""
    DERIVED = "derived"
    """Our own reading or computation."""


class InstrumentKind(StrEnum):
    """Where an obligation comes from."""

    CONTRACT = "contract"
    LAW = "law"


class Bearer(StrEnum):
    """Who has to act, by role in the processing."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"


class Addressee(StrEnum):
    """Whom an obligation is owed to."""

    PARTNER = "partner"
    AUTHORITY = "authority"
    DATA_SUBJECTS = "data_subjects"


class Owed(StrEnum):
    """How an obligation depends on the risk for people (Art. 33(1) and 34(1) GDPR)."""

    ALWAYS = "always"
    UNLESS_RISK_UNLIKELY = "unless_risk_unlikely"
    """An unknown risk leaves it owed: whoever stays silent has to show why."""
    IF_HIGH_RISK = "if_high_risk"
    """An unknown risk leaves it undecided."""


class Counting(StrEnum):
    """How a time limit is counted."""

    ELAPSED = "elapsed"
    """Hours that pass, counted in UTC; weekends and holidays count."""


class UnknownAllowed(StrEnum):
    """In which notices a reasoned "not yet known" answers a requirement."""

    NEVER = "never"
    INITIAL = "initial"
    """In every phase but the final one."""
    ALWAYS = "always"


class Rounding(StrEnum):
    """A way of counting other than the strict one, shown as an annotation only."""

    REG1182 = "reg1182"
    """The hour of the event is not counted: Regulation (EEC, Euratom) No 1182/71, Art. 3."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _check_start(path: str) -> str:
    if not path.startswith(("timeline.", "origin.")) or "*" in path:
        raise ValueError(f"a clock starts at a fact below timeline or origin, not at {path!r}")
    return path


StartFact: TypeAlias = Annotated[Pattern, AfterValidator(_check_start)]
"""The path of an instant that can start a clock."""


class TriggerFact(_Frozen):
    """An instant that starts a clock, where its conditions hold."""

    fact: StartFact
    when: tuple[Condition, ...] = ()


class Trigger(_Frozen):
    """What starts a clock: the earliest of the instants that apply.

    In a law file a single fact may stand as plain text.
    """

    earliest: tuple[TriggerFact, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _lift(cls, raw: object) -> object:
        return {"earliest": [{"fact": raw}]} if isinstance(raw, str) else raw


class Provisional(_Frozen):
    """The instants from which an alarm runs while no trigger is stated.

    Only for clocks that our own knowledge starts: another party's act is waited for.
    """

    facts: tuple[StartFact, ...] = Field(min_length=1)
    when: tuple[Condition, ...] = ()


class _AnyReading(_Frozen):
    citation: str
    standing: Standing
    note: str
    when: tuple[Condition, ...] = ()


class OtherTrigger(_AnyReading):
    """A reading under which another instant starts the clock."""

    trigger: StartFact


class OtherCounting(_AnyReading):
    """A reading under which the same clock is counted in another way."""

    rounding: Rounding


class Remark(_AnyReading):
    """A reading for which no date is computed, because nobody should rely on one."""


def _reading_tag(raw: object) -> str:
    if isinstance(raw, dict):
        return next((key for key in ("trigger", "rounding") if key in raw), "remark")
    if isinstance(raw, OtherTrigger):
        return "trigger"
    return "rounding" if isinstance(raw, OtherCounting) else "remark"


Reading: TypeAlias = Annotated[
    Annotated[OtherTrigger, Tag("trigger")]
    | Annotated[OtherCounting, Tag("rounding")]
    | Annotated[Remark, Tag("remark")],
    Discriminator(_reading_tag),
]
"""Another way to read a time limit: shown beside the deadline, never instead of it."""


class Caution(_Frozen):
    """A warning that belongs to certain facts."""

    citation: str
    standing: Standing
    note: str
    when: tuple[Condition, ...] = Field(min_length=1)


class Requirement(_Frozen):
    """One thing that a notice has to say.

    Met when all of `facts` and, where given, at least one of `any_of` are stated; a `*` asks for
    each key, and no key at all is missing. The first of `any_of` is the one that is asked for.
    """

    citation: str
    title: str
    facts: tuple[Pattern, ...] = ()
    any_of: tuple[Pattern, ...] = ()
    when: tuple[Condition, ...] = ()
    unknown: UnknownAllowed
    standing: Standing = Standing.TEXT
    note: str = ""

    @model_validator(mode="after")
    def _check(self) -> "Requirement":
        if not (self.facts or self.any_of):
            raise ValueError("a requirement needs facts or any_of")
        # The alternatives of any_of may differ: a total, or the figure of each group.
        stars = {_collection(pattern) for pattern in self.facts}
        if len(stars) > 1 and any(stars):
            raise ValueError(f"all facts stand in one collection, not in {sorted(stars)}")
        # A binding replaces each `*` by position; from another collection it would be a wrong key.
        others = {_collection(fact) for fact in facts_of(self.when) if "*" in fact} - stars
        if others and any(stars):
            raise ValueError(f"conditions with '*' belong to {sorted(stars)}, not {sorted(others)}")
        return self

    @cached_property
    def collection(self) -> str:
        """The first fact with a `*`, whose keys it is asked for one by one; empty without one."""
        return next((pattern for pattern in self.facts if "*" in pattern), "")

    @cached_property
    def applies_by_key(self) -> bool:
        """Whether it can apply to one key and not to another."""
        return any("*" in fact for fact in facts_of(self.when))


def parse_limit(raw: object) -> object:
    """Return the length of a limit such as `48 hours`; other values pass for pydantic to judge.

    Only hours: days and months end by rules of their own, which are not built yet.
    """
    if not isinstance(raw, str):
        return raw
    found = re.fullmatch(r"([1-9][0-9]{0,3}) hours?", raw)
    if not found:
        raise ValueError(f"{raw!r} is not a number of hours such as '48 hours'")
    return timedelta(hours=int(found[1]))


class Obligation(_Frozen):
    """What one provision obliges somebody to do, towards whom, and until when."""

    instrument: str
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")
    citation: str
    title: str
    """What has to be done, in our own words."""
    owed_by: Bearer
    addressee: Addressee
    owed: Owed
    when: tuple[Condition, ...] = ()
    """Where it applies at all."""
    trigger: Trigger
    event: str
    """The trigger in words, as in "waiting for …"."""
    provisional: Provisional | None = None
    limit: Annotated[timedelta, BeforeValidator(parse_limit)] | None = None
    counting: Counting = Counting.ELAPSED
    also: str = ""
    """What stands beside the figure, or alone: `without undue delay`, `promptly`."""
    standing: Standing
    by_notice: bool = True
    """Whether a notice meets it; false for what is done, not said."""
    notes: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = Field(default=(), alias="reading")
    cautions: tuple[Caution, ...] = Field(default=(), alias="caution")
    requirements: tuple[Requirement, ...] = Field(default=(), alias="requires")

    @model_validator(mode="after")
    def _check(self) -> "Obligation":
        if self.limit is None and not self.also:
            raise ValueError("an obligation without a limit says in `also` how soon")
        if self.limit is None and any(isinstance(r, OtherCounting) for r in self.readings):
            raise ValueError("without a limit there is nothing to round")
        return self

    @property
    def qualified_id(self) -> str:
        """The id with its instrument, such as `imou-dpa/6.3`."""
        return f"{self.instrument}/{self.id}"

    @property
    def patterns(self) -> frozenset[str]:
        """Every fact that the obligation looks at."""
        asked = {p for r in self.requirements for p in (*r.facts, *r.any_of)}
        started = {fact.fact for fact in self.trigger.earliest}
        read = {r.trigger for r in self.readings if isinstance(r, OtherTrigger)}
        alarmed = set(self.provisional.facts) if self.provisional else set()
        return frozenset(asked | started | read | alarmed | set(facts_of(self._conditions())))

    @property
    def duties(self) -> frozenset[str]:
        """The qualified ids of all obligations that a condition asks about."""
        return frozenset(duties_of(self._conditions()))

    def _conditions(self) -> Iterator[Condition]:
        yield from self.when
        for part in (*self.requirements, *self.readings, *self.cautions, *self.trigger.earliest):
            yield from part.when
        if self.provisional:
            yield from self.provisional.when


class InForce(_Frozen):
    """The days on which an instrument applies, both included."""

    since: date = Field(alias="from")
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether the instrument applies on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


class Provision(_Frozen):
    """A provision on which no clock and no notice of its own hangs, kept to be cited."""

    id: str
    citation: str
    title: str
    standing: Standing
    note: str = ""


class Instrument(_Frozen):
    """A law or an agreement: the source of obligations."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    short: str
    """As it is named beside a citation."""
    kind: InstrumentKind
    citation: str
    in_force: InForce
    standing: Standing
    note: str = ""
    source: str
    """Where the wording was read."""
    provisions: tuple[Provision, ...] = Field(default=(), alias="provision")


def _collection(pattern: str) -> str:
    """Return what stands before the last `*`; empty for a single fact."""
    return pattern.rpartition(".*")[0]
