"""The status of a BatchPool, computed whole from the last one and what came of a look at the pool.

Every list is bounded, so that the status is valid against the CRD whatever the pool holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from poolkeeper.domain.diff.drift import Difference, paths_of
from poolkeeper.domain.diff.summary import in_words, ordered
from poolkeeper.domain.diff.write_only import DesiredVersion
from poolkeeper.domain.failures import AwaitingApproval, Conflict, Flapping, PoolDeleting, PoolNotFound
from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.pending import PendingWrite
from poolkeeper.domain.known.pool import FIELDS as KNOWN
from poolkeeper.domain.reasons import CONSEQUENCES, Reason, Requeue
from poolkeeper.domain.redaction.display import shown_pair
from poolkeeper.domain.redaction.mask import Mask
from poolkeeper.domain.redaction.visible import visible
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.schema.canonical import Form
from poolkeeper.domain.secret_refs import uses_secrets
from poolkeeper.domain.status.conditions import Condition, find, with_conditions
from poolkeeper.domain.status.outcome import Outcome

Status = dict[str, Any]

MOST_PATHS = 50
"""Entries of `drift` and `lastDrift.paths`."""

MOST_CHARACTERS = 4096
"""Of a path, as the CRD has it: the name of an environment variable may be as long as anybody likes."""


_HISTORY = ("eTag", "lastModified", "pool", "lastWrite", "secretVersions", "lastDrift")
_OF_THE_POOL = (*_HISTORY, *KNOWN)

MOST_ETAG = 256
MOST_REQUEST_ID = 128
"""Characters, as the CRD has them: of what the service says, whoever stands between."""

MOST_TOKEN = 256
"""Of an annotation that is echoed; annotations may hold 256 KiB."""


def pool_status(pool: BatchPool, outcome: Outcome, *, now: str) -> Status:
    """The status that `pool` should show after `outcome`; equal to the old one when nothing has changed."""
    old = pool.status
    status = _remembered(old, outcome) | {"observedGeneration": pool.generation}
    if outcome.live is not None and not _still_flapping(pool, outcome):
        status |= _seen(outcome)
    if outcome.written is not None:
        sent = outcome.sent or DesiredVersion(pool.generation)
        status["lastWrite"] = {
            "time": outcome.written_at or now,
            "eTag": outcome.written.etag[:MOST_ETAG],
            "generation": sent.generation,
            "requestID": outcome.written.request_id[:MOST_REQUEST_ID],
        }
        status |= {"secretVersions": dict(sent.secrets)}
        if not sent.secrets:
            del status["secretVersions"]
    if outcome.drifted and outcome.live is not None and not _still_flapping(pool, outcome):
        status["lastDrift"] = _last_drift(outcome, status.get("lastDrift"), now=now)
    status["drift"] = old.get("drift", []) if _still_flapping(pool, outcome) else _entries(pool, outcome)
    if isinstance(outcome.failure, AwaitingApproval) and outcome.live is not None:
        etag = outcome.live.row.etag[:MOST_ETAG]
        status["plan"] = {"hash": outcome.failure.plan, "eTag": etag, "generation": pool.generation}
    status |= _handled(pool)
    marks = [_ready(pool, outcome), *_progress(outcome), _drifted(pool, outcome)]
    status["conditions"] = with_conditions(old.get("conditions", ()), marks, generation=pool.generation, now=now)
    return status


def _remembered(old: Status, outcome: Outcome) -> Status:
    """What goes on from the old status, and what is known of the pool from now on."""
    known = outcome.known
    kept: tuple[str, ...] = _OF_THE_POOL
    if known is not None:
        # What happened to one pool is not another's past.
        kept = _HISTORY if known.address.same_pool(Address.in_status(old)) else ()
    gone = {"eTag", "lastModified", "pool"} if isinstance(outcome.failure, PoolNotFound) else ()
    # An ETag and a state of a pool that is gone would read as if it were still there.
    status = {name: old[name] for name in kept if name in old and name not in gone}
    if known is not None:
        status |= known.told
    claim = old.get("claim") if outcome.claim is None else outcome.claim.told
    if claim is not None and not isinstance(outcome.failure, Conflict):
        status["claim"] = claim
    if outcome.pending is not None:
        status["pendingWrite"] = outcome.pending.told
    return status


def suspended_status(pool: BatchPool, *, now: str, pending: PendingWrite | None = None) -> Status:
    """Everything as it was, and that nothing is done; `pending` is a write that nobody has answered yet."""
    old = pool.status
    # What is suspended is not on its way either.
    before = [one for one in old.get("conditions", ()) if one["type"] not in {"Suspended", "Reconciling"}]
    mark = Condition("Suspended", "True", "Suspended", "spec.suspend is true: nothing is read or sent")
    marks = with_conditions(old.get("conditions", ()), [mark], generation=pool.generation, now=now)
    # Nor does a write wait: it finds out, at the last moment, that it is not wanted any more.
    old = {name: value for name, value in old.items() if name != "pendingWrite" or pending is not None}
    return {**old, **_handled(pool), "observedGeneration": pool.generation, "conditions": [*before, *marks]}


def _handled(pool: BatchPool) -> Status:
    return {"lastHandledReconcileAt": pool.requests[-1][:MOST_TOKEN]} if pool.requests else {}


def ready_reason(status: Mapping[str, Any]) -> str | None:
    """The reason of the Ready condition; None before the first look."""
    ready = find(status.get("conditions", ()), "Ready")
    return None if ready is None else str(ready["reason"])


def ready_state(status: Mapping[str, Any]) -> tuple[str, str]:
    """Status and reason of the Ready condition, for counting."""
    ready = find(status.get("conditions", ()), "Ready")
    return ("Unknown", "") if ready is None else (ready["status"], ready["reason"])


def is_news(pool: BatchPool, differences: Sequence[Difference]) -> bool:
    """Whether these differ at other paths than the status tells of already."""
    return [entry["path"] for entry in pool.status.get("drift", ())] != told_paths(differences)


def told_paths(differences: Sequence[Difference], mask: Mask | None = None) -> list[str]:
    """The paths of differences as far as a status holds them."""
    return [_told(path, mask or Mask()) for path in paths_of(ordered(differences)[:MOST_PATHS])]


def _seen(outcome: Outcome) -> Status:
    live, written = outcome.live, outcome.written
    assert live is not None, "only called with a pool that was read"
    pool = {"state": live.row.state, "allocationState": live.row.allocation_state}
    if live.current_mode is not None:
        pool["currentNodeCommunicationMode"] = live.current_mode
    newest = live if written is None else written
    return {
        "eTag": (live.row.etag if written is None else written.etag)[:MOST_ETAG],
        "lastModified": newest.last_modified,
        "pool": pool,
    }


def _last_drift(outcome: Outcome, old: Mapping[str, Any] | None, *, now: str) -> Status:
    assert outcome.live is not None, "drift is only known of a pool that was read"
    found = outcome.corrected or outcome.differences
    entry = {
        "time": now,
        "eTag": outcome.live.row.etag[:MOST_ETAG],
        "paths": told_paths(found, Mask(outcome.hidden)),
        "corrected": outcome.written is not None,
    }
    # The same drift, seen again while it cannot be corrected, keeps the time at which it was found.
    same = old is not None and {**entry, "time": old["time"]} == old
    return dict(old) if old is not None and same else entry


def _entries(pool: BatchPool, outcome: Outcome) -> list[Status]:
    if outcome.live is None or not outcome.differences:
        return []
    mask = Mask(outcome.hidden, guarded=uses_secrets(pool))
    first = ordered(outcome.differences)[:MOST_PATHS]
    return [_entry(one, outcome.live.form, outcome.desired or {}, mask=mask) for one in first]


def _entry(difference: Difference, live: Form, desired: Form, *, mask: Mask) -> Status:
    here, wanted = shown_pair(live, desired, difference.path, mask=mask)
    told = {side: text for side, text in (("live", here), ("desired", wanted)) if text is not None}
    return {"op": difference.op, "path": _told(difference.path, mask), **told}


def _told(path: str, mask: Mask) -> str:
    """A path that the CRD takes, without what may not be shown in it."""
    # Searched further than it is shown: a value that stands across the cut begins before it.
    return visible(mask.words(path[: 2 * MOST_CHARACTERS]))[:MOST_CHARACTERS]


def _still_flapping(pool: BatchPool, outcome: Outcome) -> bool:
    # Each of the other writer's writes moves the ETag; a status that followed would be written as often.
    return isinstance(outcome.failure, Flapping) and ready_reason(pool.status) == Reason.Flapping


def _ready(pool: BatchPool, outcome: Outcome) -> Condition:
    failure = outcome.failure
    if failure is None and pool.mode == "Observe":
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
        return [Condition("Reconciling", "True", failure.reason, "trying again by itself")]
    if consequence.stalled and failure.retry is not Requeue.SLOWLY:
        return [Condition("Stalled", "True", failure.reason, f"tried again only {failure.retry.value}")]
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
