"""What the queue carries."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from poolkeeper.domain.resources import Key


class PoolItem(NamedTuple):
    """Look at one BatchPool."""

    pool: Key


class SweepItem(NamedTuple):
    """Check the pools of one account that share an interval."""

    account: Key
    interval: float


class AccountItem(NamedTuple):
    """Report one BatchAccount."""

    account: Key


Item = PoolItem | SweepItem | AccountItem
Lane = Hashable
