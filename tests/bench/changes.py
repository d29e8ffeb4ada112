"""How soon a new spec, or somebody else's change of a pool, is answered by a write.

The changes come at a distance, each to another pool, without waiting for the one before: so a contender that looks
only now and then is measured in the same time as one that is told.
"""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence

from tests.bench import pools
from tests.bench.accounts import WRITE, Asked
from tests.bench.bed import Stage, Taking
from tests.bench.sample import Sample
from tests.bench.stats import percentile

APART = 0.15
"""Seconds between spec changes: each finds an idle operator."""

CALM = 2.0
"""Seconds, in which whoever minds labels would have written something."""


def measure_specs(stage: Stage, sample: Sample) -> None:
    """Spec changes, each of one pool; and label changes, which should cost nothing."""
    numbers = chosen(stage)
    release = secrets.token_hex(4)
    taking = Taking(stage)
    began = change(stage, numbers, release=release)
    latencies = answered(stage, began, taking)
    stage.quiet(seconds=1.0, at_most=10.0)
    sample.change_p50, sample.change_p99 = percentile(latencies, 0.5), percentile(latencies, 0.99)
    sample.changes = len(numbers)
    sample.change_kube = dict(taking.toll(own=Counter({"PATCH batchpools": len(numbers)})).kube)

    taking = Taking(stage)
    for number in numbers:
        stage.bed.kube.label(stage.scene.namespace, number, release)
    time.sleep(CALM)
    sample.label_kube = dict(taking.toll(own=Counter({"PATCH batchpools": len(numbers)})).kube)


def measure_drift(stage: Stage, sample: Sample) -> None:
    """Changes behind everyone's back, spread over an interval, since how long one waits depends on when it comes."""
    numbers = chosen(stage)
    apart = stage.scene.interval / len(numbers)
    turn = secrets.token_hex(4)
    taking = Taking(stage)

    def drift(number: int) -> None:
        stage.accounts.of(number).drift(pools.name_of(number), pools.drifted(number, turn))

    latencies = answered(stage, _one_by_one(numbers, drift, apart=apart), taking)
    sample.drift_p50, sample.drift_p99 = percentile(latencies, 0.5), percentile(latencies, 0.99)


def chosen(stage: Stage, *, of: Callable[[int], bool] = lambda _number: True) -> list[int]:
    """Different pools, at random, as many as there are samples to take."""
    fitting = [number for number in range(stage.size) if of(number)]
    return random.sample(fitting, min(stage.bed.options.samples, len(fitting)))


def change(stage: Stage, numbers: Sequence[int], *, release: str, apart: float = APART) -> dict[str, float]:
    """New specs, and when each was sent."""
    return _one_by_one(
        numbers, lambda number: stage.bed.kube.change(stage.scene.namespace, number, release=release), apart=apart
    )


def answered(stage: Stage, began: dict[str, float], taking: Taking) -> list[float]:
    """Seconds from each beginning to the first write of that pool that came after it."""

    def found() -> dict[str, float]:
        return first_writes(taking.asked(), began)

    stage.until(
        lambda: len(found()) >= len(began),
        what=lambda: f"{len(found())} of {len(began)} changes are answered by a write",
        every=0.5,
    )
    return list(found().values())


def first_writes(asked: Sequence[Asked], began: dict[str, float]) -> dict[str, float]:
    """Seconds until the first write of each pool after its beginning; those that have not come are not in it."""
    found: dict[str, float] = {}
    for one in asked:
        if one.operation == WRITE and one.pool in began and one.at >= began[one.pool]:
            found.setdefault(one.pool, one.at - began[one.pool])
    return found


def _one_by_one(numbers: Sequence[int], act: Callable[[int], None], *, apart: float) -> dict[str, float]:
    began = {}
    for number in numbers:
        began[pools.name_of(number)] = time.time()
        act(number)
        time.sleep(apart)
    return began
