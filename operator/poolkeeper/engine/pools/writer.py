"""One write: sent if it is still wanted, and read back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from poolkeeper.domain.decision.plan import Desired, Write, not_stored
from poolkeeper.domain.diff.drift import drift, paths_of
from poolkeeper.domain.diff.write_only import Edition
from poolkeeper.domain.failures import Failure, InvalidProperties, NotStored, ServiceUnavailable
from poolkeeper.domain.known.pending import PendingWrite
from poolkeeper.domain.known.pool import Refusal, account_version, body_digest
from poolkeeper.domain.known.stored import judged
from poolkeeper.domain.observation import LivePool, Written
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.engine.accounts.breaker import AccountClosed
from poolkeeper.engine.accounts.connections import Line
from poolkeeper.engine.pools.state import Memory
from poolkeeper.engine.pools.wanted import Wanted
from poolkeeper.engine.ports import Clock
from poolkeeper.engine.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Look:
    """What a decision was made on, and where."""

    desired: Desired
    live: LivePool
    line: Line
    edition: Edition


class Writer:
    """Sends what the plan says."""

    def __init__(self, wanted: Wanted, *, clock: Clock, telemetry: Telemetry) -> None:
        self._wanted = wanted
        self._clock = clock
        self._telemetry = telemetry

    async def write(
        self, pool: BatchPool, write: Write, seen: Outcome, *, look: Look, memory: Memory
    ) -> Outcome | None:
        """Write, read back, remember; None when the pool has moved. A refusal is an outcome too.

        Raises Superseded when the write is not wanted any more.
        """
        # One whose answer is lost is told all the same, when the next look finds what became of it.
        time, etag = self._clock.now(), look.live.row.etag
        memory.pending = PendingWrite(time, etag, look.edition, write.differences, drifted=seen.drifted)
        asked = 0

        def wanted() -> None:
            nonlocal asked
            self._wanted.check(pool, look.line.account)
            asked += 1

        try:
            written = await look.line.write(pool.pool_id, write.body, etag=look.live.row.etag, wanted=wanted)
        except AccountClosed as closed:
            self._failed(pool, closed.failure, memory, sent=asked > 1)
            raise
        except Failure as failure:
            self._failed(pool, failure, memory, sent=asked > 1)
            if isinstance(failure, InvalidProperties) and failure.code:
                self._refused(failure, look, memory)
            return replace(seen, failure=failure, differences=write.differences, known=memory.known)
        finally:
            if asked <= 1:
                # It never left: the first question comes before the last look at the pool.
                memory.pending = None
        if written is None:
            return None
        memory.pending = None
        self._telemetry.write(pool, None)
        return await self._verified(pool, write, written, seen, look=look, memory=memory)

    def _failed(self, pool: BatchPool, failure: Failure, memory: Memory, *, sent: bool) -> None:
        if sent:
            self._telemetry.write(pool, failure)
        if not isinstance(failure, ServiceUnavailable):
            # The service has said that it did not do it; of any other failure the next look finds out.
            memory.pending = None

    def _refused(self, failure: InvalidProperties, look: Look, memory: Memory) -> None:
        assert memory.known is not None, "a pool is written after it was read"
        digest = body_digest(look.desired.form, hidden=look.desired.hidden)
        refusal = Refusal(digest, look.edition, account_version(look.line.account), failure)
        memory.known = replace(memory.known, refusal=refusal)

    async def _verified(
        self, pool: BatchPool, write: Write, written: Written, seen: Outcome, *, look: Look, memory: Memory
    ) -> Outcome:
        """What the service made of the write. An unknown rule of its would otherwise be drift, corrected for ever."""
        assert memory.known is not None, "a pool is written after it was read"
        if seen.drifted:
            memory.flaps.corrected(paths_of(write.differences), now=self._clock.monotonic())
        done = replace(seen, corrected=write.differences, written=written, sent=look.edition)
        # The service has taken it, so a password that it never shows has reached it.
        memory.known = replace(memory.known.in_sync(look.edition), sent=look.edition)
        memory.row = look.live.row_after(written)
        try:
            stored = await look.line.read(pool.pool_id)
        except (Failure, AccountClosed):
            memory.unverified = (written.etag, look.live.form)
            return replace(done, known=memory.known)
        if stored.form == look.desired.form:
            memory.known = replace(memory.known, stored=None)
            if not written.etag:
                done = replace(done, written=replace(written, etag=stored.row.etag))
                memory.row = stored.row
        elif stored.row.etag == written.etag:
            return self._stored_otherwise(pool, replace(done, live=stored), look=look, memory=memory)
        return replace(done, known=memory.known)

    def _stored_otherwise(self, pool: BatchPool, done: Outcome, *, look: Look, memory: Memory) -> Outcome:
        assert memory.known is not None and done.live is not None, "the pool was read back"  # noqa: PT018 - one fact
        before = memory.known.stored
        stored = judged(look.live.form, done.live.form, look.desired.form, ignore=pool.ignore)
        memory.known = replace(memory.known, stored=stored)
        differences = drift(done.live.form, look.desired.form)
        failure: NotStored | None = not_stored(stored)
        if failure is None:
            return replace(done, known=memory.known, restated=differences if stored != before else ())
        # It has never been in sync with this edition: what differs is nobody's drift.
        memory.known = replace(memory.known, synced=None)
        return replace(done, known=memory.known, failure=failure, differences=differences)
