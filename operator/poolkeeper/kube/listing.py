"""Lists of our resources: the start, and the heal for what a watch may lose.

A watch that has to begin anew tells nothing of what was deleted in between.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.domain.resources import ACCOUNTS, GROUP, POOLS, BatchAccount, BatchPool
from poolkeeper.kube.api import Api, Refused
from poolkeeper.kube.paths import collection

Parsed = TypeVar("Parsed")

_CHUNK = 500


class CrdsMissing(ClusterUnavailable):
    """The API server does not know our kinds."""


class Lister:
    """Lists everything that the operator watches: all namespaces, or those named."""

    def __init__(self, api: Api, *, namespaces: Sequence[str]) -> None:
        self._api = api
        self._namespaces: Sequence[str | None] = namespaces or (None,)

    async def accounts(self) -> list[BatchAccount]:
        """Every BatchAccount. Raises ClusterUnavailable."""
        return await self._all(ACCOUNTS, BatchAccount.parse)

    async def pools(self) -> list[BatchPool]:
        """Every BatchPool. Raises ClusterUnavailable."""
        return await self._all(POOLS, BatchPool.parse)

    async def _all(self, plural: str, parse: Callable[[Mapping[str, Any]], Parsed]) -> list[Parsed]:
        return [
            parse(item) for namespace in self._namespaces async for item in self._items(collection(plural, namespace))
        ]

    async def _items(self, path: str) -> AsyncIterator[Mapping[str, Any]]:
        query: dict[str, str | int] = {"limit": _CHUNK}
        while True:
            try:
                page = await self._api.request("GET", path, query=query)
            except Refused as refusal:
                if refusal.status == HTTPStatus.NOT_FOUND:
                    raise CrdsMissing(f"the CRDs of {GROUP} are not installed: kubectl apply -f crds/") from refusal
                raise
            for item in page["items"]:
                yield item
            if not page["metadata"].get("continue"):
                return
            query["continue"] = page["metadata"]["continue"]
