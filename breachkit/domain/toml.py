"""Why a TOML file is refused, in words that name the key. Standard library only."""

import re

_PLACE = re.compile(r"(.*) \((?:at line (\d+), column \d+|at end of document)\)", re.DOTALL)
_TWICE = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Cannot redefine", "Duplicate")
MOST_DIGITS = 40
"""How many digits a number of a document may have; no figure comes near."""


def why_not_toml(text: str, error: Exception) -> str:
    """Return what is wrong with a TOML text, with its line; the parser's own words name no key."""
    said = why_no_number(error) or str(error)
    place = _PLACE.fullmatch(said)
    if place is None:
        return said
    lines = text.rstrip().splitlines() or [""]
    number = int(place[2] or len(lines))
    line = lines[min(number, len(lines)) - 1]
    if place[1].startswith(_TWICE):
        key = line.partition("=")[0].strip()[:60]
        return f"line {number}: the key {key} stands twice"
    return f"line {number}: {place[1][:1].lower()}{place[1][1:]}"


def why_no_number(error: Exception) -> str:
    """Return why a number is none, where Python speaks of its own settings; else nothing."""
    return "a number with that many digits is no figure" if "int_max_str" in str(error) else ""


def whole_number(text: str) -> int:
    """Return a whole number of a document; ValueError for one with more digits than any figure has."""
    if len(text) > MOST_DIGITS:
        raise ValueError(f"a number of {len(text):,} digits is no figure")
    return int(text)
