"""A pool as large as the service takes: the status stays small and valid."""

from __future__ import annotations

import json

import pytest

from tests.support.world import World, as_desired

MEGABYTE = 1024 * 1024
NAMES = 400
"""Environment settings, each with a value that makes the whole some two megabytes."""


def large_start_task() -> dict[str, object]:
    value = "v" * (2 * MEGABYTE // NAMES)
    settings = [{"name": f"SETTING_{number:04}", "value": value} for number in range(NAMES)]
    return {"commandLine": "x" * MEGABYTE, "environmentSettings": settings, "waitForSuccess": True}


@pytest.mark.parametrize("adoption", ["Guard", "Overwrite"])
def test_a_start_task_of_megabytes_does_not_break_the_status(world: World, adoption: str) -> None:
    manifest = as_desired(world.sim.pool("rendering"))
    world.sim.drift("rendering", {"startTask": large_start_task()})
    del manifest["startTask"]
    world.account()
    world.pool("rendering", manifest, adoption=adoption, mode="Observe")
    status = world.wait("rendering", "Observed")["status"]
    assert world.drift_paths(status) == ["/startTask"]
    assert status["drift"][0]["live"].startswith("{")
    assert len(json.dumps(status)) < 64 * 1024
    world.pool("rendering", manifest, adoption=adoption, mode="Enforce")
    reason = "RemovalNeedsConsent" if adoption == "Guard" else "InSync"
    status = world.wait("rendering", reason)["status"]
    assert len(json.dumps(status)) < 64 * 1024
    assert ("startTask" in world.sim.pool("rendering")) == (adoption == "Guard")


def test_hundreds_of_differences_are_cut_short_and_counted(world: World) -> None:
    manifest = as_desired(world.sim.pool("rendering"))
    long_name = "N" * 30_000
    large = large_start_task()
    settings = large["environmentSettings"]
    assert isinstance(settings, list)
    settings.insert(0, {"name": long_name, "value": "v"})
    world.sim.drift("rendering", {"startTask": large})
    world.account()
    world.pool("rendering", manifest, adoption="Guard")
    status = world.wait("rendering", "RemovalNeedsConsent")["status"]
    assert len(status["drift"]) == 50
    assert len(json.dumps(status)) < 256 * 1024
    assert "and 394 more" in world.condition("rendering", "Drifted")["message"]
    message = world.condition("rendering")["message"]
    assert message.endswith("adoption: Overwrite"), "however long the list, the ways out stand behind it"

    # And the way out still works, with the same lists in lastDrift once it drifts again.
    world.pool("rendering", manifest, adoption="Overwrite")
    world.wait("rendering", "InSync")
    world.sim.drift("rendering", {"startTask": large})
    world.sim.wait_until(lambda: "lastDrift" in world.status("rendering"))
    assert len(world.status("rendering")["lastDrift"]["paths"]) == 50
    assert world.condition("rendering")["reason"] == "InSync"
