"""Between the read and the write: a plan is made anew when the pool has moved."""

from __future__ import annotations

import asyncio

import pytest

from poolkeeper.domain.failures import Failure, PoolNotFound, PoolUnavailable, RemovalNeedsConsent
from tests.unit.engine.desk import Desk
from tests.unit.engine.fakes import Json
from tests.unit.engine.lab import POOL, key, metadata

pytestmark = pytest.mark.looptime

WANTED, OTHER = metadata(owner="me"), metadata(owner="you")


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.account()
    desk.pool(properties=WANTED)
    desk.service().put("rendering", OTHER)
    return desk


async def look_while_it_moves(desk: Desk, *moves: Json | None) -> Failure | None:
    """One look; each last look in it comes after one of these changes (None: a resize)."""
    hold = desk.service().hold("unchanged")
    look = asyncio.create_task(desk.look())
    for number, properties in enumerate(moves, start=1):
        await asyncio.wait_for(hold.reached.wait(), 10)
        desk.service().drift("rendering", desk.service().find("rendering").properties | (properties or {}))
        before, hold = hold, desk.service().hold("unchanged") if number < len(moves) else hold
        before.release.set()
    return await look


async def test_a_pool_that_has_moved_is_planned_anew_without_an_error(desk: Desk) -> None:
    assert await look_while_it_moves(desk, None) is None
    assert [call.operation for call in desk.service().calls] == [
        "read",
        "unchanged",
        "read",
        "unchanged",
        "write",
        "read",
    ]
    assert [event.reason for event in desk.cluster.events()] == ["Updated"]


async def test_a_pool_that_was_put_right_by_another_is_not_written(desk: Desk) -> None:
    assert await look_while_it_moves(desk, WANTED) is None
    assert "write" not in desk.service().counts()
    assert [event.reason for event in desk.cluster.events()] == ["InSync"]


async def test_what_has_come_in_between_is_not_wiped_unseen(desk: Desk) -> None:
    failure = await look_while_it_moves(desk, {"startTask": {"commandLine": "precious"}})
    assert isinstance(failure, RemovalNeedsConsent)
    assert "/startTask" in failure.message
    assert "write" not in desk.service().counts()


async def test_a_pool_that_keeps_moving_is_left_for_later(desk: Desk) -> None:
    failure = await look_while_it_moves(desk, None, None, None)
    assert isinstance(failure, PoolUnavailable)
    assert desk.service().counts() == {"read": 3, "unchanged": 3}
    assert desk.states[key("rendering")].row is None, "the next sweep looks in any case"
    assert await desk.look() is None
    assert desk.cluster.status(POOL, key("rendering"))["eTag"] == desk.service().find("rendering").etag


async def test_a_pool_that_goes_in_between_is_not_found(desk: Desk) -> None:
    hold = desk.service().hold("unchanged")
    look = asyncio.create_task(desk.look())
    await asyncio.wait_for(hold.reached.wait(), 10)
    desk.service().remove("rendering")
    hold.release.set()
    assert isinstance(await look, PoolNotFound)
    assert "write" not in desk.service().counts()


@pytest.mark.parametrize(
    ("live", "how", "reason"),
    [
        (WANTED, {}, "nothing to write"),
        (OTHER, {"mode": "Observe"}, "only watched"),
        (OTHER, {"mode": "Approve"}, "not approved"),
    ],
)
async def test_who_does_not_write_takes_no_last_look(live: Json, how: dict[str, str], reason: str) -> None:
    desk = Desk()
    desk.account()
    desk.pool(properties=WANTED, **how)
    desk.service().put("rendering", live)
    await desk.look()
    assert desk.service().counts() == {"read": 1}, reason
