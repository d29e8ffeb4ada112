"""The Secrets of a pool: read at each look, and kept by nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from poolkeeper.domain.failures import SecretForbidden, SecretNotFound
from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.domain.secret_refs import Secret, references, with_secrets
from poolkeeper.engine.ports import Secrets


@dataclass(frozen=True, slots=True)
class Found:
    """What the Secrets of a pool are now."""

    secrets: Mapping[str, Secret]
    names: tuple[Key, ...]
    """All that the pool refers to."""

    @property
    def versions(self) -> dict[str, str]:
        """Versions by name; a Secret that does not exist has none."""
        return {name: secret.version for name, secret in self.secrets.items()}

    def fill(self, pool: BatchPool) -> dict[str, Any]:
        """The properties with their values; raises SecretNotFound that names all that is missing."""
        if not self.names:
            return pool.properties
        return with_secrets(pool.properties, self.secrets, namespace=pool.key.namespace)


async def secrets_of(pool: BatchPool, port: Secrets) -> Found:
    """Read the Secrets of a pool. Raises InvalidSpec, SecretForbidden, or ClusterUnavailable."""
    keys = sorted({Key(pool.key.namespace, one.secret) for one in references(pool.properties)})
    read = await asyncio.gather(*(_read(port, key) for key in keys))
    return Found({key.name: secret for key, secret in zip(keys, read, strict=True) if secret is not None}, tuple(keys))


async def versions_of(keys: Iterable[Key], port: Secrets) -> dict[Key, str]:
    """The versions of those that exist and may be read; a look says what is wrong with the others."""
    wanted = sorted(set(keys))
    versions = await asyncio.gather(*(_version(port, key) for key in wanted))
    return {key: version for key, version in zip(wanted, versions, strict=True) if version is not None}


async def _read(port: Secrets, key: Key) -> Secret | None:
    try:
        return await port.read(key)
    except SecretForbidden:
        raise
    except SecretNotFound:
        return None


async def _version(port: Secrets, key: Key) -> str | None:
    try:
        return await port.version(key)
    except SecretNotFound:
        return None
