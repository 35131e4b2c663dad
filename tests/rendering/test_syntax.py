"""What a template may not do is refused when it is loaded, by line."""

import pytest

from breachkit.adapters.rendering import to_text
from breachkit.adapters.rendering.syntax import HINT
from breachkit.domain.document import Printed
from breachkit.errors import TemplateError

REFUSED = [
    ("{{ x|safe }}", "the filter 'safe'"),
    ("{{ x|nosuchfilter }}", "the filter 'nosuchfilter'"),
    ("{{ x.y|upper|lower }}", "the filter 'lower'"),
    ("{% if x|length %}a{% endif %}", "the filter 'length'"),
    ("{% filter upper %}a{% endfilter %}", "a filter block"),
    ("{{ range(9) }}", "a call"),
    ("{% for i in range(1000000000) %}a{% endfor %}", "a call"),
    ("{{ x.format() }}", "a call"),
    ("{% if x.y() %}a{% endif %}", "a call"),
    ("{{ x['y'] }}", "an index"),
    ("{{ x[0] }}", "an index"),
    ("{{ x.0 }}", "an index"),
    ("{{ x[1:2] }}", "an index"),
    ("{% for i in x[1:] %}a{% endfor %}", "an index"),
    ("{% set y = x %}", "set"),
    ("{% set y %}a{% endset %}", "set"),
    ("{% macro m() %}a{% endmacro %}", "macro"),
    ("{% call x() %}a{% endcall %}", "call"),
    ("{% import 'a' as a %}", "import"),
    ("{% from 'a' import b %}", "import"),
    ("{% extends 'a' %}", "extends"),
    ("{% block b %}a{% endblock %}", "block"),
    ("{% with y = x %}a{% endwith %}", "with"),
    ("{% autoescape true %}a{% endautoescape %}", "autoescape"),
    ("{% raw %}a{% endraw %}", "raw"),
    ("{{ x + 1 }}", "the operator '+'"),
    ("{{ x * x }}", "the operator '*'"),
    ("{{ -x }}", "the operator '-'"),
    ("{{ x ~ y }}", "joining with '~'"),
    ("{{ x and y }}", "the operator 'and'"),
    ("{{ not x }}", "the operator 'not'"),
    ("{{ x == 'a' }}", "'compare'"),
    ("{{ 'word' }}", "a constant"),
    ("{{ 7 }}", "a constant"),
    ("{{ [x] }}", "a list"),
    ("{{ {'a': x} }}", "a mapping"),
    ("{{ (x, y) }}", "a tuple"),
    ("{{ x if y }}", "an inline if"),
    ("{{ 'a'.x }}", "a constant"),
    ("{% if true %}a{% endif %}", "a constant"),
    ("{% if x and 1 %}a{% endif %}", "a constant"),
    ("{% if x is defined %}a{% endif %}", "the test 'is defined'"),
    ("{% if x > 'a' %}a{% endif %}", "a comparison other than == or !="),
    ("{% if 'a' in x %}a{% endif %}", "a comparison other than == or !="),
    ("{% if x == 'a' == 'b' %}a{% endif %}", "a comparison other than == or !="),
    ("{% if x == 1 %}a{% endif %}", "a comparison with anything but a quoted word"),
    ("{% if x == y %}a{% endif %}", "a comparison with anything but a quoted word"),
    ("{% if 'a' == 'a' %}a{% endif %}", "a constant"),
    ("{% for i in x recursive %}a{% endfor %}", "a recursive for"),
    ("{% for i in x if i %}a{% endfor %}", "a for with a condition"),
    ("{% for i in x %}a{% else %}b{% endfor %}", "a for with else"),
    ("{% for a, b, c in x %}a{% endfor %}", "a for with anything but one name or two"),
    ("{% for a, (b, c) in x %}a{% endfor %}", "a for with anything but one name or two"),
    ("{% for i in x and y %}a{% endfor %}", "the operator 'and'"),
    ("{{ (x or y).z }}", "the operator 'or'"),
    ("{% if (not x) == 'a' %}a{% endif %}", "the operator 'not'"),
    ("{% for i in [x] %}a{% endfor %}", "a list"),
    ("{% for i in 'abc' %}a{% endfor %}", "a constant"),
    ("{% for _i in x %}a{% endfor %}", "the name '_i'"),
    ("{% for i in x %}{{ loop.previtem }}{% endfor %}", "'loop.previtem'"),
    ("{% for i in x %}{{ loop.cycle }}{% endfor %}", "'loop.cycle'"),
    ("{% for i in x %}{% if loop %}a{% endif %}{% endfor %}", "the bare name 'loop'"),
    ("{{ self }}", "the bare name 'self'"),
    ("{{ self.x }}", "the bare name 'self'"),
    ("{{ _x }}", "the name '_x'"),
    ("{{ x._y }}", "the name '_y'"),
    ("{{ x.__class__.__mro__ }}", "the name '__mro__'"),
    ("{% include x %}", "an include of anything but one quoted name"),
    ("{% include ['a', 'b'] %}", "an include of anything but one quoted name"),
    ("{% include 'a' ignore missing %}", "an include with 'ignore missing' or 'without context'"),
    ("{% include 'a' without context %}", "an include with 'ignore missing' or 'without context'"),
    ("{% answers 'a' %}{{ x|safe }}{% endanswers %}", "the filter 'safe'"),
    ("{% if x %}a{% elif y|safe %}b{% endif %}", "the filter 'safe'"),
    ("{% if x %}a{% else %}{{ y|safe }}{% endif %}", "the filter 'safe'"),
    ("{% for i in x %}{{ i|safe }}{% endfor %}", "the filter 'safe'"),
]


@pytest.mark.parametrize(("source", "construct"), REFUSED, ids=[each[0] for each in REFUSED])
def test_everything_but_the_few_constructs_is_refused(render, source: str, construct: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(f"one\n{source}\n", x=Printed("x"), y=Printed("y"))
    assert caught.value.message == f"t.md.j2:3: {construct} is not allowed in a template"
    assert caught.value.hint == HINT


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% if x %}", "t.md.j2:3: unexpected end of template"),
        ("{% foo %}", "t.md.j2:3: encountered unknown tag 'foo'"),
        ("{% answers %}a{% endanswers %}", "t.md.j2:3: expected token 'string'"),
        ("{% answers x() %}a{% endanswers %}", "t.md.j2:3: a call is not allowed"),
        ("{% answers 'a|b'|safe %}a{% endanswers %}", "t.md.j2:3: expected token 'end of"),
        ("{% answers '' %}a{% endanswers %}", "t.md.j2:3: answers names '', which is no"),
        ("{% answers ' ' %}a{% endanswers %}", "t.md.j2:3: answers names ' ', which"),
        ("{% answers '\\ue003' %}a{% endanswers %}", "t.md.j2:3: answers names '\\ue003'"),
        ("{% answers 'a' %}a", "t.md.j2:3: unexpected end of template"),
        ("\ue000", "t.md.j2:3: the character U+E000 is not allowed in a template"),
        ("\x1b[31m", "t.md.j2:3: the character U+001B is not allowed in a template"),
        ("a\u202eb", "t.md.j2:3: the character U+202E is not allowed in a template"),
    ],
)
def test_broken_templates_are_refused_by_line(render, source: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(f"one\n{source}\n", x=Printed("x"))
    assert caught.value.message.startswith(message)
    assert not caught.value.message.endswith(".")


def test_the_allowed_constructs_work_together(render) -> None:
    document = render(
        "{# a comment #}\n"
        "{% if kind == 'a' and not none_ or no %}\n"
        "{% for each in orgs %}\n"
        "{{ loop.index }}/{{ loop.length }} {{ each.name }}"
        "{% if loop.first %} first{% elif loop.last %} last{% else %} middle{% endif %}\n"
        "{% endfor %}\n"
        "{% endif %}\n"
        "{% for key, value in map %}\n"
        "{{ key }}={{ value }}\n"
        "{% endfor %}\n"
        "{% if kind != 'a' %}never{% endif %}\n",
        kind=Printed("a"),
        none_=None,
        no=False,
        orgs=[{"name": Printed("A")}, {"name": Printed("B")}, {"name": Printed("C")}],
        map={"k": Printed("v")},
    )
    assert to_text(document) == "1/3 A first 2/3 B middle 3/3 C last k=v\n"


@pytest.mark.parametrize("phase", [Printed("initial"), "initial"])
def test_a_printed_value_is_compared_by_its_words(render, phase: object) -> None:
    source = "{% if phase == 'initial' %}yes{% endif %}{% if phase != 'initial' %}no{% endif %}"
    assert to_text(render(source, phase=phase)) == "yes\n"
    assert to_text(render(source, phase=None)) == "no\n"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("one {% if x %}two{% endif %}\nthree", "one two three"),
        ("one {{ x }}\nthree", "one x three"),
        ("one {# note #}\nthree", "one three"),
        ("one\n{% if x %}\ntwo\n{% endif %}\nthree", "one two three"),
        ("one\n  {% if x %}  \ntwo\n\t{% endif %}\t\nthree", "one two three"),
        ("one\n{# a\nlong note #}\nthree", "one three"),
        (
            "one\n{% if x %}{# note #} {% if x %}\ntwo\n{% endif %}{% endif %}\nthree",
            "one two three",
        ),
        ("one\n{% if x\n   == 'x' %}\ntwo\n{% endif %}\nthree", "one two three"),
        ("one\n{% if x != '%}' %}\ntwo\n{% endif %}\nthree", "one two three"),
        ("one {%- if x %} two {%- endif %}\nthree", "one two three"),
    ],
)
def test_only_lines_of_tags_vanish(render, source: str, words: str) -> None:
    (block,) = render(source, x=Printed("x")).blocks
    assert block.text == words


def test_an_indented_condition_keeps_the_indent_of_its_item(render) -> None:
    blocks = render("- one\n  {% if x %}- two{% endif %}\n  - three", x=True).blocks
    assert [(block.text, block.level) for block in blocks] == [("one", 1), ("two", 2), ("three", 2)]
