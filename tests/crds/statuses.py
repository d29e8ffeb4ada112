"""A status of each kind in which every field of the schema is set, as the operator would write it."""

from __future__ import annotations

from typing import Any

MOMENT = "2026-11-22T08:15:30Z"


def condition(kind: str, status: str, reason: str, message: str) -> dict[str, Any]:
    """Return a condition in the standard shape."""
    return {
        "type": kind,
        "status": status,
        "observedGeneration": 3,
        "lastTransitionTime": MOMENT,
        "reason": reason,
        "message": message,
    }


POOL_STATUS: dict[str, Any] = {
    "observedGeneration": 3,
    "eTag": "0x8DDF63BB049DEAA",
    "lastModified": "2025-09-17T22:43:57.123456Z",
    "pool": {"state": "active", "allocationState": "steady", "currentNodeCommunicationMode": "classic"},
    "adopted": True,
    "plan": {"hash": "0f3b9c2d71a84e56", "eTag": "0x8DDF63BB049DEAA", "generation": 3},
    "lastHandledReconcileAt": "2026-11-22T08:15:00Z",
    "lastWrite": {
        "time": MOMENT,
        "eTag": "0x8DDF63BB049DEA9",
        "generation": 2,
        "requestID": "4a0c6c1e-8f2b-4f0e-9c53-1d1a2f0f8a11",
    },
    "address": {
        "endpoint": "https://research.westeurope.batch.azure.com",
        "poolID": "rendering",
        "creationTime": "2025-09-01T08:00:00.1234567Z",
        "uid": "4a0c6c1e-8f2b-4f0e-9c53-1d1a2f0f8a12",
        "apiVersion": "2024-07-01.20.0",
        "rulesVersion": 1,
    },
    "claim": {
        "endpoint": "https://research.westeurope.batch.azure.com",
        "poolID": "rendering",
        "uid": "4a0c6c1e-8f2b-4f0e-9c53-1d1a2f0f8a12",
        "since": MOMENT,
    },
    "lastSync": {"generation": 2, "secretVersions": {"pool-secrets": "48213377"}},
    "pendingWrite": {
        "time": MOMENT,
        "eTag": "0x8DDF63BB049DEA9",
        "generation": 3,
        "secretVersions": {"pool-secrets": "48213377"},
        "drifted": True,
        "changes": [{"op": "replace", "path": "/metadata/owner"}],
    },
    "refusal": {
        "digest": "0f3b9c2d71a84e560f3b9c2d71a84e56",
        "generation": 3,
        "secretVersions": {"pool-secrets": "48213377"},
        "account": "4a0c6c1e-8f2b-4f0e-9c53-1d1a2f0f8a13/7",
        "reason": "InvalidProperties",
        "message": "the service answered 400 InvalidPropertyValue",
    },
    "storedDifferently": {"digest": "0f3b9c2d71a84e560f3b9c2d71a84e56", "lost": ["/metadata/owner"]},
    "secretVersions": {"pool-secrets": "48213377", "registry.pull": "47001"},
    "drift": [
        {"op": "replace", "path": "/startTask/commandLine", "live": "old.sh", "desired": "prepare.sh"},
        {"op": "replace", "path": "/metadata/owner", "live": "", "desired": "rendering-team"},
        {"op": "replace", "path": "/startTask/environmentSettings/MODE", "live": "(hidden)", "desired": "(hidden)"},
    ],
    "lastDrift": {
        "time": MOMENT,
        "eTag": "0x8DDF63BB049DEA8",
        "paths": ["/metadata/owner"],
        "corrected": True,
    },
    "conditions": [
        condition("Ready", "False", "Throttled", "account research asks to wait 30 s before pool rendering is read"),
        condition("Drifted", "True", "Differs", "differs at /metadata/owner, /startTask/commandLine"),
        condition("Reconciling", "True", "Throttled", "trying again after 30 s"),
    ],
}

ACCOUNT_STATUS: dict[str, Any] = {
    "observedGeneration": 3,
    "pools": 2,
    "conditions": [condition("Ready", "True", "Reachable", "account research answers")],
}
