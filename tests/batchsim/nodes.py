"""Compute nodes: each keeps the start task it last booted with, which is how a stale node can be told.

States are lower-case on the wire (Azure/azure-powershell, TestRebootAndReimageComputeNode.json). Nodes have no ETag.
A first boot goes by creating and starting, where nothing of a run is shown (Azure/azure-batch-cli-extensions,
test_batch_extensions_live); a reboot goes by rebooting, where the run before is shown (Azure/azure-xplat-cli).
That a node keeps its old start task until it restarts follows from the words of "Pool - Update Properties";
no recording shows it.
"""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.batchsim.errors import Refusal
from tests.batchsim.etags import TICKS_PER_SECOND, iso_of

if TYPE_CHECKING:
    from tests.batchsim.versions import ApiVersion

Json = dict[str, Any]

NOT_YET_UP = ("creating", "starting")


@dataclass
class Node:
    """One node. Times are ticks.

    `run` is what is shown of its last boot, `extra` overrides what is shown, for tests that need a peculiar node.
    """

    id: str
    dedicated: bool
    allocated: int
    state: str = "creating"
    state_since: int = 0
    scheduling: str = "enabled"
    fails: bool = False
    run: Json = field(default_factory=dict)
    extra: Json = field(default_factory=dict)

    def enter(self, state: str, *, now: int) -> None:
        self.state, self.state_since = state, now


def new_node(*, pool_id: str, number: int, dedicated: bool, now: int) -> Node:
    """A node that is being created. The same pool and number give the same id in every run."""
    digest = hashlib.sha256(f"{pool_id.casefold()}/{number}/{dedicated}".encode()).hexdigest()
    name = f"tvmps_{digest}_{'d' if dedicated else 'p'}"
    return Node(id=name, dedicated=dedicated, allocated=now, state_since=now)


def boot(node: Node, *, now: int, shown_pool: Json) -> None:
    """The node comes up with what the pool says at this moment, and runs its start task."""
    start_task = shown_pool.get("startTask")
    agent = node.run.get("nodeAgentInfo") or {"lastUpdateTime": iso_of(now), "version": "1.12.2"}
    certificates = shown_pool.get("certificateReferences", [])
    node.run = {"lastBootTime": iso_of(now), "certificateReferences": certificates, "nodeAgentInfo": agent}
    if start_task is not None:
        node.run |= {"startTask": start_task, "startTaskInfo": _start_task_info(now=now, fails=node.fails)}
    node.run = copy.deepcopy(node.run)
    failed = node.fails and start_task is not None and start_task.get("waitForSuccess", True)
    node.enter("starttaskfailed" if failed else "idle", now=now)


def begin_reboot(node: Node, *, now: int) -> None:
    """Refuse unless the node may be rebooted ("only in idle or running"); else it is rebooting from now on."""
    if node.state == "rebooting":
        raise Refusal("NodeBeingRebooted")
    if node.state == "unusable":
        raise Refusal("NodeStateUnusable")
    if node.state not in ("idle", "running"):
        raise Refusal("OperationInvalidForCurrentState", values={"State": node.state})
    node.enter("rebooting", now=now)


def view(
    node: Node,
    *,
    pool_url: str,
    shown_pool: Json,
    api_version: ApiVersion,
    base_names: tuple[str, ...] | None = None,
) -> Json:
    """The node as the service shows it: keys in the order of recordings; `base_names` is what $select asked for."""
    run = {} if node.state in NOT_YET_UP else node.run
    seen: Json = {
        "id": node.id,
        "url": f"{pool_url}/nodes/{node.id}",
        "state": node.state,
        "schedulingState": node.scheduling,
        "stateTransitionTime": iso_of(node.state_since),
        "lastBootTime": run.get("lastBootTime"),
        "allocationTime": iso_of(node.allocated),
        "ipAddress": f"10.0.0.{int(node.id[6:8], 16) % 250 + 4}",
        "affinityId": f"TVM:{node.id}",
        "vmSize": shown_pool.get("vmSize", ""),
        "totalTasksRun": 0,
        "totalTasksSucceeded": 0,
        "runningTasksCount": 0,
        "runningTaskSlotsCount": 0,
        "startTask": run.get("startTask"),
        "startTaskInfo": run.get("startTaskInfo"),
        "certificateReferences": run.get("certificateReferences"),
        "isDedicated": node.dedicated,
        "nodeAgentInfo": run.get("nodeAgentInfo"),
    }
    if image := shown_pool.get("virtualMachineConfiguration", {}).get("imageReference"):
        seen["virtualMachineInfo"] = {"imageReference": image}
    seen.update(node.extra)
    names = seen if base_names is None else base_names
    return {name: seen[name] for name in names if seen.get(name) is not None and name not in api_version.unknown}


def _start_task_info(*, now: int, fails: bool) -> Json:
    info: Json = {
        "state": "completed",
        "startTime": iso_of(now),
        "endTime": iso_of(now + TICKS_PER_SECOND),
        "exitCode": 1 if fails else 0,
        "retryCount": 0,
        "result": "failure" if fails else "success",
    }
    if fails:
        info["failureInfo"] = {
            "category": "usererror",
            "code": "FailureExitCode",
            "message": "The task exited with an exit code representing a failure",
            "details": [{"name": "Message", "value": "The task exited with an exit code representing a failure"}],
        }
    return info
