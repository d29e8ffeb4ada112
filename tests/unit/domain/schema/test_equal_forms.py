"""Two spellings of one thing have one canonical form."""

from __future__ import annotations

import pytest

from poolkeeper.domain.schema.canonical import canonical
from tests.unit.domain.wire import (
    ARM,
    AUTO_USER,
    CERTIFICATES,
    READ,
    WRITE,
    A,
    B,
    Pair,
    certificate,
    container,
    environment,
    file,
    packages,
    start_task,
)

EQUAL = [
    Pair("absent metadata is an empty list", {}, {"metadata": []}),
    Pair("absent packages are an empty list", {}, {"applicationPackageReferences": []}),
    Pair("absent certificates are an empty list", {}, {"certificateReferences": []}),
    Pair("null is absent at the top", {}, {"startTask": None, "metadata": None, "targetNodeCommunicationMode": None}),
    Pair("null is absent inside", start_task(), start_task(userIdentity=None, maxTaskRetryCount=None)),
    Pair("an absent mode is default", {}, {"targetNodeCommunicationMode": "default"}),
    Pair(
        "the mode has no case", {"targetNodeCommunicationMode": "Classic"}, {"targetNodeCommunicationMode": "classic"}
    ),
    Pair("unknown live fields are ignored at the top", {}, {"vmSize": "standard_d2s_v3", "state": "active"}),
    Pair("no retries is the default", start_task(), start_task(maxTaskRetryCount=0)),
    Pair("waiting for success is the default", start_task(), start_task(waitForSuccess=True)),
    Pair("no user is the pool's nonadmin auto user", start_task(), start_task(userIdentity={"autoUser": AUTO_USER})),
    Pair("an empty user identity is none", start_task(), start_task(userIdentity={})),
    Pair("an empty auto user has both defaults", start_task(), start_task(userIdentity={"autoUser": {}})),
    Pair(
        "an auto user of one field gets the other",
        start_task(userIdentity={"autoUser": {"scope": "task"}}),
        start_task(userIdentity={"autoUser": {"scope": "task", "elevationLevel": "nonadmin"}}),
    ),
    Pair(
        "Microsoft's pages write nonAdmin, the wire nonadmin",
        start_task(userIdentity={"autoUser": {"scope": "Pool", "elevationLevel": "nonAdmin"}}),
        start_task(userIdentity={"autoUser": AUTO_USER}),
    ),
    Pair(
        "a named user drops an auto user beside it",
        start_task(userIdentity={"username": "builder"}),
        start_task(userIdentity={"username": "builder", "autoUser": AUTO_USER}),
    ),
    Pair("no environment is an empty one", start_task(), start_task(environmentSettings=[])),
    Pair("no files are an empty list of them", start_task(), start_task(resourceFiles=[])),
    Pair(
        "a variable without a value has an empty one",
        environment({"name": "A"}),
        environment({"name": "A", "value": ""}),
    ),
    Pair("the order of variables means nothing", environment(A, B), environment(B, A)),
    Pair("the order of metadata means nothing", {"metadata": [A, B]}, {"metadata": [B, A]}),
    Pair(
        "the order of packages means nothing",
        packages({"applicationId": "a"}, {"applicationId": "b"}),
        packages({"applicationId": "b"}, {"applicationId": "a"}),
    ),
    Pair(
        "the order of certificates means nothing",
        {"certificateReferences": CERTIFICATES},
        {"certificateReferences": CERTIFICATES[::-1]},
    ),
    Pair(
        "the order of mounts means nothing",
        container(containerHostBatchBindMounts=[READ, WRITE]),
        container(containerHostBatchBindMounts=[WRITE, READ]),
    ),
    Pair(
        "package ids come back in lower case",
        packages({"applicationId": "Blender", "version": "4.2"}),
        packages({"applicationId": "blender", "version": "4.2"}),
    ),
    Pair(
        "an ARM id of a package names it by its last segment",
        packages({"applicationId": ARM, "version": "4.2"}),
        packages({"applicationId": "blender", "version": "4.2"}),
    ),
    Pair(
        "a trailing slash of an ARM id is nothing",
        packages({"applicationId": f"{ARM}/"}),
        packages({"applicationId": "blender"}),
    ),
    Pair("thumbprints have no case", certificate(thumbprint="AB12"), certificate(thumbprint="ab12")),
    Pair("the algorithm has no case", certificate(thumbprintAlgorithm="SHA1"), certificate()),
    Pair("currentuser is the default store location", certificate(storeLocation="CurrentUser"), certificate()),
    Pair("My is the default store", certificate(storeName="My"), certificate()),
    Pair("store names of Windows have no case", certificate(storeName="ROOT"), certificate(storeName="Root")),
    Pair(
        "everybody is the default visibility",
        certificate(visibility=["task", "remoteUser", "starttask"]),
        certificate(),
    ),
    Pair("an empty visibility is the default", certificate(visibility=[]), certificate()),
    Pair(
        "the order of visibilities means nothing",
        certificate(visibility=["task", "starttask"]),
        certificate(visibility=["starttask", "task"]),
    ),
    Pair("the task's directory is the default", container(), container(workingDirectory="TaskWorkingDirectory")),
    Pair("an empty directory is none", container(), container(workingDirectory="")),
    Pair("an image without a tag is latest", container(imageName="alpine"), container(imageName="alpine:latest")),
    Pair(
        "the port of a registry is no tag",
        container(imageName="localhost:5000/tools"),
        container(imageName="localhost:5000/tools:latest"),
    ),
    Pair(
        "docker.io is the default registry",
        container(registry={"username": "u"}),
        container(registry={"username": "u", "registryServer": "docker.io"}),
    ),
    Pair(
        "a password is not echoed, so it is not compared",
        container(registry={"username": "u", "password": "hidden"}),
        container(registry={"username": "u"}),
    ),
    Pair(
        "mounts are writable by default",
        container(containerHostBatchBindMounts=[{"source": "Shared"}]),
        container(containerHostBatchBindMounts=[WRITE]),
    ),
    Pair("0770 is the default file mode", file(), file(fileMode="0770")),
    Pair("the leading zero of a file mode means nothing", file(fileMode="755"), file(fileMode="0755")),
    Pair(
        "ARM ids have no case",
        file(identityReference={"resourceId": "/subscriptions/S/Id"}),
        file(identityReference={"resourceId": "/Subscriptions/s/id"}),
    ),
    Pair("an empty text is an absent one", file(blobPrefix=""), file()),
]


@pytest.mark.parametrize("row", EQUAL, ids=lambda row: row.reason)
def test_two_spellings_of_one_thing_have_one_form(row: Pair) -> None:
    assert canonical(row.one) == canonical(row.other), row.reason


def test_canonical_forms_share_nothing_that_a_caller_could_spoil() -> None:
    given = start_task(environmentSettings=[A])
    canonical(given)
    assert given == start_task(environmentSettings=[A])
