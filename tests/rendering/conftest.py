"""A renderer over a few templates given as texts."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from breachkit.adapters.rendering import Renderer
from breachkit.domain.document import Document

Render = Callable[..., Document]


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write templates into a folder: `folder("ours", {"a.md.j2": "Subject: …"})`."""

    def write(name: str, templates: Mapping[str, str | bytes]) -> Path:
        for template, text in templates.items():
            path = tmp_path / name / template
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / name

    return write


@pytest.fixture
def render(folder: Callable[..., Path]) -> Render:
    """Render one text as the template `t.md.j2`, with a subject on its first line."""

    def rendered(text: str, /, *, subject: str = "S", **view: object) -> Document:
        source = f"Subject: {subject}\n{text}"
        renderer = Renderer([folder("templates", {"t.md.j2": source})])
        return renderer.render("t.md.j2", view, language="en")

    return rendered
