"""A lab for each test, which leaves no connection open."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.engine.lab import Lab


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    """An engine between fakes, not yet working."""
    made = Lab()
    yield made
    await made.engine.stop(grace=0)
    assert made.connector.open == [], "every connection is closed in the end"
