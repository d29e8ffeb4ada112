"""The SDK lists, gets and reboots nodes; a node keeps the start task it last booted with."""

from __future__ import annotations

from typing import Any

import pytest
from azure.batch import BatchClient, models
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from tests.batchsim.sim import BatchSim, load_pools
from tests.contract.answers import code_of
from tests.contract.conftest import Connect


@pytest.fixture
def sim(start_batchsim: Any) -> BatchSim:
    """Reboots that end when the test says so."""
    started: BatchSim = start_batchsim(pools=load_pools(), settle_seconds=None)
    return started


@pytest.fixture
def client(sim: BatchSim, connect: Connect) -> BatchClient:
    return connect(sim)


def test_a_pool_has_its_dedicated_and_its_spot_nodes(client: BatchClient) -> None:
    pool, nodes = client.get_pool("rendering"), list(client.list_nodes("rendering"))
    assert (pool.current_dedicated_nodes, pool.current_low_priority_nodes) == (2, 1)
    assert sorted(bool(node.is_dedicated) for node in nodes) == [False, True, True]
    assert {(node.state, node.scheduling_state, node.vm_size) for node in nodes} == {
        ("idle", "enabled", "standard_f16s_v2")
    }
    assert [node.start_task for node in nodes] == [pool.start_task] * 3
    assert [node.start_task_info and node.start_task_info.result for node in nodes] == ["success"] * 3


def test_nodes_come_in_pages_and_selections(client: BatchClient, sim: BatchSim) -> None:
    nodes = list(client.list_nodes("rendering", max_results=2, select=["id", "lastBootTime"]))
    assert [set(node.as_dict()) for node in nodes] == [{"id", "lastBootTime"}] * 3
    assert len(sim.journal.entries("ListNodes")) == 2


def test_a_node_shows_the_old_start_task_until_it_has_rebooted(client: BatchClient, sim: BatchSim) -> None:
    node_id, other_id = (node.id for node in sim.nodes("rendering")[:2])
    before = client.get_node("rendering", node_id)
    sim.drift("rendering", startTask={"commandLine": "new"})
    assert client.get_node("rendering", node_id).start_task == before.start_task

    client.reboot_node("rendering", node_id, models.BatchNodeRebootContent(node_reboot_option="taskcompletion"))
    rebooting = client.get_node("rendering", node_id)
    assert rebooting.state == "rebooting"
    assert rebooting.start_task == before.start_task
    assert (rebooting.start_task_info, rebooting.last_boot_time) == (before.start_task_info, before.last_boot_time)
    assert sim.journal.entries("RebootNode")[0].body == {"nodeRebootOption": "taskcompletion"}

    sim.settle("rendering")
    after = client.get_node("rendering", node_id)
    assert after.state == "idle"
    assert after.start_task is not None
    assert after.start_task.command_line == "new"
    assert after.last_boot_time is not None
    assert before.last_boot_time is not None
    assert after.last_boot_time > before.last_boot_time
    assert client.get_node("rendering", other_id).start_task == before.start_task


def test_a_node_that_is_not_up_yet_shows_nothing_of_a_run(client: BatchClient, sim: BatchSim) -> None:
    client.resize_pool("rendering", models.BatchPoolResizeContent(target_dedicated_nodes=3))
    sim.step("rendering")
    [creating] = [node for node in client.list_nodes("rendering") if node.state == "creating"]
    assert (creating.start_task, creating.start_task_info) == (None, None)
    assert (creating.last_boot_time, creating.node_agent_info) == (None, None)


def test_a_reboot_needs_no_body_and_leaves_the_pools_etag_alone(client: BatchClient, sim: BatchSim) -> None:
    before = sim.etag("rendering")
    client.reboot_node("rendering", sim.nodes("rendering")[0].id)
    sim.settle("rendering")
    assert sim.etag("rendering") == before


@pytest.mark.parametrize(
    ("state", "code", "reason"),
    [
        ("rebooting", "NodeBeingRebooted", "one reboot at a time"),
        ("unusable", "NodeStateUnusable", "it would not come back"),
        ("starting", "OperationInvalidForCurrentState", "only idle and running nodes can be rebooted"),
    ],
)
def test_a_node_that_cannot_be_rebooted_says_why(
    client: BatchClient, sim: BatchSim, state: str, code: str, reason: str
) -> None:
    node = sim.nodes("rendering")[0]
    node.state = state
    with pytest.raises(ResourceExistsError) as refused:
        client.reboot_node("rendering", node.id)
    assert code_of(refused.value) == (409, code), reason


def test_a_start_task_that_fails_leaves_its_node_failed(client: BatchClient, sim: BatchSim) -> None:
    node = sim.nodes("rendering")[0]
    node.fails = True
    client.reboot_node("rendering", node.id)
    sim.settle("rendering")
    shown = client.get_node("rendering", node.id)
    assert shown.state == "starttaskfailed"
    assert shown.start_task_info is not None
    assert (shown.start_task_info.result, shown.start_task_info.exit_code) == ("failure", 1)


def test_a_node_that_does_not_exist_is_not_found(client: BatchClient) -> None:
    with pytest.raises(ResourceNotFoundError) as refused:
        client.get_node("rendering", "tvmps_none")
    assert code_of(refused.value) == (404, "NodeNotFound")
