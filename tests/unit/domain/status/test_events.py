"""Events: one for each transition and each write, none for a quiet look."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from poolkeeper.domain import failures
from poolkeeper.domain.status.events import Event, pool_events
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.pool import pool_status
from tests.unit.domain.examples import EARLIER, WRITTEN, differences, live, pool

OWNER = differences("/metadata/owner")
GONE = failures.PoolNotFound("the service answered 404 PoolNotFound", request_id="request-8")
BUSY = failures.ServiceUnavailable("no answer")

QUIET = Outcome(live=live())
UPDATED = Outcome(live=live(), corrected=OWNER, written=WRITTEN)
CORRECTED = Outcome(live=live(), corrected=OWNER, written=WRITTEN, drifted=True)
DRIFTED = Outcome(live=live(), failure=BUSY, differences=OWNER, drifted=True)
PENDING = Outcome(live=live(), failure=BUSY, differences=OWNER)
WRITTEN_THEN_LOST = Outcome(failure=BUSY, corrected=OWNER, written=WRITTEN)
PROOF = "(new ETag 0x8DE0000000000AB, request request-7)"
SYNCED = Event("Normal", "InSync", "pool Rendering has the properties of the manifest")
UPDATE = Event("Normal", "Updated", f"pool Rendering updated at /metadata/owner {PROOF}")
FAILED = Event("Warning", "ServiceUnavailable", f"pool Rendering: {BUSY}")
FOUND = Event("Warning", "DriftDetected", "pool Rendering has drifted at /metadata/owner")


FIGHT = failures.Flapping("corrected 5 times", pause=60)
FOUGHT = Outcome(live=live(), failure=FIGHT, differences=OWNER, drifted=True)
WAITING = Outcome(
    live=live(), failure=failures.AwaitingApproval("a plan waits", plan="0123456789abcdef"), differences=OWNER
)
RESTATED = Outcome(live=live(), corrected=OWNER, written=WRITTEN, normalised=differences("/metadata/team"))
OTHER_WORDS = Event(
    "Normal",
    "StoredDifferently",
    "pool Rendering: the service stores /metadata/team in other words than were sent; taken as equal",
)


class Row(NamedTuple):
    reason: str
    before: Outcome | None
    now: Outcome
    events: list[Event]


ROWS = [
    Row("the first look at a pool in sync", None, QUIET, [SYNCED]),
    Row("a quiet look", QUIET, QUIET, []),
    Row("a quiet look after a write", UPDATED, QUIET, []),
    Row("back in sync after a failure", Outcome(failure=BUSY), QUIET, [SYNCED]),
    Row("a change of the manifest", QUIET, UPDATED, [UPDATE]),
    Row("a write as the first look", None, UPDATED, [UPDATE]),
    Row(
        "a drift that was corrected",
        QUIET,
        CORRECTED,
        [Event("Warning", "DriftCorrected", f"pool Rendering had drifted at /metadata/owner; corrected {PROOF}")],
    ),
    Row(
        "a failure, with the request that Microsoft's support asks for",
        QUIET,
        Outcome(failure=GONE),
        [Event("Warning", "PoolNotFound", f"pool Rendering: {GONE.message} (request request-8)")],
    ),
    Row("the same failure again", Outcome(failure=GONE), Outcome(failure=GONE), []),
    Row("another failure", Outcome(failure=GONE), Outcome(failure=BUSY), [FAILED]),
    Row("a drift that cannot be corrected", QUIET, DRIFTED, [FAILED, FOUND]),
    Row("the same drift, still there", DRIFTED, DRIFTED, []),
    Row("a drift noticed during a failure", Outcome(failure=BUSY), DRIFTED, [FOUND]),
    Row("a change of the manifest that cannot be written is no drift", QUIET, PENDING, [FAILED]),
    Row("a fight", QUIET, FOUGHT, [Event("Warning", "Flapping", f"pool Rendering: {FIGHT}"), FOUND]),
    Row("the fight goes on", FOUGHT, FOUGHT, []),
    Row("a plan waits", QUIET, WAITING, [Event("Warning", "AwaitingApproval", "pool Rendering: a plan waits")]),
    Row("it goes on waiting", WAITING, WAITING, []),
    Row("a write that is stored in other words", QUIET, RESTATED, [UPDATE, OTHER_WORDS]),
    Row("a write that was told too late, with what came after it", QUIET, WRITTEN_THEN_LOST, [UPDATE, FAILED]),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_transitions_and_writes_are_announced(row: Row) -> None:
    before = {} if row.before is None else pool_status(pool(), row.before, now=EARLIER)
    assert pool_events(pool(status=before), row.now) == row.events, row.reason


WATCHED = Outcome(live=live(), differences=OWNER, drifted=True)
ELSEWHERE = Outcome(live=live(), differences=differences("/startTask"))
LONG = Outcome(live=live(), differences=differences(*(f"/metadata/{n:03}{'n' * 5000}" for n in range(60))))
NOTICED = Event("Warning", "DriftDetected", "pool Rendering differs at /metadata/owner; only watched")
WATCHES = [
    Row("the first look", None, QUIET, [SYNCED]),
    Row("a quiet look", QUIET, QUIET, []),
    Row("a difference, at the first look", None, WATCHED, [NOTICED]),
    Row("a difference, whether it is drift or not", QUIET, WATCHED, [NOTICED]),
    Row("the same difference, seen again", WATCHED, WATCHED, []),
    Row(
        "another difference",
        WATCHED,
        ELSEWHERE,
        [Event("Warning", "DriftDetected", "pool Rendering differs at /startTask; only watched")],
    ),
    Row("more than a status holds, seen again", LONG, LONG, []),
    Row("a failure", WATCHED, Outcome(failure=BUSY), [FAILED]),
    Row("back after a failure", Outcome(failure=BUSY), QUIET, [SYNCED]),
]


@pytest.mark.parametrize("row", WATCHES, ids=lambda row: row.reason)
def test_who_only_watches_is_told_of_each_difference_once(row: Row) -> None:
    before = {} if row.before is None else pool_status(pool(mode="Observe"), row.before, now=EARLIER)
    assert pool_events(pool(status=before, mode="Observe"), row.now) == row.events, row.reason


def test_many_paths_are_told_in_few_words() -> None:
    many = Outcome(
        live=live(), corrected=differences(*(f"/metadata/{n:02}" for n in range(40))), written=WRITTEN, drifted=True
    )
    (event,) = pool_events(pool(), many)
    assert "and 30 more" in event.message
    # The API server refuses an event note beyond 1024 characters.
    assert len(event.message) < 1024
