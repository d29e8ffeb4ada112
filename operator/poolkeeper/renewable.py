"""A connection that is made when it is needed, made anew on demand, and closed when nothing is under way on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

Connection = TypeVar("Connection")


class Renewable(Generic[Connection]):
    """`make` connects; `close` lets a connection go. A closed connection would look like a failing network.

    So one that is replaced is only retired: it is closed when the last request that may use it has ended.
    """

    def __init__(
        self, make: Callable[[], Awaitable[Connection]], *, close: Callable[[Connection], Awaitable[None]]
    ) -> None:
        self._make = make
        self._close = close
        self._current: Connection | None = None
        self._retired: list[Connection] = []
        self._under_way = 0
        self._making = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._ended = False

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Around a request: no connection is closed meanwhile."""
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if self._ended:
                # A request that was under way when the end came may have connected anew.
                self.retire()
            if not self._under_way:
                self._idle.set()
                await self._close_retired()

    async def get(self, *, instead_of: Connection | None = None) -> Connection:
        """The connection, made if there is none, or none but `instead_of`. Raises what `make` raises.

        Requests that find out together that a connection is no longer taken get the next one together.
        """
        async with self._making:
            if instead_of is not None and self._current is instead_of:
                self.retire()
            if self._current is None:
                self._current = await self._make()
            return self._current

    def retire(self) -> None:
        """Have the next request connect anew."""
        if self._current is not None:
            self._retired.append(self._current)
            self._current = None

    async def renew(self) -> None:
        """Connect anew for what comes next; what is under way goes on as it is."""
        self.retire()
        if not self._under_way:
            await self._close_retired()

    async def end(self) -> None:
        """Return when nothing is under way any more, and every connection is closed."""
        self._ended = True
        self.retire()
        await self._idle.wait()
        await self._close_retired()

    async def _close_retired(self) -> None:
        while self._retired:
            await self._close(self._retired.pop())
