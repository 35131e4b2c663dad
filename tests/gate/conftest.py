"""Fixtures of the gate: a workspace that knows its partners by name, so that a text can be addressed."""

from pathlib import Path

import pytest

from tests.conftest import partner


@pytest.fixture
def workspace(workspace: Path) -> Path:
    """Return the usual workspace with the files of two partners."""
    partner(workspace, "acme", "Acme Cameras")
    partner(workspace, "zeta", "Zeta Homes")
    return workspace
