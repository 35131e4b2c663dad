"""A grade that may not be settled yet: the least and the most that it can be as things are known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """The lowest and the highest grade that the facts leave open; equal where they settle it.

    What is unknown widens a span and never narrows it, so that unknown never lowers a result.
    """

    low: float
    high: float

    @property
    def is_settled(self) -> bool:
        """Whether the facts leave one grade only."""
        return self.low == self.high

    def __str__(self) -> str:
        shown = f"{self.low:g}"
        return shown if self.is_settled else f"{shown} to {self.high:g}"


def sure(grade: float) -> Span:
    """Return the span of a grade that is settled."""
    return Span(grade, grade)


def highest(spans: Iterable[Span]) -> Span:
    """Return the span of the highest of several grades; 0 for none."""
    found = tuple(spans)
    return Span(
        max((one.low for one in found), default=0), max((one.high for one in found), default=0)
    )


def widest(spans: Iterable[Span]) -> Span:
    """Return the span that holds all of several spans."""
    found = tuple(spans)
    return Span(min(one.low for one in found), max(one.high for one in found))


def combined(rule: Callable[..., float], *spans: Span) -> Span:
    """Return what a rule makes of several grades; it must never fall as one of them rises."""
    return Span(rule(*(one.low for one in spans)), rule(*(one.high for one in spans)))
