"""Which facts a drafted text hangs on: what it prints, and what it asked to choose its words."""

from typing import Any

from breachkit.casework.picture import Picture
from breachkit.domain.asked import WHOLE, Question
from breachkit.domain.document import Document
from breachkit.domain.entry import canonical
from breachkit.domain.patch import fact_at
from breachkit.domain.scope import ScopeView, Stated


def uses_of(picture: Picture, view: ScopeView, document: Document) -> dict[str, Any]:
    """Return the facts that a text prints or asked, and what it asked of those that it only asked."""
    stated = Stated(picture.matter.facts, picture.matter.unknown, view.scope)
    whole = {path for block in document.blocks for run in block.runs for path in run.paths}
    questions: dict[str, set[Question]] = {}
    for path, question in set().union(*document.asked.values()):
        questions.setdefault(path, set()).add(question)
    asked: dict[str, set[Question]] = {}
    for path, some in questions.items():
        known = _known(view, path)
        asked[known] = asked[known] | some if known in asked else some
    whole |= {path for path, some in asked.items() if WHOLE in some}
    uses = {}
    for path in sorted(whole | asked.keys()):
        value = stated.at(path)
        if value is None and path.startswith("workspace."):
            value = fact_at(view.values, path.removeprefix("workspace."))
        uses[path] = "null" if value is None else canonical(value).decode()
    only_asked = sorted(asked.keys() - whole)
    return {"uses": uses, "asked": {path: sorted(asked[path], key=repr) for path in only_asked}}


def _known(view: ScopeView, path: str) -> str:
    """Return where a fact that was asked is stated, or what a branch holds, which no file adds to."""
    head, star, tail = path.partition(".*")
    if star:
        return f"{view.path_of(head).removeprefix('workspace.')}{star}{tail}"
    return path if path.startswith(("scopes.", "workspace.")) else view.path_of(path)
