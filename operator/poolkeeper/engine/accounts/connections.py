"""The accounts in use: one connection and one breaker each, made when first needed and anew when the spec changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from poolkeeper.domain.failures import AccountNotFound, AuthenticationFailed, BatchFailure, Failure, ServiceUnavailable
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.resources import BatchAccount, Key
from poolkeeper.engine.accounts.breaker import AccountUnavailable, CircuitBreaker, is_passing
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.ports import Batch, Connector, Listing, Page

Answer = TypeVar("Answer")


class MakeBreaker(Protocol):
    """Makes an account's breaker, given whom to tell of its changes."""

    def __call__(self, *, changed: Callable[[], None]) -> CircuitBreaker: ...


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


class Accounts:
    """The clients by account; `changed(key)` is called when an account's breaker has changed.

    `dropped(key)` is called when the last request of an account that is gone has ended.
    """

    def __init__(
        self,
        cache: Cache,
        *,
        connect: Connector,
        make_breaker: MakeBreaker,
        changed: Callable[[Key], None],
        dropped: Callable[[Key], None] = lambda _: None,
    ) -> None:
        self._cache = cache
        self._connect = connect
        self._make_breaker = make_breaker
        self._changed = changed
        self._dropped = dropped
        self._clients: dict[Key, AccountClient] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def client(self, key: Key) -> AccountClient:
        """The client of an account; raises AccountNotFound."""
        account = self._cache.account(key)
        if account is None:
            self.drop(key)
            raise AccountNotFound(f"there is no BatchAccount {key.name} in namespace {key.namespace}")
        client = self._clients.get(key)
        if client is None or not client.account.same_service(account):
            self.drop(key)
            breaker = self._make_breaker(changed=lambda: self._changed(key))
            client = self._clients[key] = AccountClient(account, breaker=breaker, connect=self._connect)
        return client

    def breaker(self, key: Key) -> CircuitBreaker | None:
        """The breaker of an account, once it has been used."""
        client = self._clients.get(key)
        return None if client is None else client.breaker

    def drop(self, key: Key) -> None:
        """Forget an account's client; its connection closes in the background."""
        client = self._clients.pop(key, None)
        if client is not None or self._cache.account(key) is None:
            task = asyncio.get_running_loop().create_task(self._let_go(key, client))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _let_go(self, key: Key, client: AccountClient | None) -> None:
        if client is not None:
            await client.close()
        if self._cache.account(key) is None:
            self._dropped(key)

    async def close(self) -> None:
        """Close every client."""
        for key in list(self._clients):
            self.drop(key)
        await asyncio.gather(*self._closing)
