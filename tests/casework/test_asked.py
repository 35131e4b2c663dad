"""Whether a text still holds: whatever changes its words is noticed, and nothing else contradicts it."""

import copy
import tomllib
from collections.abc import Iterator
from importlib import resources
from itertools import islice
from typing import Any

import pytest

from breachkit.app import Breachkit
from breachkit.casework.drafting import heading_of
from breachkit.casework.papers import marks
from breachkit.casework.picture import picture_of
from breachkit.domain.approval import Release
from breachkit.domain.entry import Drafted
from breachkit.domain.facts import Facts
from breachkit.domain.freshness import freshness
from breachkit.domain.matter import Matter
from breachkit.domain.notice import notice_view
from breachkit.domain.patch import fact_at, leaves, merged, patch_of
from breachkit.domain.statement import settle
from breachkit.errors import FactError, RefusedError


def example(name: str) -> dict[str, Any]:
    text = (resources.files("breachkit") / "examples" / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def words_of(schema: Any) -> set[str]:
    """Return every word that any fact can be chosen from."""
    if isinstance(schema, list):
        return {word for each in schema for word in words_of(each)}
    if not isinstance(schema, dict):
        return set()
    own = {word for word in (*schema.get("enum", ()), schema.get("const")) if isinstance(word, str)}
    return own | {word for below in schema.values() for word in words_of(below)}


CHOICES = sorted(words_of(Facts.model_json_schema()))


def others(path: str, value: Any) -> Iterator[Any]:
    """Yield other values for a fact, as somebody may state them, and null."""
    yield None
    match value:
        case bool():
            yield not value
        case {"kind": "count"}:
            yield {"kind": "count", "value": 7}
            yield value | {"approximate": not value.get("approximate", False)}
        case {"kind": "instant"}:
            yield "2026-11-19 09:07 Europe/Berlin"
        case list():
            yield from ([*value, one] for one in CHOICES if one not in value)
            yield value[1:]
            yield from ([one] for one in CHOICES)
        case str():
            yield "Something else was found."
            yield from (one for one in CHOICES if one != value)


def changes(matter: Matter, now: Any) -> Iterator[tuple[str, Any, Matter]]:
    """Yield each fact with another value that may be stated, and the incident as it would be then."""
    for path, value in leaves(matter.facts):
        done: list[Any] = []
        for other in others(path, value):
            try:
                patch, _ = settle(matter.facts, patch_of(path, other), now=now)
            except FactError:
                continue
            changed = copy.copy(matter)
            changed.facts = merged(matter.facts, patch)
            stored = fact_at(changed.facts, path)
            if stored in (value, *done):
                continue
            done.append(stored)
            yield path, other, changed
            if isinstance(value, str) and stored == "Something else was found.":
                break  # free text: one other text stands for all


def rendered(kit: Breachkit, matter: Matter, drafted: Drafted, now: Any) -> str:
    """Return what a notice would say of an incident, in the phase in which it was drafted."""
    picture = picture_of(matter, kit.desk.rules, now)
    view = picture.view(drafted.scope)
    if view is None:
        return ""
    heading = heading_of(kit.desk, picture, drafted.scope, drafted.reader, drafted.phase)
    words = kit.desk.press.words("en")
    document = kit.desk.press.render(
        drafted.template, notice_view(view, heading, words), language="en"
    )
    return kit.desk.press.text(document)


# All changes of both examples take a minute and a half; a part of each asks every area of facts.
@pytest.mark.parametrize(("name", "every"), [("camera-mixup", 3), ("ransomware-processor", 5)])
def test_a_change_that_changes_the_words_is_noticed_and_no_other_contradicts(
    kit: Breachkit, name: str, every: int
) -> None:
    given = example(name)
    incident = kit.open_incident(given).id
    kit.draft(incident)
    matter, now = kit.incident(incident).matter, kit.incident(incident).seen_at
    found: list[str] = []
    counted = 0
    texts = {
        version.id: rendered(kit, matter, version.drafted, now) for version in matter.current()
    }
    for path, other, changed in islice(changes(matter, now), 0, None, every):
        for version in matter.current():
            text = rendered(kit, changed, version.drafted, now)
            new = freshness(version.drafted, changed.facts, changed.unknown)
            same = text == texts[version.id]
            counted += not same
            who = f"{version.drafted.reader}@{version.drafted.scope} {path}={other!r}"
            if same and new.contradicted:
                found.append(f"{who}: the same words, but contradicted by {new.contradicted}")
            if not same and new.is_fresh:
                found.append(f"{who}: other words, and nobody is told")
    assert counted > 40
    assert not found, "\n".join(found)


GROWTH: list[dict[str, Any]] = [
    {"data": {"cards": {"category": "payment"}}},
    {"scopes": {"lumen": {"data": {"cards": {"category": "payment"}}}}},
    {"scopes": {"lumen": {"groups": {"children": {"category": "minors"}}}}},
    {"nature": {"exfiltration": "confirmed"}},
    {"nature": {"kinds": ["confidentiality", "availability", "integrity"]}},
    {"nature": {"malicious": True}},
    {"consequences": {"more": {"text": "Something else is likely."}}},
    {"measures": {"more": {"text": "Something else is planned.", "state": "proposed"}}},
    {"advice": {"more": {"text": "Lock the door."}}},
    {"countries": {"FR": {}}},
    {"scopes": {"lumen": {"joint_controllers": {"more": {"name": "Other Ltd"}}}}},
    {"channels_compromised": {"mail": {"channel": "email"}}},
    {"data": {"pictures": {"protection": {"key_state": "exposed"}}}},
    {"timeline": {"detected_at": "2026-11-20 16:00 Europe/Berlin"}},
    {"nature": {"origin": "external"}, "origin": {"kind": "subprocessor", "name": "Host Ltd"}},
    {"scopes": {"lumen": {"nature": {"cause": "A fault of their own."}}}},
    {"scopes": {"lumen": {"contact": {"name": "Night desk", "phone": "+49 30 1"}}}},
    {"scopes": {"lumen": {"data": {"sounds": {"category": "media_stream"}}}}},
    {"scopes": {"nordcam": {"people": "about 4800"}}},
    {"scopes": {"nordcam": {"countries": {"FR": {"people": 12}}}}},
]


@pytest.mark.parametrize(
    "given", GROWTH, ids=[next(iter(leaves(one)), ("branch",))[0] for one in GROWTH]
)
def test_what_is_stated_for_the_first_time_is_noticed(
    kit: Breachkit, given: dict[str, Any]
) -> None:
    incident = kit.open_incident(example("camera-mixup")).id
    kit.draft(incident)
    matter, now = kit.incident(incident).matter, kit.incident(incident).seen_at
    patch, _ = settle(matter.facts, given, now=now)
    changed = copy.copy(matter)
    changed.facts = merged(matter.facts, patch)
    for version in matter.current():
        same = rendered(kit, changed, version.drafted, now) == rendered(
            kit, matter, version.drafted, now
        )
        new = freshness(version.drafted, changed.facts, changed.unknown)
        assert not (same and new.contradicted), f"{version.drafted.reader}: {new}"
        assert same or not new.is_fresh, f"{version.drafted.reader}@{version.drafted.scope}"


HELD = {
    "title": "Pictures shown to strangers",
    "status": {"personal_data": "suspected", "security_measures": "confirmed"},
    "nature": {
        "description": "Pictures were shown to strangers.",
        "origin": "internal",
        "malicious": False,
        "kinds": ["confidentiality"],
    },
    "data": {
        "v": {
            "category": "video",
            "protection": {"state": "encrypted", "method": "AES", "key_state": "safe"},
        }
    },
    "measures": {"m": {"text": "The keys are renewed.", "state": "proposed"}},
    "contact": {"name": "Desk", "email": "desk@x.example"},
    "scopes": {"acme": {}},
}


def told(kit: Breachkit, incident: str, patch: dict[str, Any]) -> tuple[set[str], set[str]]:
    kit.draft(incident, to=["partner"])
    kit.amend(incident, patch)
    matter = kit.incident(incident).matter
    found = freshness(matter.current()[0].drafted, matter.facts, matter.unknown)
    return set(found.contradicted), set(found.supplement)


@pytest.mark.parametrize(
    ("patch", "contradicted", "supplement"),
    [
        (
            {"data": {"v": {"protection": {"key_state": "exposed"}}}},
            "data.v.protection.key_state",
            "",
        ),
        ({"nature": {"malicious": True}}, "nature.malicious", ""),
        ({"nature": {"origin": "external"}}, "nature.origin", ""),
        ({"status": {"personal_data": "confirmed"}}, "status.personal_data", ""),
        ({"measures": {"m": {"state": "taken"}}}, "measures.m.state", ""),
        ({"data": {"v": None, "w": {"category": "video"}}}, "data.v", "data.w"),
        ({"data": {"w": {"category": "payment"}}}, "", "data.w"),
        ({"groups": {"g": {"category": "minors"}}}, "", "groups.g"),
        ({"nature": {"exfiltration": "confirmed"}}, "", "nature.exfiltration"),
        ({"nature": {"kinds": ["confidentiality", "integrity"]}}, "", "nature.kinds"),
        ({"data": {"v": {"protection": {"backup": "lost"}}}}, "", "data.v.protection.backup"),
        ({"title": "Another title"}, "", ""),
        ({"nature": {"plain": "For people alone."}}, "", ""),
        ({"delay": {"reason": "Nobody answered."}}, "", ""),
        ({"scopes": {"acme": {"nature": {"origin": "external"}}}}, "scopes.acme.nature.origin", ""),
    ],
)
def test_words_that_rest_on_a_fact_are_contradicted_or_supplemented(
    kit: Breachkit, patch: dict[str, Any], contradicted: str, supplement: str
) -> None:
    incident = kit.open_incident(HELD).id
    bad, new = told(kit, incident, patch)
    assert contradicted in bad if contradicted else not bad
    assert supplement in new if supplement else not new


def test_what_was_only_asked_holds_the_release_and_asks_for_a_correction(
    kit: Breachkit, acting: Any
) -> None:
    incident = kit.open_incident(HELD).id
    name = kit.draft(incident, to=["partner"])[0].drafted.notice
    assert not kit.draft(incident, to=["partner"])[0].new
    kit.amend(incident, {"nature": {"malicious": True}})
    (version,) = kit.incident(incident).matter.notices[name]
    assert marks(kit.incident(incident).matter, version)[-1] == "contradicted by nature.malicious"
    acting("anna").review(name)
    with pytest.raises(RefusedError, match=r"contradicted by nature\.malicious"):
        acting("otto").approve(name, Release(version.drafted.digest[:8]))
    kit.record_delivery(name, channel="portal", at="now")
    rows = [row.citation for row in kit.store.duties(incident)]
    assert f"correction due: {version.id} is contradicted by nature.malicious" in rows
    again = kit.draft(incident, to=["partner"])[0]
    assert (again.new, again.drafted.phase) == (True, "correction")
    assert "acted on purpose" in again.text


def test_a_measure_whose_state_nobody_stated_is_neither_taken_nor_proposed(kit: Breachkit) -> None:
    given = {**HELD, "measures": {"m": {"text": "The keys are renewed."}}}
    incident = kit.open_incident(given).id
    partner_text, authority, people = (one.text for one in kit.draft(incident))
    for text in (partner_text, authority):
        assert "Measures whose state is still to be confirmed" in text
        assert "Proposed or under way" not in text
    assert "Steps of which we still have to confirm" in people
    kit.amend(incident, {"measures": {"m": {"state": "taken"}}})
    assert "Taken so far" in kit.draft(incident)[0].text


@pytest.mark.parametrize(
    ("advice", "linked"),
    [
        ("Change your password.", False),
        ("Write to desk@x.example.", False),
        ("Read https://x.example/help first.", True),
        ("Read www.x.example first.", True),
        ("Read status.x.example/help first.", True),
    ],
)
def test_no_text_says_that_it_has_no_link_and_prints_one(
    kit: Breachkit, advice: str, linked: bool
) -> None:
    incident = kit.open_incident({**HELD, "advice": {"a": {"text": advice}}}).id
    people = kit.draft(incident, to=["data_subjects"])[0].text
    assert ("contains no link" in " ".join(people.split())) is not linked


def test_the_pack_and_the_sources_name_what_words_rest_on(kit: Breachkit) -> None:
    given = {**HELD, "scopes": {"acme": {}}}
    incident = kit.open_incident(given).id
    kit.amend(
        incident,
        {
            "scopes": {
                "acme": {
                    "people": {
                        "kind": "unknown",
                        "reason": "still counted",
                        "follows_by": "2026-11-24 16:00 Europe/Berlin",
                    }
                }
            }
        },
    )
    name = kit.draft(incident, to=["partner"])[0].drafted.notice
    shown = kit.notice(name)
    by_text = {one.block.text: one for one in shown.paragraphs}
    key = next(one for text, one in by_text.items() if "the key was not exposed" in text)
    asked = {source.path: source for source in key.asked}
    assert asked["data.v.protection.key_state"].text == "safe"
    assert asked["data.v.protection.key_state"].provenance is not None
    purpose = next(one for text, one in by_text.items() if "not done on purpose" in text)
    assert {"nature.origin", "nature.malicious"} <= {source.path for source in purpose.asked}
    pack = kit.pack(name)
    assert "data.v.protection.key_state: safe — " in pack
    assert "scopes.acme.people: not yet known: still counted; by Tuesday, 24 November 2026" in pack
