"""Requests to the API server: JSON in, JSON out, and ClusterUnavailable for whatever may be tried again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from kubernetes.aio.client import ApiClient

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.kube.access import CONNECTIONS, Access

TIMEOUT = 30.0
"""Seconds for one request."""

MERGE_PATCH = "application/merge-patch+json"


class Refused(ClusterUnavailable):
    """The API server answered with an error status."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """A client that reads its credentials anew when they are no longer taken."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client: ApiClient | None = None
        self._places = asyncio.Semaphore(CONNECTIONS)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Any:
        """The decoded answer. Raises Refused for an error status, ClusterUnavailable without an answer."""
        async with self._places:
            try:
                status, data = await self._send(method, path, query=query, body=body, content_type=content_type)
                if status == HTTPStatus.UNAUTHORIZED:
                    await self.close()
                    status, data = await self._send(method, path, query=query, body=body, content_type=content_type)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise ClusterUnavailable(f"the Kubernetes API does not answer {method} {path}: {error!r}") from error
        if status >= HTTPStatus.BAD_REQUEST:
            raise Refused(f"{method} {path}: {status} {_message(data)}", status=status)
        return json.loads(data)

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()  # type: ignore[no-untyped-call] # the client is typed in part

    async def _send(
        self, method: str, path: str, *, query: Mapping[str, str | int] | None, body: Any, content_type: str
    ) -> tuple[int, bytes]:
        if self._client is None:
            self._client = ApiClient(await self._access.configuration())
        client = self._client
        request = await client.param_serialize(
            method,
            path,
            query_params=list((query or {}).items()),
            header_params={"Accept": "application/json", "Content-Type": content_type},
            body=body,
            auth_settings=["BearerToken"],
        )
        response = await client.call_api(*request, _request_timeout=TIMEOUT)
        return response.status, await response.read()  # type: ignore[no-untyped-call] # the client is typed in part


def _message(data: bytes) -> str:
    try:
        return str(json.loads(data)["message"])
    except (ValueError, KeyError, TypeError):
        return "without a message"
