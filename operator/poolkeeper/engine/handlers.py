"""What happens to resources, and what is worked on because of it."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable

from poolkeeper.domain.azure.endpoints import same_service
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.engine.accounts.connections import Accounts
from poolkeeper.engine.accounts.reporter import AccountReporter
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.health import AccountHealth
from poolkeeper.engine.pools.claims import Claims
from poolkeeper.engine.pools.prefetch import Prefetch
from poolkeeper.engine.pools.state import PoolState
from poolkeeper.engine.pools.sweep import Sweeper
from poolkeeper.engine.queue import KeyedQueue
from poolkeeper.engine.wakeups import Wakeups
from poolkeeper.engine.work_items import AccountItem, Item, PoolItem, SweepItem

log = logging.getLogger(__name__)

_GATHERING = 0.2
"""Seconds by which an account's report waits for more pools to come, so that many make one report."""

_REPAIR = 2.0
"""Seconds after which a status that somebody else wrote is put right: for as long, it may be an answer that is late."""


class Handlers:
    """Takes in what watches, lists and answered patches tell; older news than is known changes nothing."""

    def __init__(
        self,
        cache: Cache,
        queue: KeyedQueue[Item],
        *,
        wakeups: Wakeups,
        health: AccountHealth,
        accounts: Accounts,
        claims: Claims,
        prefetch: Prefetch,
        sweeper: Sweeper,
        reporter: AccountReporter,
        states: dict[Key, PoolState],
        gone: Callable[[Item], None],
    ) -> None:
        self._cache = cache
        self._queue = queue
        self._wakeups = wakeups
        self._health = health
        self._accounts = accounts
        self._claims = claims
        self._prefetch = prefetch
        self._sweeper = sweeper
        self._reporter = reporter
        self._states = states
        self._gone = gone

    def pool_changed(self, pool: BatchPool) -> None:
        """A pool is new or has changed: a new spec is a reason for a look, and so is a status that nobody meant."""
        before = self._cache.pool(pool.key)
        if not self._cache.put_pool(pool):
            return
        if before is not None and before.uid != pool.uid:
            self._states.pop(pool.key, None)
            self._claims.forget(pool.key)
        if before is not None and before.asks == pool.asks:
            self._mind_status(pool)
            return
        self._wakeups.look_at(pool.key)
        if before is not None and before.place != pool.place:
            self._wakeups.look_at_rivals(before)
        accounts = {pool.account} if before is None else {pool.account, before.account}
        for key in accounts:
            self._queue.add_after(AccountItem(key), _GATHERING)
        account = self._cache.account(pool.account)
        if account is not None:
            interval = self._sweeper.interval_of(pool, account)
            self._queue.add_after(SweepItem(account.key, interval), interval * random.random())  # noqa: S311 - spread

    def pool_deleted(self, key: Key, uid: str | None = None) -> None:
        """A pool is deleted: the engine forgets it and sends nothing. One of the same name and another uid stays."""
        pool = self._cache.drop_pool(key, uid)
        if pool is None:
            return
        self._claims.forget(key)
        self._wakeups.look_at_rivals(pool)
        self._prefetch.forget(key)
        self._states.pop(key, None)
        self._gone(PoolItem(key))
        self._queue.forget(PoolItem(key))
        self._queue.add_after(AccountItem(pool.account), _GATHERING)

    def account_changed(self, account: BatchAccount) -> None:
        """An account is new or has changed. A new spec is tried at once, by all pools that refer to it."""
        before = self._cache.account(account.key)
        if not self._cache.put_account(account):
            return
        if before is not None and before.same_service(account):
            if not self._reporter.is_meant(account):
                self._queue.add_after(AccountItem(account.key), _REPAIR)
            return
        for item in self._sweeper.groups(account):
            self._queue.add(item)
        members = list(self._cache.members(account.key))
        for pool in members:
            if pool.key in self._states:
                # What one service refused, another may take.
                self._states[pool.key].forgive()
        self._health.wake(account.key)
        if before is not None and not same_service(before.endpoint, account.endpoint):
            self._wakeups.look_at_rivals(*members, account=before)

    def account_deleted(self, key: Key, uid: str | None = None) -> None:
        """An account is deleted: its pools say so. One of the same name and another uid stays."""
        account = self._cache.drop_account(key, uid)
        if account is not None:
            self._accounts.drop(key)
            self._health.wake(key)
            self._wakeups.look_at_rivals(*self._cache.members(key), account=account)

    def listed(
        self, accounts: Iterable[BatchAccount], pools: Iterable[BatchPool], *, as_of: int, newest_before: int = 0
    ) -> None:
        """All resources as of a resource version. This repairs what watches may lose, deletions above all.

        `newest_before` is the newest version that was known when the list was asked for. A list is a consistent read;
        one that is older shows that etcd was restored from a backup, and that versions begin anew.
        """
        accounts, pools = list(accounts), list(pools)
        if as_of < newest_before:
            log.warning(
                "the cluster was restored from a backup (version %d after %d): beginning anew", as_of, newest_before
            )
            self._cache.begin_anew()
        for account_key in self._cache.lost_accounts({account.key for account in accounts}, as_of=as_of):
            self.account_deleted(account_key)
        for pool_key in self._cache.lost_pools({pool.key for pool in pools}, as_of=as_of):
            self.pool_deleted(pool_key)
        for account in accounts:
            self.account_changed(account)
        for pool in pools:
            self.pool_changed(pool)
        self._cache.forget_deletions()

    def _mind_status(self, pool: BatchPool) -> None:
        state = self._states.get(pool.key)
        if state is not None and not state.is_meant(pool):
            self._queue.add_after(PoolItem(pool.key), _REPAIR)
