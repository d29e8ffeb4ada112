"""One account as its workers use it: a connection that is made when it is needed, and made anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from poolkeeper.domain.failures import AuthenticationFailed, BatchFailure, Failure, ServiceUnavailable
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.resources import BatchAccount
from poolkeeper.engine.accounts.breaker import AccountUnavailable, CircuitBreaker, is_passing
from poolkeeper.engine.ports import Batch, Connector, Listing, Page

Answer = TypeVar("Answer")


class AccountClient:
    """A connection to one account that minds its breaker; fulfils Batch."""

    def __init__(self, account: BatchAccount, *, breaker: CircuitBreaker, connect: Connector) -> None:
        self.account = account
        self.breaker = breaker
        self._connect = connect
        self._batch: Batch | None = None
        self._retired: list[Batch] = []
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False
        self.revoked: Failure | None = None
        """Why the credential may not be used any more, though it may still be taken."""
        self._connecting = asyncio.Lock()

    async def probe(self) -> None:
        await self._ask(lambda batch: batch.probe())

    async def rows(self) -> Listing:
        return await self._ask(lambda batch: batch.rows())

    async def row(self, pool_id: str) -> PoolRow:
        return await self._ask(lambda batch: batch.row(pool_id))

    async def read(self, pool_id: str) -> LivePool:
        return await self._ask(lambda batch: batch.read(pool_id))

    async def page(self, link: str | None = None) -> Page:
        return await self._ask(lambda batch: batch.page(link))

    async def write(
        self, pool_id: str, body: Mapping[str, Any], *, etag: str, wanted: Callable[[], None]
    ) -> Written | None:
        return await self._ask(lambda batch: batch.write(pool_id, body, etag=etag, wanted=wanted))

    async def renew(self) -> None:
        """Connect anew for what comes next; what is under way goes on as it is."""
        self._retire()
        if not self._under_way:
            await self._close_retired()

    async def close(self) -> None:
        """Return when nothing is under way any more, and every connection is closed."""
        self._closed = True
        self._retire()
        await self._idle.wait()
        await self._close_retired()

    async def _ask(self, call: Callable[[Batch], Awaitable[Answer]]) -> Answer:
        self.breaker.check()
        self._under_way += 1
        self._idle.clear()
        try:
            answer = await call(await self._connected())
        except Failure as failure:
            if self._tell_gate(failure) and not is_passing(failure):
                # The request that trips the breaker raises the same error as the requests that it blocks.
                raise AccountUnavailable(failure, should_report=True) from failure
            raise
        else:
            self.breaker.succeeded()
            return answer
        finally:
            self._under_way -= 1
            if self._closed:
                # A look that was under way when the client was dropped may have connected anew.
                self._retire()
            if not self._under_way:
                self._idle.set()
                await self._close_retired()

    def _tell_gate(self, failure: Failure) -> bool:
        """Whether it concerns the account as a whole."""
        if isinstance(failure, AuthenticationFailed):
            # The Secret may have been rotated: the next connection reads it anew.
            self._retire()
        if isinstance(failure, BatchFailure) and not failure.account_wide:
            # An error of one request says that somebody answers; not that it is the account, or that it is well.
            self.breaker.succeeded(heard=not isinstance(failure, ServiceUnavailable))
            return False
        self.breaker.failed(failure)
        return True

    def _retire(self) -> None:
        # Closed only when nothing is under way on it: a closed connection would look like a failing network.
        if self._batch is not None:
            self._retired.append(self._batch)
            self._batch = None

    async def _close_retired(self) -> None:
        while self._retired:
            await self._retired.pop().close()

    async def _connected(self) -> Batch:
        async with self._connecting:
            if self.revoked is not None:
                raise self.revoked
            if self._batch is None:
                self._batch = await self._connect(self.account)
            return self._batch
