"""What the queue works on, how often, and in which order."""

from __future__ import annotations

import pytest

from tests.unit.engine.worker import Worker, turn

pytestmark = pytest.mark.looptime


async def test_nothing_runs_before_the_start_and_all_that_was_added_after_it() -> None:
    worker = Worker()
    worker.queue.add("a")
    worker.queue.add_after("b", 1)
    await turn()
    assert (worker.began, worker.queue.depth) == ([], 1)
    worker.queue.start()
    await turn()
    assert worker.began == ["a"]


async def test_an_item_that_waits_already_is_not_added_twice() -> None:
    worker = Worker()
    for _ in range(3):
        worker.queue.add("a")
    assert worker.queue.depth == 1
    worker.queue.start()
    await turn()
    assert worker.began == ["a"]


async def test_adding_what_is_being_worked_on_runs_it_once_more_afterwards() -> None:
    worker = Worker()
    worker.hold("a")
    worker.queue.start()
    worker.queue.add("a")
    await turn()
    for _ in range(3):
        worker.queue.add("a")
    await turn()
    assert worker.began == ["a"], "never two at once"
    worker.let_go("a")
    await turn()
    assert worker.began == ["a", "a"]
    assert not worker.queue.busy


async def test_a_nudge_changes_nothing_while_the_item_is_being_worked_on() -> None:
    worker = Worker()
    worker.hold("a")
    worker.queue.start()
    worker.queue.nudge("a")
    await turn()
    worker.queue.nudge("a")
    worker.let_go("a")
    await turn()
    assert worker.began == ["a"]
    worker.queue.nudge("a")
    await turn()
    assert worker.began == ["a", "a"]


async def test_a_lane_is_first_come_first_served() -> None:
    worker = Worker(per_lane=1)
    items = [f"item-{number}" for number in (3, 1, 2, 0)]
    for item in items:
        worker.queue.add(item)
    worker.queue.start()
    await turn()
    assert worker.began == items


async def test_an_item_that_is_wanted_again_goes_behind_those_that_wait() -> None:
    worker = Worker(per_lane=1)
    worker.hold("a")
    worker.queue.start()
    worker.queue.add("a")
    await turn()
    worker.queue.add("b")
    worker.queue.add("a")
    worker.queue.add("c")
    worker.let_go("a")
    await turn()
    assert worker.began == ["a", "b", "c", "a"]


async def test_a_lane_has_as_many_places_as_it_is_given() -> None:
    worker = Worker(per_lane=2)
    worker.hold("a", "b", "c")
    worker.queue.start()
    for item in ("a", "b", "c", "d"):
        worker.queue.add(item)
    await turn()
    assert worker.running == {"a", "b"}
    assert worker.queue.depth == 2, "only what waits for a place counts"
    worker.let_go("b")
    await turn()
    assert worker.running == {"a", "c"}
    worker.let_go("a")
    await turn()
    assert worker.running == {"c"}
    assert worker.ended == ["b", "a", "d"]
    worker.let_go("c")
    await turn()
    assert worker.queue.depth == 0


async def test_a_lane_that_is_stuck_does_not_hold_up_another() -> None:
    worker = Worker(lane=lambda item: item[0], per_lane=1)
    worker.hold("slow-1")
    worker.queue.start()
    for item in ("slow-1", "slow-2", "fast-1", "fast-2"):
        worker.queue.add(item)
    await turn()
    assert worker.ended == ["fast-1", "fast-2"]
    worker.let_go("slow-1")
    await turn()
    assert worker.ended[2:] == ["slow-1", "slow-2"]


async def test_an_item_that_moves_to_another_lane_while_it_runs_frees_the_place_it_had() -> None:
    lanes = {"a": "old", "b": "old"}
    worker = Worker(lane=lanes.__getitem__, per_lane=1)
    worker.hold("a")
    worker.queue.start()
    worker.queue.add("a")
    await turn()
    lanes["a"] = "new"
    worker.queue.add("a")
    worker.queue.add("b")
    worker.let_go("a")
    await turn()
    assert sorted(worker.ended) == ["a", "a", "b"]
    assert not worker.queue.busy


async def test_a_queue_that_is_idle_keeps_no_lanes() -> None:
    worker = Worker(lane=lambda item: item)
    worker.queue.start()
    for number in range(100):
        worker.queue.add(str(number))
    await turn()
    assert worker.queue._lanes == {}, "accounts come and go"
