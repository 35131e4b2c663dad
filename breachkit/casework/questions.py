"""The question that would settle a duty, in words, and the command that answers it."""

from breachkit.casework.picture import UNNAMED, Picture
from breachkit.casework.waiting import assess_command, is_theirs, risk_command
from breachkit.domain.duty import DECIDED_BY, Duty
from breachkit.domain.people import PROFILE_QUESTIONS
from breachkit.domain.question import PARTNER_QUESTIONS, ask_for
from breachkit.domain.scope import OWN
from breachkit.domain.sheet import Kind, place_at
from breachkit.domain.telling import Told
from breachkit.errors import FactError


def question_of(picture: Picture, duty: Duty) -> tuple[str, str]:
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
            risk = f"{ask_for(path)} ({duty.scope})"
            return risk, risk_command(picture, duty)
        if path == "risk.exemption":
            return f"{ask_for(path)} ({duty.scope})", assess_command(picture.id, duty.scope)
        about = (
            f"{_key(path)}: " if ".*" not in path and path.startswith(("data.", "scopes.")) else ""
        )
        return (
            f"{about}{ask_for(path)}{_choices(path)}",
            f"{amend} {path.replace('*', 'KEY')}=VALUE",
        )
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
        return f"{ask_for(name)} ({duty.scope})", places
    for finding in picture.instruments[duty.law.instrument].findings:
        if area.endswith("findings") and finding.name == name:
            return finding.question, f"breachkit incident amend {picture.id} --set {path}=yes"
    return None


def words_for(picture: Picture, duty: Duty, path: str) -> str:
    """Return the question to which a fact is the answer, without what can be answered."""
    asked = _question_of_law(picture, duty, path)
    return asked[0] if asked else ask_for(path)


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
    asked = PARTNER_QUESTIONS[name].format(name=duty.scope)
    return f"{asked} ({name} under [profile] in partners/{duty.scope}.toml)", show


def _key(path: str) -> str:
    """Return what a question is about: the scope, or the key of the data."""
    return path.split(".")[1]


def _choices(path: str) -> str:
    """Return the answers that a fact can have; nothing for one that only the record knows."""
    try:
        place = place_at(path)
    except FactError:
        return ""
    choices = ("yes", "no") if place.kind is Kind.YES_NO else place.choices
    return f" ({', '.join(choices)})" if choices else ""
