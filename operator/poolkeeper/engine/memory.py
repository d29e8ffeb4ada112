"""What the engine remembers of each pool between looks; all of it can be lost, at the price of a look more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from poolkeeper.domain.canonical import Form
from poolkeeper.domain.conditions import find
from poolkeeper.domain.editions import Edition
from poolkeeper.domain.failures import Failure, InvalidProperties
from poolkeeper.domain.flaps import Flaps, Limit
from poolkeeper.domain.observation import LivePool, PoolRow
from poolkeeper.domain.outcome import Outcome
from poolkeeper.domain.plan import Desired, Past
from poolkeeper.domain.reasons import Reason
from poolkeeper.domain.resources import Asks, BatchPool, Key
from poolkeeper.domain.status import refused_message, sent_edition, synced_edition

GONE = PoolRow(etag="", state="", allocation_state="")
"""The row of a pool that does not exist."""


class RememberedRefusal(InvalidProperties):
    """A refusal from before a restart, in the words that the status has kept."""

    @property
    def message(self) -> str:
        return self.cause


@dataclass(frozen=True, slots=True)
class Restated:
    """A desired state that the service stores in other words: equal, though we do not know by which rule."""

    sent: Form
    stored: Form


@dataclass(slots=True)
class Memory:
    """One pool's."""

    synced: Edition | None
    """The newest that has been in sync; a difference to it is drift, not a change of the manifest or of a Secret."""
    refused: tuple[Edition, Failure] | None
    """What the service will not take, and why."""
    sent: Edition | None = None
    """What was last written."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """The versions of the pool's Secrets when it was last looked at; those that were missing are not among them."""
    secret_names: tuple[Key, ...] = ()
    """All that it refers to."""
    row: PoolRow | None = None
    """What was last evaluated; None has the next sweep look at the pool whatever it finds."""
    unreported: Outcome | None = None
    """A write that no status tells of yet, because Kubernetes could not be reached."""
    adopted: bool = False
    """The resource has been in sync with this pool once, or has written to it."""
    restated: Restated | None = None
    flaps: Flaps = field(default_factory=Flaps)
    asked: Asks | None = None
    """What people asked for when the pool was last looked at."""

    @classmethod
    def of(cls, pool: BatchPool, *, limit: Limit | None = None) -> Memory:
        """What the status tells after a restart."""
        message = refused_message(pool.status, pool.generation)
        prefix = f"pool {pool.pool_id}: "
        refusal = None if message is None else RememberedRefusal(message.removeprefix(prefix))
        # Which Secrets the refused body was made with is not known any more: with any, it is sent once again.
        refused = None if refusal is None else (Edition(pool.generation), refusal)
        adopted = bool(pool.status.get("adopted"))
        flaps = Flaps(limit or Limit())
        synced, sent = synced_edition(pool.status), sent_edition(pool.status)
        return cls(synced=synced, refused=refused, sent=sent, adopted=adopted, flaps=flaps)

    def begin(self, pool: BatchPool) -> None:
        """A look begins; one that somebody asked for begins the count of corrections anew."""
        if self.asked is not None and self.asked != pool.asks:
            self.flaps.clear()
        self.asked = pool.asks

    def past(self, pool: BatchPool, desired: Desired, live: LivePool) -> Past:
        """What the plan needs to know from before."""
        edition = Edition(pool.generation, desired.secrets)
        refusal = self.refused[1] if self.refused is not None and self.refused[0] == edition else None
        expected = self.expected(pool, desired, live)
        return Past(adopted=self.adopted, refusal=refusal, expected=expected, flaps=self.flaps, sent=self.sent)

    def in_sync(self, edition: Edition) -> None:
        """The pool is as this edition asks."""
        self.synced, self.adopted = edition, True

    def expected(self, pool: BatchPool, desired: Desired, live: LivePool) -> Form | None:
        """What the service makes of this desired state, where that is known to be something else."""
        if self.restated is None and _is_known(pool, desired, live) and live.form != desired.form:
            # After a restart: the live state is still the very one that was in sync.
            self.restated = Restated(desired.form, live.form)
        if self.restated is None or self.restated.sent != desired.form:
            return None
        return self.restated.stored

    def forgive(self) -> None:
        """Have everything looked at, and sent, anew."""
        self.row, self.refused = None, None

    def complete(self, outcome: Outcome) -> Outcome:
        """The outcome with an earlier write that was not reported."""
        earlier = self.unreported
        if earlier is None or outcome.written is not None:
            return outcome
        return replace(
            outcome,
            written=earlier.written,
            sent=earlier.sent,
            corrected=earlier.corrected,
            drifted=earlier.drifted,
            restated=earlier.restated,
        )


def _is_known(pool: BatchPool, desired: Desired, live: LivePool) -> bool:
    """Whether the last write left this very state, or it has been found in sync since, for this edition."""
    if pool.status.get("secretVersions", {}) != desired.secrets:
        return False
    here = (live.row.etag, pool.generation)
    written = pool.status.get("lastWrite", {})
    if (written.get("eTag"), written.get("generation")) == here:
        return True
    ready = find(pool.status.get("conditions", ()), "Ready")
    if ready is None or ready["reason"] != Reason.InSync:
        return False
    return (pool.status.get("eTag"), ready["observedGeneration"]) == here
