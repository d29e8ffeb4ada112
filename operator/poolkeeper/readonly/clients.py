"""The two doors to the outside, without a way to write: what holds one can look, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol

from poolkeeper.domain.observation import LivePool
from poolkeeper.domain.resources import ACCOUNTS, POOLS, Body, Key
from poolkeeper.kube.client import Api, ApiError
from poolkeeper.kube.paths import collection
from poolkeeper.kube.secrets import Secrets


class PoolReader(Protocol):
    """One Batch account, to be looked at. Every call raises a BatchFailure."""

    async def probe(self) -> None:
        """One small read, to see whether the account answers."""

    async def read(self, pool_id: str) -> LivePool:
        """One pool with its properties; raises PoolNotFound."""

    async def close(self) -> None:
        """Let go of connections."""


class ReadOnlyBatch:
    """Fulfils PoolReader with another's methods, and has no more than these."""

    __slots__ = ("close", "probe", "read")

    def __init__(self, batch: PoolReader) -> None:
        self.probe = batch.probe
        self.read = batch.read
        self.close = batch.close


class ClusterView:
    """What a plan reads of a cluster, by GET; the engine's Secrets port too. Every call raises ClusterUnavailable."""

    def __init__(self, api: Api) -> None:
        self._get: Callable[[str], Any] = _gets(api)
        secrets = Secrets(api)
        self.read, self.version = secrets.read, secrets.version
        self.close = api.close

    async def pool(self, key: Key) -> Body | None:
        """A BatchPool as the cluster has it; None when it has none."""
        return await self._found(f"{collection(POOLS, key.namespace)}/{key.name}")

    async def account(self, key: Key) -> Body | None:
        """A BatchAccount as the cluster has it; None when it has none."""
        return await self._found(f"{collection(ACCOUNTS, key.namespace)}/{key.name}")

    async def _found(self, path: str) -> Body | None:
        try:
            body: Body = await self._get(path)
        except ApiError as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return body


def _gets(api: Api) -> Callable[[str], Any]:
    async def get(path: str) -> Any:
        return await api.request("GET", path)

    return get
