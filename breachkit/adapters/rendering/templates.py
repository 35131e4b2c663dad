"""Templates found, checked when they are loaded, and expanded into Markdown with tokens."""

import difflib
import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    Undefined,
    nodes,
)
from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from jinja2.runtime import LoopContext

from breachkit.adapters.rendering.personal import VIEW, Personal
from breachkit.adapters.rendering.syntax import Answers, check_characters, checked, keep_lines
from breachkit.adapters.rendering.tags import (
    ASKED,
    PRINTED,
    check_kind,
    joined,
    print_value,
    same,
    tested,
    walk,
)
from breachkit.domain.asked import Asks
from breachkit.domain.document import Printed
from breachkit.errors import TemplateError


class Expanded(NamedTuple):
    """A template expanded for a view."""

    markdown: str
    printed: Sequence[Printed]
    """The values behind its tokens."""
    asked: Sequence[tuple[int, Sequence[Asks]]]
    """What was asked, with the offset of the words that come next."""


class Templates:
    """The templates of some folders; the first folder that has a name wins.

    Each file is read once, so that a digest always speaks of the text that was rendered.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._contents: dict[str, bytes] = {}
        self._loaded: dict[str, Template] = {}
        self._fields: dict[str, dict[str, Printed]] = {}
        self._environment = _Environment(_Loader(self))

    def expand(self, name: str, view: Mapping[str, object]) -> Expanded:
        """Return the Markdown of a template for a view, the values behind its tokens, and what it asked."""
        template = self._load(name)
        view = {**view, VIEW: self._fields[name]} if self._fields[name] else view
        printed: list[Printed] = []
        asked: list[Asks] = []
        try:
            for key, value in view.items():
                check_kind(value, key)
            context = template.new_context({**view, PRINTED: printed, ASKED: asked})
            markdown, places = joined(template.root_render_func(context), asked)
            return Expanded(markdown, printed, places)
        except UndefinedError as error:
            raise TemplateError(
                f"{_place(error, name)}: {error.message}", hint=_known_names(error, view)
            ) from None
        except TemplateError as error:
            raise TemplateError(f"{_place(error, name)}: {error}", hint=error.hint) from None

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a template and of all that it includes: names and bytes."""
        self._load(name)
        digest = hashlib.sha256(b"breachkit template 1")
        for each in sorted(self._whole(name)):
            for part in (each.encode(), self.contents(each)):
                digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()

    def sources(self) -> tuple[tuple[str, bytes], ...]:
        """Return the name and bytes of every template in the folders, by name."""
        names = {
            path.relative_to(folder).as_posix()
            for folder in self._folders
            for path in folder.rglob("*.j2")
            if path.is_file()
        }
        return tuple((name, self.contents(name)) for name in sorted(names))

    def contents(self, name: str) -> bytes:
        """Return the bytes of a template as they were when it was first asked for."""
        if name not in self._contents:
            parts = PurePosixPath(name)
            if not name or parts.is_absolute() or ".." in parts.parts or "\\" in name:
                raise TemplateError(f"{name!r} is not the name of a template")
            paths = (folder / parts for folder in self._folders)
            path = next((path for path in paths if path.is_file()), None)
            if path is None:
                searched = ", ".join(str(folder) for folder in self._folders)
                raise TemplateError(f"there is no template {name} in {searched}")
            self._contents[name] = path.read_bytes()
        return self._contents[name]

    def _load(self, name: str) -> Template:
        if name not in self._loaded:
            self._check_includes(name, ())
            self._fields[name] = self._environment.personal.fields(name, self._whole(name))
            self._loaded[name] = self._compile(name)
        return self._loaded[name]

    def _whole(self, name: str) -> set[str]:
        """Return a template with all that it includes, by name."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += [included for included, _ in self._environment.includes[each]]
        return found

    def _check_includes(self, name: str, chain: tuple[str, ...]) -> None:
        self._compile(name)
        for included, line in self._environment.includes[name]:
            if included in (*chain, name):
                circle = " → ".join((*chain, name, included))
                raise TemplateError(f"{name}:{line}: include goes round in a circle: {circle}")
            try:
                self.contents(included)
            except TemplateError as error:
                raise TemplateError(f"{name}:{line}: include: {error}", hint=error.hint) from None
            self._check_includes(included, (*chain, name))

    def _compile(self, name: str) -> Template:
        try:
            return self._environment.get_template(name)
        except TemplateSyntaxError as error:
            message = error.message or "is not understood"
            message = message[0].lower() + message[1:].rstrip(".")
            raise TemplateError(f"{name}:{error.lineno}: {message}") from None


class _Loader(BaseLoader):
    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:
        try:
            # Some editors begin a file with a byte order mark.
            source = self._templates.contents(template).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise TemplateError(
                f"{template}: byte {error.start + 1} is not UTF-8", hint="save the file as UTF-8"
            ) from None
        source = source.replace("\r\n", "\n")
        check_characters(source, template)
        return keep_lines(source, template), template, None


class _Environment(Environment):
    """Jinja without filters, tests, functions and methods."""

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            finalize=print_value,
            extensions=[Answers, Personal],
            loader=loader,
            cache_size=-1,
            auto_reload=False,
        )
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()
        # Jinja calls its filters directly, and anything else by way of a context: three times as slow.
        self.filters.update({"tested": tested, "same": same, "walk": walk})
        self.includes: dict[str, list[tuple[str, int]]] = {}

    @property
    def personal(self) -> Personal:
        """What knows the fields of each person's own."""
        found = self.extensions[Personal.identifier]
        assert isinstance(found, Personal)
        return found

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        whole = super()._parse(source, name, filename)
        self.personal.note(whole, str(name))
        tree, includes = checked(whole, str(name))
        self.includes[str(name)] = includes
        return tree

    def getattr(self, obj: object, attribute: str) -> object:
        """Return a mapping's key or a declared field, and never a method."""
        if isinstance(obj, Mapping):
            if attribute in obj:
                return check_kind(obj[attribute], attribute)
            raise _missing(attribute, obj)
        if isinstance(obj, LoopContext):
            value = getattr(obj, attribute)
            return Printed(str(value)) if type(value) is int else value
        if isinstance(obj, Undefined):
            str(obj)  # raises UndefinedError with the name
        kind: type = type(obj)
        # The text and the paths of a printed value belong together.
        known = frozenset() if kind is Printed else _declared(kind)
        if attribute in known:
            return check_kind(getattr(obj, attribute), attribute)
        raise _missing(attribute, known)


@functools.cache
def _declared(kind: type) -> frozenset[str]:
    if not is_dataclass(kind):
        return frozenset()
    properties = {name for name in dir(kind) if isinstance(getattr(kind, name), property)}
    return frozenset({field.name for field in fields(kind)} | properties)


def _missing(name: str, known: Iterable[str]) -> TemplateError:
    return TemplateError(f"'{name}' is undefined", hint=_similar(name, known))


def _known_names(error: UndefinedError, view: Mapping[str, object]) -> str:
    quoted = (error.message or "").split("'")
    return _similar(quoted[1] if len(quoted) > 1 else "", view)


def _similar(name: str, known: Iterable[str]) -> str:
    names = sorted(str(each) for each in known)
    close = difflib.get_close_matches(name, names, n=3)
    return f"known here: {', '.join(close or names) or 'nothing'}"


def _place(error: BaseException, name: str) -> str:
    # The last frame of compiled template code is where it happened; included ones come last.
    place = name
    trace = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            place = f"{template.name}:{template.get_corresponding_lineno(trace.tb_lineno)}"
        trace = trace.tb_next
    return place
