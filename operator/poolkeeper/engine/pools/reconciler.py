"""Look at one pool and put it right: load, observe, plan, act, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from poolkeeper.domain.decision.flaps import Limit
from poolkeeper.domain.decision.plan import Decision, Desired, Keep, Leave, Watch, Write, plan
from poolkeeper.domain.diff.drift import drift, paths_of
from poolkeeper.domain.diff.write_only import Edition, marks_of
from poolkeeper.domain.failures import (
    AccountNotReady,
    BatchFailure,
    Failure,
    InternalError,
    PoolNotFound,
    PoolUnavailable,
)
from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.stored import judged
from poolkeeper.domain.observation import LivePool
from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.pool import is_news
from poolkeeper.engine.accounts.breaker import AccountClosed, is_passing
from poolkeeper.engine.accounts.connections import Accounts, Line
from poolkeeper.engine.cache import Catalog
from poolkeeper.engine.pools.claims import Claims
from poolkeeper.engine.pools.prefetch import ReadAhead
from poolkeeper.engine.pools.reporter import PoolReporter
from poolkeeper.engine.pools.secrets import secrets_of
from poolkeeper.engine.pools.state import GONE, Memory
from poolkeeper.engine.pools.wanted import Superseded, Wanted
from poolkeeper.engine.pools.writer import Look, Writer
from poolkeeper.engine.ports import Clock, Cluster, PoolSeen, Secrets
from poolkeeper.engine.telemetry import Telemetry

_LOOKS = 3
"""Reads of one pool that keeps moving, before it is left for later."""

_PATIENCE = 3
"""Looks in a row that fail for one pool, before its status tells: one lost request is worth none."""

Trouble = Failure | AccountClosed | Superseded


class Reconciler:
    """Keeps the pools of a catalog; `memories` is shared with the sweep, `seen` is told of every answered patch."""

    def __init__(
        self,
        catalog: Catalog,
        accounts: Accounts,
        cluster: Cluster,
        *,
        claims: Claims,
        ahead: ReadAhead,
        secrets: Secrets,
        clock: Clock,
        telemetry: Telemetry,
        memories: dict[Key, Memory],
        seen: PoolSeen,
        flap_limit: Limit | None = None,
    ) -> None:
        self._catalog = catalog
        self._accounts = accounts
        self._claims = claims
        self._reporter = PoolReporter(cluster, clock=clock, telemetry=telemetry, seen=seen)
        self._writer = Writer(Wanted(catalog, claims), clock=clock, telemetry=telemetry)
        self._ahead = ahead
        self._secrets = secrets
        self._monotonic: Callable[[], float] = clock.monotonic
        self._telemetry = telemetry
        self._memories = memories
        self._flap_limit = flap_limit or Limit()

    async def reconcile(self, key: Key) -> Trouble | None:
        """One look; what kept the pool from being in sync. Raises ClusterUnavailable when it cannot be reported."""
        pool = self._catalog.pool(key)
        if pool is None:
            self._memories.pop(key, None)
            return None
        memory = self._memory(pool)
        memory.begin(pool)
        if pool.suspended:
            await self._reporter.suspended(pool, memory)
            return None
        trouble: Trouble | None = None
        try:
            outcome = await self._settle(pool, memory)
        except Superseded as news:
            return news
        except AccountClosed as error:
            if not error.serious and pool.status.get("observedGeneration") == pool.generation:
                return error
            trouble, outcome = error, Outcome(failure=_seen_from(pool, error))
        except Failure as failure:
            if isinstance(failure, BatchFailure):
                memory.row = GONE if isinstance(failure, PoolNotFound) else None
            if memory.is_a_miss(pool, failure, patience=_PATIENCE):
                return failure
            outcome = Outcome(failure=failure)
        finally:
            self._ahead.forget(key)
        await self._reporter.report(pool, outcome, memory)
        return trouble or outcome.failure

    async def tell_bug(self, key: Key, error: Exception) -> None:
        """Have the pool say that Poolkeeper itself fails. Raises ClusterUnavailable, or whatever the bug is."""
        pool = self._catalog.pool(key)
        if pool is not None and not pool.suspended:
            await self._reporter.report(pool, Outcome(failure=InternalError(error)), self._memory(pool))

    def _memory(self, pool: BatchPool) -> Memory:
        memory = self._memories.get(pool.key)
        if memory is None:
            memory = self._memories[pool.key] = Memory.of(pool, limit=self._flap_limit)
        return memory

    async def _settle(self, pool: BatchPool, memory: Memory) -> Outcome:
        self._claims.check(pool)
        line = self._accounts.line(pool.account)
        for attempt in range(_LOOKS):
            live = await (line.read(pool.pool_id) if attempt else self._ahead.read(pool, line))
            memory.row, memory.misses = live.row, 0
            claim = self._claims.take(pool)
            memory.at(pool, Address.of(pool, line.account, created=live.created))
            look = await self._desired(pool, live, line, memory)
            _learn(pool, look, memory, now=self._monotonic())
            past = memory.past(pool, look.desired, line.account)
            decision = plan(pool, look.desired, live, past=past, now=self._monotonic())
            seen = Outcome(live=live, desired=look.desired.form, hidden=look.desired.hidden, claim=claim)
            outcome = await self._act(pool, decision, seen, look=look, memory=memory)
            if outcome is not None:
                return outcome
        raise PoolUnavailable("the pool changes faster than it can be looked at")

    async def _desired(self, pool: BatchPool, live: LivePool, line: Line, memory: Memory) -> Look:
        found = await secrets_of(pool, self._secrets)
        memory.secrets, memory.secret_names = found.versions, found.names
        desired = Desired.of(
            found.fill(pool),
            version=line.account.api_version,
            ignore=pool.ignore,
            live=live.properties,
            secrets=found.versions,
        )
        return Look(desired, live, line, Edition(pool.generation, desired.secrets, marks_of(desired.body)))

    async def _act(
        self, pool: BatchPool, decision: Decision, seen: Outcome, *, look: Look, memory: Memory
    ) -> Outcome | None:
        drifted = memory.is_drift(look.edition)
        match decision:
            case Keep():
                memory.in_sync(look.edition)
                return replace(seen, known=memory.known)
            case Watch(differences):
                # Nobody will put it right, so it is counted when it is first seen, whoever caused it.
                self._telemetry.drift(pool, differences, drifted=is_news(memory.readable(pool), differences))
                return replace(seen, known=memory.known, differences=differences, drifted=drifted)
            case Leave(failure, differences):
                drifted = drifted and bool(differences)
                return replace(seen, known=memory.known, failure=failure, differences=differences, drifted=drifted)
            case Write() as write:
                self._telemetry.drift(pool, write.differences, drifted=drifted and memory.counts(look.live.row.etag))
                return await self._writer.write(pool, write, replace(seen, drifted=drifted), look=look, memory=memory)


def _learn(pool: BatchPool, look: Look, memory: Memory, *, now: float) -> None:
    """What the pool tells of writes whose end nobody saw."""
    assert memory.known is not None, "the pool was read"
    live, desired = look.live, look.desired
    pending, memory.pending = memory.pending, None
    equal = not drift(live.form, desired.form)
    if pending is not None and pending.edition == look.edition and pending.etag != live.row.etag and equal:
        # It was applied, though its answer was lost: it is told like any other.
        memory.known = replace(memory.known.in_sync(look.edition), sent=look.edition)
        if pending.drifted:
            memory.flaps.corrected(paths_of(pending.differences), now=now)
        memory.unreported = Outcome(
            written=pending.found_in(live),
            written_at=pending.time,
            sent=pending.edition,
            corrected=pending.differences,
            drifted=pending.drifted,
        )
    unverified, memory.unverified = memory.unverified, None
    if unverified is not None and unverified[0] == live.row.etag:
        stored = judged(unverified[1], live.form, desired.form, ignore=pool.ignore)
        memory.known = replace(memory.known, stored=stored)


def _seen_from(pool: BatchPool, closed: AccountClosed) -> Failure:
    """What a pool says of an account that cannot be used."""
    if is_passing(closed.failure):
        return closed.failure
    return AccountNotReady(
        f"BatchAccount {pool.account} is not ready: {closed.failure.reason}: {closed.failure.message}"
    )
