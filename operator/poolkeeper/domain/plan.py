"""What to do about a pool: a pure decision.

    live pool | equal to desired | same body refused before | decision
    ----------+------------------+--------------------------+---------------------------------------
    deleting  | -                | -                        | Leave: PoolDeleting
    active    | yes              | -                        | Keep
    active    | no               | yes                      | Leave: InvalidProperties, as it was said
    active    | no               | no                       | Write the full body

A pool that does not exist never gets here: reading it raised PoolNotFound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poolkeeper.domain.canonical import Form, canonical, full_body
from poolkeeper.domain.drift import Difference, drift
from poolkeeper.domain.failures import Failure, PoolDeleting
from poolkeeper.domain.observation import LivePool


@dataclass(frozen=True, slots=True)
class Desired:
    """What the manifest asks for, in both forms."""

    form: Form
    body: dict[str, Any]

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Desired:
        """Raises InvalidSpec for what the API's types do not allow."""
        return cls(form=canonical(properties), body=full_body(properties))


@dataclass(frozen=True, slots=True)
class Keep:
    """In sync: nothing to do."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Not in sync, and nothing may be sent."""

    failure: Failure
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Write:
    """Send `body`, which changes `differences`."""

    body: dict[str, Any]
    differences: tuple[Difference, ...]


Decision = Keep | Leave | Write


def plan(desired: Desired, live: LivePool, *, refusal: Failure | None) -> Decision:
    """Decide; `refusal` is what the service said the last time that this very body was sent."""
    if live.row.state == "deleting":
        return Leave(PoolDeleting("the pool is being deleted"))
    differences = drift(live.form, desired.form)
    if not differences:
        return Keep()
    if refusal is not None:
        return Leave(refusal, differences)
    return Write(desired.body, differences)
