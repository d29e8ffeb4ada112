"""A restart: how soon is it at work again, and what does it ask and write to find out where it stands?"""

from __future__ import annotations

import secrets
import time

from tests.bench import pools
from tests.bench.accounts import WRITE
from tests.bench.bed import Stage, Taking
from tests.bench.sample import Sample

CALM = 1.0


def measure(stage: Stage, sample: Sample) -> None:
    """Stops the contender, changes one spec, starts it; the write that this asks for is counted with the rest."""
    stage.stop()
    last = stage.size - 1
    name = pools.name_of(last)
    stage.bed.kube.change(stage.scene.namespace, last, release=secrets.token_hex(4))
    taking = Taking(stage)
    running = stage.start()

    def at_work() -> bool:
        return any(one.operation == WRITE and one.pool == name for one in taking.asked())

    stage.until(at_work, what=lambda: f"{name}, changed while it was away, is not written", every=0.25)
    calm = stage.quiet(seconds=CALM, at_most=stage.scene.interval)
    quiet = time.time() - CALM - running.began
    toll = taking.toll()
    wrote = next(one.at for one in toll.asked if one.operation == WRITE and one.pool == name)
    sample.restart_wall = wrote - running.began
    sample.restart_quiet = max(quiet, sample.restart_wall) if calm else None
    sample.restart_batch = dict(toll.operations)
    sample.restart_kube = dict(toll.kube)
