"""The body of `updateproperties` is always whole, and spelled the API's way."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from poolkeeper.domain.failures import InvalidSpec
from poolkeeper.domain.schema.canonical import canonical, full_body
from tests.unit.domain.wire import Json, certificate, container, environment, file, packages, start_task

NOTHING = {
    "applicationPackageReferences": [],
    "certificateReferences": [],
    "metadata": [],
    "targetNodeCommunicationMode": "default",
}


BACKWARDS = [{"name": "b", "value": "1"}, {"name": "a", "value": "2"}]


class Body(NamedTuple):
    reason: str
    properties: Json
    body: Json


BODIES = [
    Body("nothing desired empties everything", {}, NOTHING),
    Body("a start task that is not desired is left out, which removes it", {"startTask": None}, NOTHING),
    Body("null lists are empty lists", {"metadata": None, "certificateReferences": None}, NOTHING),
    Body("a null mode is the default", {"targetNodeCommunicationMode": None}, NOTHING),
    Body("a start task is sent as it is given", start_task(), {**NOTHING, "startTask": {"commandLine": "true"}}),
    Body(
        "defaults are the service's business",
        container(),
        {**NOTHING, "startTask": {"commandLine": "true", "containerSettings": {"imageName": "alpine:3"}}},
    ),
    Body(
        "enums are spelled as the API declares them",
        start_task(userIdentity={"autoUser": {"scope": "Pool", "elevationLevel": "nonAdmin"}}),
        {
            **NOTHING,
            "startTask": {
                "commandLine": "true",
                "userIdentity": {"autoUser": {"scope": "pool", "elevationLevel": "nonadmin"}},
            },
        },
    ),
    Body(
        "enums with capitals keep them",
        container(workingDirectory="ContainerImageDefault"),
        {
            **NOTHING,
            "startTask": {
                "commandLine": "true",
                "containerSettings": {"imageName": "alpine:3", "workingDirectory": "containerImageDefault"},
            },
        },
    ),
    Body(
        "the mode is spelled as the API declares it",
        {"targetNodeCommunicationMode": "Simplified"},
        {**NOTHING, "targetNodeCommunicationMode": "simplified"},
    ),
    Body(
        "enums in a list too",
        certificate(visibility=["RemoteUser", "startTask"]),
        {**NOTHING, **certificate(visibility=["remoteuser", "starttask"])},
    ),
    Body(
        "an empty list of mounts is sent: it mounts nothing",
        container(containerHostBatchBindMounts=[]),
        {**NOTHING, **container(containerHostBatchBindMounts=[])},
    ),
    Body(
        "a null list of mounts is left out: it mounts everything",
        container(containerHostBatchBindMounts=None),
        {**NOTHING, **container()},
    ),
    Body(
        "texts are sent as they are",
        packages({"applicationId": "Blender"}),
        {**NOTHING, **packages({"applicationId": "Blender"})},
    ),
    Body(
        "a password is sent though it is never compared",
        container(registry={"username": "u", "password": "p"}),
        {**NOTHING, **container(registry={"username": "u", "password": "p"})},
    ),
    Body("the order of a list is kept", {"metadata": BACKWARDS}, {**NOTHING, "metadata": BACKWARDS}),
]


@pytest.mark.parametrize("row", BODIES, ids=lambda row: row.reason)
def test_the_body_is_whole(row: Body) -> None:
    assert full_body(row.properties) == row.body, row.reason


@pytest.mark.parametrize("row", BODIES, ids=lambda row: row.reason)
def test_the_body_means_what_was_desired(row: Body) -> None:
    assert canonical(row.body) == canonical(row.properties), row.reason


class Refused(NamedTuple):
    path: str
    why: str
    properties: Json


def mount(**fields: Any) -> Json:
    return container(containerHostBatchBindMounts=[fields])


REFUSED = [
    Refused("spec.properties.startTask", "must be an object", {"startTask": "true"}),
    Refused("spec.properties.startTask.commandLine", "is required", {"startTask": {}}),
    Refused("spec.properties.startTask.commandLine", "is required", {"startTask": {"commandLine": None}}),
    Refused("spec.properties.startTask.commandLine", "must be a string", {"startTask": {"commandLine": 1}}),
    Refused("spec.properties.startTask.maxTaskRetryCount", "must be an integer", start_task(maxTaskRetryCount=True)),
    Refused("spec.properties.startTask.maxTaskRetryCount", "must be an integer", start_task(maxTaskRetryCount=1.0)),
    Refused("spec.properties.startTask.waitForSuccess", "must be true or false", start_task(waitForSuccess=1)),
    Refused("spec.properties.startTask.imageName", "is not a property of the Batch API", start_task(imageName="x")),
    Refused("spec.properties.displayName", "is not a property of the Batch API", {"displayName": "x"}),
    Refused("spec.properties.metadata", "must be a list", {"metadata": {}}),
    Refused("spec.properties.metadata[0]", "must be an object", {"metadata": [None]}),
    Refused(
        "spec.properties.metadata[1].value", "is required", {"metadata": [{"name": "a", "value": ""}, {"name": "b"}]}
    ),
    Refused("spec.properties.startTask.environmentSettings[0].name", "is required", environment({"value": "1"})),
    Refused(
        "spec.properties.startTask.environmentSettings[0].value",
        "must be a string",
        environment({"name": "A", "value": 1}),
    ),
    Refused("spec.properties.startTask.resourceFiles[0].fileMode", "must be a string", file(fileMode=755)),
    Refused(
        "spec.properties.startTask.resourceFiles[0].identityReference.resourceId",
        "is required",
        file(identityReference={}),
    ),
    Refused("spec.properties.startTask.containerSettings.imageName", "is required", start_task(containerSettings={})),
    Refused(
        "spec.properties.startTask.containerSettings.containerHostBatchBindMounts[0].source", "is required", mount()
    ),
    Refused(
        "spec.properties.startTask.containerSettings.containerHostBatchBindMounts[0].source",
        "must be one of Shared, Startup, VfsMounts, Task, JobPrep, Applications",
        mount(source="Home"),
    ),
    Refused("spec.properties.applicationPackageReferences[0].applicationId", "is required", packages({"version": "1"})),
    Refused("spec.properties.certificateReferences[0].visibility", "must be a list", certificate(visibility="task")),
    Refused(
        "spec.properties.certificateReferences[0].visibility[1]",
        "must be one of starttask, task, remoteuser",
        certificate(visibility=["task", "everyone"]),
    ),
    Refused(
        "spec.properties.targetNodeCommunicationMode",
        "must be one of default, classic, simplified",
        {"targetNodeCommunicationMode": 1},
    ),
]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row.path} {row.why}")
def test_what_the_types_do_not_allow_is_refused_by_its_path(row: Refused) -> None:
    with pytest.raises(InvalidSpec) as caught:
        full_body(row.properties)
    assert caught.value.path == row.path
    assert caught.value.message == f"{row.path} {row.why}; correct the manifest"


def test_a_refusal_never_quotes_the_value() -> None:
    with pytest.raises(InvalidSpec) as caught:
        full_body({"targetNodeCommunicationMode": "hunter2"})
    assert "hunter2" not in str(caught.value)
