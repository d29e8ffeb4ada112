"""Who works on what: a registry by the type of the item, so that a new kind of work is one entry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.engine.result import Result
from poolkeeper.engine.work_items import Item
from poolkeeper.metrics import Metrics

_PATIENCE = 3
"""Tries in a row that end in an unexpected error, before the status tells."""


@dataclass(frozen=True, slots=True)
class Worker:
    """How items of one type are worked on. Each function takes the item."""

    work: Callable[[Any], Awaitable[Result]]
    """Raises ClusterUnavailable when the outcome could not be told."""
    lane: Callable[[Any], Hashable]
    """The lane of the queue: a slow lane does not hold up another."""
    tell_bug: Callable[[Any, Exception], Awaitable[None]]
    """Have somebody hear of an error that nobody expected."""


class Workers:
    """The workers by the type of their items, and how often each item ended in an error that nobody expected."""

    def __init__(self, workers: dict[type, Worker], *, metrics: Metrics) -> None:
        self._workers = workers
        self._metrics = metrics
        self._bugs: dict[Item, int] = {}

    def lane(self, item: Item) -> Hashable:
        """The lane that an item waits in."""
        return self._workers[type(item)].lane(item)

    async def work(self, item: Item) -> Result:
        """Work on an item. A bug is counted, told after some tries, and raised: the queue tries again."""
        worker = self._workers[type(item)]
        try:
            result = await worker.work(item)
        except ClusterUnavailable:
            raise
        except Exception as error:
            self._metrics.unexpected.labels(type(item).__name__).inc()
            self._bugs[item] = self._bugs.get(item, 0) + 1
            if self._bugs[item] >= _PATIENCE:
                await worker.tell_bug(item, error)
            raise
        self._bugs.pop(item, None)
        return result

    def forget(self, item: Item) -> None:
        """What the item stood for is gone."""
        self._bugs.pop(item, None)
