"""Versions of the Batch API that carry less, and what Azure has retired."""

from __future__ import annotations

from tests.support.world import World, as_desired

NEW = "2025-06-01"
LOST = ("certificateReferences", "targetNodeCommunicationMode")
CLASSIC = {"targetNodeCommunicationMode": "classic"}


def test_the_later_version_carries_three_properties(world: World) -> None:
    world.sim.drift("rendering", {"targetNodeCommunicationMode": "classic"})
    live = as_desired(world.sim.pool("rendering"))
    kept = {name: value for name, value in live.items() if name not in LOST}
    world.account()
    # The harm: on the version that has a mode, a manifest without one takes it away.
    world.pool("rendering", kept, adoption="Overwrite")
    world.wait("rendering", "InSync")
    assert world.sim.pool("rendering")["targetNodeCommunicationMode"] == "default"
    world.sim.drift("rendering", {"targetNodeCommunicationMode": "classic"})
    world.sim.wait_until(lambda: world.sim.pool("rendering")["targetNodeCommunicationMode"] == "default")

    since = world.sim.journal.last_number
    world.account(apiVersion=NEW)
    world.sim.journal.wait("ListPools", "GetPool", since=since, where=lambda one: one.query["api-version"] == NEW)
    theirs = world.sim.drift("rendering", {"targetNodeCommunicationMode": "classic"})
    world.sim.wait_until(lambda: world.status("rendering")["eTag"] == theirs)
    assert world.condition("rendering")["reason"] == "InSync", "what the version does not show is not compared"

    since = world.sim.journal.last_number
    world.pool("rendering", {**kept, "metadata": [{"name": "owner", "value": "new"}]}, adoption="Overwrite")
    world.wait("rendering", "InSync")
    (write,) = world.sim.journal.entries("UpdatePoolProperties", since=since)
    assert write.query["api-version"] == NEW
    assert set(write.body) == {"startTask", "applicationPackageReferences", "metadata"}
    assert world.sim.pool("rendering")["targetNodeCommunicationMode"] == "classic", "what is not sent is not touched"


def test_what_the_later_version_cannot_carry_is_refused_and_not_dropped(world: World) -> None:
    world.account(apiVersion=NEW)
    world.pool("rendering", {"targetNodeCommunicationMode": "simplified"}, adoption="Overwrite")
    world.wait("rendering", "UnsupportedProperty")
    message = world.condition("rendering")["message"]
    assert f"spec.properties.targetNodeCommunicationMode cannot be sent with api-version {NEW}" in message
    assert world.writes_to_batch() == 0
    world.account(apiVersion="2024-07-01.20.0")
    world.wait("rendering", "InSync")
    assert world.sim.pool("rendering")["targetNodeCommunicationMode"] == "simplified"


def test_a_retired_feature_works_and_is_told_once_per_generation(world: World) -> None:
    world.account()
    world.pool("rendering", CLASSIC, adoption="Overwrite")
    world.wait("rendering", "InSync")
    world.sweeps(2)
    assert world.sim.pool("rendering")["targetNodeCommunicationMode"] == "classic"
    assert _told(world) == 1
    used = world.operator.metrics("poolkeeper_deprecated_use")
    assert used[("targetNodeCommunicationMode",)] == 1.0

    world.pool("rendering", {**CLASSIC, "metadata": [{"name": "owner", "value": "me"}]}, adoption="Overwrite")
    world.wait("rendering", "InSync")
    world.sweeps(2)
    assert _told(world) == 2
    world.pool("rendering", {"targetNodeCommunicationMode": "simplified"}, adoption="Overwrite")
    world.wait("rendering", "InSync")
    world.sim.wait_until(lambda: not world.operator.metrics("poolkeeper_deprecated_use"))
    assert _told(world) == 2


def _told(world: World) -> int:
    return sum(event.get("count") or 1 for event in world.events("rendering", "RetiredFeature"))
