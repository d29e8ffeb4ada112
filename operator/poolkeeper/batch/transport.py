"""Requests to one account: limits, ids, times, and failures instead of status codes. No retries: the engine's job."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
import httpx
import orjson

from poolkeeper import __version__
from poolkeeper.batch.answer import MEGABYTE, MOST_OF_A_LIST, MOST_OF_A_POOL, TooLarge, read_whole
from poolkeeper.batch.errors import failure_of, failure_without_answer
from poolkeeper.batch.limiter import Limiter
from poolkeeper.domain.failures import PoolUnavailable, ServiceUnavailable
from poolkeeper.metrics import Metrics
from poolkeeper.settings import REQUEST_TIMEOUT

MOST_TIMEOUT = 30.0
"""Seconds that the service may be asked to take at most (parameter `timeout`, Microsoft's page of the call)."""

CONTENT_TYPE = "application/json; odata=minimalmetadata"


class Sent:
    """Whether a request has left, and whom to ask before it does."""

    def __init__(self, leaving: Callable[[], None]) -> None:
        self._leaving = leaving
        self.left = False

    def leave(self) -> None:
        """The bytes leave next; raises what keeps them from it."""
        self._leaving()
        self.left = True


class Transport:
    """One for the account's whole life: a new one per request would cost a TLS handshake each."""

    def __init__(
        self,
        endpoint: str,
        *,
        account: str,
        api_version: str,
        auth: httpx.Auth,
        limiter: Limiter,
        metrics: Metrics,
        wire: httpx.AsyncBaseTransport,
        answer_within: float = REQUEST_TIMEOUT,
        on_close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._home = httpx.URL(endpoint)
        self._account = account
        self._api_version = api_version
        self._auth = auth
        self._limiter = limiter
        self._answer_within = answer_within
        self._metrics = metrics
        self._wire = wire
        # Waiting for a free connection is bounded by the work that goes on, not by time.
        times = httpx.Timeout(connect=5.0, write=10.0, read=answer_within, pool=None)
        self._extensions = {"timeout": times.as_dict()}
        self._timeout = str(int(min(MOST_TIMEOUT, max(1.0, answer_within))))
        self._on_close = on_close

    async def send(
        self,
        operation: str,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        about_pool: bool = False,
        turn: Callable[[], Awaitable[None]] | None = None,
        leaving: Callable[[], None] = lambda: None,
    ) -> httpx.Response:
        """The answer of a request that went well; raises a BatchFailure otherwise.

        `url` is a path, or a link of the service's own to the next page. `turn` waits for the request's place in the
        rate limit, where it is not simply the next. `leaving` is called when the bytes are about to leave, after every
        wait; what it raises keeps them from leaving.
        """
        request = self._request(method, url, params=params, json=json, headers=headers or {})
        await (self._limiter.wait() if turn is None else turn())
        started = time.perf_counter()
        code = "none"
        sent = Sent(leaving)
        try:
            response = await self._answer(request, sent, most=MOST_OF_A_POOL if about_pool else MOST_OF_A_LIST)
            code = str(response.status_code)
        except (httpx.RequestError, aiohttp.ClientError, OSError) as error:
            raise failure_without_answer(error, self._endpoint) from error
        except TooLarge:
            most = (MOST_OF_A_POOL if about_pool else MOST_OF_A_LIST) // MEGABYTE
            raise PoolUnavailable(f"{self._endpoint} answered with more than {most} MiB, which is not read") from None
        finally:
            if sent.left:
                self._metrics.batch_requests.labels(self._account, operation, code).inc()
                self._metrics.batch_seconds.labels(self._account, operation).observe(time.perf_counter() - started)
        if response.headers.get("client-request-id", _id_of(request)) != _id_of(request):
            raise ServiceUnavailable(f"{self._endpoint} gave the answer to another request")
        if not response.is_success and response.status_code != httpx.codes.NOT_MODIFIED:
            raise failure_of(response, sent=json, about_pool=about_pool, api_version=self._api_version)
        return response

    def look_and_write(self) -> AbstractAsyncContextManager[Callable[[], Awaitable[None]]]:
        """Two places in the rate limit, taken together: see `Limiter.pair`."""
        return self._limiter.pair()

    async def close(self) -> None:
        """Close the connections, those to the giver of tokens too."""
        try:
            await self._wire.aclose()
        finally:
            if self._on_close is not None:
                await self._on_close()

    async def _answer(self, request: httpx.Request, sent: Sent, *, most: int) -> httpx.Response:
        """The answer, read whole. httpx's client would do this and much else that is not wanted here.

        It would double the CPU of a request, follow the environment, and could follow redirects, which would carry the
        credential to another host.
        """
        request.headers["ocp-date"] = format_datetime(datetime.now(UTC), usegmt=True)
        flow = self._auth.async_auth_flow(request)
        try:
            request = await anext(flow)
            while True:
                sent.leave()
                response = await self._exchange(request, most=most)
                try:
                    request = await flow.asend(response)
                except StopAsyncIteration:
                    return response
        finally:
            await flow.aclose()

    async def _exchange(self, request: httpx.Request, *, most: int) -> httpx.Response:
        # Of the whole answer: one that trickles, a byte now and then, keeps every single read in time.
        async with asyncio.timeout(self._answer_within):
            response = await self._wire.handle_async_request(request)
            response.request = request
            try:
                return await read_whole(response, most=most)
            finally:
                await response.aclose()

    def _request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None,
        json: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> httpx.Request:
        known = {"client-request-id": str(uuid.uuid4()), "return-client-request-id": "true"}
        known["User-Agent"] = f"poolkeeper/{__version__}"
        content = None
        if json is not None:
            known["Content-Type"] = CONTENT_TYPE
            content = orjson.dumps(json)
        target = self._link(url) if params is None and json is None else self._url(url, params or {})
        return httpx.Request(
            method, target, headers={**known, **headers}, content=content, extensions=dict(self._extensions)
        )

    def _url(self, path: str, params: Mapping[str, str]) -> httpx.URL:
        query = urlencode({**params, "timeout": self._timeout, "api-version": self._api_version})
        return self._home.copy_with(raw_path=f"{path}?{query}".encode())

    def _link(self, url: str) -> httpx.URL:
        """A link of the service's own, with its query already in it."""
        try:
            link = self._home.join(url)
        except (httpx.InvalidURL, TypeError) as error:
            raise ServiceUnavailable(f"{self._endpoint} answered with a link that is none") from error
        if _origin(link) != _origin(self._home):
            raise ServiceUnavailable(f"{self._endpoint} answered with a link to another host, which is not followed")
        return link


def _id_of(request: httpx.Request) -> str:
    found: str = request.headers["client-request-id"]
    return found


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
