"""Events are posted by one background task, so that status patches never wait behind them.

In a cold start of many pools half of the writes are events. What people wait for is the status.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from http import HTTPStatus
from typing import Any

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.domain.resources import GROUP, VERSION, Resource
from poolkeeper.domain.status.events import Event
from poolkeeper.engine.ports import Clock
from poolkeeper.kube.client import Api, ApiError

log = logging.getLogger(__name__)

_MOST_CHARACTERS = 1024
"""Of an event's message: the API server refuses more."""

_ENDING = "being terminated"
"""In what the API server says of a namespace that is being deleted."""

_MOST_WAITING = 10_000
"""So many wait only while the API server takes none; statuses and the log say the same."""


class Events:
    """A line of events, and the one task that posts them."""

    def __init__(self, api: Api, *, instance: str, clock: Clock) -> None:
        self._api = api
        self._instance = instance
        self._clock = clock
        self._waiting: deque[tuple[Resource, Event, str]] = deque(maxlen=_MOST_WAITING)
        self._posting: asyncio.Task[None] | None = None

    def add(self, resource: Resource, event: Event) -> None:
        """Have an event posted soon, with the time of now."""
        if len(self._waiting) == self._waiting.maxlen:
            oldest = self._waiting[0]
            log.warning("event %s of %s is lost: too many wait", oldest[1].reason, oldest[0].key)
        self._waiting.append((resource, event, self._clock.now()))
        if self._posting is None or self._posting.done():
            self._posting = asyncio.get_running_loop().create_task(self._post_all())

    async def drained(self) -> None:
        """Return when everything is posted, or lost."""
        if self._posting is not None:
            await self._posting

    async def close(self, *, grace: float) -> None:
        """Post what waits, for so many seconds at the most."""
        if self._posting is not None and not self._posting.done():
            _, late = await asyncio.wait({self._posting}, timeout=grace)
            self._posting.cancel()
            if late:
                log.warning("%d events are lost: they could not be posted in time", len(self._waiting) + 1)

    async def _post_all(self) -> None:
        while self._waiting:
            resource, event, now = self._waiting.popleft()
            path = f"/api/v1/namespaces/{resource.key.namespace}/events"
            try:
                await self._api.request("POST", path, body=self._event(resource, event, now))
            except ClusterUnavailable as error:
                # The status says the same; a namespace that is being deleted takes no events, which is no news.
                ending = isinstance(error, ApiError) and error.status == HTTPStatus.FORBIDDEN and _ENDING in str(error)
                level = logging.DEBUG if ending else logging.WARNING
                log.log(level, "event %s of %s is lost: %s", event.reason, resource.key, error)

    def _event(self, resource: Resource, event: Event, now: str) -> dict[str, Any]:
        return {
            "metadata": {"generateName": f"{resource.key.name}.", "namespace": resource.key.namespace},
            "type": event.type,
            "reason": event.reason,
            "message": event.message[:_MOST_CHARACTERS],
            "involvedObject": {
                "apiVersion": f"{GROUP}/{VERSION}",
                "kind": resource.kind,
                "namespace": resource.key.namespace,
                "name": resource.key.name,
                "uid": resource.uid,
                "resourceVersion": str(resource.resource_version),
            },
            "source": {"component": "poolkeeper", "host": self._instance},
            "reportingComponent": "poolkeeper",
            "reportingInstance": self._instance,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
