"""The status of a BatchPool: one function a section, each computed from the last status and what came of a look."""

from __future__ import annotations

from collections.abc import Callable

from poolkeeper.domain.diff.write_only import DesiredVersion
from poolkeeper.domain.failures import AwaitingApproval, Conflict
from poolkeeper.domain.known.pending import PendingWrite
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.status.conditions import Condition, with_conditions
from poolkeeper.domain.status.drift import drift, last_drift
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.pool_conditions import conditions
from poolkeeper.domain.status.report import Report
from poolkeeper.domain.status_types import MOST_ETAG, LivePoolFields, PoolStatus, without

MOST_REQUEST_ID = 128
"""Characters of a request id, as the CRD has it. A proxy may send longer ones."""

MOST_TOKEN = 256
"""Of an annotation that is echoed; annotations may hold 256 KiB."""


def pool_status(pool: BatchPool, outcome: Outcome, *, now: str) -> PoolStatus:
    """The status that `pool` should show after `outcome`; equal to the old one when nothing has changed."""
    report = Report(pool, outcome, now)
    status: PoolStatus = {}
    for section in SECTIONS:
        status |= section(report)
    return status if status.get("secretVersions") else without(status, "secretVersions")


def suspended_status(pool: BatchPool, *, now: str, pending: PendingWrite | None = None) -> PoolStatus:
    """Everything as it was, and that nothing is done; `pending` is a write that nobody has answered yet."""
    old = pool.status
    # What is suspended is not on its way either.
    before = [one for one in old.get("conditions", ()) if one["type"] not in {"Suspended", "Reconciling"}]
    mark = Condition("Suspended", "True", "Suspended", "spec.suspend is true: nothing is read or sent")
    marks = with_conditions(old.get("conditions", ()), [mark], generation=pool.generation, now=now)
    # Nor does a write wait: it finds out, at the last moment, that it is not wanted any more.
    kept = old if pending is not None else without(old, "pendingWrite")
    return {**kept, **_handled(pool), "observedGeneration": pool.generation, "conditions": [*before, *marks]}


def _memory(report: Report) -> PoolStatus:
    """What is known of the pool, and by what right the resource has it."""
    outcome = report.outcome
    section: PoolStatus = {**report.kept, "observedGeneration": report.pool.generation}
    if outcome.known is not None:
        section |= outcome.known.told
    claim = report.old.get("claim") if outcome.claim is None else outcome.claim.told
    if claim is not None and not isinstance(outcome.failure, Conflict):
        section["claim"] = claim
    if outcome.pending is not None:
        section["pendingWrite"] = outcome.pending.told
    return section


def _seen(report: Report) -> PoolStatus:
    """`eTag`, `lastModified` and `pool`, when the pool was read."""
    live, written = report.outcome.live, report.outcome.written
    if live is None or report.frozen:
        return {}
    states: LivePoolFields = {"state": live.row.state, "allocationState": live.row.allocation_state}
    if live.current_mode is not None:
        states["currentNodeCommunicationMode"] = live.current_mode
    return {
        "eTag": (live.row.etag if written is None else written.etag)[:MOST_ETAG],
        "lastModified": (live if written is None else written).last_modified,
        "pool": states,
    }


def _last_write(report: Report) -> PoolStatus:
    """`lastWrite`, and the versions of Secrets that it was made of."""
    outcome = report.outcome
    if outcome.written is None:
        return {}
    sent = outcome.sent or DesiredVersion(report.pool.generation)
    return {
        "lastWrite": {
            "time": outcome.written_at or report.now,
            "eTag": outcome.written.etag[:MOST_ETAG],
            "generation": sent.generation,
            "requestID": outcome.written.request_id[:MOST_REQUEST_ID],
        },
        "secretVersions": dict(sent.secrets),
    }


def _plan(report: Report) -> PoolStatus:
    """`plan`, while it waits for an approval."""
    outcome = report.outcome
    if not isinstance(outcome.failure, AwaitingApproval) or outcome.live is None:
        return {}
    etag = outcome.live.row.etag[:MOST_ETAG]
    return {"plan": {"hash": outcome.failure.plan, "eTag": etag, "generation": report.pool.generation}}


def _requests(report: Report) -> PoolStatus:
    return _handled(report.pool)


def _handled(pool: BatchPool) -> PoolStatus:
    return {"lastHandledReconcileAt": pool.requests[-1][:MOST_TOKEN]} if pool.requests else {}


SECTIONS: tuple[Callable[[Report], PoolStatus], ...] = (
    _memory,
    _seen,
    _last_write,
    last_drift,
    drift,
    _plan,
    _requests,
    conditions,
)
"""In this order; a later one overrides what an earlier one kept."""
