"""Has a Secret changed? Each check asks by version: no value is read, and nothing of one is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from poolkeeper.domain.failures import ClusterUnavailable, SecretNotFound
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.engine.pools.secret_budget import Budget
from poolkeeper.engine.pools.secrets import versions_of
from poolkeeper.engine.pools.state import PoolState
from poolkeeper.engine.ports import Secrets

log = logging.getLogger(__name__)

_GONE = ""
"""The version of a Secret that is not there, or may not be read."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a check has found of an account's Secret."""

    changed: bool = False
    revoked: SecretNotFound | None = None
    """It was there, and is there no more, or may not be read any more."""


class Rotation:
    """Remembers which version of each account's credential was seen; `states` tells that of the pools.

    The checks of one namespace have a budget. Beyond it a pool is checked later: a tenant with many resources
    that name many Secrets waits for their own, and nobody else does.
    """

    def __init__(self, secrets: Secrets, *, states: Mapping[Key, PoolState], monotonic: Callable[[], float]) -> None:
        self._secrets = secrets
        self._states = states
        self._credentials: dict[Key, str] = {}
        self._budget = Budget(monotonic=monotonic)

    async def of_pools(self, pools: Iterable[BatchPool]) -> set[Key]:
        """The pools that have a changed Secret since the last look; each Secret is asked for once."""
        used = {
            pool.key: state
            for pool in pools
            if (state := self._states.get(pool.key)) is not None and state.secret_names
        }
        names = {name for state in used.values() for name in state.secret_names}
        asked = {name for name in sorted(names) if self._budget.takes(name.namespace)}
        try:
            versions = await versions_of(asked, self._secrets)
        except ClusterUnavailable as error:
            log.warning("Secrets could not be checked, the next check will: %s", error)
            return set()
        return {
            key
            for key, state in used.items()
            if asked.issuperset(state.secret_names) and state.secrets != _seen(state, versions)
        }

    async def of_credential(self, account: BatchAccount) -> Credential:
        """What has become of the Secret that an account signs in with since the last check."""
        if account.secret is None:
            return Credential()
        gone: SecretNotFound | None = None
        try:
            version = await self._secrets.version(account.secret)
        except SecretNotFound as failure:
            version, gone = _GONE, failure
        except ClusterUnavailable as error:
            log.warning("Secret %s could not be checked, the next check will: %s", account.secret, error)
            return Credential()
        before = self._credentials.get(account.key)
        if gone is None:
            self._credentials[account.key] = version
            return Credential(changed=before not in {None, version})
        # One that was never seen is told by the connection. One that was deleted is revoked.
        return Credential() if before is None else Credential(revoked=gone)

    def forget(self, account: Key) -> None:
        """An account is gone."""
        self._credentials.pop(account, None)


def _seen(state: PoolState, versions: Mapping[Key, str]) -> dict[str, str]:
    return {key.name: versions[key] for key in state.secret_names if key in versions}
