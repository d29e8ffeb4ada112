"""What keeps accounts safe, and apart: Poolkeeper's limiter, and one throttled and one slow account beside others."""

from __future__ import annotations

import re
import secrets
import time
import urllib.request
from dataclasses import dataclass
from itertools import pairwise

from tests.bench import changes, pools
from tests.bench.accounts import LIST, Asked
from tests.bench.bed import Bed, Stage, Taking
from tests.bench.contender import POOLKEEPER
from tests.bench.stats import busiest, displaced, percentile
from tests.testbed.ports import LOOPBACK

SLOW = 2.0
"""Seconds that the slow account takes for every answer."""

POOLS = 80
"""In the run with a throttled and a slow account: twenty in each of four."""

DISTANCE = 0.3
"""Seconds between two of these changes."""

_DEPTH = re.compile(r"^poolkeeper_queue_depth (\S+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Limited:
    """Changes pushed all at once to one account that takes so many requests a second."""

    limit: int
    changes: int
    busiest_second: int
    """The most requests that the account received within any second, by its own journal."""
    took: float
    deepest: float
    """The largest queue that /metrics showed."""
    displaced_median: float
    displaced_most: int
    """Places between the turn in which a change came and the turn in which its write came."""
    longest_between_checks: float | None
    """Seconds between two checks of the account meanwhile, which should stay within the interval."""
    interval: int


@dataclass(frozen=True, kw_only=True)
class Apart:
    """Seconds from a spec change to its write in healthy accounts, alone and beside two that are not well."""

    alone_p50: float
    alone_p99: float
    beside_p50: float
    beside_p99: float
    throttled_requests: int
    """What the throttled account was asked meanwhile."""
    retry_after: int
    took: float
    changes: int
    """Of which the percentiles beside them are taken."""


def limited(bed: Bed) -> Limited:
    """Pools in sync at first, then as many spec changes as fast as the API server takes them."""
    options = bed.options
    with bed.stage(POOLKEEPER, size=options.limited, rate=options.limit, release="2", accounts=1) as stage:
        stage.settle()
        numbers = list(range(options.limited))
        taking = Taking(stage)
        began = changes.change(stage, numbers, release=secrets.token_hex(4), apart=0.0)
        deepest = 0.0

        def drained() -> bool:
            nonlocal deepest
            deepest = max(deepest, _depth(stage))
            return len(changes.first_writes(taking.asked(), began)) >= len(began)

        stage.until(drained, what=lambda: f"{_depth(stage):g} pools wait in the queue", every=0.5)
        asked = taking.asked()
        start = min(began.values())
        took = max(began[name] + late for name, late in changes.first_writes(asked, began).items()) - start
        median, most = _displaced(began, asked)
        gaps = [after - before for before, after in pairwise(one.at for one in asked if one.operation == LIST)]
        return Limited(
            limit=options.limit,
            changes=options.limited,
            busiest_second=busiest([one.at for one in asked]),
            took=took,
            deepest=deepest,
            displaced_median=median,
            displaced_most=most,
            longest_between_checks=max(gaps, default=None),
            interval=stage.scene.interval,
        )


def apart(bed: Bed) -> Apart:
    """The same changes twice: with all accounts well, and with the first throttled and the second slow."""
    options = bed.options
    with bed.stage(POOLKEEPER, size=POOLS, release="2") as stage:
        stage.settle()
        healthy = [
            number
            for number in range(stage.size)
            if pools.account_of(number, options.accounts) >= options.accounts // 2
        ]
        alone = _latencies(stage, healthy, for_seconds=options.throttled / 5)
        throttled, slow = stage.accounts.every[:2]
        throttled.fault(kind="status", status=429, retry_after=options.retry_after)
        slow.fault(kind="latency", seconds=SLOW)
        taking, began = Taking(stage), time.time()
        ill = [number for number in range(stage.size) if number not in healthy]
        changes.change(stage, ill, release=secrets.token_hex(4), apart=0.0)
        beside = _latencies(stage, healthy, for_seconds=options.throttled)
        took = time.time() - began
        return Apart(
            alone_p50=percentile(alone, 0.5),
            alone_p99=percentile(alone, 0.99),
            beside_p50=percentile(beside, 0.5),
            beside_p99=percentile(beside, 0.99),
            throttled_requests=sum(one.account == throttled.name for one in taking.asked()),
            retry_after=options.retry_after,
            took=took,
            changes=len(beside),
        )


def _latencies(stage: Stage, numbers: list[int], *, for_seconds: float) -> list[float]:
    """Of changes at a distance, round after round until the time is over."""
    found: list[float] = []
    until = time.monotonic() + for_seconds
    while not found or time.monotonic() < until:
        taking = Taking(stage)
        began = changes.change(stage, numbers, release=secrets.token_hex(4), apart=DISTANCE)
        found += changes.answered(stage, began, taking)
    return found


def _displaced(began: dict[str, float], asked: list[Asked]) -> tuple[float, int]:
    latencies = changes.first_writes(asked, began)
    pushed = sorted(latencies, key=lambda name: began[name])
    return displaced(pushed, sorted(latencies, key=lambda name: began[name] + latencies[name]))


def _depth(stage: Stage) -> float:
    url = f"http://{LOOPBACK}:{stage.process.metrics_port}/metrics"
    with urllib.request.urlopen(url, timeout=30) as answer:
        found = _DEPTH.search(answer.read().decode())
    return float(found[1]) if found else 0.0
