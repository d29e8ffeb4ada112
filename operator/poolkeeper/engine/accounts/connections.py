"""The accounts in use: one connection and one breaker each, made when first needed and anew when the spec changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from poolkeeper.domain.failures import AccountNotFound
from poolkeeper.domain.resources import Key
from poolkeeper.engine.accounts.breaker import CircuitBreaker
from poolkeeper.engine.accounts.client import AccountClient
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.ports import Connector


class MakeBreaker(Protocol):
    """Makes an account's breaker, given whom to tell of its changes."""

    def __call__(self, *, changed: Callable[[], None]) -> CircuitBreaker: ...


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
