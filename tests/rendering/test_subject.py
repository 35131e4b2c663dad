"""The subject is the first line, and one line only."""

import pytest

from breachkit.adapters.rendering import Renderer, to_html
from breachkit.adapters.rendering.document import build, token
from breachkit.domain.document import Printed
from breachkit.errors import TemplateError


def test_the_subject_prints_values_and_no_markup(render) -> None:
    document = render("a", subject="  *Notice* to {{ x }} & co ", x=Printed("**A**<b>"))
    assert document.subject == "*Notice* to **A**<b> & co"
    assert "<title>*Notice* to **A**&lt;b&gt; &amp; co</title>" in to_html(document)
    assert [block.id for block in document.blocks] == ["s0.1"]


def test_the_subject_may_depend_on_a_condition(folder) -> None:
    source = (
        "{# note #}\n\n{% answers 'a' %}\n{% if x == 'i' %}\nSubject: One\n{% else %}\n"
        "Subject: Two\n{% endif %}\n{% endanswers %}\nBody\n"
    )
    renderer = Renderer([folder("t", {"t.md.j2": source})])
    for word, subject in (("i", "One"), ("s", "Two")):
        document = renderer.render("t.md.j2", {"x": word}, language="en")
        assert document.subject == subject
        assert [(block.text, block.answers) for block in document.blocks] == [("Body", ())]


@pytest.mark.parametrize("value", ["a\nb", "a\nBcc: x@evil.test", "\nb"])
def test_a_subject_with_a_line_break_is_refused(render, value: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render("a", subject="N {{ x }}", x=Printed(value, ("org.name",)))
    assert caught.value.message == (
        "t.md.j2: the subject must be one line without control characters,"
        f" and prints {value!r} (org.name)"
    )


@pytest.mark.parametrize("value", ["a\r\nBcc: x@evil.test", "a\rb"])
def test_a_subject_with_a_carriage_return_is_refused(render, value: str) -> None:
    with pytest.raises(TemplateError, match=r"^t\.md\.j2:1: .* holds the character U\+000D"):
        render("a", subject="N {{ x }}", x=Printed(value))


@pytest.mark.parametrize("value", ["a\r\nb", "a\rb", "a\x00b", "a\u2028b", "a\x85b", "a\u202eb"])
def test_the_subject_is_guarded_by_itself_too(value: str) -> None:
    with pytest.raises(TemplateError, match="the subject must be one line"):
        build(f"Subject: {token(0)}\n", [Printed(value)], language="en")


@pytest.mark.parametrize(
    ("source", "first"),
    [
        ("# Heading\n", "# Heading"),
        ("", ""),
        ("Betreff: a", "Betreff: a"),
        ("Subject:\n\na", "Subject:"),
        ("Subject a", "Subject a"),
    ],
)
def test_a_text_without_subject_is_refused(folder, source: str, first: str) -> None:
    renderer = Renderer([folder("t", {"t.md.j2": source})])
    with pytest.raises(TemplateError) as caught:
        renderer.render("t.md.j2", {}, language="en")
    assert caught.value.message == (
        f"t.md.j2: the text begins with {first!r}, not with its subject"
    )
