"""HTML: one page that needs nothing else."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachkit.adapters.rendering import fragment, to_html
from breachkit.domain.document import Block, BlockKind, Document, Printed, Run

H, P, I, Q = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE  # noqa: E741


def items(*given: tuple[int, str]) -> str:
    blocks = tuple(Block("s", I, (Run("x"),), level, marker) for level, marker in given)
    return fragment(Document("en", "s", blocks)).replace("\n", "")


def test_the_page_is_complete_and_stands_alone(render) -> None:
    page = to_html(render("# Hello\n\nDear {{ x }}.", x=Printed("A", ("a",))))
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n')
    assert "<title>S</title>" in page
    assert page.endswith(
        "<main>\n<h1>Hello</h1>\n<p>Dear <bdi>A</bdi>.</p>\n</main>\n</body>\n</html>\n"
    )
    assert not re.search(r"<script|<link|<img|<a\b|url\(|@import|https?:|src=|href=", page)
    assert all(float(size) >= 11 for size in re.findall(r"([\d.]+)pt", page))
    assert "@media print" in page


def test_language_and_subject_cannot_leave_their_places() -> None:
    page = to_html(Document('en"><script>', "</title><script>", ()))
    assert '<html lang="en&quot;&gt;&lt;script&gt;">' in page
    assert "<title>&lt;/title&gt;&lt;script&gt;</title>" in page


def test_only_the_annotated_page_has_ids_and_requirements(render) -> None:
    document = render("# A\n\n{% answers '6.4(a)', '\"x' %}\n- b\n\n  c\n\n> d\n{% endanswers %}")
    plain, annotated = fragment(document), fragment(document, annotated=True)
    assert "id=" not in plain
    assert "data-" not in plain
    marks = 'data-answers="6.4(a) &quot;x"'
    assert annotated == (
        f'<h1 id="s1.0">A</h1>\n<ul>\n<li id="s1.1" {marks}>b<p id="s1.2" {marks}>c</p>\n'
        f'</li>\n</ul>\n<blockquote id="s1.3" {marks}><p>d</p></blockquote>\n'
    )
    assert re.sub(r' (id|data-answers)="[^"]*"', "", annotated) == plain
    assert fragment(document, annotated=True) in to_html(document, annotated=True)


def test_lists_nest_inside_their_items(render) -> None:
    page = fragment(render("- a\n  1. b\n  2. c\n     - d\n- e\n\n  f\n\ng")).replace("\n", "")
    assert page == (
        "<ul><li>a<ol><li>b</li><li>c<ul><li>d</li></ul></li></ol></li>"
        "<li>e<p>f</p></li></ul><p>g</p>"
    )


@pytest.mark.parametrize(
    ("given", "page"),
    [
        ([(1, "1."), (1, "2.")], "<ol><li>x</li><li>x</li></ol>"),
        ([(1, "3."), (1, "4.")], '<ol start="3"><li>x</li><li>x</li></ol>'),
        ([(1, "0.")], '<ol start="0"><li>x</li></ol>'),
        ([(1, "1."), (1, "3.")], '<ol><li>x</li><li value="3">x</li></ol>'),
        ([(1, "1."), (1, "1.")], '<ol><li>x</li><li value="1">x</li></ol>'),
        ([(1, "-"), (1, "1.")], "<ul><li>x</li></ul><ol><li>x</li></ol>"),
        ([(3, "-"), (3, "-"), (1, "-")], "<ul><li>x</li><li>x</li></ul><ul><li>x</li></ul>"),
        ([(1, "-"), (3, "-"), (2, "-")],
         "<ul><li>x<ul><li>x</li></ul><ul><li>x</li></ul></li></ul>"),
    ],
)  # fmt: skip
def test_numbers_and_odd_depths(given: list[tuple[int, str]], page: str) -> None:
    assert items(*given) == page


def test_a_style_wraps_its_runs_once(render) -> None:
    page = fragment(render("**a {{ x }} *b***", x=Printed("1\n2", ("p",))))
    assert page == ("<p><strong>a <bdi>1<br>2</bdi> </strong><strong><em>b</em></strong></p>\n")


def test_facts_and_right_to_left_words_are_isolated() -> None:
    runs = (Run("a"), Run("b", ("p",)), Run("é"), Run("שלום"))
    page = fragment(Document("en", "s", (Block("s", P, runs),)))
    assert page == "<p>a<bdi>b</bdi>é<bdi>שלום</bdi></p>\n"


class Balance(HTMLParser):
    """Checks that every tag is closed in its turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "li":
            assert self.stack[-1] in {"ul", "ol"}
        if tag != "br":
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


@given(
    st.lists(
        st.builds(
            Block,
            st.just("s0.1"),
            st.sampled_from(BlockKind),
            st.lists(
                st.builds(
                    Run,
                    st.text("a<&\n\"'", max_size=5),
                    strong=st.booleans(),
                    emphasis=st.booleans(),
                ),
                max_size=3,
            ).map(tuple),
            level=st.integers(0, 9),
            marker=st.sampled_from(["", "-", "1.", "7)", "²."]),
        ),
        max_size=10,
    )
)
def test_any_sequence_of_blocks_is_well_formed(blocks: list[Block]) -> None:
    assert Balance(fragment(Document("en", "s", tuple(blocks)))).stack == []
