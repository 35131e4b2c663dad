"""`breachkit deadline export`: the file, or where it was written, and how calendars take it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachkit.cli.base import Session, command
from breachkit.cli.output import Answer
from breachkit.errors import BadInputError

if TYPE_CHECKING:
    from breachkit.app.agenda import Agenda
    from breachkit.domain.agenda import Appointment


def exported(
    session: Session, incident: str | None, output: str, *, ics: bool, **how: Any
) -> Answer:
    """Return the calendar for stdout, or a line on the file that holds it now."""
    if not ics:
        same = command("deadline", "export", *([incident] if incident else []), "--ics")
        raise BadInputError("say in which form: --ics", hint=same)
    agenda = session.kit.calendar(incident, **how)
    raw, data = agenda.ics(), _data(agenda)
    notes = [] if agenda.appointments else ["Nothing has a date: the calendar is empty."]
    if output == "-":
        return Answer({**data, "ics": raw.decode()}, notes=notes, raw=raw)
    _write(Path(output), raw)
    count = len(agenda.appointments)
    line = f"wrote {output}: {count} date{'' if count == 1 else 's'}"
    return Answer({**data, "file": output}, [line], notes)


def _write(path: Path, raw: bytes) -> None:
    """Replace a file at once: whoever subscribes to it never reads half a calendar."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(raw)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _data(agenda: "Agenda") -> dict[str, Any]:
    return {
        "seen_at": agenda.seen_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sequence": agenda.revision,
        "events": [_event(one) for one in agenda.appointments],
    }


def _event(one: "Appointment") -> dict[str, Any]:
    return {
        "uid": one.uid,
        "at": one.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "summary": one.summary,
        "status": one.status,
        "alarms": [int(span.total_seconds()) for span in one.alarms],
    }
