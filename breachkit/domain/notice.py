"""What a template may see: the facts of one scope as printed values, and nothing else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from breachkit.domain.categories import DATA, GROUPS, Advice
from breachkit.domain.document import Printed
from breachkit.domain.duty import Duty
from breachkit.domain.obligation import Instrument
from breachkit.domain.patch import covers, fact_at
from breachkit.domain.requirement import Answer, Gap
from breachkit.domain.scope import ScopeView
from breachkit.domain.words import Words

View = dict[str, Any]


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


def notice_view(view: ScopeView, heading: Heading, words: Words) -> View:
    """Return everything that the template of a notice may print, for one scope."""
    build = _Builder(view, words)
    return {
        **_head(heading, words),
        **build.incident(),
        "when": {name: build.instant(path) for name, path in _INSTANTS.items()},
        "groups": build.groups(),
        "people": build.count("people"),
        "records": build.count("records"),
        "data": build.data(),
        **build.course(),
        "contact": build.address("contact"),
        "compromised": build.compromised(),
        **build.controllers(),
        "countries": build.countries(),
        "delay": build.said("delay.reason"),
        "is_late": fact_at(view.values, "late") is True,
        "we_are_controller": view.values.get("capacity") == "controller",
        "follows": build.gaps(heading.missing, Answer.UNKNOWN),
        "open": build.gaps(heading.missing, Answer.MISSING),
        "why": build.whys(),
    }


def _head(heading: Heading, words: Words) -> View:
    return {
        "incident": Printed(heading.incident),
        "our_name": Printed(heading.our_name),
        "recipient": Printed(heading.recipient),
        "drafted_on": Printed(words.today(heading.drafted_at)),
        "reason": Printed(_ended(heading.reason)),
        "phase": {
            name: heading.phase == name
            for name in ("initial", "supplementary", "final", "correction", "withdrawal")
        },
        "duties": [_cited(duty, heading.instruments) for duty in heading.duties],
    }


def _cited(duty: Duty, instruments: Mapping[str, Instrument]) -> View:
    instrument = instruments[duty.law.instrument]
    is_contract = instrument.kind.value == "contract"
    named = f"of the {instrument.title}" if is_contract else instrument.short
    return {
        "citation": Printed(f"{duty.law.citation} {named}"),
        "id": Printed(duty.law.qualified_id),
        "undecided": duty.owed is None,
    }


def _ended(text: str) -> str:
    """Return a text as a sentence, so that another one can follow it."""
    text = text.strip()
    return text if not text or text[-1] in ".!?:;…。！？" else f"{text}."


class _Builder:
    """Turns facts of one view into printed values that know where they were stated."""

    def __init__(self, view: ScopeView, words: Words) -> None:
        self.view, self.words = view, words

    def text(self, path: str) -> Printed:
        return self._shown(path, str)

    def said(self, path: str) -> Printed:
        value = self.text(path)
        return Printed(_ended(value.text), value.paths)

    def instant(self, path: str) -> Printed:
        return self._shown(path, self.words.instant)

    def count(self, path: str) -> Printed:
        return self._shown(path, self.words.count)

    def _shown(self, path: str, shown: Callable[[Any], str]) -> Printed:
        value = fact_at(self.view.values, path)
        return Printed(shown(value), (self.view.path_of(path),)) if value else Printed("")

    def why(self, path: str) -> View:
        """Return whether a fact was stated as not yet known, why, and by when it will follow."""
        known = next((known for known in self.view.unknown if covers(known, path)), None)
        return self._because((self.view.path_of(path),), self.view.unknown[known] if known else {})

    def _because(self, paths: tuple[str, ...], unknown: Mapping[str, Any]) -> View:
        by = unknown.get("follows_by")
        return {
            "unknown": bool(unknown),
            "reason": Printed(str(unknown.get("reason", "")).rstrip(" .;,"), paths),
            "by": Printed(self.words.day(by), paths) if by else Printed(""),
        }

    def whys(self) -> View:
        """Return why facts are not known that stand once in a notice."""
        once = ("people", "records", "groups", "data", "countries", "contact")
        return {
            **{name: self.why(name) for name in (*once, "consequences", "measures")},
            **{name: self.why(f"nature.{name}") for name in ("description", "cause", "systems")},
            **{name: self.why(_INSTANTS[name]) for name in ("occurred", "discovered", "contained")},
        }

    def is_one_of(self, path: str, *values: object) -> bool:
        found = fact_at(self.view.values, path)
        return bool(set(found) & set(values)) if isinstance(found, list) else found in values

    def each_of(self, path: str, *values: str) -> dict[str, bool]:
        return {value: self.is_one_of(path, value) for value in values}

    def incident(self) -> View:
        data, measures = "status.personal_data", "status.security_measures"
        return {
            "suspected": not self.is_one_of(data, "confirmed"),
            "unconfirmed": not (
                self.is_one_of(data, "confirmed") or self.is_one_of(measures, "confirmed")
            ),
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
        return {
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

    def groups(self) -> list[View]:
        return [
            {**kind, "people": self.count(f"{path}.people"), "why": self.why(f"{path}.people")}
            for path, kind in self._kinds("groups", _GROUP_LABELS)
        ]

    def data(self) -> list[View]:
        return [
            {
                **kind,
                "records": self.count(f"{path}.records"),
                "why": self.why(f"{path}.records"),
                **self._protection(f"{path}.protection"),
            }
            for path, kind in self._kinds("data", _DATA_LABELS)
        ]

    def _kinds(self, branch: str, labels: Mapping[str, str]) -> Iterable[tuple[str, View]]:
        found = ((path, self._kind(path, labels)) for path in self.paths(branch))
        return (one for one in found if one[1]["label"])

    def paths(self, branch: str) -> list[str]:
        return [f"{branch}.{key}" for key in fact_at(self.view.values, branch) or ()]

    def _kind(self, path: str, labels: Mapping[str, str]) -> View:
        """Return our own words where they were given, else the category's, and the category."""
        own, category = self.text(f"{path}.label"), self.text(f"{path}.category")
        return {
            "label": own or Printed(labels.get(category.text, ""), category.paths),
            "kind": category,
            "in_own_words": bool(own),
        }

    def _protection(self, path: str) -> View:
        states = ("encrypted", "anonymised", "pseudonymised", "hashed", "unintelligible", "none")
        flags = self.each_of(f"{path}.state", *states)
        asked = ("state", "method", "key_state")
        return {
            "method": self.text(f"{path}.method"),
            **{f"is_{state}": holds for state, holds in flags.items()},
            "stated": any(flags.values()),
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
        """Return which blocks of advice fit the kinds of data concerned."""
        found = {self.text(f"{path}.category").text for path in self.paths("data")}
        kinds = {DATA[category].advice for category in found if category in DATA}
        groups = {self.text(f"{path}.category").text for path in self.paths("groups")}
        return {
            **{kind.value: kind in kinds for kind in Advice},
            "app_secret": bool(found & {"app_secret", "app_id"}),
            "tokens": bool(found & {"access_token", "credentials", "app_secret"}),
            "password": bool(found & {"password", "credentials"}),
            "device_login": bool(found & {"device_username", "device_password"}),
            "video": bool(found & {"media_stream", "cloud_record", "cloud_picture"}),
            "home_access": "home_access" in found,
            "children": "minors" in groups,
        }

    def texts(self, branch: str) -> list[Printed]:
        return [self.said(f"{path}.text") for path in self.paths(branch)]

    def worded(self, path: str) -> View:
        text = self.said(f"{path}.text")
        return {"text": text, "plain": self.said(f"{path}.plain") or text}

    def measures(self, state: str) -> list[View]:
        """Return the measures of one state; one that nobody placed counts as taken only when dated."""
        found = []
        for path in self.paths("measures"):
            at = self.instant(f"{path}.at")
            if (self.text(f"{path}.state").text or ("taken" if at else "proposed")) == state:
                found.append({**self.worded(path), "at": at})
        return found

    def address(self, path: str) -> View:
        parts = ("name", "role", "email", "phone", "postal")
        return {part: self.text(f"{path}.{part}") for part in parts}

    def compromised(self) -> View:
        """Return which ways of reaching people are known to be compromised."""
        found = {self.text(f"{path}.channel").text for path in self.paths("channels_compromised")}
        return {name: name in found for name in ("email", "telephone", "portal", "app", "post")}

    def controllers(self) -> View:
        """Return who is responsible for the data, and how the list of accounts reaches them."""
        paths = self.paths("joint_controllers")
        return {
            "controller": {
                **self.address("controller.contact"),
                "organisation": self.text("controller.name"),
                "authority": self.text("controller.authority"),
            },
            "joint": [name for path in paths if (name := self.text(f"{path}.name"))],
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
            "consequences": [self.worded(path) for path in self.paths("consequences")],
            "measures_taken": self.measures("taken"),
            "measures_proposed": self.measures("proposed"),
        }

    def countries(self) -> list[View]:
        """Return where the people live, with their number."""
        return [
            {
                "name": Printed(self.words.country(path[-2:]), (self.view.path_of(path),)),
                "people": self.count(f"{path}.people"),
            }
            for path in self.paths("countries")
        ]

    def gaps(self, gaps: Sequence[Gap], answer: Answer) -> list[View]:
        """Return what is open, once where several facts of a requirement are open alike."""
        found: dict[tuple[str, ...], View] = {}
        for gap in gaps:
            if gap.answer is answer:
                known = {"reason": gap.reason, "follows_by": gap.follows_by}
                item = {
                    "what": Printed(gap.title),
                    "which": self._which(gap),
                    **self._because((gap.path,), known if gap.reason else {}),
                }
                found.setdefault(tuple(str(part) for part in item.values()), item)
        return list(found.values())

    def _which(self, gap: Gap) -> Printed:
        """Return the kind of data or people that a gap is about, where it is about one."""
        labels = {"data": _DATA_LABELS, "groups": _GROUP_LABELS}
        branch, key, *_ = (*gap.view_path.split("."), "")
        label = self._kind(f"{branch}.{key}", labels.get(branch, {}))["label"]
        return label if branch in labels else Printed("")


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
_DATA_LABELS = {name: one.label for name, one in DATA.items()}
_GROUP_LABELS = {name: label for name, (label, _) in GROUPS.items()}
