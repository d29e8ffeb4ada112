"""The engine put together: changes of resources go in; looks, sweeps and reports come out of its queue."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from poolkeeper.domain.decision.flaps import Limit
from poolkeeper.domain.failures import InternalError
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.domain.schema.api_versions import retirement
from poolkeeper.domain.status.conditions import ready_state
from poolkeeper.engine.accounts.breaker import CircuitBreaker
from poolkeeper.engine.accounts.connections import Accounts
from poolkeeper.engine.accounts.lists import Lists
from poolkeeper.engine.accounts.reporter import AccountReporter
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.handlers import Handlers
from poolkeeper.engine.health import AccountHealth
from poolkeeper.engine.pools.claims import Claims
from poolkeeper.engine.pools.prefetch import Prefetch
from poolkeeper.engine.pools.reconciler import Reconciler
from poolkeeper.engine.pools.state import PoolState
from poolkeeper.engine.pools.sweep import Sweeper
from poolkeeper.engine.ports import Clock, Cluster, Connector, Secrets
from poolkeeper.engine.queue import Backoff, KeyedQueue
from poolkeeper.engine.requeue import Requeuer
from poolkeeper.engine.result import Result
from poolkeeper.engine.telemetry import Telemetry
from poolkeeper.engine.wakeups import Wakeups
from poolkeeper.engine.work_items import AccountItem, AccountLane, Item, PoolItem, SweepItem
from poolkeeper.engine.workers import Worker, Workers
from poolkeeper.metrics import Metrics


class Engine:
    """Keeps every pool that it is told of: `handlers` takes in what happens, `cache` is what is known."""

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
        self.cache = cache = Cache()
        self._connect = connect
        self._metrics = metrics
        self._gates = {"synced": False, "may write": False}
        telemetry = Telemetry(metrics)
        self._states: dict[Key, PoolState] = {}
        self._queue: KeyedQueue[Item] = KeyedQueue(self._work, lane=self._lane, backoff=backoff)
        self._accounts = Accounts(
            cache,
            connect=connect,
            make_breaker=lambda *, changed: CircuitBreaker(monotonic=clock.monotonic, changed=changed, slow=slow_retry),
            changed=self._breaker_changed,
            dropped=self._account_ended,
        )
        self._claims = Claims(cache, breaker=self._accounts.breaker, now=clock.now, displaced=self._look_at)
        self._lists = Lists(changed=lambda key: self._queue.add(AccountItem(key)))
        self._prefetch = Prefetch(cache, load=self._queue.load, members=self._queue.members)
        self._wakeups = Wakeups(cache, self._queue, prefetch=self._prefetch, claims=self._claims)
        self._reconciler = Reconciler(
            cache,
            self._accounts,
            cluster,
            claims=self._claims,
            prefetch=self._prefetch,
            secrets=secrets,
            clock=clock,
            telemetry=telemetry,
            states=self._states,
            on_patched=self._pool_patched,
            slow_retry=slow_retry,
            flap_limit=flap_limit,
        )
        self._sweeper = Sweeper(
            cache,
            self._accounts,
            secrets=secrets,
            states=self._states,
            look_at=self._wakeups.nudge,
            monotonic=clock.monotonic,
            lists=self._lists,
            least_interval=least_check_interval,
        )
        self._reporter = AccountReporter(
            cache,
            self._accounts,
            cluster,
            clock=clock,
            telemetry=telemetry,
            on_patched=self._account_patched,
            ailing=self._lists.trouble,
        )
        self._health = AccountHealth(
            cache,
            self._queue,
            wakeups=self._wakeups,
            breaker=self._accounts.breaker,
            least=self._sweeper.least,
            metrics=metrics,
        )
        self._workers = Workers(
            {
                PoolItem: Worker(self._reconcile, self._pool_lane, self._tell_pool),
                SweepItem: Worker(self._sweeper.sweep, _account_lane, self._tell_account),
                AccountItem: Worker(self._reporter.report, _account_lane, self._tell_account),
            },
            metrics=metrics,
        )
        self._requeuer = Requeuer(self._queue, wait=self._health.wait)
        self.handlers = Handlers(
            cache,
            self._queue,
            wakeups=self._wakeups,
            health=self._health,
            accounts=self._accounts,
            claims=self._claims,
            prefetch=self._prefetch,
            sweeper=self._sweeper,
            reporter=self._reporter,
            states=self._states,
            gone=self._workers.forget,
        )
        metrics.watch_pools(lambda: ((str(pool.account), *ready_state(pool.status)) for pool in cache.pools()))
        metrics.watch_retired(lambda: (name for pool in cache.pools() for name in pool.retired))
        metrics.watch_versions(self._retiring)
        metrics.watch_checks(self._sweeper.ages)
        metrics.queue_depth.set_function(lambda: self._queue.depth)

    # Life

    def synced(self) -> None:
        """The first full list is in: before, a pool would be told that its account does not exist."""
        self._open("synced")

    def may_write(self) -> None:
        """Nobody else writes for these resources: before, two operators could correct each other."""
        self._open("may write")

    async def stop(self, *, grace: float) -> None:
        """Finish what is under way within `grace` seconds, and let go of connections."""
        await self._queue.stop(grace=grace)
        await self._accounts.close()

    def _open(self, gate: str) -> None:
        self._gates[gate] = True
        if all(self._gates.values()):
            self._queue.start()

    # Where the parts refer to each other

    def _lane(self, item: Item) -> Hashable:
        return self._workers.lane(item)

    def _breaker_changed(self, key: Key) -> None:
        self._health.changed(key)

    def _look_at(self, key: Key) -> None:
        self._wakeups.look_at(key)

    def _pool_patched(self, pool: BatchPool) -> None:
        self.handlers.pool_changed(pool)

    def _account_patched(self, account: BatchAccount) -> None:
        self.handlers.account_changed(account)

    # Work

    async def _work(self, item: Item) -> None:
        self._requeuer.requeue(item, await self._workers.work(item))

    async def _reconcile(self, item: PoolItem) -> Result:
        with self._metrics.reconcile_seconds.time():
            return await self._reconciler.reconcile(item.pool)

    def _pool_lane(self, item: PoolItem) -> Key | None:
        pool = self.cache.pool(item.pool)
        return None if pool is None else pool.account

    async def _tell_pool(self, item: PoolItem, error: Exception) -> None:
        await self._reconciler.tell_bug(item.pool, error)

    async def _tell_account(self, item: SweepItem | AccountItem, error: Exception) -> None:
        self._lists.broken(item.account, InternalError(error))

    def _retiring(self) -> Iterator[str]:
        return (one.api_version for one in self.cache.accounts() if retirement(one.api_version) is not None)

    def _account_ended(self, key: Key) -> None:
        """The last request of an account that is gone has ended: nothing of it is kept."""
        self._connect.forget(key)
        self._metrics.forget(str(key))
        self._prefetch.forget_account(key)
        self._sweeper.forget(key)
        self._reporter.forget(key)
        self._health.forget(key)


def _account_lane(item: SweepItem | AccountItem) -> AccountLane:
    # Not behind two thousand pools: sweeps keep their interval.
    return AccountLane(item.account)
