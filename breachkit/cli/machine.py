"""What machines are told by `status --json` and the lists of duties: columns under their names."""

from typing import TYPE_CHECKING, Any

from breachkit.cli.acts import choose, state_of
from breachkit.domain.act import Act, acts_of, kind_of, problem_of

if TYPE_CHECKING:
    from breachkit.domain.line import DutyRow
    from breachkit.overview import Overview


def as_data(row: "DutyRow") -> dict[str, Any]:
    """Return a duty for machines: its columns, the reason for a missing date apart."""
    return {
        **row._asdict(),
        "due_kind": kind_of(row),
        "not_computable": problem_of(row) or None,
    }


def status_data(overview: "Overview", *, everything: bool) -> dict[str, Any]:
    """Return the document of `status` from the duties that were asked for."""
    acts = acts_of(overview.rows)
    choice = choose(overview, [act.row for act in acts], everything=everything)
    return {
        "seen_at": overview.seen_at,
        "zone": overview.zone,
        "incident": overview.matter.matter if overview.matter else None,
        "state": overview.matter.state if overview.matter else None,
        "open_incidents": overview.incidents,
        "law_changed": overview.law_changed,
        "head": str(overview.head),
        "acts": [_act_data(acts[row.position], overview.seen_at) for row in choice.acts],
        "more": choice.more,
        "questions": [{"question": q, "command": c} for q, c in choice.questions.items()],
    }


def _act_data(act: Act, now: str) -> dict[str, Any]:
    row = act.row
    return {
        "incident": row.matter,
        "scopes": act.scopes,
        "side": row.side,
        **_clock_data(act, now),
        "citations": act.citations,
        "gaps": row.gaps,
        "waits_for": row.waits_for,
        "command": row.command,
        "outside_gate": act.left_outside,
        "duties": [as_data(duty) for duty in act.duties],
    }


def _clock_data(act: Act, now: str) -> dict[str, str | None]:
    row = act.row
    return {
        "state": state_of(row, now),
        "due_at": row.due_at or None,
        "due_kind": kind_of(act.duties[0]),
        "not_computable": row.problem or None,
        "moved_from": row.moved_from or None,
    }
