"""The queue and what stands behind it: events go in; looks, sweeps and reports come out."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Hashable, Iterable

from poolkeeper.domain.failures import Failure, Flapping, Throttled
from poolkeeper.domain.flaps import Limit
from poolkeeper.domain.reasons import Reason, Retry
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.domain.status import ready_state
from poolkeeper.engine.account_reporter import AccountReporter
from poolkeeper.engine.accounts import Accounts
from poolkeeper.engine.ahead import ReadAhead
from poolkeeper.engine.catalog import Catalog
from poolkeeper.engine.gate import AccountClosed, Gate
from poolkeeper.engine.items import AccountItem, Item, PoolItem, SweepItem
from poolkeeper.engine.memory import Memory
from poolkeeper.engine.ports import Clock, Cluster, Connector, Secrets
from poolkeeper.engine.queue import Backoff, KeyedQueue
from poolkeeper.engine.reconciler import Reconciler
from poolkeeper.engine.sweep import Sweeper, interval_of
from poolkeeper.engine.telemetry import Telemetry
from poolkeeper.metrics import Metrics

_GATHERING = 0.2
"""Seconds by which an account's report waits for more pools to come, so that many make one report."""


class Engine:
    """Keeps every pool that it is told of."""

    def __init__(
        self,
        *,
        connect: Connector,
        cluster: Cluster,
        secrets: Secrets,
        clock: Clock,
        metrics: Metrics,
        slow_retry: float = 60.0,
        flap_limit: Limit | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self.catalog = Catalog()
        self._clock = clock
        self._metrics = metrics
        self._slow = slow_retry
        self._memories: dict[Key, Memory] = {}
        self._waiting: dict[Key, set[Key]] = {}
        self._told: dict[Key, Reason] = {}
        telemetry = Telemetry(metrics)
        self._accounts = Accounts(self.catalog, connect=connect, make_gate=self._make_gate, changed=self._gate_changed)
        self._queue: KeyedQueue[Item] = KeyedQueue(self._work, lane=self._lane, backoff=backoff)
        self._ahead = ReadAhead(self.catalog, load=self._queue.load, members=self._queue.members)
        self._reconciler = Reconciler(
            self.catalog,
            self._accounts,
            cluster,
            ahead=self._ahead,
            secrets=secrets,
            clock=clock,
            telemetry=telemetry,
            memories=self._memories,
            seen=self.pool_seen,
            flap_limit=flap_limit,
        )
        self._sweeper = Sweeper(
            self.catalog,
            self._accounts,
            secrets=secrets,
            memories=self._memories,
            look_at=self._nudge,
            monotonic=clock.monotonic,
        )
        self._reporter = AccountReporter(
            self.catalog, self._accounts, cluster, clock=clock, telemetry=telemetry, seen=self.account_seen
        )
        metrics.watch_pools(lambda: ((str(pool.account), *ready_state(pool.status)) for pool in self.catalog.pools()))
        metrics.watch_retired(lambda: (name for pool in self.catalog.pools() for name in pool.retired))
        metrics.watch_checks(self._sweeper.ages)
        metrics.queue_depth.set_function(lambda: self._queue.depth)

    # What happens

    def pool_seen(self, pool: BatchPool) -> None:
        """A pool is there, new or changed; only a new spec is a reason to look at it."""
        before = self.catalog.pool(pool.key)
        if not self.catalog.put_pool(pool):
            return
        if before is not None and before.uid != pool.uid:
            self._memories.pop(pool.key, None)
        if before is not None and before.asks == pool.asks:
            return
        self._look_at(pool.key)
        if before is None or (before.account, before.uid) != (pool.account, pool.uid):
            self._look_at_rivals(pool if before is None else before, pool)
        accounts = {pool.account} if before is None else {pool.account, before.account}
        for key in accounts:
            self._queue.add_after(AccountItem(key), _GATHERING)
        account = self.catalog.account(pool.account)
        if account is not None:
            interval = interval_of(pool, account)
            self._queue.add_after(SweepItem(account.key, interval), interval * random.random())  # noqa: S311 - spread

    def pool_gone(self, key: Key, uid: str | None = None) -> None:
        """A pool is deleted: it is let go of, and nothing is sent anywhere. A namesake of another uid stays."""
        pool = self.catalog.drop_pool(key, uid)
        if pool is None:
            return
        self._look_at_rivals(pool)
        self._ahead.forget(key)
        self._memories.pop(key, None)
        self._queue.forget(PoolItem(key))
        self._queue.add_after(AccountItem(pool.account), _GATHERING)

    def account_seen(self, account: BatchAccount) -> None:
        """An account is there, new or changed; a new spec is tried at once, by all who refer to it."""
        before = self.catalog.account(account.key)
        if not self.catalog.put_account(account) or (before is not None and before.same_service(account)):
            return
        for item in self._sweeper.groups(account):
            self._queue.add(item)
        if before is not None:
            # What one service refused, another may take.
            for pool in self.catalog.members(account.key):
                if pool.key in self._memories:
                    self._memories[pool.key].forgive()
        self._wake(account.key, rivals=True)

    def account_gone(self, key: Key, uid: str | None = None) -> None:
        """An account is deleted: its pools say so. A namesake of another uid stays."""
        if self.catalog.drop_account(key, uid) is not None:
            self._accounts.drop(key)
            self._wake(key, rivals=True)

    def listed(self, accounts: Iterable[BatchAccount], pools: Iterable[BatchPool], *, as_of: int) -> None:
        """The whole truth as of a resource version: heals what watches may lose, deletions above all."""
        accounts, pools = list(accounts), list(pools)
        for account_key in self.catalog.lost_accounts({account.key for account in accounts}, as_of=as_of):
            self.account_gone(account_key)
        for pool_key in self.catalog.lost_pools({pool.key for pool in pools}, as_of=as_of):
            self.pool_gone(pool_key)
        for account in accounts:
            self.account_seen(account)
        for pool in pools:
            self.pool_seen(pool)
        self.catalog.forget_deletions()

    # Life

    def start(self) -> None:
        """Begin to work. Before the first list, a pool would be told that its account does not exist."""
        self._queue.start()

    async def stop(self, *, grace: float) -> None:
        """Finish what is under way within `grace` seconds, and let go of connections."""
        await self._queue.stop(grace=grace)
        await self._accounts.close()

    # Work

    async def _work(self, item: Item) -> None:
        match item:
            case PoolItem(key):
                with self._metrics.reconcile_seconds.time():
                    trouble = await self._reconciler.reconcile(key)
                self._come_back(item, trouble)
            case SweepItem():
                delay = await self._sweeper.sweep(item)
                self._queue.forget(item)
                if delay is not None and delay < math.inf:
                    self._queue.add_after(item, delay)
            case AccountItem(key):
                await self._reporter.report(key)
                self._queue.forget(item)

    def _come_back(self, item: PoolItem, trouble: Failure | AccountClosed | None) -> None:
        pool = self.catalog.pool(item.pool)
        if pool is None or not isinstance(trouble, AccountClosed):
            self._come_back_for(item, trouble if isinstance(trouble, Failure) else None)
            return
        gate = self._accounts.gate(pool.account)
        if gate is None or gate.failure is None:
            self._queue.add(item)
        else:
            self._waiting.setdefault(pool.account, set()).add(item.pool)

    def _come_back_for(self, item: PoolItem, failure: Failure | None) -> None:
        match None if failure is None else failure.retry:
            case Retry.SLOWLY:
                self._queue.add_after(item, self._slow)
            case Retry.BACKOFF:
                self._queue.retry(item)
            case Retry.PAUSE if isinstance(failure, Flapping):
                self._queue.add_after(item, failure.pause)
            case _:
                self._queue.forget(item)

    def _lane(self, item: Item) -> Hashable:
        match item:
            case PoolItem(key):
                pool = self.catalog.pool(key)
                return None if pool is None else pool.account
            case SweepItem(account) | AccountItem(account):
                # Not behind two thousand pools: sweeps keep their interval.
                return "account", account

    def _look_at(self, key: Key) -> None:
        self._ahead.forget(key)
        self._queue.add(PoolItem(key))

    def _nudge(self, key: Key) -> None:
        # A look that is under way is no older than the sweep; if it was, the next sweep tells.
        if self._queue.nudge(PoolItem(key)):
            self._ahead.forget(key)

    def _look_at_rivals(self, *pools: BatchPool) -> None:
        rivals = {other.key for pool in pools for other in self.catalog.namesakes(pool.pool_id)}
        # An item that is added while it is worked on is worked on again: each of them once, and the pools not at all.
        for key in sorted(rivals.difference(pool.key for pool in pools)):
            self._look_at(key)

    def _wake(self, account: Key, *, rivals: bool = False) -> None:
        self._waiting.pop(account, None)
        self._told.pop(account, None)
        members = list(self.catalog.members(account))
        for pool in members:
            self._look_at(pool.key)
        if rivals:
            self._look_at_rivals(*members)

    # Accounts that fail, and come back

    def _make_gate(self, *, changed: Callable[[], None]) -> Gate:
        return Gate(monotonic=self._clock.monotonic, changed=changed, slow=self._slow)

    def _gate_changed(self, key: Key) -> None:
        gate, account = self._accounts.gate(key), self.catalog.account(key)
        if gate is None or account is None:
            return
        self._queue.add(AccountItem(key))
        if gate.failure is None:
            self._told.pop(key, None)
            for waiting in self._waiting.pop(key, ()):
                self._look_at(waiting)
            return
        if isinstance(gate.failure, Throttled):
            self._metrics.throttled_seconds.labels(str(key)).inc(gate.opens_in)
        if gate.opens_in < math.inf:
            self._queue.add_after(SweepItem(key, account.check_interval), gate.opens_in)
        if gate.serious and self._told.get(key) != gate.failure.reason:
            self._wake(key)
            self._told[key] = gate.failure.reason
