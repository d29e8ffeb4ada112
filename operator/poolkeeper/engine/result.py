"""How the work on an item ended: the one answer of every worker, and what the one place that requeues goes by.

Shape: `failure` is what kept the item from being well, if anything did. When it is worked on again is the type.
"""

from __future__ import annotations

from dataclasses import dataclass

from poolkeeper.domain.failures import Failure, Flapping
from poolkeeper.domain.reasons import Requeue
from poolkeeper.domain.resources import Key


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is due: a check, a change or a person brings the item back. Its backoff begins anew."""

    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class After:
    """Work on the item again in so many seconds, or when something else asks for it earlier."""

    seconds: float
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class AfterBackoff:
    """Work on the item again after a delay that grows with each such answer."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Again:
    """The world moved while the item was worked on: work on it again at once."""

    failure: None = None


@dataclass(frozen=True, slots=True)
class WaitForAccount:
    """Nothing is sent to the account meanwhile: work on the item when it is back."""

    account: Key
    failure: Failure


Result = Done | After | AfterBackoff | Again | WaitForAccount


def result_of(failure: Failure | None, *, slow: float) -> Result:
    """What a failure (or none) means for the next time; `slow` is the delay, in seconds, of what a person has to mend.

    The rule stands in the table of reasons (domain/reasons.py).
    """
    match None if failure is None else failure.retry:
        case Requeue.SLOWLY:
            return After(slow, failure)
        case Requeue.BACKOFF if failure is not None:
            return AfterBackoff(failure)
        case Requeue.PAUSE if isinstance(failure, Flapping):
            return After(failure.pause, failure)
        case _:
            return Done(failure)
