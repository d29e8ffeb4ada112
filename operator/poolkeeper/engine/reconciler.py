"""Look at one pool and put it right: load, observe, plan, act, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from poolkeeper.domain.announcements import announcements
from poolkeeper.domain.editions import Edition
from poolkeeper.domain.failures import AccountNotReady, BatchFailure, Failure, PoolNotFound, PoolUnavailable
from poolkeeper.domain.flaps import Limit
from poolkeeper.domain.observation import LivePool
from poolkeeper.domain.outcome import Outcome
from poolkeeper.domain.plan import Decision, Desired, Keep, Leave, Watch, Write, plan
from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.domain.status import Status, is_news, pool_status, suspended_status
from poolkeeper.engine.accounts import Accounts
from poolkeeper.engine.ahead import ReadAhead
from poolkeeper.engine.catalog import Catalog
from poolkeeper.engine.claims import Claims
from poolkeeper.engine.gate import AccountClosed, is_passing
from poolkeeper.engine.memory import GONE, Memory
from poolkeeper.engine.ports import Clock, Cluster, Secrets
from poolkeeper.engine.secret_values import secrets_of
from poolkeeper.engine.telemetry import Telemetry
from poolkeeper.engine.writer import Look, Writer

_LOOKS = 3
"""Reads of one pool that keeps moving, before it is left for later."""


class Reconciler:
    """Keeps the pools of a catalog; `memories` is shared with the sweep, `seen` is told of every answered patch."""

    def __init__(
        self,
        catalog: Catalog,
        accounts: Accounts,
        cluster: Cluster,
        *,
        ahead: ReadAhead,
        secrets: Secrets,
        clock: Clock,
        telemetry: Telemetry,
        memories: dict[Key, Memory],
        seen: Callable[[BatchPool], None],
        flap_limit: Limit | None = None,
    ) -> None:
        self._catalog = catalog
        self._accounts = accounts
        self._claims = Claims(catalog)
        self._writer = Writer(telemetry, monotonic=clock.monotonic)
        self._ahead = ahead
        self._cluster = cluster
        self._secrets = secrets
        self._clock = clock
        self._telemetry = telemetry
        self._memories = memories
        self._seen = seen
        self._flap_limit = flap_limit or Limit()

    async def reconcile(self, key: Key) -> Failure | AccountClosed | None:
        """One look; what kept the pool from being in sync. Raises ClusterUnavailable when it cannot be reported."""
        pool = self._catalog.pool(key)
        if pool is None:
            self._memories.pop(key, None)
            return None
        memory = self._memories.setdefault(key, Memory.of(pool, limit=self._flap_limit))
        memory.begin(pool)
        closed: AccountClosed | None = None
        try:
            outcome = None if pool.suspended else await self._settle(pool, memory)
        except AccountClosed as error:
            if not error.serious and pool.status.get("observedGeneration") == pool.generation:
                return error
            closed, outcome = error, Outcome(failure=_seen_from(pool, error))
        except Failure as failure:
            if isinstance(failure, BatchFailure):
                memory.row = GONE if isinstance(failure, PoolNotFound) else None
            outcome = Outcome(failure=failure)
        finally:
            self._ahead.forget(key)
        await self._report(pool, outcome, memory)
        return closed or (None if outcome is None else outcome.failure)

    async def _settle(self, pool: BatchPool, memory: Memory) -> Outcome:
        self._claims.check(pool)
        batch = self._accounts.line(pool.account)
        for look in range(_LOOKS):
            live = await (batch.read(pool.pool_id) if look else self._ahead.read(pool, batch))
            memory.row = live.row
            desired = await self._desired(pool, live, version=batch.account.api_version, memory=memory)
            decision = plan(pool, desired, live, past=memory.past(pool, desired, live), now=self._clock.monotonic())
            # The last look: the state that a write was decided on must still be there when it is sent.
            if not isinstance(decision, Write) or await batch.unchanged(pool.pool_id, live.row.etag):
                edition = Edition(pool.generation, desired.secrets)
                return await self._act(pool, decision, Look(desired, live, batch, edition), memory)
        raise PoolUnavailable("the pool changes faster than it can be looked at")

    async def _desired(self, pool: BatchPool, live: LivePool, *, version: str, memory: Memory) -> Desired:
        found = await secrets_of(pool, self._secrets)
        memory.secrets, memory.secret_names = found.versions, found.names
        return Desired.of(
            found.fill(pool), version=version, ignore=pool.ignore, live=live.properties, secrets=found.versions
        )

    async def _act(self, pool: BatchPool, decision: Decision, look: Look, memory: Memory) -> Outcome:
        drifted = memory.synced == look.edition
        seen = Outcome(live=look.live, desired=look.desired.form, hidden=look.desired.hidden)
        match decision:
            case Keep():
                memory.in_sync(look.edition)
                return seen
            case Watch(differences):
                # Nobody will put it right, so it is counted when it is first seen, whoever caused it.
                self._telemetry.drift(pool, differences, drifted=is_news(pool, differences))
                return replace(seen, differences=differences, drifted=drifted)
            case Leave(failure, differences):
                return replace(seen, failure=failure, differences=differences, drifted=drifted and bool(differences))
            case Write() as write:
                self._telemetry.drift(pool, write.differences, drifted=drifted)
                return await self._writer.write(pool, write, replace(seen, drifted=drifted), look=look, memory=memory)

    async def _report(self, pool: BatchPool, outcome: Outcome | None, memory: Memory) -> None:
        now = self._clock.now()
        if outcome is None:
            await self._patch(pool, suspended_status(pool, now=now))
            return
        outcome = memory.complete(outcome)
        memory.unreported = outcome if outcome.written is not None else None
        if not await self._patch(pool, pool_status(pool, outcome, now=now)):
            return
        memory.unreported = None
        for announcement in announcements(pool, outcome):
            self._telemetry.announce(pool, announcement)
            self._cluster.announce(pool, announcement)

    async def _patch(self, pool: BatchPool, status: Status) -> bool:
        """Have the resource show this status; False when the resource is gone."""
        if status != pool.status:
            body = await self._cluster.patch_status(pool, status)
            if body is None:
                return False
            # As if a watch had told it: the answer may be the first to know of a newer spec.
            self._seen(BatchPool.parse(body))
        return True


def _seen_from(pool: BatchPool, closed: AccountClosed) -> Failure:
    """What a pool says of an account that cannot be used."""
    if is_passing(closed.failure):
        return closed.failure
    return AccountNotReady(
        f"BatchAccount {pool.account} is not ready: {closed.failure.reason}: {closed.failure.message}"
    )
