"""The parts of the engine without its queue, for tests that call them one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from poolkeeper.domain.failures import Failure
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key, Resource
from poolkeeper.engine.accounts.breaker import CircuitBreaker
from poolkeeper.engine.accounts.connections import Accounts, MakeBreaker
from poolkeeper.engine.accounts.lists import Lists
from poolkeeper.engine.accounts.reporter import AccountReporter
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.pools.claims import Claims
from poolkeeper.engine.pools.prefetch import Prefetch
from poolkeeper.engine.pools.reconciler import Reconciler
from poolkeeper.engine.pools.state import PoolState
from poolkeeper.engine.pools.sweep import Sweeper
from poolkeeper.engine.result import Result
from poolkeeper.engine.telemetry import Telemetry
from poolkeeper.metrics import Metrics
from tests.unit.engine.fake_cluster import FakeCluster
from tests.unit.engine.fake_secrets import FakeSecrets
from tests.unit.engine.fakes import FakeConnector, FakeService, LoopClock
from tests.unit.engine.lab import ACCOUNT, POOL, account_spec, endpoint, key


class Desk:
    """Fakes, and the parts that work on them; `looked_at` is what the sweep asked for."""

    def __init__(self) -> None:
        clock = LoopClock()
        make_breaker = _make_breaker(clock)
        telemetry = Telemetry(Metrics())
        self.connector = FakeConnector()
        self.cluster = FakeCluster()
        self.secrets = FakeSecrets()
        self.cache = Cache()
        self.states: dict[Key, PoolState] = {}
        self.looked_at: list[str] = []
        self.lists = Lists(changed=lambda _: None)
        self.accounts = Accounts(self.cache, connect=self.connector, make_breaker=make_breaker, changed=lambda _: None)
        self.reconciler = Reconciler(
            self.cache,
            self.accounts,
            self.cluster,
            claims=Claims(self.cache, breaker=self.accounts.breaker, now=clock.now),
            prefetch=Prefetch(self.cache, load=lambda _: 0, members=lambda _: ()),
            secrets=self.secrets,
            clock=clock,
            telemetry=telemetry,
            states=self.states,
            on_patched=self._keep,
        )
        self.reporter = AccountReporter(
            self.cache, self.accounts, self.cluster, clock=clock, telemetry=telemetry, on_patched=self._keep
        )
        self.sweeper = Sweeper(
            self.cache,
            self.accounts,
            secrets=self.secrets,
            states=self.states,
            look_at=lambda looked_at: self.looked_at.append(looked_at.name),
            monotonic=clock.monotonic,
            lists=self.lists,
        )

    def service(self, account: str = "research") -> FakeService:
        """The Batch service behind an account."""
        return self.connector.service(endpoint(account))

    def account(
        self, name: str = "research", *, interval: str = "60s", version: str = "2024-07-01.20.0"
    ) -> BatchAccount:
        """A BatchAccount that is known."""
        spec = {**account_spec(name, interval=interval), "apiVersion": version}
        found = BatchAccount.parse(self.cluster.create(ACCOUNT, name, spec))
        self.cache.put_account(found)
        return found

    def pool(
        self,
        name: str = "rendering",
        properties: Mapping[str, Any] | None = None,
        *,
        account: str = "research",
        interval: str | None = None,
        **more: Any,
    ) -> BatchPool:
        """A BatchPool that is known."""
        spec = {"accountRef": {"name": account}, "poolID": name, "properties": dict(properties or {}), **more}
        if interval is not None:
            spec["checkInterval"] = interval
        found = BatchPool.parse(self.cluster.create(POOL, name, spec))
        self.cache.put_pool(found)
        return found

    def change(self, name: str, properties: Mapping[str, Any] | None = None, **more: Any) -> None:
        """A user changes a BatchPool, and the watch tells."""
        spec = more if properties is None else {"properties": dict(properties), **more}
        self.cache.put_pool(BatchPool.parse(self.cluster.change(POOL, key(name), spec)))

    def annotate(self, name: str, **annotations: str) -> None:
        """A user annotates a BatchPool, and the watch tells; `approve` stands for `poolkeeper.dev/approve`."""
        self.cache.put_pool(BatchPool.parse(self.cluster.annotate(POOL, key(name), annotations)))

    def restart(self) -> None:
        """Forget what only the process knew."""
        self.states.clear()

    def _keep(self, answered: Resource) -> None:
        if isinstance(answered, BatchPool):
            self.cache.put_pool(answered)
        else:
            self.cache.put_account(answered)

    async def look(self, name: str = "rendering") -> Failure | None:
        """One reconcile; what kept the pool from being well."""
        return (await self.ended(name)).failure

    async def ended(self, name: str = "rendering") -> Result:
        """One reconcile, and when the next one is."""
        return await self.reconciler.reconcile(key(name))


def _make_breaker(clock: LoopClock) -> MakeBreaker:
    def make(*, changed: Callable[[], None]) -> CircuitBreaker:
        return CircuitBreaker(monotonic=clock.monotonic, changed=changed, slow=60)

    return make
