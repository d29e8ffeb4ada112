"""The Secrets of a pool: read at each look, and kept by nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from poolkeeper.domain.failures import InvalidSpec, SecretForbidden, SecretNotFound
from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.domain.secret_refs import Secret, references, with_secrets
from poolkeeper.engine.ports import Secrets

MOST_SECRETS = 32
"""Secrets of one pool: each is asked for with each check."""


@dataclass(frozen=True, slots=True)
class PoolSecrets:
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


async def secrets_of(pool: BatchPool, port: Secrets) -> PoolSecrets:
    """Read the Secrets of a pool. Raises InvalidSpec, SecretForbidden, or ClusterUnavailable."""
    if not pool.may_name_secrets:
        return PoolSecrets({}, ())
    wanted: dict[Key, set[str]] = {}
    for one in references(pool.properties):
        wanted.setdefault(Key(pool.key.namespace, one.secret), set()).add(one.key)
    keys = sorted(wanted)
    if len(keys) > MOST_SECRETS:
        raise InvalidSpec(
            "spec.properties",
            f"takes values from {len(keys)} Secrets, and {MOST_SECRETS} are the most: "
            "a Secret has many keys, put the values into fewer",
        )
    read = await asyncio.gather(*(_read(port, key, wanted[key]) for key in keys))
    return PoolSecrets(
        {key.name: secret for key, secret in zip(keys, read, strict=True) if secret is not None}, tuple(keys)
    )


async def versions_of(keys: Iterable[Key], port: Secrets) -> dict[Key, str]:
    """The versions of those that exist and may be read; a look says what is wrong with the others."""
    wanted = sorted(set(keys))
    versions = await asyncio.gather(*(_version(port, key) for key in wanted))
    return {key: version for key, version in zip(wanted, versions, strict=True) if version is not None}


async def _read(port: Secrets, key: Key, wanted: Collection[str]) -> Secret | None:
    try:
        return await port.read(key, wanted)
    except SecretForbidden:
        raise
    except SecretNotFound:
        return None


async def _version(port: Secrets, key: Key) -> str | None:
    try:
        return await port.version(key)
    except SecretNotFound:
        return None
