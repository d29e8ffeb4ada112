"""An operator with accounts and no pools: what memory it takes before the first pool, and what starting costs."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.bench import proc
from tests.bench.bed import Bed
from tests.bench.contender import Contender

SETTLE = 4.0
"""Seconds; all of them have started after two."""


@dataclass(frozen=True, kw_only=True)
class Idle:
    """KiB, and CPU seconds of the start."""

    contender: str
    rss: int
    cpu: float


def measure(bed: Bed, contender: Contender) -> Idle:
    """A contender of its own, stopped again."""
    with bed.stage(contender, size=0) as stage:
        running = stage.start()
        time.sleep(SETTLE)
        running.check()
        return Idle(contender=contender.name, rss=proc.rss(running.pid), cpu=proc.cpu(running.pid))
