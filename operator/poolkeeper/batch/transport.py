"""Requests to one account: limits, ids, times, and failures instead of status codes. No retries: the engine's job."""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
import httpx
import orjson

from poolkeeper import __version__
from poolkeeper.batch.errors import failure_of, failure_without_answer
from poolkeeper.batch.limiter import Limiter
from poolkeeper.domain.failures import ServiceUnavailable
from poolkeeper.metrics import Metrics

ANSWER_WITHIN = 35.0
"""Seconds; the service itself gives up after 30."""

CONTENT_TYPE = "application/json; odata=minimalmetadata"


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
        answer_within: float = ANSWER_WITHIN,
        on_close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._home = httpx.URL(endpoint)
        self._account = account
        self._api_version = api_version
        self._auth = auth
        self._limiter = limiter
        self._metrics = metrics
        self._wire = wire
        # Waiting for a free connection is bounded by the work that goes on, not by time.
        times = httpx.Timeout(connect=5.0, write=10.0, read=answer_within, pool=None)
        self._extensions = {"timeout": times.as_dict()}
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
    ) -> httpx.Response:
        """The answer of a request that went well; raises a BatchFailure otherwise.

        `url` is a path, or a link of the service's own to the next page.
        """
        request = self._request(method, url, params=params, json=json, headers=headers or {})
        await self._limiter.wait()
        started = time.perf_counter()
        code = "none"
        try:
            response = await self._answer(request)
            code = str(response.status_code)
        except (httpx.RequestError, aiohttp.ClientError, OSError) as error:
            raise failure_without_answer(error, self._endpoint) from error
        finally:
            self._metrics.batch_requests.labels(self._account, operation, code).inc()
            self._metrics.batch_seconds.labels(self._account, operation).observe(time.perf_counter() - started)
        if not response.is_success and response.status_code != httpx.codes.NOT_MODIFIED:
            raise failure_of(response, sent=json, about_pool=about_pool)
        return response

    async def close(self) -> None:
        """Close the connections, those to the giver of tokens too."""
        try:
            await self._wire.aclose()
        finally:
            if self._on_close is not None:
                await self._on_close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        """The answer, read whole. httpx's client would do this and much else that is not wanted here.

        It would double the CPU of a request, follow the environment, and could follow redirects, which would carry the
        credential to whoever they name.
        """
        flow = self._auth.async_auth_flow(request)
        try:
            request = await anext(flow)
            while True:
                response = await self._wire.handle_async_request(request)
                response.request = request
                try:
                    await response.aread()
                finally:
                    await response.aclose()
                try:
                    request = await flow.asend(response)
                except StopAsyncIteration:
                    return response
        finally:
            await flow.aclose()

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
        query = urlencode({**params, "api-version": self._api_version})
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


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
