"""Having pools looked at: what was prefetched of a pool is older than the wish for a look, and goes with each."""

from __future__ import annotations

from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.pools.claims import Claims
from poolkeeper.engine.pools.prefetch import Prefetch
from poolkeeper.engine.queue import KeyedQueue
from poolkeeper.engine.work_items import Item, PoolItem


class Wakeups:
    """The queue as those use it who want a pool looked at."""

    def __init__(self, cache: Cache, queue: KeyedQueue[Item], *, prefetch: Prefetch, claims: Claims) -> None:
        self._cache = cache
        self._queue = queue
        self._prefetch = prefetch
        self._claims = claims

    def look_at(self, key: Key) -> None:
        """Have one pool looked at, again if it is being looked at."""
        self._prefetch.forget(key)
        self._queue.add(PoolItem(key))

    def bring_back(self, item: Item) -> None:
        """Have an item worked on that has waited for its account."""
        if isinstance(item, PoolItem):
            self._prefetch.forget(item.pool)
        self._queue.add(item)

    def nudge(self, key: Key) -> None:
        """Have one pool looked at, unless it is being looked at: if that look was older, the next sweep tells."""
        if self._queue.nudge(PoolItem(key)):
            self._prefetch.forget(key)

    def look_at_members(self, account: Key) -> None:
        """Have every pool of an account looked at."""
        for pool in self._cache.members(account):
            self.look_at(pool.key)

    def look_at_rivals(self, *pools: BatchPool, account: BatchAccount | None = None) -> None:
        """Have those looked at that may take over from these, at the service of `account` if not of their own."""
        rivals = {other.key for pool in pools for other in self._claims.waiting(pool, account)}
        # An item that is added while it is worked on is worked on again: each of them once, and the pools not at all.
        for key in sorted(rivals.difference(pool.key for pool in pools)):
            self.look_at(key)
