"""The section `conditions` of a pool: Ready, then Reconciling or Stalled, then Drifted."""

from __future__ import annotations

from poolkeeper.domain.diff.drift import paths_of
from poolkeeper.domain.diff.summary import in_words
from poolkeeper.domain.enums import Mode
from poolkeeper.domain.failures import PoolDeleting, PoolNotFound
from poolkeeper.domain.reasons import CONSEQUENCES, Reason, Requeue
from poolkeeper.domain.redaction.mask import Mask
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.status.conditions import Condition, find, with_conditions
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.report import Report
from poolkeeper.domain.status_types import PoolStatus


def conditions(report: Report) -> PoolStatus:
    """`conditions`."""
    pool, outcome = report.pool, report.outcome
    wanted = [_ready(pool, outcome), *_progress(outcome), _drifted(pool, outcome)]
    old = report.old.get("conditions", ())
    return {"conditions": with_conditions(old, wanted, generation=pool.generation, now=report.now)}


def _ready(pool: BatchPool, outcome: Outcome) -> Condition:
    failure = outcome.failure
    if failure is None and pool.mode is Mode.OBSERVE:
        return Condition(
            "Ready", "True", Reason.Observed, f"pool {pool.pool_id} is only watched; Drifted tells what is found"
        )
    if failure is None:
        return Condition("Ready", "True", Reason.InSync, f"pool {pool.pool_id} has the properties of the manifest")
    return Condition(
        "Ready", "False", failure.reason, Mask(outcome.hidden).words(f"pool {pool.pool_id}: {failure.message}")
    )


def _progress(outcome: Outcome) -> list[Condition]:
    failure = outcome.failure
    if failure is None:
        return []
    consequence = CONSEQUENCES[failure.reason]
    if consequence.reconciling:
        return [Condition("Reconciling", "True", failure.reason, "Poolkeeper retries")]
    if consequence.stalled and failure.retry is not Requeue.SLOWLY:
        return [Condition("Stalled", "True", failure.reason, f"Poolkeeper retries only {failure.retry.value}")]
    return []


def _drifted(pool: BatchPool, outcome: Outcome) -> Condition:
    if outcome.differences:
        where = in_words(paths_of(outcome.differences))
        return Condition("Drifted", "True", "Differs", f"differs at {Mask(outcome.hidden).words(where)}")
    if outcome.live is not None and not isinstance(outcome.failure, PoolDeleting):
        return Condition("Drifted", "False", "Equal", "the live pool equals the manifest")
    old = find(pool.status.get("conditions", ()), "Drifted")
    gone = isinstance(outcome.failure, PoolNotFound | PoolDeleting)
    if old is not None and not gone and old["observedGeneration"] == pool.generation:
        # A pool that cannot be read now is as drifted as it was when it last could.
        return Condition("Drifted", old["status"], old["reason"], old["message"])
    return Condition("Drifted", "Unknown", "NotRead", "the pool has not been read for this generation")
