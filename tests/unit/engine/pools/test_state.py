"""What is remembered of a pool, for which address it holds, and what of it survives a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from poolkeeper.domain.decision.flaps import Limit
from poolkeeper.domain.decision.plan import Desired, History
from poolkeeper.domain.diff.drift import Difference, drift
from poolkeeper.domain.diff.write_only import DesiredVersion
from poolkeeper.domain.failures import Failure, InvalidProperties, PoolUnavailable, ServiceUnavailable
from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.pending import PendingWrite
from poolkeeper.domain.known.pool import Known, Refusal, account_version, body_digest
from poolkeeper.domain.known.stored import judged
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.packing import packed
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.pool import pool_status
from poolkeeper.domain.status_types import PoolStatus
from poolkeeper.engine.pools.state import PoolState
from tests.unit.engine.builders import account, pool

LIVE = LivePool(PoolRow("0x1", "active", "steady"), "2026-01-01T00:00:00Z", None, {}, created="2026-01-01")
WRITTEN = Written("0x2", "2026-01-01T00:00:00Z", "request-1")
CORRECTED = (Difference("/metadata/owner", "replace"),)
NOW = "2026-01-02T00:00:00Z"
ACCOUNT = account()
HERE = Address.of(pool(), ACCOUNT, created="2026-01-01")
BEFORE, SENT, STORED = ({"metadata": {"owner": "you"}}, {"metadata": {"owner": "me"}}, {"metadata": {"owner": "ME!"}})
REFUSED = InvalidProperties("the service answered 400", code="InvalidPropertyValue")


def desired(form: Mapping[str, Any] = SENT, **secrets: str) -> Desired:
    return Desired(dict(form), {}, secrets)


def refusal(desired_version: DesiredVersion | None = None) -> Refusal:
    digest = body_digest(SENT, hidden=frozenset())
    return Refusal(digest, desired_version or DesiredVersion(3), account_version(ACCOUNT), REFUSED)


FULL = Known(
    HERE,
    adopted=True,
    synced=DesiredVersion(3, {"creds": "1"}),
    sent=DesiredVersion(2, {"creds": "0"}),
    refusal=refusal(),
    stored=judged(BEFORE, STORED, SENT),
)
"""Everything that can be known, at once."""


def status_of(known: Known = FULL) -> PoolStatus:
    """What the status of a look says that found this known, after a write of what was sent."""
    sent = known.sent or DesiredVersion(1)
    return pool_status(pool(generation=3), Outcome(live=LIVE, known=known, written=WRITTEN, sent=sent), now=NOW)


def known_after_restart(status: Mapping[str, Any], address: Address = HERE, **how: Any) -> Known:
    resource = pool(generation=3, status=status, **how)
    return PoolState.of(resource).at(resource, address)


def test_all_that_is_known_survives_a_restart() -> None:
    found = known_after_restart(status_of())
    assert found.refusal is not None
    assert replace(found, refusal=None) == replace(FULL, refusal=None)
    assert (found.refusal.digest, found.refusal.desired_version) == (refusal().digest, refusal().desired_version)
    assert found.refusal.failure.message == REFUSED.message, "in the very words, so that the status does not change"


@pytest.mark.parametrize(
    ("other", "same_pool", "reason"),
    [
        (replace(HERE, endpoint="https://other.example"), False, "another account, or another endpoint of it"),
        (replace(HERE, pool_id="other"), False, "another pool of the account"),
        (replace(HERE, created="2026-01-02"), False, "a pool that was made anew under its id"),
        (replace(HERE, uid="uid-2"), False, "a status from a backup, or of a namesake"),
        (replace(HERE, api_version="2025-06-01"), True, "seen through another api-version"),
        (replace(HERE, rules=HERE.rules + 1), True, "compared by an operator that has learnt something"),
    ],
)
@pytest.mark.parametrize("restarted", [False, True])
def test_nothing_is_known_at_another_address(other: Address, reason: str, *, same_pool: bool, restarted: bool) -> None:
    resource = pool(generation=3, status=status_of())
    state = PoolState.of(resource)
    if not restarted:
        state.at(resource, HERE)
    assert state.at(resource, other) == Known(other, sent=FULL.sent if same_pool else None), reason


@pytest.mark.parametrize(
    "status", [{}, {"adopted": True}, {"adopted": True, "address": {"uid": "uid-1"}}, {"address": 7}]
)
def test_a_status_without_an_address_tells_nothing(status: dict[str, Any]) -> None:
    """One of an older version, or one that was written by hand."""
    assert known_after_restart({**status, "lastWrite": {"time": NOW, "generation": 1}}) == Known(HERE)


def history(state: PoolState, wanted: Desired, resource: BatchPool | None = None, generation: int = 1) -> History:
    return state.history(resource or pool(generation=3), wanted, account(generation=generation))


@pytest.mark.parametrize(
    ("resource", "wanted", "generation", "holds", "reason"),
    [
        (pool(generation=3), desired(), 1, True, "the very body, to the very account"),
        (pool(generation=4), desired(), 1, False, "somebody has changed the manifest"),
        (pool(generation=3), desired({"metadata": {"owner": "she"}}), 1, False, "a live part of it is another"),
        (pool(generation=3), desired(creds="7"), 1, False, "a Secret is another"),
        (pool(generation=3), desired(), 2, False, "somebody has changed the account"),
    ],
)
@pytest.mark.parametrize("restarted", [False, True])
def test_a_refusal_ends_with_its_cause(
    resource: BatchPool, wanted: Desired, generation: int, reason: str, *, holds: bool, restarted: bool
) -> None:
    state = PoolState.of(pool(generation=3, status=status_of()))
    state.at(resource, HERE)
    if not restarted:
        state.known = FULL
    assert (history(state, wanted, resource, generation).refusal is not None) is holds, reason


def test_a_refusal_ends_when_a_person_asks() -> None:
    state = PoolState.of(pool(generation=3, status=status_of()))
    state.at(pool(generation=3), HERE)
    state.begin(pool(generation=3))
    assert history(state, desired()).refusal is not None
    state.begin(replace(pool(generation=3), requests=("now",)))
    assert history(state, desired()).refusal is None


def test_a_request_from_while_the_operator_was_away_ends_a_refusal_too() -> None:
    resource = replace(pool(generation=3, status=status_of()), requests=("now",))
    assert PoolState.of(resource).at(resource, HERE).refusal is None
    answered = replace(resource, packed_status=packed({**status_of(), "lastHandledReconcileAt": "now"}))
    assert PoolState.of(answered).at(answered, HERE).refusal is not None


def test_the_limit_of_corrections_is_the_operators() -> None:
    assert PoolState.of(pool(), limit=Limit(2, 5.0)).flaps.limit == Limit(2, 5.0)


@pytest.mark.parametrize(
    ("changed", "cleared", "reason"),
    [
        ({}, False, "nothing was asked"),
        ({"resource_version": 9, "packed_status": packed({"eTag": "0x9"})}, False, "a new status is nobody's wish"),
        ({"generation": 2}, True, "the spec has changed"),
        ({"requests": ("now",)}, True, "somebody asks for a look"),
        ({"approved": "hash"}, True, "somebody approves"),
    ],
)
def test_the_count_of_corrections_begins_anew_when_a_person_asks(
    changed: dict[str, Any], reason: str, *, cleared: bool
) -> None:
    state = PoolState.of(pool())
    state.begin(pool())
    for second in range(5):
        state.flaps.corrected(["/metadata/owner"], now=second)
    state.begin(replace(pool(), **changed))
    assert (state.flaps.flapping(["/metadata/owner"], now=5) == []) is cleared, reason


@pytest.mark.parametrize(
    ("live", "wanted", "known", "reason"),
    [
        (STORED, SENT, True, "it differs as it did after the write"),
        ({"metadata": {"owner": "ME"}}, SENT, False, "somebody has changed it since"),
        (STORED, {"metadata": {"owner": "she"}}, False, "another manifest is another matter"),
        ({"metadata": {"owner": "ME!", "team": "x"}}, SENT, False, "something else differs too"),
    ],
)
def test_what_the_service_makes_of_a_manifest_is_known_again_after_a_restart(
    live: dict[str, Any], wanted: dict[str, Any], reason: str, *, known: bool
) -> None:
    stored = known_after_restart(status_of()).stored
    assert stored is not None
    assert stored.fits(live, wanted, drift(live, wanted)) is known, reason


def test_an_unanswered_write_is_remembered_until_a_pool_of_another_address_is_read() -> None:
    noted = PendingWrite(NOW, "0x1", DesiredVersion(3, {"creds": "1"}), CORRECTED, drifted=True)
    resource = pool(status={**status_of(), "pendingWrite": noted.told})
    state = PoolState.of(resource)
    state.at(resource, HERE)
    assert state.pending == noted
    state.at(resource, replace(HERE, created="another"))
    assert state.pending is None


def test_an_unreported_write_is_told_with_the_next_outcome() -> None:
    earlier = Outcome(live=LIVE, corrected=CORRECTED, written=WRITTEN, drifted=True, normalised=CORRECTED)
    state = PoolState(meant=b"{}", unreported=earlier)
    completed = state.complete(Outcome(live=LIVE))
    assert (completed.written, completed.corrected, completed.drifted) == (WRITTEN, CORRECTED, True)
    assert completed.normalised == CORRECTED


def test_a_newer_write_takes_the_place_of_an_unreported_one() -> None:
    state = PoolState(meant=b"{}", unreported=Outcome(written=WRITTEN))
    newer = Outcome(live=LIVE, written=Written("0x3", "2026-01-01T00:00:00Z", "request-2"))
    assert state.complete(newer) is newer


def test_without_an_unreported_write_an_outcome_is_complete() -> None:
    outcome = Outcome(live=LIVE)
    assert PoolState(meant=b"{}").complete(outcome) is outcome


@pytest.mark.parametrize(
    ("failure", "told_by", "reason"),
    [
        (PoolUnavailable("500"), 3, "one pool's trouble"),
        (ServiceUnavailable("the connection broke"), 3, "a lost request"),
        (InvalidProperties("400"), 1, "waiting helps nobody"),
    ],
)
def test_only_trouble_that_may_pass_is_waited_for(failure: Failure, told_by: int, reason: str) -> None:
    state = PoolState.of(pool(status=pool_status(pool(), Outcome(live=LIVE), now=NOW)))
    looks = [state.is_a_miss(pool(), failure, patience=3) for _ in range(4)]
    assert looks.index(False) + 1 == told_by, reason
