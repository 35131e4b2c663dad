"""Real incidents, invented ones and a playbook, read as breachkit reads them."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import breachkit
from breachkit.adapters.intake import read_document
from breachkit.adapters.settings import read_partners
from breachkit.adapters.workspace import Folder
from breachkit.domain.crosscheck import find_flags
from breachkit.domain.patch import Tree, fact_at, leaves
from breachkit.domain.people import Organisation, Role
from breachkit.domain.statement import check_triggers, check_unknown_path, settle, settle_unknown

HERE = Path(__file__).parent
EXAMPLES = Path(breachkit.__file__).parent / "examples"
PLAYBOOK = HERE.parent / "playbooks" / "processor-breach.toml"

REAL = sorted((HERE / "incidents").glob("*.toml"))
INVENTED = [EXAMPLES / "camera-mixup.toml", EXAMPLES / "ransomware-processor.toml"]

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TRIGGERS = frozenset(
    {
        "occurred_from",
        "occurred_until",
        "detected_at",
        "reported_at",
        "discovered_at",
        "contained_at",
        "found_affected_at",
        "controller_aware_at",
        "controller_request_at",
    }
)

NOUNS = {
    "init": [""],
    "status": [""],
    "workspace": ["check"],
    "incident": ["open", "amend", "show", "check", "merge", "close", "list"],
    "notice": [
        *("draft", "list", "show", "review", "approve"),
        *("record-delivery", "callsheet", "pack"),
    ],
    "contact": ["record", "list"],
    "decision": ["record"],
    "deadline": ["list", "explain"],
    "register": ["head", "verify"],
    "partners": ["import", "export"],
}
COMMANDS = {f"{noun} {verb}".strip() for noun, verbs in NOUNS.items() for verb in verbs}


class Alert(NamedTuple):
    """An alert as it would be recorded."""

    facts: Tree
    unknown: dict[str, dict[str, Any]]
    envelope: dict[str, Any]

    def number(self, path: str) -> tuple[str, int, int | None]:
        """Return form, value and upper end of a number."""
        count = fact_at(self.facts, path)
        return count["form"], count["value"], count.get("high")

    def instant(self, path: str) -> tuple[str, str, bool]:
        """Return UTC text, precision and whether it is estimated."""
        instant = fact_at(self.facts, path)
        return instant["at"], instant["precision"], instant["estimated"]


def read(path: Path) -> Alert:
    """Read an alert file the way an incident is opened with it."""
    given = read_document(path)
    names = ("reference", "source", "certainty", "unknown")
    envelope = {name: given.pop(name) for name in names if name in given}
    facts, unknown = settle({}, given, now=NOW)
    for at, why in envelope.pop("unknown", {}).items():
        assert at not in unknown
        unknown[at] = settle_unknown(at, why, NOW)
    return Alert(facts, unknown, envelope)


def real(name: str) -> Alert:
    """Read one of the real incidents."""
    return read(HERE / "incidents" / f"{name}.toml")


@pytest.fixture(params=[*REAL, *INVENTED], ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """Each alert file in turn."""
    found: Path = request.param
    return found


def test_all_eight_sheets_are_here() -> None:
    assert [path.stem for path in REAL] == [
        "23andme-2023",
        "advanced-2022-08",
        "eufy-2021-05",
        "gladsaxe-2018-12",
        "ubiquiti-2023-12",
        "uk-mod-2021-09",
        "verkada-2021-03",
        "wyze-2024-02",
    ]


def test_settling_again_changes_nothing(path: Path) -> None:
    alert = read(path)
    assert settle({}, alert.facts, now=NOW) == (alert.facts, {})
    assert settle(alert.facts, alert.facts, now=NOW) == (alert.facts, {})
    for at, why in alert.unknown.items():
        assert settle_unknown(at, why, NOW) == why


def test_every_name_is_one_that_breachkit_knows(path: Path) -> None:
    alert = read(path)
    check_triggers(alert.facts, TRIGGERS)
    for at in alert.unknown:
        check_unknown_path(at)
    assert alert.envelope["source"]
    assert alert.envelope.get("certainty", "confirmed") in {
        "confirmed",
        "estimated",
        "under investigation",
    }


def test_nothing_is_both_stated_and_unknown(path: Path) -> None:
    alert = read(path)
    stated = {at for at, _ in leaves(alert.facts)}
    assert not stated & alert.unknown.keys()
    assert all(fact_at(alert.facts, at) is None for at in alert.unknown)


def test_the_comment_at_the_top_lists_the_sources(path: Path) -> None:
    top = path.read_text("utf-8").split("\n\n")[0]
    assert all(line.startswith("#") for line in top.splitlines())
    assert top.count("https://") >= 2


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_incident_carries_the_id_of_its_sheet(path: Path) -> None:
    alert = read(path)
    assert alert.envelope["reference"] == path.stem
    assert path.stem in alert.envelope["source"]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_what_is_unknown_of_a_real_incident_names_the_silence(path: Path) -> None:
    for at, why in read(path).unknown.items():
        assert why["reason"].startswith("Not in the public record"), at
        assert "follows_by" not in why, at


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_no_flag_says_that_a_real_incident_contradicts_itself(path: Path) -> None:
    flags = flags_of(read(path).facts, {})
    assert not [flag for flag in flags if not flag.citation.startswith("Appendix 2")]


def test_wyze_counts_receivers_and_those_who_tapped_apart() -> None:
    wyze = real("wyze-2024-02")
    assert wyze.number("people") == ("approximate", 13000, None)
    assert wyze.number("groups.receivers.people") == ("approximate", 13000, None)
    assert wyze.number("groups.tapped.people") == ("exact", 1504, None)
    assert "groups.shown.people" in wyze.unknown
    assert "timeline.occurred_until" in wyze.unknown
    for name in ("occurred_from", "detected_at", "discovered_at", "contained_at"):
        assert wyze.instant(f"timeline.{name}") == ("2024-02-16T05:00:00Z", "day", False)
    states = [measure["state"] for measure in wyze.facts["measures"].values()]
    assert states == ["taken"] * 5 + ["proposed"]
    assert wyze.facts["nature"]["kinds"] == ["confidentiality", "availability"]
    assert "scopes" not in wyze.facts


def test_verkada_has_a_day_and_hours_in_two_zones_and_no_number_of_people() -> None:
    verkada = real("verkada-2021-03")
    assert verkada.instant("timeline.occurred_from") == ("2021-03-08T00:00:00Z", "day", False)
    assert verkada.instant("timeline.occurred_until") == ("2021-03-09T20:00:00Z", "hour", True)
    assert fact_at(verkada.facts, "timeline.occurred_until.zone") == "-08:00"
    assert verkada.instant("timeline.discovered_at") == ("2021-03-09T18:00:00Z", "hour", True)
    assert verkada.instant("timeline.contained_at") == ("2021-03-09T20:00:00Z", "hour", True)
    assert {"people", "records", "timeline.detected_at", "contact.phone"} <= verkada.unknown.keys()
    assert "97 customers (organisations)" in verkada.facts["nature"]["description"]
    assert not [at for at, fact in leaves(verkada.facts) if is_count(fact)]


def test_eufy_is_in_daylight_saving_time() -> None:
    eufy = real("eufy-2021-05")
    assert eufy.instant("timeline.occurred_from") == ("2021-05-17T08:50:00Z", "minute", False)
    assert eufy.instant("timeline.occurred_until") == ("2021-05-17T10:30:00Z", "minute", False)
    assert eufy.instant("timeline.discovered_at") == ("2021-05-17T09:30:00Z", "minute", False)
    assert eufy.instant("timeline.contained_at") == ("2021-05-17T10:30:00Z", "minute", False)
    assert eufy.number("people") == ("exact", 712, None)
    named = {at.split(".")[1] for at in eufy.unknown if at.startswith("countries.")}
    assert named == {"US", "CA", "MX", "CU", "NZ", "AU", "AR"}
    assert "countries" not in eufy.facts


def test_ubiquiti_is_nearly_empty() -> None:
    ubiquiti = real("ubiquiti-2023-12")
    assert set(ubiquiti.facts["timeline"]) == {"occurred_from", "detected_at"}
    assert ubiquiti.instant("timeline.occurred_from") == ("2023-12-13T05:00:00Z", "day", True)
    assert ubiquiti.instant("timeline.detected_at") == ("2023-12-13T13:00:00Z", "hour", True)
    assert not [at for at, fact in leaves(ubiquiti.facts) if is_count(fact)]
    assert not {"measures", "consequences", "advice", "status", "scopes"} & ubiquiti.facts.keys()
    assert {
        "timeline.discovered_at",
        "people",
        "nature.cause",
        "measures",
    } <= ubiquiti.unknown.keys()


def test_advanced_gives_british_days_and_exact_people() -> None:
    advanced = real("advanced-2022-08")
    assert advanced.number("people") == ("exact", 79404, None)
    assert advanced.number("groups.home_entry.people") == ("exact", 890, None)
    assert advanced.instant("timeline.occurred_from") == ("2022-08-01T23:00:00Z", "day", False)
    assert advanced.instant("timeline.discovered_at") == ("2022-08-03T23:00:00Z", "day", False)
    assert "groups.patients.people" in advanced.unknown
    assert fact_at(advanced.facts, "data.home_entry.category") == "home_access"
    assert "82946" not in str(advanced.facts)


def test_gladsaxe_is_a_controller_that_nobody_says_when_it_knew() -> None:
    gladsaxe = real("gladsaxe-2018-12")
    assert fact_at(gladsaxe.facts, "scopes.own.capacity") == "controller"
    assert gladsaxe.number("scopes.own.people") == ("exact", 20620, None)
    assert gladsaxe.number("records") == ("exact", 1, None)
    assert gladsaxe.instant("timeline.occurred_from") == ("2018-11-29T23:00:00Z", "day", False)
    assert gladsaxe.instant("timeline.occurred_until") == ("2018-12-01T23:00:00Z", "day", False)
    assert {
        "timeline.discovered_at",
        "timeline.detected_at",
        "timeline.contained_at",
        "scopes.own.timeline.controller_aware_at",
    } <= gladsaxe.unknown.keys()
    states = {data["protection"]["state"] for data in gladsaxe.facts["data"].values()}
    assert states == {"none"}


def test_mod_is_about_half_past_five_in_british_summer_time() -> None:
    mod = real("uk-mod-2021-09")
    assert mod.instant("timeline.occurred_from") == ("2021-09-20T16:30:00Z", "minute", True)
    assert mod.number("people") == ("exact", 245, None)
    assert mod.number("groups.pictured.people") == ("exact", 55, None)
    assert mod.number("records") == ("exact", 3, None)
    assert "265 different addresses" in mod.facts["nature"]["description"]
    assert "timeline.discovered_at" in mod.unknown


def test_23andme_knows_months() -> None:
    genes = real("23andme-2023")
    assert genes.instant("timeline.occurred_from") == ("2023-04-01T00:00:00Z", "month", False)
    assert genes.instant("timeline.occurred_until") == ("2023-09-01T00:00:00Z", "month", False)
    assert genes.instant("timeline.detected_at") == ("2023-10-01T00:00:00Z", "month", False)
    assert genes.instant("timeline.discovered_at") == ("2023-10-01T00:00:00Z", "day", False)
    assert genes.number("people") == ("approximate", 6_900_000, None)
    assert genes.number("groups.entered.people") == ("approximate", 14_000, None)
    assert genes.number("groups.relatives.people") == ("approximate", 5_500_000, None)
    assert genes.number("groups.trees.people") == ("approximate", 1_400_000, None)
    assert genes.number("countries.GB.people") == ("exact", 155_592, None)
    assert genes.number("countries.CA.people") == ("approximate", 320_000, None)
    assert genes.instant("measures.m2.at") == ("2023-10-10T00:00:00Z", "day", False)


def test_the_camera_mix_up_knows_one_partners_figures_and_not_the_others() -> None:
    alert = read(EXAMPLES / "camera-mixup.toml")
    assert alert.number("people") == ("approximate", 13000, None)
    assert alert.number("groups.viewers.people") == ("exact", 1504, None)
    assert alert.number("scopes.lumen.people") == ("approximate", 8200, None)
    assert alert.number("scopes.lumen.data.videos.records") == ("range", 10, 40)
    nordcam = alert.facts["scopes"]["nordcam"]
    assert not [at for at, fact in leaves(nordcam) if is_count(fact)]
    for at in (
        "people",
        "records",
        *(f"groups.{key}.people" for key in alert.facts["groups"]),
        *(f"data.{key}.records" for key in alert.facts["data"]),
    ):
        assert alert.unknown[f"scopes.nordcam.{at}"]["follows_by"]["at"] > "2026-11-21"


def test_the_shares_of_the_camera_mix_up_add_up_once_the_missing_one_is_amended() -> None:
    path = EXAMPLES / "camera-mixup.toml"
    alert = read(path)
    pattern = "#   scopes.nordcam."
    lines = [line for line in path.read_text("utf-8").splitlines() if line.startswith(pattern)]
    later = dict(line.removeprefix("#   ").split(maxsplit=1) for line in lines)
    amended = alert.facts
    for at, text in later.items():
        amended, _ = settle(amended, _nested(at, tomllib.loads(f"v = {text}")["v"]), now=NOW)
        for suffix in ("people", "groups.recipients.people", "groups.viewers.people"):
            if at == f"scopes.nordcam.{suffix}":
                share = fact_at(amended, at)["value"]
                assert share + alert.number(f"scopes.lumen.{suffix}")[1] == alert.number(suffix)[1]
    assert len(later) == 3


def test_the_scopes_of_the_ransomware_add_up_to_the_exact_totals() -> None:
    alert = read(EXAMPLES / "ransomware-processor.toml")
    scopes = alert.facts["scopes"]
    assert len(scopes) == 4
    assert alert.number("people") == ("exact", 79404, None)
    assert alert.number("groups.home_entry.people") == ("exact", 890, None)
    assert sum(scope["people"]["value"] for scope in scopes.values()) == 79404
    for key, group in alert.facts["groups"].items():
        shares = [
            scope["groups"][key]["people"] for scope in scopes.values() if key in scope["groups"]
        ]
        assert sum(share["value"] for share in shares) == group["people"]["value"], key
    for key, scope in scopes.items():
        assert ("home_entry" in scope["groups"]) == ("home_entry" in scope["data"])
        assert {
            f"scopes.{key}.data.{kind}.records" for kind in scope["data"]
        } <= alert.unknown.keys()


@pytest.mark.parametrize("path", INVENTED, ids=lambda path: path.stem)
def test_the_examples_know_their_partners_and_contradict_nothing(path: Path) -> None:
    alert = read(path)
    partners = read_partners(Folder(EXAMPLES))
    names = {key: [partner.name, key] for key, partner in partners.items()}
    assert alert.facts["scopes"].keys() <= partners.keys()
    assert flags_of(alert.facts, names) == []
    for at, why in alert.unknown.items():
        assert not [
            name for own in names.values() for name in own if name in why["reason"].casefold()
        ]
        assert why["follows_by"]["at"] > fact_at(alert.facts, "timeline.discovered_at.at"), at


@pytest.mark.parametrize("path", INVENTED, ids=lambda path: path.stem)
def test_the_examples_open_at_another_time(path: Path) -> None:
    # A sign that lies before the discovery would start the clock in its place.
    times = read(path).facts["timeline"]
    assert not {"detected_at", "reported_at"} & times.keys()
    later = {"timeline": {"discovered_at": "2026-12-01 09:00 Europe/Berlin"}}
    given = read_document(path)
    given["timeline"] |= later["timeline"]
    for name in ("reference", "source", "certainty", "unknown"):
        given.pop(name)
    facts, _ = settle({}, given, now=NOW)
    assert fact_at(facts, "timeline.discovered_at.at") == "2026-12-01T08:00:00Z"


def test_every_partner_of_the_examples_can_be_reached() -> None:
    partners = read_partners(Folder(EXAMPLES))
    assert len(partners) == 6
    assert {key for key, partner in partners.items() if partner.limit_hours == 24} == {"nordcam"}
    for partner in partners.values():
        assert partner.country
        assert partner.controller is not None
        assert any(contact.for_breaches for contact in partner.contacts.values())
        for contact in [partner.controller, *partner.contacts.values()]:
            assert contact.phone
            assert contact.email is not None
            assert contact.email.endswith(".example")
        assert all(contact.verified_on for contact in partner.contacts.values())


def steps() -> dict[str, dict[str, Any]]:
    """Return the steps of the playbook by id."""
    found = tomllib.loads(PLAYBOOK.read_text("utf-8"))["step"]
    by_id = {step["id"]: step for step in found}
    assert len(by_id) == len(found)
    return by_id


def test_every_step_of_the_playbook_leads_to_steps_that_exist_and_can_be_reached() -> None:
    known = steps()
    start = tomllib.loads(PLAYBOOK.read_text("utf-8"))["playbook"]["start"]
    assert [
        (key, to) for key, step in known.items() for to in step["next"] if to not in known
    ] == []
    reached, waiting = {start}, [start]
    while waiting:
        new = set(known[waiting.pop()]["next"]) - reached
        reached |= new
        waiting += new
    assert reached == known.keys()


def test_every_step_of_the_playbook_can_come_to_the_closing() -> None:
    known = steps()
    assert [key for key, step in known.items() if not step["next"]] == ["close"]
    ending = {"close"}
    while more := {key for key, step in known.items() if ending & set(step["next"])} - ending:
        ending |= more
    assert ending == known.keys()


def test_every_step_of_the_playbook_says_who_what_why_and_how() -> None:
    roles = {role.value for role in Role}
    for key, step in steps().items():
        assert step.keys() - {"when", "done"} == {
            *("id", "title", "who", "do", "why", "citation", "standing", "command", "next")
        }, key
        assert set(step["who"].replace(",", "").split()) & roles, key
        assert step["citation"], key
        assert step["standing"] in {"text", "secondary", "unverified", "derived"}, key


def test_every_command_of_the_playbook_is_one_and_none_is_left_out() -> None:
    used = set()
    for key, step in steps().items():
        assert step["command"], key
        for command in step["command"]:
            first, *words = command.split()
            assert first == "breachkit", command
            named = {words[0], " ".join(words[:2])} & COMMANDS
            assert named, command
            used |= named
    assert used == COMMANDS


def is_count(fact: object) -> bool:
    """Tell whether a fact is a number."""
    return isinstance(fact, dict) and fact.get("kind") == "count"


def flags_of(facts: Tree, names: dict[str, list[str]]) -> list[Any]:
    """Return what breachkit flags in an alert that was opened when it was discovered."""
    times = facts.get("timeline") or {}
    opened = (times.get("discovered_at") or times["occurred_from"])["at"]
    found = find_flags(facts, opened_at=opened, now=NOW, organisation=Organisation(), names=names)
    return list(found)


def _nested(path: str, value: Any) -> Tree:
    for name in reversed(path.split(".")):
        value = {name: value}
    tree: Tree = value
    return tree
