"""What Azure has retired is told: as events of a new generation, and as the names that the gauge counts."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.domain.failures import ServiceUnavailable
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.retired import CERTIFICATES, MODE, RETIRED, retired_uses
from poolkeeper.domain.status.events import pool_events, retirements
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.metrics import Metrics
from tests.unit.domain.examples import pool
from tests.unit.domain.wire import Json, certificate, start_task

CLASSIC = {MODE: "classic"}
USES: list[tuple[Json, tuple[str, ...], str]] = [
    ({}, (), "nothing is used"),
    (start_task(), (), "a start task is not retired"),
    (certificate(), (CERTIFICATES,), "certificates are"),
    ({CERTIFICATES: []}, (), "an empty list uses none"),
    ({CERTIFICATES: None}, (), "null is left out"),
    (CLASSIC, (MODE,), "classic mode is"),
    ({MODE: "Classic"}, (MODE,), "as Microsoft's pages spell it too"),
    ({MODE: "simplified"}, (), "simplified is not"),
    ({MODE: "default"}, (), "what the service chooses is the service's matter"),
    ({MODE: 7}, (), "what is no mode is not for us to judge"),
    (certificate() | CLASSIC, (CERTIFICATES, MODE), "both are"),
]


@pytest.mark.parametrize(("properties", "names", "reason"), USES)
def test_the_retired_uses_of_a_manifest(properties: Json, names: tuple[str, ...], reason: str) -> None:
    assert retired_uses(properties) == names, reason


def test_only_properties_that_there_are_can_be_retired() -> None:
    assert set(RETIRED) <= set(PROPERTIES.fields)


def test_a_new_generation_is_told_of_each_use_with_the_date_and_the_way_out() -> None:
    told = retirements(pool(certificate() | CLASSIC, generation=2, status={"observedGeneration": 1}))
    assert [(one.type, one.reason) for one in told] == [("Warning", "RetiredFeature")] * 2
    assert [one.message.partition(":")[0] for one in told] == [f"spec.properties.{name}" for name in RETIRED]
    assert "2024-02-29" in told[0].message
    assert "simplified" in told[1].message


def test_a_generation_that_was_told_is_not_told_again() -> None:
    assert retirements(pool(CLASSIC, generation=2, status={"observedGeneration": 2})) == []


OUTCOMES: list[tuple[Any, str]] = [
    (Outcome(), "in sync"),
    (Outcome(failure=ServiceUnavailable("no answer")), "not looked at"),
]


@pytest.mark.parametrize(("outcome", "reason"), OUTCOMES)
def test_the_warning_does_not_wait_for_a_pool_that_answers(outcome: Outcome, reason: str) -> None:
    assert "RetiredFeature" in [one.reason for one in pool_events(pool(CLASSIC), outcome)], reason


def test_the_gauge_counts_manifests_by_property() -> None:
    metrics = Metrics()
    manifests = [certificate(), certificate() | CLASSIC, {}]
    metrics.watch_retired(lambda: (name for properties in manifests for name in retired_uses(properties)))
    page = metrics.page().decode()
    assert f'poolkeeper_deprecated_use{{property="{CERTIFICATES}"}} 2.0' in page
    assert f'poolkeeper_deprecated_use{{property="{MODE}"}} 1.0' in page
