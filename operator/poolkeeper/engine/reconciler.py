"""Look at one pool and put it right: load, observe, plan, act, report."""

from __future__ import annotations

from collections.abc import Callable

from poolkeeper.domain.announcements import announcements
from poolkeeper.domain.failures import Failure, InvalidProperties, PoolNotFound
from poolkeeper.domain.merge_patch import merge_patch
from poolkeeper.domain.observation import LivePool
from poolkeeper.domain.outcome import Outcome
from poolkeeper.domain.plan import Desired, Keep, Leave, Write, plan
from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.domain.status import pool_status
from poolkeeper.engine.accounts import Accounts
from poolkeeper.engine.catalog import Catalog
from poolkeeper.engine.gate import AccountClosed
from poolkeeper.engine.memory import GONE, Memory
from poolkeeper.engine.ports import Batch, Clock, Cluster
from poolkeeper.engine.telemetry import Telemetry


class Reconciler:
    """Keeps the pools of a catalog; `memories` is shared with the sweep, `seen` is told of every answered patch."""

    def __init__(
        self,
        catalog: Catalog,
        accounts: Accounts,
        cluster: Cluster,
        *,
        clock: Clock,
        telemetry: Telemetry,
        memories: dict[Key, Memory],
        seen: Callable[[BatchPool], None],
    ) -> None:
        self._catalog = catalog
        self._accounts = accounts
        self._cluster = cluster
        self._clock = clock
        self._telemetry = telemetry
        self._memories = memories
        self._seen = seen

    async def reconcile(self, key: Key) -> Failure | AccountClosed | None:
        """One look; what kept the pool from being in sync. Raises ClusterUnavailable when it cannot be reported."""
        pool = self._catalog.pool(key)
        if pool is None:
            self._memories.pop(key, None)
            return None
        memory = self._memories.setdefault(key, Memory.of(pool))
        closed: AccountClosed | None = None
        try:
            outcome = await self._settle(pool, memory)
        except AccountClosed as error:
            if not error.serious and pool.status.get("observedGeneration") == pool.generation:
                return error
            closed, outcome = error, Outcome(failure=error.failure)
        except Failure as failure:
            memory.row = GONE if isinstance(failure, PoolNotFound) else None
            outcome = Outcome(failure=failure)
        await self._report(pool, outcome, memory)
        return closed or outcome.failure

    async def _settle(self, pool: BatchPool, memory: Memory) -> Outcome:
        desired = Desired.of(pool.properties)
        batch = self._accounts.line(pool.account)
        live = await batch.read(pool.pool_id)
        memory.row = live.row
        match plan(desired, live, refusal=memory.refusal(pool)):
            case Keep():
                memory.synced = pool.generation
                return Outcome(live=live)
            case Leave(failure, differences):
                drifted = memory.synced == pool.generation and bool(differences)
                return Outcome(live=live, failure=failure, differences=differences, drifted=drifted)
            case Write() as write:
                return await self._write(pool, write, live, batch=batch, memory=memory)

    async def _write(self, pool: BatchPool, write: Write, live: LivePool, *, batch: Batch, memory: Memory) -> Outcome:
        drifted = memory.synced == pool.generation
        self._telemetry.drift(pool, write.differences, drifted=drifted)
        try:
            written = await batch.write(pool.pool_id, write.body)
        except Failure as failure:
            self._telemetry.write(pool, failure)
            if isinstance(failure, InvalidProperties):
                memory.refused = (pool.generation, failure)
            return Outcome(live=live, failure=failure, differences=write.differences, drifted=drifted)
        self._telemetry.write(pool, None)
        memory.row = live.row_after(written)
        memory.synced = pool.generation
        return Outcome(live=live, corrected=write.differences, written=written, drifted=drifted)

    async def _report(self, pool: BatchPool, outcome: Outcome, memory: Memory) -> None:
        outcome = memory.complete(outcome)
        memory.unreported = outcome if outcome.written is not None else None
        status = pool_status(pool, outcome, now=self._clock.now())
        patch = merge_patch(pool.status, status)
        if patch:
            body = await self._cluster.patch_status(pool, patch)
            if body is None:
                return
            # As if a watch had told it: the answer may be the first to know of a newer spec.
            self._seen(BatchPool.parse(body))
        memory.unreported = None
        for announcement in announcements(pool, outcome):
            self._telemetry.announce(pool, announcement)
            await self._cluster.announce(pool, announcement)
