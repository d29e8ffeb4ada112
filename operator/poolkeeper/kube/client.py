"""Requests to the API server: JSON in, JSON out, and ClusterUnavailable for whatever may be tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson
from kubernetes.aio.client import ApiClient

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.kube.kubeconfig import CONNECTIONS, Kubeconfig
from poolkeeper.renewable import Renewable

TIMEOUT = 30.0
"""Seconds for one request."""

JSON_PATCH = "application/json-patch+json"


class ApiError(ClusterUnavailable):
    """The API server answered with an error status."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """A client that reads its credentials anew when they are no longer taken."""

    def __init__(self, access: Kubeconfig) -> None:
        self._access = access
        self._connection: Renewable[ApiClient] = Renewable(self._sign_in, close=_close)
        self._places = asyncio.Semaphore(CONNECTIONS)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Any:
        """The decoded answer. Raises ApiError for an error status, ClusterUnavailable without an answer."""
        headers = {"Accept": accept, "Content-Type": content_type}
        async with self._places, self._connection.request():
            try:
                client = await self._connection.get()
                status, data = await _send(client, method, path, query=query, body=body, headers=headers)
                if status == HTTPStatus.UNAUTHORIZED:
                    client = await self._connection.get(instead_of=client)
                    status, data = await _send(client, method, path, query=query, body=body, headers=headers)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise ClusterUnavailable(f"the Kubernetes API does not answer {method} {path}: {error!r}") from error
        if status >= HTTPStatus.BAD_REQUEST:
            raise ApiError(f"{method} {path}: {status} {_message(data)}", status=status)
        try:
            answer = orjson.loads(data)
        except ValueError as error:
            raise ClusterUnavailable(f"{method} {path} was answered with {status}, and with no JSON") from error
        if not isinstance(answer, dict):
            # What answers so is no API server: a load balancer, a portal.
            raise ClusterUnavailable(f"{method} {path} was answered with {status}, and with no object")
        return answer

    async def close(self) -> None:
        """Close the connections, once nothing is under way on them."""
        await self._connection.renew()

    async def _sign_in(self) -> ApiClient:
        return ApiClient(await self._access.configuration())


async def _close(client: ApiClient) -> None:
    await client.close()  # type: ignore[no-untyped-call] # the client is typed in part


async def _send(
    client: ApiClient,
    method: str,
    path: str,
    *,
    query: Mapping[str, str | int] | None,
    body: Any,
    headers: Mapping[str, str],
) -> tuple[int, bytes]:
    request = await client.param_serialize(
        method,
        path,
        query_params=list((query or {}).items()),
        header_params=headers,
        body=body,
        auth_settings=["BearerToken"],
    )
    response = await client.call_api(*request, _request_timeout=TIMEOUT)
    return response.status, await response.read()  # type: ignore[no-untyped-call] # the client is typed in part


def _message(data: bytes) -> str:
    try:
        return str(orjson.loads(data)["message"])
    except (ValueError, KeyError, TypeError):
        return "without a message"
