"""What stands above a notice: names, date, the duties that it meets, and where it is filed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from breachkit.domain.alike import View
from breachkit.domain.asked import Asks, Items
from breachkit.domain.document import Printed
from breachkit.domain.duty import Duty
from breachkit.domain.earlier import NOTHING, Course, course_view
from breachkit.domain.filing import Competence
from breachkit.domain.instrument import Instrument
from breachkit.domain.obligation import Obligation
from breachkit.domain.reading import ended
from breachkit.domain.requirement import Gap
from breachkit.domain.words import Words


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a notice, and which duties it is meant to meet."""

    incident: str
    our_name: str
    recipient: str
    addressee: str
    phase: str
    drafted_at: datetime
    duties: tuple[Duty, ...]
    instruments: Mapping[str, Instrument]
    missing: tuple[Gap, ...]
    reason: str = ""
    """What a correction changes, or what was found that makes a withdrawal right."""
    competence: Competence | None = None
    """Where a notice to an authority is filed."""
    withheld: tuple[str, ...] = ()
    """Beginnings of the paths that a conflict of laws keeps back until it is cleared."""
    grounds: Asks = ()
    """What decided that these duties are owed, and no other."""
    is_partners: bool = False
    """Whether the partner gives it, and not we ourselves."""
    course: Course = NOTHING
    """What left before it, and what is still to come."""
    unnamed: bool = False
    """Whether `recipient` is a key of ours, because nobody has said the partner's name."""

    @property
    def names_us(self) -> bool:
        """Whether the text has a place for our own name, as its sender or as the processor."""
        match self.addressee:
            case "partner":
                return True
            case "authority":  # where we are the controller, a requirement asks for its name
                return self.is_partners
            case "data_subjects":
                return False
        return not self.is_partners


def head_of(heading: Heading, words: Words) -> View:
    """Return what stands above a notice, as printed values."""
    return {
        "incident": Printed(heading.incident),
        "our_name": Printed(heading.our_name),
        "drafted_on": Printed(words.today(heading.drafted_at)),
        "reason": Printed(ended(heading.reason)),
        "to_authority": heading.addressee == "authority",
        "phase": {
            name: heading.phase == name
            for name in ("initial", "supplementary", "final", "correction", "withdrawal")
        },
        "duties": Items(
            (_cited(duty, heading.instruments) for duty in _in_order(heading) if not duty.open_law),
            heading.grounds,
        ),
        **_filed(heading),
        **course_view(heading.course, words),
    }


def _filed(heading: Heading) -> View:
    """Return what a single filing is called, with whom and by which channel it is filed."""
    first = next((duty.law for duty in heading.duties), heading.course.law)
    stage = heading.course.stage or (first.stage if first else "")
    title = heading.instruments[first.instrument].title if first else ""
    name = stage[:1].upper() + stage[1:] if stage else "Notification"
    cited = f"{name} ({first.citation})" if first else name
    return {
        "filing_name": Printed(" – ".join(part for part in (cited, title) if part)),
        "filed_with": Printed(_recipient(first) if first else ""),
        "filed_by": Printed(first.channel if first else ""),
        "stage": Printed(stage),
    }


def _recipient(law: Obligation) -> str:
    """Return who a single filing is for, as the law names it or by the kind of its addressee."""
    by_kind = {"users": "the users concerned", "public": "the public"}
    return law.recipient or by_kind.get(law.addressee.value, "the competent authority")


def _in_order(heading: Heading) -> list[Duty]:
    """Return the duties as a letter cites them: the agreement first, and last what is not certain."""
    return sorted(
        heading.duties,
        key=lambda duty: (
            duty.owed is None,
            heading.instruments[duty.law.instrument].kind.value != "contract",
        ),
    )


def _cited(duty: Duty, instruments: Mapping[str, Instrument]) -> View:
    instrument = instruments[duty.law.instrument]
    is_contract = instrument.kind.value == "contract"
    named = f"of the {instrument.title}" if is_contract else instrument.short
    return {
        "citation": Printed(f"{duty.law.citation} {named}"),
        "id": Printed(duty.law.qualified_id),
        "undecided": duty.owed is None,
    }
