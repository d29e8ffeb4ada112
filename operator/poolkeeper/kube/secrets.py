"""Secrets, read when they are needed and never kept here."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from http import HTTPStatus

from poolkeeper.domain.failures import SecretNotFound
from poolkeeper.domain.resources import Key
from poolkeeper.kube.api import Api, Refused


class Secrets:
    """Reads Secrets by key."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def __call__(self, key: Key) -> Mapping[str, str]:
        """The decoded data. Raises SecretNotFound, or ClusterUnavailable."""
        try:
            body = await self._api.request("GET", f"/api/v1/namespaces/{key.namespace}/secrets/{key.name}")
        except Refused as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND:
                raise SecretNotFound(f"there is no Secret {key.name} in namespace {key.namespace}") from refusal
            raise
        data: Mapping[str, str] = body.get("data") or {}
        return {name: base64.b64decode(value).decode(errors="replace") for name, value in data.items()}
