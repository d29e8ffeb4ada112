"""Conditions by the Kubernetes convention and kstatus.

A condition keeps its `lastTransitionTime` until its status changes, and is left alone altogether while nothing in
it changes: in steady state the operator writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from poolkeeper.domain.redaction.visible import visible

ConditionJson = dict[str, Any]
Status = Literal["True", "False", "Unknown"]

MOST_CHARACTERS = 4096
"""Of a message; the API server takes 32 KiB, a reader does not."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a condition should say."""

    type: str
    status: Status
    reason: str
    message: str


def find(conditions: Sequence[Mapping[str, Any]], kind: str) -> Mapping[str, Any] | None:
    """The condition of a type, if there is one."""
    return next((condition for condition in conditions if condition["type"] == kind), None)


def with_conditions(
    old: Sequence[Mapping[str, Any]], conditions: Sequence[Condition], *, generation: int, now: str
) -> list[ConditionJson]:
    """The conditions that `marks` ask for, in that order; a type without a mark goes away."""
    return [_condition(find(old, wanted.type), wanted, generation=generation, now=now) for wanted in conditions]


def _condition(old: Mapping[str, Any] | None, wanted: Condition, *, generation: int, now: str) -> ConditionJson:
    moved = old is None or old["status"] != wanted.status
    return {
        "type": wanted.type,
        "status": wanted.status,
        "reason": wanted.reason,
        "message": visible(wanted.message[:MOST_CHARACTERS])[:MOST_CHARACTERS],
        "observedGeneration": generation,
        "lastTransitionTime": now if old is None or moved else old["lastTransitionTime"],
    }
