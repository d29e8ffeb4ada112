"""Registers the fixtures that every folder of tests may use, and says which tests one worker runs together."""

from __future__ import annotations

import pytest

pytest_plugins = [
    "tests.batchsim.fixtures",
    "tests.entrasim.fixtures",
    "tests.testbed.fixtures",
    "tests.support.fixtures",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The image and the second cluster of tests/deploy are made once, and not once by each worker."""
    for item in items:
        if item.nodeid.startswith("tests/deploy/"):
            item.add_marker(pytest.mark.xdist_group("deploy"))
