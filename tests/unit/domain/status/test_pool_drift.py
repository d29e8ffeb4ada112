"""What a status remembers of drift, and how it reads after a restart."""

from __future__ import annotations

import pytest

from poolkeeper.domain import failures
from poolkeeper.domain.diff.write_only import DesiredVersion
from poolkeeper.domain.status.conditions import ready_reason, ready_state
from poolkeeper.domain.status.drift import MOST_CHARACTERS
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.pool import pool_status
from poolkeeper.domain.status_types import MOST_PATHS, PoolStatus
from tests.unit.domain.examples import EARLIER, NOW, WRITTEN, conditions, differences, live, pool

BUSY = failures.ServiceUnavailable("no answer")
REFUSED = failures.InvalidProperties("the service answered 400")
MANY = differences(*(f"/metadata/{number:03}" for number in range(MOST_PATHS + 5)))


def drifted(*paths: str, etag: str = "0x1") -> Outcome:
    """A drift that cannot be corrected now."""
    return Outcome(live=live(etag=etag), failure=BUSY, differences=differences(*paths), drifted=True)


def test_a_corrected_drift_is_remembered_at_the_etag_that_differed() -> None:
    outcome = Outcome(live=live(etag="0x1"), corrected=differences("/metadata/a"), written=WRITTEN, drifted=True)
    status = pool_status(pool(), outcome, now=NOW)
    assert status["lastDrift"] == {"time": NOW, "eTag": "0x1", "paths": ["/metadata/a"], "corrected": True}


def test_a_drift_that_cannot_be_corrected_keeps_the_time_at_which_it_was_found() -> None:
    first = pool_status(pool(), drifted("/metadata/a"), now=EARLIER)
    again = pool_status(pool(status=first), drifted("/metadata/a"), now=NOW)
    assert again == first
    assert again["lastDrift"] == {"time": EARLIER, "eTag": "0x1", "paths": ["/metadata/a"], "corrected": False}


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (drifted("/metadata/b"), "elsewhere"),
        (drifted("/metadata/a", etag="0x2"), "another change made it"),
        (
            Outcome(live=live(etag="0x1"), corrected=differences("/metadata/a"), written=WRITTEN, drifted=True),
            "it was corrected now",
        ),
    ],
)
def test_another_drift_has_a_time_of_its_own(other: Outcome, reason: str) -> None:
    first = pool_status(pool(), drifted("/metadata/a"), now=EARLIER)
    assert pool_status(pool(status=first), other, now=NOW)["lastDrift"]["time"] == NOW, reason


def test_the_last_drift_outlives_quiet_looks() -> None:
    first = pool_status(pool(), drifted("/metadata/a"), now=EARLIER)
    quiet = pool_status(pool(status=first), Outcome(live=live(etag="0x3")), now=NOW)
    assert quiet["lastDrift"] == first["lastDrift"]
    assert quiet["drift"] == []


def test_lists_are_bounded_and_the_condition_tells_how_many_there_are() -> None:
    outcome = Outcome(live=live(), failure=BUSY, differences=MANY, drifted=True)
    status = pool_status(pool(), outcome, now=NOW)
    assert len(status["drift"]) == len(status["lastDrift"]["paths"]) == MOST_PATHS
    assert conditions(status)["Drifted"]["message"].endswith(
        f"and {len(MANY) - 10} more (in all: metadata {len(MANY)}; poolkeeper plan shows each)"
    )


def test_a_path_is_cut_where_the_crd_would_refuse_it() -> None:
    outcome = Outcome(live=live(), failure=BUSY, differences=differences(f"/metadata/{'x' * 5000}"), drifted=True)
    status = pool_status(pool(), outcome, now=NOW)
    assert len(status["drift"][0]["path"]) == len(status["lastDrift"]["paths"][0]) == MOST_CHARACTERS


def test_a_pool_that_cannot_be_read_is_as_drifted_as_it_was_when_it_last_could() -> None:
    first = pool_status(pool(), drifted("/metadata/a"), now=EARLIER)
    later = pool_status(pool(status=first), Outcome(failure=BUSY), now=NOW)
    assert conditions(later)["Drifted"] == conditions(first)["Drifted"]


@pytest.mark.parametrize(
    ("failure", "generation", "reason"),
    [
        (failures.PoolNotFound("404"), 3, "a pool that is gone differs from nothing"),
        (failures.PoolDeleting("going"), 3, "a pool that goes will not be compared again"),
        (BUSY, 4, "nobody has compared the pool with the new manifest"),
    ],
)
def test_old_drift_is_not_claimed_of_what_was_not_compared(
    failure: failures.Failure, generation: int, reason: str
) -> None:
    first = pool_status(pool(), drifted("/metadata/a"), now=EARLIER)
    later = pool_status(pool(status=first, generation=generation), Outcome(failure=failure), now=NOW)
    assert conditions(later)["Drifted"]["status"] == "Unknown", reason


def status_of(outcome: Outcome, *, old: PoolStatus | None = None, generation: int = 3) -> PoolStatus:
    return pool_status(pool(status=old, generation=generation), outcome, now=EARLIER)


IN_SYNC = status_of(Outcome(live=live()))
WITH_SECRETS = status_of(Outcome(live=live(), written=WRITTEN, sent=DesiredVersion(3, {"creds": "7"})))


def test_the_versions_of_secrets_are_those_of_the_last_write() -> None:
    assert WITH_SECRETS["secretVersions"] == {"creds": "7"}
    failed = status_of(Outcome(failure=BUSY), old=WITH_SECRETS)
    assert failed["secretVersions"] == {"creds": "7"}
    without = status_of(Outcome(live=live(), written=WRITTEN, sent=DesiredVersion(4)), old=failed, generation=4)
    assert "secretVersions" not in without, "a write that used none"


def test_a_write_that_is_told_later_is_told_of_its_own_generation() -> None:
    late = status_of(Outcome(live=live(), written=WRITTEN, sent=DesiredVersion(3)), generation=5)
    assert late["lastWrite"]["generation"] == 3
    assert late["observedGeneration"] == 5


STALLED = status_of(Outcome(live=live(), failure=REFUSED, differences=differences("/a")))


def test_ready_is_read_back() -> None:
    assert ready_reason({}) is None
    assert ready_state({}) == ("Unknown", "")
    assert ready_reason(STALLED) == "InvalidProperties"
    assert ready_state(IN_SYNC) == ("True", "InSync")
