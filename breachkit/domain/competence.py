"""Who is competent for a scope: which authority takes the filing, why, and what is still to be asked.

For a controller in the EEA the lead authority of its main establishment; for one outside, the authority
of every state of the EEA where people concerned live (Guidelines 9/2022, paragraphs 65 to 73).
"""

from collections.abc import Iterator, Mapping, Sequence

from breachkit.domain.authority import Authority, Reach, Remark
from breachkit.domain.countries import (
    OUTSIDE,
    country_of,
    in_eea,
    known_country,
    known_place,
    name_of,
)
from breachkit.domain.filing import Competence, Filer, Filing, Question
from breachkit.domain.patch import fact_at
from breachkit.domain.regions import EEA
from breachkit.domain.scope import ScopeView
from breachkit.domain.standing import Standing, weakest

Authorities = Mapping[str, Authority]
"""The authorities that a workspace knows, by code."""

LEAD = "Guidelines 9/2022, paragraphs 65-72"
EACH = "Guidelines 9/2022, paragraph 73"


def find_competence(view: ScopeView, authorities: Authorities) -> Competence:
    """Return which authorities are competent for a scope; what is not known is asked, never guessed."""
    case = _Case(view, authorities)
    filings = tuple(case.filings())
    return Competence(
        scope=view.scope,
        filer=filer_of(view),
        reach=case.reach,
        filings=filings,
        possible=tuple(case.possible()),
        remarks=tuple(case.remarks()),
        questions=tuple(case.questions(filings)),
    )


def filer_of(view: ScopeView) -> Filer:
    """Return who files: the controller, unless it asked and instructed its processor to.

    The request is an instant of its own, because it starts what Article 6.5 of the agreement asks of us.
    """
    if view.values.get("capacity") == "controller":
        return Filer.OURS
    asked = fact_at(view.values, "timeline.controller_request_at") is not None
    instructed = view.values.get("filing") == "processor"
    return Filer.FOR_THEM if asked and instructed else Filer.THEIRS


class _Case:
    """The facts of one scope that settle who is competent."""

    def __init__(self, view: ScopeView, authorities: Authorities) -> None:
        self.view, self.authorities = view, authorities
        self.land, self.sector = self._said("land"), self._said("sector")
        self.home, self.mistaken = self._home()
        self.lives = tuple(_lives(view))

    def _said(self, name: str) -> str | None:
        value = fact_at(self.view.values, f"controller.{name}")
        return str(value) if value else None

    def _home(self) -> tuple[str | None, str]:
        code = self._said("country")
        try:
            return (known_country(code) if code else None), ""
        except ValueError as error:
            return None, str(error)

    @property
    def state(self) -> str | None:
        """The state of the main establishment."""
        return country_of(self.home) if self.home else None

    @property
    def other_states(self) -> list[str]:
        """The states of the EEA, but for that of the establishment, where people concerned live."""
        found = {country_of(place) for place in self.lives}
        return sorted((found & EEA) - {self.state})

    @property
    def reach(self) -> Reach:
        """How far the case reaches, as far as the language of a filing hangs on it."""
        if self.home is None:
            return Reach.ONE_STATE
        if not in_eea(self.home):
            return Reach.FROM_OUTSIDE
        return Reach.CROSS_BORDER if self.other_states else Reach.ONE_STATE

    def filings(self) -> Iterator[Filing]:
        if self.sector == "eu_institution":
            yield from self._of_institution()
        elif self.home and in_eea(self.home):
            yield from self._lead()
        elif self.home:
            yield from self._outside(self.home)
            for state in self.other_states:
                yield from self._resident(state)

    def _of_institution(self) -> Iterator[Filing]:
        found = tuple(one for one in self.authorities.values() if one.group == "eu-institution")
        if found:
            why = "the controller is an institution or body of the Union"
            standing = found[0].standing
            yield Filing("EU", found, why, "Regulation (EU) 2018/1725", standing)

    def _lead(self) -> Iterator[Filing]:
        assert self.state is not None
        why = (
            f"lead authority: the controller's main establishment is in {name_of(self.home or '')}"
        )
        if self.state == "DE":
            yield self._german(self.land, self.sector, why, LEAD, Standing.OFFICIAL)
        else:
            yield from self._of(self.state, why, LEAD, Standing.OFFICIAL)

    def _resident(self, state: str) -> Iterator[Filing]:
        """Yield the filings for one state where people live, for a controller outside the EEA."""
        why = f"people concerned live in {name_of(state)}, and the controller is outside the EEA"
        disputed = any(
            remark.standing is Standing.DISPUTED
            for one in self._named(state)
            for remark in one.remarks
        )
        standing = Standing.DISPUTED if disputed else Standing.SECONDARY
        if state != "DE":
            yield from self._of(state, why, EACH, standing)
            return
        lands: list[str | None] = [
            place.partition("-")[2] for place in self.lives if place.startswith("DE-")
        ]
        for land in dict.fromkeys(lands or [None]):
            yield self._german(land, self.sector, why, EACH, standing)

    def _outside(self, home: str) -> Iterator[Filing]:
        why = f"the controller's main establishment is in {name_of(home)}"
        for one in self._third(home):
            yield _third_filing(home, one, why)

    def possible(self) -> Iterator[Filing]:
        for country in sorted({place.partition("-")[0] for place in self.lives}):
            if country == self.home or in_eea(country):
                continue
            for one in self._third(country):
                why = f"people concerned live in {name_of(country)}: its law may apply as well"
                yield Filing(country, (one,), why, one.citation or "", Standing.UNVERIFIED)

    def _of(self, state: str, why: str, citation: str, standing: Standing) -> Iterator[Filing]:
        found = tuple(self._named(state))
        if found:
            yield Filing(state, found, why, citation, standing)

    def _named(self, state: str) -> list[Authority]:
        found = [one for one in self.authorities.values() if one.country == state]
        return [one for one in found if one.group == "eea"]

    def _third(self, country: str) -> list[Authority]:
        every = self.authorities.values()
        return [one for one in every if (one.group, one.country) == ("third-country", country)]

    def _german(
        self, land: str | None, sector: str | None, why: str, citation: str, standing: Standing
    ) -> Filing:
        """Return the filing in Germany: the Land's authority, the federal one, or one of them."""
        if sector == "federal":
            found, place, known = self._named("DE"), "DE", Standing.SECONDARY
        else:
            every = [one for one in self.authorities.values() if one.group == "land"]
            found = [
                one
                for one in every
                if land in {None, one.land} and (not sector or one.sector in {None, sector})
            ]
            place, known = (f"DE-{land}" if land else "DE"), Standing.UNVERIFIED
            why = f"{why}; the Land of the establishment decides (unverified for each)"
        return Filing(place, tuple(found), why, citation, weakest((standing, known)))

    def remarks(self) -> Iterator[Remark]:
        yield from self._of_home()
        if self.home and in_eea(self.home) and self.other_states:
            names = ", ".join(map(name_of, self.other_states))
            yield Remark(
                text=f"Cross-border: people live in {names} as well, and the filing says so. In doubt"
                " who leads, at least the authority of the place of the breach is told.",
                standing=Standing.OFFICIAL,
                citation=LEAD,
            )
        for place in sorted({*self.lives, *([self.home] if self.home else [])}):
            yield from _of_place(place)
        yield from self._elsewhere()
        if "DE" in {self.state, *map(country_of, self.lives)} and not self.sector:
            yield Remark(
                text="In Germany, federal bodies, telecoms and postal services file with the federal"
                " authority (BfDI): state controller.sector as federal.",
                standing=Standing.SECONDARY,
            )

    def _of_home(self) -> Iterator[Remark]:
        if not self.home or in_eea(self.home):
            return
        yield Remark(
            text="A representative in the EEA makes no lead authority; an establishment there does:"
            " then its country is the one to state.",
            standing=Standing.SECONDARY,
            citation=EACH,
        )
        if self.home not in OUTSIDE and not self._third(self.home):
            yield Remark(
                text=f"No authority of {name_of(self.home)} is listed here: its law has to be asked.",
                standing=Standing.UNVERIFIED,
            )

    def _elsewhere(self) -> Iterator[Remark]:
        """Yield where people live outside the EEA and no authority is listed."""
        places = {place.partition("-")[0] for place in self.lives if not in_eea(place)}
        unlisted = sorted(
            one for one in places - {self.home} if one not in OUTSIDE and not self._third(one)
        )
        if unlisted:
            names = ", ".join(map(name_of, unlisted))
            yield Remark(
                text=f"People live in {names} too: outside the EEA, with no authority listed here;"
                " the law there may ask for a notice of its own.",
                standing=Standing.UNVERIFIED,
            )

    def questions(self, filings: Sequence[Filing]) -> Iterator[Question]:
        if self.sector == "eu_institution":
            return
        if self.home is None:
            text = (
                "in which country is the controller's main establishment, in the EEA if it has one?"
            )
            yield self._ask(f"{self.mistaken}: {text}" if self.mistaken else text, "country", "CC")
        if not self.lives:
            path = self.view.path_of("countries.CC.people")
            yield Question("in which countries do the people concerned live?", path, "NUMBER")
        for filing in filings:
            yield from self._which(filing)

    def _which(self, filing: Filing) -> Iterator[Question]:
        """Yield what tells apart the German authorities that a filing may be due with."""
        if filing.sure:
            return
        if filing.place != "DE":
            yield self._ask(
                "is the controller private or public?", "sector", "private|public|federal"
            )
        elif self.state == "DE":
            yield self._ask("in which German Land is the main establishment?", "land", "LAND")
        else:
            path = self.view.path_of("countries.DE-LAND.people")
            yield Question("in which German Länder do the people concerned live?", path, "NUMBER")

    def _ask(self, text: str, name: str, value: str) -> Question:
        path = f"scopes.{self.view.scope}.controller.{name}"
        return Question(text, path, value)


def _third_filing(home: str, one: Authority, why: str) -> Filing:
    standing = weakest((one.citation_standing, one.standing))
    return Filing(home, (one,), why, one.citation or "", standing)


def _lives(view: ScopeView) -> Iterator[str]:
    """Yield where people concerned live; a country counted as nobody's is none."""
    figures = view.values.get("countries")
    found = dict(figures) if isinstance(figures, Mapping) else {}
    for path in view.unknown:
        first, _, rest = path.partition(".")
        if first == "countries" and rest:
            found.setdefault(rest.partition(".")[0], {})
    for code, figure in found.items():
        people = figure.get("people") or {}
        nobody = people.get("form") == "exact" and people.get("value") == 0
        if not nobody and figure.get("concerned") is not False and _is_known(code):
            yield known_place(code)


def _is_known(code: str) -> bool:
    try:
        known_place(code)
    except ValueError:
        return False
    return True


def _of_place(place: str) -> Iterator[Remark]:
    code = place.partition("-")[0]
    if code in OUTSIDE:
        yield Remark(
            text=f"{name_of(code)} is {OUTSIDE[code]}: no authority of the EEA is competent on its"
            " account; it has a law of its own, to be asked.",
            standing=Standing.UNVERIFIED,
        )
    elif code == "AX":
        yield Remark(
            text="Åland belongs to Finland, but the Finnish form is not for Åland: ask the"
            " authority where to file.",
            standing=Standing.OFFICIAL,
        )
