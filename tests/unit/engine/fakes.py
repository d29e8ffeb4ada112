"""A Batch account and a Kubernetes API server in memory, with behaviour: what is written is what is read back.

Both keep what they hold under versions that grow, count what is asked of them, and can be told to fail, to be slow
or to hold a call until the test lets it go. Time is the event loop's, so that virtual time moves everything.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from poolkeeper.domain.failures import Failure, PoolkeeperError, PoolNotFound, PoolUnavailable
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.resources import BatchAccount, Key
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.engine.ports import LazyPool, Listing, Page

Json = dict[str, Any]

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
BODY = {"applicationPackageReferences", "certificateReferences", "metadata", "targetNodeCommunicationMode"}


class LoopClock:
    """Fulfils the engine's Clock with the time of the event loop.

    Each reading is a microsecond later, as it is with a real clock. Virtual time stands still while callbacks run, so
    that a wait of less than its resolution would never end.
    """

    def __init__(self) -> None:
        self._readings = 0

    def monotonic(self) -> float:
        self._readings += 1
        return asyncio.get_running_loop().time() + self._readings * 1e-6

    def now(self) -> str:
        return (_BEGIN + timedelta(seconds=int(self.monotonic()))).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Call:
    """One request that a fake received; `at` is when, in seconds of the loop."""

    at: float
    operation: str
    pool: str | None = None


@dataclass(eq=False, slots=True)
class Hold:
    """A call that waits in the fake: `reached` tells that it is there, `release` lets it go on."""

    operation: str
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False, slots=True)
class Fault:
    """What goes wrong, for which calls, and how often; `applied` fails a write after it was done."""

    error: PoolkeeperError
    operation: str | None = None
    pool: str | None = None
    times: float = float("inf")
    applied: bool = False

    def hits(self, operation: str, pool: str | None) -> bool:
        return self.times > 0 and self.operation in {None, operation} and self.pool in {None, pool}


class Switchboard:
    """Calls, holds and faults, which both fakes have."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.latency = 0.0
        self._faults: list[Fault] = []
        self._holds: list[Hold] = []

    def fail(
        self,
        error: PoolkeeperError,
        *,
        operation: str | None = None,
        pool: str | None = None,
        times: float = float("inf"),
        applied: bool = False,
    ) -> Fault:
        """Have calls fail from now on, `times` times."""
        fault = Fault(error, operation, pool, times, applied)
        self._faults.append(fault)
        return fault

    def heal(self) -> None:
        """No more faults."""
        self._faults.clear()

    def hold(self, operation: str) -> Hold:
        """Hold the next call of an operation."""
        hold = Hold(operation)
        self._holds.append(hold)
        return hold

    def counts(self, *, since: float = 0.0) -> dict[str, int]:
        """How many calls of each operation."""
        return dict(Counter(call.operation for call in self.calls if call.at >= since))

    async def received(self, operation: str, pool: str | None = None) -> None:
        """One call: noted, held, delayed and failed as told."""
        self.calls.append(Call(asyncio.get_running_loop().time(), operation, pool))
        await self._wait_for_test(operation)
        if self.latency:
            await asyncio.sleep(self.latency)
        self._strike(operation, pool, applied=False)

    def answered(self, operation: str, pool: str | None = None) -> None:
        """The call has been carried out; its answer may still be lost."""
        self._strike(operation, pool, applied=True)

    async def _wait_for_test(self, operation: str) -> None:
        for hold in self._holds:
            if hold.operation == operation:
                self._holds.remove(hold)
                hold.reached.set()
                await hold.release.wait()
                return

    def _strike(self, operation: str, pool: str | None, *, applied: bool) -> None:
        for fault in self._faults:
            if fault.applied is applied and fault.hits(operation, pool):
                fault.times -= 1
                raise fault.error


@dataclass(slots=True)
class KeptPool:
    """A pool as the service keeps it."""

    pool_id: str
    properties: Json
    etag: str
    state: str = "active"
    allocation: str = "steady"
    created: str = ""

    @property
    def row(self) -> PoolRow:
        return PoolRow(self.etag, self.state, self.allocation)


class FakeService(Switchboard):
    """The service's side of one Batch account."""

    def __init__(self, *, page: int = 1000) -> None:
        super().__init__()
        self.page = page
        self.whole_page = 100
        self.broken: str | None = None
        """The pool that a list shows in a form that nobody can read."""
        self.pools: dict[str, KeptPool] = {}
        self.bodies: list[Json] = []
        self.stores: Callable[[Json], Json] = dict
        """What the service makes of a body; as it was sent, unless a test has another rule."""
        self._version = 0
        self._made = 0

    def put(self, pool_id: str, properties: Mapping[str, Any] | None = None, *, state: str = "active") -> None:
        """Make a pool."""
        self._made += 1
        kept = KeptPool(pool_id, dict(properties or {}), self._etag(), state=state, created=f"creation-{self._made}")
        self.pools[pool_id.casefold()] = kept

    def drift(self, pool_id: str, properties: Mapping[str, Any]) -> None:
        """Somebody else changes a pool's properties."""
        kept = self.pools[pool_id.casefold()]
        kept.properties, kept.etag = dict(properties), self._etag()

    def touch(self, pool_id: str) -> None:
        """The ETag moves and no property does, as by a resize."""
        self.pools[pool_id.casefold()].etag = self._etag()

    def remove(self, pool_id: str) -> None:
        """Delete a pool."""
        del self.pools[pool_id.casefold()]

    def find(self, pool_id: str) -> KeptPool:
        """A pool, or the failure that the service's 404 is."""
        if pool_id.casefold() not in self.pools:
            raise PoolNotFound("the service answered 404 PoolNotFound")
        return self.pools[pool_id.casefold()]

    def write(self, pool_id: str, body: Mapping[str, Any]) -> KeptPool:
        """A full replace, as `updateproperties` is."""
        assert set(body) >= BODY, "a body that is not full would be refused"
        kept = self.find(pool_id)
        kept.properties, kept.etag = self.stores(dict(body)), self._etag()
        self.bodies.append(dict(body))
        return kept

    def _etag(self) -> str:
        self._version += 1
        return f"0x{self._version:X}"


class FakeBatch:
    """Fulfils the engine's Batch: one connection to a service."""

    def __init__(self, service: FakeService, account: BatchAccount) -> None:
        self.service = service
        self.account = account
        self.closed = False
        self._under_way = 0

    async def probe(self) -> None:
        await self._received("probe")

    async def rows(self) -> Listing:
        pages = max(1, -(-len(self.service.pools) // self.service.page))
        for _ in range(pages):
            await self._received("list")
        return Listing({pool_id: kept.row for pool_id, kept in self.service.pools.items()}, pages)

    async def row(self, pool_id: str) -> PoolRow:
        await self._received("row", pool_id)
        return self.service.find(pool_id).row

    async def read(self, pool_id: str) -> LivePool:
        await self._received("read", pool_id)
        return _as_read(self.service.find(pool_id))

    async def page(self, link: str | None = None) -> Page:
        await self._received("page")
        begin = int(link or 0)
        end = begin + self.service.whole_page
        every = list(self.service.pools.items())
        broken = (self.service.broken or "").casefold()
        pools = {pool_id: _unread(kept, broken=pool_id == broken) for pool_id, kept in every[begin:end]}
        return Page(pools, str(end) if end < len(every) else None)

    async def write(
        self, pool_id: str, body: Mapping[str, Any], *, etag: str, wanted: Callable[[], None]
    ) -> Written | None:
        wanted()
        await self._received("unchanged", pool_id)
        if self.service.find(pool_id).etag != etag:
            return None
        wanted()
        await self._received("write", pool_id)
        kept = self.service.write(pool_id, body)
        self.service.answered("write", pool_id)
        return Written(kept.etag, "2026-01-01T00:00:00Z", f"request-{len(self.service.bodies)}")

    async def close(self) -> None:
        assert not self._under_way, "closed under a call: the caller would see a broken network"
        assert not self.closed, "closed twice"
        self.closed = True

    async def _received(self, operation: str, pool: str | None = None) -> None:
        assert not self.closed, "used after it was closed"
        self._under_way += 1
        try:
            await self.service.received(operation, pool)
        finally:
            self._under_way -= 1


def _unread(kept: KeptPool, *, broken: bool) -> LazyPool:
    def fail() -> LivePool:
        raise PoolUnavailable("in a form that is not the Batch API's")

    return fail if broken else partial(_as_read, replace(kept))


def _as_read(kept: KeptPool) -> LivePool:
    form = canonical(kept.properties)
    return LivePool(kept.row, "2026-01-01T00:00:00Z", None, form, kept.properties, kept.created)


class FakeConnector:
    """Fulfils the engine's Connector: services by endpoint, and every connection ever made."""

    def __init__(self) -> None:
        self.services: dict[str, FakeService] = {}
        self.connections: list[FakeBatch] = []
        self.trouble: Failure | PoolkeeperError | None = None
        self.forgotten: list[Key] = []

    def service(self, endpoint: str) -> FakeService:
        """The service behind an endpoint, made when first asked for."""
        return self.services.setdefault(endpoint, FakeService())

    @property
    def open(self) -> list[FakeBatch]:
        """The connections that nobody has closed."""
        return [batch for batch in self.connections if not batch.closed]

    async def __call__(self, account: BatchAccount) -> FakeBatch:
        if self.trouble is not None:
            raise self.trouble
        self.connections.append(FakeBatch(self.service(account.endpoint), account))
        return self.connections[-1]

    def forget(self, key: Key) -> None:
        self.forgotten.append(key)
