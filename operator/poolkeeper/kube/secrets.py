"""Secrets, read when they are needed and never kept here."""

from __future__ import annotations

import base64
from http import HTTPStatus
from typing import Any

from poolkeeper.domain.failures import SecretForbidden, SecretNotFound
from poolkeeper.domain.redaction import SecretText
from poolkeeper.domain.resources import Key
from poolkeeper.domain.secret_refs import Secret
from poolkeeper.kube.api import Api, Refused

_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
"""The answer then holds no values, which a check has no business with."""


class Secrets:
    """Fulfils the engine's Secrets port."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def read(self, key: Key) -> Secret:
        body = await self._get(key, accept="application/json")
        values, binary = {}, set()
        for name, encoded in (body.get("data") or {}).items():
            try:
                values[name] = SecretText(base64.b64decode(encoded).decode())
            except UnicodeDecodeError:
                binary.add(name)
        return Secret(body["metadata"]["resourceVersion"], values, frozenset(binary))

    async def version(self, key: Key) -> str:
        body = await self._get(key, accept=_METADATA)
        return str(body["metadata"]["resourceVersion"])

    async def _get(self, key: Key, *, accept: str) -> Any:
        try:
            return await self._api.request(
                "GET", f"/api/v1/namespaces/{key.namespace}/secrets/{key.name}", accept=accept
            )
        except Refused as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND:
                raise SecretNotFound(f"there is no Secret {key.name} in namespace {key.namespace}") from refusal
            if refusal.status == HTTPStatus.FORBIDDEN:
                raise SecretForbidden(f"Secret {key} may not be read") from refusal
            raise
