"""Plain text for mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachkit.adapters.rendering import to_text
from breachkit.domain.document import Block, BlockKind, Document, Printed, Run

H, P, I, Q = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE  # noqa: E741


def document(*blocks: Block) -> Document:
    return Document("en", "s", blocks)


def paragraph(text: str, *paths: str) -> Block:
    return Block("s0.1", P, (Run(text, paths),))


def test_a_whole_letter(render) -> None:
    words = " ".join(["word"] * 20)
    source = (
        "# Notice to {{ x }}\n\nDear **{{ x }}**, *now*.\n\n## What happened\n\n"
        f"{words}\n\n- {words}\n- short\n  1. {words}\n\n     more\n  2. b\n     > said\n\n"
        f"9. nine\n10. {words}\n\n> {words}\n\n### Small\nend"
    )
    assert to_text(render(source, x=Printed("Åcme"))) == (
        "Notice to Åcme\n"
        "==============\n"
        "\n"
        "Dear Åcme, now.\n"
        "\n"
        "What happened\n"
        "-------------\n"
        "\n"
        "word word word word word word word word word word word word word word word\n"
        "word word word word word\n"
        "\n"
        "- word word word word word word word word word word word word word word word\n"
        "  word word word word word\n"
        "- short\n"
        "  1. word word word word word word word word word word word word word word\n"
        "     word word word word word word\n"
        "\n"
        "     more\n"
        "\n"
        "  2. b\n"
        "\n"
        "         said\n"
        "\n"
        "9. nine\n"
        "10. word word word word word word word word word word word word word word\n"
        "    word word word word word word\n"
        "\n"
        "    word word word word word word word word word word word word word word\n"
        "    word word word word word word\n"
        "\n"
        "Small\n"
        "\n"
        "end\n"
    )


def test_lines_are_full_and_no_longer_than_76() -> None:
    exact = "a" * 37 + " " + "b" * 38
    assert to_text(document(paragraph(exact))) == exact + "\n"
    assert to_text(document(paragraph(exact + "b"))) == "a" * 37 + "\n" + "b" * 39 + "\n"


def test_long_words_are_never_broken() -> None:
    url = "https://example.test/" + "x" * 90
    assert to_text(document(paragraph(f"see {url} now"))) == f"see\n{url}\nnow\n"


def test_a_no_break_space_holds_its_words_together() -> None:
    text = "x" * 70 + " Art.\u00a033 GDPR"
    assert to_text(document(paragraph(text))) == "x" * 70 + "\nArt.\u00a033 GDPR\n"


def test_wide_and_combining_characters_are_measured() -> None:
    assert to_text(document(paragraph("株" * 20 + " " + "式" * 18))).count("\n") == 2
    assert to_text(document(paragraph("e\u0301" * 38 + " " + "a" * 37))).count("\n") == 1


def test_line_breaks_in_a_fact_stay_and_empty_lines_do_not() -> None:
    block = Block("s0.1", I, (Run("at "), Run("Street 1\n\n \nTown", ("a",))), 1, "-")
    assert to_text(document(block)) == "- at Street 1\n  Town\n"


def test_right_to_left_runs_are_isolated() -> None:
    blocks = document(Block("s0.1", P, (Run("to "), Run("שלום (1)", ("a",)), Run(", 2."))))
    assert to_text(blocks) == "to \u2068שלום (1)\u2069, 2.\n"


def test_an_isolate_ends_with_its_line_and_begins_again() -> None:
    run = Run(" ".join(["שלום"] * 20) + "\nאחד", ("a",))
    for line in to_text(document(Block("s0.1", I, (Run("to "), run), 1, "-"))).splitlines():
        assert line.count("\u2068") == line.count("\u2069") == 1
        assert line.startswith(("- to \u2068", "  \u2068"))
        assert line.endswith("\u2069")


def test_nothing_at_all_is_one_line_break() -> None:
    assert to_text(document()) == "\n"


@pytest.mark.parametrize("levels", [(3, 3, 1), (2, 1, 5, 5, 2)])
def test_items_at_odd_depths_keep_their_order(levels: tuple[int, ...]) -> None:
    items = [Block("s", I, (Run("x"),), level, "-") for level in levels]
    lines = to_text(document(*items)).splitlines()
    assert [line.strip() for line in lines] == ["- x"] * len(levels)
    same = [len(line) for line, level in zip(lines, levels, strict=True) if level == levels[-2]]
    assert len(set(same)) == 1 or levels == (3, 3, 1)


BLOCKS = st.lists(
    st.builds(
        Block,
        st.just("s0.1"),
        st.sampled_from(BlockKind),
        st.lists(
            st.builds(Run, st.text("aé株א\u00a0 \n", max_size=120), st.just(("p",))), max_size=3
        ).map(tuple),
        level=st.integers(0, 3),
        marker=st.sampled_from(["-", "1.", "10)"]),
    ),
    max_size=8,
)


@given(BLOCKS)
def test_any_text_is_clean(blocks: list[Block]) -> None:
    text = to_text(Document("en", "s", tuple(blocks)))
    assert text.endswith("\n")
    for line in text.split("\n"):
        assert line == line.rstrip(" ")
        words = line.lstrip(" ").lstrip("-1. 0)")
        assert len(words) <= 76 or " " not in words
        assert line.count("\u2068") == line.count("\u2069")
