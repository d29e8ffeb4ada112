"""What came of one look at a pool."""

from __future__ import annotations

from dataclasses import dataclass

from poolkeeper.domain.diff.drift import Difference
from poolkeeper.domain.diff.write_only import DesiredVersion
from poolkeeper.domain.failures import Failure
from poolkeeper.domain.known.claim import Claim
from poolkeeper.domain.known.pending import PendingWrite
from poolkeeper.domain.known.pool import Known
from poolkeeper.domain.observation import LivePool, Written
from poolkeeper.domain.schema.canonical import Form
from poolkeeper.domain.secret_text import SecretText


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a reconcile, from which status, events and log lines are made."""

    live: LivePool | None = None
    """The newest state that was evaluated; None when the pool could not be read."""
    failure: Failure | None = None
    """None means in sync, or only watched."""
    desired: Form | None = None
    """What the pool was compared with."""
    hidden: frozenset[SecretText] = frozenset()
    """What stands in it that may not be shown, wherever it stands."""
    differences: tuple[Difference, ...] = ()
    """What differs now; empty when in sync, and after a write."""
    corrected: tuple[Difference, ...] = ()
    """What the write changed."""
    written: Written | None = None
    written_at: str | None = None
    """RFC 3339; None for now."""
    sent: DesiredVersion | None = None
    """What the write was made of."""
    drifted: bool = False
    """The difference arose behind the manifest's back, not by a change of it."""
    normalised: tuple[Difference, ...] = ()
    """Where the service stores a write in other words than were sent."""
    known: Known | None = None
    """What is remembered of the pool from now on; None when it could not be read."""
    claim: Claim | None = None
    """By what right the resource has the pool."""
    pending: PendingWrite | None = None
    """A write whose result is not known yet."""
