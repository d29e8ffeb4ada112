"""A list that fails for good: the account says so, and every pool is looked after all the same."""

from __future__ import annotations

import pytest

from tests.support.world import World, as_desired

OTHERS = {"metadata": [{"name": "owner", "value": "somebody"}]}
NAMES = ("rendering", "genomics", "etl-windows")


def metadata(world: World, name: str) -> object:
    return as_desired(world.sim.pool(name)).get("metadata")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 400, "code": "InvalidPropertyValue"}, id="400"),
        pytest.param({"status": 500}, id="500"),
        pytest.param({"status": 409, "code": "OperationNotAllowed"}, id="409"),
    ],
)
def test_the_account_says_so_and_drift_is_put_right_by_single_reads(world: World, fault: dict[str, object]) -> None:
    world.account()
    wanted = {name: as_desired(world.sim.pool(name)) for name in NAMES}
    for name in NAMES:
        world.pool(name, wanted[name])
        world.wait(name, "InSync")
    since = world.sim.journal.last_number
    world.sim.faults.add(kind="status", operation="ListPools", **fault)
    ready = world.wait("research", "ListRefused", "batchaccount")
    asked = len(world.sim.journal.entries("ListPools", since=since))
    assert asked <= 4, "within three checks, and one that may have been under way"
    (said,) = [one for one in ready["status"]["conditions"] if one["type"] == "Ready"]
    assert str(fault["status"]) in said["message"]
    for name in NAMES:
        world.sim.drift(name, OTHERS)
    right = [wanted[name].get("metadata") for name in NAMES]
    world.sim.wait_until(lambda: [metadata(world, name) for name in NAMES] == right)
    assert {world.condition(name)["status"] for name in NAMES} == {"True"}
    world.sim.faults.clear()
    world.wait("research", "Reachable", "batchaccount")


@pytest.mark.parametrize("status", [400, 500])
def test_an_account_that_never_answered_well_is_not_ready(world: World, status: int) -> None:
    world.sim.faults.add(kind="status", status=status, code="InternalError")
    world.account()
    world.wait("research", "ListRefused", "batchaccount")


def test_a_captive_portal_is_no_account(world: World) -> None:
    world.sim.faults.add(kind="garbage", status=200, body="<html>Welcome! Please log in</html>")
    world.account()
    world.sim.wait_until(lambda: world.condition("research", kind="batchaccount").get("status") == "False")
