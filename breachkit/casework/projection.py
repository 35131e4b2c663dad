"""The rows that `status` reads, projected from an incident in the same transaction as its entries."""

from collections.abc import Collection

from breachkit.casework.desk import Desk
from breachkit.casework.picture import UNNAMED, Picture, look, picture_of
from breachkit.casework.promises import promised
from breachkit.casework.waiting import assess_command, is_theirs, next_step, risk_command
from breachkit.domain.deadline import Deadline
from breachkit.domain.duty import DECIDED_BY, Duty
from breachkit.domain.instant import stamp
from breachkit.domain.line import NOT_COMPUTABLE, DutyRow, MatterRow
from breachkit.domain.matter import Matter
from breachkit.domain.people import PROFILE_QUESTIONS
from breachkit.domain.scope import OWN
from breachkit.domain.sheet import Kind, place_at
from breachkit.domain.telling import Told
from breachkit.errors import FactError


def rows_of(
    picture: Picture, cleared: Collection[str] = ()
) -> tuple[MatterRow, tuple[DutyRow, ...]]:
    """Return the rows of an incident: one for itself, one for each duty and each promise.

    `cleared` are the digests of templates that counsel has cleared beforehand.
    """
    matter = picture.matter
    count, notices = len(matter.facts.get("scopes") or {}), len(matter.notices)
    facts = f"{count} scope{_s(count)}, {notices} notice{_s(notices)}"
    row = MatterRow(
        matter=matter.id,
        title=picture.title,
        state=matter.state,
        reference=matter.reference,
        opened_at=matter.opened_at,
        facts=facts,
    )
    duties = (_duty_row(picture, duty, cleared) for duty in picture.duties if _is_shown(duty))
    return row, (*duties, *promised(picture, cleared))


def _is_shown(duty: Duty) -> bool:
    """Tell whether a duty has a row: not what is owed on request or may be owed, before any clock runs.

    `law applicable` lists all of it; at night a law that may apply shows from when on it would be due.
    """
    return duty.deadline.start is not None or (duty.law.by_notice and not duty.open_law)


def carry_moves(rows: tuple[DutyRow, ...], before: list[DutyRow]) -> tuple[DutyRow, ...]:
    """Return rows that still say what moved when the law or the settings changed."""
    moved = {row.duty: row for row in before if row.moved_from}
    if not moved:
        return rows
    return tuple(
        row._replace(moved_from=moved[row.duty].moved_from)
        if row.duty in moved and row.due_at == moved[row.duty].due_at
        else row
        for row in rows
    )


def refresh_all(desk: Desk) -> None:
    """Recompute what every matter shows under changed law or settings, marking what moved."""
    matters, duties = [], {}
    for row in desk.store.matters():
        if row.state == "workspace":
            matters.append(row)
            continue
        old = desk.store.duties(row.matter)
        shown = {one.duty: one.due_at for one in old}
        fresh, rows = rows_of(look(desk, row.matter), desk.rules.counsel_cleared)
        matters.append(fresh)
        duties[row.matter] = tuple(
            one._replace(moved_from=shown[one.duty])
            if shown.get(one.duty, one.due_at) != one.due_at
            else one
            for one in carry_moves(rows, old)
        )
    desk.store.rebuild(matters, duties)


def after(desk: Desk, matter: Matter) -> tuple[MatterRow, tuple[DutyRow, ...], Picture]:
    """Return the rows of a matter that a step has just changed, and the picture behind them."""
    picture = picture_of(matter, desk.rules, desk.now())
    row, rows = rows_of(picture, desk.rules.counsel_cleared)
    return row, carry_moves(rows, desk.store.duties(matter.id)), picture


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _duty_row(picture: Picture, duty: Duty, cleared: Collection[str]) -> DutyRow:
    waits, command = next_step(picture, duty, cleared)
    question, answer = _question(picture, duty)
    deadline = duty.deadline
    return DutyRow(
        matter=picture.id,
        duty=duty.id,
        scope=duty.scope,
        side=str(duty.side),
        addressee=str(duty.law.addressee),
        citation=f"{duty.law.citation} {duty.law.instrument}",
        due_at=stamp(deadline.due_at) if deadline.due_at else "",
        due_kind=kind_of(deadline),
        soon_at=stamp(duty.soon_at) if duty.soon_at else "",
        told=str(Told.STOPPED if duty.owed is False else duty.told),
        content=str(duty.content),
        gaps=len({(gap.path, gap.citation) for gap in duty.gaps}),
        waits_for=waits,
        command=command,
        question=question,
        question_command=answer,
        moved_from="",
        standing=str(deadline.known),
    )


def kind_of(deadline: Deadline) -> str:
    """Return what a date rests on, or why a limit that runs cannot be counted."""
    if deadline.not_computable:
        return f"{NOT_COMPUTABLE}{deadline.not_computable}"
    return str(deadline.kind)


def _question(picture: Picture, duty: Duty) -> tuple[str, str]:
    """Return the question that would settle a duty, and the command that answers it."""
    amend = f"breachkit incident amend {picture.id} --set"
    if duty.told is not Told.WAITING:
        return "", ""
    if reopened := _reopened(picture, duty):
        return f"{reopened}: decide again ({duty.scope})", assess_command(picture.id, duty.scope)
    if duty.questions:
        path = duty.questions[0]
        asked = _question_of_law(picture, duty, path)
        if asked:
            return asked
        if path == "risk.people":
            # The partner's own decision is no question to us: the duty says that it waits for it.
            if is_theirs(duty):
                return "", ""
            risk = f"is a high risk to people likely? ({duty.scope})"
            return risk, risk_command(picture, duty)
        return f"what is {path}{_choices(path)}?", f"{amend} {path}=VALUE"
    if duty.deadline.kind == "provisional" and (when := _question_of_time(duty, amend)):
        return when
    if duty.deadline.kind == "provisional" and "discovered_at" not in duty.deadline.trigger:
        stated = picture.matter.facts.get("timeline", {}).get("discovered_at")
        if stated:
            return (
                f"why does the discovery count only from {stated['at']}?",
                f"{amend} timeline_reasons.discovered_at=REASON",
            )
        return "when was the breach discovered?", f'{amend} timeline.discovered_at="TIME ZONE"'
    return "", ""


def _question_of_law(picture: Picture, duty: Duty, path: str) -> tuple[str, str] | None:
    """Return a question that an instrument or the workspace asks in its own words, and its answer."""
    area, _, name = path.rpartition(".")
    if area.endswith("profile"):
        return _question_of_profile(picture, duty, name)
    if name == "countries":
        places = f"breachkit incident amend {picture.id} --set {path}.XX.concerned=yes"
        return f"in which countries do the people concerned live? ({duty.scope})", places
    for finding in picture.instruments[duty.law.instrument].findings:
        if area.endswith("findings") and finding.name == name:
            return finding.question, f"breachkit incident amend {picture.id} --set {path}=yes"
    return None


def _reopened(picture: Picture, duty: Duty) -> str:
    """Return which decision that had ended a duty is open again, and through which fact."""
    decision = DECIDED_BY.get(duty.law.owed)
    found = (one for one in picture.reopened(duty.scope) if one.entry.decision == decision)
    return str(next(found, "")) if decision else ""


def _question_of_time(duty: Duty, amend: str) -> tuple[str, str] | None:
    """Return what to ask where an instrument's own event has no time yet, and no discovery is it."""
    alarm, start = duty.law.provisional, duty.law.trigger.earliest[0].fact
    if alarm is None or not alarm.until_stated:
        return None
    return f"when was {duty.law.event}?", f'{amend} {start}="TIME ZONE"'


def _question_of_profile(picture: Picture, duty: Duty, name: str) -> tuple[str, str]:
    """Return a question about what an organisation is; its answer lies in a file, once for all."""
    show = f"breachkit law applicable {picture.id}"
    if duty.scope == OWN or name == "sells_in":
        return f"{PROFILE_QUESTIONS[name]} ({name} under [organisation.profile])", show
    if duty.scope == UNNAMED:
        name_one = f"breachkit incident amend {picture.id} --set scopes.KEY.capacity=processor"
        return "which partners are affected?", name_one
    return f"what is {name} of {duty.scope}? (under [profile] in partners/{duty.scope}.toml)", show


def _choices(path: str) -> str:
    """Return the answers that a fact can have; nothing for one that only the record knows."""
    try:
        place = place_at(path)
    except FactError:
        return ""
    choices = ("yes", "no") if place.kind is Kind.YES_NO else place.choices
    return f" ({', '.join(choices)})" if choices else ""
