"""The queue and what stands behind it: events go in; looks, sweeps and reports come out."""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Callable, Hashable, Iterable, Iterator

from poolkeeper.domain.azure.endpoints import same_service
from poolkeeper.domain.decision.flaps import Limit
from poolkeeper.domain.failures import ClusterUnavailable, Failure, Flapping, InternalError, Throttled
from poolkeeper.domain.reasons import Reason, Requeue
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.domain.schema.api_versions import retirement
from poolkeeper.domain.status.pool import ready_state
from poolkeeper.engine.accounts.breaker import AccountUnavailable, CircuitBreaker, is_passing
from poolkeeper.engine.accounts.connections import Accounts
from poolkeeper.engine.accounts.lists import Lists
from poolkeeper.engine.accounts.reporter import AccountReporter
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.pools.claims import Claims
from poolkeeper.engine.pools.prefetch import Prefetch
from poolkeeper.engine.pools.reconciler import Reconciler, Trouble
from poolkeeper.engine.pools.state import PoolState
from poolkeeper.engine.pools.sweep import Sweeper
from poolkeeper.engine.pools.wanted import Superseded
from poolkeeper.engine.ports import Clock, Cluster, Connector, Secrets
from poolkeeper.engine.queue import Backoff, KeyedQueue
from poolkeeper.engine.telemetry import Telemetry
from poolkeeper.engine.work_items import AccountItem, AccountLane, Item, PoolItem, SweepItem
from poolkeeper.metrics import Metrics

log = logging.getLogger(__name__)

_GATHERING = 0.2
"""Seconds by which an account's report waits for more pools to come, so that many make one report."""

_REPAIR = 2.0
"""Seconds after which a status that somebody else wrote is put right: for as long, it may be an answer that is late."""

_PATIENCE = 3
"""Tries in a row that end in an unexpected error, before the status tells."""


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
        least_check_interval: float = 1.0,
        flap_limit: Limit | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self.cache = Cache()
        self._clock = clock
        self._connect = connect
        self._metrics = metrics
        self._slow = slow_retry
        self._states: dict[Key, PoolState] = {}
        self._waiting: dict[Key, set[Key]] = {}
        self._told: dict[Key, Reason] = {}
        self._bugs: dict[Item, int] = {}
        telemetry = Telemetry(metrics)
        self._accounts = Accounts(
            self.cache,
            connect=connect,
            make_breaker=self._make_breaker,
            changed=self._breaker_changed,
            dropped=self._account_ended,
        )
        self._claims = Claims(self.cache, breaker=self._accounts.breaker, now=clock.now, displaced=self._look_at)
        self._lists = Lists(changed=lambda key: self._queue.add(AccountItem(key)))
        self._queue: KeyedQueue[Item] = KeyedQueue(self._work, lane=self._lane, backoff=backoff)
        self._prefetch = Prefetch(self.cache, load=self._queue.load, members=self._queue.members)
        self._reconciler = Reconciler(
            self.cache,
            self._accounts,
            cluster,
            claims=self._claims,
            prefetch=self._prefetch,
            secrets=secrets,
            clock=clock,
            telemetry=telemetry,
            states=self._states,
            seen=self.pool_changed,
            flap_limit=flap_limit,
        )
        self._sweeper = Sweeper(
            self.cache,
            self._accounts,
            secrets=secrets,
            states=self._states,
            look_at=self._nudge,
            monotonic=clock.monotonic,
            lists=self._lists,
            least_interval=least_check_interval,
        )
        self._reporter = AccountReporter(
            self.cache,
            self._accounts,
            cluster,
            clock=clock,
            telemetry=telemetry,
            seen=self.account_changed,
            ailing=self._lists.trouble,
        )
        metrics.watch_pools(lambda: ((str(pool.account), *ready_state(pool.status)) for pool in self.cache.pools()))
        metrics.watch_retired(lambda: (name for pool in self.cache.pools() for name in pool.retired))
        metrics.watch_versions(self._retiring)
        metrics.watch_checks(self._sweeper.ages)
        metrics.queue_depth.set_function(lambda: self._queue.depth)

    def _retiring(self) -> Iterator[str]:
        return (one.api_version for one in self.cache.accounts() if retirement(one.api_version) is not None)

    # What happens

    def pool_changed(self, pool: BatchPool) -> None:
        """A pool is there, new or changed; a new spec is a reason to look at it, and a status that nobody meant."""
        before = self.cache.pool(pool.key)
        if not self.cache.put_pool(pool):
            return
        if before is not None and before.uid != pool.uid:
            self._states.pop(pool.key, None)
            self._claims.forget(pool.key)
        if before is not None and before.asks == pool.asks:
            self._mind_status(pool)
            return
        self._look_at(pool.key)
        if before is not None and before.place != pool.place:
            self._look_at_rivals(before)
        accounts = {pool.account} if before is None else {pool.account, before.account}
        for key in accounts:
            self._queue.add_after(AccountItem(key), _GATHERING)
        account = self.cache.account(pool.account)
        if account is not None:
            interval = self._sweeper.interval_of(pool, account)
            self._queue.add_after(SweepItem(account.key, interval), interval * random.random())  # noqa: S311 - spread

    def pool_deleted(self, key: Key, uid: str | None = None) -> None:
        """A pool is deleted: it is let go of, and nothing is sent anywhere. A namesake of another uid stays."""
        pool = self.cache.drop_pool(key, uid)
        if pool is None:
            return
        self._claims.forget(key)
        self._look_at_rivals(pool)
        self._prefetch.forget(key)
        self._states.pop(key, None)
        self._bugs.pop(PoolItem(key), None)
        self._queue.forget(PoolItem(key))
        self._queue.add_after(AccountItem(pool.account), _GATHERING)

    def account_changed(self, account: BatchAccount) -> None:
        """An account is there, new or changed; a new spec is tried at once, by all who refer to it."""
        before = self.cache.account(account.key)
        if not self.cache.put_account(account):
            return
        if before is not None and before.same_service(account):
            if not self._reporter.is_meant(account):
                self._queue.add_after(AccountItem(account.key), _REPAIR)
            return
        for item in self._sweeper.groups(account):
            self._queue.add(item)
        members = list(self.cache.members(account.key))
        for pool in members:
            if pool.key in self._states:
                # What one service refused, another may take.
                self._states[pool.key].forgive()
        self._wake(account.key)
        if before is not None and not same_service(before.endpoint, account.endpoint):
            self._look_at_rivals(*members, account=before)

    def account_deleted(self, key: Key, uid: str | None = None) -> None:
        """An account is deleted: its pools say so. A namesake of another uid stays."""
        account = self.cache.drop_account(key, uid)
        if account is not None:
            self._accounts.drop(key)
            self._wake(key)
            self._look_at_rivals(*self.cache.members(key), account=account)

    def listed(
        self, accounts: Iterable[BatchAccount], pools: Iterable[BatchPool], *, as_of: int, newest_before: int = 0
    ) -> None:
        """The whole truth as of a resource version: heals what watches may lose, deletions above all.

        `newest_before` is the newest version that was known when the list was asked for. A list is a consistent read;
        one that is older shows that etcd was restored from a backup, and that versions begin anew.
        """
        accounts, pools = list(accounts), list(pools)
        if as_of < newest_before:
            log.warning(
                "the cluster was restored from a backup (version %d after %d): beginning anew", as_of, newest_before
            )
            self.cache.begin_anew()
        for account_key in self.cache.lost_accounts({account.key for account in accounts}, as_of=as_of):
            self.account_deleted(account_key)
        for pool_key in self.cache.lost_pools({pool.key for pool in pools}, as_of=as_of):
            self.pool_deleted(pool_key)
        for account in accounts:
            self.account_changed(account)
        for pool in pools:
            self.pool_changed(pool)
        self.cache.forget_deletions()

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
        try:
            await self._do(item)
        except ClusterUnavailable:
            raise
        except Exception as error:
            self._metrics.unexpected.labels(type(item).__name__).inc()
            self._bugs[item] = self._bugs.get(item, 0) + 1
            if self._bugs[item] >= _PATIENCE:
                await self._tell_bug(item, error)
            raise
        self._bugs.pop(item, None)

    async def _do(self, item: Item) -> None:
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

    async def _tell_bug(self, item: Item, error: Exception) -> None:
        if isinstance(item, PoolItem):
            await self._reconciler.tell_bug(item.pool, error)
        else:
            self._lists.broken(item.account, InternalError(error))

    def _come_back(self, item: PoolItem, trouble: Trouble | None) -> None:
        if isinstance(trouble, Superseded):
            self._queue.add(item)
            return
        pool = self.cache.pool(item.pool)
        if pool is None or not isinstance(trouble, AccountUnavailable):
            self._come_back_for(item, trouble if isinstance(trouble, Failure) else None)
            return
        breaker = self._accounts.breaker(pool.account)
        if breaker is None or breaker.failure is None:
            self._queue.add(item)
        else:
            self._waiting.setdefault(pool.account, set()).add(item.pool)

    def _come_back_for(self, item: PoolItem, failure: Failure | None) -> None:
        match None if failure is None else failure.retry:
            case Requeue.SLOWLY:
                self._queue.add_after(item, self._slow)
            case Requeue.BACKOFF:
                self._queue.retry(item)
            case Requeue.PAUSE if isinstance(failure, Flapping):
                self._queue.add_after(item, failure.pause)
            case _:
                self._queue.forget(item)

    def _lane(self, item: Item) -> Hashable:
        match item:
            case PoolItem(key):
                pool = self.cache.pool(key)
                return None if pool is None else pool.account
            case SweepItem(account) | AccountItem(account):
                # Not behind two thousand pools: sweeps keep their interval.
                return AccountLane(account)

    def _look_at(self, key: Key) -> None:
        self._prefetch.forget(key)
        self._queue.add(PoolItem(key))

    def _nudge(self, key: Key) -> None:
        # A look that is under way is no older than the sweep; if it was, the next sweep tells.
        if self._queue.nudge(PoolItem(key)):
            self._prefetch.forget(key)

    def _look_at_rivals(self, *pools: BatchPool, account: BatchAccount | None = None) -> None:
        """Have those looked at that may take over from these, at the service of `account` if not of their own."""
        rivals = {other.key for pool in pools for other in self._claims.waiting(pool, account)}
        # An item that is added while it is worked on is worked on again: each of them once, and the pools not at all.
        for key in sorted(rivals.difference(pool.key for pool in pools)):
            self._look_at(key)

    def _mind_status(self, pool: BatchPool) -> None:
        state = self._states.get(pool.key)
        if state is not None and not state.is_meant(pool):
            self._queue.add_after(PoolItem(pool.key), _REPAIR)

    def _wake(self, account: Key) -> None:
        self._waiting.pop(account, None)
        self._told.pop(account, None)
        for pool in self.cache.members(account):
            self._look_at(pool.key)

    # Accounts that fail, and come back

    def _make_breaker(self, *, changed: Callable[[], None]) -> CircuitBreaker:
        return CircuitBreaker(monotonic=self._clock.monotonic, changed=changed, slow=self._slow)

    def _breaker_changed(self, key: Key) -> None:
        breaker, account = self._accounts.breaker(key), self.cache.account(key)
        if breaker is None or account is None:
            return
        self._queue.add(AccountItem(key))
        if breaker.failure is None:
            self._told.pop(key, None)
            for waiting in self._waiting.pop(key, ()):
                self._look_at(waiting)
            return
        if isinstance(breaker.failure, Throttled):
            self._metrics.throttled_seconds.labels(str(key)).inc(breaker.opens_in)
        if breaker.opens_in < math.inf:
            # Not later than the next check, which finds out whether somebody has mended the credential.
            mendable = account.secret is not None and not is_passing(breaker.failure)
            delay = min(breaker.opens_in, account.check_interval) if mendable else breaker.opens_in
            self._queue.add_after(SweepItem(key, self._sweeper.least(account.check_interval)), delay)
        if breaker.should_report and self._told.get(key) != breaker.failure.reason:
            self._wake(key)
            self._look_at_rivals(*self.cache.members(key))
            self._told[key] = breaker.failure.reason

    def _account_ended(self, key: Key) -> None:
        """The last request of an account that is gone has ended: nothing of it is kept."""
        self._connect.forget(key)
        self._metrics.forget(str(key))
        self._prefetch.forget_account(key)
        self._sweeper.forget(key)
        self._reporter.forget(key)
        for kept in (self._waiting, self._told):
            kept.pop(key, None)
