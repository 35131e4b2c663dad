"""What a template may print, ask and walk; a blank never stands where a fact should."""

import datetime as dt
from dataclasses import dataclass, field

import pytest

from breachkit.adapters.rendering import to_text
from breachkit.domain.document import Printed
from breachkit.errors import TemplateError


@dataclass
class Org:
    name: Printed = field(default_factory=lambda: Printed("Acme"))
    since: object = dt.date(2026, 3, 1)
    secret = "class attribute"

    @property
    def short(self) -> Printed:
        return Printed("A.")

    def method(self) -> str:
        return "called"


class Plain:
    name = Printed("Acme")


def refusal(render, source: str, **view: object) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        render(f"one\n{source}\n", **view)
    return caught.value


@pytest.mark.parametrize(
    "source",
    ["{{ custmer }}", "{% if custmer %}a{% endif %}", "{% if not custmer %}a{% endif %}",
     "{% for i in custmer %}a{% endfor %}", "{% if custmer == 'a' %}a{% endif %}",
     "{{ custmer.name }}", "{% if customer and custmer %}a{% endif %}"],
)  # fmt: skip
def test_an_undefined_name_is_refused_by_line(render, source: str) -> None:
    error = refusal(render, source, customer=Printed("x"), other=True)
    assert error.message == "t.md.j2:3: 'custmer' is undefined"
    assert error.hint == "known here: customer"


@pytest.mark.parametrize(
    "source",
    ["{{ org.nam }}", "{% if org.nam %}a{% endif %}", "{% for i in org.nam %}a{% endfor %}",
     "{% if org.nam == 'a' %}a{% endif %}", "{{ org.nam.x }}"],
)  # fmt: skip
@pytest.mark.parametrize("org", [{"name": Printed("x")}, Org()])
def test_an_undefined_attribute_is_refused_by_line(render, source: str, org: object) -> None:
    error = refusal(render, source, org=org)
    assert error.message == "t.md.j2:3: 'nam' is undefined"
    assert error.hint == "known here: name"


def test_the_line_is_that_of_the_expression(render) -> None:
    error = refusal(render, "two {{ a }}\n\nfour {{ a }}\nfive {{ b }}", a=Printed("x"))
    assert error.message == "t.md.j2:6: 'b' is undefined"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "the value to be printed is None"),
        (Printed(""), "the value to be printed is empty"),
        (Printed(" \n "), "the value to be printed is empty"),
        (Printed("", ("org.name",)), "the value to be printed is empty (org.name)"),
        ("", "the value to be printed is empty"),
        ("\u00a0", "the value to be printed is empty"),
        (True, "a bool cannot be printed"),
        (False, "a bool cannot be printed"),
        ([], "a list cannot be printed"),
        ([Printed("x")], "a list cannot be printed"),
        ({"a": Printed("x")}, "a dict cannot be printed"),
        (Org(), "a Org cannot be printed"),
        (Printed("a\rb"), "the value to be printed holds the character U+000D, which no"),
        (Printed("a\tb"), "the value to be printed holds the character U+0009, which no"),
        (Printed("\x1b[1m", ("p",)), "the value to be printed holds the character U+001B (p)"),
        (Printed("\x00"), "the value to be printed holds the character U+0000, which no"),
        (Printed("a\u202eb"), "the value to be printed holds the character U+202E, which no"),
        (Printed("a\u2069b"), "the value to be printed holds the character U+2069, which no"),
        (Printed("\ud800"), "the value to be printed holds the character U+D800, which no"),
    ],
)
def test_what_cannot_stand_in_a_text_is_refused(render, value: object, message: str) -> None:
    assert refusal(render, "{{ x }}", x=value).message.startswith(f"t.md.j2:3: {message}")
    nested = refusal(render, "{{ o.x }}", o={"x": value})
    assert nested.message.startswith(f"t.md.j2:3: {message}")


@pytest.mark.parametrize("value", [7, 1.5, dt.date(2026, 3, 1), b"x", object(), {"a"}, Plain()])
def test_a_raw_value_in_the_view_is_refused(render, value: object) -> None:
    kind = type(value).__name__
    assert refusal(render, "a", x=value).message == (
        f"t.md.j2: x holds a {kind}, which a template cannot use"
    )
    assert refusal(render, "{% if o.x %}a{% endif %}", o={"x": value}).message == (
        f"t.md.j2:3: x holds a {kind}, which a template cannot use"
    )
    assert refusal(render, "{% for i in l %}a{% endfor %}", l=[value]).message == (
        f"t.md.j2:3: an element holds a {kind}, which a template cannot use"
    )
    assert refusal(render, "{% for k, v in l %}a{% endfor %}", l={"k": value}).message == (
        f"t.md.j2:3: k holds a {kind}, which a template cannot use"
    )


def test_none_may_be_asked_about(render) -> None:
    source = "{% if x %}yes{% else %}no{% endif %} {% if not o.x %}no{% endif %}"
    assert to_text(render(source, x=None, o={"x": None})) == "no no\n"


def test_an_empty_printed_value_is_false(render) -> None:
    assert to_text(render("{% if x %}yes{% else %}no{% endif %}", x=Printed(""))) == "no\n"


def test_a_plain_string_is_printed_without_paths(render) -> None:
    (block,) = render("Dear {{ x }}.", x="*A*").blocks
    assert [(run.text, run.paths) for run in block.runs] == [("Dear ", ()), ("*A*", ()), (".", ())]


def test_a_mapping_answers_with_its_keys_and_never_its_methods(render) -> None:
    source = "{% for each in view.items %}{{ each }} {% endfor %}{{ view.keys }}"
    view = {"items": [Printed("one"), Printed("two")], "keys": Printed("three")}
    assert to_text(render(source, view=view)) == "one two three\n"
    error = refusal(render, "{{ view.items }}", view={"a": Printed("x")})
    assert error.message == "t.md.j2:3: 'items' is undefined"


def test_an_object_answers_with_declared_fields_and_properties_only(render) -> None:
    assert to_text(render("{{ org.name }} {{ org.short }}", org=Org())) == "Acme A.\n"
    for name in ("secret", "method"):
        error = refusal(render, f"{{{{ org.{name} }}}}", org=Org())
        assert error.message == f"t.md.j2:3: '{name}' is undefined"
    error = refusal(render, "{{ org.since }}", org=Org())
    assert error.message == "t.md.j2:3: since holds a date, which a template cannot use"


@pytest.mark.parametrize("name", ["text", "paths", "upper"])
def test_a_printed_value_cannot_be_parted_from_its_paths(render, name: str) -> None:
    for value in (Printed("x", ("p",)), "x"):
        error = refusal(render, f"{{{{ x.{name} }}}}", x=value)
        assert error.message == f"t.md.j2:3: '{name}' is undefined"


@pytest.mark.parametrize(
    ("names", "value", "message"),
    [
        ("i", Printed("abc"), "a for cannot go through a Printed"),
        ("i", "abc", "a for cannot go through a str"),
        ("i", None, "a for cannot go through a NoneType"),
        ("i", True, "a for cannot go through a bool"),
        ("i", {"a": Printed("x")}, "a for over a mapping needs two names"),
        ("a, b", ["xy"], "a for with two names needs a mapping or pairs"),
        ("a, b", [(Printed("x"),)], "a for with two names needs a mapping or pairs"),
    ],
)
def test_a_loop_goes_through_lists_and_mappings_only(
    render, names: str, value: object, message: str
) -> None:
    error = refusal(render, f"{{% for {names} in x %}}a{{% endfor %}}", x=value)
    assert error.message == f"t.md.j2:3: {message}"


def test_pairs_are_walked_with_two_names(render) -> None:
    source = "{% for a, b in x %}{{ a }}{{ b }} {% endfor %}"
    assert to_text(render(source, x=[("a", "b"), [Printed("c"), "d"]])) == "ab cd\n"


@pytest.mark.parametrize("value", [True, ["a"], {"a": "b"}])
def test_only_words_are_compared(render, value: object) -> None:
    error = refusal(render, "{% if x == 'a' %}a{% endif %}", x=value)
    assert error.message == f"t.md.j2:3: a {type(value).__name__} cannot be compared with 'a'"


@pytest.mark.parametrize("name", ["range", "dict", "lipsum", "cycler", "joiner", "namespace"])
def test_no_function_of_jinja_is_known(render, name: str) -> None:
    assert refusal(render, f"{{{{ {name} }}}}").message == f"t.md.j2:3: '{name}' is undefined"
