"""One running account for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.batchsim.sim import BatchSim
from tests.contract_body.account import Account
from tests.unit.batch.answers import live_client


@pytest.fixture
async def account(batchsim: BatchSim) -> AsyncIterator[Account]:
    """A stand-in, and a client of the operator's that is connected to it."""
    client = live_client(batchsim.url)
    yield Account(batchsim, client)
    await client.close()
