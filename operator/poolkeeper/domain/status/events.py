"""What is worth an event and a log line: transitions and writes, never a quiet check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from poolkeeper.domain.diff.drift import paths_of
from poolkeeper.domain.diff.summary import in_words
from poolkeeper.domain.reasons import Reason
from poolkeeper.domain.redaction.mask import Mask
from poolkeeper.domain.redaction.visible import visible
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.schema.retired import RETIRED
from poolkeeper.domain.status.conditions import ready_reason
from poolkeeper.domain.status.drift import is_news
from poolkeeper.domain.status.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a resource; `type` and `reason` as Kubernetes defines them."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str

    def __post_init__(self) -> None:
        # Made here, so that nobody has to think of it: a terminal obeys what a pool says, and a log has lines.
        object.__setattr__(self, "message", visible(self.message))


def pool_events(pool: BatchPool, outcome: Outcome) -> list[Event]:
    """The events of one look at a pool, given the status from before it."""
    mask = Mask(outcome.hidden)
    # A name may be a secret too: another writer may have put a value there.
    return [replace(one, message=mask.words(one.message)) for one in _announcements(pool, outcome)]


def _announcements(pool: BatchPool, outcome: Outcome) -> list[Event]:
    found = retirements(pool)
    before = ready_reason(pool.status)
    if outcome.written is not None:
        found.append(_written(pool, outcome, request_id=outcome.written.request_id))
    if outcome.failure is not None:
        changed = before != outcome.failure.reason
        if changed:
            found.append(Event("Warning", outcome.failure.reason, f"pool {pool.pool_id}: {outcome.failure}"))
        if outcome.drifted and (changed or not pool.status.get("drift")):
            what = in_words(paths_of(outcome.differences))
            found.append(Event("Warning", "DriftDetected", f"pool {pool.pool_id} has drifted at {what}"))
    elif outcome.differences:
        if is_news(pool, outcome.differences):
            what = in_words(paths_of(outcome.differences))
            found.append(Event("Warning", "DriftDetected", f"pool {pool.pool_id} differs at {what}; only watched"))
    elif outcome.written is None and before not in {Reason.InSync, Reason.Observed}:
        found.append(Event("Normal", Reason.InSync, f"pool {pool.pool_id} has the properties of the manifest"))
    if outcome.normalised:
        what = in_words(paths_of(outcome.normalised))
        message = f"pool {pool.pool_id}: the service stores {what} in other words than were sent; taken as equal"
        found.append(Event("Normal", "StoredDifferently", message))
    return found


def retirements(pool: BatchPool) -> list[Event]:
    """A warning for each retired feature that a new generation uses."""
    if pool.status.get("observedGeneration") == pool.generation:
        return []
    return [Event("Warning", "RetiredFeature", f"spec.properties.{name}: {RETIRED[name]}") for name in pool.retired]


def _written(pool: BatchPool, outcome: Outcome, *, request_id: str) -> Event:
    what = in_words(paths_of(outcome.corrected))
    assert outcome.written is not None, "only called after a write"
    proof = f"new ETag {outcome.written.etag}, request {request_id}"
    if outcome.drifted:
        message = f"pool {pool.pool_id} had drifted at {what}; corrected ({proof})"
        return Event("Warning", "DriftCorrected", message)
    return Event("Normal", "Updated", f"pool {pool.pool_id} updated at {what} ({proof})")
