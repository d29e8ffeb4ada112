"""Secrets, read when they are needed and never kept here."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from poolkeeper.domain.failures import ClusterUnavailable, SecretForbidden, SecretNotFound
from poolkeeper.domain.resources import Key
from poolkeeper.domain.secret_refs import Secret
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.kube.client import Api, ApiError

_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
"""The answer then holds no values, which a check has no business with."""


PLACES = 4
"""Secrets that are read at once: they may be a megabyte each, and statuses need the other connections."""


class Secrets:
    """Fulfils the engine's Secrets port."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._places = asyncio.Semaphore(PLACES)

    async def read(self, key: Key, wanted: Collection[str]) -> Secret:
        async with self._places:
            body = await self._get(key, accept="application/json")
            values, binary = {}, set()
            data = body.get("data") or {}
            for name in wanted:
                if name not in data:
                    continue
                try:
                    values[name] = SecretText(base64.b64decode(data[name] or "").decode())
                except (ValueError, TypeError):
                    # UnicodeDecodeError is a ValueError, and so is what base64 says of what it cannot read.
                    binary.add(name)
            return Secret(_version_of(body, key), values, frozenset(binary))

    async def version(self, key: Key) -> str:
        async with self._places:
            return _version_of(await self._get(key, accept=_METADATA), key)

    async def _get(self, key: Key, *, accept: str) -> Any:
        try:
            return await self._api.request(
                "GET", f"/api/v1/namespaces/{key.namespace}/secrets/{key.name}", accept=accept
            )
        except ApiError as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND:
                raise SecretNotFound(f"there is no Secret {key.name} in namespace {key.namespace}") from refusal
            if refusal.status == HTTPStatus.FORBIDDEN:
                raise SecretForbidden(f"Secret {key} may not be read") from refusal
            raise


def _version_of(body: Any, key: Key) -> str:
    match body:
        case {"metadata": {"resourceVersion": str(version)}}:
            return version
        case _:
            raise ClusterUnavailable(f"the Kubernetes API answers with something else than Secret {key}")
