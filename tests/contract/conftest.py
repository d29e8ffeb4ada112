"""Clients that we did not write: azure-batch 15.0.0b2, which speaks 2024-07-01.20.0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from azure.batch import BatchClient
from azure.core.credentials import AzureNamedKeyCredential

from tests.batchsim.sim import BatchSim

Connect = Callable[..., BatchClient]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens SDK clients for an account, by default with its key and without retries."""
    with ExitStack() as opened:

        def open_client(sim: BatchSim, *, key: str | None = None, **options: Any) -> BatchClient:
            credential = AzureNamedKeyCredential(sim.account, key or sim.key)
            return opened.enter_context(BatchClient(sim.url, credential, **{"retry_total": 0, **options}))

        yield open_client


@pytest.fixture
def client(batchsim: BatchSim, connect: Connect) -> BatchClient:
    """A client of the account with the five example pools."""
    return connect(batchsim)
