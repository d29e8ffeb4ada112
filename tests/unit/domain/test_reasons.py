"""Reasons, their consequences, and the failures that carry them."""

from __future__ import annotations

import pytest

from poolkeeper.domain import failures
from poolkeeper.domain.failures import BatchFailure, Failure
from poolkeeper.domain.reasons import CONSEQUENCES, Reason, Requeue

ABSTRACT = {Failure, BatchFailure, failures.AccessDenied, failures.Unavailable}
CLASSES = [
    kind
    for kind in vars(failures).values()
    if isinstance(kind, type) and issubclass(kind, Failure) and kind not in ABSTRACT
]


def test_every_reason_has_a_consequence_and_none_is_left_over() -> None:
    assert set(CONSEQUENCES) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_reads_as_kubernetes_wants_it(reason: Reason) -> None:
    assert reason.value == reason.name
    assert reason.value.isalpha()
    assert reason.value[0].isupper()


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_at_most_one_of_ready_stalled_and_reconciling(reason: Reason) -> None:
    consequence = CONSEQUENCES[reason]
    assert [consequence.ready, consequence.stalled, consequence.reconciling].count(True) <= 1


@pytest.mark.parametrize("reason", Reason)
def test_what_is_stalled_waits_for_a_person_and_what_reconciles_does_not(reason: Reason) -> None:
    consequence = CONSEQUENCES[reason]
    if consequence.stalled:
        # Of an account, a slow try now and then finds out that somebody has acted elsewhere.
        assert consequence.retry in {Requeue.SPEC, Requeue.REFERENCE, Requeue.OWNER, Requeue.PAUSE, Requeue.SLOWLY}
    if consequence.reconciling:
        assert consequence.retry is Requeue.BACKOFF


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_failure_has_a_reason_that_is_not_ready_and_a_next_step(kind: type[Failure]) -> None:
    assert not CONSEQUENCES[kind.reason].ready
    # What to type to approve a plan bears its hash.
    assert kind.advice or kind is failures.AwaitingApproval


def test_every_reason_that_is_not_ready_is_carried_by_a_failure() -> None:
    bad = {reason for reason, consequence in CONSEQUENCES.items() if not consequence.ready}
    assert {kind.reason for kind in CLASSES} == bad - {Reason.Unreachable}, "accounts say that of ServiceUnavailable"


@pytest.mark.parametrize(
    ("kind", "missing"),
    [(failures.ReadDenied, ["read", "write"]), (failures.WriteDenied, ["write"])],
)
def test_a_denial_says_which_right_is_missing(kind: type[failures.AccessDenied], missing: list[str]) -> None:
    rights = " and ".join(f"Microsoft.Batch/batchAccounts/pools/{one}" for one in missing)
    assert f"grant {rights} on" in kind("the service answered 403").message


def test_a_message_names_the_cause_and_the_next_step_and_only_the_text_the_request() -> None:
    failure = failures.PoolNotFound("the service answered 404", code="PoolNotFound", request_id="request-1")
    assert failure.message == f"the service answered 404; {failures.PoolNotFound.advice}"
    assert str(failure) == f"{failure.message} (request request-1)"


def test_missing_packages_are_tried_again_though_their_reason_is_stalled() -> None:
    assert failures.PackagesUnavailable("409").retry is Requeue.SLOWLY
    assert failures.InvalidProperties("400").retry is Requeue.SPEC


ACCOUNT_WIDE = {
    "AuthenticationFailed",
    "ReadDenied",
    "ServiceUnavailable",
    "Throttled",
    "TokenRefused",
    "VersionNotServed",
}


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if issubclass(kind, BatchFailure)], ids=lambda k: k.__name__)
def test_a_failure_of_one_pool_is_not_the_accounts(kind: type[BatchFailure]) -> None:
    assert kind("cause").account_wide is (kind.__name__ in ACCOUNT_WIDE)
