"""Tell what came of a look at a pool: in its status, as events, in the log."""

from __future__ import annotations

from dataclasses import replace

from poolkeeper.domain.packing import packed
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.status.events import pool_events
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.pool import pool_status, suspended_status
from poolkeeper.domain.status_types import PoolStatus
from poolkeeper.engine.pools.state import PoolState
from poolkeeper.engine.ports import Clock, Cluster, OnPatched
from poolkeeper.engine.telemetry import Telemetry


class PoolReporter:
    """Writes the status of pools, when it has changed; `on_patched` is told of every answered patch."""

    def __init__(self, cluster: Cluster, *, clock: Clock, telemetry: Telemetry, on_patched: OnPatched) -> None:
        self._cluster = cluster
        self._clock = clock
        self._telemetry = telemetry
        self._on_patched = on_patched

    async def report(self, pool: BatchPool, outcome: Outcome, state: PoolState) -> None:
        """The outcome of a look, with a write from before that is not told yet. Raises ClusterUnavailable."""
        outcome = replace(state.complete(outcome), pending=state.pending)
        state.unreported = outcome if outcome.written is not None else None
        before = state.readable(pool)
        if not await self._show(pool, pool_status(before, outcome, now=self._clock.now()), state):
            return
        state.unreported = None
        for event in pool_events(before, outcome):
            self._telemetry.record_event(pool, event)
            self._cluster.record_event(pool, event)

    async def suspended(self, pool: BatchPool, state: PoolState) -> None:
        """That nothing is done. Raises ClusterUnavailable."""
        before = state.readable(pool)
        await self._show(pool, suspended_status(before, now=self._clock.now(), pending=state.pending), state)

    async def _show(self, pool: BatchPool, status: PoolStatus, state: PoolState) -> bool:
        """Have the resource show this status; False when the resource is gone."""
        state.meant = packed(status)
        shown = replace(pool, packed_status=state.there)
        if status == shown.status:
            return True
        body = await self._cluster.patch_status(shown, status)
        if body is None:
            return False
        answered = BatchPool.parse(body)
        # As the API server keeps it: it leaves out what its CRD does not know.
        state.meant = state.there = answered.packed_status
        # As if a watch had told it: the answer may be the first to know of a newer spec.
        self._on_patched(answered)
        return True
