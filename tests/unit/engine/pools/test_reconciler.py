"""One look at one pool: what is sent, what is reported, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from poolkeeper.domain.failures import (
    AuthenticationFailed,
    BatchFailure,
    InvalidProperties,
    PackagesUnavailable,
    PoolDeleting,
    PoolNotFound,
    PoolUnavailable,
    ServiceUnavailable,
    Throttled,
    WriteDenied,
)
from tests.unit.domain.examples import conditions
from tests.unit.engine.desk import Desk
from tests.unit.engine.fakes import Call
from tests.unit.engine.lab import POOL, key, metadata

pytestmark = pytest.mark.looptime

RECONCILING, STALLED = frozenset({"Reconciling"}), frozenset({"Stalled"})
WANTED, OTHER = metadata(owner="me"), metadata(owner="you")


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.account()
    return desk


def operations(calls: list[Call]) -> list[str]:
    return [call.operation for call in calls]


def status(desk: Desk) -> dict[str, Any]:
    return desk.cluster.status(POOL, key("rendering"))


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a pool is like, what the service says, and what must come of it."""

    reason: str
    live: dict[str, Any] | None = None
    state: str = "active"
    on_read: BatchFailure | None = None
    on_write: BatchFailure | None = None
    sent: list[str]
    ready: str
    drifted: str
    marks: frozenset[str] = frozenset()
    events: list[str]
    row_kept: bool = True


ROWS = {
    "equal": Row(
        reason="nothing to do", live=WANTED, sent=["read"], ready="InSync", drifted="False", events=["InSync"]
    ),
    "different": Row(
        reason="one read, one write",
        live=OTHER,
        sent=["read", "unchanged", "write", "read"],
        ready="InSync",
        drifted="False",
        events=["Updated"],
    ),
    "missing": Row(
        reason="never a success",
        sent=["read"],
        ready="PoolNotFound",
        drifted="Unknown",
        events=["PoolNotFound"],
        row_kept=True,
    ),
    "deleting": Row(
        reason="nothing is sent to a pool on its way out",
        live=OTHER,
        state="deleting",
        sent=["read"],
        ready="PoolDeleting",
        drifted="Unknown",
        events=["PoolDeleting"],
    ),
    "read throttled": Row(
        reason="tried again by itself",
        live=OTHER,
        on_read=Throttled("429"),
        sent=["read"],
        ready="Throttled",
        drifted="Unknown",
        marks=RECONCILING,
        events=["Throttled"],
        row_kept=False,
    ),
    "read without an answer": Row(
        reason="tried again by itself",
        live=OTHER,
        on_read=ServiceUnavailable("no answer"),
        sent=["read"],
        ready="ServiceUnavailable",
        drifted="Unknown",
        marks=RECONCILING,
        events=["ServiceUnavailable"],
        row_kept=False,
    ),
    "read with a wrong key": Row(
        reason="somebody must mend the account",
        live=OTHER,
        on_read=AuthenticationFailed("401"),
        sent=["read"],
        ready="AccountNotReady",
        drifted="Unknown",
        events=["AccountNotReady"],
        row_kept=False,
    ),
    "write refused": Row(
        reason="the same body would be refused again",
        live=OTHER,
        on_write=InvalidProperties("400", code="InvalidPropertyValue"),
        sent=["read", "unchanged", "write"],
        ready="InvalidProperties",
        drifted="True",
        marks=STALLED,
        events=["InvalidProperties"],
    ),
    "package missing": Row(
        reason="it may come right without the manifest, so it is not stalled",
        live=OTHER,
        on_write=PackagesUnavailable("409"),
        sent=["read", "unchanged", "write"],
        ready="InvalidProperties",
        drifted="True",
        events=["InvalidProperties"],
    ),
    "write forbidden": Row(
        reason="who may read still tells of the difference",
        live=OTHER,
        on_write=WriteDenied("403"),
        sent=["read", "unchanged", "write"],
        ready="AccessDenied",
        drifted="True",
        events=["AccessDenied"],
    ),
    "deleted before the write": Row(
        reason="the pool has gone between read and write",
        live=OTHER,
        on_write=PoolNotFound("404"),
        sent=["read", "unchanged", "write"],
        ready="PoolNotFound",
        drifted="True",
        events=["PoolNotFound"],
    ),
    "deleting before the write": Row(
        reason="the service says so only when written to",
        live=OTHER,
        on_write=PoolDeleting("409"),
        sent=["read", "unchanged", "write"],
        ready="PoolDeleting",
        drifted="True",
        events=["PoolDeleting"],
    ),
    "write fails": Row(
        reason="this pool now, not the account",
        live=OTHER,
        on_write=PoolUnavailable("500"),
        sent=["read", "unchanged", "write"],
        ready="ServiceUnavailable",
        drifted="True",
        marks=RECONCILING,
        events=["ServiceUnavailable"],
    ),
}


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])
async def test_one_look_ends_in_one_status_and_says_what_happened(desk: Desk, row: Row) -> None:
    desk.pool(properties=WANTED)
    service = desk.service()
    if row.live is not None:
        service.put("rendering", row.live, state=row.state)
    for operation, failure in (("read", row.on_read), ("write", row.on_write)):
        if failure is not None:
            service.fail(failure, operation=operation)
    trouble = await desk.look()
    said = conditions(status(desk))
    assert operations(service.calls) == row.sent, row.reason
    assert said["Ready"]["reason"] == row.ready, row.reason
    assert (trouble is None) is (said["Ready"]["status"] == "True")
    assert said["Drifted"]["status"] == row.drifted, row.reason
    assert set(said) == {"Ready", "Drifted"} | row.marks, row.reason
    assert [event.reason for event in desk.cluster.events()] == row.events, row.reason
    assert len(desk.cluster.patches) == 1, "one look, one patch"
    assert (desk.states[key("rendering")].row is not None) is row.row_kept, row.reason
    assert len(service.bodies) == (row.ready == "InSync" and "write" in row.sent), "what was refused was not applied"


async def test_the_order_is_read_write_patch_event(desk: Desk) -> None:
    desk.pool(properties=WANTED)
    desk.service().put("rendering", OTHER)
    desk.cluster.calls = desk.service().calls
    await desk.look()
    assert operations(desk.cluster.calls) == [
        "read",
        "unchanged",
        "write",
        "read",
        "patch_status",
        "announce",
    ]
    assert desk.service().find("rendering").properties["metadata"] == WANTED["metadata"]


async def test_a_second_look_reads_and_says_nothing(desk: Desk) -> None:
    desk.pool(properties=WANTED)
    desk.service().put("rendering", OTHER)
    await desk.look()
    before = status(desk)
    for _ in range(3):
        assert await desk.look() is None
    assert operations(desk.service().calls) == ["read", "unchanged", "write", "read"] + 3 * ["read"]
    assert (len(desk.cluster.patches), len(desk.cluster.told)) == (1, 1)
    assert status(desk) == before


async def test_the_own_write_is_the_row_that_the_next_sweep_expects(desk: Desk) -> None:
    desk.pool(properties=WANTED)
    desk.service().put("rendering", OTHER)
    await desk.look()
    assert desk.states[key("rendering")].row == desk.service().find("rendering").row
    assert status(desk)["eTag"] == status(desk)["lastWrite"]["eTag"] == desk.service().find("rendering").etag


async def test_a_refused_body_is_not_sent_again_until_the_manifest_changes(desk: Desk) -> None:
    desk.pool(properties=WANTED)
    desk.service().put("rendering", OTHER)
    desk.service().fail(InvalidProperties("400", code="InvalidPropertyValue"), operation="write", times=1)
    for _ in range(3):
        assert isinstance(await desk.look(), InvalidProperties)
    assert desk.service().counts() == {"read": 3, "unchanged": 1, "write": 1}
    assert len(desk.cluster.patches) == 1, "a drift event is not due: nobody drifted"
    desk.change("rendering", metadata(owner="she"))
    assert await desk.look() is None
    assert desk.service().counts()["write"] == 2


async def test_a_difference_to_a_manifest_that_was_in_sync_is_drift(desk: Desk) -> None:
    desk.pool(properties=WANTED)
    desk.service().put("rendering", WANTED)
    await desk.look()
    desk.service().drift("rendering", OTHER)
    drifted = desk.service().find("rendering").etag
    await desk.look()
    assert status(desk)["lastDrift"]["eTag"] == drifted
    assert status(desk)["lastDrift"]["corrected"] is True
    assert [event.reason for event in desk.cluster.events()] == ["InSync", "DriftCorrected"]


async def test_a_resource_that_is_gone_is_not_looked_at(desk: Desk) -> None:
    desk.pool()
    desk.cache.drop_pool(key("rendering"))
    assert await desk.look() is None
    assert (desk.service().calls, desk.cluster.patches) == ([], [])
    assert desk.states == {}
