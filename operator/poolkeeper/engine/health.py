"""Accounts that fail, and come back: who is told, who waits, and when the account is tried again."""

from __future__ import annotations

import math
from collections.abc import Callable

from poolkeeper.domain.failures import Throttled
from poolkeeper.domain.reasons import Reason
from poolkeeper.domain.resources import Key
from poolkeeper.engine.accounts.breaker import CircuitBreaker, is_passing
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.queue import KeyedQueue
from poolkeeper.engine.wakeups import Wakeups
from poolkeeper.engine.work_items import AccountItem, Item, SweepItem
from poolkeeper.metrics import Metrics


class AccountHealth:
    """`breaker(account)` is the account's, once it has been used; `least` is an interval as the owner allows it."""

    def __init__(
        self,
        cache: Cache,
        queue: KeyedQueue[Item],
        *,
        wakeups: Wakeups,
        breaker: Callable[[Key], CircuitBreaker | None],
        least: Callable[[float], float],
        metrics: Metrics,
    ) -> None:
        self._cache = cache
        self._queue = queue
        self._wakeups = wakeups
        self._breaker = breaker
        self._least = least
        self._metrics = metrics
        self._waiting: dict[Key, set[Item]] = {}
        self._told: dict[Key, Reason] = {}

    def wait(self, account: Key, item: Item) -> bool:
        """Keep an item until its account is back; False when it is back already, and nothing waits."""
        breaker = self._breaker(account)
        if breaker is None or breaker.failure is None:
            return False
        self._waiting.setdefault(account, set()).add(item)
        return True

    def wake(self, account: Key) -> None:
        """Have all pools of an account looked at: it is new, changed, gone, or worth telling of."""
        self.forget(account)
        self._wakeups.look_at_members(account)

    def changed(self, key: Key) -> None:
        """An account's breaker has changed."""
        breaker, account = self._breaker(key), self._cache.account(key)
        if breaker is None or account is None:
            return
        self._queue.add(AccountItem(key))
        if breaker.failure is None:
            self._told.pop(key, None)
            for waiting in self._waiting.pop(key, ()):
                self._wakeups.bring_back(waiting)
            return
        if isinstance(breaker.failure, Throttled):
            self._metrics.throttled_seconds.labels(str(key)).inc(breaker.opens_in)
        if breaker.opens_in < math.inf:
            # Not later than the next check, which finds out whether somebody has mended the credential.
            mendable = account.secret is not None and not is_passing(breaker.failure)
            delay = min(breaker.opens_in, account.check_interval) if mendable else breaker.opens_in
            self._queue.add_after(SweepItem(key, self._least(account.check_interval)), delay)
        if breaker.should_report and self._told.get(key) != breaker.failure.reason:
            self.wake(key)
            self._wakeups.look_at_rivals(*self._cache.members(key))
            self._told[key] = breaker.failure.reason

    def forget(self, account: Key) -> None:
        """An account is gone, or all its pools are looked at anyway."""
        self._waiting.pop(account, None)
        self._told.pop(account, None)
