"""The status and the events of a BatchAccount."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from poolkeeper.domain import failures
from poolkeeper.domain.failures import Failure
from poolkeeper.domain.schema.api_versions import retirement
from poolkeeper.domain.status.account import account_events, account_status
from poolkeeper.domain.status.events import Event
from tests.unit.domain.examples import EARLIER, NOW, account, conditions

URL = "https://research.westeurope.batch.azure.com"
DENIED = failures.ReadDenied("the service answered 403", request_id="request-9")
BUSY = failures.Throttled("the service answered 429", retry_after=2.0)
ELSEWHERE = failures.EndpointNotAllowed("endpoint https://evil.example is not under batch.azure.com")
UNSIGNED = failures.SecretNotFound("there is no Secret lab/batch-credentials")


def test_an_account_that_answers_is_ready_and_counts_its_pools() -> None:
    assert account_status(account(), None, pools=4, now=EARLIER) == {
        "observedGeneration": 3,
        "pools": 4,
        "conditions": [
            {
                "type": "Ready",
                "status": "True",
                "reason": "Reachable",
                "message": f"{URL} answers",
                "observedGeneration": 3,
                "lastTransitionTime": EARLIER,
            }
        ],
    }


@pytest.mark.parametrize(
    ("failure", "reason", "types"),
    [
        (DENIED, "AccessDenied", ["Ready"]),
        (UNSIGNED, "SecretNotFound", ["Ready"]),
        (BUSY, "Throttled", ["Ready", "Reconciling"]),
        (failures.ServiceUnavailable("no answer"), "Unreachable", ["Ready", "Reconciling"]),
        (ELSEWHERE, "EndpointNotAllowed", ["Ready", "Stalled"]),
    ],
    ids=lambda value: getattr(value, "reason", None),
)
def test_a_failing_account_says_why_and_whether_it_is_tried_again(
    failure: Failure, reason: str, types: list[str]
) -> None:
    found = conditions(account_status(account(), failure, pools=0, now=NOW))
    assert list(found) == types
    assert found["Ready"]["status"] == "False"
    assert {mark["reason"] for mark in found.values()} == {reason}
    assert found["Ready"]["message"] == failure.message


def test_a_stalled_account_says_what_would_wake_it() -> None:
    stalled = conditions(account_status(account(), ELSEWHERE, pools=0, now=NOW))["Stalled"]
    assert stalled["message"] == "Poolkeeper retries only when the account or its Secret changes"


@pytest.mark.parametrize("failure", [None, DENIED, BUSY, ELSEWHERE], ids=str)
def test_the_same_state_again_is_the_same_status(failure: Failure | None) -> None:
    first = account_status(account(), failure, pools=4, now=EARLIER)
    assert account_status(account(status=first), failure, pools=4, now=NOW) == first


def test_the_time_of_transition_moves_with_the_status_only() -> None:
    failing = account_status(account(), DENIED, pools=1, now=EARLIER)
    otherwise = account_status(account(status=failing), BUSY, pools=1, now=NOW)
    assert conditions(otherwise)["Ready"]["lastTransitionTime"] == EARLIER
    well = account_status(account(status=otherwise), None, pools=1, now=NOW)
    assert conditions(well)["Ready"]["lastTransitionTime"] == NOW


RETIRING = Event("Warning", "RetiringApiVersion", f"spec.apiVersion: {retirement('2024-07-01.20.0')}")


class Row(NamedTuple):
    reason: str
    before: Failure | str | None
    now: Failure | None
    events: list[Event]


ROWS = [
    Row("a good beginning is no news, an old api-version is", "new", None, [RETIRING]),
    Row("a bad beginning is", "new", DENIED, [RETIRING, Event("Warning", "AccessDenied", str(DENIED))]),
    Row("well as before", None, None, []),
    Row("it begins to fail", None, BUSY, [Event("Warning", "Throttled", BUSY.message)]),
    Row("it fails as before", BUSY, BUSY, []),
    Row("it fails otherwise", BUSY, UNSIGNED, [Event("Warning", "SecretNotFound", UNSIGNED.message)]),
    Row("it is well again", DENIED, None, [Event("Normal", "Reachable", f"{URL} answers again")]),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_transitions_are_announced(row: Row) -> None:
    before = None if isinstance(row.before, str) else account_status(account(), row.before, pools=1, now=EARLIER)
    assert account_events(account(status=before), row.now) == row.events, row.reason
