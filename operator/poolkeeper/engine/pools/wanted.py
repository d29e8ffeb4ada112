"""The last question before a write leaves: is it still wanted?

Between a decision and its request stand Secrets, the rate limit, and a slow service. Meanwhile somebody may have
suspended the resource, changed or deleted it or its account, or taken over the pool. What was planned for the state
before is not sent; it is planned again.
"""

from __future__ import annotations

from poolkeeper.domain.failures import Conflict, PoolkeeperError
from poolkeeper.domain.resources import BatchAccount, BatchPool
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.pools.claims import Claims


class Superseded(PoolkeeperError):
    """Something newer is known than what was acted on; nothing was sent, and it is looked at again."""


class Wanted:
    """Looks at the newest state that is known, without waiting for anything."""

    def __init__(self, cache: Cache, claims: Claims) -> None:
        self._cache = cache
        self._claims = claims

    def check(self, pool: BatchPool, account: BatchAccount) -> None:
        """Raise Superseded unless resource and account are still those that were acted on, and the pool still its."""
        now = self._cache.pool(pool.key)
        if now is None or now.wants != pool.wants:
            raise Superseded(f"BatchPool {pool.key} has changed")
        served_by = self._cache.account(pool.account)
        if served_by is None or not served_by.same_service(account):
            raise Superseded(f"BatchAccount {pool.account} has changed")
        try:
            self._claims.check(now)
        except Conflict as conflict:
            raise Superseded(f"BatchPool {pool.key} does not have its pool any more") from conflict
