"""When an account is left alone, for how long, and who is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from poolkeeper.domain.failures import (
    AuthenticationFailed,
    CredentialUnusable,
    EndpointNotAllowed,
    Failure,
    ReadDenied,
    SecretNotFound,
    ServiceUnavailable,
    Throttled,
)
from poolkeeper.engine.accounts.breaker import AccountUnavailable, CircuitBreaker

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
def breaker(time: Time, changes: Changes) -> CircuitBreaker:
    return CircuitBreaker(monotonic=time, changed=changes, slow=SLOW)


def fail_again(breaker: CircuitBreaker, time: Time, failure: Failure) -> None:
    """The gate's time is over, one tries, and fares the same."""
    time.seconds += breaker.opens_in
    breaker.check()
    breaker.failed(failure)


FAILURES = [
    pytest.param(ServiceUnavailable("no answer"), (0.75, 1.0), False, "one lost request is not worth N statuses"),
    pytest.param(Throttled("429"), (0.75, 1.0), False, "without a Retry-After it is a backoff like any other"),
    pytest.param(Throttled("429", retry_after=300), (300, 300), False, "the service says how long"),
    pytest.param(Throttled("429", retry_after=0), (0.75, 1), False, "at once is never: it would be asked in a loop"),
    pytest.param(ServiceUnavailable("503", retry_after=7), (7, 7), False, "whatever asks is obeyed"),
    pytest.param(AuthenticationFailed("401"), (SLOW, SLOW), True, "somebody must mend it"),
    pytest.param(ReadDenied("403"), (SLOW, SLOW), True, "somebody must mend it"),
    pytest.param(CredentialUnusable("no base64"), (SLOW, SLOW), True, "somebody must mend it"),
    pytest.param(SecretNotFound("no Secret"), (0.75, 1.0), True, "it usually comes within seconds, with the rest"),
    pytest.param(EndpointNotAllowed("http"), (math.inf, math.inf), True, "only another spec can help"),
]


@pytest.mark.parametrize(("failure", "closed", "should_report", "reason"), FAILURES)
def test_each_failure_closes_the_gate_for_its_time(
    breaker: CircuitBreaker, failure: Failure, closed: tuple[float, float], *, should_report: bool, reason: str
) -> None:
    breaker.check()
    breaker.failed(failure)
    assert closed[0] <= breaker.opens_in <= closed[1], reason
    assert breaker.should_report is should_report, reason
    assert breaker.failure is failure


@pytest.mark.parametrize("failure", [AuthenticationFailed("401"), EndpointNotAllowed("http")])
def test_while_it_is_closed_nobody_passes_and_everybody_learns_why(
    breaker: CircuitBreaker, time: Time, failure: Failure
) -> None:
    breaker.failed(failure)
    time.seconds += SLOW - 0.1
    with pytest.raises(AccountUnavailable, match=failure.cause) as closed:
        breaker.check()
    assert closed.value.failure is failure
    assert closed.value.should_report is breaker.should_report is True


def test_when_its_time_is_over_one_may_try_and_the_rest_wait(breaker: CircuitBreaker, time: Time) -> None:
    breaker.failed(Throttled("429", retry_after=30))
    time.seconds += 30
    breaker.check()
    for _ in range(3):
        with pytest.raises(AccountUnavailable):
            breaker.check()
    breaker.succeeded()
    for _ in range(3):
        breaker.check()


def test_a_trial_that_never_ends_keeps_others_out_for_a_minute(breaker: CircuitBreaker, time: Time) -> None:
    breaker.failed(Throttled("429", retry_after=30))
    time.seconds += 30
    breaker.check()
    time.seconds += 59
    with pytest.raises(AccountUnavailable):
        breaker.check()
    time.seconds += 1
    breaker.check()


def test_failures_in_a_row_close_it_for_longer_and_then_are_serious(breaker: CircuitBreaker, time: Time) -> None:
    failure = ServiceUnavailable("no answer")
    breaker.failed(failure)
    seen = [(breaker.opens_in, breaker.should_report)]
    for _ in range(9):
        fail_again(breaker, time, failure)
        seen.append((breaker.opens_in, breaker.should_report))
    for attempt, (opens_in, should_report) in enumerate(seen, start=1):
        most = min(2.0 ** (attempt - 1), 60.0)
        assert 0.75 * most <= opens_in <= most
        assert should_report is (attempt >= 3)


def test_failures_that_were_under_way_together_count_as_one(breaker: CircuitBreaker, changes: Changes) -> None:
    for _ in range(8):
        breaker.check()
    for _ in range(8):
        breaker.failed(ServiceUnavailable("no answer"))
    assert breaker.opens_in <= 1.0
    assert not breaker.should_report
    assert changes.count == 1


@pytest.mark.parametrize(
    ("first", "later", "opens_in"),
    [(10.0, 30.0, 30.0), (30.0, 10.0, 30.0), (30.0, None, 30.0)],
    ids=["longer", "shorter", "none"],
)
def test_the_longest_wait_that_was_asked_for_counts(
    breaker: CircuitBreaker, first: float, later: float | None, opens_in: float
) -> None:
    breaker.failed(Throttled("429", retry_after=first))
    breaker.failed(Throttled("429", retry_after=later))
    assert breaker.opens_in == opens_in


def test_an_answer_to_an_earlier_request_does_not_cut_the_wait_short(breaker: CircuitBreaker) -> None:
    for _ in range(2):
        breaker.check()
    breaker.failed(Throttled("429", retry_after=30))
    breaker.succeeded()
    assert breaker.opens_in == 30
    with pytest.raises(AccountUnavailable):
        breaker.check()


def test_after_an_answer_the_count_of_failures_begins_anew(breaker: CircuitBreaker, time: Time) -> None:
    failure = ServiceUnavailable("no answer")
    breaker.failed(failure)
    for _ in range(5):
        fail_again(breaker, time, failure)
    time.seconds += breaker.opens_in
    breaker.check()
    breaker.succeeded()
    assert breaker.failure is None
    assert not breaker.should_report
    breaker.failed(failure)
    assert breaker.opens_in <= 1.0
    assert not breaker.should_report


def test_others_are_told_of_steps_and_not_of_every_answer(
    breaker: CircuitBreaker, time: Time, changes: Changes
) -> None:
    told = []
    steps: tuple[Callable[[], None], ...] = (
        breaker.succeeded,
        breaker.succeeded,
        lambda: breaker.failed(ServiceUnavailable("no answer")),
        lambda: fail_again(breaker, time, ServiceUnavailable("no answer")),
        lambda: fail_again(breaker, time, ServiceUnavailable("no answer")),
    )
    for step in steps:
        step()
        told.append(changes.count)
    assert told == [1, 1, 2, 3, 4], "the first answer, then each failed try"
    time.seconds += breaker.opens_in
    breaker.check()
    breaker.succeeded()
    breaker.succeeded()
    assert changes.count == 5


def test_whether_it_has_answered_at_all_is_remembered(breaker: CircuitBreaker) -> None:
    assert not breaker.answered
    breaker.failed(ServiceUnavailable("no answer"))
    assert not breaker.answered
    breaker.check() if breaker.opens_in == 0 else None
    breaker.succeeded()
    assert breaker.answered
