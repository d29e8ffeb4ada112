"""At most so many requests to an account in any second, first come, first served.

A window, not a bucket that refills: a bucket of N tokens lets 2N through in its first second. A short burst goes out
at once, since a look at a pool is two requests and should not wait between them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

_WINDOW = 1.05
"""Seconds; a little over one, because the network may deliver requests closer together than they were sent."""


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
        self._monotonic = monotonic
        self._sleep = sleep
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when one more request may be sent."""
        # The lock is fair: waiters are served in the order in which they came.
        async with self._turn:
            if len(self._sent) == self._sent.maxlen:
                ahead = self._sent[0] + _WINDOW - self._monotonic()
                if ahead > 0:
                    await self._sleep(ahead)
            # Noted when it goes and not when it was due: a busy loop wakes its sleepers late, and all at once.
            self._sent.append(self._monotonic())
