"""The one place that requeues: from the result of a worker to a call of the queue."""

from __future__ import annotations

from collections.abc import Callable

from poolkeeper.domain.resources import Key
from poolkeeper.engine.queue import KeyedQueue
from poolkeeper.engine.result import After, AfterBackoff, Again, Done, Result, WaitForAccount
from poolkeeper.engine.work_items import Item


class Requeuer:
    """`wait(account, item)` keeps an item until the account is back; it says no when the account is back already."""

    def __init__(self, queue: KeyedQueue[Item], *, wait: Callable[[Key, Item], bool]) -> None:
        self._queue = queue
        self._wait = wait

    def requeue(self, item: Item, result: Result) -> None:
        """Have the item worked on when its result says."""
        match result:
            case Done():
                self._queue.forget(item)
            case After(seconds):
                self._queue.forget(item)
                self._queue.add_after(item, seconds)
            case AfterBackoff():
                self._queue.retry(item)
            case Again():
                self._queue.add(item)
            case WaitForAccount(account):
                if not self._wait(account, item):
                    self._queue.add(item)
