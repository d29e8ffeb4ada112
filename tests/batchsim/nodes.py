"""Compute nodes: each keeps the start task it last booted with, which is how a stale node can be told.

States are lower-case on the wire (Azure/azure-powershell, TestRebootAndReimageComputeNode.json).
Nodes have no ETag. That a node keeps its old start task until it restarts follows from the words of
"Pool - Update Properties"; no recording shows it.
"""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, field
from typing import Any

from tests.batchsim.errors import Refusal
from tests.batchsim.etags import TICKS_PER_SECOND, iso_of

Json = dict[str, Any]


@dataclass
class Node:
    """One node. Times are ticks; `extra` overrides what is shown, for tests that need a peculiar node."""

    id: str
    dedicated: bool
    allocated: int
    booted: int = 0
    state: str = "idle"
    state_since: int = 0
    scheduling: str = "enabled"
    start_task: Json | None = None
    fails: bool = False
    extra: Json = field(default_factory=dict)


def new_node(*, pool_id: str, number: int, dedicated: bool, now: int, start_task: Json | None) -> Node:
    """A node that has just booted. The same pool and number give the same id in every run."""
    digest = hashlib.sha256(f"{pool_id.casefold()}/{number}/{dedicated}".encode()).hexdigest()
    node = Node(id=f"tvmps_{digest}_{'d' if dedicated else 'p'}", dedicated=dedicated, allocated=now)
    boot(node, now=now, start_task=start_task)
    return node


def boot(node: Node, *, now: int, start_task: Json | None) -> None:
    """The node comes up with the pool's start task of this moment, and runs it."""
    node.booted = now
    node.start_task = copy.deepcopy(start_task)
    failed = node.fails and start_task is not None and start_task.get("waitForSuccess", True)
    node.state = "starttaskfailed" if failed else "idle"
    node.state_since = now


def begin_reboot(node: Node, *, now: int) -> None:
    """Refuse unless the node may be rebooted ("only in idle or running"); else it is rebooting from now on."""
    if node.state == "rebooting":
        raise Refusal("NodeBeingRebooted")
    if node.state == "unusable":
        raise Refusal("NodeStateUnusable")
    if node.state not in ("idle", "running"):
        raise Refusal("OperationInvalidForCurrentState", values={"State": node.state})
    node.state = "rebooting"
    node.state_since = now


def view(node: Node, *, pool_url: str, shown_pool: Json, base_names: tuple[str, ...] | None = None) -> Json:
    """The node as the service shows it; `base_names` is what $select asked for."""
    seen: Json = {
        "id": node.id,
        "url": f"{pool_url}/nodes/{node.id}",
        "state": node.state,
        "schedulingState": node.scheduling,
        "stateTransitionTime": iso_of(node.state_since),
        "lastBootTime": iso_of(node.booted),
        "allocationTime": iso_of(node.allocated),
        "ipAddress": f"10.0.0.{int(node.id[6:8], 16) % 250 + 4}",
        "affinityId": f"TVM:{node.id}",
        "vmSize": shown_pool.get("vmSize", ""),
        "totalTasksRun": 0,
        "totalTasksSucceeded": 0,
        "runningTasksCount": 0,
        "runningTaskSlotsCount": 0,
        "isDedicated": node.dedicated,
        "nodeAgentInfo": {"version": "1.12.2", "lastUpdateTime": iso_of(node.booted)},
    }
    if node.start_task is not None:
        seen["startTask"] = node.start_task
        if node.state not in ("rebooting", "creating", "starting"):
            seen["startTaskInfo"] = _start_task_info(node)
    if image := shown_pool.get("virtualMachineConfiguration", {}).get("imageReference"):
        seen["virtualMachineInfo"] = {"imageReference": image}
    seen.update(node.extra)
    return seen if base_names is None else {name: seen[name] for name in base_names if name in seen}


def _start_task_info(node: Node) -> Json:
    info: Json = {
        "state": "completed",
        "startTime": iso_of(node.booted),
        "endTime": iso_of(node.booted + TICKS_PER_SECOND),
        "exitCode": 1 if node.fails else 0,
        "retryCount": 0,
        "result": "failure" if node.fails else "success",
    }
    if node.fails:
        info["failureInfo"] = {
            "category": "usererror",
            "code": "FailureExitCode",
            "message": "The task exited with an exit code representing a failure",
            "details": [{"name": "Message", "value": "The task exited with an exit code representing a failure"}],
        }
    return info
