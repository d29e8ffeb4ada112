"""The five updatable properties of a pool, every nested type, as one table.

Source: Microsoft's REST page "Pool - Update Properties", api-version 2024-07-01.20.0. The defaults are those that
the page states; where it contradicts recordings of the service (an omitted user identity is the *pool's* auto user,
not one "unique to the Task"), the recordings win. The custom resource's schema and this table are held together
by a test.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from poolkeeper.domain.schema.lists import AtomicList, MapList, SetList
from poolkeeper.domain.schema.types import Boolean, Enum, Integer, Object, String
from poolkeeper.domain.secret_text import hidden, without_queries


def fold(text: str) -> str:
    """Resource ids, thumbprints and Windows store names are compared by Azure without case."""
    return text.casefold()


@lru_cache(maxsize=1024)
def application_name(text: str) -> str:
    """A package id may be given as an ARM id or as the bare name, and comes back as the name in lower case."""
    return text.rstrip("/").rpartition("/")[2].casefold()


@lru_cache(maxsize=256)
def octal(text: str) -> str:
    """`770` and `0770` are one file mode."""
    return text.lstrip("0").zfill(4)


def tagged(image: str) -> str:
    """An image without a tag or digest is the one tagged `latest`."""
    name = image.rpartition("/")[2]
    return image if ":" in name or "@" in name else f"{image}:latest"


AUTO_USER_DEFAULT = {"scope": "pool", "elevationLevel": "nonadmin"}


def _one_user(form: dict[str, Any]) -> dict[str, Any]:
    if "username" in form:
        return {name: value for name, value in form.items() if name != "autoUser"}
    return {"autoUser": AUTO_USER_DEFAULT} | form


IDENTITY = Object({"resourceId": String(fold)}, required=("resourceId",), removable=True)

AUTO_USER = Object(
    {"scope": Enum(("task", "pool"), "pool"), "elevationLevel": Enum(("nonadmin", "admin"), "nonadmin")},
)

USER_IDENTITY = Object(
    {"username": String(removable=True), "autoUser": AUTO_USER},
    absent={"autoUser": AUTO_USER_DEFAULT},
    cross_field=_one_user,
)

REGISTRY = Object(
    {
        "username": String(removable=True),
        "password": String(write_only=True, show=hidden, secret=True, one_line=True),
        "registryServer": String(default="docker.io"),
        "identityReference": IDENTITY,
    },
    # With a user name there may be a password, which the service keeps to itself.
    incomplete=lambda registry: bool(registry.get("username")),
    removable=True,
)

BIND_MOUNT = Object(
    {
        "source": Enum(("Shared", "Startup", "VfsMounts", "Task", "JobPrep", "Applications")),
        "isReadOnly": Boolean(default=False),
    },
    required=("source",),
)

CONTAINER_SETTINGS = Object(
    {
        "imageName": String(tagged),
        "containerRunOptions": String(removable=True),
        "registry": REGISTRY,
        "workingDirectory": Enum(("taskWorkingDirectory", "containerImageDefault"), "taskWorkingDirectory"),
        # Left out, the whole node directory is mounted; an empty list mounts nothing.
        "containerHostBatchBindMounts": MapList(BIND_MOUNT, key=("source",), empty={}),
    },
    required=("imageName",),
    removable=True,
)

RESOURCE_FILE = Object(
    {
        "autoStorageContainerName": String(),
        "storageContainerUrl": String(show=without_queries, secret=True, one_line=True),
        "httpUrl": String(show=without_queries, secret=True, one_line=True),
        "blobPrefix": String(),
        "filePath": String(),
        "fileMode": String(octal, default="0770"),
        "identityReference": IDENTITY,
    },
)

ENVIRONMENT_SETTING = Object(
    {"name": String(), "value": String(default="", show=hidden, secret=True)}, required=("name",)
)

START_TASK = Object(
    {
        "commandLine": String(),
        "containerSettings": CONTAINER_SETTINGS,
        "resourceFiles": AtomicList(RESOURCE_FILE),
        "environmentSettings": MapList(ENVIRONMENT_SETTING, key=("name",)),
        "userIdentity": USER_IDENTITY,
        "maxTaskRetryCount": Integer(0),
        "waitForSuccess": Boolean(default=True),
    },
    required=("commandLine",),
    removable=True,
)

APPLICATION_PACKAGE = Object(
    {"applicationId": String(application_name), "version": String()},
    required=("applicationId",),
)

CERTIFICATE_VISIBILITY = Enum(("starttask", "task", "remoteuser"))

CERTIFICATE = Object(
    {
        "thumbprint": String(fold),
        "thumbprintAlgorithm": String(fold),
        "storeLocation": Enum(("currentuser", "localmachine"), "currentuser"),
        "storeName": String(fold, default="my"),
        "visibility": SetList(CERTIFICATE_VISIBILITY, absent=dict.fromkeys(CERTIFICATE_VISIBILITY.values, True)),
    },
    required=("thumbprint", "thumbprintAlgorithm"),
)

METADATA_ITEM = Object({"name": String(), "value": String()}, required=("name", "value"))

PROPERTIES = Object(
    {
        "startTask": START_TASK,
        "applicationPackageReferences": MapList(
            APPLICATION_PACKAGE,
            key=("applicationId", "version"),
            absent={},
            empty={},
        ),
        "certificateReferences": MapList(CERTIFICATE, key=("thumbprint",), absent={}, empty={}),
        "metadata": MapList(METADATA_ITEM, key=("name",), value="value", absent={}, empty={}),
        "targetNodeCommunicationMode": Enum(("default", "classic", "simplified"), "default"),
    },
    closed=False,
)

ALWAYS_SENT = ("applicationPackageReferences", "certificateReferences", "metadata")
"""The API's page marks these required; an empty list removes what is there."""
