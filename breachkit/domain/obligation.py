"""The shape of any law or agreement: obligations, their clocks and what they require."""

from collections.abc import Iterator, Mapping
from datetime import time
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from breachkit.domain.condition import Condition, Pattern
from breachkit.domain.instant import zone_of
from breachkit.domain.instrument import InForce
from breachkit.domain.limit import Limit, Period, Unit
from breachkit.domain.predicate import duties_of, facts_of
from breachkit.domain.standing import LawPart, Standing
from breachkit.domain.trigger import Provisional, StartFact, Trigger


class Bearer(StrEnum):
    """Who has to act, by role in the processing."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"
    MANUFACTURER = "manufacturer"
    """Of a product, whoever processes the data in it."""
    ENTITY = "entity"
    """Of a regulated sector, such as an essential entity or a bank."""
    OPERATOR = "operator"
    """Of a network or a service."""

    @property
    def by_processing(self) -> bool:
        """Whether the role in the processing decides, which differs from scope to scope."""
        return self is Bearer.PROCESSOR or self is Bearer.CONTROLLER


class Addressee(StrEnum):
    """Whom an obligation is owed to."""

    PARTNER = "partner"
    AUTHORITY = "authority"
    """A supervisory authority for data protection."""
    DATA_SUBJECTS = "data_subjects"
    REGULATOR = "regulator"
    """Any other authority: a CSIRT, a financial supervisor, an attorney general."""
    USERS = "users"
    """Of a product or service, whether or not their data are concerned."""
    PUBLIC = "public"
    OURSELVES = "ourselves"
    """An assessment or a record of our own."""


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
    CALENDAR = "calendar"
    """Days or months on the calendar: the day of the event is not counted."""
    WORKING = "working"
    """Days or hours on which work is done, by a calendar of public holidays."""


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
    DAY_END = "day_end"
    """The whole of the last day counts: until midnight at its end."""
    ROLL = "roll"
    """A last day without work moves to the end of the next working day: the same, Art. 3(4)."""
    NEXT_NOON = "next_noon"
    """A limit that ends on a day without work moves to noon of the next working day (DORA)."""


class _AnyReading(LawPart):
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


class Caution(LawPart):
    """A warning that belongs to certain facts."""

    citation: str
    standing: Standing
    note: str
    when: tuple[Condition, ...] = Field(min_length=1)


class OtherStage(LawPart):
    """What a stage is called instead, on certain facts."""

    name: str
    when: tuple[Condition, ...] = Field(min_length=1)


class Bound(LawPart):
    """A second time limit of the same obligation; the earlier of all that run is the deadline."""

    citation: str
    standing: Standing
    note: str = ""
    event: str
    trigger: Trigger
    limit: Limit
    when: tuple[Condition, ...] = ()


class Working(LawPart):
    """The hours in which a contract's working hours are counted."""

    zone: str
    begins: time = Field(alias="from")
    ends: time = Field(alias="until")

    @model_validator(mode="after")
    def _check(self) -> "Working":
        zone_of(self.zone)
        if self.begins >= self.ends:
            raise ValueError("working time ends after it begins")
        return self


class Requirement(LawPart):
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


class Obligation(LawPart):
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
    limit: Limit | None = None
    counting: Counting = Counting.ELAPSED
    calendar: str = ""
    """Whose public holidays count, such as `BR` or `DE-BY`; empty knows weekends only."""
    working: Working | None = None
    bounds: tuple[Bound, ...] = Field(default=(), alias="or_earlier")
    also: str = ""
    """What stands beside the figure, or alone: `without undue delay`, `promptly`."""
    standing: Standing
    in_force: InForce | None = None
    """The instrument's own days, unless the obligation has others."""
    scopes: tuple[str, ...] = ()
    """The scopes that a contract with one partner binds; empty binds all."""
    stage: str = ""
    """Name of a stage of several, such as `early warning`."""
    other_stages: tuple[OtherStage, ...] = Field(default=(), alias="stage_where")
    continues: str = ""
    """The obligation whose filing this one continues."""
    recipient: str = ""
    """Who the addressee is, in words, where the addressee alone does not say it."""
    channel: str = ""
    """The channel that is prescribed, in words."""
    letter: str = ""
    """Which notice meets it: obligations with the same letter share one. Empty: the addressee's."""
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
        if self.limit is not None:
            self._check_counting(self.limit)
        return self

    def _check_counting(self, limit: Period) -> None:
        if _COUNTED[limit.unit] is not self.counting:
            raise ValueError(f"{limit} are counted as {_COUNTED[limit.unit]}, not {self.counting}")
        if limit.needs_calendar and not self.calendar:
            raise ValueError(f"{limit} need a calendar of public holidays, such as calendar = 'BR'")
        if (limit.unit is Unit.WORKING_HOURS) is not (self.working is not None):
            raise ValueError("working hours, and they alone, need working = { zone, from, until }")

    @property
    def reader(self) -> str:
        """Which notice meets it: its own letter, or the one to its addressee."""
        return self.letter or self.addressee.value

    @property
    def qualified_id(self) -> str:
        """The id with its instrument, such as `imou-dpa/6.3`."""
        return f"{self.instrument}/{self.id}"

    @property
    def patterns(self) -> frozenset[str]:
        """Every fact that the obligation looks at."""
        asked = {p for r in self.requirements for p in (*r.facts, *r.any_of)}
        bounds = [self.trigger, *(bound.trigger for bound in self.bounds)]
        started = {fact.fact for trigger in bounds for fact in trigger.earliest}
        read = {r.trigger for r in self.readings if isinstance(r, OtherTrigger)}
        alarmed = set(self.provisional.facts) if self.provisional else set()
        return frozenset(asked | started | read | alarmed | set(facts_of(self._conditions())))

    @property
    def duties(self) -> frozenset[str]:
        """The qualified ids of all obligations that a condition asks about."""
        return frozenset(duties_of(self._conditions()))

    @property
    def stages(self) -> frozenset[str]:
        """The qualified ids of the obligations whose submission starts one of its clocks."""
        triggers = [self.trigger, *(bound.trigger for bound in self.bounds)]
        return frozenset(f.sent for t in triggers for f in t.earliest if f.sent)

    def _conditions(self) -> Iterator[Condition]:
        yield from self.when
        started = (*self.trigger.earliest, *(f for b in self.bounds for f in b.trigger.earliest))
        notes = (*self.readings, *self.cautions, *self.other_stages)
        for part in (*self.requirements, *notes, *self.bounds, *started):
            yield from part.when
        if self.provisional:
            yield from self.provisional.when


_COUNTED: Final[Mapping[Unit, Counting]] = {
    Unit.HOURS: Counting.ELAPSED,
    Unit.DAYS: Counting.CALENDAR,
    Unit.MONTHS: Counting.CALENDAR,
    Unit.WORKING_DAYS: Counting.WORKING,
    Unit.WORKING_HOURS: Counting.WORKING,
}


def _collection(pattern: str) -> str:
    """Return what stands before the last `*`; empty for a single fact."""
    return pattern.rpartition(".*")[0]
