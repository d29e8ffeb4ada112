"""Ten quiet minutes: what Poolkeeper asks, writes and takes, minute by minute, while nothing changes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tests.bench import proc
from tests.bench.accounts import LIST
from tests.bench.bed import Bed, Taking
from tests.bench.contender import POOLKEEPER
from tests.bench.sample import total

MINUTE = 60.0
SETTLE = 20.0
"""Seconds after the last answer: by then the reports of accounts are written and the first checks have been spread."""


@dataclass(frozen=True, kw_only=True)
class Minute:
    """One of them; CPU in percent of a core, memory in KiB."""

    lists: int
    others: int
    kube: int
    cpu: float
    rss: int


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """All of them, and on what."""

    pools: int
    accounts: int
    interval: int
    minutes: list[Minute] = field(default_factory=list)


def measure(bed: Bed) -> Quiet:
    """Pools in sync at first; then nothing but time."""
    options = bed.options
    with bed.stage(POOLKEEPER, size=options.quiet_pools, release="2") as stage:
        stage.settle()
        time.sleep(SETTLE)
        found = Quiet(pools=stage.size, accounts=options.accounts, interval=options.interval)
        for _ in range(options.quiet):
            taking = Taking(stage)
            began, spent = time.monotonic(), proc.cpu(stage.process.pid)
            time.sleep(MINUTE)
            stage.process.check()
            took, spent = time.monotonic() - began, proc.cpu(stage.process.pid) - spent
            toll = taking.toll()
            lists = toll.operations.get(LIST, 0)
            found.minutes.append(
                Minute(
                    lists=lists,
                    others=total(dict(toll.operations)) - lists,
                    kube=total(dict(toll.kube)),
                    cpu=100.0 * spent / took,
                    rss=proc.rss(stage.process.pid),
                )
            )
        return found
