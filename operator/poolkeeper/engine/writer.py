"""One write, and the read that verifies it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from poolkeeper.domain.drift import drift, paths_of
from poolkeeper.domain.editions import Edition
from poolkeeper.domain.failures import Failure, InvalidProperties
from poolkeeper.domain.observation import LivePool, Written
from poolkeeper.domain.outcome import Outcome
from poolkeeper.domain.plan import Desired, Write
from poolkeeper.domain.resources import BatchPool
from poolkeeper.engine.gate import AccountClosed
from poolkeeper.engine.memory import Memory, Restated
from poolkeeper.engine.ports import Batch
from poolkeeper.engine.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Look:
    """What a decision was made on, and where."""

    desired: Desired
    live: LivePool
    batch: Batch
    edition: Edition


class Writer:
    """Sends what the plan says."""

    def __init__(self, telemetry: Telemetry, *, monotonic: Callable[[], float]) -> None:
        self._telemetry = telemetry
        self._monotonic = monotonic

    async def write(self, pool: BatchPool, write: Write, seen: Outcome, *, look: Look, memory: Memory) -> Outcome:
        """Write, verify, remember; a refusal is an outcome too."""
        try:
            written = await look.batch.write(pool.pool_id, write.body)
        except AccountClosed as closed:
            self._telemetry.write(pool, closed.failure)
            raise
        except Failure as failure:
            self._telemetry.write(pool, failure)
            if isinstance(failure, InvalidProperties):
                memory.refused = (look.edition, failure)
            return replace(seen, failure=failure, differences=write.differences)
        self._telemetry.write(pool, None)
        memory.row = look.live.row_after(written)
        memory.in_sync(look.edition)
        memory.sent = look.edition
        if seen.drifted:
            memory.flaps.corrected(paths_of(write.differences), now=self._monotonic())
        before, memory.restated = memory.restated, await self._verify(pool, written, look)
        news = memory.restated is not None and memory.restated != before
        restated = drift(memory.restated.stored, look.desired.form) if memory.restated is not None and news else ()
        return replace(seen, corrected=write.differences, written=written, sent=look.edition, restated=restated)

    async def _verify(self, pool: BatchPool, written: Written, look: Look) -> Restated | None:
        """What the service made of the write, where it is something else than was sent.

        An unknown rule of the service would otherwise look like drift, and be corrected for ever.
        """
        try:
            stored = await look.batch.read(pool.pool_id)
        except (Failure, AccountClosed):
            # Not verified; the next look finds the ETag of this write and knows that it is ours.
            return None
        if stored.row.etag != written.etag or stored.form == look.desired.form:
            return None
        return Restated(look.desired.form, stored.form)
