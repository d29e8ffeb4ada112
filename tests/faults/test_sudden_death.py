"""`kill -9` at any moment, and a start: the end is the same."""

from __future__ import annotations

import pytest

from tests.support.world import World

CHANGED = {"metadata": [{"name": "owner", "value": "me"}], "startTask": {"commandLine": "/bin/true"}}

MOMENTS = [
    pytest.param({"kind": "hang", "operation": "GetPool", "count": 1}, 1, id="while the pool is read"),
    pytest.param({"kind": "hang", "operation": "UpdatePoolProperties", "count": 1}, 2, id="before a write is applied"),
    pytest.param(
        {"kind": "hang", "operation": "UpdatePoolProperties", "when": "after", "count": 1},
        1,
        id="after a write is applied, before it is answered",
    ),
]


@pytest.mark.parametrize(("fault", "writes"), MOMENTS)
def test_killed_and_started_again(world: World, fault: dict[str, object], writes: int) -> None:
    world.account()
    world.wait("research", "Reachable", "batchaccount")
    world.sim.faults.add(**fault)
    world.pool("rendering", CHANGED)
    world.sim.journal.wait(str(fault["operation"]), pool="rendering")
    world.operator.kill()
    world.operator.start()
    status = world.wait("rendering", "InSync")["status"]
    live = world.sim.pool("rendering")
    assert live["metadata"] == CHANGED["metadata"]
    assert live["startTask"]["commandLine"] == "/bin/true"
    assert status["eTag"] == world.sim.etag("rendering")
    assert world.writes_to_batch() == writes


def test_killed_at_random_moments_while_manifests_change(world: World) -> None:
    world.account()
    for round_ in range(4):
        world.pool("rendering", {"metadata": [{"name": "round", "value": str(round_)}]})
        world.operator.kill()
        world.operator.start(ready=round_ % 2 == 0)
    world.wait("rendering", "InSync")
    assert world.sim.pool("rendering")["metadata"] == [{"name": "round", "value": "3"}]
    assert world.status("rendering")["eTag"] == world.sim.etag("rendering")
