"""`breachkit decision record`: a risk decided, a limb ruled out, and what that stops or makes due."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.base import Session, command, noun, receipt, verb
from breachkit.cli.facts import assumptions, item
from breachkit.cli.outcome import name_of
from breachkit.cli.output import Answer
from breachkit.errors import BadInputError

if TYPE_CHECKING:
    from breachkit.casework.records import Noted
    from breachkit.domain.entry import Phase

    Back = tuple[str, str, Phase]

decision_command = noun("decision", "Record decisions with their reasons.")

READ = "An authority may one day read it."

KINDS = {
    "rule_out": ("personal_data", "security_measures"),
    "risk_authority": ("unlikely", "risk"),
    "risk_people": ("high", "not_high", "34-3-a", "34-3-b", "34-3-c"),
    "filing": ("processor", "controller"),
    "clearance": (),
}
"""What can be decided, and how; one of them in a command."""


@verb(
    decision_command,
    "record",
    act=True,
    example="breachkit decision record 2026-0007 --scope own --risk-people not_high \\\n"
    "      --by anna --reason 'keys were never exposed'\n"
    "  breachkit decision record 2026-0007 --rule-out personal_data --second anna \\\n"
    "      --evidence 'report F-12' --reason 'the copied disk held test data'",
)
@click.argument("incident")
@click.option("--rule-out", type=click.Choice(KINDS["rule_out"]), help="Of Article 6.3; takes two.")
@click.option("--risk-authority", type=click.Choice(KINDS["risk_authority"]), help="Article 33(1).")
@click.option(
    "--risk-people", type=click.Choice(KINDS["risk_people"]), help="Article 34(1), 34(3)."
)
@click.option("--filing", type=click.Choice(KINDS["filing"]), help="Who files, as instructed.")
@click.option(
    "--clearance",
    metavar="CONFLICT",
    help="A part that a conflict of laws keeps back may be given.",
)
@click.option("--scope", metavar="SCOPE", help="Whose risk; not needed where there is one scope.")
@click.option(
    "--by", "decided_by", metavar="NAME", help="Who decided; else the scope's controller."
)
@click.option("--second", metavar="NAME", help="The other person who ruled it out.")
@click.option("--evidence", metavar="TEXT", help=f"Where the evidence lies. {READ}")
@click.option("--reason", metavar="TEXT", help=f"Why; a withdrawal prints it. {READ}")
def record(session: Session, incident: str, **said: Any) -> Answer:
    """Record a decision on an INCIDENT: what it rests on, who took it, and what follows.

    On the risk for people the scope's controller decides: for a partner's scope, the partner.
    """
    from breachkit.casework.records import Ruling

    made = [(kind, said.pop(kind)) for kind in KINDS]
    chosen = [(kind, outcome) for kind, outcome in made if outcome]
    if len(chosen) != 1:
        raise BadInputError(
            "a decision is one of --rule-out, --risk-authority, --risk-people, --filing, --clearance",
            hint=f"{command('decision', 'record', incident)} --risk-people high --reason TEXT",
        )
    ((kind, outcome),) = chosen
    if not (reason := said.pop("reason")):
        same = command("decision", "record", incident, f"--{kind.replace('_', '-')}", outcome)
        raise BadInputError("a decision needs its reason", hint=f"{same} --reason TEXT")
    ruling = Ruling(kind.replace("_", "-"), outcome, reason, **_filled(said))  # type: ignore[arg-type]
    return _recorded(session, session.kit.record_decision(incident, ruling))


def _filled(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def _recorded(session: Session, done: "Noted") -> Answer:
    from breachkit.casework.promises import taken_back

    back = list(taken_back(done))
    data = _data(session, done, back)
    if not done.new:
        return Answer(data, [f"{done.id} has this decision already; nothing was written"])
    return Answer(data, list(_lines(done, back)), receipt(session, *_next(done, back)))


def _data(session: Session, done: "Noted", back: "list[Back]") -> dict[str, Any]:
    assert done.entry is not None
    return {
        "incident": done.id,
        "new": done.new,
        **done.entry.model_dump(mode="json"),
        "stopped": [duty for duty, _ in _changed(done, stopped=True)],
        "became_owed": [duty for duty, _ in _changed(done, stopped=False)],
        "take_back": [{"scope": s, "addressee": a, "phase": p} for s, a, p in back],
        "head": str(session.kit.head()),
    }


def _lines(done: "Noted", back: "list[Back]") -> Iterator[str]:
    entry: Any = done.entry
    two = f" and {entry.second}" if entry.second else ""
    scope = f" for {entry.scope}" if entry.scope else ""
    yield f"decided in {done.id}{scope}: {entry.decision} {entry.outcome}, by {entry.decided_by}{two}"
    yield from _against_proposal(done, entry)
    for _, name in _changed(done, stopped=True):
        yield from item("stopped", name)
    for _, name in _changed(done, stopped=False):
        yield from item("owed", name)
    for of, addressee, phase in back:
        yield from item("due", f"a {phase} to {of}: {addressee.replace('_', ' ')} had been told")


def _against_proposal(done: "Noted", entry: Any) -> Iterator[str]:
    """Yield where a decision departs from what was proposed, and how much it rests on."""
    if entry.proposed == "undecided":
        yield from item(
            "proposed", "nothing: the facts leave it open; breachkit risk assess says which"
        )
    elif entry.proposed and entry.proposed != entry.outcome:
        yield from item(
            "departs", f"the proposal was {entry.proposed}; kept with the reasons given"
        )
    for one in entry.disagreements:
        yield from item("differs", one)
    yield from _resting(done, entry)


def _resting(done: "Noted", entry: Any) -> Iterator[str]:
    """Yield the assumptions of a decision not to notify."""
    view = done.view(entry.scope)
    if entry.rests_on and view:
        count = len(entry.rests_on)
        yield from item("rests", f"on {count} facts; a later fact against one of them reopens it")
        for one in assumptions(view, entry.rests_on):
            yield from item("", one)


def _changed(now: "Noted", *, stopped: bool) -> Iterator[tuple[str, str]]:
    """Yield id and name of the duties that a decision stopped, or that became owed."""
    was = {duty.id: duty.owed for duty in now.before.duties} if now.before else {}
    for duty in now.duties:
        settled = duty.owed is (not stopped)
        asked = duty.law.by_notice or duty.deadline.start is not None
        if settled and asked and was.get(duty.id) is not duty.owed:
            yield duty.id, f"{name_of(duty)}, {duty.scope}"


def _next(done: "Noted", back: "list[Back]") -> list[str]:
    from breachkit.casework.promises import draft_command

    return [draft_command(done.id, *one) for one in back[:1]] or [command("status", done.id)]
