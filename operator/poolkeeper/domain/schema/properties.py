"""The five updatable properties of a pool, every nested type, as one table.

Source: Microsoft's REST page "Pool - Update Properties", api-version 2024-07-01.20.0. The defaults are those that
the page states; where it contradicts recordings of the service (an omitted user identity is the *pool's* auto user,
not one "unique to the Task"), the recordings win. The custom resource's schema and this table are held together
by a test.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from poolkeeper.domain.schema.lists import Named, Ordered, Several
from poolkeeper.domain.schema.types import Choice, Flag, Record, Text, Whole
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


IDENTITY = Record({"resourceId": Text(fold)}, required=("resourceId",), whole=True)

AUTO_USER = Record(
    {"scope": Choice(("task", "pool"), "pool"), "elevationLevel": Choice(("nonadmin", "admin"), "nonadmin")},
)

USER_IDENTITY = Record(
    {"username": Text(whole=True), "autoUser": AUTO_USER},
    absent={"autoUser": AUTO_USER_DEFAULT},
    settle=_one_user,
)

REGISTRY = Record(
    {
        "username": Text(whole=True),
        "password": Text(echoed=False, show=hidden, secret=True, one_line=True),
        "registryServer": Text(default="docker.io"),
        "identityReference": IDENTITY,
    },
    # With a user name there may be a password, which the service keeps to itself.
    incomplete=lambda registry: bool(registry.get("username")),
    whole=True,
)

BIND_MOUNT = Record(
    {
        "source": Choice(("Shared", "Startup", "VfsMounts", "Task", "JobPrep", "Applications")),
        "isReadOnly": Flag(default=False),
    },
    required=("source",),
)

CONTAINER_SETTINGS = Record(
    {
        "imageName": Text(tagged),
        "containerRunOptions": Text(whole=True),
        "registry": REGISTRY,
        "workingDirectory": Choice(("taskWorkingDirectory", "containerImageDefault"), "taskWorkingDirectory"),
        # Left out, the whole node directory is mounted; an empty list mounts nothing.
        "containerHostBatchBindMounts": Named(BIND_MOUNT, key=("source",), empty={}),
    },
    required=("imageName",),
    whole=True,
)

RESOURCE_FILE = Record(
    {
        "autoStorageContainerName": Text(),
        "storageContainerUrl": Text(show=without_queries, secret=True, one_line=True),
        "httpUrl": Text(show=without_queries, secret=True, one_line=True),
        "blobPrefix": Text(),
        "filePath": Text(),
        "fileMode": Text(octal, default="0770"),
        "identityReference": IDENTITY,
    },
)

ENVIRONMENT_SETTING = Record({"name": Text(), "value": Text(default="", show=hidden, secret=True)}, required=("name",))

START_TASK = Record(
    {
        "commandLine": Text(),
        "containerSettings": CONTAINER_SETTINGS,
        "resourceFiles": Ordered(RESOURCE_FILE),
        "environmentSettings": Named(ENVIRONMENT_SETTING, key=("name",)),
        "userIdentity": USER_IDENTITY,
        "maxTaskRetryCount": Whole(0),
        "waitForSuccess": Flag(default=True),
    },
    required=("commandLine",),
    whole=True,
)

APPLICATION_PACKAGE = Record(
    {"applicationId": Text(application_name), "version": Text()},
    required=("applicationId",),
)

CERTIFICATE_VISIBILITY = Choice(("starttask", "task", "remoteuser"))

CERTIFICATE = Record(
    {
        "thumbprint": Text(fold),
        "thumbprintAlgorithm": Text(fold),
        "storeLocation": Choice(("currentuser", "localmachine"), "currentuser"),
        "storeName": Text(fold, default="my"),
        "visibility": Several(CERTIFICATE_VISIBILITY, absent=dict.fromkeys(CERTIFICATE_VISIBILITY.values, True)),
    },
    required=("thumbprint", "thumbprintAlgorithm"),
)

METADATA_ITEM = Record({"name": Text(), "value": Text()}, required=("name", "value"))

PROPERTIES = Record(
    {
        "startTask": START_TASK,
        "applicationPackageReferences": Named(
            APPLICATION_PACKAGE,
            key=("applicationId", "version"),
            absent={},
            empty={},
        ),
        "certificateReferences": Named(CERTIFICATE, key=("thumbprint",), absent={}, empty={}),
        "metadata": Named(METADATA_ITEM, key=("name",), value="value", absent={}, empty={}),
        "targetNodeCommunicationMode": Choice(("default", "classic", "simplified"), "default"),
    },
    closed=False,
)

ALWAYS_SENT = ("applicationPackageReferences", "certificateReferences", "metadata")
"""The API's page marks these required; an empty list removes what is there."""
