"""Templates in several folders: who wins, what is included, what the digest covers."""

from pathlib import Path

import pytest

from breachkit.adapters.rendering import Renderer, to_text
from breachkit.errors import TemplateError

EN = "partner/en.md.j2"


def text(renderer: Renderer, template: str = EN, **view: object) -> str:
    return to_text(renderer.render(template, view, language="en"))


def test_the_first_folder_that_has_a_name_wins(folder) -> None:
    shipped = folder("shipped", {EN: "Subject: s\nshipped", "sv.md.j2": "Subject: s\nsvenska"})
    own = folder("own", {EN: "Subject: s\nour own"})
    renderer = Renderer([own, shipped])
    assert text(renderer) == "our own\n"
    assert text(renderer, "sv.md.j2") == "svenska\n"
    assert text(Renderer([own / "missing", shipped])) == "shipped\n"


def test_an_include_is_looked_for_in_all_folders(folder) -> None:
    shipped = folder(
        "shipped", {EN: "Subject: s\n{% include 'foot.md.j2' %}\nend", "foot.md.j2": "theirs\n"}
    )
    assert text(Renderer([shipped])) == "theirs end\n"
    own = folder("own", {"foot.md.j2": "ours {{ x }}\n"})
    assert text(Renderer([own, shipped]), x="y") == "ours y end\n"


def test_errors_name_the_included_template_and_its_line(folder) -> None:
    path = folder("t", {EN: "Subject: s\n\n{% include 'a.j2' %}", "a.j2": "one\n{{ x }}"})
    with pytest.raises(TemplateError) as caught:
        text(Renderer([path]))
    assert caught.value.message == "a.j2:2: 'x' is undefined"


@pytest.mark.parametrize(
    ("templates", "message"),
    [
        ({EN: "a\n{% include 'partner/en.md.j2' %}"},
         "partner/en.md.j2:2: include goes round in a circle: partner/en.md.j2 → partner/en.md.j2"),
        ({EN: "{% include 'a' %}", "a": "\n\n{% include 'b' %}", "b": "{% include 'a' %}"},
         "b:1: include goes round in a circle: partner/en.md.j2 → a → b → a"),
        ({EN: "{% if no %}{% include 'a' %}{% endif %}", "a": "{% include 'partner/en.md.j2' %}"},
         "a:1: include goes round in a circle: partner/en.md.j2 → a → partner/en.md.j2"),
        ({EN: "\n{% include '../secret' %}"},
         "partner/en.md.j2:2: include: '../secret' is not the name of a template"),
        ({EN: "{% if no %}{% include 'a' %}{% endif %}", "a": "\n{{ x|safe }}"},
         "a:2: the filter 'safe' is not allowed in a template"),
        ({EN: b"Subject: \xe9"}, "partner/en.md.j2: byte 10 is not UTF-8"),
    ],
)  # fmt: skip
def test_broken_sets_are_refused(folder, templates: dict[str, str], message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        text(Renderer([folder("t", templates)]), no=False)
    assert caught.value.message == message


def test_the_same_part_may_be_included_twice(folder) -> None:
    path = folder("t", {EN: "Subject: s\n{% include 'a' %} {% include 'a' %}", "a": "x"})
    assert text(Renderer([path])) == "x x\n"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_an_include_stands_for_its_words_with_or_without_a_last_line_break(folder, end) -> None:
    source = "Subject: s\n- one\n  {% include 'a' %}\n  - three\nfour"
    path = folder("t", {EN: source, "a": f"- two{end}"})
    assert text(Renderer([path])) == "- one\n  - two\n  - three four\n"


@pytest.mark.parametrize("name", ["../t/x", "/etc/passwd", "", "a\\b"])
def test_a_name_never_leaves_the_folders(folder, name: str) -> None:
    with pytest.raises(TemplateError, match="is not the name of a template"):
        text(Renderer([folder("t", {"x": "Subject: s\n"})]), name)


def test_a_missing_template_names_the_folders(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        text(Renderer([tmp_path / "a", tmp_path / "b"]))
    assert caught.value.message == (
        f"there is no template partner/en.md.j2 in {tmp_path / 'a'}, {tmp_path / 'b'}"
    )


def test_a_byte_order_mark_and_windows_lines_are_understood(folder) -> None:
    source = b"\xef\xbb\xbfSubject: s\r\n\r\n{% if x %}\r\na\r\nb\r\n{% endif %}\r\n"
    assert text(Renderer([folder("t", {EN: source})]), x=True) == "a b\n"


def test_the_digest_covers_names_bytes_and_includes(folder) -> None:
    def digest(name: str, templates: dict[str, str]) -> str:
        return Renderer([folder(name, templates)]).digest(EN)

    base = {EN: "Subject: s\n{% include 'a' %}", "a": "x{% include 'b' %}", "b": "y", "c": "z"}
    one = digest("1", base)
    assert len(one) == 64
    assert digest("2", base | {"c": "changed"}) == one
    assert digest("3", base | {"b": "y "}) != one
    assert digest("4", base | {EN: base[EN] + " "}) != one
    other = {EN: base[EN].replace("'a'", "'d'"), "d": base["a"], "b": "y"}
    assert digest("5", other) != one
    same = Renderer([folder("6", {EN: "Subject: s", "partner/sv.md.j2": "Subject: s"})])
    assert same.digest(EN) != same.digest("partner/sv.md.j2")


def test_a_file_is_read_once_so_that_digest_and_text_agree(folder) -> None:
    path = folder("t", {EN: "Subject: s\nbefore"})
    renderer = Renderer([path])
    digest = renderer.digest(EN)
    folder("t", {EN: "Subject: s\nafter"})
    assert text(renderer) == "before\n"
    assert renderer.digest(EN) == digest
    assert renderer.sources() == ((EN, b"Subject: s\nbefore"),)
    assert text(Renderer([path])) == "after\n"


def test_sources_are_all_templates_that_can_be_reached(folder) -> None:
    shipped = folder("shipped", {EN: "1", "b.md.j2": "2", "readme.txt": "no"})
    own = folder("own", {EN: "3", "deep/c.md.j2": "4"})
    assert Renderer([own, shipped, own / "missing"]).sources() == (
        ("b.md.j2", b"2"),
        ("deep/c.md.j2", b"4"),
        (EN, b"3"),
    )
