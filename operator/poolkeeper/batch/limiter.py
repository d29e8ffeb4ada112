"""A limit on the requests to one account in any second; first come, first served.

A window, not a bucket that refills: a bucket of N tokens lets 2N through in its first second. A short burst goes out
at once, since a look at a pool is two requests and should not wait between them.

A write and the look before it take their places together: between them stands nobody else, and no more time than the
limit itself asks for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

_WINDOW = 1.05
"""Seconds; a little over one, because the network may deliver requests closer together than they were sent."""


_NOTHING = 1e-6
"""Seconds that no clock shows: a sleep of less would never end."""


class Limiter:
    """Hands out times to send at."""

    def __init__(
        self,
        per_second: int,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.per_second = per_second
        self._sent: deque[float] = deque(maxlen=per_second)
        self._held = 0
        """Places that are taken and not used yet."""
        self._freed = asyncio.Event()
        self._monotonic = monotonic
        self._sleep = sleep
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when one more request may be sent."""
        # The lock is fair: waiters are served in the order in which they came.
        async with self._turn:
            await self._room(1)
            self._note()

    @asynccontextmanager
    async def pair(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Take two places: enter when the first request may be sent; what it gives waits for the second's time.

        With one request a second the second goes a second later, and nobody goes between them.
        """
        async with self._turn:
            await self._room(2)
            self._note()
            self._held += 1
        used = False

        async def second() -> None:
            nonlocal used
            await self._own_room()
            used = True
            self._release()
            self._note()

        try:
            yield second
        finally:
            if not used:
                self._release()

    async def _room(self, places: int) -> None:
        wanted = min(places, self.per_second)
        while True:
            # So many requests may still be in the window.
            most = self.per_second - self._held - wanted
            if most < 0:
                self._freed.clear()
                await self._freed.wait()
            elif (ahead := self._wait_for(most)) > 0:
                await self._sleep(ahead)
            else:
                return

    async def _own_room(self) -> None:
        while (ahead := self._wait_for(self.per_second - self._held)) > 0:
            await self._sleep(ahead)

    def _wait_for(self, most: int) -> float:
        """Seconds until no more than `most` requests are in the window."""
        ahead = 0.0 if len(self._sent) <= most else self._sent[-most - 1] + _WINDOW - self._monotonic()
        return ahead if ahead > _NOTHING else 0.0

    def _release(self) -> None:
        self._held -= 1
        self._freed.set()

    def _note(self) -> None:
        # Noted when it goes and not when it was due: a busy loop wakes its sleepers late, and all at once.
        self._sent.append(self._monotonic())
