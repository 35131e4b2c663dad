"""Fixtures for all tests: a clock that is set, and a workspace under it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from breachkit.app import Breachkit, create_workspace, open_workspace

# How fast a machine draws examples says nothing about what is tested.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

PEOPLE = """
[people.maria]
name = "Maria Response"
roles = ["responder"]

[people.anna]
name = "Anna Counsel"
roles = ["legal"]

[people.otto]
name = "Otto Release"
roles = ["approver"]

[people.both]
name = "Bo Both"
roles = ["responder", "legal", "approver"]

[people.pager]
name = "Pager"
roles = ["automation"]
"""


PROFILE = """
[organisation.profile]
establishments = ["DE"]
manufacturer = false
nis2 = "none"
financial = "none"
hipaa = "none"
china = "none"
small_scale = false
telecom = false
high_risk_ai = false
sells_in = ["DE"]
"""
"""Says all that decides on other laws, so that a test shows the duties that it is about."""


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 22, 1, 30, tzinfo=UTC))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "psirt"
    create_workspace(root, zone="Europe/Berlin", organisation="Vendor Ltd").close()
    (root / "people.toml").write_text(PEOPLE, encoding="utf-8")
    settings = root / "breachkit.toml"
    settings.write_text(
        settings.read_text("utf-8")
        + '\n[organisation.contact]\nname = "Privacy Desk"\nemail = "privacy@vendor.example"\n'
        + PROFILE,
        encoding="utf-8",
    )
    return root


def partner(root: Path, key: str, name: str, more: str = "") -> None:
    """Write the file of a partner."""
    text = (
        f'name = "{name}"\n{more}\n[contacts.desk]\nname = "Night desk"\n'
        f'phone = "+49 30 100 200"\nemail = "desk@{key}.example"\nverified_on = 2026-10-01\n'
    )
    (root / "partners" / f"{key}.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def acting(workspace: Path, clock: SetClock) -> Iterator[Callable[[str], Breachkit]]:
    """Open the workspace as one person or another."""
    opened: list[Breachkit] = []

    def as_(name: str) -> Breachkit:
        kit = open_workspace(workspace, clock=clock, act_as=name)
        opened.append(kit)
        return kit

    yield as_
    for kit in opened:
        kit.close()


@pytest.fixture
def kit(acting: Callable[[str], Breachkit]) -> Breachkit:
    return acting("maria")
