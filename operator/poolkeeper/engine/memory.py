"""What the engine remembers of each pool between looks; all of it can be lost, at the price of a look more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from poolkeeper.domain.failures import Failure, InvalidProperties
from poolkeeper.domain.observation import PoolRow
from poolkeeper.domain.outcome import Outcome
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.status import refused_message, synced_generation

GONE = PoolRow(etag="", state="", allocation_state="")
"""The row of a pool that does not exist."""


class RememberedRefusal(InvalidProperties):
    """A refusal from before a restart, in the words that the status has kept."""

    @property
    def message(self) -> str:
        return self.cause


@dataclass(slots=True)
class Memory:
    """One pool's."""

    synced: int | None
    """The newest generation that has been in sync; a difference to it is drift, not a change of the manifest."""
    refused: tuple[int, Failure] | None
    """The generation whose body the service will not take, and why."""
    row: PoolRow | None = None
    """What was last evaluated; None has the next sweep look at the pool whatever it finds."""
    unreported: Outcome | None = None
    """A write that no status tells of yet, because Kubernetes could not be reached."""

    @classmethod
    def of(cls, pool: BatchPool) -> Memory:
        """What the status tells after a restart."""
        message = refused_message(pool.status, pool.generation)
        prefix = f"pool {pool.pool_id}: "
        refusal = None if message is None else RememberedRefusal(message.removeprefix(prefix))
        refused = None if refusal is None else (pool.generation, refusal)
        return cls(synced=synced_generation(pool.status), refused=refused)

    def refusal(self, pool: BatchPool) -> Failure | None:
        """Why this generation need not be sent again."""
        return self.refused[1] if self.refused is not None and self.refused[0] == pool.generation else None

    def forgive(self) -> None:
        """Have everything looked at, and sent, anew."""
        self.row, self.refused = None, None

    def complete(self, outcome: Outcome) -> Outcome:
        """The outcome with an earlier write that was not reported."""
        earlier = self.unreported
        if earlier is None or outcome.written is not None:
            return outcome
        return replace(outcome, written=earlier.written, corrected=earlier.corrected, drifted=earlier.drifted)
