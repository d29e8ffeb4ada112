"""Things the service might do to values, though nobody has seen it: switched on by a fault of kind `quirk`.

A client that compares what it sent with what it reads must survive each of these without writing for ever.
They work on the next write, and work in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

_SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/batch/providers/Microsoft.Batch"


def _upper_metadata_values(pool: Json) -> None:
    for item in pool.get("metadata", []):
        item["value"] = item["value"].upper()


def _trim_command_line(pool: Json) -> None:
    if start_task := pool.get("startTask"):
        start_task["commandLine"] = " ".join(start_task["commandLine"].split())


def _materialise_defaults(pool: Json) -> None:
    start_task = pool.get("startTask", {})
    for file in start_task.get("resourceFiles", []):
        file.setdefault("fileMode", "0770")
    if container := start_task.get("containerSettings"):
        container.setdefault("workingDirectory", "taskWorkingDirectory")
        for mount in container.get("containerHostBatchBindMounts", []):
            mount.setdefault("isReadOnly", False)
        if "registry" in container:
            container["registry"].setdefault("registryServer", "docker.io")
    for certificate in pool.get("certificateReferences", []):
        certificate.setdefault("storeLocation", "currentuser")
        certificate.setdefault("storeName", "My")
        certificate.setdefault("visibility", ["starttask", "task", "remoteuser"])


def _reverse_lists(pool: Json) -> None:
    for name in ("metadata", "applicationPackageReferences", "certificateReferences"):
        pool.get(name, []).reverse()
    pool.get("startTask", {}).get("environmentSettings", []).reverse()


def _enum_case(pool: Json) -> None:
    auto_user = pool.get("startTask", {}).get("userIdentity", {}).get("autoUser", {})
    for name in ("scope", "elevationLevel"):
        if name in auto_user:
            auto_user[name] = auto_user[name].capitalize()
    if "targetNodeCommunicationMode" in pool:
        pool["targetNodeCommunicationMode"] = pool["targetNodeCommunicationMode"].capitalize()


def _upper_thumbprints(pool: Json) -> None:
    for certificate in pool.get("certificateReferences", []):
        certificate["thumbprint"] = certificate["thumbprint"].upper()


def _qualify_application_ids(pool: Json) -> None:
    for reference in pool.get("applicationPackageReferences", []):
        name = reference["applicationId"].rsplit("/", 1)[-1]
        reference["applicationId"] = f"{_SUBSCRIPTION}/batchAccounts/account/applications/{name}"


def _redact_signatures(pool: Json) -> None:
    for file in pool.get("startTask", {}).get("resourceFiles", []):
        for name in ("httpUrl", "storageContainerUrl"):
            if name in file:
                file[name] = file[name].partition("?")[0]


def _drop_empty_lists(pool: Json) -> None:
    start_task = pool.get("startTask", {})
    for name in ("resourceFiles", "environmentSettings"):
        if start_task.get(name) == []:
            del start_task[name]


QUIRKS: dict[str, Callable[[Json], None]] = {
    "upper-metadata-values": _upper_metadata_values,
    "trim-command-line": _trim_command_line,
    "materialise-defaults": _materialise_defaults,
    "reverse-lists": _reverse_lists,
    "enum-case": _enum_case,
    "upper-thumbprints": _upper_thumbprints,
    "qualify-application-ids": _qualify_application_ids,
    "redact-signatures": _redact_signatures,
    "drop-empty-lists": _drop_empty_lists,
}
