"""What a template may see: the facts of one scope as printed values, and nothing else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from breachkit.domain.advice import advice_for
from breachkit.domain.agreed import agreed_view
from breachkit.domain.alike import View, told_once
from breachkit.domain.asked import WHOLE, Asks, Flag, Items
from breachkit.domain.categories import DATA, GROUPS
from breachkit.domain.content import contents
from breachkit.domain.document import Printed
from breachkit.domain.heading import Heading, head_of
from breachkit.domain.link import has_link
from breachkit.domain.mark import filing_mark
from breachkit.domain.obligation import UnknownAllowed
from breachkit.domain.patch import fact_at
from breachkit.domain.reading import Reading, keys_of
from breachkit.domain.requirement import Answer, Gap
from breachkit.domain.scope import ScopeView
from breachkit.domain.words import Words


def notice_view(view: ScopeView, heading: Heading, words: Words) -> View:
    """Return everything that the template of a notice may print, for one scope."""
    build = _Builder(view, words, heading.drafted_at)
    found = {
        **head_of(heading, words),
        **build.names(heading),
        **build.incident(),
        **build.times(),
        **build.figures(),
        **build.course(),
        **build.reach(),
        **build.controllers(),
        **build.still_open(heading.missing),
        "asked": contents(build, heading.duties, heading.withheld),
        "filing": filing_mark(heading.competence, words.language),
        "agreed": agreed_view(view, heading.duties, words, heading.drafted_at),
    }
    to_people = heading.addressee == "data_subjects"
    return {**found, "has_link": to_people and has_link([found[name] for name in _TO_PEOPLE])}


class _Builder(Reading):
    """Puts the facts of one view in the order in which templates ask for them."""

    def names(self, heading: Heading) -> View:
        """Return whom the text is addressed to and who gives it, where that may be the controller."""
        asks = (("controller.name", WHOLE),)
        theirs = "" if heading.unnamed else heading.recipient
        sender = theirs if heading.is_partners else heading.our_name
        return {
            "recipient": Printed(heading.recipient, (), asks),
            "recipient_unnamed": Flag(heading.unnamed, asks),
            "sender": Printed(sender, (), asks if heading.is_partners else ()),
        }

    def whys(self) -> View:
        """Return why facts are not known that stand once in a notice."""
        once = ("people", "records", "groups", "data", "countries", "contact")
        return {
            **{name: self.why(name) for name in (*once, "consequences", "measures")},
            **{name: self.why(f"nature.{name}") for name in ("description", "cause", "systems")},
            **{name: self.why(_INSTANTS[name]) for name in ("occurred", "discovered", "contained")},
        }

    def incident(self) -> View:
        data, measures = "status.personal_data", "status.security_measures"
        confirmed = self.is_one_of(data, "confirmed")
        return {
            "suspected": ~confirmed,
            "unconfirmed": ~(confirmed | self.is_one_of(measures, "confirmed")),
            "data_ruled_out": self.is_one_of(data, "ruled_out"),
            "measures_breached": self.is_one_of(measures, "suspected", "confirmed"),
            "measures_confirmed": self.is_one_of(measures, "confirmed"),
            "breached": self.texts("security_measures_breached"),
            "nature": self.nature(),
            "origin": {
                "name": self.text("origin.name"),
                **self.each_of("origin.kind", "subprocessor", "affiliate", "insider"),
                **self.each_of("origin.kind", "researcher", "partner"),
            },
        }

    def nature(self) -> View:
        words = ("description", "plain", "cause", "systems", "discovery")
        kept = [
            self.is_one_of(f"{path}.protection.backup", "intact") for path in self.paths("data")
        ]
        asks = (ask for one in kept for ask in one.asks)
        return {
            "all_backed_up": Flag(bool(kept) and all(kept), (keys_of("data"), *asks)),
            "some_lost": self.any_of("data", "protection.backup")("lost", "none"),
            **{name: self.said(f"nature.{name}") for name in words},
            **self.each_of("nature.kinds", "confidentiality", "integrity", "availability"),
            **self.each_of("nature.origin", "internal", "external"),
            "malicious": self.is_one_of("nature.malicious", True),
            "accidental": self.is_one_of("nature.malicious", False),
            "copied": self.is_one_of("nature.exfiltration", "confirmed"),
            "perhaps_copied": self.is_one_of("nature.exfiltration", "likely"),
            "no_sign_of_copying": self.is_one_of("nature.exfiltration", "no_evidence"),
            "not_copied": self.is_one_of("nature.exfiltration", "ruled_out"),
        }

    def times(self) -> View:
        """Return when what happened, and whether the authority is told late."""
        return {
            "when": {name: self.instant(path) for name, path in _INSTANTS.items()},
            "is_late": fact_at(self.view.values, "late") is True,
            "delay": self.said("delay.reason"),
        }

    def figures(self) -> View:
        """Return the people and data concerned with their numbers; what reads alike is told once."""
        (groups, in_groups), (kinds, in_data) = self._kinds("groups"), self._kinds("data")
        people, records = self._counted(groups, "people"), self._counted(kinds, "records")
        protected = [(kind, self._protection(f"{path}.protection")) for path, kind in kinds]
        parts = ({"name": kind, **how} for kind, how in protected)
        return {
            "people": self.count("people"),
            "records": self.count("records"),
            "countries": self.countries(),
            "groups": told_once(people, "name", apart="figure", asks=in_groups),
            "counts": told_once(records, "name", apart="figure", asks=in_data),
            "data": Items([{**kind, **how} for kind, how in protected], in_data),
            "protections": told_once(parts, "name", asks=in_data),
        }

    def _counted(self, kinds: Iterable[tuple[str, View]], figure: str) -> Iterator[View]:
        for path, kind in kinds:
            at = f"{path}.{figure}"
            yield {"name": kind, "figure": self.count(at), "why": self.why(at)}

    def _kinds(self, branch: str) -> tuple[list[tuple[str, View]], Asks]:
        """Return what a branch holds, and how it was found: something without a name is not told of."""
        found = [(path, self._kind(path, _LABELS[branch])) for path in self.paths(branch)]
        nameless = (kind["label"].asks for _, kind in found if not kind["label"])
        asks = (ask for one in nameless for ask in one)
        return [one for one in found if one[1]["label"]], (keys_of(branch), *asks)

    def _kind(self, path: str, labels: Mapping[str, str]) -> View:
        """Return our own words where they were given, else the category's, and the category."""
        own, category = self.text(f"{path}.label"), self.text(f"{path}.category")
        ours = labels.get(category.text, "")
        return {
            "label": own or Printed(ours, category.paths, own.asks + category.asks),
            "kind": category,
            "in_own_words": Flag(bool(own), ((f"{path}.label", ()),)),
        }

    def _protection(self, path: str) -> View:
        states = ("encrypted", "anonymised", "pseudonymised", "hashed", "unintelligible", "none")
        flags = self.each_of(f"{path}.state", *states)
        asked = ("state", "method", "key_state")
        return {
            "method": self.text(f"{path}.method"),
            **{f"is_{state}": holds for state, holds in flags.items()},
            "stated": Flag(any(flags.values()), ((f"{path}.state", states),)),
            "key_safe": self.is_one_of(f"{path}.key_state", "safe"),
            "key_exposed": self.is_one_of(f"{path}.key_state", "exposed"),
            "key_bypassed": self.is_one_of(f"{path}.key_state", "bypassed"),
            "in_all": self.is_one_of(f"{path}.coverage", "all"),
            "in_part": self.is_one_of(f"{path}.coverage", "part"),
            "backup_intact": self.is_one_of(f"{path}.backup", "intact"),
            "backup_lost": self.is_one_of(f"{path}.backup", "lost", "none"),
            **{f"why_{name}": self.why(f"{path}.{name}") for name in asked},
        }

    def advice(self) -> View:
        """Return which blocks of advice fit the data concerned and what happened to them."""
        return advice_for(
            self.any_of("data", "category"),
            self.any_of("groups", "category"),
            lambda *kinds: self.is_one_of("nature.kinds", *kinds),
        )

    def texts(self, branch: str) -> Items:
        return self.items(branch, [self.said(f"{path}.text") for path in self.paths(branch)])

    def worded(self, path: str) -> View:
        text, plain = self.said(f"{path}.text"), self.said(f"{path}.plain")
        return {"text": text, "plain": plain or Printed(text.text, text.paths, plain.asks)}

    def measures(self) -> View:
        """Return the measures by their state; those whose state nobody stated stand apart."""
        found: dict[str, list[tuple[Flag, str]]] = {"taken": [], "proposed": [], "unplaced": []}
        for path in self.paths("measures"):
            at = f"{path}.state"
            for state in ("taken", "proposed"):
                found[state].append((self.is_one_of(at, state), path))
            found["unplaced"].append((~self.is_one_of(at), path))
        return {f"measures_{name}": self._measures(asked) for name, asked in found.items()}

    def _measures(self, asked: Sequence[tuple[Flag, str]]) -> Items:
        chosen = [
            {**self.worded(path), "at": self.instant(f"{path}.at")} for flag, path in asked if flag
        ]
        return self.items("measures", chosen, *(ask for flag, _ in asked for ask in flag.asks))

    def reach(self) -> View:
        """Return whom to ask, and which ways of reaching people are known to be compromised."""
        ways = ("email", "telephone", "portal", "app", "post")
        channel = self.any_of("channels_compromised", "channel")
        closed = {way: channel(way) for way in ways}
        return {"contact": self.address("contact"), "compromised": closed}

    def risk(self) -> View:
        """Return what the controller decided on the risk for people."""
        return {
            **self.each_of("risk.people", "high", "not_high"),
            "unreadable": self.is_one_of("risk.exemption", "34-3-a"),
            "averted": self.is_one_of("risk.exemption", "34-3-b"),
            "in_public": self.is_one_of("risk.exemption", "34-3-c"),
        }

    def controllers(self) -> View:
        """Return who is responsible for the data, what they decided, and how the list reaches them."""
        names = [self.text(f"{path}.name") for path in self.paths("joint_controllers")]
        nameless = (ask for name in names for ask in name.asks)
        return {
            # What we owe as manufacturer, entity or operator, we owe as nobody's processor.
            "we_are_controller": Flag(self.view.house) | self.is_one_of("capacity", "controller"),
            "risk": self.risk(),
            "controller": {
                **self.address("controller.contact"),
                "organisation": self.text("controller.name"),
                "authority": self.text("controller.authority"),
            },
            "joint": self.items("joint_controllers", (name for name in names if name), *nameless),
            "accounts_list": {
                "how": self.said("accounts_list.how"),
                "ready_at": self.instant("accounts_list.ready_at"),
            },
        }

    def course(self) -> View:
        """Return what it leads to, what is done about it, and what people can do."""
        return {
            "advice": self.advice(),
            "own_advice": self.texts("advice"),
            "consequences": self.items(
                "consequences", [self.worded(path) for path in self.paths("consequences")]
            ),
            **self.measures(),
        }

    def countries(self) -> Items:
        """Return where the people live by name, with their number, or why that is not known."""
        known = self.view.unknown.keys() | set(self.paths("countries"))
        codes = {path.split(".")[1] for path in known if path.startswith("countries.")}
        found = [self._country(code, f"countries.{code}") for code in codes]
        return self.items("countries", sorted(found, key=lambda one: str(one["label"])))

    def _country(self, code: str, path: str) -> View:
        label = Printed(self.words.country(code), (self.view.path_of(path),))
        figure = {"figure": self.count(f"{path}.people"), "why": self.why(f"{path}.people")}
        return {"label": label, "name": {"label": label}, **figure}

    def still_open(self, missing: Sequence[Gap]) -> View:
        """Return what the text leaves open, as the law lets it follow or not.

        A contact point is `needed` before the text is sent; what else may not follow is `owed` with it.
        It is settled when nothing is missing and nothing was promised for later.
        """
        asked = [gap for gap in missing if gap.answer is not Answer.QUESTION]
        later = [gap for gap in asked if gap.allowed is not UnknownAllowed.NEVER]
        found = {
            "needed": self.gaps(gap for gap in asked if gap.needed_now),
            "owed": self.gaps(gap for gap in asked if not (gap.needed_now or gap in later)),
            "follows": self.gaps(gap for gap in later if gap.answer is Answer.UNKNOWN),
            "open": self.gaps(gap for gap in later if gap.answer is Answer.MISSING),
        }
        counted = self._counted_later([*found["follows"], *found["owed"]])
        found["announced"] = [*self._told_later(missing), *counted]
        return {**found, "settled": not any(found.values()), "why": self.whys()}

    def _told_later(self, missing: Sequence[Gap]) -> Iterator[View]:
        """Yield what stands once in a notice, is not known yet, and is no requirement's gap."""
        asked = {gap.view_path for gap in missing}
        for name, path in _ALSO.items():
            why = self.why(path)
            if why["unknown"] and path not in asked and not fact_at(self.view.values, path):
                yield {"about": Printed(name), "names": [], **why}

    def _counted_later(self, follows: Sequence[View]) -> list[View]:
        """Return the kinds of people and data that are still being counted, not announced before."""
        told = {(one["reason"].text, one["by"].text) for one in follows}
        kinds = {
            "people": self._counted(self._kinds("groups")[0], "people"),
            "records": self._counted(self._kinds("data")[0], "records"),
            "country": self.countries(),
        }
        found = (
            {"about": Printed(about), "name": one["name"], **one["why"]}
            for about, counted in kinds.items()
            for one in counted
            if one["why"]["unknown"] and not one["figure"]
        )
        new = (one for one in found if (one["reason"].text, one["by"].text) not in told)
        return told_once(new, "name")

    def gaps(self, gaps: Iterable[Gap]) -> list[View]:
        """Return what is open, once where it is open alike for several kinds of data or people."""
        found: dict[tuple[str, ...], View] = {}
        for gap in gaps:
            known = {"reason": gap.reason, "follows_by": gap.follows_by}
            because = self.because((gap.path,), known if gap.reason else {})
            item = {"what": Printed(gap.title), "name": self._which(gap), **because}
            found.setdefault(tuple(str(part) for part in item.values()), item)
        return told_once(found.values(), "name")

    def _which(self, gap: Gap) -> View:
        """Return the kind of data or people that a gap is about, where it is about one."""
        branch, key, *_ = (*gap.view_path.split("."), "")
        kind = self._kind(f"{branch}.{key}", _LABELS.get(branch, {}))
        return kind if branch in _LABELS and kind["label"] else {}


_TO_PEOPLE = (
    *("our_name", "reason", "nature", "data", "consequences", "own_advice", "controller", "why"),
    *("measures_taken", "measures_proposed", "measures_unplaced"),
)
"""The parts of a view that a text to the people concerned prints."""
_INSTANTS = {
    "occurred": "timeline.occurred_from",
    "ended": "timeline.occurred_until",
    "detected": "timeline.detected_at",
    "reported": "timeline.reported_at",
    "discovered": "timeline.discovered_at",
    "contained": "timeline.contained_at",
    "aware": "timeline.controller_aware_at",
    "found_affected": "timeline.found_affected_at",
    "origin_discovered": "origin.discovered_at",
    "told_us": "origin.told_us_at",
}
_ALSO = {
    **{name: _INSTANTS[name] for name in ("occurred", "discovered", "contained")},
    **{name: f"nature.{name}" for name in ("cause", "systems", "discovery")},
    "countries": "countries",
}
_LABELS = {
    "data": {name: one.label for name, one in DATA.items()},
    "groups": {name: label for name, (label, _) in GROUPS.items()},
}
