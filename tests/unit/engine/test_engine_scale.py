"""Many pools at once: what it costs, and that nobody starves."""

from __future__ import annotations

import pytest

from tests.unit.engine.lab import ACCOUNT, Lab, metadata, now

pytestmark = pytest.mark.looptime

WANTED, OTHER = metadata(owner="me"), metadata(owner="you")
MANY = 500


def fill(lab: Lab, count: int = MANY) -> list[str]:
    names = [f"pool-{number:03}" for number in range(count)]
    for name in names:
        lab.service().put(name, OTHER)
        lab.pool(name, WANTED)
    return names


async def test_five_hundred_cold_pools_cost_what_they_must(lab: Lab) -> None:
    lab.account()
    names = fill(lab)
    await lab.start(10)
    assert {lab.ready(name) for name in names} == {"InSync"}
    counts = lab.service().counts()
    # What is decided comes by lists, but for those that began together; the last look, the write, its verification.
    assert (counts["unchanged"], counts["write"]) == (MANY, MANY)
    assert counts["read"] <= MANY + 16
    assert counts["page"] <= 2 * MANY / 100, "a first one, and one because a check came meanwhile"
    assert counts["list"] <= 2, "one at once, and one that begins the regular ones"
    assert len(lab.pool_patches()) == MANY
    assert lab.status("research", ACCOUNT)["pools"] == MANY
    assert len(lab.connector.connections) == 1
    assert lab.metric("poolkeeper_pools") == {("lab/research", "True", "InSync"): MANY}


async def test_a_lane_works_on_eight_pools_at_a_time_and_shows_the_rest_as_its_depth(lab: Lab) -> None:
    lab.account()
    fill(lab, 100)
    lab.service().latency = 1
    await lab.start(1.5)
    counts = lab.service().counts()
    assert (counts["page"], counts["unchanged"]) == (1, 8)
    assert lab.metric("poolkeeper_queue_depth") == {(): 100 - 8}
    await lab.run(60)
    assert lab.metric("poolkeeper_queue_depth") == {(): 0}


async def test_checks_keep_their_interval_under_load(lab: Lab) -> None:
    lab.account(interval="10s")
    names = fill(lab, 200)
    lab.service().latency = 2
    await lab.start(5)
    began = now()
    await lab.run(60)
    assert any(lab.ready(name) is None for name in names), "there is still work to do"
    assert lab.service().counts(since=began)["list"] >= 5


async def test_a_busy_account_does_not_hold_up_another(lab: Lab) -> None:
    lab.account()
    fill(lab)
    lab.service().latency = 5
    lab.account("second")
    lab.service("second").put("other", OTHER)
    lab.pool("other", WANTED, account="second")
    await lab.start(0.1)
    assert lab.ready("other") == "InSync"


async def test_a_burst_of_changes_is_served_in_its_order(lab: Lab) -> None:
    lab.account()
    names = fill(lab, 50)
    await lab.start(10)
    lab.service().latency = 0.1
    began = now()
    for name in reversed(names):
        lab.change(name, OTHER)
    await lab.run(10)
    looked_at = [call.pool for call in lab.service().calls if call.operation == "unchanged" and call.at >= began]
    # What a list brought is at hand sooner than what eight that began together read.
    turns = [abs(turn - looked_at.index(name)) for turn, name in enumerate(reversed(names))]
    assert max(turns) <= 8


async def test_a_stop_lets_looks_finish_and_writes_their_status(lab: Lab) -> None:
    lab.account()
    fill(lab, 20)
    lab.service().latency = 2
    await lab.start(3)
    await lab.engine.stop(grace=20)
    written = len(lab.service().bodies)
    assert written == 8
    assert len(lab.pool_patches()) == written, "no write without its status"
    assert lab.connector.open == []
    await lab.run(600)
    assert len(lab.service().bodies) == written
