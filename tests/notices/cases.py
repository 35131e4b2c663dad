"""Incidents in which the shipped notices are rendered for their readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from breachkit.adapters import lawbook
from breachkit.adapters.rendering import Renderer, to_text
from breachkit.adapters.wording import Wording
from breachkit.adapters.workspace import data_folder
from breachkit.domain.document import Document
from breachkit.domain.duty import Duty, Terms, find_duties
from breachkit.domain.heading import Heading
from breachkit.domain.matter import Matter
from breachkit.domain.notice import notice_view
from breachkit.domain.patch import merged
from breachkit.domain.scope import ScopeView, view_of
from breachkit.domain.statement import settle

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TELLING = ("initial", "supplementary", "final", "correction")
NOTICES = ("partner", "authority", "data_subjects")

EMPTY: dict[str, Any] = {"title": "Strange sign-ins at the device cloud", "scopes": {"acme": {}}}

RICH: dict[str, Any] = {
    "title": "AppSecrets taken from the build server",
    "status": {"personal_data": "confirmed", "security_measures": "confirmed"},
    "timeline": {
        "occurred_from": "2026-11-17 22:10 Europe/Berlin",
        "occurred_until": "2026-11-19 06:00 Europe/Berlin",
        "detected_at": "2026-11-19 05:40 Europe/Berlin",
        "discovered_at": "2026-11-19 08:15 Europe/Berlin",
        "contained_at": "2026-11-19 11:30 Europe/Berlin",
    },
    "nature": {
        "description": "Somebody used a stolen service account to read the account database of the"
        " device cloud",
        "plain": "Somebody got into the computer systems of the camera cloud and read account data.",
        "kinds": ["confidentiality"],
        "cause": "The password of a service account had been stored in a build script",
        "origin": "external",
        "malicious": True,
        "exfiltration": "confirmed",
        "systems": "Account database of the device cloud, region Frankfurt",
        "discovery": "Our monitoring reported an unusual export",
    },
    "security_measures_breached": {"keys": {"text": "Service accounts may not be kept in scripts"}},
    "groups": {
        "customers": {"category": "partner_customers"},
        "children": {"category": "minors", "label": "customers under 18"},
    },
    "data": {
        "email": {"category": "email", "protection": {"state": "none"}},
        "password": {
            "category": "password",
            "protection": {
                "state": "hashed",
                "method": "argon2id",
                "key_state": "safe",
                "coverage": "all",
                "backup": "intact",
            },
        },
        "app_secret": {"category": "app_secret", "protection": {"state": "none"}},
        "video": {
            "category": "cloud_record",
            "protection": {
                "state": "encrypted",
                "method": "AES-256",
                "key_state": "exposed",
                "coverage": "part",
            },
        },
        "card": {"category": "payment", "protection": {"state": "none"}},
        "passport": {"category": "passport_copy", "protection": {"state": "none"}},
    },
    "contact": {
        "name": "Data Protection Office",
        "role": "data protection officer",
        "email": "privacy@vendor.example",
        "phone": "+49 30 0000 0000",
    },
    "consequences": {
        "phishing": {
            "text": "E-mail addresses can be used for phishing",
            "plain": "Strangers may write to you and pretend to be us.",
        },
    },
    "measures": {
        "locked": {
            "text": "The service account was locked and its sessions ended",
            "state": "taken",
            "at": "2026-11-19 11:30 Europe/Berlin",
        },
        "rotate": {"text": "All service passwords are being replaced", "state": "proposed"},
    },
    "advice": {"alarm": {"text": "Check whether your alarm zones are still switched on"}},
    "scopes": {
        "acme": {
            "people": "about 1200",
            "records": "about 4800",
            "groups": {
                "customers": {"people": "about 1190"},
                "children": {"people": 10},
            },
            "data": {
                key: {"records": 800}
                for key in ("email", "password", "app_secret", "video", "card", "passport")
            },
            "countries": {"DE": {"people": "about 1000"}, "AT": {"people": 200}},
            "timeline": {"controller_aware_at": "2026-11-19 17:00 Europe/Berlin"},
            "controller": {
                "name": "Acme Home GmbH",
                "authority": "Berlin Commissioner for Data Protection",
                "contact": {"name": "Ada Acme", "role": "DPO", "email": "dpo@acme.example"},
            },
            "accounts_list": {
                "how": "through the transfer folder of our agreement",
                "ready_at": "2026-11-22 12:00 Europe/Berlin",
            },
        },
    },
}

LAPTOP: dict[str, Any] = {
    "status": {"personal_data": "confirmed"},
    "timeline": {"discovered_at": "2026-11-20 09:00 Europe/Berlin"},
    "nature": {
        "description": "A laptop of our support team was stolen from a train.",
        "kinds": ["confidentiality", "availability"],
        "exfiltration": "no_evidence",
        "cause": {"kind": "unknown", "reason": "The police report is not there yet."},
    },
    "groups": {"staff": {"category": "partner_employees"}},
    "data": {
        "names": {
            "category": "name",
            "protection": {
                "state": "encrypted",
                "method": "BitLocker, XTS-AES 128",
                "key_state": {
                    "kind": "unknown",
                    "reason": "it is not clear whether the laptop was locked",
                    "follows_by": "2026-11-23 Europe/Berlin",
                },
            },
        },
    },
    "scopes": {
        "acme": {
            "people": {
                "kind": "unknown",
                "reason": "the list on the laptop is being rebuilt",
                "follows_by": "2026-11-24 Europe/Berlin",
            },
        },
    },
}

SUBPROCESSOR: dict[str, Any] = {
    "origin": {
        "kind": "subprocessor",
        "name": "Cloud Nine Ltd",
        "told_us_at": "2026-11-20 14:00 Europe/Berlin",
    },
    "nature": {"description": "Storage of our subprocessor was open to the public."},
    "data": {"clips": {"category": "cloud_picture"}, "tokens": {"category": "access_token"}},
    "channels_compromised": {"mail": {"channel": "email"}},
    "scopes": {"acme": {}},
}

MEASURES_ONLY: dict[str, Any] = {
    "status": {"security_measures": "confirmed"},
    "nature": {"description": "Sign-in without a second step was possible for two hours."},
    "security_measures_breached": {"mfa": {"text": "Sign-in with a second step"}},
    "scopes": {"acme": {}},
}

OUTAGE: dict[str, Any] = {
    "status": {"personal_data": "confirmed"},
    "nature": {
        "description": "We lost power in our hall, and our storage failed",
        "kinds": ["availability"],
        "cause": "Our batteries were too old",
    },
    "groups": {"patients": {"category": "patients"}},
    "data": {
        "records": {"category": "health", "protection": {"state": "none", "backup": "intact"}},
        "password": {"category": "password", "protection": {"state": "none", "backup": "intact"}},
        "secret": {"category": "app_secret", "protection": {"state": "none", "backup": "intact"}},
    },
    "consequences": {"late": {"text": "We expect that treatment is delayed"}},
    "measures": {"power": {"text": "Our batteries were replaced", "state": "taken"}},
    "advice": {"call": {"text": "Call us before you come to us"}},
    "scopes": {
        "acme": {
            "countries": {
                "DE": {"people": 10},
                "CH": {},
                "AT": {
                    "people": {
                        "kind": "unknown",
                        "reason": "the lists are being compared",
                        "follows_by": "2026-11-25 Europe/Berlin",
                    },
                },
            },
        },
    },
}

OVERWRITTEN: dict[str, Any] = {
    "status": {"personal_data": "suspected"},
    "nature": {"description": "A job of ours overwrote settings", "kinds": ["integrity"]},
    "data": {"settings": {"category": "device_settings"}, "name": {"category": "name"}},
    "scopes": {"acme": {"records": 400}},
}

PARTLY_COUNTED: dict[str, Any] = {
    **RICH,
    "groups": {
        **RICH["groups"],
        "depicted": {
            "category": "depicted",
            "people": {
                "kind": "unknown",
                "reason": "the pictures are being looked at",
                "follows_by": "2026-11-24 Europe/Berlin",
            },
        },
    },
    "scopes": {
        "acme": {
            **RICH["scopes"]["acme"],
            "groups": {**RICH["scopes"]["acme"]["groups"], "depicted": {"category": "depicted"}},
        },
    },
}

CASES: dict[str, Mapping[str, Any]] = {
    "empty": EMPTY,
    "rich": RICH,
    "laptop": LAPTOP,
    "subprocessor": SUBPROCESSOR,
    "measures_only": MEASURES_ONLY,
    "outage": OUTAGE,
    "overwritten": OVERWRITTEN,
    "partly_counted": PARTLY_COUNTED,
}


@dataclass(frozen=True)
class Case:
    """An incident of one scope, with the duties that arise in it."""

    view: ScopeView
    duties: tuple[Duty, ...]
    added: Mapping[str, Any] = field(default_factory=dict)


@cache
def renderer() -> Renderer:
    return Renderer([data_folder("templates")])


@cache
def book() -> lawbook.Lawbook:
    return lawbook.load([lawbook.packaged()])


def case_of(name: str, **more: Any) -> Case:
    """Return an incident as it would be replayed: settled facts, a view, its duties."""
    facts, unknown = settle({}, CASES[name], now=NOW)
    if name == "measures_only":
        # What a decision of two people leaves behind; a statement may not say it.
        facts = merged(facts, {"status": {"personal_data": "ruled_out"}})
    added = {"risk": {"authority": "likely", "people": "high"}, **more}
    view = view_of(facts, unknown, "acme", added, {})
    matter = Matter("2026-0007", facts=facts, opened_at="2026-11-20T08:00:00.000000Z")
    duties = find_duties(matter, [view], book().obligations(), Terms({}))
    return Case(view, duties)


def draw(
    case: Case,
    notice: str,
    phase: str = "initial",
    *,
    reason: str = "",
    our_name: str = "Vendor GmbH",
    **more: Any,
) -> Document:
    """Render one notice of a case."""
    addressee = "partner" if notice == "callsheet" else notice
    duties = discharged(case, addressee)
    heading = Heading(
        incident="2026-0007",
        our_name=our_name,
        recipient="Acme Home GmbH",
        addressee=addressee,
        phase=phase,
        drafted_at=NOW,
        duties=duties,
        instruments={one.id: one for one in book().instruments},
        missing=tuple(gap for duty in duties for gap in duty.gaps),
        reason=reason,
    )
    words = Wording("en", "Europe/Berlin")
    view = notice_view(case.view, heading, words) | more
    return renderer().render(f"{notice}/en.md.j2", view, language="en")


def discharged(case: Case, addressee: str) -> tuple[Duty, ...]:
    return tuple(
        duty
        for duty in case.duties
        if duty.law.reader == addressee and duty.owed is not False and duty.law.by_notice
    )


def body(case: Case, notice: str, phase: str = "initial", **more: Any) -> str:
    """Return a notice as one line of text, so that a sentence can be looked for."""
    if notice == "callsheet":
        more.setdefault("phones", [])
    return " ".join(to_text(draw(case, notice, phase, **more)).split())


def every(notices: Sequence[str] = NOTICES) -> pytest.MarkDecorator:
    pairs = [
        (name, notice, phase)
        for name in CASES
        for notice in notices
        for phase in (*TELLING, "withdrawal")
    ]
    return pytest.mark.parametrize(("name", "notice", "phase"), pairs)
