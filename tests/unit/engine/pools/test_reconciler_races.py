"""What happens in the middle of a look: users, other writers and lost answers."""

from __future__ import annotations

import asyncio

import pytest

from poolkeeper.domain.failures import (
    AccountNotFound,
    ClusterUnavailable,
    EndpointNotAllowed,
    ServiceUnavailable,
)
from poolkeeper.domain.resources import BatchPool
from poolkeeper.engine.accounts.breaker import AccountUnavailable
from poolkeeper.engine.result import WaitForAccount
from tests.unit.engine.desk import Desk
from tests.unit.engine.fake_cluster import DOWN
from tests.unit.engine.lab import POOL, key, metadata

pytestmark = pytest.mark.looptime

RENDERING = key("rendering")
WANTED, OTHER = metadata(owner="me"), metadata(owner="you")


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.account()
    desk.pool(properties=WANTED)
    desk.service().put("rendering", OTHER)
    return desk


async def test_a_write_whose_status_was_lost_is_told_by_the_next_look(desk: Desk) -> None:
    desk.cluster.fail(DOWN, operation="patch_status", times=2)
    for _ in range(2):
        with pytest.raises(ClusterUnavailable):
            await desk.look()
    assert desk.cluster.told == [], "an event without a status would contradict it"
    await desk.look()
    assert desk.service().counts() == {"read": 4, "unchanged": 1, "write": 1}, "the fourth read verifies the write"
    status = desk.cluster.status(POOL, RENDERING)
    assert status["lastWrite"]["eTag"] == status["eTag"] == desk.service().find("rendering").etag
    assert status["lastWrite"]["requestID"] == "request-1"
    (event,) = desk.cluster.events()
    assert event.reason == "Updated"
    await desk.look()
    assert len(desk.cluster.told) == 1, "once"


async def test_a_write_that_was_lost_and_then_drifted_from_is_told_as_the_newer_write(desk: Desk) -> None:
    desk.cluster.fail(DOWN, operation="patch_status", times=1)
    with pytest.raises(ClusterUnavailable):
        await desk.look()
    desk.service().drift("rendering", metadata(owner="intruder"))
    await desk.look()
    status = desk.cluster.status(POOL, RENDERING)
    assert status["lastWrite"]["requestID"] == "request-2"
    assert status["lastDrift"]["corrected"] is True


async def test_a_status_that_was_applied_but_never_answered_is_not_told_twice(desk: Desk) -> None:
    desk.cluster.fail(DOWN, operation="patch_status", times=1, applied=True)
    with pytest.raises(ClusterUnavailable):
        await desk.look()
    # The watch tells what the answer did not.
    desk.cache.put_pool(BatchPool.parse(desk.cluster.objects[POOL, RENDERING]))
    await desk.look()
    assert desk.service().counts()["write"] == 1
    assert [event.reason for event in desk.cluster.events()] == ["Updated"]


async def test_a_write_that_was_applied_but_never_answered_is_found_by_the_next_look(desk: Desk) -> None:
    desk.service().fail(ServiceUnavailable("no answer"), operation="write", times=1, applied=True)
    assert isinstance(await desk.look(), ServiceUnavailable)
    await asyncio.sleep(2)
    assert await desk.look() is None
    assert desk.service().counts()["write"] == 1
    assert desk.cluster.status(POOL, RENDERING)["eTag"] == desk.service().find("rendering").etag


@pytest.mark.parametrize("moment", ["read", "write"])
async def test_a_resource_that_is_deleted_in_the_middle_gets_no_status_and_no_event(desk: Desk, moment: str) -> None:
    hold = desk.service().hold(moment)
    look = asyncio.create_task(desk.look())
    await hold.reached.wait()
    del desk.cluster.objects[POOL, RENDERING]
    desk.cache.drop_pool(RENDERING)
    hold.release.set()
    await look
    assert (desk.cluster.patches, desk.cluster.told) == ([], [])
    assert desk.cache.pool(RENDERING) is None


async def test_a_namesake_does_not_get_the_status_of_the_resource_before_it(desk: Desk) -> None:
    hold = desk.service().hold("read")
    look = asyncio.create_task(desk.look())
    await hold.reached.wait()
    del desk.cluster.objects[POOL, RENDERING]
    desk.cache.drop_pool(RENDERING)
    namesake = desk.pool(properties=OTHER)
    hold.release.set()
    await look
    assert desk.cluster.patches == []
    kept = desk.cache.pool(RENDERING)
    assert kept is not None
    assert kept.uid == namesake.uid


async def test_an_answer_that_comes_after_the_deletion_brings_nothing_back(desk: Desk) -> None:
    await desk.look()
    desk.cache.drop_pool(RENDERING)
    late = BatchPool.parse(desk.cluster.objects[POOL, RENDERING])
    assert not desk.cache.put_pool(late)


async def test_a_spec_that_changes_in_the_middle_is_reported_under_the_generation_that_was_looked_at(
    desk: Desk,
) -> None:
    hold = desk.service().hold("write")
    look = asyncio.create_task(desk.look())
    await hold.reached.wait()
    desk.change("rendering", metadata(owner="she"))
    hold.release.set()
    await look
    status = desk.cluster.status(POOL, RENDERING)
    assert status["observedGeneration"] == 1
    assert {one["observedGeneration"] for one in status["conditions"]} == {1}
    newest = desk.cache.pool(RENDERING)
    assert newest is not None
    assert newest.generation == 2
    assert newest.status == status, "the answer to the patch is the newest state"
    await desk.look()
    assert desk.cluster.status(POOL, RENDERING)["observedGeneration"] == 2
    assert desk.service().bodies[-1]["metadata"] == [{"name": "owner", "value": "she"}]
    assert [event.reason for event in desk.cluster.events()] == ["Updated", "Updated"], "neither of them is drift"


async def test_a_missing_account_is_a_failure_like_any_other(desk: Desk) -> None:
    desk.cache.drop_account(key("research"))
    assert isinstance(await desk.look(), AccountNotFound)
    assert [event.reason for event in desk.cluster.events()] == ["AccountNotFound"]


async def test_a_closed_account_is_told_to_a_pool_that_was_never_looked_at(desk: Desk) -> None:
    desk.service().fail(ServiceUnavailable("no answer"))
    with pytest.raises(ServiceUnavailable):
        await desk.accounts.client(key("research")).probe()
    assert isinstance(await desk.ended(), WaitForAccount)
    assert desk.service().counts() == {"probe": 1}, "nothing is sent"
    assert desk.cluster.status(POOL, RENDERING)["observedGeneration"] == 1


async def test_a_short_outage_does_not_change_the_status_of_a_pool_that_has_one(desk: Desk) -> None:
    await desk.look()
    desk.service().fail(ServiceUnavailable("no answer"))
    with pytest.raises(ServiceUnavailable):
        await desk.accounts.client(key("research")).probe()
    patches = len(desk.cluster.patches)
    assert isinstance(await desk.ended(), WaitForAccount)
    assert len(desk.cluster.patches) == patches


async def test_a_serious_outage_is_told_without_a_request(desk: Desk) -> None:
    await desk.look()
    sent = len(desk.service().calls)
    desk.cache.put_account(desk.account())
    desk.connector.trouble = EndpointNotAllowed("endpoint http://example is not https")
    with pytest.raises(AccountUnavailable):
        await desk.accounts.client(key("research")).probe()
    closed = await desk.ended()
    assert isinstance(closed, WaitForAccount)
    assert isinstance(closed.failure, EndpointNotAllowed)
    assert len(desk.service().calls) == sent
    assert [event.reason for event in desk.cluster.events()] == ["Updated", "AccountNotReady"]
