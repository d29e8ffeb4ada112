"""What an installation will take, from its numbers of pools and accounts and its interval. Pure.

The constants are rounded up from measurements; the page shows both beside each other for each run, so that a formula
which is no longer true is seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

BASE = 88.0
"""MiB of an operator with accounts and without pools, its connections included."""
PER_POOL = 18.0
"""KiB; of a pool with 1.3 KB of properties. A manifest of more takes twice its size more."""
PER_LIST = 1.0
"""Milliseconds of CPU for one check of an account, beside its pools."""
PER_ROW = 0.013
"""Milliseconds of CPU for each pool of the account in it."""
IDLE = 0.02
"""Percent of a core, with nothing to check: two watches and the queue."""
PAGE = 1000
"""Pools in one answer of the service."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """MiB, percent of a core in steady state, requests to Batch in a minute."""

    memory: float
    cpu: float
    requests: float


def need(*, pools: int, accounts: int, interval: float) -> Need:
    """Pools spread evenly; `interval` in seconds."""
    checks = 60.0 / interval
    each = pools / accounts
    return Need(
        memory=BASE + pools * PER_POOL / 1024,
        cpu=IDLE + accounts * checks * (PER_LIST + each * PER_ROW) / 60_000 * 100,
        requests=accounts * checks * max(1, math.ceil(each / PAGE)),
    )
