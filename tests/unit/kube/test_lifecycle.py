"""The regular list: it starts the engine, says what it waits for, and goes on after an outage."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

import pytest

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.domain.resources import BatchPool
from poolkeeper.kube.informer.listing import CrdsMissing, Listed, Lister
from poolkeeper.lifecycle import Resync
from tests.unit.engine.lab import Lab, key
from tests.unit.kube.informer.test_listing import pool

pytestmark = pytest.mark.looptime


class Scripted(Lister):
    """Answers what it is told to, the last for ever."""

    def __init__(self, *answers: Exception | Iterable[str]) -> None:
        self._answers = list(answers)
        self.times: list[float] = []

    async def everything(self) -> Listed:
        self.times.append(asyncio.get_running_loop().time())
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Listed(accounts=[], pools=[BatchPool.parse(pool(name)) for name in answer], as_of=100)


async def run(lab: Lab, lister: Scripted, seconds: float, *, every: float = 600) -> Resync:
    lab.engine.may_write()
    resync = Resync(lab.engine, lister)
    assert resync.waiting() == "the resources have not been listed yet"
    keeping = asyncio.create_task(resync.keep(every=every))
    await asyncio.sleep(seconds)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await lab.engine.stop(grace=0)
    return resync


async def test_the_first_list_starts_the_engine_and_makes_it_ready() -> None:
    lab, lister = Lab(), Scripted(["a"])
    resync = await run(lab, lister, 1)
    assert resync.waiting() is None
    assert resync.listed.is_set()
    assert lab.cluster.counts() == {"patch_status": 1}, "the pool is told that its account is missing"


async def test_lists_are_repeated_and_heal() -> None:
    lab, lister = Lab(), Scripted(["a", "b"], ["b"])
    await run(lab, lister, 1000, every=600)
    assert lister.times == [0, 600]
    assert [one.key for one in lab.engine.cache.pools()] == [key("b")]


async def test_until_there_is_a_list_nothing_is_done_and_the_reason_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lab, lister = Lab(), Scripted(CrdsMissing("the CRDs are not installed: kubectl apply -f crds/"))
    lab.engine.handlers.pool_changed(BatchPool.parse(pool("a")))
    with caplog.at_level(logging.INFO, logger="poolkeeper"):
        resync = await run(lab, lister, 58)
    assert resync.waiting() == "the CRDs are not installed: kubectl apply -f crds/"
    assert not resync.listed.is_set()
    assert lab.cluster.calls == []
    assert len(lister.times) == 12, "every five seconds"
    assert [record.getMessage() for record in caplog.records] == [resync.waiting()]


async def test_an_outage_is_told_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    down = ClusterUnavailable("the Kubernetes API does not answer")
    lab, lister = Lab(), Scripted(["a"], down, down, ["a"])
    with caplog.at_level(logging.INFO, logger="poolkeeper.lifecycle"):
        resync = await run(lab, lister, 100, every=60)
    said = [record.getMessage() for record in caplog.records if record.name == "poolkeeper.lifecycle"]
    assert said == ["watching", str(down), "watching"]
    assert lister.times == [0, 60, 65, 70]
    assert resync.waiting() is None
    assert [one.key for one in lab.engine.cache.pools()] == [key("a")]
