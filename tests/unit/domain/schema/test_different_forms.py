"""What the service tells apart has different canonical forms, and nothing that it could send is a crash."""

from __future__ import annotations

import pytest

from poolkeeper.domain.diff.drift import drift, paths_of
from poolkeeper.domain.schema.canonical import canonical
from tests.unit.domain.wire import (
    AUTO_USER,
    READ,
    Json,
    Pair,
    certificate,
    container,
    environment,
    file,
    packages,
    start_task,
)

FIRST, SECOND = {"httpUrl": "https://x/1", "filePath": "1"}, {"httpUrl": "https://x/2", "filePath": "2"}
IDENTITY = {"resourceId": "/subscriptions/1/identity"}

DIFFERENT = [
    Pair("a pool with a start task is not one without", {}, start_task()),
    Pair("no mounts at all are not the whole directory", container(), container(containerHostBatchBindMounts=[])),
    Pair(
        "a mount is not nothing",
        container(containerHostBatchBindMounts=[READ]),
        container(containerHostBatchBindMounts=[]),
    ),
    Pair(
        "files are downloaded in order",
        start_task(resourceFiles=[FIRST, SECOND]),
        start_task(resourceFiles=[SECOND, FIRST]),
    ),
    Pair("true is not 1", start_task(maxTaskRetryCount=True), start_task(maxTaskRetryCount=1)),
    Pair("1 is not true", start_task(waitForSuccess=1), start_task(waitForSuccess=True)),
    Pair("false is not 0", start_task(maxTaskRetryCount=False), start_task(maxTaskRetryCount=0)),
    Pair("1.0 is not 1", start_task(maxTaskRetryCount=1.0), start_task(maxTaskRetryCount=1)),
    Pair("'0' is not 0", start_task(maxTaskRetryCount="0"), start_task(maxTaskRetryCount=0)),
    Pair("command lines have case", start_task(commandLine="A"), start_task(commandLine="a")),
    Pair(
        "user names have case", start_task(userIdentity={"username": "A"}), start_task(userIdentity={"username": "a"})
    ),
    Pair(
        "a named user is not the auto user",
        start_task(userIdentity={"username": "u"}),
        start_task(userIdentity={"autoUser": AUTO_USER}),
    ),
    Pair(
        "an administrator is not none", start_task(userIdentity={"autoUser": {"elevationLevel": "admin"}}), start_task()
    ),
    Pair("names of variables have case", environment({"name": "a"}), environment({"name": "A"})),
    Pair("values have case", environment({"name": "a", "value": "x"}), environment({"name": "a", "value": "X"})),
    Pair(
        "metadata names have case",
        {"metadata": [{"name": "a", "value": ""}]},
        {"metadata": [{"name": "A", "value": ""}]},
    ),
    Pair("empty metadata is not absent metadata", {"metadata": [{"name": "a", "value": ""}]}, {}),
    Pair(
        "versions have case",
        packages({"applicationId": "a", "version": "B"}),
        packages({"applicationId": "a", "version": "b"}),
    ),
    Pair(
        "the default version is no version by name",
        packages({"applicationId": "a"}),
        packages({"applicationId": "a", "version": "1"}),
    ),
    Pair(
        "two versions of one application are two packages",
        packages({"applicationId": "a", "version": "1"}, {"applicationId": "a", "version": "2"}),
        packages({"applicationId": "a", "version": "2"}),
    ),
    Pair("another store is another place", certificate(storeLocation="localmachine"), certificate()),
    Pair("fewer visibilities are fewer", certificate(visibility=["task"]), certificate()),
    Pair("an image with a digest is not latest", container(imageName="a@sha256:12"), container(imageName="a")),
    Pair(
        "another registry user is another", container(registry={"username": "a"}), container(registry={"username": "b"})
    ),
    Pair("a registry is not none", container(registry={"username": "a"}), container()),
    Pair(
        "an identity is not a user",
        container(registry={"username": "a"}),
        container(registry={"identityReference": IDENTITY}),
    ),
    Pair("another file mode is another", file(fileMode="0755"), file()),
    Pair("blob names have case", file(blobPrefix="A/"), file(blobPrefix="a/")),
    Pair("a signature belongs to a URL", file(httpUrl="https://x/1?sig=1"), file(httpUrl="https://x/1?sig=2")),
]


@pytest.mark.parametrize("row", DIFFERENT, ids=lambda row: row.reason)
def test_two_things_have_two_forms(row: Pair) -> None:
    assert canonical(row.one) != canonical(row.other), row.reason
    assert drift(canonical(row.one), canonical(row.other)), row.reason


ODD = [
    ({"startTask": "true"}, "/startTask", "an object was expected"),
    ({"startTask": []}, "/startTask", "a list is no object"),
    ({"metadata": {"owner": "me"}}, "/metadata", "a list was expected"),
    ({"metadata": "owner"}, "/metadata", "a text is no list"),
    ({"applicationPackageReferences": 7}, "/applicationPackageReferences", "a number is no list"),
    ({"targetNodeCommunicationMode": 3}, "/targetNodeCommunicationMode", "an enum was expected"),
    ({"targetNodeCommunicationMode": "novel"}, "/targetNodeCommunicationMode", "an enum value of a later version"),
    (start_task(commandLine=["true"]), "/startTask/commandLine", "a text was expected"),
    (start_task(resourceFiles={}), "/startTask/resourceFiles", "files were expected in a list"),
    (start_task(resourceFiles=[None]), "/startTask/resourceFiles", "a file was expected"),
    (start_task(userIdentity="root"), "/startTask/userIdentity", "a user was expected"),
    (start_task(userIdentity={"autoUser": 1}), "/startTask/userIdentity/autoUser", "an auto user was expected"),
    (certificate(visibility="task"), "/certificateReferences/ab12", "a visibility is a list"),
]


@pytest.mark.parametrize(("shown", "path", "reason"), ODD)
def test_a_live_value_of_the_wrong_type_is_drift_and_no_crash(shown: Json, path: str, reason: str) -> None:
    desired = canonical(start_task() if "startTask" in shown else {})
    assert path in paths_of(drift(canonical(shown), desired)), reason


TWICE = [
    Pair(
        "metadata",
        {"metadata": [{"name": "owner", "value": "a"}, {"name": "owner", "value": "b"}]},
        {"metadata": [{"name": "owner", "value": "b"}]},
    ),
    Pair(
        "metadata with the same value",
        {"metadata": [{"name": "owner", "value": "a"}, {"name": "owner", "value": "a"}]},
        {"metadata": [{"name": "owner", "value": "a"}]},
    ),
    Pair(
        "a variable",
        environment({"name": "A", "value": "1"}, {"name": "A", "value": "2"}),
        environment({"name": "A", "value": "1"}),
    ),
    Pair("a package", packages({"applicationId": "a"}, {"applicationId": "A"}), packages({"applicationId": "a"})),
    Pair("things without a name", {"metadata": [{}, {}]}, {"metadata": [{}]}),
]


@pytest.mark.parametrize("row", TWICE, ids=lambda row: row.reason)
def test_a_name_that_stands_twice_is_drift_and_no_crash(row: Pair) -> None:
    assert drift(canonical(row.one), canonical(row.other))


def test_what_stands_twice_has_one_form_in_every_order() -> None:
    items = [{"name": "owner", "value": value} for value in ("a", "c", "b")]
    form = canonical({"metadata": items})
    assert form["metadata"] == {"owner": "a", "owner#2": "b", "owner#3": "c"}
    assert canonical({"metadata": items[::-1]}) == form


def test_the_whole_form_reads_as_the_documentation_of_paths_says() -> None:
    form = canonical(
        {
            "startTask": {
                "commandLine": "true",
                "environmentSettings": [{"name": "MODE", "value": "test"}],
                "resourceFiles": [FIRST],
            },
            "applicationPackageReferences": [{"applicationId": "Blender", "version": "4.2"}, {"applicationId": "ocio"}],
            "certificateReferences": [{"thumbprint": "AB12", "thumbprintAlgorithm": "sha1"}],
            "metadata": [{"name": "owner", "value": "me"}],
        }
    )
    assert form == {
        "startTask": {
            "commandLine": "true",
            "environmentSettings": {"MODE": {"value": "test"}},
            "resourceFiles": {"0": {**FIRST, "fileMode": "0770"}},
            "userIdentity": {"autoUser": AUTO_USER},
            "maxTaskRetryCount": 0,
            "waitForSuccess": True,
        },
        "applicationPackageReferences": {"blender@4.2": {}, "ocio": {}},
        "certificateReferences": {
            "ab12": {
                "thumbprintAlgorithm": "sha1",
                "storeLocation": "currentuser",
                "storeName": "my",
                "visibility": {"starttask": True, "task": True, "remoteuser": True},
            }
        },
        "metadata": {"owner": "me"},
        "targetNodeCommunicationMode": "default",
    }


def test_an_item_that_is_no_object_differs_without_its_value_in_the_path() -> None:
    live, other = canonical({"metadata": ["hunter2", "hunter3"]}), canonical({"metadata": ["hunter2", "hunter4"]})
    assert paths_of(drift(live, canonical({}))) == ["/metadata/unexpected", "/metadata/unexpected#2"]
    assert paths_of(drift(live, other)) == ["/metadata/unexpected#2"]
