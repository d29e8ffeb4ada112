"""What the engine remembers of each BatchPool between looks; what must outlive a restart stands in its status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from poolkeeper.domain.decision.flaps import Flaps, Limit
from poolkeeper.domain.decision.plan import Desired, History
from poolkeeper.domain.diff.write_only import DesiredVersion
from poolkeeper.domain.failures import BatchFailure, Failure
from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.pending import PendingWrite
from poolkeeper.domain.known.pool import Known, Refusal, account_version, body_digest
from poolkeeper.domain.observation import PoolRow
from poolkeeper.domain.packing import packed, unpacked
from poolkeeper.domain.reasons import Requeue
from poolkeeper.domain.resources import Asks, BatchAccount, BatchPool, Key
from poolkeeper.domain.schema.canonical import Form
from poolkeeper.domain.status.conditions import find
from poolkeeper.domain.status.lenient import readable, with_history
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.pool import MOST_TOKEN
from poolkeeper.domain.status_types import PoolStatus

GONE = PoolRow(etag="", state="", allocation_state="")
"""The row of a pool that does not exist."""


@dataclass(slots=True)
class PoolState:
    """One BatchPool's."""

    meant: bytes
    """The status that it should have, packed: what is there otherwise is not the operator's."""
    there: bytes = b"{}"
    """The status that it has, packed, as far as the look that is under way knows."""
    pending: PendingWrite | None = None
    """A write whose result is not known yet."""
    unverified: tuple[str, Form] | None = None
    """The ETag of a write that could not be read back, and what the pool was like before it."""
    known: Known | None = None
    """None before the pool was read."""
    counted: str | None = None
    """The ETag of the drift that was counted last."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """The versions of the pool's Secrets when it was last looked at; those that were missing are not among them."""
    secret_names: tuple[Key, ...] = ()
    """All that it refers to."""
    row: PoolRow | None = None
    """What was last evaluated; None: the next sweep looks at the pool even if its row is unchanged."""
    unreported: Outcome | None = None
    """A write that no status tells of yet, because Kubernetes could not be reached."""
    flaps: Flaps = field(default_factory=Flaps)
    asked: Asks | None = None
    """What people asked for when the pool was last looked at."""
    misses: int = 0
    """Looks in a row that failed for this pool alone."""

    @classmethod
    def of(cls, pool: BatchPool, *, limit: Limit | None = None) -> PoolState:
        """What the status tells after a restart."""
        status = readable(pool.status)
        pending = PendingWrite.in_status(status)
        return cls(meant=packed(status), there=pool.packed_status, pending=pending, flaps=Flaps(limit or Limit()))

    def begin(self, pool: BatchPool) -> None:
        """A look begins; what somebody asked for begins anew."""
        if self.asked is not None and self.asked != pool.asks:
            self.flaps.clear()
            if self.asked.requests != pool.requests:
                self.forgive()
        self.asked = pool.asks
        self.there = pool.packed_status

    @property
    def status(self) -> PoolStatus:
        """The status that was last meant; the next one is made of it."""
        status: PoolStatus = unpacked(self.meant)
        return status

    def readable(self, pool: BatchPool) -> BatchPool:
        """The resource with a status that the next one can be made of: what it has, and the history that it lacks."""
        return replace(pool, packed_status=packed(with_history(readable(unpacked(self.there)), self.status)))

    def is_meant(self, pool: BatchPool) -> bool:
        """Whether the resource has that status."""
        return pool.packed_status == self.meant or unpacked(pool.packed_status) == unpacked(self.meant)

    def at(self, pool: BatchPool, address: Address) -> Known:
        """What is known at this address: what stands in memory, or what the status tells."""
        if self.known is None:
            self.known = Known.in_status(self.status, address)
            answered = self.status.get("lastHandledReconcileAt")
            if pool.requests and pool.requests[-1][:MOST_TOKEN] != answered:
                self.known = self.known.forgiven()
            told = Address.in_status(self.status)
        else:
            told = self.known.address
            self.known = self.known.moved_to(address)
        if not address.same_pool(told):
            # Corrections and writes of another pool say nothing of this one.
            self.pending, self.unverified = None, None
            self.flaps.clear()
        return self.known

    def history(self, pool: BatchPool, desired: Desired, account: BatchAccount) -> History:
        """What the plan needs to know from before; only after `at`."""
        known = self.known
        assert known is not None, "a pool is planned for after it was read"
        refusal = known.refusal
        if refusal is not None and not _is_of(refusal, pool, desired, account):
            refusal = None
        return History(
            address=known.address,
            adopted=known.adopted,
            refusal=None if refusal is None else refusal.failure,
            stored=known.stored,
            flaps=self.flaps,
            sent=known.sent,
        )

    def forgive(self) -> None:
        """Have everything looked at, and sent, anew."""
        self.row = None
        if self.known is not None:
            self.known = self.known.forgiven()

    def in_sync(self, desired_version: DesiredVersion) -> None:
        """The pool is as this version asks."""
        assert self.known is not None, "a pool is in sync after it was read"
        self.known = self.known.in_sync(desired_version)

    def counts(self, etag: str) -> bool:
        """Whether drift that is found at this ETag is counted; once, however often it is tried to put it right."""
        told = self.status.get("lastDrift")
        news = etag not in {self.counted, None if told is None else told["eTag"]}
        self.counted = etag
        return news

    def is_a_miss(self, pool: BatchPool, failure: Failure, *, patience: int) -> bool:
        """Whether a failure that may pass is one of the first few, and not worth a status."""
        if not isinstance(failure, BatchFailure) or failure.retry is not Requeue.BACKOFF:
            return False
        self.misses += 1
        ready = find(self.status.get("conditions", ()), "Ready")
        well = ready is not None and ready["observedGeneration"] == pool.generation and ready["status"] == "True"
        return well and self.misses < patience

    def is_drift(self, desired_version: DesiredVersion) -> bool:
        """Whether a difference to this version arose behind the manifest's back."""
        return self.known is not None and self.known.synced == desired_version

    def complete(self, outcome: Outcome) -> Outcome:
        """The outcome with an earlier write that was not reported."""
        earlier = self.unreported
        if earlier is None or outcome.written is not None:
            return outcome
        return replace(
            outcome,
            written=earlier.written,
            written_at=earlier.written_at,
            sent=earlier.sent,
            corrected=earlier.corrected,
            drifted=earlier.drifted,
            normalised=earlier.normalised,
        )


def _is_of(refusal: Refusal, pool: BatchPool, desired: Desired, account: BatchAccount) -> bool:
    """Whether this body was refused, and nothing has changed since that may make the service take it."""
    if refusal.desired_version != DesiredVersion(
        pool.generation, desired.secrets
    ) or refusal.account != account_version(account):
        return False
    return refusal.digest == body_digest(desired.form, hidden=desired.hidden)
