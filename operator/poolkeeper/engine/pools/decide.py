"""What is to be done about one pool: the decision that the reconciler acts on, and that `poolkeeper plan` shows.

Nothing here reads or writes. The pool was read, and the values of its Secrets; the rest stands in its state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from poolkeeper.domain.decision.plan import Decision, Desired, History, plan
from poolkeeper.domain.diff.drift import drift, paths_of
from poolkeeper.domain.diff.write_only import DesiredVersion, marks_of
from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.stored import judged
from poolkeeper.domain.observation import LivePool
from poolkeeper.domain.resources import BatchAccount, BatchPool
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.engine.pools.state import PoolState


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and what it rests on."""

    decision: Decision
    desired: Desired
    desired_version: DesiredVersion
    history: History


def decide(
    pool: BatchPool,
    live: LivePool,
    *,
    account: BatchAccount,
    properties: Mapping[str, Any],
    secrets: Mapping[str, str],
    state: PoolState,
    now: float,
    adopted: bool | None = None,
) -> Decided:
    """Decide about a pool as it was read.

    `properties` are the manifest's, with the values of Secrets in them; `secrets` has the versions of these Secrets by
    name. `now` is seconds of the clock that `state.flaps` goes by. `adopted` stands in for what the state tells, for
    a caller without a status.

    Raises InvalidSpec and UnsupportedProperty for a manifest that cannot be sent.
    """
    desired = Desired.of(
        properties, version=account.api_version, ignore=pool.ignore, live=live.properties, secrets=secrets
    )
    state.at(pool, Address.of(pool, account, created=live.created))
    version = DesiredVersion(pool.generation, desired.secrets, marks_of(desired.body))
    _learn(pool, live, desired, version, state=state, now=now)
    history = state.history(pool, desired, account)
    if adopted is not None:
        history = replace(history, adopted=adopted)
    return Decided(plan(pool, desired, live, history=history, now=now), desired, version, history)


def _learn(
    pool: BatchPool, live: LivePool, desired: Desired, version: DesiredVersion, *, state: PoolState, now: float
) -> None:
    """What the pool tells of writes whose end nobody saw."""
    assert state.known is not None, "the state is at the pool's address"
    pending, state.pending = state.pending, None
    equal = not drift(live.form, desired.form)
    if pending is not None and pending.desired_version == version and pending.etag != live.row.etag and equal:
        # It was applied, though its answer was lost: it is told like any other.
        state.known = replace(state.known.in_sync(version), sent=version)
        if pending.drifted:
            state.flaps.corrected(paths_of(pending.differences), now=now)
        state.unreported = Outcome(
            written=pending.found_in(live),
            written_at=pending.time,
            sent=pending.desired_version,
            corrected=pending.differences,
            drifted=pending.drifted,
        )
    unverified, state.unverified = state.unverified, None
    if unverified is not None and unverified[0] == live.row.etag:
        stored = judged(unverified[1], live.form, desired.form, ignore=pool.ignore)
        state.known = replace(state.known, stored=stored)
