"""The service does not answer, or asks to be left alone; it comes back, and so do the pools, by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.batchsim.sim import BatchSim, load_pools
from tests.support.fixtures import StartOperator
from tests.support.world import World, as_desired

CHANGED = {"metadata": [{"name": "owner", "value": "me"}]}


def test_throttling_is_obeyed_to_the_second(world: World) -> None:
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "InSync")
    world.sim.faults.add(kind="status", operation="UpdatePoolProperties", status=429, retry_after=3, count=1)
    since = world.sim.journal.last_number
    world.pool("rendering", CHANGED)
    world.sim.journal.wait("UpdatePoolProperties", since=since, status=429)
    world.wait("rendering", "Throttled")
    assert world.condition("rendering", "Reconciling")["status"] == "True"
    world.wait("rendering", "InSync")
    # Both times are the service's own, so a slow machine only makes them lie further apart.
    refused, accepted = world.sim.journal.entries("UpdatePoolProperties", since=since)
    waited = datetime.fromisoformat(accepted.time) - datetime.fromisoformat(refused.time)
    assert waited.total_seconds() >= 3, "the write is not sent again before the time that the service asked for"
    assert world.condition("rendering", "Reconciling") == {}
    assert sum(world.operator.metrics("poolkeeper_throttled_seconds_total").values()) > 0


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "status", "status": 503}, id="503"),
        pytest.param({"kind": "status", "status": 500}, id="500"),
        pytest.param({"kind": "reset"}, id="connection reset"),
        pytest.param({"kind": "garbage"}, id="an answer that is no JSON"),
    ],
)
def test_an_outage_is_reported_and_gets_over(world: World, fault: dict[str, object]) -> None:
    world.account()
    world.wait("research", "Reachable", "batchaccount")
    world.sim.faults.add(**fault)
    world.pool("rendering", CHANGED)
    world.wait("rendering", "ServiceUnavailable")
    assert "rendering" in world.condition("rendering")["message"]
    assert world.condition("rendering", "Reconciling")["status"] == "True"
    world.sim.faults.clear()
    world.wait("rendering", "InSync")
    assert world.writes_to_batch() == 1


def test_a_service_that_is_down_is_told_to_every_pool_and_asked_by_one(world: World) -> None:
    world.account()
    for name in ("rendering", "genomics", "etl-windows"):
        world.pool(name, as_desired(world.sim.pool(name)))
        world.wait(name, "InSync")
    world.sim.stop()
    for name in ("rendering", "genomics", "etl-windows"):
        world.wait(name, "ServiceUnavailable")
        assert "cannot connect" in world.condition(name)["message"]
    world.wait("research", "Unreachable", "batchaccount")
    world.sim.start()
    for name in ("rendering", "genomics", "etl-windows"):
        world.wait(name, "InSync")
    world.wait("research", "Reachable", "batchaccount")
    assert world.writes_to_batch() == 0


def test_one_lost_request_changes_no_status(world: World) -> None:
    world.restart()
    world.account()
    for name in ("rendering", "genomics"):
        world.pool(name, as_desired(world.sim.pool(name)))
        world.wait(name, "InSync")
        world.event(name, "InSync")
    world.wait_members("research", 2)
    patches = world.kube_writes()
    world.sim.faults.add(kind="reset", operation="ListPools", count=1)
    world.sweeps(4)
    assert world.kube_writes() == patches


def test_a_write_that_was_applied_but_never_answered_is_not_sent_twice(
    world: World, operator_of: StartOperator
) -> None:
    world.operator.stop()
    world.operator = operator_of(allow=world.sim.url, flags=("--request-timeout", "1s")).start()
    world.account()
    world.sim.faults.add(kind="hang", operation="UpdatePoolProperties", when="after", count=1)
    world.pool("rendering", CHANGED)
    world.wait("rendering", "InSync")
    world.sweeps(2)
    assert world.writes_to_batch() == 1
    assert world.status("rendering")["eTag"] == world.sim.etag("rendering")


def test_one_poisoned_pool_does_not_hold_up_the_others(world: World) -> None:
    world.account()
    world.sim.faults.add(kind="status", pool="rendering", status=500)
    world.pool("rendering", CHANGED)
    world.wait("rendering", "ServiceUnavailable")
    world.pool("genomics", CHANGED)
    world.wait("genomics", "InSync")
    world.wait("research", "Reachable", "batchaccount")


def test_two_accounts_do_not_wait_for_each_other(
    world: World, start_batchsim: Callable[..., BatchSim], operator_of: StartOperator
) -> None:
    other = start_batchsim(pools=load_pools())
    world.operator.stop()
    world.account()
    world.account("slow", endpoint=other.url)
    other.faults.add(kind="hang")
    world.pool("slow", CHANGED, pool_id="rendering", accountRef={"name": "slow"})
    world.pool("rendering", CHANGED)
    flags = ("--allow-endpoint", other.url, "--request-timeout", "3s")
    world.operator = operator_of(allow=world.sim.url, flags=flags).start()
    world.wait("rendering", "InSync")
    assert world.condition("slow").get("reason") != "InSync", "its account still says nothing"
    other.faults.clear()
    world.wait("slow", "InSync")
