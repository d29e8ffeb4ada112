"""What every section of a pool's status is computed from."""

from __future__ import annotations

from dataclasses import dataclass

from poolkeeper.domain.failures import Flapping, PoolNotFound
from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.pool import FIELDS as KNOWN
from poolkeeper.domain.reasons import Reason
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.status.conditions import ready_reason
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status_types import PoolStatus, chosen, without

_HISTORY = ("eTag", "lastModified", "pool", "lastWrite", "secretVersions", "lastDrift")
_OF_THE_POOL = (*_HISTORY, *KNOWN)
_OF_A_LIVING_POOL = ("eTag", "lastModified", "pool")


@dataclass(frozen=True, slots=True)
class Report:
    """A pool with the status that it had, what came of the look at it, and the time of that, as RFC 3339."""

    pool: BatchPool
    outcome: Outcome
    now: str

    @property
    def old(self) -> PoolStatus:
        """The status from before."""
        return self.pool.status

    @property
    def frozen(self) -> bool:
        """Whether the pool was fought over before and still is, so that what was seen of it is not told anew.

        Each of the other writer's writes moves the ETag; a status that followed would be written as often.
        """
        flapping = isinstance(self.outcome.failure, Flapping)
        return flapping and ready_reason(self.old) == Reason.Flapping

    @property
    def kept(self) -> PoolStatus:
        """What goes on from the old status: what happened to one pool is not another's past."""
        known = self.outcome.known
        names: tuple[str, ...] = _OF_THE_POOL
        if known is not None:
            names = _HISTORY if known.address.same_pool(Address.in_status(self.old)) else ()
        kept = chosen(self.old, *names)
        if isinstance(self.outcome.failure, PoolNotFound):
            # An ETag and a state of a pool that is gone would read as if it were still there.
            return without(kept, *_OF_A_LIVING_POOL)
        return kept
