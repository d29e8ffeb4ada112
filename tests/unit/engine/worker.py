"""Work for the queue's tests: it notes what runs, and waits where it is told to."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable

from poolkeeper.engine.queue import Backoff, KeyedQueue


class Worker:
    """`began` and `ended` are the items in order; an item that is held waits for `let_go`."""

    def __init__(self, *, lane: Callable[[str], Hashable] = lambda _: "one", per_lane: int = 8) -> None:
        self.queue: KeyedQueue[str] = KeyedQueue(
            self._work, lane=lane, per_lane=per_lane, backoff=Backoff(first=1.0, most=300.0)
        )
        self.began: list[str] = []
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.ended: list[str] = []
        self.errors: dict[str, Exception] = {}
        self._held: dict[str, asyncio.Event] = {}

    @property
    def running(self) -> set[str]:
        """What is being worked on."""
        return {item for item in self.began if self.began.count(item) > self.ended.count(item)}

    def hold(self, *items: str) -> None:
        """Have these wait in the middle of their work."""
        for item in items:
            self._held[item] = asyncio.Event()

    def let_go(self, *items: str) -> None:
        """Hold them no more."""
        for item in items:
            self._held.pop(item).set()

    async def _work(self, item: str) -> None:
        self.began.append(item)
        self.times[item].append(asyncio.get_running_loop().time())
        try:
            if item in self._held:
                await self._held[item].wait()
            if item in self.errors:
                raise self.errors[item]
        finally:
            self.ended.append(item)


async def turn() -> None:
    """Let everything happen that is due now."""
    await asyncio.sleep(0.001)
