"""The names that dashboards and alerts rely on."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from poolkeeper.metrics import Metrics

NAMES = {
    "poolkeeper_batch_requests_total": {"account", "operation", "code"},
    "poolkeeper_batch_request_seconds": {"account", "operation"},
    "poolkeeper_pools": {"account", "ready", "reason"},
    "poolkeeper_drift_detected_total": {"account", "property"},
    "poolkeeper_writes_total": {"account", "result"},
    "poolkeeper_reconcile_seconds": set(),
    "poolkeeper_queue_depth": set(),
    "poolkeeper_check_age_seconds": {"account"},
    "poolkeeper_throttled_seconds_total": {"account"},
}
PARTS_OF_A_HISTOGRAM = ("_bucket", "_sum", "_count")


@pytest.fixture
def page() -> str:
    """A page on which every metric has a sample."""
    metrics = Metrics()
    metrics.batch_requests.labels("lab/research", "GetPool", "200").inc()
    metrics.batch_seconds.labels("lab/research", "GetPool").observe(0.2)
    metrics.drift.labels("lab/research", "metadata").inc()
    metrics.writes.labels("lab/research", "ok").inc()
    metrics.reconcile_seconds.observe(0.2)
    metrics.throttled_seconds.labels("lab/research").inc(30)
    metrics.queue_depth.set_function(lambda: 3)
    metrics.watch_pools(
        lambda: [
            ("lab/research", "True", "InSync"),
            ("lab/research", "True", "InSync"),
            ("lab/research", "False", "Throttled"),
        ]
    )
    metrics.watch_checks(lambda: {"lab/research": 12.5})
    return metrics.page().decode()


def test_names_and_labels_are_those_that_were_promised(page: str) -> None:
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            name = sample.name
            if family.type == "histogram":
                assert name.endswith(PARTS_OF_A_HISTOGRAM)
                name = family.name
            found[name] = set(sample.labels) - {"le"}
            assert family.documentation
    assert found == NAMES


def test_pools_are_counted_at_the_scrape(page: str) -> None:
    families = {family.name: family for family in text_string_to_metric_families(page)}
    counted = {
        (sample.labels["ready"], sample.labels["reason"]): sample.value
        for sample in families["poolkeeper_pools"].samples
    }
    assert counted == {("True", "InSync"): 2, ("False", "Throttled"): 1}
    assert families["poolkeeper_check_age_seconds"].samples[0].value == 12.5
    assert families["poolkeeper_queue_depth"].samples[0].value == 3


def test_two_operators_in_one_process_do_not_share_their_counts() -> None:
    first, second = Metrics(), Metrics()
    first.writes.labels("lab/research", "ok").inc()
    assert b'poolkeeper_writes_total{account="lab/research"' in first.page()
    assert b"lab/research" not in second.page()
