"""Started twice by mistake: two operators on the same resources come to rest."""

from __future__ import annotations

import pytest

from tests.support.fixtures import StartOperator
from tests.support.world import World, as_desired

DRIFTS = 4


@pytest.mark.parametrize("quirk", [pytest.param(False, id="plain"), pytest.param(True, id="stored differently")])
def test_two_operators_do_not_loop(world: World, operator_of: StartOperator, *, quirk: bool) -> None:
    second = operator_of(allow=world.sim.url).start()
    if quirk:
        world.sim.faults.add(kind="quirk", name="upper-metadata-values")
    world.account()
    properties = as_desired(world.sim.pool("rendering"))
    properties["metadata"] = [{"name": "owner", "value": "me"}]
    world.pool("rendering", properties)
    world.wait("rendering", "InSync")
    stored = [{"name": "owner", "value": "ME" if quirk else "me"}]
    for number in range(DRIFTS):
        world.sim.drift("rendering", {"metadata": [{"name": "owner", "value": f"intruder-{number}"}]})
        world.sim.wait_until(lambda: world.sim.pool("rendering")["metadata"] == stored)
        world.sweeps(2)

    # Each difference is put right by each of them at most.
    written = world.writes_to_batch()
    assert DRIFTS + 1 <= written <= 2 * (DRIFTS + 1)
    world.sim.wait_until(lambda: world.status("rendering")["eTag"] == world.sim.etag("rendering"))
    patches = world.status_writes()
    world.sweeps(6)
    assert world.writes_to_batch() == written
    assert world.status_writes() == patches, "nor do they rewrite each other's status"
    status = world.wait("rendering", "InSync")["status"]
    assert status["drift"] == []
    assert as_desired(world.sim.pool("rendering")) == {**properties, "metadata": stored}
    assert second.running()
