"""When an account is left alone, for how long, and who is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from poolkeeper.domain.failures import (
    AccessDenied,
    AuthenticationFailed,
    CredentialUnusable,
    EndpointNotAllowed,
    Failure,
    SecretNotFound,
    ServiceUnavailable,
    Throttled,
)
from poolkeeper.engine.accounts.breaker import AccountClosed, Gate

SLOW = 45.0


@dataclass(slots=True)
class Time:
    """Seconds, moved by hand."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(slots=True)
class Changes:
    """How often the gate has called."""

    count: int = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def gate(time: Time, changes: Changes) -> Gate:
    return Gate(monotonic=time, changed=changes, slow=SLOW)


def fail_again(gate: Gate, time: Time, failure: Failure) -> None:
    """The gate's time is over, one tries, and fares the same."""
    time.seconds += gate.opens_in
    gate.check()
    gate.failed(failure)


FAILURES = [
    pytest.param(ServiceUnavailable("no answer"), (0.75, 1.0), False, "one lost request is not worth N statuses"),
    pytest.param(Throttled("429"), (0.75, 1.0), False, "without a Retry-After it is a backoff like any other"),
    pytest.param(Throttled("429", retry_after=300), (300, 300), False, "the service says how long"),
    pytest.param(Throttled("429", retry_after=0), (0.75, 1), False, "at once is never: it would be asked in a loop"),
    pytest.param(ServiceUnavailable("503", retry_after=7), (7, 7), False, "whatever asks is obeyed"),
    pytest.param(AuthenticationFailed("401"), (SLOW, SLOW), True, "somebody must mend it"),
    pytest.param(AccessDenied("403"), (SLOW, SLOW), True, "somebody must mend it"),
    pytest.param(CredentialUnusable("no base64"), (SLOW, SLOW), True, "somebody must mend it"),
    pytest.param(SecretNotFound("no Secret"), (0.75, 1.0), True, "it usually comes within seconds, with the rest"),
    pytest.param(EndpointNotAllowed("http"), (math.inf, math.inf), True, "only another spec can help"),
]


@pytest.mark.parametrize(("failure", "closed", "serious", "reason"), FAILURES)
def test_each_failure_closes_the_gate_for_its_time(
    gate: Gate, failure: Failure, closed: tuple[float, float], *, serious: bool, reason: str
) -> None:
    gate.check()
    gate.failed(failure)
    assert closed[0] <= gate.opens_in <= closed[1], reason
    assert gate.serious is serious, reason
    assert gate.failure is failure


@pytest.mark.parametrize("failure", [AuthenticationFailed("401"), EndpointNotAllowed("http")])
def test_while_it_is_closed_nobody_passes_and_everybody_learns_why(gate: Gate, time: Time, failure: Failure) -> None:
    gate.failed(failure)
    time.seconds += SLOW - 0.1
    with pytest.raises(AccountClosed, match=failure.cause) as closed:
        gate.check()
    assert closed.value.failure is failure
    assert closed.value.serious is gate.serious is True


def test_when_its_time_is_over_one_may_try_and_the_rest_wait(gate: Gate, time: Time) -> None:
    gate.failed(Throttled("429", retry_after=30))
    time.seconds += 30
    gate.check()
    for _ in range(3):
        with pytest.raises(AccountClosed):
            gate.check()
    gate.passed()
    for _ in range(3):
        gate.check()


def test_a_trial_that_never_ends_keeps_others_out_for_a_minute(gate: Gate, time: Time) -> None:
    gate.failed(Throttled("429", retry_after=30))
    time.seconds += 30
    gate.check()
    time.seconds += 59
    with pytest.raises(AccountClosed):
        gate.check()
    time.seconds += 1
    gate.check()


def test_failures_in_a_row_close_it_for_longer_and_then_are_serious(gate: Gate, time: Time) -> None:
    failure = ServiceUnavailable("no answer")
    gate.failed(failure)
    seen = [(gate.opens_in, gate.serious)]
    for _ in range(9):
        fail_again(gate, time, failure)
        seen.append((gate.opens_in, gate.serious))
    for attempt, (opens_in, serious) in enumerate(seen, start=1):
        most = min(2.0 ** (attempt - 1), 60.0)
        assert 0.75 * most <= opens_in <= most
        assert serious is (attempt >= 3)


def test_failures_that_were_under_way_together_count_as_one(gate: Gate, changes: Changes) -> None:
    for _ in range(8):
        gate.check()
    for _ in range(8):
        gate.failed(ServiceUnavailable("no answer"))
    assert gate.opens_in <= 1.0
    assert not gate.serious
    assert changes.count == 1


@pytest.mark.parametrize(
    ("first", "later", "opens_in"),
    [(10.0, 30.0, 30.0), (30.0, 10.0, 30.0), (30.0, None, 30.0)],
    ids=["longer", "shorter", "none"],
)
def test_the_longest_wait_that_was_asked_for_counts(
    gate: Gate, first: float, later: float | None, opens_in: float
) -> None:
    gate.failed(Throttled("429", retry_after=first))
    gate.failed(Throttled("429", retry_after=later))
    assert gate.opens_in == opens_in


def test_an_answer_to_an_earlier_request_does_not_cut_the_wait_short(gate: Gate) -> None:
    for _ in range(2):
        gate.check()
    gate.failed(Throttled("429", retry_after=30))
    gate.passed()
    assert gate.opens_in == 30
    with pytest.raises(AccountClosed):
        gate.check()


def test_after_an_answer_the_count_of_failures_begins_anew(gate: Gate, time: Time) -> None:
    failure = ServiceUnavailable("no answer")
    gate.failed(failure)
    for _ in range(5):
        fail_again(gate, time, failure)
    time.seconds += gate.opens_in
    gate.check()
    gate.passed()
    assert gate.failure is None
    assert not gate.serious
    gate.failed(failure)
    assert gate.opens_in <= 1.0
    assert not gate.serious


def test_others_are_told_of_steps_and_not_of_every_answer(gate: Gate, time: Time, changes: Changes) -> None:
    told = []
    steps: tuple[Callable[[], None], ...] = (
        gate.passed,
        gate.passed,
        lambda: gate.failed(ServiceUnavailable("no answer")),
        lambda: fail_again(gate, time, ServiceUnavailable("no answer")),
        lambda: fail_again(gate, time, ServiceUnavailable("no answer")),
    )
    for step in steps:
        step()
        told.append(changes.count)
    assert told == [1, 1, 2, 3, 4], "the first answer, then each failed try"
    time.seconds += gate.opens_in
    gate.check()
    gate.passed()
    gate.passed()
    assert changes.count == 5


def test_whether_it_has_answered_at_all_is_remembered(gate: Gate) -> None:
    assert not gate.answered
    gate.failed(ServiceUnavailable("no answer"))
    assert not gate.answered
    gate.check() if gate.opens_in == 0 else None
    gate.passed()
    assert gate.answered
