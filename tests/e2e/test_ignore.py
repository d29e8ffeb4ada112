"""`spec.ignore`: what others keep in a pool survives full replaces. Each scenario first shows the harm."""

from __future__ import annotations

from typing import Any

from tests.support.world import World, as_desired

Json = dict[str, Any]
REGISTRY = {"username": "puller", "registryServer": "r.example"}


def test_what_another_tool_keeps_in_the_pool_survives(world: World) -> None:
    world.account()
    desired = as_desired(world.sim.pool("rendering"))
    world.pool("rendering", desired)
    world.wait("rendering", "InSync")
    _set(world, "owner", "billing-tool")
    world.sim.wait_until(lambda: _metadata(world)["owner"] != "billing-tool")

    world.pool("rendering", desired, ignore=["/metadata/owner"])
    world.wait("rendering", "InSync")
    writes = world.writes_to_batch("rendering")
    theirs = _set(world, "owner", "billing-tool")
    world.sim.wait_until(lambda: world.status("rendering")["eTag"] == theirs)
    assert world.writes_to_batch("rendering") == writes, "what is ignored is no drift"
    assert world.condition("rendering")["reason"] == "InSync"

    changed = {**desired, "metadata": [{"name": "owner", "value": "me"}, {"name": "team", "value": "render"}]}
    world.pool("rendering", changed, ignore=["/metadata/owner"])
    world.wait("rendering", "InSync")
    world.sim.wait_until(lambda: _metadata(world) == {"owner": "billing-tool", "team": "render"})
    world.sim.wait_until(lambda: len(_updates(world)) == 1)
    assert "/metadata/owner" not in _updates(world)[0]


def test_a_variable_is_kept_where_the_manifest_has_none(world: World) -> None:
    world.account()
    desired = as_desired(world.sim.pool("rendering"))
    task = {name: value for name, value in desired["startTask"].items() if name != "environmentSettings"}
    place = "/startTask/environmentSettings/MODE"
    world.pool("rendering", {**desired, "startTask": task}, ignore=[place], adoption="Overwrite")
    world.wait("rendering", "InSync")
    kept = world.sim.pool("rendering")["startTask"]["environmentSettings"]
    assert kept == [{"name": "MODE", "value": "production"}], "SCRATCH went, MODE was left alone"


def test_a_registry_password_is_never_lost_to_a_write(world: World) -> None:
    world.account()
    _log_in(world, "genomics")
    world.pool("genomics", {"startTask": world.sim.pool("genomics")["startTask"]}, adoption="Overwrite")
    world.wait("genomics", "InSync")
    assert "password" not in world.sim.kept("genomics")["startTask"]["containerSettings"]["registry"], "the harm"

    _log_in(world, "genomics")
    before = world.writes_to_batch("genomics")
    for place in ("/startTask", "/startTask/containerSettings", "/startTask/containerSettings/registry"):
        properties = {"startTask": {"commandLine": "true", "containerSettings": {"imageName": "alpine:3"}}}
        world.pool("genomics", properties, ignore=[place], adoption="Overwrite")
        body = world.wait("genomics", "UnsupportedProperty")
        message = world.condition("genomics")["message"]
        assert f"at {place} " in message, body
        assert "password" in message
    assert world.writes_to_batch("genomics") == before
    assert world.sim.kept("genomics")["startTask"]["containerSettings"]["registry"]["password"] == "hunter2"
    world.pool("genomics", as_desired(world.sim.pool("genomics")))
    world.wait("genomics", "InSync")


def test_a_place_that_no_pool_has_is_reported(world: World) -> None:
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")), ignore=["/startTask/comandLine"])
    world.wait("rendering", "InvalidProperties")
    assert "spec.ignore[0] is '/startTask/comandLine'" in world.condition("rendering")["message"]
    assert world.writes_to_batch() == 0


def _log_in(world: World, pool_id: str) -> None:
    task = world.sim.kept(pool_id)["startTask"]
    settings = {**task["containerSettings"], "registry": {**REGISTRY, "password": "hunter2", "identityReference": None}}
    world.sim.drift(pool_id, {"startTask": {**task, "containerSettings": settings}})


def _set(world: World, name: str, value: str) -> str:
    live = world.sim.pool("rendering")["metadata"]
    return world.sim.drift(
        "rendering", {"metadata": [*(i for i in live if i["name"] != name), {"name": name, "value": value}]}
    )


def _metadata(world: World) -> dict[str, str]:
    return {item["name"]: item["value"] for item in world.sim.pool("rendering").get("metadata", ())}


def _updates(world: World) -> list[str]:
    messages = [event["message"] for event in world.events("rendering", "Updated")]
    return [message for message in messages if "/metadata/team" in message]
