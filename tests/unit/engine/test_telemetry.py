"""What is logged and counted."""

from __future__ import annotations

import logging

import pytest

from poolkeeper.domain.failures import Throttled
from poolkeeper.domain.status.events import Event
from poolkeeper.engine.telemetry import Telemetry
from poolkeeper.metrics import Metrics
from tests.unit.domain.examples import account, differences, pool


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_drift_is_counted_once_per_property_and_only_when_nobody_asked_for_it() -> None:
    metrics = Metrics()
    found = differences("/metadata/owner", "/metadata/team", "/startTask/commandLine")
    Telemetry(metrics).drift(pool(), found, drifted=False)
    assert value(metrics, "poolkeeper_drift_detected_total", account="lab/research", property="metadata") is None
    Telemetry(metrics).drift(pool(), found, drifted=True)
    for name in ("metadata", "startTask"):
        assert value(metrics, "poolkeeper_drift_detected_total", account="lab/research", property=name) == 1


def test_writes_are_counted_by_their_result() -> None:
    metrics = Metrics()
    for failure in (None, None, Throttled("429")):
        Telemetry(metrics).write(pool(), failure)
    assert value(metrics, "poolkeeper_writes_total", account="lab/research", result="ok") == 2
    assert value(metrics, "poolkeeper_writes_total", account="lab/research", result="Throttled") == 1


def test_a_transition_is_one_line_that_names_everything(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="poolkeeper"):
        Telemetry(Metrics()).record_event(pool(), Event("Warning", "DriftCorrected", "put right"))
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("WARNING", "put right")
    fields = {name: record.__dict__[name] for name in ("namespace", "object", "reason", "account", "pool")}
    assert fields == {
        "namespace": "lab",
        "object": "rendering",
        "reason": "DriftCorrected",
        "account": "research",
        "pool": "Rendering",
    }


def test_an_account_has_a_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="poolkeeper"):
        Telemetry(Metrics()).record_event(account(), Event("Normal", "Reachable", "answers again"))
    (record,) = caplog.records
    assert (record.levelname, record.__dict__["object"]) == ("INFO", "research")
    assert "pool" not in record.__dict__
