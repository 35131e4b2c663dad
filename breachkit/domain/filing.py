"""A filing with an authority: where and why it is due, by whom, and whether it was confirmed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from breachkit.domain.authority import Authority, Reach, Remark
from breachkit.domain.standing import Standing


class Filer(StrEnum):
    """Who files with the authority."""

    OURS = "we file as controller"
    THEIRS = "the partner files as controller; we prepare the file at its request"
    FOR_THEM = "we file for the partner, at its recorded request and instruction"


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing that is due: with one authority, or with one of several until a question is answered."""

    place: str
    options: tuple[Authority, ...]
    why: str
    citation: str
    standing: Standing

    @property
    def sure(self) -> bool:
        """Whether it is settled which authority it is."""
        return len(self.options) == 1

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the authorities that may be meant."""
        return frozenset(one.code for one in self.options)

    @property
    def label(self) -> str:
        """The authority's code, or the place while it is open which of its authorities it is."""
        return self.options[0].code if self.sure else f"{self.place} (which authority is open)"


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that would settle who is competent, and where it is stated."""

    text: str
    path: str
    value: str
    """What stands for the answer in a command."""


@dataclass(frozen=True, slots=True)
class Competence:
    """Where the breach of one scope is filed, and by whom."""

    scope: str
    filer: Filer
    reach: Reach
    filings: tuple[Filing, ...]
    possible: tuple[Filing, ...]
    """Outside the EEA, where people live but the controller is not established."""
    remarks: tuple[Remark, ...]
    questions: tuple[Question, ...]

    def under(self, instrument: str) -> tuple[Filing, ...]:
        """Return the filings due under one law."""
        return tuple(
            one for one in self.filings if any(a.instrument == instrument for a in one.options)
        )


@dataclass(frozen=True, slots=True)
class Telling:
    """One filing as it was recorded: when, whether it is confirmed, and with which authority."""

    at: str
    sure: bool
    authority: str | None = None


def settle_filings(
    filings: Sequence[Filing], told: Iterable[Telling]
) -> tuple[str | None, tuple[Filing, ...]]:
    """Return when the last of the filings due was confirmed, and those still open.

    A filing recorded without its authority counts where one is competent at most. Where nobody knows
    who is competent, any confirmed filing counts.
    """
    confirmed = sorted((one for one in told if one.sure), key=lambda one: one.at)
    if not filings:
        return (confirmed[0].at if confirmed else None), ()
    alone = len(filings) == 1
    found = {
        filing: next(
            (
                one.at
                for one in confirmed
                if one.authority in filing.codes or (alone and one.authority is None)
            ),
            None,
        )
        for filing in filings
    }
    still = tuple(filing for filing, at in found.items() if at is None)
    return (None if still else max(at for at in found.values() if at)), still
