"""The stand-in as pytest fixtures; registered by `pytest_plugins` in tests/conftest.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.batchsim.certs import TestAuthority, make_authority
from tests.batchsim.sim import BatchSim, load_pools
from tests.entrasim.sim import EntraSim


@pytest.fixture(scope="session")
def entra_authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    """A CA of its own: trusting Batch's is not trusting Entra's."""
    return make_authority(tmp_path_factory.mktemp("entra-ca"))


@pytest.fixture(scope="session")
def ca_bundle(
    tmp_path_factory: pytest.TempPathFactory, batch_authority: TestAuthority, entra_authority: TestAuthority
) -> str:
    """Both CAs in one file, as `--ca-bundle` takes them."""
    file = tmp_path_factory.mktemp("bundle") / "ca.pem"
    file.write_bytes(batch_authority.ca.read_bytes() + entra_authority.ca.read_bytes())
    return str(file)


@pytest.fixture
def entra(entra_authority: TestAuthority) -> Iterator[EntraSim]:
    """A running stand-in in which nobody is registered yet."""
    with EntraSim(tls=entra_authority.server_context()) as running:
        yield running


@pytest.fixture
def entra_batch(start_batchsim: Callable[..., BatchSim], entra: EntraSim, batch_authority: TestAuthority) -> BatchSim:
    """An account with the five example pools, on https, that takes the stand-in's tokens."""
    return start_batchsim(pools=load_pools(), judge=entra.judge, tls=batch_authority.server_context())
