"""Another writer that undoes every correction: a few tries, then a pause that says so."""

from __future__ import annotations

import time

import pytest

from tests.support.fixtures import StartOperator
from tests.support.world import World, as_desired
from tests.testbed.waiting import until

LIMIT, WINDOW = 3, 8.0
RIVAL = {"metadata": [{"name": "owner", "value": "terraform"}]}


@pytest.fixture
def flags() -> tuple[str, ...]:
    """The operator gives up soon, and tries again soon."""
    return ("--flap-limit", str(LIMIT), "--flap-window", f"{WINDOW:g}s")


def test_a_fight_ends_after_the_limit_and_the_pool_is_put_right_when_the_other_stops(world: World) -> None:
    world.account()
    properties = as_desired(world.sim.pool("rendering"))
    world.pool("rendering", properties)
    world.wait("rendering", "InSync")
    began = time.monotonic()
    writer = world.sim.faults.add(kind="writer", pool="rendering", seconds=0.3, merge=RIVAL)
    world.wait("rendering", "Flapping")
    assert world.writes_to_batch() == LIMIT
    message = world.condition("rendering")["message"]
    assert "/metadata/owner" in message
    assert f"{LIMIT} times within {WINDOW:g} s" in message
    assert "/metadata/cost-centre" in message, "the other took it away"
    assert world.condition("rendering", "Stalled")["status"] == "True"
    assert world.condition("rendering", "Drifted")["status"] == "True"

    # The pool is still read, at every move of its ETag; nobody is told the same again.
    world.sim.wait_until(lambda: len(world.events("rendering", "Flapping")) == 1)
    patches, moved = world.status_writes(), world.sim.etag("rendering")
    world.sweeps(6)
    assert world.sim.etag("rendering") != moved
    assert world.status_writes() == patches
    account = f"{world.kubectl.namespace}/research"
    assert world.operator.metrics("poolkeeper_pools")[(account, "False", "Flapping")] == 1

    # Over two more windows, each pause is at least a window.
    world.sim.wait_until(lambda: world.writes_to_batch() > LIMIT)
    # Counted before the clock is read: whatever holds this test up allows for more writes, never for fewer.
    written = world.writes_to_batch()
    assert written <= LIMIT * ((time.monotonic() - began) / WINDOW + 1)

    world.wait("rendering", "Flapping")
    world.sim.faults.remove(writer.number)
    until(
        lambda: as_desired(world.sim.pool("rendering")) == properties,
        what="the pool is put right by itself",
        patience=90,
    )
    world.wait("rendering", "InSync")
    settled = world.writes_to_batch()
    world.sweeps(3)
    assert world.writes_to_batch() == settled


def test_a_request_or_a_new_spec_ends_the_pause(world: World, operator_of: StartOperator) -> None:
    world.operator.stop()
    # No pause ends by itself while this test runs.
    flags = ("--flap-limit", str(LIMIT), "--flap-window", "10m")
    world.operator = operator_of(allow=world.sim.url, flags=flags).start()
    world.account()
    properties = as_desired(world.sim.pool("rendering"))
    world.pool("rendering", properties)
    world.wait("rendering", "InSync")
    writer = world.sim.faults.add(kind="writer", pool="rendering", seconds=0.1, merge=RIVAL)
    world.wait("rendering", "Flapping")
    world.sim.faults.remove(writer.number)
    world.annotate("rendering", "poolkeeper.dev/reconcile-requested-at", "now")
    world.wait("rendering", "InSync")
    assert as_desired(world.sim.pool("rendering")) == properties


def test_drift_now_and_then_is_no_fight(world: World) -> None:
    world.account()
    properties = as_desired(world.sim.pool("rendering"))
    world.pool("rendering", properties)
    world.wait("rendering", "InSync")
    for number, name in enumerate(("owner", "cost-centre", "team", "stage")):
        items = [{"name": name, "value": "changed"}]
        kept = [one for one in world.sim.pool("rendering")["metadata"] if one["name"] != name]
        world.sim.drift("rendering", {"metadata": kept + items})
        world.sim.wait_until(lambda count=number + 1: world.writes_to_batch() == count)  # type: ignore[misc] # bound now
        # The journal has a write before it is carried out; a drift in between would be lost with it.
        world.sim.wait_until(lambda: as_desired(world.sim.pool("rendering")) == properties)
    world.wait("rendering", "InSync")
    assert world.events("rendering", "Flapping") == []
