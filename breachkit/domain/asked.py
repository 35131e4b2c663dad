"""What a text asks of the facts: the questions that choose its words, beside the facts that it prints."""

from collections.abc import Iterable
from typing import Any, Final

Word = str | bool
Question = tuple[Word, ...]
"""Whether a fact is one of these words, or a list that holds one; with none, whether it is stated."""

WHOLE: Final[Question] = ("*",)
"""What exactly the fact is, or which keys a branch has: any change is another answer."""

Ask = tuple[str, Question]
"""A path in a scope's view, and what is asked of it. A `*` stands for each key: `data.*` are the keys
themselves, and of `data.*.category` it is asked whether any of them is one of the words.

A plain tuple, because a view puts some hundred of them together.
"""

Asks = tuple[Ask, ...]


class Flag:
    """A truth value that knows on which facts it hangs.

    Templates ask it as they ask any truth value. No dataclass, because drafting makes hundreds.
    """

    __slots__ = ("asks", "holds")

    def __init__(self, holds: bool, asks: Asks = ()) -> None:
        self.holds, self.asks = holds, asks

    def __bool__(self) -> bool:
        return self.holds

    def __repr__(self) -> str:
        return f"Flag({self.holds}, {self.asks})"

    def __invert__(self) -> "Flag":
        return Flag(not self.holds, self.asks)

    def __and__(self, other: "Flag") -> "Flag":
        # One part that fails decides alone, whatever the other says.
        if self.holds and other.holds:
            return Flag(True, self.asks + other.asks)
        return other if self.holds else self

    def __or__(self, other: "Flag") -> "Flag":
        if self.holds or other.holds:
            return self if self.holds else other
        return Flag(False, self.asks + other.asks)


class Items(list[Any]):
    """A list that knows of which facts it is made: which things there are, and what chose among them."""

    __slots__ = ("asks", "if_any")

    def __init__(self, items: Iterable[Any], asks: Asks, if_any: Asks | None = None) -> None:
        super().__init__(items)
        self.asks = asks
        self.if_any = asks if if_any is None else if_any
        """What is asked by whoever wants to know only whether there is anything."""


def answer(value: Any, question: Question) -> bool:
    """Return what a fact answers to a question other than WHOLE; one not stated is no word."""
    if isinstance(value, dict) and "kind" not in value:
        value = list(value.values())
    if not question:
        return value is not None and value not in ("", [])
    return any(one in question for one in value) if isinstance(value, list) else value in question
