"""One Batch account, as the engine asks for it: rows, a pool, a write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import httpx
import orjson

from poolkeeper.batch.transport import Transport
from poolkeeper.domain.canonical import canonical
from poolkeeper.domain.failures import BatchFailure, PoolUnavailable, ServiceUnavailable
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.packing import packed, unpacked
from poolkeeper.domain.retired import MODE
from poolkeeper.domain.versions import PROPERTIES_OF, carried
from poolkeeper.engine.ports import Listing, Page

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
        self._whole = ",".join((_ROW, *modes, *names))

    async def probe(self) -> None:
        await self._transport.send("ListPools", "GET", "/pools", params={"$select": "id", "maxresults": "1"})

    async def rows(self) -> Listing:
        rows: dict[str, PoolRow] = {}
        pages = 0
        url: str | None = "/pools"
        params: Mapping[str, str] | None = {"$select": _ROW}
        while url is not None:
            response = await self._transport.send("ListPools", "GET", url, params=params)
            pages += 1
            if pages > _MOST_PAGES:
                raise ServiceUnavailable(f"{response.url.host} answers with a list that does not end")
            with _understood(_said(response), ServiceUnavailable):
                page = orjson.loads(response.content)
                rows |= {pool["id"].casefold(): _row(pool) for pool in page.get("value", ())}
                # Absolute, with its query already in it.
                url, params = page.get("odata.nextLink"), None
        return Listing(rows, pages)

    async def row(self, pool_id: str) -> PoolRow:
        response = await self._get(pool_id, _ROW)
        with _understood(_said(response)):
            return _row(orjson.loads(response.content))

    async def read(self, pool_id: str) -> LivePool:
        response = await self._get(pool_id, self._whole)
        with _understood(_said(response)):
            return self._live(orjson.loads(response.content), _rfc3339(response))

    async def page(self, link: str | None = None) -> Page:
        params = {"$select": f"{self._whole},lastModified", "maxresults": _PAGE} if link is None else None
        response = await self._transport.send("ListPools", "GET", link or "/pools", params=params)
        said = _said(response)
        with _understood(said, ServiceUnavailable):
            page = orjson.loads(response.content)
            pools = {pool["id"].casefold(): partial(self._unpack, packed(pool), said) for pool in page.get("value", ())}
            return Page(pools, page.get("odata.nextLink"))

    def _unpack(self, text: bytes, said: str) -> LivePool:
        with _understood(said):
            pool = unpacked(text)
            whole_seconds, _, _ = pool["lastModified"].removesuffix("Z").partition(".")
            return self._live(pool, f"{whole_seconds}Z")

    def _live(self, pool: Mapping[str, Any], last_modified: str) -> LivePool:
        return LivePool(
            row=_row(pool),
            last_modified=last_modified,
            current_mode=pool.get("currentNodeCommunicationMode"),
            form=carried(canonical(pool), self._version),
            properties=pool,
        )

    async def unchanged(self, pool_id: str, etag: str) -> bool:
        path, headers = f"/pools/{pool_id}", {"If-None-Match": etag}
        response = await self._transport.send(
            "GetPool", "GET", path, params={"$select": "id"}, headers=headers, about_pool=True
        )
        return response.status_code == httpx.codes.NOT_MODIFIED

    async def write(self, pool_id: str, body: Mapping[str, Any]) -> Written:
        response = await self._transport.send(
            "UpdatePoolProperties", "POST", f"/pools/{pool_id}/updateproperties", json=body, about_pool=True
        )
        with _understood(_said(response)):
            return Written(
                etag=response.headers["ETag"],
                last_modified=_rfc3339(response),
                request_id=response.headers.get("request-id", ""),
            )

    async def close(self) -> None:
        await self._transport.close()

    async def _get(self, pool_id: str, select: str) -> httpx.Response:
        path = f"/pools/{pool_id}"
        return await self._transport.send("GetPool", "GET", path, params={"$select": select}, about_pool=True)


def _row(pool: Mapping[str, Any]) -> PoolRow:
    return PoolRow(pool["eTag"], pool.get("state", "active"), pool.get("allocationState", ""))


def _said(response: httpx.Response) -> str:
    return f"{response.url.host} answered {response.status_code}"


@contextmanager
def _understood(said: str, kind: type[BatchFailure] = PoolUnavailable) -> Iterator[None]:
    """Turn whatever an answer of another shape than the API's would raise into a failure that is tried again.

    Whether a write was applied that was answered so, the next read tells.
    """
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise kind(f"{said} in a form that is not the Batch API's") from error


def _rfc3339(response: httpx.Response) -> str:
    # Of the header, which reads and writes share; the body of a read has fractions of a second too.
    modified = parsedate_to_datetime(response.headers["Last-Modified"])
    return modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
