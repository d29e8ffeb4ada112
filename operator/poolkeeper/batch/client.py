"""One Batch account, as the engine asks for it: rows, a pool, a write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx

from poolkeeper.batch.rows import (
    created_of,
    last_modified,
    last_modified_or_now,
    mode_of,
    parsed,
    pools_of,
    request_id,
    row_of,
    row_or_none,
    whole_seconds,
    with_ids,
)
from poolkeeper.batch.transport import Transport
from poolkeeper.domain.failures import PoolUnavailable
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.packing import packed, unpacked
from poolkeeper.domain.schema.api_versions import PROPERTIES_OF, carried
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.schema.retired import MODE
from poolkeeper.engine.ports import LazyPool, Listing, Page

_MOST_PAGES = 1000
"""Of a list: a million pools. A link that leads back would be followed for ever."""

_PAGE = "100"
"""Pools with their properties; some hundred kilobytes."""

_ROW = "id,eTag,state,allocationState"


class BatchClient:
    """Fulfils the engine's Batch port over a transport."""

    def __init__(self, transport: Transport, *, version: str) -> None:
        self._transport = transport
        self._version = version
        # A version refuses to select what it does not know.
        names = PROPERTIES_OF[version]
        modes = ("currentNodeCommunicationMode",) if MODE in names else ()
        self._whole = ",".join((_ROW, "creationTime", *modes, *names))

    async def probe(self) -> None:
        response = await self._transport.send("ListPools", "GET", "/pools", params={"$select": "id", "maxresults": "1"})
        with _understood(_said(response)):
            pools_of(parsed(response.content))

    async def rows(self) -> Listing:
        rows: dict[str, PoolRow | None] = {}
        pages = odd = 0
        url: str | None = "/pools"
        params: Mapping[str, str] | None = {"$select": _ROW}
        while url is not None:
            response = await self._transport.send("ListPools", "GET", url, params=params)
            pages += 1
            if pages > _MOST_PAGES:
                raise PoolUnavailable(f"{response.url.host} answers with a list that does not end")
            with _understood(_said(response)):
                page = parsed(response.content)
                pools = pools_of(page)
                found = {pool_id: row_or_none(pool) for pool_id, pool in with_ids(pools)}
                odd += len(pools) - sum(1 for _ in with_ids(pools))
                rows |= found
                # Absolute, with its query already in it.
                url, params = page.get("odata.nextLink"), None
        return Listing(rows, pages, odd)

    async def row(self, pool_id: str) -> PoolRow:
        response = await self._get(pool_id, _ROW)
        with _understood(_said(response)):
            return row_of(_one(response))

    async def read(self, pool_id: str) -> LivePool:
        response = await self._get(pool_id, self._whole)
        with _understood(_said(response)):
            return self._live(_one(response), last_modified(response))

    async def page(self, link: str | None = None) -> Page:
        params = {"$select": f"{self._whole},lastModified", "maxresults": _PAGE} if link is None else None
        response = await self._transport.send("ListPools", "GET", link or "/pools", params=params)
        said = _said(response)
        with _understood(said):
            page = parsed(response.content)
            pools = {pool_id: self._unread(pool, said) for pool_id, pool in with_ids(pools_of(page))}
            return Page(pools, page.get("odata.nextLink"))

    def _unread(self, pool: Mapping[str, Any], said: str) -> LazyPool:
        try:
            return partial(self._unpack, packed(pool), said)
        except (TypeError, ValueError):
            # Half a character, which no request could carry: the look that needs this pool says so.
            return partial(self._unpack, b"", said)

    def _unpack(self, text: bytes, said: str) -> LivePool:
        with _understood(said):
            pool = unpacked(text)
            return self._live(pool, whole_seconds(pool["lastModified"]))

    def _live(self, pool: Mapping[str, Any], modified: str) -> LivePool:
        return LivePool(
            row=row_of(pool),
            last_modified=modified,
            current_mode=mode_of(pool),
            form=carried(canonical(pool), self._version),
            properties=pool,
            created=created_of(pool),
        )

    async def write(
        self, pool_id: str, body: Mapping[str, Any], *, etag: str, wanted: Callable[[], None]
    ) -> Written | None:
        path = f"/pools/{pool_id}"
        async with self._transport.look_and_write() as write_turn:
            wanted()
            look = await self._transport.send(
                "GetPool",
                "GET",
                path,
                params={"$select": "id"},
                headers={"If-None-Match": etag},
                about_pool=True,
                turn=_now,
            )
            if look.status_code != httpx.codes.NOT_MODIFIED:
                return None
            response = await self._transport.send(
                "UpdatePoolProperties",
                "POST",
                f"{path}/updateproperties",
                json=body,
                about_pool=True,
                turn=write_turn,
                leaving=wanted,
            )
        # Taken, whatever a proxy has made of the answer: what it lacks, the read that follows tells.
        return Written(
            etag=response.headers.get("ETag", ""),
            last_modified=last_modified_or_now(response),
            request_id=request_id(response),
        )

    async def close(self) -> None:
        await self._transport.close()

    async def _get(self, pool_id: str, select: str) -> httpx.Response:
        path = f"/pools/{pool_id}"
        return await self._transport.send("GetPool", "GET", path, params={"$select": select}, about_pool=True)


async def _now() -> None:
    """The turn of a request whose place is taken already."""


def _one(response: httpx.Response) -> Mapping[str, Any]:
    pool = parsed(response.content)
    if not isinstance(pool, Mapping):
        raise TypeError("no pool")
    # What no request could carry back cannot be compared either.
    packed(pool)
    return pool


def _said(response: httpx.Response) -> str:
    return f"{response.url.host} answered {response.status_code}"


@contextmanager
def _understood(said: str) -> Iterator[None]:
    """Turn whatever an answer of another shape than the API's would raise into a failure that is tried again.

    Of a list, too, it says nothing of the account: single reads may be well.
    """
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise PoolUnavailable(f"{said} in a form that is not the Batch API's") from error
