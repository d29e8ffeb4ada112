"""One account as its workers use it: a connection that is made when it is needed, and made anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from poolkeeper.domain.failures import AuthenticationFailed, BatchFailure, Failure, PoolUnavailable
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.resources import BatchAccount
from poolkeeper.engine.accounts.breaker import AccountUnavailable, CircuitBreaker, is_passing
from poolkeeper.engine.ports import Batch, Connector, Listing, Page
from poolkeeper.renewable import Renewable

Answer = TypeVar("Answer")


class AccountClient:
    """A connection to one account that minds its breaker; fulfils Batch."""

    def __init__(self, account: BatchAccount, *, breaker: CircuitBreaker, connect: Connector) -> None:
        self.account = account
        self.breaker = breaker
        self.revoked: Failure | None = None
        """Why the credential may not be used any more, though it may still be taken."""
        self._connection: Renewable[Batch] = Renewable(partial(connect, account), close=lambda batch: batch.close())

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
        await self._connection.renew()

    async def close(self) -> None:
        """Return when nothing is under way any more, and every connection is closed."""
        await self._connection.end()

    async def _ask(self, call: Callable[[Batch], Awaitable[Answer]]) -> Answer:
        self.breaker.check()
        async with self._connection.request():
            try:
                answer = await call(await self._connected())
            except Failure as failure:
                if self._tell_breaker(failure) and not is_passing(failure):
                    # The request that trips the breaker raises the same error as the requests that it blocks.
                    raise AccountUnavailable(failure, should_report=True) from failure
                raise
            self.breaker.succeeded()
            return answer

    def _tell_breaker(self, failure: Failure) -> bool:
        """Whether it concerns the account as a whole."""
        if isinstance(failure, AuthenticationFailed):
            # The Secret may have been rotated: the next connection reads it anew.
            self._connection.retire()
        if isinstance(failure, BatchFailure) and not failure.account_wide:
            # An error of one request says that somebody answers; not that it is the account, or that it is well.
            self.breaker.succeeded(heard=not isinstance(failure, PoolUnavailable))
            return False
        self.breaker.failed(failure)
        return True

    async def _connected(self) -> Batch:
        if self.revoked is not None:
            raise self.revoked
        return await self._connection.get()
