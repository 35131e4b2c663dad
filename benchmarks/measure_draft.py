"""Drafting three notices: partner, authority and data subjects, until they are on the disk."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markdown_it import MarkdownIt

from benchmarks.figure import Figure, Side, alternate, seconds
from benchmarks.workspace import CAMERAS, alert, prepare
from breachkit.adapters.rendering import document
from breachkit.adapters.rendering.syntax import keep_lines
from breachkit.app import Breachkit
from breachkit.casework.drafting import heading_of
from breachkit.casework.picture import look
from breachkit.domain.document import Printed
from breachkit.domain.notice import notice_view

SCOPE = "lumen"
READERS = ("partner", "authority", "data_subjects")


def measure(folder: Path, pairs: int) -> Iterator[Figure]:
    """Compare drafting with the same templates in plain Jinja and markdown-it."""
    with prepare(folder / "psirt") as kit:
        incidents = _incidents(kit)

        def warm() -> float:
            incident = next(incidents)
            return seconds(lambda: _draft(kit, incident))

        def cold() -> float:
            incident = next(incidents)
            document._skeleton.cache_clear()
            return seconds(lambda: _draft(kit, incident))

        bare = _bare(kit, next(incidents))
        peer = "plain Jinja and markdown-it"
        texts = alternate(warm, bare, pairs, warm=3)
        yield Figure(
            "draft", "three notices, skeleton parsed before", peer, texts, texts.ratio, 2.5
        )
        first = alternate(cold, bare, pairs)
        yield Figure("draft", "three notices, skeleton parsed anew", peer, first, first.ratio)


def _incidents(kit: Breachkit) -> Iterator[str]:
    """Yield incidents that differ in a fact which all three notices print."""
    for number in count():
        given = deepcopy(alert(CAMERAS))
        given["measures"]["m5"]["text"] = f"The caching library was removed in step {number}."
        given["measures"]["m5"]["plain"] = f"The faulty component was removed in step {number}."
        yield kit.open_incident(given).id


def _draft(kit: Breachkit, incident: str) -> None:
    drafts = kit.draft(incident, scopes=[SCOPE], to=READERS)
    assert [draft.new for draft in drafts] == [True] * len(READERS)


def _bare(kit: Breachkit, incident: str) -> Side:
    """Return the peer: the same views as plain text, the same templates, HTML and nothing else."""
    environment = _environment(kit)
    templates = [environment.get_template(f"{addressee}/en.md.j2") for addressee in READERS]
    views = [_plain(view) for view in _views(kit, incident)]
    parser = MarkdownIt()

    def run() -> None:
        for template, view in zip(templates, views, strict=True):
            parser.render(template.render(view))

    return lambda: seconds(run)


def _views(kit: Breachkit, incident: str) -> Iterator[Mapping[str, Any]]:
    picture = look(kit.desk, incident)
    scope = picture.view(SCOPE)
    assert scope is not None
    for addressee in READERS:
        heading = heading_of(kit.desk, picture, SCOPE, addressee, "initial")
        yield notice_view(scope, heading, kit.desk.press.words("en"))


def _plain(value: Any) -> Any:
    """Return a view without the facts behind its words."""
    if isinstance(value, Printed):
        return value.text
    if isinstance(value, Mapping):
        return {name: _plain(below) for name, below in value.items()}
    return [_plain(below) for below in value] if isinstance(value, list | tuple) else value


class _Answers(Extension):
    """The tag `answers` without its meaning."""

    tags = {"answers"}  # noqa: RUF012  (declared so by Jinja)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Return what stands inside."""
        next(parser.stream)
        while parser.stream.current.type != "block_end":
            next(parser.stream)
        return parser.parse_statements(("name:endanswers",), drop_needle=True)


def _environment(kit: Breachkit) -> Environment:
    sources = {}
    for folder in reversed(kit.folder.template_folders()):
        for path in folder.rglob("*.j2"):
            name = path.relative_to(folder).as_posix()
            sources[name] = keep_lines(path.read_text("utf-8"), name)
    return Environment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_Answers], loader=DictLoader(sources)
    )
