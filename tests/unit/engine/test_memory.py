"""What is remembered of a pool, and what of it survives a restart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from poolkeeper.domain.drift import Difference
from poolkeeper.domain.editions import Edition
from poolkeeper.domain.failures import Failure, InvalidProperties, ServiceUnavailable
from poolkeeper.domain.flaps import Limit
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.outcome import Outcome
from poolkeeper.domain.packing import packed
from poolkeeper.domain.plan import Desired
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.status import pool_status
from poolkeeper.engine.memory import Memory
from tests.unit.engine.builders import pool

LIVE = LivePool(PoolRow("0x1", "active", "steady"), "2026-01-01T00:00:00Z", None, {})
WRITTEN = Written("0x2", "2026-01-01T00:00:00Z", "request-1")
CORRECTED = (Difference("/metadata/owner", "replace"),)
NOW = "2026-01-02T00:00:00Z"


def after(outcome: Outcome, *, generation: int = 3, status: Any = None) -> dict[str, Any]:
    return pool_status(pool(generation=generation, status=status), outcome, now=NOW)


REFUSED = Outcome(live=LIVE, failure=InvalidProperties("the service answered 400"), differences=CORRECTED)


def refusal_of(memory: Memory, resource: BatchPool, **secrets: str) -> Failure | None:
    return memory.past(resource, Desired({}, {}, secrets), LIVE).refusal


SEEDS = [
    pytest.param({}, None, False, "a resource that was never looked at", id="new"),
    pytest.param(after(Outcome(live=LIVE)), Edition(3), False, "in sync", id="in sync"),
    pytest.param(
        after(Outcome(failure=ServiceUnavailable("no")), status=after(Outcome(live=LIVE, written=WRITTEN))),
        Edition(3),
        False,
        "was written once, whatever is the matter now",
        id="written, then lost",
    ),
    pytest.param(after(REFUSED), None, True, "never in sync, and refused", id="refused"),
    pytest.param(
        after(REFUSED, status=after(Outcome(live=LIVE, written=WRITTEN), generation=2)),
        Edition(2),
        True,
        "an older manifest was in sync",
        id="refused after a change",
    ),
]


@pytest.mark.parametrize(("status", "synced", "refused", "reason"), SEEDS)
def test_the_status_tells_after_a_restart(
    status: dict[str, Any], synced: Edition | None, reason: str, *, refused: bool
) -> None:
    resource = pool(generation=3, status=status)
    memory = Memory.of(resource)
    assert memory.synced == synced, reason
    assert (refusal_of(memory, resource) is not None) is refused, reason
    assert memory.row is None, "the first sweep looks at it in any case"


def test_a_remembered_refusal_says_what_the_status_said() -> None:
    status = after(REFUSED)
    resource = pool(generation=3, status=status)
    refusal = refusal_of(Memory.of(resource), resource)
    assert refusal is not None
    assert after(Outcome(live=LIVE, failure=refusal, differences=CORRECTED), status=status) == status


def test_a_refusal_is_for_its_generation_only() -> None:
    memory = Memory(synced=None, refused=(Edition(3), InvalidProperties("no")))
    assert refusal_of(memory, pool(generation=3)) is not None
    assert refusal_of(memory, pool(generation=4)) is None
    assert refusal_of(memory, pool(generation=2)) is None
    assert refusal_of(memory, pool(generation=3), creds="7") is None, "another Secret makes another body"
    assert Memory.of(pool(generation=4, status=after(REFUSED))).refused is None


@pytest.mark.parametrize(
    ("status", "adopted", "reason"),
    [
        ({}, False, "never looked at"),
        (after(Outcome(live=LIVE)), True, "in sync once"),
        (after(Outcome(failure=ServiceUnavailable("no")), status=after(Outcome(live=LIVE))), True, "then in trouble"),
        (after(REFUSED), False, "never written"),
    ],
)
def test_adoption_survives_a_restart(status: dict[str, Any], reason: str, *, adopted: bool) -> None:
    assert Memory.of(pool(generation=3, status=status)).adopted is adopted, reason


def test_the_limit_of_corrections_is_the_operators() -> None:
    assert Memory.of(pool(), limit=Limit(2, 5.0)).flaps.limit == Limit(2, 5.0)


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
    memory = Memory.of(pool())
    memory.begin(pool())
    for second in range(5):
        memory.flaps.corrected(["/metadata/owner"], now=second)
    memory.begin(replace(pool(), **changed))
    assert (memory.flaps.flapping(["/metadata/owner"], now=5) == []) is cleared, reason


STORED, SENT = {"metadata": {"owner": "ME"}}, {"metadata": {"owner": "me"}}
OWN = {"lastWrite": {"eTag": "0x1", "generation": 3}}


@pytest.mark.parametrize(
    ("status", "live", "expected", "reason"),
    [
        (OWN, STORED, STORED, "it is the very state that our write left"),
        (OWN, SENT, None, "it was stored as it was sent"),
        ({"lastWrite": {"eTag": "0x0", "generation": 3}}, STORED, None, "somebody has changed it since"),
        ({"lastWrite": {"eTag": "0x1", "generation": 2}}, STORED, None, "we wrote another manifest"),
        ({}, STORED, None, "we never wrote"),
    ],
)
def test_what_the_service_makes_of_a_manifest_is_known_again_after_a_restart(
    status: dict[str, Any], live: dict[str, Any], expected: dict[str, Any] | None, reason: str
) -> None:
    resource = pool(generation=3, status=status)
    memory = Memory.of(resource)
    assert memory.expected(resource, Desired(SENT, {}), replace(LIVE, form=live)) == expected, reason
    moved = replace(LIVE, row=PoolRow("0x7", "active", "steady"), form=live)
    assert memory.expected(resource, Desired(SENT, {}), moved) == expected, "and is not forgotten when the pool moves"
    assert memory.expected(resource, Desired({"metadata": {}}, {}), moved) is None, "another manifest is another matter"


@pytest.mark.parametrize(
    ("recorded", "now", "known", "reason"),
    [
        ({"creds": "1"}, {"creds": "1"}, True, "the same Secrets as at the last write"),
        ({"creds": "1"}, {"creds": "2"}, False, "a rotated Secret must reach the pool"),
        ({}, {"creds": "1"}, False, "in sync without a write: with which Secret is not known"),
        ({"creds": "1"}, {}, False, "a manifest that takes nothing from Secrets any more"),
    ],
)
def test_what_was_in_sync_is_known_again_only_with_the_same_secrets(
    recorded: dict[str, str], now: dict[str, str], reason: str, *, known: bool
) -> None:
    resource = pool(generation=3, status={**OWN, "secretVersions": recorded})
    found = Memory.of(resource).expected(resource, Desired(SENT, {}, now), replace(LIVE, form=STORED))
    assert found == (STORED if known else None), reason


def test_an_unreported_write_is_told_with_the_next_outcome() -> None:
    earlier = Outcome(live=LIVE, corrected=CORRECTED, written=WRITTEN, drifted=True, restated=CORRECTED)
    memory = Memory(synced=Edition(3), refused=None, unreported=earlier)
    completed = memory.complete(Outcome(live=LIVE))
    assert (completed.written, completed.corrected, completed.drifted) == (WRITTEN, CORRECTED, True)
    assert completed.restated == CORRECTED


def test_a_newer_write_takes_the_place_of_an_unreported_one() -> None:
    memory = Memory(synced=Edition(3), refused=None, unreported=Outcome(written=WRITTEN))
    newer = Outcome(live=LIVE, written=Written("0x3", "2026-01-01T00:00:00Z", "request-2"))
    assert memory.complete(newer) is newer


def test_without_an_unreported_write_an_outcome_is_complete() -> None:
    outcome = Outcome(live=LIVE)
    assert Memory(synced=Edition(3), refused=None).complete(outcome) is outcome
