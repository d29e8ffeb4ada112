"""Cold start: every pool needs a write; how long, how much CPU, how many requests until all is well."""

from __future__ import annotations

from http import HTTPStatus

from tests.bench.accounts import WRITE, Asked, operations
from tests.bench.bed import Stage, Taking
from tests.bench.proc import CpuRecord
from tests.bench.sample import Sample
from tests.bench.watching import StatusWatch

SETTLE = 0.5
"""Seconds without a request, after which the journals are read; reading them earlier would slow the stand-ins down."""
AT_MOST = 5.0
"""Seconds to wait for that: a timer for each of many pools never leaves so long a pause."""


def measure(stage: Stage, sample: Sample) -> None:
    """Starts the contender and leaves it running."""
    cluster = stage.bed.cluster
    servers = [server.pid for server in cluster.servers.values()]
    standins = [one.server.pid for one in stage.accounts.every]
    taking = Taking(stage)
    with StatusWatch(stage.bed.kube, stage.scene.namespace) as watch:
        running = stage.start()
        with CpuRecord([running.pid, *servers, *standins]) as record:
            if stage.contender.statuses:
                stage.until(
                    lambda: len(watch.in_sync) >= stage.size,
                    what=lambda: f"{len(watch.in_sync)} statuses of {stage.size} say in sync",
                )
            _all_written(stage, taking)
            toll = taking.toll()
        posted = max(_first_writes(toll.asked).values())
        end = max([posted, *watch.in_sync.values()])
        start = running.began
        sample.cold_wall = end - start
        sample.cold_cpu = record.spent(running.pid, start=start, end=end)
        sample.standin_share = max(record.spent(pid, start=start, end=end) for pid in standins) / sample.cold_wall
        sample.apiserver_cpu = sum(record.spent(pid, start=start, end=end) for pid in servers)
        sample.cold_batch = dict(operations(one for one in toll.asked if one.at <= end))
        sample.cold_kube = dict(toll.kube)


def _all_written(stage: Stage, taking: Taking) -> None:
    def complete() -> bool:
        # A read and a write for each pool at least: before that, there is no need to look into the journals.
        if taking.requests() < 2 * stage.size:
            return False
        stage.quiet(seconds=SETTLE, at_most=AT_MOST)
        return count() >= stage.size

    def count() -> int:
        return len(_first_writes(taking.asked()))

    stage.until(complete, what=lambda: f"{count()} pools of {stage.size} are written")


def _first_writes(asked: list[Asked]) -> dict[str | None, float]:
    """When each pool's first write was answered: one that is written twice is well after the first."""
    first: dict[str | None, float] = {}
    for one in asked:
        if one.operation == WRITE and one.status == HTTPStatus.NO_CONTENT and one.answered is not None:
            first.setdefault(one.pool, one.answered)
    return first
