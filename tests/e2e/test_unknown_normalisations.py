"""The service stores what was sent in words of its own, by a rule that nobody wrote down."""

from __future__ import annotations

from tests.support.world import World, as_desired

QUIRK = {"kind": "quirk", "name": "upper-metadata-values"}


def test_a_rule_nobody_knows_is_written_once_and_taken_as_equal(world: World) -> None:
    world.sim.faults.add(**QUIRK)
    world.account()
    desired = {**as_desired(world.sim.pool("rendering")), "metadata": [{"name": "owner", "value": "me"}]}
    world.pool("rendering", desired)
    status = world.wait("rendering", "InSync")["status"]
    # The harm: what is there now is not what was asked for, at every look.
    assert world.sim.pool("rendering")["metadata"] == [{"name": "owner", "value": "ME"}]
    world.sweeps(3)
    assert world.writes_to_batch() == 1
    world.sim.wait_until(lambda: len(world.events("rendering", "StoredDifferently")) == 1)
    (event,) = world.events("rendering", "StoredDifferently")
    assert event["type"] == "Normal"
    assert "/metadata/owner" in event["message"]
    assert status["drift"] == []
    assert world.condition("rendering", "Drifted")["status"] == "False"

    world.restart()
    world.sweeps(2)
    moved = world.sim.drift("rendering", {"targetDedicatedNodes": 6})
    world.sim.wait_until(lambda: world.status("rendering")["eTag"] == moved)
    world.sweeps(2)
    assert world.writes_to_batch() == 1, "nor after a restart, nor when the ETag moves on"

    world.restart()
    world.sweeps(3)
    assert world.writes_to_batch() == 1, "nor after a restart once the ETag has moved on"
    assert world.condition("rendering")["reason"] == "InSync"

    # Drift elsewhere, and drift of the very value, are still put right, once each.
    world.sim.drift("rendering", {"applicationPackageReferences": []})
    world.sim.wait_until(lambda: world.writes_to_batch() == 2)
    world.sim.wait_until(lambda: world.status("rendering")["eTag"] == world.sim.etag("rendering"))
    assert world.status("rendering")["lastDrift"]["paths"] == [
        "/applicationPackageReferences/blender@4.2.3",
        "/applicationPackageReferences/ocio-configs",
        # As far as anybody can tell before, the body changes this too: nothing that it changes goes unnamed.
        "/metadata/owner",
    ]
    world.sim.drift("rendering", {"metadata": [{"name": "owner", "value": "intruder"}]})
    world.sim.wait_until(lambda: world.writes_to_batch() == 3)
    world.sweeps(3)
    assert world.writes_to_batch() == 3
    assert world.sim.pool("rendering")["metadata"] == [{"name": "owner", "value": "ME"}]
