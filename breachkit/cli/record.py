"""`incident show`: an incident as its record tells it, grouped for people, whole for machines."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from breachkit.cli.facts import labelled, paragraph, shown, stated
from breachkit.cli.outcome import duty_data, unknown_text
from breachkit.cli.output import both
from breachkit.domain.patch import leaves

if TYPE_CHECKING:
    from breachkit.casework.picture import Picture
    from breachkit.domain.matter import Matter, Provenance, Recorded, Version

_GROUPS = {
    "STATUS": ("status",),
    "TIMES": ("timeline", "timeline_reasons"),
    "WHAT HAPPENED": ("nature", "origin", "security_measures_breached", "channels_compromised"),
    "PEOPLE AND RECORDS, IN ALL": ("people", "records", "groups", "countries"),
    "DATA": ("data",),
    "CONTACT": ("contact",),
    "CONSEQUENCES": ("consequences",),
    "MEASURES": ("measures",),
    "ADVICE": ("advice",),
    "PUBLIC COMMUNICATION": ("public_communication",),
    "DELAY": ("delay",),
}
"""The headings in the order in which facts are read, and the branches below each."""


def lines(picture: "Picture", zone: str, *, sources: bool, at: str | None = None) -> list[str]:
    """Return an incident for people; with `sources`, below each fact who stated it."""
    matter = picture.matter
    told = _Told(matter, zone, sources)
    found = [f"{picture.id}: {picture.title}", _standing(matter, zone, at)]
    if sources and "title" in matter.facts:
        found += told.source("title", 2)
    for title, branches in _GROUPS.items():
        facts = {name: matter.facts[name] for name in branches if name in matter.facts}
        found += _section(title, told.facts(facts))
    found += _section("NOT YET KNOWN", told.unknown())
    for key, facts in sorted((matter.facts.get("scopes") or {}).items()):
        found += _section(f"SCOPE {key}", told.facts(facts, f"scopes.{key}."))
    return found + _happened(picture, zone)


def data(picture: "Picture") -> dict[str, Any]:
    """Return all that is recorded of an incident, for machines."""
    matter = picture.matter
    return {
        **_identity(picture),
        "facts": matter.facts,
        "unknown": matter.unknown,
        "sources": {path: _source_data(one) for path, one in matter.provenance.items()},
        "reasons": matter.reasons,
        "duties": [duty_data(duty) for duty in picture.duties],
        "flags": [str(flag) for flag in picture.flags],
        "notices": [_notice_data(one) for one in matter.current()],
        "contacts": [_entry_data(one) for one in matter.contacts],
        "decisions": [_entry_data(one) for one in matter.decisions],
    }


def _identity(picture: "Picture") -> dict[str, Any]:
    matter = picture.matter
    return {
        "incident": picture.id,
        "title": picture.title,
        "state": matter.state,
        "merged_into": matter.merged_into or None,
        "joined": matter.joined,
        "reference": matter.reference or None,
        "opened_at": matter.opened_at,
    }


def _happened(picture: "Picture", zone: str) -> list[str]:
    """Return what was done since, and what does not fit."""
    matter = picture.matter
    found = _section("NOTICES", (_notice(one) for one in matter.current()))
    found += _section("CONTACTS", (_contact(one, zone) for one in matter.contacts))
    found += _section("DECISIONS", (_decision(one, zone) for one in matter.decisions))
    flags = (line for flag in picture.flags for line in paragraph(str(flag), 2))
    return found + _section("DOES NOT FIT", flags)


class _Told:
    """Facts of a matter in words, each with its source below it where that is asked for."""

    def __init__(self, matter: "Matter", zone: str, sources: bool) -> None:
        self._matter = matter
        self._zone = zone
        self._sources = sources

    def facts(self, tree: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
        """Yield the facts of a branch, by their path below `prefix`."""
        for path, value in leaves(tree):
            yield from labelled(path, shown(value, self._zone))
            if reason := self._matter.reasons.get(prefix + path):
                yield from paragraph(f"moved because: {reason}", 6)
            if self._sources:
                yield from self.source(prefix + path, 6)

    def unknown(self) -> Iterator[str]:
        """Yield what is stated as not yet known, with its reason."""
        for path, why in self._matter.unknown.items():
            text = unknown_text(why, self._zone).removeprefix("not yet known: ")
            yield from labelled(path, text)
            if self._sources:
                yield from self.source(path, 6)

    def source(self, path: str, indent: int) -> list[str]:
        """Return who stated a fact, when, from what source and how certain."""
        from breachkit.casework.sources import describe_source

        known = self._matter.provenance.get(path)
        while known is None and path:
            path = path.rpartition(".")[0]
            known = self._matter.provenance.get(path)
        return paragraph(f"by {describe_source(known)}", indent)


def _section(title: str, body: Iterable[str]) -> list[str]:
    found = list(body)
    return ["", title, *found] if found else []


def _standing(matter: "Matter", zone: str, at: str | None) -> str:
    state = f"merged into {matter.merged_into}" if matter.merged_into else matter.state
    by = f" by {matter.opened_by.name}" if matter.opened_by else ""
    words = [f"{state}; opened {both(matter.opened_at, zone)}{by}"]
    words += [f"reference {matter.reference}"] if matter.reference else []
    words += [f"joined with {', '.join(matter.joined)}"] if matter.joined else []
    words += [f"AS KNOWN AT {at}"] if at else []
    return "; ".join(words)


def _notice(version: "Version") -> str:
    drafted = version.drafted
    to = drafted.addressee.replace("_", " ")
    return f"  {version.id}  {to}, {drafted.scope}, {drafted.phase}: {version.state}"


def _contact(recorded: "Recorded", zone: str) -> str:
    entry: Any = recorded.entry
    way = "to" if entry.direction == "out" else "from"
    said = [f"{stated(entry.at, zone)}: {entry.channel} {way} {entry.scope}"]
    said += [entry.person] if entry.person else []
    said += [f"by {entry.caller}"] if entry.caller else []
    said += ["told"] if entry.told else []
    said += ["acknowledged"] if entry.acknowledged else []
    said += [f"next update {stated(entry.next_update, zone)}"] if entry.next_update else []
    return f"  {', '.join(said)}"


def _decision(recorded: "Recorded", zone: str) -> str:
    entry: Any = recorded.entry
    scope = f" ({entry.scope})" if entry.scope else ""
    second = f" and {entry.second}" if entry.second else ""
    text = f"{entry.decision}{scope}: {entry.outcome}, by {entry.decided_by}{second}"
    reasons = " ".join(entry.reasons.split())
    return "\n".join(paragraph(f"{both(recorded.at, zone)}: {text}; {reasons}", 2))


def _source_data(source: "Provenance") -> dict[str, Any]:
    return {
        "at": source.at,
        "by": source.by.name,
        "identity": source.by.identity.value,
        "listed": source.by.listed,
        "source": source.source,
        "certainty": source.certainty,
        "entry": source.seq,
    }


def _notice_data(version: "Version") -> dict[str, Any]:
    drafted = version.drafted
    return {
        "notice": drafted.notice,
        "version": drafted.version,
        "scope": drafted.scope,
        "addressee": drafted.addressee,
        "phase": drafted.phase,
        "state": version.state,
        "subject": drafted.subject,
        "digest": drafted.digest,
    }


def _entry_data(recorded: "Recorded") -> dict[str, Any]:
    body: dict[str, Any] = recorded.entry.model_dump(mode="json", exclude_none=True)
    return {"recorded_at": recorded.at, "entry": recorded.seq, **body}
