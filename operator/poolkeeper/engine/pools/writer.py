"""One write: sent if it is still wanted, and read back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from poolkeeper.domain.decision.plan import Desired, Update, not_stored
from poolkeeper.domain.diff.drift import drift, paths_of
from poolkeeper.domain.diff.write_only import DesiredVersion
from poolkeeper.domain.failures import Failure, InvalidProperties, NotStored, Unavailable
from poolkeeper.domain.known.pending import PendingWrite
from poolkeeper.domain.known.pool import Refusal, account_version, body_digest
from poolkeeper.domain.known.stored import judged
from poolkeeper.domain.observation import LivePool, Written
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.engine.accounts.breaker import AccountUnavailable
from poolkeeper.engine.accounts.client import AccountClient
from poolkeeper.engine.pools.state import PoolState
from poolkeeper.engine.pools.wanted import Wanted
from poolkeeper.engine.ports import Clock
from poolkeeper.engine.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a decision was made on, and where."""

    desired: Desired
    live: LivePool
    client: AccountClient
    desired_version: DesiredVersion


class Writer:
    """Sends what the plan says."""

    def __init__(self, wanted: Wanted, *, clock: Clock, telemetry: Telemetry) -> None:
        self._wanted = wanted
        self._clock = clock
        self._telemetry = telemetry

    async def write(
        self, pool: BatchPool, write: Update, seen: Outcome, *, snapshot: Snapshot, state: PoolState
    ) -> Outcome | None:
        """Write, read back, remember; None when the pool has moved. A refusal is an outcome too.

        Raises Superseded when the write is not wanted any more.
        """
        # One whose answer is lost is told all the same, when the next look finds what became of it.
        time, etag = self._clock.now(), snapshot.live.row.etag
        state.pending = PendingWrite(time, etag, snapshot.desired_version, write.differences, drifted=seen.drifted)
        asked = 0

        def wanted() -> None:
            nonlocal asked
            self._wanted.check(pool, snapshot.client.account)
            asked += 1

        try:
            written = await snapshot.client.write(pool.pool_id, write.body, etag=snapshot.live.row.etag, wanted=wanted)
        except AccountUnavailable as closed:
            self._failed(pool, closed.failure, state, sent=asked > 1)
            raise
        except Failure as failure:
            self._failed(pool, failure, state, sent=asked > 1)
            if isinstance(failure, InvalidProperties) and failure.code:
                self._refused(failure, snapshot, state)
            return replace(seen, failure=failure, differences=write.differences, known=state.known)
        finally:
            if asked <= 1:
                # It never left: the first question comes before the last look at the pool.
                state.pending = None
        if written is None:
            return None
        state.pending = None
        self._telemetry.write(pool, None)
        return await self._verified(pool, write, written, seen, snapshot=snapshot, state=state)

    def _failed(self, pool: BatchPool, failure: Failure, state: PoolState, *, sent: bool) -> None:
        if sent:
            self._telemetry.write(pool, failure)
        if not isinstance(failure, Unavailable):
            # The service has said that it did not do it; of any other failure the next look finds out.
            state.pending = None

    def _refused(self, failure: InvalidProperties, snapshot: Snapshot, state: PoolState) -> None:
        assert state.known is not None, "a pool is written after it was read"
        digest = body_digest(snapshot.desired.form, hidden=snapshot.desired.hidden)
        refusal = Refusal(digest, snapshot.desired_version, account_version(snapshot.client.account), failure)
        state.known = replace(state.known, refusal=refusal)

    async def _verified(
        self, pool: BatchPool, write: Update, written: Written, seen: Outcome, *, snapshot: Snapshot, state: PoolState
    ) -> Outcome:
        """What the service made of the write. An unknown rule of its would otherwise be drift, corrected for ever."""
        assert state.known is not None, "a pool is written after it was read"
        if seen.drifted:
            state.flaps.corrected(paths_of(write.differences), now=self._clock.monotonic())
        done = replace(seen, corrected=write.differences, written=written, sent=snapshot.desired_version)
        # The service has taken it, so a password that it never shows has reached it.
        state.known = replace(state.known.in_sync(snapshot.desired_version), sent=snapshot.desired_version)
        state.row = snapshot.live.row_after(written)
        try:
            stored = await snapshot.client.read(pool.pool_id)
        except (Failure, AccountUnavailable):
            state.unverified = (written.etag, snapshot.live.form)
            return replace(done, known=state.known)
        if stored.form == snapshot.desired.form:
            state.known = replace(state.known, stored=None)
            if not written.etag:
                done = replace(done, written=replace(written, etag=stored.row.etag))
                state.row = stored.row
        elif stored.row.etag == written.etag:
            return self._stored_otherwise(pool, replace(done, live=stored), snapshot=snapshot, state=state)
        return replace(done, known=state.known)

    def _stored_otherwise(self, pool: BatchPool, done: Outcome, *, snapshot: Snapshot, state: PoolState) -> Outcome:
        assert state.known is not None and done.live is not None, "the pool was read back"  # noqa: PT018 - one fact
        before = state.known.stored
        stored = judged(snapshot.live.form, done.live.form, snapshot.desired.form, ignore=pool.ignore)
        state.known = replace(state.known, stored=stored)
        differences = drift(done.live.form, snapshot.desired.form)
        failure: NotStored | None = not_stored(stored)
        if failure is None:
            return replace(done, known=state.known, normalised=differences if stored != before else ())
        # It has never been in sync with this version: what differs is nobody's drift.
        state.known = replace(state.known, synced=None)
        return replace(done, known=state.known, failure=failure, differences=differences)
