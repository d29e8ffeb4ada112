"""What the engine tells of its work: a log line per transition, and counts. A quiet check says nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from poolkeeper.domain.diff.drift import Difference, property_of
from poolkeeper.domain.failures import Failure
from poolkeeper.domain.resources import BatchPool, Resource
from poolkeeper.domain.status.events import Event
from poolkeeper.metrics import Metrics

log = logging.getLogger("poolkeeper")


class Telemetry:
    """Log and metrics of one operator."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def drift(self, pool: BatchPool, differences: Iterable[Difference], *, drifted: bool) -> None:
        """Differences were found; only those that nobody asked for count as drift."""
        if drifted:
            for name in {property_of(difference.path) for difference in differences}:
                self._metrics.drift.labels(str(pool.account), name).inc()

    def write(self, pool: BatchPool, failure: Failure | None) -> None:
        """A write has ended."""
        self._metrics.writes.labels(str(pool.account), "ok" if failure is None else failure.reason).inc()

    def record_event(self, resource: Resource, event: Event) -> None:
        """A transition, said once."""
        level = logging.WARNING if event.type == "Warning" else logging.INFO
        fields = {"namespace": resource.key.namespace, "object": resource.key.name, "reason": event.reason}
        if isinstance(resource, BatchPool):
            fields |= {"account": resource.account.name, "pool": resource.pool_id}
        log.log(level, event.message, extra=fields)
