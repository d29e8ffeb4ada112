"""A full list fills the cache at the start, and repairs it when a watch has missed a deletion.

A watch that has to begin anew tells nothing of what was deleted in between.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.domain.resources import ACCOUNTS, GROUP, POOLS, BatchAccount, BatchPool, Body, is_deleted
from poolkeeper.kube.client import Api, ApiError
from poolkeeper.kube.paths import collection

log = logging.getLogger(__name__)

Parsed = TypeVar("Parsed")

CHUNK = 25
"""Resources in one answer. Each may have 1.5 MiB, and takes several times that as objects, until it is parsed."""


class CrdsMissing(ClusterUnavailable):
    """The API server does not know our kinds."""


@dataclass(frozen=True, slots=True)
class Listed:
    """All resources, as of a resource version: what has happened since is not in it."""

    accounts: list[BatchAccount]
    pools: list[BatchPool]
    as_of: int


class Lister:
    """Lists everything that the operator watches: all namespaces, or those named."""

    def __init__(self, api: Api, *, namespaces: Sequence[str]) -> None:
        self._api = api
        self._namespaces: Sequence[str | None] = namespaces or (None,)

    async def everything(self) -> Listed:
        """Every BatchAccount and BatchPool. Raises ClusterUnavailable."""
        accounts, accounts_as_of = await self._all(ACCOUNTS, BatchAccount.parse)
        pools, pools_as_of = await self._all(POOLS, BatchPool.parse)
        return Listed(accounts=accounts, pools=pools, as_of=min(accounts_as_of, pools_as_of))

    async def _all(self, plural: str, parse: Callable[[Body], Parsed]) -> tuple[list[Parsed], int]:
        lists = [await self._list(collection(plural, namespace), parse) for namespace in self._namespaces]
        return [one for found, _ in lists for one in found], min(as_of for _, as_of in lists)

    async def _list(self, path: str, parse: Callable[[Body], Parsed]) -> tuple[list[Parsed], int]:
        query: dict[str, str | int] = {"limit": CHUNK}
        found: list[Parsed] = []
        while True:
            try:
                page = await self._api.request("GET", path, query=query)
            except ApiError as refusal:
                if refusal.status == HTTPStatus.NOT_FOUND:
                    raise CrdsMissing(f"the CRDs of {GROUP} are not installed: kubectl apply -f crds/") from refusal
                raise
            items, after, as_of = _parts(page, path)
            # Each is parsed and let go of before the next page is asked for.
            found += _readable((body for body in items if not _is_deleted(body)), parse)
            del page, items
            if not after:
                return found, as_of
            query["continue"] = after


def _parts(page: Any, path: str) -> tuple[list[Any], str, int]:
    """The items of a page, the token of the next, and the resource version. Raises ClusterUnavailable."""
    match page:
        case {"items": list(items), "metadata": {"resourceVersion": str(as_of), **rest}} if as_of.isdigit():
            after = rest.get("continue") or ""
            return items, after if isinstance(after, str) else "", int(as_of)
        case _:
            raise ClusterUnavailable(f"the Kubernetes API answers {path} with something else than a list")


def _readable(bodies: Iterable[Body], parse: Callable[[Body], Parsed]) -> list[Parsed]:
    """What can be parsed; a resource that older CRDs let in must not keep the others from being kept."""
    found = []
    for body in bodies:
        try:
            found.append(parse(body))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            name = name_of(body)
            log.warning("%s cannot be read (%r): apply this version's crds/, then the resource again", name, error)
    return found


def name_of(body: Any) -> str:
    """Of a resource that may be of any shape."""
    metadata = body.get("metadata") if isinstance(body, dict) else None
    return f"{metadata.get('namespace')}/{metadata.get('name')}" if isinstance(metadata, dict) else "a resource"


def _is_deleted(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("metadata"), dict) and is_deleted(body)
