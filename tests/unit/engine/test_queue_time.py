"""Delays, retries and the end."""

from __future__ import annotations

import asyncio
import logging

import pytest

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.engine.queue import Backoff
from tests.unit.engine.worker import Worker, turn

pytestmark = pytest.mark.looptime


@pytest.fixture
def worker() -> Worker:
    return Worker()


async def test_a_delay_passes_before_the_item_is_worked_on(worker: Worker) -> None:
    worker.queue.start()
    worker.queue.add_after("a", 30)
    await asyncio.sleep(29.9)
    assert worker.began == []
    await asyncio.sleep(0.2)
    assert worker.times["a"] == [pytest.approx(30)]


@pytest.mark.parametrize(
    ("delays", "reason"),
    [
        pytest.param((30, 10), "a shorter delay replaces a longer one", id="shorter"),
        pytest.param((10, 30), "a longer delay does not put off an earlier one", id="longer"),
        pytest.param((10, 10), "the same is the same", id="same"),
    ],
)
async def test_of_several_delays_the_earliest_counts(worker: Worker, delays: tuple[float, float], reason: str) -> None:
    worker.queue.start()
    for delay in delays:
        worker.queue.add_after("a", delay)
    await asyncio.sleep(100)
    assert worker.times["a"] == [pytest.approx(10)], reason


async def test_adding_an_item_now_cancels_its_delay(worker: Worker) -> None:
    worker.queue.start()
    worker.queue.add_after("a", 10)
    worker.queue.add("a")
    await asyncio.sleep(100)
    assert worker.times["a"] == [pytest.approx(0)]


async def test_a_delay_that_ends_while_the_item_runs_has_it_run_again(worker: Worker) -> None:
    worker.hold("a")
    worker.queue.start()
    worker.queue.add("a")
    worker.queue.add_after("a", 10)
    await asyncio.sleep(20)
    assert worker.began == ["a"]
    worker.let_go("a")
    await turn()
    assert worker.began == ["a", "a"]


@pytest.mark.parametrize(
    ("attempt", "least", "most"),
    [(1, 0.75, 1.0), (2, 1.5, 2.0), (5, 12.0, 16.0), (9, 192.0, 256.0), (10, 225.0, 300.0), (10_000, 225.0, 300.0)],
)
def test_backoff_doubles_up_to_its_most_and_is_shortened_by_a_quarter_at_most(
    attempt: int, least: float, most: float
) -> None:
    delays = [Backoff(first=1.0, most=300.0).delay(attempt) for _ in range(50)]
    assert least <= min(delays)
    assert max(delays) <= most
    assert len(set(delays)) > 1, "what failed together must not come back together"


async def test_retries_grow_and_begin_anew_once_the_item_is_well(worker: Worker) -> None:
    worker.queue.start()
    for least, most in ((0.75, 1.0), (1.5, 2.0), (3.0, 4.0)):
        before, count = asyncio.get_running_loop().time(), len(worker.times["a"])
        worker.queue.retry("a")
        await asyncio.sleep(most + 0.01)
        assert len(worker.times["a"]) == count + 1
        assert least <= worker.times["a"][-1] - before <= most + 0.001
    worker.queue.forget("a")
    before = asyncio.get_running_loop().time()
    worker.queue.retry("a")
    await asyncio.sleep(1.01)
    assert worker.times["a"][-1] - before <= 1.001


@pytest.mark.parametrize(
    ("error", "level", "traceback"),
    [
        pytest.param(KeyError("bug"), "ERROR", True, id="a bug is said loudly, with its traceback"),
        pytest.param(ClusterUnavailable("no answer"), "WARNING", False, id="an outage is no bug"),
    ],
)
async def test_work_that_raises_is_logged_and_tried_again(
    worker: Worker, caplog: pytest.LogCaptureFixture, error: Exception, level: str, *, traceback: bool
) -> None:
    worker.errors["a"] = error
    worker.queue.start()
    with caplog.at_level(logging.INFO, logger="poolkeeper"):
        worker.queue.add("a")
        worker.queue.add("b")
        await turn()
    assert worker.ended == ["a", "b"], "one key's trouble does not stop the others"
    (record,) = caplog.records
    assert (record.levelname, record.exc_info is not None) == (level, traceback)
    await asyncio.sleep(3.1)
    assert worker.began.count("a") == 3, "after about one second, and two more"
    del worker.errors["a"]
    await asyncio.sleep(1000)
    assert worker.began.count("a") == 4


async def test_a_stop_lets_what_runs_finish_and_begins_nothing_more() -> None:
    worker = Worker(per_lane=1)
    worker.hold("a")
    worker.queue.start()
    worker.queue.add("a")
    worker.queue.add("b")
    worker.queue.add_after("c", 1)
    await turn()
    asyncio.get_running_loop().call_later(5, worker.let_go, "a")
    began = asyncio.get_running_loop().time()
    await worker.queue.stop(grace=20)
    assert asyncio.get_running_loop().time() - began == pytest.approx(5, abs=0.01), "no longer than it takes"
    await asyncio.sleep(100)
    assert worker.began == worker.ended == ["a"]


async def test_a_stop_cancels_what_takes_longer_than_the_grace(worker: Worker) -> None:
    worker.hold("slow", "quick")
    worker.queue.start()
    worker.queue.add("slow")
    worker.queue.add("quick")
    await turn()
    asyncio.get_running_loop().call_later(5, worker.let_go, "quick")
    began = asyncio.get_running_loop().time()
    await worker.queue.stop(grace=20)
    assert asyncio.get_running_loop().time() - began == pytest.approx(20, abs=0.01)
    assert worker.ended == ["quick", "slow"]
    assert not worker.queue.busy


async def test_a_stop_with_nothing_under_way_is_immediate(worker: Worker) -> None:
    worker.queue.start()
    worker.queue.add("a")
    await turn()
    began = asyncio.get_running_loop().time()
    await worker.queue.stop(grace=20)
    assert asyncio.get_running_loop().time() == began
