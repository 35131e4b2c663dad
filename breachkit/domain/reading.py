"""Facts of one scope read as printed values: in words, and knowing where they were stated."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from breachkit.domain.alike import View
from breachkit.domain.asked import WHOLE, Ask, Asks, Flag, Items, Word, answer
from breachkit.domain.document import Printed
from breachkit.domain.instant import latest_of
from breachkit.domain.patch import covers, fact_at
from breachkit.domain.scope import ScopeView
from breachkit.domain.words import Words


def ended(text: str) -> str:
    """Return a text as a sentence, so that another one can follow it."""
    text = text.strip()
    return text if not text or text[-1] in ".!?:;…。！？" else f"{text}."


def day_to_come(by: Mapping[str, Any] | None, words: Words, now: datetime) -> str:
    """Return the day by which something follows; nothing for a day that has passed, which is no promise."""
    if not by or latest_of(by["at"], by["zone"], by["precision"]) < now:
        return ""
    return words.day(by)


def keys_of(branch: str) -> Ask:
    """Return the question which things a branch holds."""
    return f"{branch}.*", WHOLE


def asks_of(values: Mapping[str, Any], patterns: Iterable[str]) -> Asks:
    """Return the questions whether anything is stated of what a requirement names."""
    found: list[Ask] = []
    for pattern in patterns:
        head, star, tail = pattern.partition(".*")
        if star:
            found.append(keys_of(head))
            found += ((f"{head}.{key}{tail}", ()) for key in fact_at(values, head) or ())
        else:
            found.append((pattern, ()))
    return tuple(found)


class Reading:
    """The facts of one view, read by their path; a fact that is not there reads as empty."""

    def __init__(self, view: ScopeView, words: Words, now: datetime) -> None:
        self.view, self.words, self.now = view, words, now

    def text(self, path: str) -> Printed:
        """Return a text as it was stated."""
        return self._shown(path, str)

    def said(self, path: str) -> Printed:
        """Return a text as a sentence."""
        value = self.text(path)
        return Printed(ended(value.text), value.paths, value.asks)

    def instant(self, path: str) -> Printed:
        """Return an instant in the reader's language."""
        return self._shown(path, self.words.instant)

    def count(self, path: str) -> Printed:
        """Return a number with its exactness."""
        return self._shown(path, self.words.count)

    def address(self, path: str) -> View:
        """Return how somebody can be reached."""
        parts = ("name", "role", "email", "phone", "postal")
        return {part: self.text(f"{path}.{part}") for part in parts}

    def why(self, path: str) -> View:
        """Return whether a fact was stated as not yet known, why, and by when it will follow."""
        known = next((known for known in self.view.unknown if covers(known, path)), None)
        return self.because((self.view.path_of(path),), self.view.unknown[known] if known else {})

    def because(self, paths: tuple[str, ...], unknown: Mapping[str, Any]) -> View:
        """Return the reason and the day of what is not yet known, or that nobody said so."""
        by = day_to_come(unknown.get("follows_by"), self.words, self.now)
        return {
            "unknown": bool(unknown),
            "reason": Printed(str(unknown.get("reason", "")).rstrip(" .;,"), paths),
            "by": Printed(by, paths) if by else Printed(""),
        }

    def is_one_of(self, path: str, *values: Word) -> Flag:
        """Return whether a fact is one of some values, or a list that holds one of them."""
        return Flag(answer(fact_at(self.view.values, path), values), ((path, values),))

    def each_of(self, path: str, *values: str) -> dict[str, Flag]:
        """Return for each value whether the fact is that."""
        found = fact_at(self.view.values, path)
        return {value: Flag(answer(found, (value,)), ((path, (value,)),)) for value in values}

    def any_of(self, branch: str, part: str) -> Callable[..., Flag]:
        """Return what tells whether a part of anything in a branch is one of some values."""
        facts = [fact_at(self.view.values, f"{path}.{part}") for path in self.paths(branch)]
        asked = f"{branch}.*.{part}"
        return lambda *values: Flag(answer(facts, values), ((asked, values),))

    def items(self, branch: str, items: Iterable[Any], *more: Ask) -> Items:
        """Return a list made of what a branch holds; `more` is what else decided what stands in it."""
        keys = keys_of(branch)
        return Items(items, (keys, *more), None if more else ((keys[0], ()),))

    def paths(self, branch: str) -> list[str]:
        """Return the path of each item of a branch."""
        return [f"{branch}.{key}" for key in fact_at(self.view.values, branch) or ()]

    def _shown(self, path: str, shown: Callable[[Any], str]) -> Printed:
        value = fact_at(self.view.values, path)
        if not value:
            return Printed("", (), ((path, ()),))
        return Printed(shown(value), (self.view.path_of(path),))
