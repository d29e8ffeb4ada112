"""The pool is not there, or on its way out."""

from __future__ import annotations

from tests.support.world import World, as_desired


def test_a_missing_pool_is_never_a_success_and_found_when_it_comes(world: World) -> None:
    definition = world.sim.kept("rendering")
    world.sim.remove_pool("rendering")
    world.account()
    world.pool("rendering", as_desired(definition))
    world.wait("rendering", "PoolNotFound")
    message = world.condition("rendering")["message"]
    assert "rendering" in message
    assert "create the pool" in message
    assert world.condition("rendering", "Drifted")["status"] == "Unknown"
    world.sim.put_pool(definition)
    world.wait("rendering", "InSync")


def test_a_pool_that_vanishes_is_noticed(world: World) -> None:
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "InSync")
    world.sim.remove_pool("rendering")
    status = world.wait("rendering", "PoolNotFound")["status"]
    assert "eTag" not in status
    assert "pool" not in status


def test_a_pool_that_is_being_deleted_is_left_alone(world: World) -> None:
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "InSync")
    world.sim.begin_delete("rendering")
    world.wait("rendering", "PoolDeleting")
    world.pool("rendering", {"metadata": [{"name": "owner", "value": "me"}]})
    world.wait("rendering", "PoolDeleting")
    assert world.writes_to_batch() == 0
