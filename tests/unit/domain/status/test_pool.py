"""The status of a BatchPool after one look at its pool."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from poolkeeper.domain import failures
from poolkeeper.domain.diff.drift import Difference
from poolkeeper.domain.failures import Failure
from poolkeeper.domain.reasons import Reason
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.pool import pool_status
from poolkeeper.domain.status_types import LastDriftFields, LastWriteFields, PoolStatus
from tests.unit.domain.examples import EARLIER, NOW, WRITTEN, conditions, differences, live, pool
from tests.unit.domain.test_reasons import ABSTRACT

IN_SYNC = pool_status(pool(), Outcome(live=live(current_mode="classic")), now=EARLIER)
GONE = failures.PoolNotFound("the service answered 404 PoolNotFound")
DELETING = failures.PoolDeleting("the pool is being deleted")
THROTTLED = failures.Throttled("the service answered 429", retry_after=3.0)
REFUSED = failures.InvalidProperties("the service answered 400")


def test_the_first_look_at_a_pool_in_sync_says_so() -> None:
    assert {
        "observedGeneration": 3,
        "eTag": "0x8DE000000000001",
        "lastModified": "2026-01-01T12:00:00Z",
        "pool": {"state": "active", "allocationState": "steady", "currentNodeCommunicationMode": "classic"},
        "drift": [],
        "conditions": [
            {
                "type": "Ready",
                "status": "True",
                "reason": "InSync",
                "message": "pool Rendering has the properties of the manifest",
                "observedGeneration": 3,
                "lastTransitionTime": EARLIER,
            },
            {
                "type": "Drifted",
                "status": "False",
                "reason": "Equal",
                "message": "the live pool equals the manifest",
                "observedGeneration": 3,
                "lastTransitionTime": EARLIER,
            },
        ],
    } == IN_SYNC


class Look(NamedTuple):
    reason: str
    outcome: Outcome


LOOKS = [
    Look("in sync", Outcome(live=live())),
    Look("a write", Outcome(live=live(), corrected=differences("/metadata/a"), written=WRITTEN)),
    Look(
        "a corrected drift",
        Outcome(live=live(), corrected=differences("/metadata/a"), written=WRITTEN, drifted=True),
    ),
    Look("a drift that is refused", Outcome(live=live(), failure=REFUSED, differences=differences("/a"), drifted=True)),
    *(Look(f"{one.reason} without a look", Outcome(failure=one)) for one in (GONE, THROTTLED, REFUSED)),
    Look("a deleting pool", Outcome(live=live(state="deleting"), failure=DELETING)),
]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.reason)
def test_the_same_look_again_changes_nothing_but_the_time_of_a_write(look: Look) -> None:
    first = pool_status(pool(status=IN_SYNC), look.outcome, now=EARLIER)
    again = pool_status(pool(status=first), look.outcome, now=NOW)
    # A write is an act, not a state: the next one of the same outcome would be another.
    acts = {"lastWrite", "lastDrift"} if look.outcome.written is not None else set()
    assert {k: v for k, v in again.items() if k not in acts} == {k: v for k, v in first.items() if k not in acts}


class Conditions(NamedTuple):
    failure: Failure
    stalled: bool
    reconciling: bool


MARKED = [
    Conditions(GONE, stalled=False, reconciling=False),
    Conditions(DELETING, stalled=False, reconciling=False),
    Conditions(THROTTLED, stalled=False, reconciling=True),
    Conditions(failures.ServiceUnavailable("no answer"), stalled=False, reconciling=True),
    Conditions(failures.PoolUnavailable("500"), stalled=False, reconciling=True),
    Conditions(REFUSED, stalled=True, reconciling=False),
    Conditions(failures.InvalidSpec("spec.properties.x", "is odd"), stalled=True, reconciling=False),
    Conditions(failures.PackagesUnavailable("409"), stalled=False, reconciling=False),
    Conditions(failures.AuthenticationFailed("401"), stalled=False, reconciling=False),
    Conditions(failures.TokenRefused("AADSTS7000222"), stalled=False, reconciling=False),
    Conditions(failures.ReadDenied("403"), stalled=False, reconciling=False),
    Conditions(failures.WriteDenied("403"), stalled=False, reconciling=False),
    Conditions(failures.CredentialUnusable("no base64"), stalled=False, reconciling=False),
    Conditions(failures.AccountNotReady("it is not"), stalled=False, reconciling=False),
    Conditions(failures.AccountNotFound("none"), stalled=False, reconciling=False),
    Conditions(failures.SecretNotFound("none"), stalled=False, reconciling=False),
    Conditions(failures.SecretForbidden("Secret lab/a may not be read"), stalled=False, reconciling=False),
    Conditions(failures.EndpointNotAllowed("elsewhere"), stalled=True, reconciling=False),
    Conditions(failures.IdentityNotAllowed("not lent"), stalled=True, reconciling=False),
    Conditions(failures.AwaitingApproval("a plan waits", plan="0123456789abcdef"), stalled=False, reconciling=False),
    Conditions(failures.RemovalNeedsConsent("the first write"), stalled=True, reconciling=False),
    Conditions(failures.Conflict("another"), stalled=True, reconciling=False),
    Conditions(failures.UnsupportedProperty("certificates"), stalled=True, reconciling=False),
    Conditions(failures.CannotBeKept("a password"), stalled=True, reconciling=False),
    Conditions(failures.PasswordMissing("a password"), stalled=True, reconciling=False),
    Conditions(failures.Flapping("put right", pause=60), stalled=True, reconciling=False),
    Conditions(failures.NotStored("the service"), stalled=True, reconciling=False),
    Conditions(failures.InternalError(ValueError("x")), stalled=False, reconciling=True),
    Conditions(failures.ListRefused("the list"), stalled=False, reconciling=True),
    Conditions(failures.VersionNotServed("400"), stalled=False, reconciling=False),
    Conditions(failures.ReferencesUnavailable("400"), stalled=False, reconciling=False),
    Conditions(failures.PropertyForbidden("403"), stalled=False, reconciling=False),
    Conditions(failures.CertificateRetired("400"), stalled=True, reconciling=False),
]


@pytest.mark.parametrize("row", MARKED, ids=lambda row: type(row.failure).__name__)
def test_each_failure_has_its_conditions(row: Conditions) -> None:
    found = conditions(pool_status(pool(), Outcome(failure=row.failure), now=NOW))
    assert found["Ready"]["status"] == "False"
    assert found["Ready"]["reason"] == row.failure.reason
    assert found["Ready"]["message"] == f"pool Rendering: {row.failure.message}"
    assert ("Stalled" in found) == row.stalled
    assert ("Reconciling" in found) == row.reconciling
    assert next(iter(found)) == "Ready"
    assert list(found)[-1] == "Drifted"


def test_every_failure_class_is_in_the_table_above() -> None:
    def leaves(kind: type[Failure]) -> set[type[Failure]]:
        return {kind}.union(*(leaves(inner) for inner in kind.__subclasses__()))

    ours = {kind for kind in leaves(Failure) if kind.__module__ == failures.__name__}
    assert {type(row.failure) for row in MARKED} == ours - ABSTRACT


def test_a_request_id_and_other_passing_things_stay_out_of_the_status() -> None:
    one = failures.Throttled("the service answered 429", request_id="a", retry_after=3.0)
    two = failures.Throttled("the service answered 429", request_id="b", retry_after=5.0)
    first = pool_status(pool(), Outcome(failure=one), now=EARLIER)
    assert pool_status(pool(status=first), Outcome(failure=two), now=NOW) == first
    assert "request a" in str(one)


def test_a_pool_that_is_gone_loses_its_etag_and_state_but_keeps_its_history() -> None:
    write: LastWriteFields = {"time": EARLIER, "eTag": "0x1", "generation": 2, "requestID": "a"}
    drift: LastDriftFields = {"time": EARLIER, "eTag": "0x1", "paths": [], "corrected": True}
    history: PoolStatus = {**IN_SYNC, "lastWrite": write, "lastDrift": drift}
    status = pool_status(pool(status=history), Outcome(failure=GONE), now=NOW)
    assert not {"eTag", "lastModified", "pool"} & set(status)
    assert status["lastWrite"] == write
    assert status["lastDrift"] == drift


def test_a_pool_that_cannot_be_read_now_keeps_what_was_last_seen_of_it() -> None:
    status = pool_status(pool(status=IN_SYNC), Outcome(failure=THROTTLED), now=NOW)
    assert {name: status[name] for name in ("eTag", "lastModified", "pool")} == {
        name: IN_SYNC[name] for name in ("eTag", "lastModified", "pool")
    }


def test_a_mode_that_is_no_longer_shown_goes_from_the_status() -> None:
    status = pool_status(pool(status=IN_SYNC), Outcome(live=live()), now=NOW)
    assert "currentNodeCommunicationMode" not in status["pool"]


def test_after_a_write_the_written_version_is_the_newest_and_nothing_differs() -> None:
    outcome = Outcome(live=live(), corrected=differences("/metadata/owner"), written=WRITTEN)
    status = pool_status(pool(), outcome, now=NOW)
    assert status["eTag"] == WRITTEN.etag
    assert status["lastModified"] == WRITTEN.last_modified
    assert status["lastWrite"] == {"time": NOW, "eTag": WRITTEN.etag, "generation": 3, "requestID": "request-7"}
    assert status["drift"] == []
    assert conditions(status)["Drifted"]["status"] == "False"
    assert "lastDrift" not in status, "a change of the manifest is no drift"


def test_what_differs_now_is_listed_with_what_a_write_would_do() -> None:
    found = (Difference("/metadata/a", "add"), Difference("/startTask", "remove"))
    status = pool_status(pool(), Outcome(live=live(), failure=REFUSED, differences=found), now=NOW)
    assert status["drift"] == [{"op": "remove", "path": "/startTask"}, {"op": "add", "path": "/metadata/a"}]
    drifted = conditions(status)["Drifted"]
    assert (drifted["status"], drifted["reason"]) == ("True", "Differs")
    assert drifted["message"] == "differs at /startTask, /metadata/a"


@pytest.mark.parametrize("failure", [GONE, DELETING, THROTTLED], ids=lambda failure: failure.reason)
def test_a_pool_that_was_never_read_is_not_said_to_be_equal(failure: Failure) -> None:
    drifted = conditions(pool_status(pool(), Outcome(failure=failure), now=NOW))["Drifted"]
    assert (drifted["status"], drifted["reason"]) == ("Unknown", "NotRead")


def test_a_ready_reason_is_one_of_the_vocabulary() -> None:
    assert conditions(IN_SYNC)["Ready"]["reason"] in set(Reason)
