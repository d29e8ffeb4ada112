"""Properties as a manifest or the service writes them, each with one thing to vary; and pairs of them to compare."""

from __future__ import annotations

from typing import Any, NamedTuple

Json = dict[str, Any]


class Pair(NamedTuple):
    """Two spellings, and what comparing them shows."""

    reason: str
    one: Json
    other: Json


def start_task(**fields: Any) -> Json:
    return {"startTask": {"commandLine": "true", **fields}}


def container(**fields: Any) -> Json:
    return start_task(containerSettings={"imageName": "alpine:3", **fields})


def file(**fields: Any) -> Json:
    return start_task(resourceFiles=[{"autoStorageContainerName": "box", **fields}])


def certificate(**fields: Any) -> Json:
    return {"certificateReferences": [{"thumbprint": "ab12", "thumbprintAlgorithm": "sha1", **fields}]}


def packages(*references: Json) -> Json:
    return {"applicationPackageReferences": list(references)}


def environment(*settings: Json) -> Json:
    return start_task(environmentSettings=list(settings))


ARM = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Batch/batchAccounts/a/applications/Blender"
AUTO_USER = {"scope": "pool", "elevationLevel": "nonadmin"}
A, B = {"name": "a", "value": "1"}, {"name": "b", "value": "2"}
READ, WRITE = {"source": "Task", "isReadOnly": True}, {"source": "Shared", "isReadOnly": False}
CERTIFICATES = [{"thumbprint": t, "thumbprintAlgorithm": "sha1"} for t in ("ab", "cd")]
