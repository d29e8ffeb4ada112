"""What the queue carries.

Items of different kinds are never equal, whatever bears the same name: a namespace, an account and a pool may all be
called `a`. (Two named tuples of one Key would be equal, and the queue would take one for the other.)
"""

from __future__ import annotations

from dataclasses import dataclass

from poolkeeper.domain.resources import Key


@dataclass(frozen=True, slots=True)
class PoolItem:
    """Look at one BatchPool."""

    pool: Key


@dataclass(frozen=True, slots=True)
class SweepItem:
    """Check the pools of one account that share an interval."""

    account: Key
    interval: float


@dataclass(frozen=True, slots=True)
class AccountItem:
    """Report one BatchAccount."""

    account: Key


Item = PoolItem | SweepItem | AccountItem


@dataclass(frozen=True, slots=True)
class AccountLane:
    """Where sweeps and reports of one account go: not behind two thousand pools, whose lane is the account's key."""

    account: Key
