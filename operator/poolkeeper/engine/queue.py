"""A queue of keys, each worked on by one task at a time.

Adding a key that waits already changes nothing; adding one that is being worked on has it worked on once more
afterwards. Keys belong to lanes (one per account): each lane works on a few keys at a time, so that a slow lane does
not hold up another. Delays and growing backoff are per key.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from poolkeeper.domain.failures import ClusterUnavailable

Item = TypeVar("Item", bound=Hashable)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays that double from `first` to `most` seconds, each shortened by up to a quarter at random.

    The randomness keeps what failed together from coming back together.
    """

    first: float = 1.0
    most: float = 300.0

    def delay(self, attempt: int) -> float:
        """Seconds before attempt number `attempt` (1 is the first repetition)."""
        doubled = self.first * 2.0 ** min(attempt - 1, 30)
        return min(doubled, self.most) * random.uniform(0.75, 1.0)  # noqa: S311 - spreads load, guards nothing


@dataclass(slots=True)
class _Lane(Generic[Item]):
    waiting: deque[Item] = field(default_factory=deque)
    running: set[Item] = field(default_factory=set)


class KeyedQueue(Generic[Item]):
    """Runs `work(item)` for every item added; an exception means that it is tried again."""

    def __init__(
        self,
        work: Callable[[Item], Awaitable[None]],
        *,
        lane: Callable[[Item], Hashable],
        per_lane: int = 8,
        backoff: Backoff | None = None,
    ) -> None:
        self._work = work
        self._lane_of = lane
        self._per_lane = per_lane
        self._backoff = backoff or Backoff()
        self._lanes: dict[Hashable, _Lane[Item]] = {}
        self._waiting: set[Item] = set()
        self._running: dict[Item, asyncio.Task[None]] = {}
        self._again: set[Item] = set()
        self._timers: dict[Item, asyncio.TimerHandle] = {}
        self._attempts: dict[Item, int] = {}
        self._open = False

    @property
    def depth(self) -> int:
        """How many keys wait for a free place; those that wait for their time do not count."""
        return len(self._waiting)

    def load(self, lane: Hashable) -> int:
        """How many keys of a lane wait for a place or have one."""
        found = self._lanes.get(lane)
        return 0 if found is None else len(found.waiting) + len(found.running)

    def members(self, lane: Hashable) -> list[Item]:
        """Which they are."""
        found = self._lanes.get(lane)
        return [] if found is None else [*found.running, *found.waiting]

    @property
    def busy(self) -> bool:
        """Whether anything waits for a place or is being worked on."""
        return bool(self._waiting or self._running)

    def start(self) -> None:
        """Begin to work; what was added before has only been collected."""
        self._open = True
        for lane in list(self._lanes):
            self._dispatch(lane)

    def add(self, item: Item) -> None:
        """Have the item worked on as soon as its lane has a place."""
        self._cancel_timer(item)
        if item in self._running:
            self._again.add(item)
        elif item not in self._waiting:
            self._waiting.add(item)
            lane = self._lane_of(item)
            self._lanes.setdefault(lane, _Lane()).waiting.append(item)
            self._dispatch(lane)

    def nudge(self, item: Item) -> bool:
        """Add the item unless it is being worked on already; whether it was added."""
        if item in self._running:
            return False
        self.add(item)
        return True

    def add_after(self, item: Item, delay: float) -> None:
        """Have the item worked on in `delay` seconds, or earlier if something else wants it earlier."""
        loop = asyncio.get_running_loop()
        timer = self._timers.get(item)
        if timer is not None and timer.when() <= loop.time() + delay:
            return
        self._cancel_timer(item)
        self._timers[item] = loop.call_later(delay, self.add, item)

    def retry(self, item: Item) -> None:
        """Have the item worked on after its backoff, which grows until `forget`."""
        attempt = self._attempts[item] = self._attempts.get(item, 0) + 1
        self.add_after(item, self._backoff.delay(attempt))

    def forget(self, item: Item) -> None:
        """The item is well: its backoff starts anew."""
        self._attempts.pop(item, None)

    async def stop(self, *, grace: float) -> None:
        """Begin nothing more, and give what runs `grace` seconds to end before it is cancelled."""
        self._open = False
        for timer in self._timers.values():
            timer.cancel()
        tasks = list(self._running.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _cancel_timer(self, item: Item) -> None:
        timer = self._timers.pop(item, None)
        if timer is not None:
            timer.cancel()

    def _dispatch(self, name: Hashable) -> None:
        lane = self._lanes[name]
        while self._open and lane.waiting and len(lane.running) < self._per_lane:
            item = lane.waiting.popleft()
            self._waiting.discard(item)
            lane.running.add(item)
            task = asyncio.get_running_loop().create_task(self._run(item))
            self._running[item] = task
            task.add_done_callback(partial(self._done, item, name))
        if not lane.waiting and not lane.running:
            del self._lanes[name]

    async def _run(self, item: Item) -> None:
        try:
            await self._work(item)
        except ClusterUnavailable as error:
            log.warning("%s; trying again", error)
            self.retry(item)
        except Exception:
            # One key's bug must not stop the others; it is said loudly and tried again.
            log.exception("unexpected failure, trying again", extra={"item": str(item)})
            self.retry(item)

    def _done(self, item: Item, lane: Hashable, _task: asyncio.Task[None]) -> None:
        del self._running[item]
        self._lanes[lane].running.discard(item)
        if item in self._again:
            self._again.discard(item)
            self.add(item)
        if lane in self._lanes:
            self._dispatch(lane)
