"""The sections about differences: `drift` is what differs now, `lastDrift` what last arose behind the manifest's back.

Both are bounded, so that the status is valid against the CRD whatever the pool holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from poolkeeper.domain.diff.drift import Difference, paths_of
from poolkeeper.domain.diff.summary import ordered
from poolkeeper.domain.redaction.display import shown_pair
from poolkeeper.domain.redaction.mask import Mask
from poolkeeper.domain.redaction.visible import visible
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.schema.canonical import Form
from poolkeeper.domain.secret_refs import uses_secrets
from poolkeeper.domain.status.report import Report
from poolkeeper.domain.status_types import MOST_ETAG, MOST_PATHS, DifferenceFields, LastDriftFields, PoolStatus

MOST_CHARACTERS = 4096
"""Of a path, as the CRD has it: the name of an environment variable may be as long as anybody likes."""


def drift(report: Report) -> PoolStatus:
    """`drift`."""
    if report.frozen:
        return {"drift": report.old.get("drift", [])}
    outcome = report.outcome
    if outcome.live is None or not outcome.differences:
        return {"drift": []}
    mask = Mask(outcome.hidden, guarded=uses_secrets(report.pool))
    first = ordered(outcome.differences)[:MOST_PATHS]
    return {"drift": [_entry(one, outcome.live.form, outcome.desired or {}, mask=mask) for one in first]}


def last_drift(report: Report) -> PoolStatus:
    """`lastDrift`, when this look found some."""
    outcome, old = report.outcome, report.kept.get("lastDrift")
    if not outcome.drifted or outcome.live is None or report.frozen:
        return {}
    entry: LastDriftFields = {
        "time": report.now,
        "eTag": outcome.live.row.etag[:MOST_ETAG],
        "paths": told_paths(outcome.corrected or outcome.differences, Mask(outcome.hidden)),
        "corrected": outcome.written is not None,
    }
    # The same drift, seen again while it cannot be corrected, keeps the time at which it was found.
    same = old is not None and {**entry, "time": old["time"]} == old
    return {"lastDrift": old if old is not None and same else entry}


def is_news(pool: BatchPool, differences: Sequence[Difference]) -> bool:
    """Whether these differ at other paths than the status tells of already."""
    return [entry["path"] for entry in pool.status.get("drift", ())] != told_paths(differences)


def told_paths(differences: Sequence[Difference], mask: Mask | None = None) -> list[str]:
    """The paths of differences as far as a status holds them."""
    return [_told(path, mask or Mask()) for path in paths_of(ordered(differences)[:MOST_PATHS])]


def _entry(difference: Difference, live: Form, desired: Form, *, mask: Mask) -> DifferenceFields:
    here, wanted = shown_pair(live, desired, difference.path, mask=mask)
    entry: DifferenceFields = {"op": difference.op, "path": _told(difference.path, mask)}
    if here is not None:
        entry["live"] = here
    if wanted is not None:
        entry["desired"] = wanted
    return entry


def _told(path: str, mask: Mask) -> str:
    """A path that the CRD takes, without what may not be shown in it."""
    # Searched further than it is shown: a value that stands across the cut begins before it.
    return visible(mask.words(path[: 2 * MOST_CHARACTERS]))[:MOST_CHARACTERS]
