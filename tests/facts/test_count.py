"""Numbers as they are known."""

import pytest
from pydantic import TypeAdapter, ValidationError

from breachkit.domain.count import Count

read = TypeAdapter(Count).validate_python


@pytest.mark.parametrize(
    ("written", "form", "value", "high"),
    [
        (712, "exact", 712, None),
        ("712", "exact", 712, None),
        ("about 13,000", "approximate", 13000, None),
        ("~13 000", "approximate", 13000, None),
        ("100-200", "range", 100, 200),
        ("1,000 to 2,000", "range", 1000, 2000),
        ("at least 97", "at_least", 97, None),
        (0, "exact", 0, None),
    ],
)
def test_the_ways_to_write_a_number(written: object, form: str, value: int, high: object) -> None:
    found = read(written)
    assert (found.form, found.value, found.high) == (form, value, high)


@pytest.mark.parametrize(
    "written",
    ["12,5", "1,2,3", "100 20", "13.000", "many", "", -1, True, 1.5, "200-100", "at least 1-2"],
)
def test_what_could_mean_something_else_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        read(written)
