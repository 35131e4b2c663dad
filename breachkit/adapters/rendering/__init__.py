"""The renderer: templates and a view in; a document, plain text and HTML out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from breachkit.adapters.rendering.html import fragment, to_html
from breachkit.adapters.rendering.text import to_text
from breachkit.domain.document import Document
from breachkit.errors import TemplateError

if TYPE_CHECKING:
    from breachkit.adapters.rendering.templates import Templates

__all__ = ["Renderer", "fragment", "to_html", "to_text"]


class Renderer:
    """Renders templates from some folders; the first folder that has a name wins."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._kept: Templates | None = None

    def render(self, template: str, view: Mapping[str, object], *, language: str) -> Document:
        """Return the document that a template makes of a view.

        Raises TemplateError, with template and line, for a template that does what it may not,
        a name that the view does not have, and a value that is empty.
        """
        from breachkit.adapters.rendering.document import build

        found = self._templates().expand(template, view)
        try:
            return build(found.markdown, found.printed, language=language, asked=found.asked)
        except TemplateError as error:
            raise TemplateError(f"{template}: {error}", hint=error.hint) from None

    def digest(self, template: str) -> str:
        """Return the SHA-256 of a template and of all that it includes: names and bytes."""
        return self._templates().digest(template)

    def sources(self) -> tuple[tuple[str, bytes], ...]:
        """Return the name and bytes of every template in the folders, by name."""
        return self._templates().sources()

    def _templates(self) -> "Templates":
        # Jinja and the Markdown parser are loaded for the first template, because a kept
        # document is shown and sent without them.
        if self._kept is None:
            from breachkit.adapters.rendering.templates import Templates

            self._kept = Templates(self._folders)
        return self._kept
