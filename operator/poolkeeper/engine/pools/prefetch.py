"""Prefetching: one list with everything, where many pools of an account wait to be read.

At a start, after an outage, or when a push to Git changes hundreds of manifests, one list request brings a hundred
pools. Each prefetched pool is used at most once, and only by a look that was queued before the list was requested.
Queueing the pool again discards its entry, so no look sees a state older than its trigger. No write is decided by it
alone: the last look confirms the ETag.

Nothing depends on it: after a list that fails, pools are read one by one for a while. It is bounded: one page at a time
is under way for all accounts together, and pools that nobody waits for are dropped as they come.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable

from poolkeeper.domain.failures import Failure
from poolkeeper.domain.observation import LivePool
from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.engine.accounts.breaker import AccountUnavailable
from poolkeeper.engine.accounts.client import AccountClient
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.ports import LazyPool
from poolkeeper.engine.work_items import Item, PoolItem

ALONE = 600.0
"""Seconds for which the pools of an account are read alone, after a list of them has failed."""

MANY = 24
"""Pools that wait or are looked at, from which on a list is asked for."""

_SHARE = 4
"""A list may take a page for so many of them: in a large account with few pools of ours it is given up early."""


class Prefetch:
    """`members(account)` are what waits in the account's lane of the queue, or is worked on; `load` is their number."""

    def __init__(self, cache: Cache, *, load: Callable[[Key], int], members: Callable[[Key], Iterable[Item]]) -> None:
        self._cache = cache
        self._load = load
        self._members = members
        self._brought: dict[Key, LazyPool | None] = {}
        """None for what was waited for and did not come: it is read alone, which also tells why."""
        self._wanted: dict[Key, set[Key]] = {}
        """By account, while its list is under way."""
        self._turns: defaultdict[Key, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._page = asyncio.Lock()
        self._alone_until: dict[Key, float] = {}

    async def read(self, pool: BatchPool, client: AccountClient) -> LivePool:
        """One pool; raises what `Batch.read` raises."""
        if pool.key not in self._brought and self._may_list(pool.account):
            async with self._turns[pool.account]:
                # Somebody else's list may have brought it meanwhile, or failed.
                if pool.key not in self._brought and self._may_list(pool.account):
                    await self._try_to_list(pool.account, client)
        unread = self._brought.pop(pool.key, None)
        return await client.read(pool.pool_id) if unread is None else unread()

    def forget(self, key: Key) -> None:
        """What is there of a pool is too old for the next look at it."""
        self._brought.pop(key, None)
        for wanted in self._wanted.values():
            wanted.discard(key)

    def forget_account(self, account: Key) -> None:
        """An account is gone."""
        self._turns.pop(account, None)
        self._alone_until.pop(account, None)

    def _may_list(self, account: Key) -> bool:
        now = asyncio.get_running_loop().time()
        return self._load(account) >= MANY and now >= self._alone_until.get(account, 0.0)

    async def _try_to_list(self, account: Key, client: AccountClient) -> None:
        try:
            await self._list(account, client)
        except (Failure, AccountUnavailable):
            # Of the account, the read that follows says more.
            self._alone_until[account] = asyncio.get_running_loop().time() + ALONE

    async def _list(self, account: Key, client: AccountClient) -> None:
        wanted = {item.pool for item in self._members(account) if isinstance(item, PoolItem)}
        self._wanted[account] = wanted
        most_pages = max(1, len(wanted) // _SHARE)
        ids = {pool.pool_id.casefold() for key in wanted if (pool := self._cache.pool(key)) is not None}
        found: dict[str, LazyPool] = {}
        link: str | None = None
        try:
            while True:
                async with self._page:
                    page = await client.page(link)
                    found |= {pool_id: page.pools[pool_id] for pool_id in ids.intersection(page.pools)}
                    link = page.link
                    del page
                most_pages -= 1
                if link is None or not most_pages:
                    break
        finally:
            del self._wanted[account]
        for key in wanted:
            known = self._cache.pool(key)
            if known is not None:
                self._brought[key] = found.get(known.pool_id.casefold())
