"""What a status says of modes, adoption, plans, requests and suspension, and of values that differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from poolkeeper.domain import failures
from poolkeeper.domain.diff.drift import drift
from poolkeeper.domain.failures import Failure, Flapping
from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.pool import Known
from poolkeeper.domain.redaction.display import MOST_CHARACTERS as MOST_SHOWN
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.pool import MOST_TOKEN, pool_status, suspended_status
from poolkeeper.domain.status_types import MOST_PATHS, chosen
from tests.unit.domain.examples import EARLIER, NOW, WRITTEN, account, conditions, differences, live, metadata, pool

OWNER = differences("/metadata/owner")
BUSY = failures.ServiceUnavailable("no answer")
WAITING = failures.AwaitingApproval("a plan waits", plan="0123456789abcdef")
FIGHT = Flapping("corrected 5 times within 3600 s and changed again: /metadata/owner", pause=100)


def compared(found: dict[str, Any], wanted: dict[str, Any], failure: Failure | None = BUSY) -> Outcome:
    """What a look finds that may not write."""
    here, form = live(found), canonical(wanted)
    return Outcome(live=here, desired=form, failure=failure, differences=drift(here.form, form))


@pytest.mark.parametrize(
    ("found", "wanted", "entry", "reason"),
    [
        (
            metadata(owner="you"),
            metadata(owner="me"),
            {"op": "replace", "path": "/metadata/owner", "live": "you", "desired": "me"},
            "both sides of a change",
        ),
        (metadata(a="b"), {}, {"op": "remove", "path": "/metadata/a", "live": "b"}, "only the live side of what goes"),
        ({}, metadata(a="b"), {"op": "add", "path": "/metadata/a", "desired": "b"}, "only our side of what comes"),
        (metadata(a=""), {}, {"op": "remove", "path": "/metadata/a", "live": ""}, "an empty value is a value"),
    ],
)
def test_what_differs_is_told_with_its_values(
    found: dict[str, Any], wanted: dict[str, Any], entry: dict[str, Any], reason: str
) -> None:
    assert pool_status(pool(wanted), compared(found, wanted), now=NOW)["drift"] == [entry], reason


def test_values_are_as_the_redactor_lets_them_through() -> None:
    secret = {"commandLine": "x" * 2_000_000, "environmentSettings": [{"name": "KEY", "value": "canary"}]}
    status = pool_status(pool(), compared({"startTask": secret}, {}), now=NOW)
    (entry,) = status["drift"]
    assert len(entry["live"]) == MOST_SHOWN
    assert "canary" not in str(status)


def test_a_status_of_everything_at_its_longest_can_be_patched() -> None:
    many = {"metadata": [{"name": f"{n:03}{'n' * 5000}", "value": "v" * 5000} for n in range(200)]}
    status = pool_status(pool(), compared(many, {}), now=NOW)
    assert len(status["drift"]) == MOST_PATHS
    # etcd takes 1.5 MiB by default, and the spec has to fit too.
    assert len(str(status)) < 500_000


HERE = Address.of(pool(), account(), created="2026-01-01T00:00:00Z")
ADOPTED = {"address": HERE.told, "adopted": True}


@pytest.mark.parametrize(
    ("outcome", "before", "adopted", "reason"),
    [
        (Outcome(live=live(), known=Known(HERE, adopted=True)), None, True, "it is known to be"),
        (Outcome(live=live(), known=Known(HERE), differences=OWNER), ADOPTED, None, "it is known not to be"),
        (Outcome(failure=BUSY), None, None, "never seen"),
        (Outcome(failure=BUSY), ADOPTED, True, "what was adopted stays so in trouble"),
    ],
)
def test_a_status_tells_what_is_known(
    outcome: Outcome, before: dict[str, Any] | None, *, adopted: bool | None, reason: str
) -> None:
    assert pool_status(pool(status=before), outcome, now=NOW).get("adopted") is adopted, reason


HISTORY = {"lastWrite": {"generation": 2}, "secretVersions": {"creds": "1"}, "lastDrift": {"time": EARLIER}}


@pytest.mark.parametrize(
    ("address", "kept", "reason"),
    [
        (HERE, True, "the same pool"),
        (replace(HERE, api_version="2025-06-01"), True, "the same pool, seen otherwise"),
        (replace(HERE, created="2026-02-01T00:00:00Z"), False, "made anew under its id"),
        (replace(HERE, endpoint="https://other.westeurope.batch.azure.com"), False, "another account's"),
        (replace(HERE, uid="another"), False, "another resource's status, from a backup"),
    ],
)
def test_the_history_is_that_of_the_pool_that_the_status_speaks_of(
    address: Address, reason: str, *, kept: bool
) -> None:
    before = {**ADOPTED, **HISTORY}
    status = pool_status(pool(status=before), Outcome(live=live(), known=Known(address)), now=NOW)
    assert status["address"] == address.told
    assert chosen(status, *HISTORY) == (HISTORY if kept else {}), reason


def test_a_plan_is_shown_while_it_waits_and_no_longer() -> None:
    resource = pool(metadata(owner="me"), mode="Approve")
    waiting = pool_status(resource, Outcome(live=live(etag="0x5"), failure=WAITING, differences=OWNER), now=EARLIER)
    assert waiting["plan"] == {"hash": "0123456789abcdef", "eTag": "0x5", "generation": 3}
    assert conditions(waiting)["Ready"]["reason"] == "AwaitingApproval"
    for after in (Outcome(live=live()), Outcome(live=live(), corrected=OWNER, written=WRITTEN), Outcome(failure=BUSY)):
        assert "plan" not in pool_status(pool(status=waiting, mode="Approve"), after, now=NOW)


def test_who_only_watches_is_ready_and_tells_what_differs() -> None:
    status = pool_status(pool(mode="Observe"), Outcome(live=live(), differences=OWNER, drifted=True), now=NOW)
    said = conditions(status)
    assert (said["Ready"]["status"], said["Ready"]["reason"]) == ("True", "Observed")
    assert (said["Drifted"]["status"], said["Drifted"]["message"]) == ("True", "differs at /metadata/owner")
    assert set(said) == {"Ready", "Drifted"}
    assert status["lastDrift"]["corrected"] is False


@pytest.mark.parametrize(
    ("annotations", "handled", "reason"),
    [
        ({}, None, "nobody asked"),
        ({"poolkeeper.dev/reconcile-requested-at": "2026-01-02"}, "2026-01-02", "our annotation"),
        ({"reconcile.fluxcd.io/requestedAt": "2026-01-02"}, "2026-01-02", "the one that flux sets"),
        (
            {"poolkeeper.dev/reconcile-requested-at": "2026-01-01", "reconcile.fluxcd.io/requestedAt": "2026-01-02"},
            "2026-01-02",
            "the newer of both",
        ),
        ({"poolkeeper.dev/reconcile-requested-at": "9" * 5000}, "9" * MOST_TOKEN, "cut where the CRD would refuse it"),
        ({"poolkeeper.dev/approve": "x"}, None, "an approval is no request"),
    ],
)
@pytest.mark.parametrize("suspended", [False, True])
def test_a_request_is_answered_with_its_token(
    annotations: dict[str, str], handled: str | None, reason: str, *, suspended: bool
) -> None:
    resource = pool(annotations=annotations)
    status = suspended_status(resource, now=NOW) if suspended else pool_status(resource, Outcome(failure=BUSY), now=NOW)
    assert status.get("lastHandledReconcileAt") == handled, reason


def test_a_suspended_pool_keeps_everything_and_says_so() -> None:
    refused = Outcome(live=live(), failure=failures.InvalidProperties("400"), differences=OWNER, drifted=True)
    before = pool_status(pool(), refused, now=EARLIER) | {"plan": {"hash": "x"}, "lastWrite": {"generation": 2}}
    status = suspended_status(pool(status=before, suspend=True), now=NOW)
    assert {name: value for name, value in status.items() if name != "conditions"} == {
        name: value for name, value in before.items() if name != "conditions"
    }
    assert status["conditions"][:-1] == before["conditions"]
    assert status["conditions"][-1] == {
        "type": "Suspended",
        "status": "True",
        "reason": "Suspended",
        "message": "spec.suspend is true: nothing is read or sent",
        "observedGeneration": 3,
        "lastTransitionTime": NOW,
    }


def test_a_second_look_at_a_suspended_pool_changes_nothing() -> None:
    first = suspended_status(pool(suspend=True), now=EARLIER)
    assert suspended_status(pool(status=first, suspend=True), now=NOW) == first


def test_a_pool_that_goes_on_is_no_longer_suspended() -> None:
    before = suspended_status(pool(suspend=True), now=EARLIER)
    assert "Suspended" not in conditions(pool_status(pool(status=before), Outcome(live=live()), now=NOW))


def test_a_fight_is_told_once_and_not_with_each_blow() -> None:
    first = pool_status(
        pool(), Outcome(live=live(etag="0x1"), failure=FIGHT, differences=OWNER, drifted=True), now=EARLIER
    )
    assert (first["eTag"], first["lastDrift"]["eTag"]) == ("0x1", "0x1")
    assert set(conditions(first)) == {"Ready", "Stalled", "Drifted"}
    later = Outcome(live=live(etag="0x2"), failure=FIGHT, differences=OWNER, drifted=True)
    assert pool_status(pool(status=first), later, now=NOW) == first
    over = pool_status(pool(status=first), Outcome(live=live(etag="0x3")), now=NOW)
    assert over["eTag"] == "0x3"
