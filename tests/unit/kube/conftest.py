"""A server that says what a test wants, and clients of it and of the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from poolkeeper.kube.client import Api
from tests.testbed.cluster import Cluster
from tests.unit.kube.apiserver import ApiServer, client, serving


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ApiServer]:
    """A server on loopback, and a kubeconfig for it."""
    async with serving(tmp_path) as running:
        yield running


@pytest.fixture
async def api(server: ApiServer) -> AsyncIterator[Api]:
    """A client of that server."""
    async with client(server.kubeconfig) as made:
        yield made


@pytest.fixture
async def operator_api(cluster: Cluster) -> AsyncIterator[Api]:
    """A client of the real API server with the operator's own rights."""
    async with client(cluster.operator_kubeconfig) as made:
        yield made
