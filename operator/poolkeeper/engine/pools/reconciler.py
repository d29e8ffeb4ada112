"""Look at one pool and put it right: load, observe, plan, act, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from poolkeeper.domain.decision.flaps import Limit
from poolkeeper.domain.decision.plan import Blocked, Decision, InSync, ReportOnly, Update
from poolkeeper.domain.failures import (
    AccountNotReady,
    BatchFailure,
    Failure,
    InternalError,
    PoolNotFound,
    PoolUnavailable,
)
from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.domain.status.drift import is_news
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.engine.accounts.breaker import AccountUnavailable, is_passing
from poolkeeper.engine.accounts.connections import Accounts
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.pools.claims import Claims
from poolkeeper.engine.pools.decide import decide
from poolkeeper.engine.pools.prefetch import Prefetch
from poolkeeper.engine.pools.reporter import PoolReporter
from poolkeeper.engine.pools.secrets import secrets_of
from poolkeeper.engine.pools.state import GONE, PoolState
from poolkeeper.engine.pools.wanted import Superseded, Wanted
from poolkeeper.engine.pools.writer import Snapshot, Writer
from poolkeeper.engine.ports import Clock, Cluster, OnPatched, Secrets
from poolkeeper.engine.result import Again, Done, Result, WaitForAccount, result_of
from poolkeeper.engine.telemetry import Telemetry

_LOOKS = 3
"""Reads of one pool that keeps moving, before it is left for later."""

_PATIENCE = 3
"""Looks in a row that fail for one pool, before its status tells: one lost request is worth none."""


class Reconciler:
    """Keeps the pools of a cache; `states` is shared with the sweep, `on_patched` is told of every answered patch.

    `slow_retry` is the delay, in seconds, before a retry of a problem that a person has to fix elsewhere.
    """

    def __init__(
        self,
        cache: Cache,
        accounts: Accounts,
        cluster: Cluster,
        *,
        claims: Claims,
        prefetch: Prefetch,
        secrets: Secrets,
        clock: Clock,
        telemetry: Telemetry,
        states: dict[Key, PoolState],
        on_patched: OnPatched,
        slow_retry: float = 60.0,
        flap_limit: Limit | None = None,
    ) -> None:
        self._cache = cache
        self._accounts = accounts
        self._claims = claims
        self._reporter = PoolReporter(cluster, clock=clock, telemetry=telemetry, on_patched=on_patched)
        self._slow = slow_retry
        self._writer = Writer(Wanted(cache, claims), clock=clock, telemetry=telemetry)
        self._prefetch = prefetch
        self._secrets = secrets
        self._monotonic: Callable[[], float] = clock.monotonic
        self._telemetry = telemetry
        self._states = states
        self._flap_limit = flap_limit or Limit()

    async def reconcile(self, key: Key) -> Result:
        """One look, and one status. Raises ClusterUnavailable when it cannot be reported."""
        pool = self._cache.pool(key)
        if pool is None:
            self._states.pop(key, None)
            return Done()
        pool = pool.opened()
        state = self._state(pool)
        state.begin(pool)
        if pool.suspended:
            await self._reporter.suspended(pool, state)
            return Done()
        try:
            outcome = await self._settle(pool, state)
        except Superseded:
            return Again()
        except AccountUnavailable as error:
            return await self._wait(pool, state, error)
        except Failure as failure:
            if isinstance(failure, BatchFailure):
                state.row = GONE if isinstance(failure, PoolNotFound) else None
            if state.is_a_miss(pool, failure, patience=_PATIENCE):
                return result_of(failure, slow=self._slow)
            outcome = Outcome(failure=failure)
        finally:
            self._prefetch.forget(key)
        await self._reporter.report(pool, outcome, state)
        return result_of(outcome.failure, slow=self._slow)

    async def tell_bug(self, key: Key, error: Exception) -> None:
        """Have the pool say that Poolkeeper itself fails. Raises ClusterUnavailable, or whatever the bug is."""
        pool = self._cache.pool(key)
        if pool is not None and not pool.suspended:
            await self._reporter.report(pool, Outcome(failure=InternalError(error)), self._state(pool))

    async def _wait(self, pool: BatchPool, state: PoolState, error: AccountUnavailable) -> Result:
        """The account cannot be used: told by the pool where it is worth a status, or where nothing was told yet."""
        if error.should_report or pool.status.get("observedGeneration") != pool.generation:
            await self._reporter.report(pool, Outcome(failure=_seen_from(pool, error)), state)
        return WaitForAccount(pool.account, error.failure)

    def _state(self, pool: BatchPool) -> PoolState:
        state = self._states.get(pool.key)
        if state is None:
            state = self._states[pool.key] = PoolState.of(pool, limit=self._flap_limit)
        return state

    async def _settle(self, pool: BatchPool, state: PoolState) -> Outcome:
        self._claims.check(pool)
        client = self._accounts.client(pool.account)
        for attempt in range(_LOOKS):
            live = await (client.read(pool.pool_id) if attempt else self._prefetch.read(pool, client))
            state.row, state.misses = live.row, 0
            claim = self._claims.take(pool)
            found = await secrets_of(pool, self._secrets)
            state.secrets, state.secret_names = found.versions, found.names
            decided = decide(
                pool,
                live,
                account=client.account,
                properties=found.fill(pool),
                secrets=found.versions,
                state=state,
                now=self._monotonic(),
            )
            snapshot = Snapshot(decided.desired, live, client, decided.desired_version)
            seen = Outcome(live=live, desired=snapshot.desired.form, hidden=snapshot.desired.hidden, claim=claim)
            outcome = await self._act(pool, decided.decision, seen, snapshot=snapshot, state=state)
            if outcome is not None:
                return outcome
        raise PoolUnavailable("the pool changes faster than it can be looked at")

    async def _act(
        self, pool: BatchPool, decision: Decision, seen: Outcome, *, snapshot: Snapshot, state: PoolState
    ) -> Outcome | None:
        drifted = state.is_drift(snapshot.desired_version)
        match decision:
            case InSync():
                state.in_sync(snapshot.desired_version)
                return replace(seen, known=state.known)
            case ReportOnly(differences):
                # Nobody will put it right, so it is counted when it is first seen, even if the manifest caused it.
                self._telemetry.drift(pool, differences, drifted=is_news(state.readable(pool), differences))
                return replace(seen, known=state.known, differences=differences, drifted=drifted)
            case Blocked(failure, differences):
                drifted = drifted and bool(differences)
                return replace(seen, known=state.known, failure=failure, differences=differences, drifted=drifted)
            case Update() as write:
                self._telemetry.drift(pool, write.differences, drifted=drifted and state.counts(snapshot.live.row.etag))
                return await self._writer.write(
                    pool, write, replace(seen, drifted=drifted), snapshot=snapshot, state=state
                )


def _seen_from(pool: BatchPool, closed: AccountUnavailable) -> Failure:
    """What a pool says of an account that cannot be used."""
    if is_passing(closed.failure):
        return closed.failure
    return AccountNotReady(
        f"BatchAccount {pool.account} is not ready: {closed.failure.reason}: {closed.failure.message}"
    )
