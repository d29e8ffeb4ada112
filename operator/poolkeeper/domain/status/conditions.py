"""Conditions by the Kubernetes convention and kstatus.

A condition keeps its `lastTransitionTime` until its status changes, and is left alone altogether while nothing in
it changes: in steady state the operator writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolkeeper.domain.redaction.visible import visible
from poolkeeper.domain.status_types import AccountStatus, ConditionFields, ConditionStatus, PoolStatus

MOST_CHARACTERS = 4096
"""Of a message; the API server takes 32 KiB, a reader does not."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a condition should say."""

    type: str
    status: ConditionStatus
    reason: str
    message: str


def find(conditions: Sequence[ConditionFields], kind: str) -> ConditionFields | None:
    """The condition of a type, if there is one."""
    return next((condition for condition in conditions if condition["type"] == kind), None)


def with_conditions(
    old: Sequence[ConditionFields], conditions: Sequence[Condition], *, generation: int, now: str
) -> list[ConditionFields]:
    """The conditions that `marks` ask for, in that order; a type without a mark goes away."""
    return [_condition(find(old, wanted.type), wanted, generation=generation, now=now) for wanted in conditions]


def _condition(old: ConditionFields | None, wanted: Condition, *, generation: int, now: str) -> ConditionFields:
    moved = old is None or old["status"] != wanted.status
    return {
        "type": wanted.type,
        "status": wanted.status,
        "reason": wanted.reason,
        "message": visible(wanted.message[:MOST_CHARACTERS])[:MOST_CHARACTERS],
        "observedGeneration": generation,
        "lastTransitionTime": now if old is None or moved else old["lastTransitionTime"],
    }


def ready_reason(status: PoolStatus | AccountStatus) -> str | None:
    """The reason of the Ready condition; None before the first look."""
    ready = find(status.get("conditions", ()), "Ready")
    return None if ready is None else str(ready["reason"])


def ready_state(status: PoolStatus | AccountStatus) -> tuple[str, str]:
    """Status and reason of the Ready condition, for counting."""
    ready = find(status.get("conditions", ()), "Ready")
    return ("Unknown", "") if ready is None else (ready["status"], ready["reason"])
