"""The common template in `incident check --notice authority`: what is open, and what settles it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from breachkit.cli.base import Session
from breachkit.cli.facts import paragraph
from breachkit.cli.outcome import unknown_text
from breachkit.cli.output import harmless

if TYPE_CHECKING:
    from breachkit.casework.filing import Filing
    from breachkit.casework.picture import Picture
    from breachkit.domain.entry import Phase
    from breachkit.domain.form_fill import FieldAnswer

_NAMED = 3
"""How many scopes are named where all of them lack the same."""

_LISTED = 8
"""How many choices stand on the line; of more, the copy sheet shows the words."""


def filings(
    session: Session, picture: "Picture", scopes: Sequence[str], phase: "Phase | None"
) -> "tuple[Filing, ...]":
    """Return the filing of each scope whose authority has to be told, or was told."""
    from breachkit.casework.filing import filings_of

    return filings_of(session.kit.desk, picture, scopes, phase)


def lines(found: "Sequence[Filing]") -> list[str]:
    """Return what the template still asks, scopes that lack the same together."""
    if not found:
        return []
    head = found[0].filled.form.head
    title = f"{head.name} {head.version}, {head.publisher} [{head.standing.value}]"
    shown = ["", "THE AUTHORITIES' COMMON TEMPLATE", *paragraph(title, 2)]
    for group in _groups(found):
        shown += _group_lines(group)
    return [*shown, "", *paragraph(f"{head.credit}.", 0)]


def data(found: "Sequence[Filing]") -> list[dict[str, Any]]:
    """Return the same for machines."""
    return [
        {
            "scope": one.scope,
            "phase": one.phase,
            "status": one.filled.status,
            "open": [_field_data(one, each) for each in one.filled.open],
            "questions": [_question_data(one, *each) for each in _deciding(one)],
            "proposed": [_proposal_data(one, each) for each in one.filled.proposed],
            "problems": [
                {"row": each.field.row, "problem": each.problem} for each in one.filled.problems
            ],
        }
        for one in found
    ]


def _groups(found: "Sequence[Filing]") -> "list[list[Filing]]":
    groups: dict[Any, list[Filing]] = {}
    for one in found:
        rows = tuple(
            (each.field.row, each.state, each.problem, each.remark and str(each.value))
            for each in one.filled.answers
        )
        groups.setdefault((one.phase, one.filled.status, rows), []).append(one)
    return list(groups.values())


def _group_lines(group: "list[Filing]") -> Iterator[str]:
    first, filled = group[0], group[0].filled
    names = ", ".join(one.scope for one in group[:_NAMED])
    others = f" and {len(group) - _NAMED} others" if len(group) > _NAMED else ""
    wanted = sum(one.state.value == "if the authority wants it" for one in filled.answers)
    proposed = f" {len(filled.proposed)} proposed by us," if filled.proposed else ""
    yield (
        f"  {names}{others}: {first.phase}, {filled.status}; {len(filled.open)} fields open,{proposed}"
        f" {len(filled.questions)} depend on an answer, {wanted} only if the authority wants them"
    )
    yield from _wrong(first)
    for one in filled.open:
        yield from _open_lines(first, one)
    for one in filled.proposed:
        yield from _proposal_lines(first, one)
    for name, asked in _deciding(first):
        yield from _question_lines(first, name, asked)


def _wrong(filing: "Filing") -> Iterator[str]:
    """Yield the answers that cannot stand, and those that the facts do not bear out."""
    from breachkit.domain.form_value import show_answer

    for one in filing.filled.problems:
        yield from paragraph(f"ERROR in row {one.field.row}: {one.problem}", 4)
    for one in filing.filled.answers:
        if one.derived is not None:
            said = harmless(show_answer(one.field, one.derived))
            yield from paragraph(f"row {one.field.row}: the facts say otherwise: {said}", 4)


def _open_lines(filing: "Filing", one: "FieldAnswer") -> Iterator[str]:
    from breachkit.casework.filing import supply_field

    field = one.field
    yield from paragraph(f"{field.row} {field.requirement.value}  {field.label}", 4)
    if one.why:
        yield from paragraph(harmless(unknown_text(one.why, "UTC")), 8)
    yield from _command(*supply_field(filing, field))


def _proposal_lines(filing: "Filing", one: "FieldAnswer") -> Iterator[str]:
    from breachkit.casework.filing import supply_field
    from breachkit.domain.form_value import show_answer

    field = one.field
    said = harmless(show_answer(field, one.value).partition("\n")[0])
    yield from paragraph(f"{field.row} {field.requirement.value}  {field.label}: {said}", 4)
    yield from paragraph(harmless(one.remark), 8)
    yield from _command(*supply_field(filing, field))


def _question_lines(filing: "Filing", name: str, asked: "Sequence[FieldAnswer]") -> Iterator[str]:
    from breachkit.casework.filing import supply_question

    field = filing.filled.form.by_name.get(name)
    what = f"row {field.row}, {field.label}" if field else name
    yield from paragraph(f"question: {what} - decides whether {_rows(asked)} asked", 4)
    if not (field and field in [one.field for one in filing.filled.open]):
        yield from _command(*supply_question(filing, name))


def _rows(asked: "Sequence[FieldAnswer]") -> str:
    rows = ", ".join(str(one.field.row) for one in asked)
    return f"row {rows} is" if len(asked) == 1 else f"rows {rows} are"


def _command(line: str, choices: Sequence[str]) -> Iterator[str]:
    yield f"        {line}"
    if len(choices) > _LISTED:
        yield f"        CHOICE: one of {len(choices)}, which the copy sheet of notice export lists"
    elif choices and "CHOICE" in line:
        yield f"        CHOICE: {', '.join(choices)}"


def _deciding(filing: "Filing") -> "list[tuple[str, list[FieldAnswer]]]":
    from breachkit.casework.filing import deciding

    return list(deciding(filing).items())


def _field_data(filing: "Filing", one: "FieldAnswer") -> dict[str, Any]:
    from breachkit.casework.filing import supply_field

    line, choices = supply_field(filing, one.field)
    return {
        "row": one.field.row,
        "requirement": one.field.requirement.value,
        "label": one.field.label,
        "command": line,
        "choices": list(choices),
        "not_yet_known": dict(one.why) if one.why else None,
    }


def _proposal_data(filing: "Filing", one: "FieldAnswer") -> dict[str, Any]:
    return {**_field_data(filing, one), "proposal": one.value, "remark": one.remark}


def _question_data(filing: "Filing", name: str, asked: "Sequence[FieldAnswer]") -> dict[str, Any]:
    from breachkit.casework.filing import supply_question

    line, choices = supply_question(filing, name)
    rows = [one.field.row for one in asked]
    return {"question": name, "decides": rows, "command": line, "choices": list(choices)}
