"""A small Batch service: pools with ETags, full replaces, lists and conditional reads, and a journal of what it got.

Reached as the real client reaches the real one, by its requests, but in memory. What it is like to be asked badly is
told to it by faults.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx

from tests.simulation.story import copied

Json = dict[str, Any]
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
UPDATABLE = (
    "startTask",
    "applicationPackageReferences",
    "certificateReferences",
    "metadata",
    "targetNodeCommunicationMode",
)


@dataclass(slots=True)
class Pool:
    """A pool as the service keeps it."""

    pool_id: str
    properties: Json
    etag: str
    created: str


@dataclass(frozen=True, slots=True)
class Post:
    """A write that reached the service, or was about to."""

    at: float
    host: str
    pool: str
    created: str
    before: Json
    """As the operator could know it."""
    body: Json
    etag: str
    """Of the pool after it."""


@dataclass(eq=False, slots=True)
class Fault:
    """What goes wrong with the next requests."""

    kind: str
    operation: str | None
    times: int


@dataclass(slots=True)
class Hooks:
    """Whom the service tells: of a write that leaves the operator, and of a pool that it shows."""

    leaving: Callable[[str, str, Json], None]
    shown: Callable[[str, Pool], None]


@dataclass(slots=True)
class Service:
    """One account behind one host."""

    host: str
    rnd: random.Random
    hooks: Hooks
    latency: float = 0.0
    quirk: bool = False
    pools: dict[str, Pool] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    looked: dict[str, Json] = field(default_factory=dict)
    """What each pool was like when it was last confirmed to be unchanged: the API has no condition on a write, and who
    comes between that answer and the write is lost. That gap is the API's, and is not judged here."""
    requests: list[float] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _version: int = 0

    def put(self, pool_id: str, properties: Json) -> None:
        """Make a pool."""
        self._version += 1
        created = f"2026-01-01T00:00:00.{self._version:07}Z"
        self.pools[pool_id] = Pool(pool_id, copied(properties), self._etag(), created)

    def drift(self, pool_id: str, properties: Json | None) -> None:
        """Somebody else writes; None only touches it."""
        if pool_id in self.pools:
            pool = self.pools[pool_id]
            pool.etag = self._etag()
            if properties is not None:
                pool.properties = copied(properties)

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """One request, from when it leaves the operator."""
        self.requests.append(asyncio.get_running_loop().time())
        parts = request.url.path.strip("/").split("/")
        operation = _operation(request, parts)
        if operation == "write":
            self.hooks.leaving(self.host, parts[1], json.loads(request.content))
        fault = self._fault(operation)
        kind = "" if fault is None else fault.kind
        delay = self.rnd.uniform(0, self.latency) + (40.0 if kind == "slow" else 0.0)
        try:
            await asyncio.sleep(delay)
        except asyncio.CancelledError:
            # The operator is gone, its request is under way all the same, and may arrive.
            if operation == "write" and self.rnd.random() < 0.5:
                self._answer(operation, request, parts)
            raise
        if kind == "lost before":
            raise httpx.ReadError("lost")
        if kind in _SAID:
            return _said(kind)
        answer = self._answer(operation, request, parts)
        if kind == "lost after":
            raise httpx.ReadError("lost")
        if kind == "garbage":
            return httpx.Response(200, text="<html>Bad gateway</html>")
        await asyncio.sleep(self.rnd.uniform(0, self.latency))
        return answer

    def _fault(self, operation: str) -> Fault | None:
        for fault in self.faults:
            if fault.operation in {None, operation} and (fault.kind != "refused" or operation == "write"):
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return fault
        return None

    def _answer(self, operation: str, request: httpx.Request, parts: list[str]) -> httpx.Response:
        if operation == "list":
            for pool in self.pools.values():
                self.hooks.shown(self.host, pool)
            return httpx.Response(200, json={"value": [_view(pool) for pool in self.pools.values()]})
        found = self.pools.get(parts[1])
        if found is None:
            return httpx.Response(404, json={"code": "PoolNotFound", "message": {"value": "gone"}})
        if operation == "write":
            return self._write(found, json.loads(request.content))
        if request.headers.get("If-None-Match") == found.etag:
            self.looked[found.pool_id] = copied(found.properties)
            return httpx.Response(304)
        self.hooks.shown(self.host, found)
        return httpx.Response(200, json=_view(found), headers={"Last-Modified": format_datetime(BEGIN, usegmt=True)})

    def _write(self, pool: Pool, body: Json) -> httpx.Response:
        before = copied(pool.properties)
        known = self.looked.get(pool.pool_id, before)
        stored = {name: value for name, value in body.items() if name in UPDATABLE}
        if self.quirk:
            stored["metadata"] = [{**one, "value": one["value"].upper()} for one in stored.get("metadata", [])]
        # A version that does not know a property leaves it as it is.
        kept = {name: before[name] for name in ("certificateReferences",) if name in before and name not in body}
        pool.properties, pool.etag = {**kept, **stored}, self._etag()
        now = asyncio.get_running_loop().time()
        self.posts.append(Post(now, self.host, pool.pool_id, pool.created, known, body, pool.etag))
        return httpx.Response(
            204,
            headers={
                "ETag": pool.etag,
                "Last-Modified": format_datetime(BEGIN + timedelta(seconds=int(now)), usegmt=True),
                "request-id": f"request-{len(self.posts)}",
            },
        )

    def _etag(self) -> str:
        self._version += 1
        return f"0x{self.host}{self._version:X}"


class Wire(httpx.AsyncBaseTransport):
    """In place of sockets."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._service.handle(request)


_SAID = {
    "500": (500, {"code": "InternalError", "message": {"value": "try again"}}, {}),
    "503": (503, {"code": "ServerBusy", "message": {"value": "try again"}}, {}),
    "429": (429, {"code": "TooManyRequests", "message": {"value": "slowly"}}, {"Retry-After": "7"}),
    "400 html": (400, None, {}),
    "refused": (400, {"code": "InvalidPropertyValue", "message": {"value": "no"}}, {}),
}


def _said(kind: str) -> httpx.Response:
    status, body, headers = _SAID[kind]
    return httpx.Response(status, text="<html>" if body is None else json.dumps(body), headers=headers)


def _operation(request: httpx.Request, parts: list[str]) -> str:
    if request.method == "POST":
        return "write"
    if len(parts) == 1:
        return "list"
    return "look" if "If-None-Match" in request.headers else "get"


def _view(pool: Pool) -> Json:
    return {
        "id": pool.pool_id,
        "eTag": pool.etag,
        "state": "active",
        "allocationState": "steady",
        "creationTime": pool.created,
        "lastModified": "2026-01-01T00:00:00Z",
        **copied(pool.properties),
    }
