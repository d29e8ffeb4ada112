"""Has a Secret changed? Asked with each check, by version: nothing is kept of a value, and none is read."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.engine.memory import Memory
from poolkeeper.engine.ports import Secrets
from poolkeeper.engine.secret_values import versions_of

log = logging.getLogger(__name__)


class Rotation:
    """Remembers which version of each account's credential was seen; `memories` tells that of the pools."""

    def __init__(self, secrets: Secrets, *, memories: Mapping[Key, Memory]) -> None:
        self._secrets = secrets
        self._memories = memories
        self._credentials: dict[Key, dict[Key, str]] = {}

    async def of_pools(self, pools: Iterable[BatchPool]) -> set[Key]:
        """The pools of which a Secret is another than at the last look; each Secret is asked for once."""
        used = {
            pool.key: memory
            for pool in pools
            if (memory := self._memories.get(pool.key)) is not None and memory.secret_names
        }
        versions = await self._versions({name for memory in used.values() for name in memory.secret_names})
        if versions is None:
            return set()
        return {key for key, memory in used.items() if memory.secrets != _seen(memory, versions)}

    async def of_credential(self, account: BatchAccount) -> bool:
        """Whether the Secret that an account signs in with is another than at the last check."""
        versions = await self._versions([] if account.secret is None else [account.secret])
        if not versions:
            # None, unknown, or missing: whoever has to connect anew says so.
            return False
        before = self._credentials.get(account.key)
        self._credentials[account.key] = versions
        return before is not None and before != versions

    def forget(self, account: Key) -> None:
        """An account is gone."""
        self._credentials.pop(account, None)

    async def _versions(self, keys: Iterable[Key]) -> dict[Key, str] | None:
        try:
            return await versions_of(keys, self._secrets)
        except ClusterUnavailable as error:
            log.warning("Secrets could not be checked, the next check will: %s", error)
            return None


def _seen(memory: Memory, versions: Mapping[Key, str]) -> dict[str, str]:
    return {key.name: versions[key] for key in memory.secret_names if key in versions}
