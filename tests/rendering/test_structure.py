"""Markdown into blocks: ids, kinds, depths, numbers, requirements."""

import pytest

from breachkit.adapters.rendering.document import build, token
from breachkit.domain.document import BlockKind, Printed, Run
from breachkit.errors import TemplateError

H, P, I, Q = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE  # noqa: E741


def shape(document) -> list[tuple[object, ...]]:
    return [(b.id, b.kind, b.level, b.marker, b.text) for b in document.blocks]


def test_sections_rise_with_headings_of_the_first_two_levels(render) -> None:
    document = render("a\n\nb\n\n# One\nc\n### Small\nd\n\n## Two\n\n#### Four\n###### Six\ne")
    assert shape(document) == [
        ("s0.1", P, 0, "", "a"),
        ("s0.2", P, 0, "", "b"),
        ("s1.0", H, 1, "", "One"),
        ("s1.1", P, 0, "", "c"),
        ("s1.2", H, 3, "", "Small"),
        ("s1.3", P, 0, "", "d"),
        ("s2.0", H, 2, "", "Two"),
        ("s2.1", H, 4, "", "Four"),
        ("s2.2", H, 6, "", "Six"),
        ("s2.3", P, 0, "", "e"),
    ]


def test_lists_nest_and_number(render) -> None:
    document = render(
        "- a\n- b\n  1. c\n  2. d\n\n     more of d\n     - e\n* f\n\n7) g\n8) h\n\n0. i\n1. j"
    )
    assert shape(document) == [
        ("s0.1", I, 1, "-", "a"),
        ("s0.2", I, 1, "-", "b"),
        ("s0.3", I, 2, "1.", "c"),
        ("s0.4", I, 2, "2.", "d"),
        ("s0.5", P, 2, "", "more of d"),
        ("s0.6", I, 3, "-", "e"),
        ("s0.7", I, 1, "-", "f"),
        ("s0.8", I, 1, "7)", "g"),
        ("s0.9", I, 1, "8)", "h"),
        ("s0.10", I, 1, "0.", "i"),
        ("s0.11", I, 1, "1.", "j"),
    ]


def test_quotations_hold_paragraphs_and_may_stand_in_items(render) -> None:
    document = render("> a\n> b\n>\n> c\n\n- d\n\n  > e\n- > f")
    assert shape(document) == [
        ("s0.1", Q, 0, "", "a b"),
        ("s0.2", Q, 0, "", "c"),
        ("s0.3", I, 1, "-", "d"),
        ("s0.4", Q, 1, "", "e"),
        ("s0.5", I, 1, "-", ""),
        ("s0.6", Q, 1, "", "f"),
    ]


def test_items_left_empty_vanish_and_numbers_close_up(render) -> None:
    document = render(
        "1. a\n2. {% if no %}b{% endif %}\n3. c\n\n# {% if no %}x{% endif %}", no=False
    )
    assert shape(document) == [("s0.1", I, 1, "1.", "a"), ("s0.2", I, 1, "2.", "c")]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("> - a", "a list stands inside a quotation"),
        ("> # a", "a heading stands inside a quotation: 'a'"),
        ("> > a", "a quotation stands inside a quotation"),
        ("- # a {{ x }}", "a heading stands inside a list: 'a …'"),
        ("- " * 9 + "a", "lists are nested deeper than 8"),
    ],
)
def test_what_the_block_tree_cannot_hold_is_refused(render, source: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(source, x="x")
    assert caught.value.message == f"t.md.j2: {message}"


def test_a_text_of_the_template_is_one_run_and_its_lines_flow(render) -> None:
    (block,) = render("one * two\n   three_four_ [a](b) **\n<b> &amp; \\* `c` a  b\tc").blocks
    assert block.runs == (Run("one * two three_four_ [a](b) ** <b> &amp; \\* `c` a b c"),)


def test_a_backslash_keeps_a_line_break(render) -> None:
    (block,) = render("Imou \\\n  Example Street\\\nAmsterdam  \nNL").blocks
    assert block.text == "Imou\nExample Street\nAmsterdam NL"


def test_styles_part_runs(render) -> None:
    (block,) = render("a **b *c* {{ x }}** *d* x_e_", x=Printed("f", ("p",))).blocks
    assert block.runs == (
        Run("a "),
        Run("b ", strong=True),
        Run("c", strong=True, emphasis=True),
        Run(" ", strong=True),
        Run("f", ("p",), strong=True),
        Run(" "),
        Run("d", emphasis=True),
        Run(" x_e_"),
    )


@pytest.mark.parametrize(
    "source", ["---", "***", "===", "a\n---", "a\n===", "```\na\n```", "    a"]
)
def test_rules_underlines_and_code_are_plain_words(render, source: str) -> None:
    (block,) = render(source).blocks
    assert block.kind is P
    assert block.text == source.replace("\n", " ").strip()


def test_ids_depend_on_the_words_of_the_template_only(render) -> None:
    source = "# {{ x }}\n\n{{ x }}\n\n- {{ x }}\n\n{{ x }}"
    one, two = (render(source, x=Printed(x)) for x in ("a", "# b\n\n## c\n\n- d"))
    assert [block.id for block in one.blocks] == [block.id for block in two.blocks]


def test_a_value_that_would_be_lost_is_an_error() -> None:
    with pytest.raises(TemplateError, match="2 values are printed, and 1 have a place"):
        build(f"Subject: a\n{token(0)}", [Printed("a"), Printed("b")], language="en")


def answers(document) -> dict[str, tuple[str, ...]]:
    return {block.text: block.answers for block in document.blocks}


def test_answers_may_stand_anywhere_and_nest(render) -> None:
    document = render(
        "before\n\n"
        "{% answers 'a', 'b' %}\n"
        "# Heading\n"
        "{% answers 'c' %}\n"
        "- one\n"
        "{% answers 'a', 'd' %}- two\n  - three{% endanswers %}\n"
        "- four\n"
        "{% endanswers %}\n"
        "five\n"
        "{% endanswers %}\n"
        "six {% answers 'e' %}half{% endanswers %} of it\n"
        "and on\n\n"
        "- {% answers 'f' %}seven{% endanswers %}\n"
        "- eight\n\n"
        "> {% answers 'g' %}nine{% endanswers %}\n\n"
        "- > {% answers 'h' %}quoted{% endanswers %}\n\n"
        "{% answers 'h' %}## ten{% endanswers %}\n"
        "{% answers 'i' %}{% endanswers %}eleven\n"
    )
    assert answers(document) == {
        "before": (),
        "Heading": ("a", "b"),
        "one": ("a", "b", "c"),
        "two": ("a", "b", "c", "d"),
        "three": ("a", "b", "c", "d"),
        "four": ("a", "b", "c"),
        "five": ("a", "b"),
        "six half of it and on": ("e",),
        "seven": ("f",),
        "eight": (),
        "nine": ("g",),
        "": (),
        "quoted": ("h",),
        "ten": ("h",),
        "eleven": (),
    }
    assert [block.text for block in document.answering("d")] == ["two", "three"]
    assert [block.level for block in document.blocks][1:6] == [1, 1, 1, 2, 1]


def test_answers_around_nothing_answer_nothing(render) -> None:
    source = "{% answers 'a' %}\n{% if no %}\nx\n{% endif %}\n{% endanswers %}\nb"
    assert answers(render(source, no=False)) == {"b": ()}


def test_answers_in_loops_includes_and_conditions(folder) -> None:
    from breachkit.adapters.rendering import Renderer

    folder("t", {"part.md.j2": "{{ each }} part\n\n{% answers 'p' %}\nown\n{% endanswers %}\n"})
    source = (
        "Subject: s\n{% answers 'a' %}\n{% for each in xs %}\n- {{ each }}\n{% endfor %}\n"
        "{% for each in xs %}\n\n{% include 'part.md.j2' %}\n{% endfor %}\n{% endanswers %}\nend\n"
    )
    renderer = Renderer([folder("t", {"t.md.j2": source})])
    document = renderer.render("t.md.j2", {"xs": ["x", "y"]}, language="en")
    assert [(block.text, block.answers) for block in document.blocks] == [
        ("x", ("a",)),
        ("y", ("a",)),
        ("x part", ("a",)),
        ("own", ("a", "p")),
        ("y part", ("a",)),
        ("own", ("a", "p")),
        ("end", ()),
    ]


def test_a_line_of_its_own_for_answers_ends_the_block_before(render) -> None:
    document = render("- one\n{% answers 'a' %}\ntwo\n{% endanswers %}\nthree")
    assert answers(document) == {"one": (), "two": ("a",), "three": ()}


def test_a_printed_name_can_say_what_is_answered(render) -> None:
    document = render(
        "{% for one in asked %}\n"
        "{% answers one.citation %}\n{{ one.text }}\n{% endanswers %}\n\n"
        "{% endfor %}",
        asked=[
            {"citation": Printed("Article 1(a)"), "text": Printed("first")},
            {"citation": Printed("Article 1(b)"), "text": Printed("second")},
        ],
    )
    assert answers(document) == {"first": ("Article 1(a)",), "second": ("Article 1(b)",)}
