"""The accounts in use: one connection and one gate each, made when first needed and anew when the spec changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from poolkeeper.domain.failures import AccountNotFound, AuthenticationFailed, BatchFailure, Failure, ServiceUnavailable
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.resources import BatchAccount, Key
from poolkeeper.engine.accounts.breaker import AccountClosed, Gate, is_passing
from poolkeeper.engine.cache import Catalog
from poolkeeper.engine.ports import Batch, Connector, Listing, Page

Answer = TypeVar("Answer")


class MakeGate(Protocol):
    """Makes an account's gate, given whom to tell of its changes."""

    def __call__(self, *, changed: Callable[[], None]) -> Gate: ...


class Line:
    """A connection to one account that minds its gate; fulfils Batch."""

    def __init__(self, account: BatchAccount, *, gate: Gate, connect: Connector) -> None:
        self.account = account
        self.gate = gate
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
        self.gate.check()
        self._under_way += 1
        self._idle.clear()
        try:
            answer = await call(await self._connected())
        except Failure as failure:
            if self._tell_gate(failure) and not is_passing(failure):
                # Whoever finds it out says the same as those who come to the closed gate.
                raise AccountClosed(failure, serious=True) from failure
            raise
        else:
            self.gate.passed()
            return answer
        finally:
            self._under_way -= 1
            if self._closed:
                # A look that was under way when the line was dropped may have connected anew.
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
            self.gate.passed(heard=not isinstance(failure, ServiceUnavailable))
            return False
        self.gate.failed(failure)
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
    """The lines by account; `changed(key)` is called when an account's gate has changed.

    `dropped(key)` is called when the last request of an account that is gone has ended.
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        connect: Connector,
        make_gate: MakeGate,
        changed: Callable[[Key], None],
        dropped: Callable[[Key], None] = lambda _: None,
    ) -> None:
        self._catalog = catalog
        self._connect = connect
        self._make_gate = make_gate
        self._changed = changed
        self._dropped = dropped
        self._lines: dict[Key, Line] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def line(self, key: Key) -> Line:
        """The line to an account; raises AccountNotFound."""
        account = self._catalog.account(key)
        if account is None:
            self.drop(key)
            raise AccountNotFound(f"there is no BatchAccount {key.name} in namespace {key.namespace}")
        line = self._lines.get(key)
        if line is None or not line.account.same_service(account):
            self.drop(key)
            gate = self._make_gate(changed=lambda: self._changed(key))
            line = self._lines[key] = Line(account, gate=gate, connect=self._connect)
        return line

    def gate(self, key: Key) -> Gate | None:
        """The gate of an account, once it has been used."""
        line = self._lines.get(key)
        return None if line is None else line.gate

    def drop(self, key: Key) -> None:
        """Forget an account's line; its connection closes in the background."""
        line = self._lines.pop(key, None)
        if line is not None or self._catalog.account(key) is None:
            task = asyncio.get_running_loop().create_task(self._let_go(key, line))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _let_go(self, key: Key, line: Line | None) -> None:
        if line is not None:
            await line.close()
        if self._catalog.account(key) is None:
            self._dropped(key)

    async def close(self) -> None:
        """Close every line."""
        for key in list(self._lines):
            self.drop(key)
        await asyncio.gather(*self._closing)
