"""The Secrets of a cluster in memory: each change has a new version, and every reading is counted."""

from __future__ import annotations

from collections.abc import Collection

from poolkeeper.domain.failures import PoolkeeperError, SecretNotFound
from poolkeeper.domain.resources import Key
from poolkeeper.domain.secret_refs import Secret
from poolkeeper.domain.secret_text import SecretText


class FakeSecrets:
    """Fulfils the engine's Secrets."""

    def __init__(self) -> None:
        self.kept: dict[Key, Secret] = {}
        self.reads: list[Key] = []
        self.checks: list[Key] = []
        self.trouble: PoolkeeperError | None = None
        self._version = 0

    def put(self, key: Key, **values: str) -> None:
        """Make or change a Secret."""
        self._version += 1
        self.kept[key] = Secret(str(self._version), {name: SecretText(value) for name, value in values.items()})

    async def read(self, key: Key, wanted: Collection[str]) -> Secret:
        self.reads.append(key)
        found = self._find(key)
        return Secret(
            found.version, {name: found.values[name] for name in wanted if name in found.values}, found.binary
        )

    async def version(self, key: Key) -> str:
        self.checks.append(key)
        return self._find(key).version

    def _find(self, key: Key) -> Secret:
        if self.trouble is not None:
            raise self.trouble
        if key not in self.kept:
            raise SecretNotFound(f"there is no Secret {key.name} in namespace {key.namespace}")
        return self.kept[key]
