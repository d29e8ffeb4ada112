"""Taking over a pool that carries what nobody wrote down: nothing is lost without consent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import World

ONLY_OWNER = {"metadata": [{"name": "owner", "value": "me"}], "targetNodeCommunicationMode": "simplified"}
"""Names neither the start task nor the packages of the live pool."""

GUARD = {"adoption": "Guard"}
SECRETS = {"token": "s3cret-of-the-environment", "signature": "s3cret-signature"}


def precious(world: World) -> dict[str, Any]:
    """Put onto the pool what somebody set up by hand, secrets included; the pool as it then is."""
    file = f"https://tools.blob.core.windows.net/boot/x.sh?sv=1&sig={SECRETS['signature']}"
    start_task = {
        "commandLine": "/bin/bash -c ./tuned-for-weeks.sh",
        "resourceFiles": [{"httpUrl": file, "filePath": "x.sh"}],
        "environmentSettings": [{"name": "TOKEN", "value": SECRETS["token"]}],
        "waitForSuccess": True,
    }
    packages = [{"applicationId": "houdini", "version": "20"}, {"applicationId": "nuke"}]
    owner = [{"name": "owner", "value": "somebody"}]
    world.sim.drift("rendering", {"startTask": start_task, "applicationPackageReferences": packages, "metadata": owner})
    return world.sim.pool("rendering")


def unchanged(world: World, before: dict[str, Any]) -> bool:
    now = world.sim.pool("rendering")
    names = ("startTask", "applicationPackageReferences", "metadata", "eTag")
    return all(now.get(name) == before.get(name) for name in names)


def test_without_the_guard_the_start_task_and_the_packages_are_gone(world: World) -> None:
    """The harm: what a full replace does to what the manifest leaves out."""
    precious(world)
    world.account()
    world.pool("rendering", ONLY_OWNER, adoption="Overwrite")
    world.wait("rendering", "InSync")
    live = world.sim.pool("rendering")
    assert "startTask" not in live
    assert live.get("applicationPackageReferences", []) == []


@pytest.mark.parametrize("said", [pytest.param(GUARD, id="said"), pytest.param({"adoption": None}, id="by default")])
def test_the_guard_lists_what_would_go_and_writes_nothing(world: World, said: dict[str, Any]) -> None:
    before = precious(world)
    world.account()
    world.pool("rendering", ONLY_OWNER, **said)
    status = world.wait("rendering", "RemovalNeedsConsent")["status"]
    world.sweeps(2)

    assert world.writes_to_batch() == 0
    assert unchanged(world, before)
    message = world.condition("rendering")["message"]
    for path in (
        "/startTask",
        "/applicationPackageReferences/houdini@20",
        "/applicationPackageReferences/nuke",
    ):
        assert path in message
        assert path in world.drift_paths(status)
    assert "tuned-for-weeks.sh" in message, "people decide by what they see"
    assert "spec.properties" in message
    assert "adoption: Overwrite" in message
    assert "/metadata/owner" not in message, "a changed value is no removal"
    (start_task,) = [entry for entry in status["drift"] if entry["path"] == "/startTask"]
    assert start_task["op"] == "remove"
    assert "tuned-for-weeks.sh" in start_task["live"]
    assert "desired" not in start_task
    assert world.condition("rendering", "Stalled")["status"] == "True"
    assert "adopted" not in status
    event = world.event("rendering", "RemovalNeedsConsent")
    assert event["type"] == "Warning"
    told = str(world.get("rendering")) + str(world.events("rendering")) + world.operator.output()
    assert [secret for secret in SECRETS.values() if secret in told] == []


def test_the_guard_survives_restarts_and_a_pool_that_moves(world: World) -> None:
    precious(world)
    world.account()
    world.pool("rendering", ONLY_OWNER, **GUARD)
    world.wait("rendering", "RemovalNeedsConsent")
    world.restart()
    world.sweeps(2)
    world.operator.kill()
    world.operator.start()
    moved = world.sim.drift("rendering", {"targetDedicatedNodes": 9})
    world.sim.wait_until(lambda: world.status("rendering").get("eTag") == moved)
    world.wait("rendering", "RemovalNeedsConsent")
    assert world.writes_to_batch() == 0
    assert world.event("rendering", "RemovalNeedsConsent"), "said once"


def test_consent_lets_it_go_and_from_then_on_drift_is_corrected_without_asking(world: World) -> None:
    precious(world)
    world.account()
    world.pool("rendering", ONLY_OWNER, **GUARD)
    world.wait("rendering", "RemovalNeedsConsent")

    world.pool("rendering", ONLY_OWNER, adoption="Overwrite")
    status = world.wait("rendering", "InSync")["status"]
    assert status["adopted"] is True
    assert world.writes_to_batch() == 1
    assert "startTask" not in world.sim.pool("rendering")

    # Back to Guard: the pool is ours now, and what others add to it is drift.
    world.pool("rendering", ONLY_OWNER, **GUARD)
    world.wait("rendering", "InSync")
    world.restart()
    world.sim.drift("rendering", {"startTask": {"commandLine": "/bin/intruder", "waitForSuccess": True}})
    world.sim.wait_until(lambda: "startTask" not in world.sim.pool("rendering"))
    world.sim.wait_until(lambda: len(world.events("rendering", "DriftCorrected")) == 1)
    assert world.condition("rendering")["reason"] == "InSync"


def test_writing_it_down_is_the_other_way_out(world: World) -> None:
    before = precious(world)
    world.account()
    world.pool("rendering", ONLY_OWNER, **GUARD)
    world.wait("rendering", "RemovalNeedsConsent")
    kept = {name: before[name] for name in ("startTask", "applicationPackageReferences")}
    world.pool("rendering", {**ONLY_OWNER, **kept}, **GUARD)
    world.wait("rendering", "InSync")
    live = world.sim.pool("rendering")
    assert live["startTask"] == before["startTask"]
    assert live["metadata"] == ONLY_OWNER["metadata"]


def test_changing_values_needs_no_consent(world: World) -> None:
    before = precious(world)
    world.account()
    start_task = {**before["startTask"], "commandLine": "/bin/true", "maxTaskRetryCount": 7}
    packages = [{"applicationId": "houdini", "version": "21"}, {"applicationId": "nuke"}]
    world.pool("rendering", {**ONLY_OWNER, "startTask": start_task, "applicationPackageReferences": packages}, **GUARD)
    status = world.wait("rendering", "InSync")["status"]
    assert status["adopted"] is True
    assert world.writes_to_batch() == 1
    assert world.events("rendering", "RemovalNeedsConsent") == []
