"""A filing on its way out: one JSON document, or a sheet to copy from into an authority's portal."""

import json
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, Literal

from breachkit.casework.desk import Desk
from breachkit.casework.filing import Filing, chosen_scope, chosen_version, filing_of
from breachkit.casework.picture import Picture
from breachkit.domain.form import Form
from breachkit.domain.form_fill import FieldAnswer, State
from breachkit.domain.form_value import show_answer
from breachkit.errors import BadInputError

Format = Literal["edpb-json", "copy-sheet"]

JSON_FORMAT = "breachkit/edpb-json/1"
"""Names the shape of the document; a change that readers would stumble over gets another number."""

_INDENT = " " * 7
_MARK = "   **  "
"""Before what the sheet itself says of a field; a line of a value never begins so."""
_STRANGER = "names another controller concerned by the incident"


def export(
    desk: Desk, name: str, see: Callable[..., tuple[Desk, Picture]], *, scope: str | None
) -> Filing:
    """Return the filing of an incident as it stands, or of a notice as it was drafted.

    `see` returns the picture of an incident, now or as it was known `at` a time, with the law and the
    form that counted then. Raises BadInputError where several scopes could be meant.
    """
    if name.rpartition("-")[2][:1] in {"n", "s"}:
        version = chosen_version(desk, name, scope)
        then, picture = see(name.rpartition("-")[0], at=version.at)
        return filing_of(then, picture, version.drafted.scope, version)
    now, picture = see(name)
    return filing_of(now, picture, chosen_scope(picture, scope))


def as_text(filing: Filing, form: Format) -> str:
    """Return a filing in one of the formats; an incomplete one too, its open fields marked."""
    if form == "copy-sheet":
        return copy_sheet(filing)
    if form != "edpb-json":
        raise BadInputError(f"no format {form!r}", hint="one of: edpb-json, copy-sheet")
    return json.dumps(as_data(filing), ensure_ascii=False, indent=2)


def as_data(filing: Filing) -> dict[str, Any]:
    """Return a filing for machines: every field of the template, in its order."""
    filled, head = filing.filled, filing.filled.form.head
    return {
        "format": JSON_FORMAT,
        "template": head.model_dump(mode="json", include=_HEAD),
        "incident": filing.picture.id,
        "notice": filing.notice or None,
        "scope": filing.scope,
        "as_of": filing.as_of,
        "phase": filing.phase,
        "working_draft_file_in": filing.file_in or None,
        "status": filled.status,
        "open": [one.field.row for one in filled.open],
        "questions": [one.field.row for one in filled.questions],
        "proposed": [one.field.row for one in filled.proposed],
        "problems": [{"row": one.field.row, "problem": one.problem} for one in filled.problems],
        "fields": [_field_data(filing, one) for one in filled.answers],
    }


_HEAD = {
    "id",
    "name",
    "publisher",
    "version",
    "dated",
    "status",
    "standing",
    "url",
    "credit",
    "license",
}


def _field_data(filing: Filing, one: FieldAnswer) -> dict[str, Any]:
    field, value = one.field, one.value
    return {
        "row": field.row,
        "section": field.section,
        "requirement": field.requirement.value,
        "label": field.label,
        "kind": field.kind.value,
        "state": one.state.value,
        "key": value if field.options else None,
        "value": _in_words(one),
        "text": show_answer(field, value) if value is not None else None,
        "sources": list(one.paths),
        "proposed": one.proposed,
        "remark": one.remark or None,
        "facts_say": show_answer(field, one.derived) if one.derived is not None else None,
        "not_yet_known": dict(one.why) if one.why and value is None else None,
        "problem": one.problem or None,
        "depends_on": list(one.questions),
        "warning": _STRANGER if field.name in filing.strangers else None,
    }


def _in_words(one: FieldAnswer) -> Any:
    """Return an answer in the form's own words where it chooses, else as it is stored."""
    if one.value is None or not one.field.options:
        return one.value
    if isinstance(one.value, list):
        return [one.field.options[key] for key in one.value]
    return one.field.options[one.value]


def copy_sheet(filing: Filing) -> str:
    """Return field number, label and value of every field that is asked, ready to paste.

    Values are indented, so that no line of one can pass for the head of another field.
    """
    lines = [*_heading(filing)]
    section = ""
    for one in filing.filled.answers:
        if one.state is State.NOT_ASKED:
            continue
        if one.field.section != section:
            section = one.field.section
            lines += ["", f"== {section} =="]
        lines += ["", *_field_lines(filing, one)]
    return "\n".join([*lines, "", *_credit(filing.filled.form)]) + "\n"


def _heading(filing: Filing) -> Iterator[str]:
    filled, head = filing.filled, filing.filled.form.head
    yield f"{head.name}, version {head.version} ({head.publisher}): sheet to copy from"
    what = f"notice {filing.notice}" if filing.notice else f"incident {filing.picture.id}"
    yield f"{what}, scope {filing.scope}, as of {filing.as_of[:16]}Z; {filled.status}"
    ours = f", {len(filled.proposed)} are proposals to confirm" if filled.proposed else ""
    yield f"{len(filled.open)} fields open, {len(filled.questions)} depend on an answer{ours}"
    if filing.file_in:
        yield f"Working draft, file in: {filing.file_in}."
    yield "M mandatory, C conditional, O optional. Not a filing form: the authority's own portal asks."


def _field_lines(filing: Filing, one: FieldAnswer) -> Iterator[str]:
    field = one.field
    yield f"[{field.row:>3}] {field.requirement.value}  {field.label}"
    if one.value is not None:
        shown = show_answer(field, one.value).split("\n")
        yield from (f"{_INDENT}{_harmless(line)}" for line in shown)
    marks = _marks(filing, one)
    yield from (f"{_MARK}{mark}" for mark in marks)


def _marks(filing: Filing, one: FieldAnswer) -> Iterator[str]:
    if one.value is None:
        yield from _why_empty(filing, one)
    if one.problem:
        yield f"ERROR: {one.problem}"
    if one.remark:
        yield _harmless(one.remark) + ("; confirm or replace it" if one.proposed else "")
    if one.derived is not None:
        yield f"the facts say: {_harmless(show_answer(one.field, one.derived))}"
    if one.field.name in filing.strangers:
        yield _STRANGER
    if one.state is State.QUESTION:
        yield f"asked or not, that depends on {', '.join(map(_named, one.questions))}"


def _why_empty(filing: Filing, one: FieldAnswer) -> Iterator[str]:
    if one.state is State.OPEN:
        yield "OPEN"
    elif one.state is not State.QUESTION:
        yield one.state.value
    if one.why:
        yield f"not yet known: {_harmless(str(one.why['reason']))}"
    if one.state is State.OPEN:
        listed = filing.authorities if one.field.of == "eea_authority" else one.field.options
        yield from (f"   ( ) {label}" for label in listed.values())


def _named(name: str) -> str:
    return f"row {name[1:]}" if name[1:].isdigit() else name


def _harmless(text: str) -> str:
    """Return one line in which nothing steers a terminal or hides."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def _credit(form: Form) -> Iterator[str]:
    yield from textwrap.wrap(f"{form.head.credit}: {form.head.license}", 98, break_on_hyphens=False)
