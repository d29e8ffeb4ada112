"""Somebody changes the pool between the read that a write was decided on and the write."""

from __future__ import annotations

from tests.support.world import World, as_desired

SLOW = 1.5
"""Seconds by which an answer is late: long enough for somebody else's change."""

ADDED = [{"applicationId": "houdini", "version": "20"}]


def held_just_before_the_write(world: World) -> None:
    """Hold up the request after the next read of the pool, and return when the service has got it."""
    world.sim.faults.add(kind="latency", operation="GetPool", pool="rendering", seconds=SLOW, skip=1, count=1)


def test_what_another_added_meanwhile_is_not_removed_without_consent(world: World) -> None:
    world.account(checkInterval="1h")
    world.sim.drift("rendering", {"applicationPackageReferences": []})
    properties = {**as_desired(world.sim.pool("rendering")), "metadata": [{"name": "owner", "value": "me"}]}
    properties["metadata"].append({"name": "cost-centre", "value": "4711"})
    held_just_before_the_write(world)
    since = world.sim.journal.last_number
    world.pool("rendering", properties, adoption="Guard")
    # The read saw nothing that a write would remove; the look that follows it is on its way.
    world.sim.journal.wait("GetPool", pool="rendering", since=since, count=2)
    world.sim.drift("rendering", {"applicationPackageReferences": ADDED})

    world.wait("rendering", "RemovalNeedsConsent")
    assert "/applicationPackageReferences/houdini@20" in world.condition("rendering")["message"]
    assert world.sim.pool("rendering")["applicationPackageReferences"] == ADDED
    assert world.writes_to_batch() == 0


def test_what_another_changed_meanwhile_is_put_right_and_told(world: World) -> None:
    world.account(checkInterval="1h")
    properties = as_desired(world.sim.pool("rendering"))
    world.pool("rendering", properties)
    world.wait("rendering", "InSync")
    world.sim.drift("rendering", {"metadata": []})
    held_just_before_the_write(world)
    since = world.sim.journal.last_number
    world.annotate("rendering", "poolkeeper.dev/reconcile-requested-at", "1")
    world.sim.journal.wait("GetPool", pool="rendering", since=since, count=2)
    moved = world.sim.drift("rendering", {"applicationPackageReferences": ADDED})

    world.sim.wait_until(lambda: world.status("rendering").get("lastHandledReconcileAt") == "1")
    assert world.writes_to_batch() == 1
    found = world.status("rendering")["lastDrift"]
    assert found["eTag"] == moved
    assert "/applicationPackageReferences/houdini@20" in found["paths"], "it does not vanish unsaid"
    assert as_desired(world.sim.pool("rendering")) == properties
