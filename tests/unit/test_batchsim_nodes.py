"""Nodes as recordings show them: what they go through on the way up, and what is shown of them meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.batchsim.auth import StaticTokens
from tests.batchsim.sim import BatchSim
from tests.batchsim.versions import KNOWN

COMPLETE, NEWER = "2024-07-01.20.0", "2025-06-01"
NOT_BEFORE_THE_BOOT = {"startTask", "startTaskInfo", "lastBootTime", "nodeAgentInfo", "certificateReferences"}
CERTIFICATE = {"thumbprint": "ab" * 20, "thumbprintAlgorithm": "sha1"}
POOL: dict[str, Any] = {
    "id": "p",
    "vmSize": "standard_d2s_v3",
    "startTask": {"commandLine": "old"},
    "certificateReferences": [CERTIFICATE],
}


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def sim(start_batchsim: Any, hand: Hand) -> BatchSim:
    """A pool of one node that is up; whatever begins takes ten seconds by the test's clock."""
    pools = [POOL | {"targetDedicatedNodes": 1}]
    started: BatchSim = start_batchsim(pools=pools, clock=hand, settle_seconds=10.0)
    started.gate.tokens = StaticTokens({"test"})
    return started


def shown(sim: BatchSim, *, version: str = COMPLETE, pool: str = "p") -> list[dict[str, Any]]:
    answer = httpx.get(f"{sim.url}/pools/{pool}/nodes?api-version={version}", headers={"Authorization": "Bearer test"})
    nodes: list[dict[str, Any]] = answer.json()["value"]
    return nodes


def newest(sim: BatchSim) -> dict[str, Any]:
    return max(shown(sim), key=lambda node: str(node["allocationTime"]))


def test_a_first_boot_goes_by_creating_and_starting(sim: BatchSim, hand: Hand) -> None:
    """Recorded by the CLI's extensions: a pool is steady with nodes that are being created."""
    sim.state.resize("p", {"targetDedicatedNodes": 2})
    assert len(shown(sim)) == 1
    hand.pass_by(10)
    assert (sim.pool("p")["allocationState"], sim.pool("p")["currentDedicatedNodes"]) == ("steady", 2)
    seen = []
    for _ in range(3):
        seen.append(newest(sim))
        hand.pass_by(10)
    creating, starting, idle = seen
    assert [node["state"] for node in seen] == ["creating", "starting", "idle"]
    assert [NOT_BEFORE_THE_BOOT & set(node) for node in (creating, starting)] == [set(), set()]
    assert set(idle) >= NOT_BEFORE_THE_BOOT
    assert len({node["stateTransitionTime"] for node in seen}) == 3
    assert creating["allocationTime"] == creating["stateTransitionTime"] == idle["allocationTime"]
    assert idle["lastBootTime"] == idle["nodeAgentInfo"]["lastUpdateTime"]


def test_nobody_has_to_look_for_a_node_to_come_up(sim: BatchSim, hand: Hand) -> None:
    """What follows from what is over has its own time, though it is first looked at much later."""
    sim.state.resize("p", {"targetDedicatedNodes": 2})
    hand.pass_by(3600)
    node = newest(sim)
    assert (node["state"], node["allocationTime"]) == ("idle", "2026-01-01T00:00:10Z")
    assert node["lastBootTime"] == "2026-01-01T00:00:30Z"


def test_a_node_runs_the_start_task_of_the_moment_it_comes_up(sim: BatchSim) -> None:
    sim.state.resize("p", {"targetDedicatedNodes": 2})
    sim.step("p")
    sim.drift("p", startTask={"commandLine": "new"})
    sim.settle("p")
    assert newest(sim)["startTask"]["commandLine"] == "new"


def test_a_reboot_goes_straight_from_rebooting_to_idle(sim: BatchSim, hand: Hand) -> None:
    """Recorded with the cross-platform CLI: until then, all that is shown is of the run before."""
    [before] = shown(sim)
    sim.drift("p", startTask={"commandLine": "new"})
    sim.nodes("p")[0].fails = True
    hand.pass_by(1)
    sim.state.reboot("p", before["id"], {})
    [rebooting] = shown(sim)
    moved = {name for name in rebooting if rebooting[name] != before[name]}
    assert (rebooting["state"], moved, set(rebooting)) == ("rebooting", {"state", "stateTransitionTime"}, set(before))
    hand.pass_by(10)
    [after] = shown(sim)
    assert (after["state"], after["startTask"]["commandLine"]) == ("starttaskfailed", "new")
    assert after["lastBootTime"] > before["lastBootTime"]


def test_a_reboot_leaves_the_node_agent_as_old_as_it_is(sim: BatchSim, hand: Hand) -> None:
    """Recorded with the cross-platform CLI and with PowerShell: its time is the first boot's."""
    [before] = shown(sim)
    hand.pass_by(1)
    sim.state.reboot("p", before["id"], {})
    sim.settle("p")
    [after] = shown(sim)
    assert after["nodeAgentInfo"] == before["nodeAgentInfo"]


def test_a_node_shows_the_certificates_it_came_up_with(sim: BatchSim) -> None:
    """Recorded with the Node SDK."""
    [certificate] = shown(sim)[0]["certificateReferences"]
    assert certificate == {
        **CERTIFICATE,
        "storeLocation": "CurrentUser",
        "storeName": "My",
        "visibility": ["starttask", "task", "remoteuser"],
    }
    assert "certificateReferences" not in shown(sim, version=NEWER)[0]


def test_a_new_pool_is_resizing_until_it_has_its_nodes(sim: BatchSim, hand: Hand) -> None:
    """Recorded by the CLI's extensions: from the moment of its creation, with the ETag of then."""
    body = {name: value for name, value in POOL.items() if name != "certificateReferences"}
    sim.state.add(body | {"id": "new", "targetDedicatedNodes": 1}, api_version=KNOWN[COMPLETE])
    pool = sim.pool("new")
    assert (pool["allocationState"], pool["currentDedicatedNodes"]) == ("resizing", 0)
    assert pool["allocationStateTransitionTime"] == pool["creationTime"] == pool["lastModified"]
    hand.pass_by(10)
    assert (sim.pool("new")["allocationState"], sim.pool("new")["currentDedicatedNodes"]) == ("steady", 1)
    assert sim.pool("new")["eTag"] == pool["eTag"]
    assert [node["state"] for node in shown(sim, pool="new")] == ["creating"]


def test_a_new_pool_without_nodes_is_steady(sim: BatchSim) -> None:
    """Recorded with the cross-platform CLI."""
    sim.state.add({"id": "new", "vmSize": "standard_d2s_v3"}, api_version=KNOWN[COMPLETE])
    pool = sim.pool("new")
    assert (pool["allocationState"], pool["targetDedicatedNodes"], pool["targetLowPriorityNodes"]) == ("steady", 0, 0)


def test_an_admin_moves_a_pool_on_by_one_step(sim: BatchSim) -> None:
    sim.state.settle_seconds = None
    sim.state.resize("p", {"targetDedicatedNodes": 2})
    states = []
    for _ in range(3):
        httpx.post(f"{sim.url}/admin/pools/p/step")
        states.append(newest(sim)["state"])
    assert states == ["creating", "starting", "idle"]
