"""One account's circuit breaker: nothing is sent while the account as a whole cannot be used.

One request finds out that an account is throttled, unreachable or forbidden, not one request per pool. The words are
those of a gate: closed means that nothing passes (an electrical breaker is "open" then). When the time is over, one
caller may try; the answer opens the gate, or closes it for longer.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from poolkeeper.domain.failures import BatchFailure, Failure, PoolkeeperError
from poolkeeper.domain.reasons import Requeue
from poolkeeper.engine.queue import Backoff

MOST_BACKOFF = 60.0
"""Seconds; one small request a minute and account is no burden, and a service that is back is noticed soon."""

_PATIENCE = 3
"""Failed tries in a row before every pool of the account is told: one lost request is not worth N statuses."""

_TRIAL = 60.0
"""Seconds for which a trial keeps others out; longer than the longest request."""


class AccountUnavailable(PoolkeeperError):
    """Nothing was sent, because the account is known not to answer."""

    def __init__(self, failure: Failure, *, should_report: bool) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.should_report = should_report


def is_passing(failure: Failure) -> bool:
    """Whether waiting helps: the service is busy or away, and nobody has to mend anything."""
    return isinstance(failure, BatchFailure) and failure.retry is Requeue.BACKOFF


class CircuitBreaker:
    """Calls `changed` after each step that others may wait for: opened, closed, or worth reporting."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        changed: Callable[[], None],
        slow: float,
        backoff: Backoff | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._changed = changed
        self._slow = slow
        self._backoff = backoff or Backoff(most=MOST_BACKOFF)
        self._failure: Failure | None = None
        self._failures = 0
        self._until = 0.0
        self._trial = False
        self.answered = False
        """Whether the account has answered at all; before, nobody knows whether it is well."""

    @property
    def failure(self) -> Failure | None:
        """Why the gate is closed, or on trial."""
        return self._failure

    @property
    def opens_in(self) -> float:
        """Seconds until the next trial; infinite when only a change of the account can help."""
        return max(0.0, self._until - self._monotonic())

    @property
    def should_report(self) -> bool:
        """Whether the failure is worth telling every pool of the account."""
        return self._failure is not None and (not is_passing(self._failure) or self._failures >= _PATIENCE)

    def check(self) -> None:
        """Let the caller through, or raise AccountUnavailable."""
        if self._failure is None:
            return
        if self.opens_in > 0:
            raise AccountUnavailable(self._failure, should_report=self.should_report)
        self._until, self._trial = self._monotonic() + _TRIAL, True

    def succeeded(self, *, heard: bool = True) -> None:
        """A request has been answered; `heard` is whether the answer shows that it was the account, and signed in."""
        news = self._failure is not None or (heard and not self.answered)
        self.answered = self.answered or heard
        if self._failure is not None and not self._trial:
            # Asked before the gate closed: it says nothing of now, and must not cut a Retry-After short.
            return
        self._failure, self._failures, self._trial = None, 0, False
        if news:
            self._changed()

    def mended(self) -> None:
        """The credential is another: whatever was wrong with the one before, it is tried at once."""
        if self._failure is not None and not is_passing(self._failure) and self._until < math.inf:
            self._until = self._monotonic()

    def failed(self, failure: Failure) -> None:
        """The account as a whole has failed."""
        if self._failure is not None and not self._trial:
            # One of several requests that were under way together: they are one failure, not several in a row.
            self._until = max(self._until, self._monotonic() + (_asked(failure) or 0.0))
            return
        self._failures += 1
        self._failure, self._trial = failure, False
        self._until = self._monotonic() + self._delay(failure)
        self._changed()

    def _delay(self, failure: Failure) -> float:
        match failure.retry:
            case Requeue.REFERENCE:
                return math.inf
            case Requeue.SLOWLY:
                return self._slow
            case _:
                asked = _asked(failure)
                # A service that asks for no time at all, or for one that is over, is not asked in a loop.
                return max(self._backoff.delay(self._failures), asked or 0.0)


def _asked(failure: Failure) -> float | None:
    return failure.retry_after if isinstance(failure, BatchFailure) else None
