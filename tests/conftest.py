"""Registers the fixtures that every folder of tests may use, and has the longest files run first."""

from __future__ import annotations

import pytest

LONGEST = ("test_hostile_tenant.py", "test_canary.py", "test_simulation.py", "test_emergency_brake.py")
"""Started last, one of them would keep one worker busy while the others have nothing left to do."""

pytest_plugins = [
    "tests.batchsim.fixtures",
    "tests.entrasim.fixtures",
    "tests.testbed.fixtures",
    "tests.support.fixtures",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After the random order was made; it stays, but for these."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
