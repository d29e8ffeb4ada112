"""Reading ahead: few requests where many pools wait, and never a state that is older than the wish to see it."""

from __future__ import annotations

import asyncio

import pytest

from poolkeeper.domain.failures import PoolUnavailable, ServiceUnavailable
from poolkeeper.engine.pools.prefetch import MANY, Prefetch
from poolkeeper.engine.work_items import PoolItem
from tests.unit.engine.desk import Desk
from tests.unit.engine.lab import Lab, metadata, now

pytestmark = pytest.mark.looptime

WANTED, OTHER, THIRD = metadata(owner="me"), metadata(owner="you"), metadata(owner="someone")


def fill(lab: Lab, count: int, *, live: dict[str, object] = OTHER) -> list[str]:
    names = [f"pool-{number:03}" for number in range(count)]
    for name in names:
        lab.service().put(name, live)
        lab.pool(name, WANTED)
    return names


async def test_a_restart_with_many_pools_in_sync_asks_for_lists_only(lab: Lab) -> None:
    lab.account()
    names = fill(lab, 400, live=WANTED)
    await lab.start(10)
    again, began = await lab.restarted(), now()
    await again.start(10)
    counts = lab.service().counts(since=began)
    assert {again.ready(name) for name in names} == {"InSync"}
    assert counts["page"] <= 8, "four, and four more because the first check came meanwhile"
    assert counts.get("read", 0) <= 16, "those that waited for a list which a check made too old for them"
    await again.engine.stop(grace=1)


@pytest.mark.parametrize(("pools", "lists", "reason"), [(MANY - 1, 0, "few wait"), (MANY, 1, "many wait")])
async def test_a_list_is_worth_it_only_for_many(lab: Lab, pools: int, lists: int, reason: str) -> None:
    lab.account()
    fill(lab, pools, live=WANTED)
    lab.service().latency = 0.001
    await lab.start(0.01)
    assert lab.service().counts().get("page", 0) == lists, reason


async def test_a_pool_that_no_list_shows_is_read_alone_and_does_not_cause_another_list(lab: Lab) -> None:
    lab.account(interval="1h")
    names = fill(lab, 100, live=WANTED)
    for name in names[50:]:
        lab.service().remove(name)
    lab.service().latency = 0.001
    await lab.start(1)
    assert {lab.ready(name) for name in names[:50]} == {"InSync"}
    assert {lab.ready(name) for name in names[50:]} == {"PoolNotFound"}
    assert lab.service().counts()["page"] <= 2


async def test_in_a_large_account_the_list_is_given_up_early(lab: Lab) -> None:
    lab.account(interval="1h")
    for number in range(2000):
        lab.service().put(f"a-foreign-{number}", OTHER)
    names = fill(lab, 40)
    await lab.start(10)
    assert {lab.ready(name) for name in names} == {"InSync"}
    assert lab.service().counts()["page"] <= 2 * 40 // 4, "each list takes at most a quarter of the reads it may save"


async def test_what_moved_since_the_list_is_read_alone_before_it_is_written(lab: Lab) -> None:
    lab.account(interval="1h")
    names = fill(lab, 60)
    lab.service().latency = 0.01
    await lab.start(0.065)
    moved = names[30]
    assert moved in {key.name for key in lab.engine._prefetch._brought}
    lab.service().drift(moved, WANTED)
    await lab.run(10)
    assert lab.ready(moved) == "InSync"
    asked = [call.operation for call in lab.service().calls if call.pool == moved]
    assert asked == ["unchanged", "read"], "the list had shown a difference that is no more"


async def test_who_asks_for_a_look_after_the_list_gets_one_that_is_newer(lab: Lab) -> None:
    lab.account(interval="1h")
    names = fill(lab, 60)
    lab.service().latency = 0.01
    await lab.start(0.065)
    last = names[-1]
    assert last in {key.name for key in lab.engine._prefetch._brought}
    lab.service().drift(last, THIRD)
    lab.annotate(last, reconcile_requested_at="now")
    await lab.run(10)
    assert lab.ready(last) == "InSync"
    looks = [call for call in lab.service().calls if call.operation == "unchanged" and call.pool == last]
    assert len(looks) == 1, "decided on what was there when it was asked for, not on the list"


async def test_a_wish_that_comes_while_the_list_is_under_way_is_not_answered_by_it() -> None:
    desk = Desk()
    desk.account()
    pools = [desk.pool(f"pool-{number:03}", WANTED) for number in range(MANY)]
    for pool in pools:
        desk.service().put(pool.pool_id, WANTED)
    prefetch = Prefetch(desk.cache, load=lambda _: MANY, members=lambda _: [PoolItem(pool.key) for pool in pools])
    client = desk.accounts.client(pools[0].account)
    hold = desk.service().hold("page")
    first = asyncio.create_task(prefetch.read(pools[0], client))
    await hold.reached.wait()
    prefetch.forget(pools[1].key)
    hold.release.set()
    await first
    await prefetch.read(pools[1], client)
    await prefetch.read(pools[2], client)
    # Another list would do for the one with the new wish, the list that was under way would not.
    assert desk.service().counts() == {"page": 2}


async def test_an_account_without_an_answer_is_not_asked_by_everyone(lab: Lab) -> None:
    lab.account(interval="1h")
    names = fill(lab, 200)
    lab.service().fail(ServiceUnavailable("down"), operation="page")
    lab.service().fail(ServiceUnavailable("down"), operation="read")
    await lab.start(5)
    assert len(lab.service().calls) < 20
    lab.service().heal()
    await lab.run(120)
    assert {lab.ready(name) for name in names} == {"InSync"}


async def test_a_pool_that_came_in_another_form_concerns_itself_only(lab: Lab) -> None:
    lab.account(interval="1h")
    names = fill(lab, 60, live=WANTED)
    lab.service().broken = names[-1]
    lab.service().fail(PoolUnavailable("in a form that is not the Batch API's"), operation="read", pool=names[-1])
    await lab.start(5)
    assert {lab.ready(name) for name in names[:-1]} == {"InSync"}
    assert "in a form that is not" in str(lab.status(names[-1])["conditions"])


async def test_what_no_look_used_is_let_go_of(lab: Lab) -> None:
    lab.account(interval="1h")
    fill(lab, 60, live=WANTED)
    for number in range(30):
        lab.pool(f"rival-{number:03}", WANTED, pool_id=f"pool-{number:03}")
    await lab.start(5)
    assert lab.ready("rival-000") == "Conflict"
    assert lab.engine._prefetch._brought == {}


async def test_a_deleted_resource_leaves_nothing_behind(lab: Lab) -> None:
    lab.account(interval="1h")
    names = fill(lab, 60, live=WANTED)
    lab.service().latency = 0.01
    await lab.start(0.025)
    assert lab.engine._prefetch._brought
    for name in names:
        lab.delete(name)
    await lab.run(1)
    assert lab.engine._prefetch._brought == {}
