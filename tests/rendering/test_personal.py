"""Fields of each person's own: declared, shown as places in the text, and never anything else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from breachkit.adapters.rendering import Renderer, to_html, to_text
from breachkit.domain.document import Document, Printed, as_data, from_data
from breachkit.domain.letter import CLOSES, OPENS, place
from breachkit.domain.personal import fields_in, opened
from breachkit.errors import NotTrustedError, TemplateError

Render = Callable[..., Document]


def test_a_field_shows_as_a_place_and_is_kept_with_its_path(render: Render) -> None:
    text = render(
        "{% recipient name, device %}\nDear {{ recipient.name }},\n\nyour **{{ recipient.device }}**."
    )

    assert to_text(text) == "Dear ⟦name⟧,\n\nyour ⟦device⟧.\n"
    assert "Dear <bdi>⟦name⟧</bdi>," in to_html(text)
    assert fields_in(text) == ("name", "device")
    assert fields_in(from_data(as_data(text))) == ("name", "device")


def test_the_places_open_when_it_is_sent_and_a_fact_that_looks_like_one_does_not(
    render: Render,
) -> None:
    text = render(
        "{% recipient name %}\nDear {{ recipient.name }}, {{ fact }}",
        fact=Printed("⟦name⟧", ("x",)),
    )

    letter = to_text(opened(text))

    assert letter == f"Dear {place('name')}, ⟦name⟧\n"
    assert fields_in(text) == ("name",)


def test_a_text_that_holds_an_open_place_already_is_not_trusted(render: Render) -> None:
    forged = f"{OPENS}name{CLOSES}"
    for text in (
        render("Dear {{ fact }}", fact=Printed(forged, ("x",))),
        render("Dear you", subject="{{ fact }}", fact=Printed(forged, ("x",))),
    ):
        with pytest.raises(NotTrustedError, match="open place"):
            opened(text)


def test_a_field_declared_in_a_part_serves_the_whole(folder: Callable[..., Path]) -> None:
    parts = {
        "t.md.j2": 'Subject: S\n{{ recipient.name }}\n\n{% include "p.md.j2" %}',
        "p.md.j2": "{% recipient name, device %}\n{{ recipient.device }}",
    }
    found = Renderer([folder("ours", parts)]).render("t.md.j2", {}, language="en")

    assert to_text(found) == "⟦name⟧\n\n⟦device⟧\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{% recipient name %}\n{{ recipient.device }}",
            "t.md.j2:3: recipient.device is not declared",
        ),
        ("{{ recipient.name }}", "t.md.j2:2: recipient.name is not declared"),
        (
            "{% recipient name %}\n{% if no %}{{ recipient.device }}{% endif %}",
            "t.md.j2:3: recipient.device is not declared",
        ),
        (
            "{% recipient name %}\n{% if recipient.name %}a{% endif %}",
            "t.md.j2:3: recipient.name can be printed, and not asked for",
        ),
        (
            "{% recipient name %}\n{% if recipient.name == 'Anna' %}a{% endif %}",
            "t.md.j2:3: recipient.name can be printed, and not asked for",
        ),
        (
            "{% recipient name %}\n{% for one in recipient.name %}a{% endfor %}",
            "t.md.j2:3: recipient.name can be printed, and not asked for",
        ),
        ("{% recipient name %}\n{{ recipient.name.text }}", "can be printed, and not asked for"),
        (
            "{% recipient Name %}",
            "t.md.j2:2: recipient declares 'Name', which is no name of a field",
        ),
        (
            "{% recipient address %}",
            "t.md.j2:2: recipient declares 'address', which no text prints",
        ),
        ("{% recipient 'name' %}", "t.md.j2:2: expected token 'name'"),
        ("{% recipient name %}\n{{ recipient }}", "a dict cannot be printed"),
    ],
)
def test_what_is_not_declared_or_would_differ_from_person_to_person_is_refused(
    render: Render, text: str, message: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        render(text, no=False)

    assert message in caught.value.message


def test_the_hint_is_the_declaration_that_is_missing(render: Render) -> None:
    with pytest.raises(TemplateError) as caught:
        render("{% recipient name %}\n{{ recipient.device }}")

    assert caught.value.hint == "at the top of t.md.j2: {% recipient name, device %}"


def test_a_subject_prints_no_field(render: Render) -> None:
    with pytest.raises(TemplateError, match="the subject prints ⟦name⟧"):
        render("{% recipient name %}\na", subject="{{ recipient.name }}")


def test_a_template_that_declares_nothing_keeps_its_recipient(render: Render) -> None:
    assert to_text(render("To {{ recipient }}", recipient=Printed("Acme"))) == "To Acme\n"
