"""The stand-in as pytest fixtures; registered by `pytest_plugins` in tests/conftest.py."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.batchsim.certs import TestAuthority, make_authority
from tests.batchsim.sim import BatchSim, load_pools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    StartBatchSim = Callable[..., BatchSim]


def pytest_configure() -> None:
    """Say that the main thread has no event loop, before any test asks.

    Else Python 3.11 makes one when pytest-asyncio looks for it, which nobody closes; its ResourceWarning
    would fail whichever test runs when it is collected.
    """
    asyncio.set_event_loop(None)


@pytest.fixture
def start_batchsim() -> Iterator[StartBatchSim]:
    """Starts any number of accounts, with the arguments of BatchSim; all stop with the test."""
    with ExitStack() as running:

        def start(**options: Any) -> BatchSim:
            return running.enter_context(BatchSim(**options))

        yield start


@pytest.fixture
def batchsim(start_batchsim: StartBatchSim) -> BatchSim:
    """One running account with the five pools of pools.yaml."""
    return start_batchsim(pools=load_pools())


@pytest.fixture(scope="session")
def batch_authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    """A test CA and a server certificate for 127.0.0.1."""
    return make_authority(tmp_path_factory.mktemp("batch-ca"))
