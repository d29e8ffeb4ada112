"""What Poolkeeper counts, under the names that dashboards and alerts rely on.

Labels carry names of Kubernetes objects and of the API's properties, never a value from a pool or a Secret.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

PoolStates = Iterable[tuple[str, str, str]]
"""(account, ready, reason) of each pool."""


class Metrics:
    """One registry, so that two operators in one process (in tests) do not share counts."""

    def __init__(self) -> None:
        # A second series for every counter, which nobody asked for.
        disable_created_metrics()  # type: ignore[no-untyped-call] # the one function without types
        self.registry = CollectorRegistry()
        self.batch_requests = Counter(
            "poolkeeper_batch_requests_total",
            "Requests sent to the Batch service; code is the HTTP status, or 'none' without an answer.",
            ["account", "operation", "code"],
            registry=self.registry,
        )
        self.batch_seconds = Histogram(
            "poolkeeper_batch_request_seconds",
            "How long the Batch service took to answer, without the wait for the account's rate limit.",
            ["account", "operation"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.drift = Counter(
            "poolkeeper_drift_detected_total",
            "Differences that arose behind the manifest's back, by top-level property.",
            ["account", "property"],
            registry=self.registry,
        )
        self.writes = Counter(
            "poolkeeper_writes_total",
            "Calls of updateproperties; result is 'ok' or the reason of the failure.",
            ["account", "result"],
            registry=self.registry,
        )
        self.reconcile_seconds = Histogram(
            "poolkeeper_reconcile_seconds",
            "How long a look at one pool took, waits for limits included.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.throttled_seconds = Counter(
            "poolkeeper_throttled_seconds_total",
            "Seconds for which the service asked to be left alone.",
            ["account"],
            registry=self.registry,
        )
        self.unexpected = Counter(
            "poolkeeper_unexpected_errors_total",
            "Errors that Poolkeeper did not raise on purpose, bugs that is, by what was being done.",
            ["doing"],
            registry=self.registry,
        )
        self.queue_depth = Gauge(
            "poolkeeper_queue_depth",
            "Resources that wait for a free worker.",
            registry=self.registry,
        )

    def forget(self, account: str) -> None:
        """Drop the series of an account that is gone."""
        for metric in (self.batch_requests, self.batch_seconds, self.drift, self.writes, self.throttled_seconds):
            metric.remove_by_labels({"account": account})

    def watch_pools(self, states: Callable[[], PoolStates]) -> None:
        """Count pools by readiness at each scrape, from where their state is kept anyway."""
        self.registry.register(_Pools(states))

    def watch_retired(self, uses: Callable[[], Iterable[str]]) -> None:
        """Count, at each scrape, the manifests that use what Azure has retired, by property."""
        self.registry.register(_Retired(uses))

    def watch_versions(self, versions: Callable[[], Iterable[str]]) -> None:
        """Count, at each scrape, the accounts on an api-version that Azure will retire, by version."""
        self.registry.register(_Versions(versions))

    def watch_checks(self, ages: Callable[[], Mapping[str, float]]) -> None:
        """Tell at each scrape how long ago each account was last checked."""
        self.registry.register(_Checks(ages))

    def page(self) -> bytes:
        """The page that Prometheus scrapes."""
        return generate_latest(self.registry)


class _Pools(Collector):
    def __init__(self, states: Callable[[], PoolStates]) -> None:
        self._states = states

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "poolkeeper_pools", "BatchPools by their Ready condition.", labels=["account", "ready", "reason"]
        )
        for labels, count in Tally(self._states()).items():
            family.add_metric(labels, count)
        yield family


class _Retired(Collector):
    def __init__(self, uses: Callable[[], Iterable[str]]) -> None:
        self._uses = uses

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "poolkeeper_deprecated_use", "BatchPools that use what Azure has retired.", labels=["property"]
        )
        for name, count in Tally(self._uses()).items():
            family.add_metric([name], count)
        yield family


class _Versions(Collector):
    def __init__(self, versions: Callable[[], Iterable[str]]) -> None:
        self._versions = versions

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "poolkeeper_retiring_api_version",
            "BatchAccounts on an api-version that Azure will retire.",
            labels=["api_version"],
        )
        for version, count in Tally(self._versions()).items():
            family.add_metric([version], count)
        yield family


class _Checks(Collector):
    def __init__(self, ages: Callable[[], Mapping[str, float]]) -> None:
        self._ages = ages

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "poolkeeper_check_age_seconds", "Seconds since the account's pools were last checked.", labels=["account"]
        )
        for account, age in self._ages().items():
            family.add_metric([account], age)
        yield family
