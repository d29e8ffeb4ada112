"""What the pools of the bench look like: live, and as the manifests want them.

Spelled as the service echoes them, so that a contender that compares naively is not punished with endless writes:
the bench compares costs, not how well somebody knows the service's normalisations.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

API = "poolkeeper.dev/v1alpha1"
SECRET = "batch-credentials"


def name_of(number: int) -> str:
    """Of the BatchPool and of its pool."""
    return f"pool-{number:05d}"


def account_of(number: int, accounts: int) -> int:
    """Pools go round the accounts."""
    return number % accounts


def desired(number: int, *, release: str = "2") -> Json:
    """Properties of a usual size (1.7 KB): a start task with environment and files, packages, metadata."""
    return {
        "startTask": {
            "commandLine": f"/bin/bash -c 'set -e; ./prepare.sh --release {release}; ./mount-scratch.sh'",
            "resourceFiles": [
                {
                    "httpUrl": f"https://tools.blob.core.windows.net/boot/{file}",
                    "filePath": file,
                    "fileMode": "0755",
                }
                for file in ("prepare.sh", "mount-scratch.sh", "fonts.tar")
            ],
            "environmentSettings": [{"name": f"SETTING_{i}", "value": f"value-{number}-{i}"} for i in range(8)],
            "userIdentity": {"autoUser": {"scope": "pool", "elevationLevel": "admin"}},
            "maxTaskRetryCount": 2,
            "waitForSuccess": True,
        },
        "applicationPackageReferences": [
            {"applicationId": "blender", "version": "4.2.3"},
            {"applicationId": "ffmpeg", "version": "7.1"},
        ],
        "certificateReferences": [],
        "metadata": [
            {"name": "owner", "value": f"team-{number % 7}@example.org"},
            {"name": "cost-centre", "value": str(4000 + number)},
            {"name": "environment", "value": "production"},
            {"name": "release", "value": release},
        ],
        "targetNodeCommunicationMode": "simplified",
    }


def live(number: int, *, release: str = "1") -> Json:
    """The pool in the service: other values of the same things, so that a write is needed and removes nothing."""
    return {
        "id": name_of(number),
        "vmSize": "standard_f16s_v2",
        "virtualMachineConfiguration": {
            "imageReference": {"publisher": "canonical", "offer": "ubuntu", "sku": "22_04-lts", "version": "latest"},
            "nodeAgentSKUId": "batch.node.ubuntu 22.04",
        },
        "targetDedicatedNodes": 0,
        "targetLowPriorityNodes": 0,
        "taskSlotsPerNode": 1,
        "taskSchedulingPolicy": {"nodeFillType": "Spread"},
        **desired(number, release=release),
    }


def drifted(_number: int, turn: str) -> Json:
    """A JSON merge into the live pool, as somebody in the portal would make it."""
    return {"metadata": [{"name": "owner", "value": f"somebody-{turn}@example.org"}]}


def pool_manifest(number: int, *, account: str, release: str = "2") -> Json:
    """The BatchPool."""
    return {
        "apiVersion": API,
        "kind": "BatchPool",
        "metadata": {"name": name_of(number)},
        "spec": {
            "accountRef": {"name": account},
            "poolID": name_of(number),
            "adoption": "Overwrite",
            "properties": desired(number, release=release),
        },
    }


def account_manifest(name: str, *, endpoint: str, interval: int, rate: int) -> Json:
    """The BatchAccount; its own name is also the account's name in the service."""
    return {
        "apiVersion": API,
        "kind": "BatchAccount",
        "metadata": {"name": name},
        "spec": {
            "endpoint": endpoint,
            "accountName": name,
            "checkInterval": f"{interval}s",
            "maxRequestsPerSecond": rate,
            "auth": {"type": "SharedKey", "secretRef": {"name": SECRET}},
        },
    }
