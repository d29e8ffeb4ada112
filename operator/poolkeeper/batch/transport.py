"""Requests to one account: limits, ids, times, and failures instead of status codes. No retries: the engine's job."""

from __future__ import annotations

import json as jsonlib
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from poolkeeper.batch.errors import failure_of, failure_without_answer
from poolkeeper.batch.limiter import Limiter
from poolkeeper.domain.failures import ServiceUnavailable
from poolkeeper.metrics import Metrics

CONNECTIONS = 8
"""httpx's pool looks at every connection for every request; past this it costs more than it brings."""

ANSWER_WITHIN = 35.0
"""Seconds; the service itself gives up after 30."""

CONTENT_TYPE = "application/json; odata=minimalmetadata"


class Transport:
    """One httpx client for the account's whole life: a new one per request would cost a TLS handshake each."""

    def __init__(
        self,
        endpoint: str,
        *,
        account: str,
        api_version: str,
        auth: httpx.Auth,
        limiter: Limiter,
        metrics: Metrics,
        answer_within: float = ANSWER_WITHIN,
        trust: ssl.SSLContext | None = None,
        on_close: Callable[[], Awaitable[None]] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._home = _origin(httpx.URL(endpoint))
        self._account = account
        self._api_version = api_version
        self._limiter = limiter
        self._metrics = metrics
        self._on_close = on_close
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=60.0)
        self._client = httpx.AsyncClient(
            base_url=endpoint,
            auth=auth,
            verify=trust or True,
            limits=limits,
            # Waiting for a free connection is bounded by the work that goes on, not by time.
            timeout=httpx.Timeout(connect=5.0, write=10.0, read=answer_within, pool=None),
            # A redirect would carry the credential to whoever it names.
            follow_redirects=False,
            transport=transport,
        )

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
        request = self._request(method, url, params=params, json=json)
        request.headers.update(headers or {})
        await self._limiter.wait()
        started = time.perf_counter()
        code = "none"
        try:
            response = await self._client.send(request)
            code = str(response.status_code)
        except httpx.RequestError as error:
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
            await self._client.aclose()
        finally:
            if self._on_close is not None:
                await self._on_close()

    def _request(
        self, method: str, url: str, *, params: Mapping[str, str] | None, json: Mapping[str, Any] | None
    ) -> httpx.Request:
        headers = {"client-request-id": str(uuid.uuid4()), "return-client-request-id": "true"}
        content = None
        if json is not None:
            headers["Content-Type"] = CONTENT_TYPE
            content = jsonlib.dumps(json, separators=(",", ":")).encode()
        query = None if params is None else {**params, "api-version": self._api_version}
        if json is not None and query is None:
            query = {"api-version": self._api_version}
        try:
            request = self._client.build_request(method, url, params=query, headers=headers, content=content)
        except (httpx.InvalidURL, TypeError) as error:
            raise ServiceUnavailable(f"{self._endpoint} answered with a link that is none") from error
        if _origin(request.url) != self._home:
            raise ServiceUnavailable(f"{self._endpoint} answered with a link to another host, which is not followed")
        return request


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
