"""Clients that we did not write: azure-batch 15.0.0b2, which speaks 2024-07-01.20.0."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from azure.batch import BatchClient
from azure.core.credentials import AzureNamedKeyCredential

from tests.batchsim.sim import BatchSim
from tests.contract.entra import Office
from tests.entrasim.sim import EntraSim

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


@pytest.fixture
def no_identity(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine on which azure-identity finds nothing; what a test sets on it is taken back."""
    for name in [*os.environ]:
        if name.startswith(("AZURE_", "IDENTITY_", "IMDS_", "MSI_")):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
async def office(
    entra: EntraSim, entra_batch: BatchSim, ca_bundle: str, no_identity: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    """The operator's sign-in to an account that takes the stand-in's tokens."""
    assert no_identity
    made = Office(entra_batch, entra, ca_bundle)
    async with made.opened:
        yield made
