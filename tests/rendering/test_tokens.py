"""No printed value ever becomes markup, whatever it holds."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachkit.adapters.rendering import Renderer, to_html, to_text
from breachkit.domain.document import Document, Printed

# Each value stands where markup of some kind could begin, end, or be completed.
TEMPLATE = """\
Subject: A notice

# {{ name }}

{{ name }}

{{ name }} at the beginning, **{{ name }}** strong, *{{ name }}* in emphasis, *{{ name }}{{ name }}*
{{ name }} at a soft break [{{ name }}]({{ name }}) ![{{ name }}][x] <{{ name }}> `{{ name }}`

- {{ name }}
- a {{ name }}
  - **{{ name }}**

1. {{ name }}
2. _{{ name }}_

> {{ name }}

| {{ name }} |
|---|

[x]: {{ name }}

## Last {{ name }} ##
"""

HOSTILE = [
    "[log in](https://evil.test)",
    "![pixel](https://evil.test/p.png)",
    "<https://evil.test>",
    "https://evil.test www.evil.test a@evil.test",
    "# x",
    "x\n# y",
    "x\n\n- y\n\n1. z\n\n> q\n\n    code\n\n---\n",
    "x\n===",
    "**bold** *em* __b__ _e_ ~~s~~ `code` \\* &lt;b&gt; &#60;",
    "*",
    "**",
    "***a",
    "_",
    "1. x",
    "- x",
    "> x",
    "    x",
    "```\nx\n```",
    "| a | b |\n|---|---|",
    "[x]: https://evil.test",
    "</p><script>alert(1)</script>",
    "</bdi></title></style><img src=x onerror=alert(1)>",
    "<!-- x",
    '" onmouseover="x\' &amp; & <',
    "{{ 7*7 }} {% include 'x' %} {# c #} {{ name }}",
    "שלום עולם",
    "مرحبا\nبالعالم 123 abc",
    "\ue0000\ue001",
    "\ue0001\ue001\ue00099\ue001",
    "\ue002a\ue003b\ue004",
    "\ue004\ue001\ue000",
    "Subject: other",
    "x" * 5000,
    "word " * 900 + "end",
    "{0} %s $name \\1 \\g<0>",
    "Müller, Søn & Cie. 株式会社",
]

SAFE_TEXTS = st.text(
    st.one_of(
        st.sampled_from("*_#>-+`[](){}!<>&|~\\:=\n \ue000\ue001\ue002\ue003\ue004019א"),
        st.characters(
            exclude_categories=("Cc", "Cs", "Zl", "Zp"),
            exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        ),
    ),
    max_size=60,
).filter(lambda text: text.strip() != "")


@pytest.fixture(scope="session")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    folder: Path = tmp_path_factory.mktemp("templates")
    (folder / "t.md.j2").write_text(TEMPLATE, encoding="utf-8")
    return Renderer([folder])


def rendered(renderer: Renderer, name: str) -> Document:
    return renderer.render("t.md.j2", {"name": Printed(name, ("org.name",))}, language="en")


class Outline(HTMLParser):
    """What a browser makes of a page: its tags, and its words with facts set apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, object]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "br":
            self.words += "\n"
        else:
            self.tags.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", None))

    def handle_data(self, data: str) -> None:
        self.words += data


def check_nothing_became_markup(renderer: Renderer, name: str) -> None:
    harmless, hostile = rendered(renderer, "Acme"), rendered(renderer, name)
    assert len(harmless.blocks) == len(hostile.blocks)
    for expected, block in zip(harmless.blocks, hostile.blocks, strict=True):
        assert (block.id, block.kind, block.level, block.marker) == (
            expected.id,
            expected.kind,
            expected.level,
            expected.marker,
        )
        for run, other in zip(expected.runs, block.runs, strict=True):
            assert (run.paths, run.strong, run.emphasis) == (
                other.paths,
                other.strong,
                other.emphasis,
            )
            assert other.text == (name if run.paths else run.text)
    before, after = Outline(to_html(harmless)), Outline(to_html(hostile))
    assert before.tags == after.tags
    assert after.words == before.words.replace("Acme", name)
    assert squeezed(to_text(hostile)) == squeezed(to_text(harmless).replace("Acme", name))


def squeezed(text: str) -> str:
    # The underlines of headings grow with the words above them.
    return re.sub("[-= \n\u2068\u2069]+", "", text)


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_a_hostile_name_stays_words(renderer: Renderer, name: str) -> None:
    check_nothing_became_markup(renderer, name)


@given(name=SAFE_TEXTS)
def test_any_name_stays_words(renderer: Renderer, name: str) -> None:
    check_nothing_became_markup(renderer, name)


def test_emphasis_stands_where_the_template_puts_it(renderer: Renderer) -> None:
    runs = rendered(renderer, "*x*").blocks[2].runs
    styles = [(run.strong, run.emphasis) for run in runs if run.paths]
    assert styles[:5] == [
        (False, False),
        (True, False),
        (False, True),
        (False, True),
        (False, True),
    ]


def test_links_images_tables_and_code_are_plain_words_of_the_template(renderer: Renderer) -> None:
    page = to_html(rendered(renderer, "N"))
    assert "[<bdi>N</bdi>](<bdi>N</bdi>) ![<bdi>N</bdi>][x] &lt;<bdi>N</bdi>&gt;" in page
    assert "`<bdi>N</bdi>`" in page
    assert "<p>| <bdi>N</bdi> | |---|</p>" in page
    assert "<p>[x]: <bdi>N</bdi></p>" in page
    assert "<a" not in page
    assert "<table" not in page


def test_a_skeleton_parsed_once_serves_other_facts(renderer: Renderer) -> None:
    from breachkit.adapters.rendering import document

    document._skeleton.cache_clear()
    cold = rendered(renderer, "First")
    warm = rendered(renderer, "Second")
    assert document._skeleton.cache_info()[:2] == (1, 1)
    document._skeleton.cache_clear()
    assert rendered(renderer, "Second") == warm
    assert rendered(renderer, "First") == cold
    assert cold != warm
